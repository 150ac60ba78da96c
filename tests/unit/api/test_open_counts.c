/* open_counts: how many executions of each flow are open, in memory. */
#include "api/engine/open_counts.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>

static struct uuid instance_of(unsigned number)
{
    return id_derived((struct uuid){{0}}, "instance", slice_of(&number, sizeof number));
}

static void add(struct open_counts *counts, unsigned instance, uint64_t flow, int64_t delta)
{
    cr_assert_eq(open_counts_add(counts, instance_of(instance), flow, delta, NULL), ERR_OK);
}

Test(open_counts, counts_each_flow_by_itself)
{
    struct open_counts counts = {.total = 0};
    cr_expect_eq(open_counts_get(&counts, instance_of(1), 0), 0, "of an empty table");
    add(&counts, 1, 0, 1);
    add(&counts, 1, 0, 1);
    add(&counts, 1, 1, 1);
    add(&counts, 2, 0, 1);
    cr_expect_eq(open_counts_get(&counts, instance_of(1), 0), 2);
    cr_expect_eq(open_counts_get(&counts, instance_of(1), 1), 1);
    cr_expect_eq(open_counts_get(&counts, instance_of(2), 0), 1);
    cr_expect_eq(open_counts_get(&counts, instance_of(2), 1), 0);
    cr_expect_eq(counts.total, 4);
    add(&counts, 1, 0, -1);
    add(&counts, 1, 0, -1);
    cr_expect_eq(open_counts_get(&counts, instance_of(1), 0), 0);
    cr_expect_eq(counts.total, 2);
    open_counts_deinit(&counts);
    open_counts_deinit(&counts);
}

/* Against plain arrays, over many growths. */
Test(open_counts, keeps_its_counts_when_it_grows)
{
    static uint64_t expected[5000][3];
    struct open_counts counts = {.total = 0};
    unsigned state = 1;
    for (int i = 0; i < 60000; i++) {
        state = state * 1103515245U + 12345U;
        unsigned instance = state >> 8 & 4095;
        uint64_t flow = state >> 20 & 1;
        int64_t delta = expected[instance][flow] > 0 && (state >> 24 & 1) != 0 ? -1 : 1;
        add(&counts, instance, flow, delta);
        expected[instance][flow] += (uint64_t)delta;
    }
    uint64_t total = 0;
    for (unsigned i = 0; i < 4096; i++) {
        for (uint64_t flow = 0; flow < 2; flow++) {
            cr_assert_eq(open_counts_get(&counts, instance_of(i), flow), expected[i][flow]);
            total += expected[i][flow];
        }
    }
    cr_expect_eq(counts.total, total);
    open_counts_deinit(&counts);
}

/* Flows with nothing open are forgotten: the table does not grow with all that ever ran. */
Test(open_counts, forgets_what_is_not_open)
{
    struct open_counts counts = {.total = 0};
    for (unsigned i = 0; i < 100000; i++) {
        add(&counts, i, 0, 1);
        add(&counts, i, 0, -1);
    }
    cr_expect_leq(counts.capacity, 1024, "%zu", counts.capacity);
    open_counts_deinit(&counts);
}

Test(open_counts, says_when_there_is_no_memory)
{
    struct open_counts counts = {.total = 0};
    struct error error = {0};
    memory_fail_after(0);
    cr_expect_eq(open_counts_add(&counts, instance_of(1), 0, 1, &error), ERR_NO_MEMORY);
    memory_fail_after(-1);
    cr_expect_str_eq(error.text, "counting open executions: out of memory");
    cr_expect_eq(open_counts_get(&counts, instance_of(1), 0), 0);
    open_counts_deinit(&counts);
}
