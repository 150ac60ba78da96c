/*
 * engine: the program without a socket. Owns journal, views and the writer thread; usable from any
 * loop.
 *
 *  loop thread                        writer thread
 *  engine_submit ── command_queue ──> take all that wait (bounded)
 *                                       journal_begin, views_begin
 *                                       each: idempotency, execute, append, fold
 *                                       what has arrived meanwhile, too
 *                                       journal_commit (sync), views_commit
 *  done callbacks <── uv_async ────── results in order
 *
 * One writer means no lock and no conflict; what arrives during a sync goes into the next batch, so
 * the group commit adapts by itself. A batch in which nothing was appended costs no sync.
 *
 * A commit that fails, or a fold that fails after its append, ends the process
 * (engine_options.fatal): the next start recovers from the journal.
 *
 * On close: no command is taken any more, those in the queue are executed, then the views are
 * marked clean.
 */
#ifndef DAYBOOK_API_ENGINE_ENGINE_H
#define DAYBOOK_API_ENGINE_ENGINE_H

#include "api/engine/command.h"
#include "api/histogram.h"
#include "core/base/clock.h"
#include "journal/journal.h"
#include "projections/rebuild.h"

#include <uv.h>

/* Commands of one batch. */
#define ENGINE_BATCH_COMMANDS 1024

/* A commit of the journal that takes longer is a warning: the disk is overloaded or failing, and
 * everybody who waits for an answer waits as long. A good disk takes under a millisecond. */
#define ENGINE_SLOW_SYNC_US ((int64_t)500 * 1000)

struct engine;
struct definitions;

struct engine_options {
    const char *data_dir;
    const char *master_key_path; /* NULL: DATA/master.key */
    const struct clock *clock;
    uint64_t map_bytes; /* 0: default; of journal and views each */
    bool create;
    projector_progress_cb progress; /* while views are caught up or rebuilt */
    void *progress_data;
    /* Called on the writer thread when the process must end; must not return. */
    void (*fatal)(void *data, const char *text);
    void *fatal_data;
};

struct engine_stats {
    uint64_t queued_commands;
    uint64_t queued_bytes;
    uint64_t batches;
    uint64_t commands;
    uint64_t outcomes[COMMAND_OUTCOME_COUNT]; /* of these */
    uint64_t appends;                         /* of these, that appended events */
    uint64_t turned_away;                     /* refused by engine_submit */
    struct histogram syncs;                   /* commits of the journal */
    uint64_t slow_syncs;                      /* of these, over ENGINE_SLOW_SYNC_US */
    int64_t last_sync_us;                     /* duration of the last journal commit */
    int64_t longest_sync_us;                  /* since the start */
    int64_t last_commit_at_us;                /* wall time */
};

/**
 * Opens journal and views (rebuilding views that cannot be trusted) and starts the writer.
 * `ret_reason`: what was done with the views and why, static.
 */
MUST_USE enum err engine_create(uv_loop_t *loop,
                                const struct engine_options *options,
                                struct engine **ret,
                                const char **ret_reason,
                                struct error *reterr);

/** Executes what is queued, stops the writer, marks the views clean, then calls back. */
void engine_close(struct engine *engine, void (*cb)(void *data), void *data);

/** Frees a closed engine; sets the pointer to NULL. Takes NULL too. */
void engine_destroy(struct engine **engine);

/**
 * Hands a command to the writer. Thread: loop. Takes: the command, until its `done`.
 * Errors: ERR_BUSY (queue full), ERR_CLOSED, ERR_DISK_FULL (the reserve is reached): then `done` is
 * not called.
 */
MUST_USE enum err
engine_submit(struct engine *engine, struct command *command, struct error *reterr);

/** Thread: any for the following. */
struct journal *engine_journal(struct engine *engine);
struct views *engine_views(struct engine *engine);
struct definitions *engine_definitions(struct engine *engine);
const struct clock *engine_clock(struct engine *engine);
uv_loop_t *engine_loop(struct engine *engine);

/** Last committed sequence, as of the last batch. Thread: any. */
uint64_t engine_head_seq(struct engine *engine);

/** Figures. Thread: any. */
struct engine_stats engine_stats(struct engine *engine);

/** The next UUIDv7. Thread: loop. */
struct uuid engine_new_id(struct engine *engine);

/** Whether new work is refused because the disk is nearly full. Thread: any. */
bool engine_disk_is_full(struct engine *engine);

#endif
