/* random: nothing is given twice, also not after a fork or to another thread. */
#include "core/base/check.h"
#include "core/base/random.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRAWS 20000

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void expect_different(uint64_t *draws, size_t count)
{
    qsort(draws, count, sizeof *draws, compare);
    for (size_t i = 1; i < count; i++) {
        cr_assert_neq(draws[i], draws[i - 1]);
    }
}

Test(random, fills_all_of_any_size)
{
    unsigned char bytes[2000];
    for (size_t size = 1; size < sizeof bytes; size += size / 3 + 1) {
        /* A byte that is never touched stays 0 in all of 40 rounds. */
        unsigned char seen[sizeof bytes] = {0};
        memset(bytes, 0, sizeof bytes);
        for (int round = 0; round < 40; round++) {
            random_fill(bytes, size);
            for (size_t i = 0; i < size; i++) {
                seen[i] |= bytes[i];
            }
        }
        for (size_t i = 0; i < sizeof bytes; i++) {
            cr_assert_eq(seen[i] != 0, i < size, "byte %zu of %zu", i, size);
        }
    }
}

Test(random, never_gives_the_same_twice)
{
    static uint64_t draws[DRAWS];
    for (size_t i = 0; i < DRAWS; i++) {
        random_fill(&draws[i], sizeof draws[i]);
    }
    expect_different(draws, DRAWS);
}

static void *draw(void *data)
{
    random_fill(data, sizeof(uint64_t));
    return NULL;
}

Test(random, threads_get_bytes_of_their_own)
{
    uint64_t draws[2] = {0, 0};
    pthread_t thread;
    random_fill(&draws[0], sizeof draws[0]);
    cr_assert_eq(pthread_create(&thread, NULL, draw, &draws[1]), 0);
    (void)pthread_join(thread, NULL);
    cr_assert_neq(draws[0], draws[1]);
}

Test(random, a_forked_child_goes_on_with_others)
{
    uint64_t draws[3];
    int pipes[2];
    cr_assert_eq(random_init(NULL), ERR_OK);
    random_fill(&draws[0], sizeof draws[0]);
    cr_assert_eq(pipe(pipes), 0);
    pid_t child = fork();
    random_fill(&draws[1], sizeof draws[1]);
    if (child == 0) {
        _exit(write(pipes[1], &draws[1], sizeof draws[1]) == sizeof draws[1] ? 0 : 1);
    }
    int status = -1;
    cr_assert_eq(read(pipes[0], &draws[2], sizeof draws[2]), sizeof draws[2]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
    expect_different(draws, ARRAY_COUNT(draws));
    (void)close(pipes[0]);
    (void)close(pipes[1]);
}
