/*
 * command_queue: commands on their way to the writer, in order, bounded.
 *
 *     loop     command_queue_put ... command_queue_wake (at the end of its turn)
 *     writer   command_queue_take: waits until it is worth a commit
 *
 * A commit costs the same for one command as for a hundred, so the writer is not woken for each:
 *
 *   - within a turn of the loop commands gather, up to COMMAND_QUEUE_GATHERED; a turn in which
 *     little arrives is over at once, so nothing waits when there is little to do;
 *   - *patient* commands, for whose end nobody waits, go with the next that is not, or after
 *     COMMAND_QUEUE_PATIENCE_NS.
 *
 * Thread: put and wake: the loop's; take and more: the writer's; the rest: any.
 */
#ifndef DAYBOOK_API_ENGINE_COMMAND_QUEUE_H
#define DAYBOOK_API_ENGINE_COMMAND_QUEUE_H

#include "api/engine/command.h"

#include <uv.h>

/* Over it nothing is taken. */
#define COMMAND_QUEUE_COMMANDS_MAX 8192
#define COMMAND_QUEUE_BYTES_MAX    (256 * MIB)

/* As many wake the writer before the turn is over: about what the loop seals while a fast disk
 * syncs. */
#define COMMAND_QUEUE_GATHERED 16

/* How long patient commands may wait for others. */
#define COMMAND_QUEUE_PATIENCE_NS ((uint64_t)5 * 1000000)

struct command_queue {
    bool owes_wake; /* the loop's: something was put that the writer was not woken for */
    /* ---- under the mutex ---- */
    uv_mutex_t mutex;
    uv_cond_t wake;
    struct list waiting;
    size_t waiting_bytes;
    size_t urgent; /* commands among them that are not patient */
    bool stop;
};

/** An empty queue. */
void command_queue_init(struct command_queue *queue);

/** Frees it; it must be empty. */
void command_queue_deinit(struct command_queue *queue);

/** Adds a command. Returns: false when the queue is full; then the command is still the caller's.
 */
bool command_queue_put(struct command_queue *queue, struct command *command);

/** The turn of the loop is over: the writer may have what was put in it. */
void command_queue_wake(struct command_queue *queue);

/** From now on command_queue_take does not wait. */
void command_queue_stop(struct command_queue *queue);

/**
 * Waits for commands, at most `wait_ns` if there is none, and moves at most `max` to the end of
 * `batch`. Returns: false when stopped and nothing is left.
 */
bool command_queue_take(struct command_queue *queue,
                        struct list *batch,
                        size_t max,
                        uint64_t wait_ns);

/** As command_queue_take, without waiting. Returns: whether anything was moved. */
bool command_queue_more(struct command_queue *queue, struct list *batch, size_t max);

/** How many commands wait, and the memory they hold. */
void command_queue_sizes(struct command_queue *queue, uint64_t *ret_count, uint64_t *ret_bytes);

#endif
