/* command_queue: order, bounds, and when the writer gets what waits. */
#include "api/engine/command_queue.h"
#include "core/base/check.h"
#include "core/base/clock.h"

#include <criterion/criterion.h>

#define FOR_EVER ((uint64_t)60 * 1000000000)

static struct command commands[COMMAND_QUEUE_COMMANDS_MAX + 1];

static void put(struct command_queue *queue, size_t first, size_t count, bool patient)
{
    for (size_t i = first; i < first + count; i++) {
        commands[i].patient = patient;
        cr_assert(command_queue_put(queue, &commands[i]));
    }
}

static size_t take(struct command_queue *queue, struct list *batch, uint64_t wait_ns)
{
    list_init(batch);
    cr_assert(command_queue_take(queue, batch, COMMAND_QUEUE_COMMANDS_MAX, wait_ns));
    return batch->count;
}

static void empty(struct command_queue *queue)
{
    struct list batch;
    list_init(&batch);
    (void)command_queue_more(queue, &batch, SIZE_MAX);
    command_queue_deinit(queue);
}

Test(command_queue, gives_in_order_and_at_most_what_is_asked)
{
    struct command_queue queue;
    struct list batch;
    command_queue_init(&queue);
    list_init(&batch);
    put(&queue, 0, 5, false);
    cr_assert(command_queue_take(&queue, &batch, 3, 0));
    cr_assert_eq(batch.count, 3);
    cr_assert(command_queue_more(&queue, &batch, 9));
    cr_assert_not(command_queue_more(&queue, &batch, 9));
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(LIST_ENTRY(list_pop_front(&batch), struct command, link), &commands[i]);
    }
    empty(&queue);
}

Test(command_queue, is_bounded_in_commands_and_bytes)
{
    struct command_queue queue;
    uint64_t count = 0;
    uint64_t bytes = 0;
    command_queue_init(&queue);
    put(&queue, 0, COMMAND_QUEUE_COMMANDS_MAX, true);
    cr_assert_not(command_queue_put(&queue, &commands[COMMAND_QUEUE_COMMANDS_MAX]));
    empty(&queue);

    command_queue_init(&queue);
    commands[0].bytes = COMMAND_QUEUE_BYTES_MAX - 5;
    commands[1].bytes = 6;
    commands[2].bytes = 5;
    put(&queue, 0, 1, false);
    cr_assert_not(command_queue_put(&queue, &commands[1]));
    put(&queue, 2, 1, false);
    command_queue_sizes(&queue, &count, &bytes);
    cr_assert_eq(count, 2);
    cr_assert_eq(bytes, COMMAND_QUEUE_BYTES_MAX);
    struct list batch;
    cr_assert_eq(take(&queue, &batch, 0), 2);
    command_queue_sizes(&queue, &count, &bytes);
    cr_assert_eq(count + bytes, 0);
    empty(&queue);
}

Test(command_queue, urgent_ones_are_given_at_once_with_the_patient_before_them)
{
    struct command_queue queue;
    struct list batch;
    command_queue_init(&queue);
    put(&queue, 0, 3, true);
    put(&queue, 3, 1, false);
    int64_t began = clock_monotonic_us(clock_system());
    cr_assert_eq(take(&queue, &batch, FOR_EVER), 4);
    cr_assert_lt((uint64_t)(clock_monotonic_us(clock_system()) - began) * 1000,
                 COMMAND_QUEUE_PATIENCE_NS);
    empty(&queue);
}

Test(command_queue, patient_ones_alone_wait_for_a_while_and_are_given_then)
{
    struct command_queue queue;
    struct list batch;
    command_queue_init(&queue);
    put(&queue, 0, 3, true);
    int64_t began = clock_monotonic_us(clock_system());
    cr_assert_eq(take(&queue, &batch, FOR_EVER), 3);
    cr_assert_geq((uint64_t)(clock_monotonic_us(clock_system()) - began + 1) * 1000,
                  COMMAND_QUEUE_PATIENCE_NS);
    empty(&queue);
}

Test(command_queue, once_stopped_gives_what_is_left_without_waiting_and_ends)
{
    struct command_queue queue;
    struct list batch;
    command_queue_init(&queue);
    put(&queue, 0, 2, true);
    command_queue_stop(&queue);
    cr_assert_eq(take(&queue, &batch, FOR_EVER), 2);
    list_init(&batch);
    cr_assert_not(command_queue_take(&queue, &batch, 1, FOR_EVER));
    empty(&queue);
}

/* ---- waking a writer that waits ---- */

struct waiting {
    struct command_queue queue;
    struct list batch;
    uv_thread_t thread;
};

static void wait_main(void *data)
{
    struct waiting *it = data;
    list_init(&it->batch);
    (void)command_queue_take(&it->queue, &it->batch, SIZE_MAX, FOR_EVER);
}

static void begin_waiting(struct waiting *it)
{
    command_queue_init(&it->queue);
    cr_assert_eq(uv_thread_create(&it->thread, wait_main, it), 0);
}

Test(command_queue, the_end_of_a_turn_wakes_the_writer, .timeout = 30)
{
    static struct waiting it;
    begin_waiting(&it);
    put(&it.queue, 0, 2, false);
    command_queue_wake(&it.queue);
    (void)uv_thread_join(&it.thread);
    cr_assert(it.batch.count > 0); /* it may have come between the two */
    command_queue_wake(&it.queue); /* nothing is owed */
    empty(&it.queue);
}

Test(command_queue, many_wake_the_writer_before_the_turn_ends, .timeout = 30)
{
    static struct waiting it;
    begin_waiting(&it);
    put(&it.queue, 0, COMMAND_QUEUE_GATHERED, false);
    (void)uv_thread_join(&it.thread);
    cr_assert(it.batch.count > 0); /* else it would wait still */
    empty(&it.queue);
}
