#include "api/engine/command_queue.h"

#include "core/base/check.h"

void command_queue_init(struct command_queue *queue)
{
    *queue = (struct command_queue){.stop = false};
    list_init(&queue->waiting);
    (void)uv_mutex_init(&queue->mutex); /* fail only without memory, and then abort */
    (void)uv_cond_init(&queue->wake);
}

void command_queue_deinit(struct command_queue *queue)
{
    ASSERT(list_empty(&queue->waiting));
    uv_cond_destroy(&queue->wake);
    uv_mutex_destroy(&queue->mutex);
}

/* ---- the loop ---- */

bool command_queue_put(struct command_queue *queue, struct command *command)
{
    uv_mutex_lock(&queue->mutex);
    bool full = queue->waiting.count >= COMMAND_QUEUE_COMMANDS_MAX ||
                queue->waiting_bytes + command->bytes > COMMAND_QUEUE_BYTES_MAX;
    bool gathered = false;
    if (!full) {
        list_push_back(&queue->waiting, &command->link);
        queue->waiting_bytes += command->bytes;
        queue->urgent += !command->patient;
        gathered = queue->urgent >= COMMAND_QUEUE_GATHERED;
    }
    if (gathered) {
        uv_cond_signal(&queue->wake);
    }
    uv_mutex_unlock(&queue->mutex);
    queue->owes_wake = (queue->owes_wake || !full) && !gathered;
    return !full;
}

void command_queue_wake(struct command_queue *queue)
{
    if (!queue->owes_wake) {
        return;
    }
    queue->owes_wake = false;
    uv_mutex_lock(&queue->mutex);
    uv_cond_signal(&queue->wake);
    uv_mutex_unlock(&queue->mutex);
}

void command_queue_stop(struct command_queue *queue)
{
    uv_mutex_lock(&queue->mutex);
    queue->stop = true;
    uv_cond_signal(&queue->wake);
    uv_mutex_unlock(&queue->mutex);
}

/* ---- the writer ---- */

/* Until something urgent is there, or what is patient has waited long enough. A wake-up without
 * reason ends the wait early, which harms nobody. */
static void await(struct command_queue *queue, uint64_t wait_ns)
{
    if (list_empty(&queue->waiting) && !queue->stop) {
        (void)uv_cond_timedwait(&queue->wake, &queue->mutex, wait_ns);
    }
    if (!list_empty(&queue->waiting) && queue->urgent == 0 && !queue->stop) {
        (void)uv_cond_timedwait(&queue->wake, &queue->mutex, COMMAND_QUEUE_PATIENCE_NS);
    }
}

static void move(struct command_queue *queue, struct list *batch, size_t max)
{
    struct list_link *link = NULL;
    for (size_t i = 0; i < max && (link = list_pop_front(&queue->waiting)) != NULL; i++) {
        struct command *command = LIST_ENTRY(link, struct command, link);
        list_push_back(batch, link);
        queue->waiting_bytes -= command->bytes;
        queue->urgent -= !command->patient;
    }
}

bool command_queue_take(struct command_queue *queue,
                        struct list *batch,
                        size_t max,
                        uint64_t wait_ns)
{
    uv_mutex_lock(&queue->mutex);
    await(queue, wait_ns);
    move(queue, batch, max);
    bool going = !list_empty(batch) || !queue->stop;
    uv_mutex_unlock(&queue->mutex);
    return going;
}

bool command_queue_more(struct command_queue *queue, struct list *batch, size_t max)
{
    size_t before = batch->count;
    uv_mutex_lock(&queue->mutex);
    move(queue, batch, max);
    uv_mutex_unlock(&queue->mutex);
    return batch->count > before;
}

void command_queue_sizes(struct command_queue *queue, uint64_t *ret_count, uint64_t *ret_bytes)
{
    uv_mutex_lock(&queue->mutex);
    *ret_count = queue->waiting.count;
    *ret_bytes = queue->waiting_bytes;
    uv_mutex_unlock(&queue->mutex);
}
