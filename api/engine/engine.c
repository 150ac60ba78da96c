#include "api/engine/engine.h"

#include "api/diag.h"
#include "api/engine/command_queue.h"
#include "api/engine/definitions.h"
#include "api/engine/writer_priv.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "projections/idempotency_view.h"
#include "projections/instance_cache.h"

#include <stdio.h>
#include <stdlib.h>

/* How often the writer wakes without work, to see what is due. */
#define IDLE_WAIT_NS ((uint64_t)1000000000)

/* How often what died readers in other processes hold is freed. */
#define TEND_US ((int64_t)60 * 1000000)

struct engine {
    /* ---- set once ---- */
    uv_loop_t *loop;
    struct engine_options options;
    struct journal *journal;
    struct views *views;
    struct trust *trust;
    struct definitions *definitions;
    uv_thread_t thread;
    bool thread_running;

    /* ---- loop thread ---- */
    uv_async_t async; /* results of the writer are there */
    uv_prepare_t before_wait;
    uv_check_t after_wait;
    unsigned handles_open;
    struct id_source ids;
    bool closing;
    void (*closed_cb)(void *data);
    void *closed_data;

    /* ---- writer thread ---- */
    struct writer writer;
    int64_t tend_at_us; /* monotonic */
    bool expiring;      /* expired bodies may still be there */

    struct command_queue queue; /* locks itself */

    /* ---- under the mutex ---- */
    uv_mutex_t mutex;
    struct list finished;
    bool stopped; /* the thread is at its end */
    bool disk_full;
    uint64_t head_seq;
    struct engine_stats stats;
};

/* ---- the writer thread ---- */

static void die(struct engine *engine, const char *what, const struct error *error)
{
    char text[ERROR_TEXT_SIZE + 100];
    (void)snprintf(text, sizeof text, "%s: %s", what, error_text(error));
    engine->options.fatal(engine->options.fatal_data, text);
    abort(); /* fatal must not return */
}

static void give_back(struct engine *engine, struct list *batch)
{
    uv_mutex_lock(&engine->mutex);
    struct list_link *link = NULL;
    while ((link = list_pop_front(batch)) != NULL) {
        list_push_back(&engine->finished, link);
    }
    uv_mutex_unlock(&engine->mutex);
    (void)uv_async_send(&engine->async);
}

/* Whether the command's key was used before, or nobody can tell; answers it then. */
static bool is_repeated(struct writer *writer, struct command *command)
{
    struct idempotency_entry entry;
    if (command->idempotency.size == 0) {
        return false;
    }
    enum err e = idempotency_view_find(writer->txn, command->idempotency, writer->now_us, &entry,
                                       &command->error);
    if (e == ERR_NOT_FOUND) {
        error_clear(&command->error);
        return false;
    }
    if (e == ERR_OK &&
        slice_equal(slice_of(entry.request, sizeof entry.request), command->request)) {
        command->outcome = COMMAND_REPEATED;
        command->result.first_seq = entry.seq;
        return true;
    }
    command->outcome = COMMAND_FAILED;
    if (e == ERR_OK) {
        IGNORE(error_set(&command->error, ERR_IDEMPOTENCY_KEY_REUSED,
                         "this Idempotency-Key was used for another request"));
    }
    return true;
}

static void execute_one(struct writer *writer, struct command *command)
{
    problem_list_init(&command->problems, command->arena);
    error_clear(&command->error);
    command->appended = false;
    if (is_repeated(writer, command)) {
        return;
    }
    uint64_t next_key = writer->next_key;
    enum err e = command->execute(command, writer, &command->error);
    if (e == ERR_OK && !command->appended && arena_exhausted(command->arena)) {
        e = arena_error(command->arena, "the command", &command->error);
    }
    if (!command->appended) {
        writer->next_key = next_key; /* nothing was sealed with what it took */
    }
    if (e != ERR_OK) {
        command->error.code = e;
        command->outcome = COMMAND_FAILED;
    } else {
        command->outcome = problem_none(&command->problems) ? COMMAND_DONE : COMMAND_REFUSED;
    }
}

/* Executes the batch in order. Stops before a command that needs what is not committed yet: that
 * one and those behind it stay in `batch`. */
static void execute_all(struct engine *engine, struct list *batch, struct list *executed)
{
    struct writer *writer = &engine->writer;
    writer->must_wait = false;
    struct list_link *link = NULL;
    while ((link = list_front(batch)) != NULL) {
        struct command *command = LIST_ENTRY(link, struct command, link);
        execute_one(writer, command);
        if (writer->must_end) {
            die(engine, "append failed", &command->error);
        }
        if (writer->must_wait && executed->count > 0) {
            return;
        }
        writer->must_wait = false;
        list_remove(batch, link);
        list_push_back(executed, link);
    }
}

static void warn_if_slow(int64_t duration_us, uint64_t seq)
{
    if (duration_us > ENGINE_SLOW_SYNC_US) {
        diag_warn("slow sync: answers wait for the disk",
                  diag_int("duration_ms", duration_us / 1000), diag_int("seq", (int64_t)seq));
    }
}

static void note_sync(struct engine *engine, int64_t duration_us)
{
    struct journal_head head = journal_head(engine->journal);
    uv_mutex_lock(&engine->mutex);
    struct engine_stats *stats = &engine->stats;
    stats->last_sync_us = duration_us;
    if (duration_us > stats->longest_sync_us) {
        stats->longest_sync_us = duration_us;
    }
    histogram_add(&stats->syncs, duration_us);
    stats->slow_syncs += duration_us > ENGINE_SLOW_SYNC_US;
    stats->batches++;
    stats->last_commit_at_us = clock_wall_us(engine->options.clock);
    engine->head_seq = head.seq;
    uv_mutex_unlock(&engine->mutex);
    engine->writer.committed_seq = head.seq;
    warn_if_slow(duration_us, head.seq);
}

/* Journal first: once it is committed, the views must follow or the process end. */
static enum err commit(struct engine *engine, struct error *reterr)
{
    int64_t began = clock_monotonic_us(engine->options.clock);
    enum err e = journal_commit(engine->journal, reterr);
    if (e != ERR_OK) {
        return e;
    }
    note_sync(engine, clock_monotonic_us(engine->options.clock) - began);
    struct journal_head head = journal_head(engine->journal);
    e = projector_set_position(engine->writer.txn, &head, reterr);
    if (e == ERR_OK) {
        trust_note(engine->trust, views_txn_number(engine->writer.txn));
        e = views_commit(&engine->writer.txn, reterr);
    }
    return e;
}

/* Says so when it changes: nobody may be calling whom the refusals would tell. */
static void set_disk_full(struct engine *engine, bool full, const struct error *why)
{
    uv_mutex_lock(&engine->mutex);
    bool before = engine->disk_full;
    engine->disk_full = full;
    uv_mutex_unlock(&engine->mutex);
    if (full && !before) {
        diag_warn("the disk is nearly full: nothing new is accepted until there is room",
                  diag_string("why", error_text(why)));
    } else if (before && !full) {
        diag_info("there is room on the disk again", diag_string("data", engine->options.data_dir));
    }
}

static void fail_all(struct list *batch, struct list *executed, const struct error *error)
{
    struct list_link *link = NULL;
    while ((link = list_pop_front(batch)) != NULL) {
        struct command *command = LIST_ENTRY(link, struct command, link);
        problem_list_init(&command->problems, command->arena);
        command->outcome = COMMAND_FAILED;
        command->appended = false;
        command->error = *error;
        list_push_back(executed, link);
    }
}

/* Folds what the journal wrote about itself (a few records, one transaction). */
static enum err fold_own(struct engine *engine, struct error *reterr)
{
    if (journal_head(engine->journal).seq == engine->writer.committed_seq) {
        return ERR_OK;
    }
    struct views_txn *txn = NULL;
    enum err e = views_begin(engine->views, true, &txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    trust_note(engine->trust, views_txn_number(txn));
    views_end(&txn);
    e = projector_catch_up(engine->views, engine->journal, NULL, NULL, reterr);
    engine->writer.committed_seq = journal_head(engine->journal).seq;
    return e;
}

/* Begins both transactions. A full disk refuses the whole batch and is no reason to end. */
static bool begin(struct engine *engine, struct list *batch, struct list *executed)
{
    struct error error = {0};
    struct writer *writer = &engine->writer;
    enum err e = journal_begin(engine->journal, &error);
    set_disk_full(engine, e == ERR_DISK_FULL, &error);
    if (e == ERR_DISK_FULL) {
        fail_all(batch, executed, &error);
        return false;
    }
    e = e != ERR_OK ? e : fold_own(engine, &error);
    e = e != ERR_OK ? e : views_begin(engine->views, true, &writer->txn, &error);
    if (e != ERR_OK) {
        die(engine, "begin batch", &error);
    }
    writer->now_us = clock_wall_us(engine->options.clock);
    writer->appended = false;
    return true;
}

/* Whether there is room in the batch for what arrived while its first part was executed, and
 * anything did. */
static bool take_more(struct engine *engine, struct list *batch, const struct list *executed)
{
    return list_empty(batch) && executed->count < ENGINE_BATCH_COMMANDS &&
           command_queue_more(&engine->queue, batch, ENGINE_BATCH_COMMANDS - executed->count);
}

/* One commit's worth of the batch. Those executed go back to the loop. */
static void run_some(struct engine *engine, struct list *batch)
{
    struct list executed;
    list_init(&executed);
    if (begin(engine, batch, &executed)) {
        struct error error = {0};
        do {
            execute_all(engine, batch, &executed);
        } while (take_more(engine, batch, &executed));
        writer_end_batch(&engine->writer);
        if (!engine->writer.appended) {
            journal_abort(engine->journal);
            views_end(&engine->writer.txn);
        } else if (commit(engine, &error) != ERR_OK) {
            die(engine, "commit failed", &error);
        }
    }
    give_back(engine, &executed);
}

/* Whether there is room on the disk again. */
static void look_at_disk(struct engine *engine)
{
    struct list none;
    list_init(&none);
    if (begin(engine, &none, &none)) {
        journal_abort(engine->journal);
        views_end(&engine->writer.txn);
    }
}

/* What is due between batches. */
static void keep_house(struct engine *engine)
{
    struct error error = {0};
    int64_t now = clock_monotonic_us(engine->options.clock);
    enum err e = journal_check(engine->journal, &error);
    if (e == ERR_OK && engine->expiring) {
        e = journal_expire_continue(engine->journal, &engine->expiring, &error);
    }
    if (e == ERR_OK && now >= engine->tend_at_us) {
        engine->tend_at_us = now + TEND_US;
        e = journal_tend(engine->journal, &error);
    }
    if (e != ERR_OK && e != ERR_DISK_FULL) { /* without room it is tried again later */
        die(engine, "between batches", &error);
    }
}

/* Views without the mark, on a full disk say, cost the next start their building and nothing else.
 */
static void mark_clean(struct engine *engine)
{
    struct error error = {0};
    if (trust_finish(engine->trust, engine->views, &error) != ERR_OK) {
        diag_warn("the views are not marked as closed: the next start may have to build them anew",
                  diag_string("why", error_text(&error)));
    }
}

static void writer_main(void *data)
{
    struct engine *engine = data;
    struct list batch;
    list_init(&batch);
    while (command_queue_take(&engine->queue, &batch, ENGINE_BATCH_COMMANDS, IDLE_WAIT_NS)) {
        if (batch.count == 0 && engine_disk_is_full(engine)) {
            look_at_disk(engine);
        }
        keep_house(engine);
        while (batch.count > 0) {
            run_some(engine, &batch);
        }
    }
    mark_clean(engine);
    uv_mutex_lock(&engine->mutex);
    engine->stopped = true;
    uv_mutex_unlock(&engine->mutex);
    (void)uv_async_send(&engine->async);
}

/* ---- the loop thread ---- */

static void on_handle_closed(uv_handle_t *handle)
{
    struct engine *engine = handle->data;
    if (--engine->handles_open == 0 && engine->closed_cb != NULL) {
        engine->closed_cb(engine->closed_data);
    }
}

static void finish_closing(struct engine *engine)
{
    (void)uv_thread_join(&engine->thread);
    engine->thread_running = false;
    uv_close((uv_handle_t *)&engine->async, on_handle_closed);
    uv_close((uv_handle_t *)&engine->before_wait, on_handle_closed);
    uv_close((uv_handle_t *)&engine->after_wait, on_handle_closed);
}

static void count_finished(struct engine *engine, const struct command *command)
{
    engine->stats.commands++;
    engine->stats.outcomes[command->outcome]++;
    engine->stats.appends += command->appended;
}

static void on_finished(uv_async_t *async)
{
    struct engine *engine = async->data;
    struct list finished;
    list_init(&finished);
    uv_mutex_lock(&engine->mutex);
    struct list_link *link = NULL;
    while ((link = list_pop_front(&engine->finished)) != NULL) {
        list_push_back(&finished, link);
        count_finished(engine, LIST_ENTRY(link, struct command, link));
    }
    bool stopped = engine->stopped;
    uv_mutex_unlock(&engine->mutex);
    (void)failpoint_hit(FAILPOINT_ENGINE_BEFORE_ANSWER); /* a place to die at; it has no error */
    while ((link = list_pop_front(&finished)) != NULL) {
        struct command *command = LIST_ENTRY(link, struct command, link);
        command->done(command);
    }
    if (stopped && engine->thread_running) {
        finish_closing(engine);
    }
}

static void on_before_wait(uv_prepare_t *handle)
{
    struct engine *engine = handle->data;
    command_queue_wake(&engine->queue);
}

static void on_after_wait(uv_check_t *handle)
{
    struct engine *engine = handle->data;
    command_queue_wake(&engine->queue);
}

static void count_turned_away(struct engine *engine)
{
    uv_mutex_lock(&engine->mutex);
    engine->stats.turned_away++;
    uv_mutex_unlock(&engine->mutex);
}

enum err engine_submit(struct engine *engine, struct command *command, struct error *reterr)
{
    if (engine->closing) {
        return error_set(reterr, ERR_CLOSED, "the server is shutting down");
    }
    if (engine_disk_is_full(engine)) {
        count_turned_away(engine);
        return error_set(reterr, ERR_DISK_FULL,
                         "the disk is nearly full: nothing new is accepted until there is room");
    }
    if (!command_queue_put(&engine->queue, command)) {
        count_turned_away(engine);
        return error_set(reterr, ERR_BUSY, "too many commands wait for the writer");
    }
    return ERR_OK;
}

/* ---- opening and closing ---- */

static enum err open_stores(struct engine *engine, const char **ret_reason, struct error *reterr)
{
    const struct engine_options *options = &engine->options;
    struct journal_options journal_options = {.data_dir = options->data_dir,
                                              .master_key_path = options->master_key_path,
                                              .clock = options->clock,
                                              .map_bytes = options->map_bytes,
                                              .create = options->create};
    struct rebuild_options rebuild_options = {.data_dir = options->data_dir,
                                              .map_bytes = options->map_bytes,
                                              .progress = options->progress,
                                              .progress_data = options->progress_data};
    enum err e = journal_open(&journal_options, &engine->journal, reterr);
    e = e != ERR_OK ? e
                    : rebuild_or_open(engine->journal, &rebuild_options, &engine->views,
                                      &engine->trust, ret_reason, reterr);
    return e != ERR_OK ? e : definitions_create(engine->journal, &engine->definitions, reterr);
}

static enum err open_writer(struct engine *engine, struct error *reterr)
{
    struct writer *writer = &engine->writer;
    writer->journal = engine->journal;
    writer->views = engine->views;
    writer->definitions = engine->definitions;
    arena_init(&writer->arena, WRITER_ARENA_BYTES);
    buf_init(&writer->row, WRITER_ROW_BYTES);
    enum err e = journal_reader_create(engine->journal, &writer->reader, reterr);
    e = e != ERR_OK ? e : instance_cache_create(&writer->instances, reterr);
    e = e != ERR_OK ? e : writer_load(writer, reterr);
    engine->head_seq = writer->committed_seq;
    return e;
}

/* Both ends of a wait of the loop are ends of a turn: requests are read behind it, runs are begun
 * before it. */
static enum err open_handles(struct engine *engine, struct error *reterr)
{
    int rc = uv_async_init(engine->loop, &engine->async, on_finished);
    if (rc != 0) {
        return error_set(reterr, ERR_IO, "engine: %s", uv_strerror(rc));
    }
    (void)uv_prepare_init(engine->loop, &engine->before_wait); /* these cannot fail */
    (void)uv_check_init(engine->loop, &engine->after_wait);
    engine->async.data = engine->before_wait.data = engine->after_wait.data = engine;
    engine->handles_open = 3;
    (void)uv_prepare_start(&engine->before_wait, on_before_wait);
    (void)uv_check_start(&engine->after_wait, on_after_wait);
    uv_unref((uv_handle_t *)&engine->before_wait);
    uv_unref((uv_handle_t *)&engine->after_wait);
    return ERR_OK;
}

static enum err start_thread(struct engine *engine, struct error *reterr)
{
    enum err e = open_handles(engine, reterr);
    if (e != ERR_OK) {
        return e;
    }
    int rc = uv_thread_create(&engine->thread, writer_main, engine);
    if (rc != 0) {
        /* Handles are open and nobody runs the loop yet: there is no way back from here. */
        struct error error;
        IGNORE(error_set(&error, ERR_IO, "%s", uv_strerror(rc)));
        die(engine, "start writer thread", &error);
    }
    engine->thread_running = true;
    return ERR_OK;
}

enum err engine_create(uv_loop_t *loop,
                       const struct engine_options *options,
                       struct engine **ret,
                       const char **ret_reason,
                       struct error *reterr)
{
    struct engine *engine = memory_zalloc(1, sizeof *engine);
    if (engine == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "engine: out of memory");
    }
    engine->loop = loop;
    engine->options = *options;
    engine->expiring = true;
    command_queue_init(&engine->queue);
    list_init(&engine->finished);
    (void)uv_mutex_init(&engine->mutex); /* fails only without memory, and then aborts */
    enum err e = random_init(reterr);
    e = e != ERR_OK ? e : open_stores(engine, ret_reason, reterr);
    e = e != ERR_OK ? e : open_writer(engine, reterr);
    e = e != ERR_OK ? e : start_thread(engine, reterr);
    if (e != ERR_OK) {
        engine_destroy(&engine);
        return e;
    }
    *ret = engine;
    return ERR_OK;
}

void engine_close(struct engine *engine, void (*cb)(void *data), void *data)
{
    ASSERT(!engine->closing);
    engine->closing = true;
    engine->closed_cb = cb;
    engine->closed_data = data;
    command_queue_stop(&engine->queue);
}

void engine_destroy(struct engine **engine)
{
    struct engine *it = *engine;
    if (it == NULL) {
        return;
    }
    ASSERT(!it->thread_running && it->handles_open == 0);
    journal_reader_destroy(&it->writer.reader);
    buf_deinit(&it->writer.row);
    arena_deinit(&it->writer.arena);
    instance_cache_destroy(&it->writer.instances);
    open_counts_deinit(&it->writer.open);
    definitions_destroy(&it->definitions);
    trust_end(&it->trust);
    views_close(&it->views);
    journal_close(&it->journal);
    command_queue_deinit(&it->queue);
    uv_mutex_destroy(&it->mutex);
    memory_free(it);
    *engine = NULL;
}

/* ---- looking ---- */

struct journal *engine_journal(struct engine *engine)
{
    return engine->journal;
}

struct views *engine_views(struct engine *engine)
{
    return engine->views;
}

struct definitions *engine_definitions(struct engine *engine)
{
    return engine->definitions;
}

const struct clock *engine_clock(struct engine *engine)
{
    return engine->options.clock;
}

uv_loop_t *engine_loop(struct engine *engine)
{
    return engine->loop;
}

uint64_t engine_head_seq(struct engine *engine)
{
    uv_mutex_lock(&engine->mutex);
    uint64_t seq = engine->head_seq;
    uv_mutex_unlock(&engine->mutex);
    return seq;
}

struct engine_stats engine_stats(struct engine *engine)
{
    uv_mutex_lock(&engine->mutex);
    struct engine_stats stats = engine->stats;
    uv_mutex_unlock(&engine->mutex);
    command_queue_sizes(&engine->queue, &stats.queued_commands, &stats.queued_bytes);
    return stats;
}

struct uuid engine_new_id(struct engine *engine)
{
    return id_next(&engine->ids, clock_wall_us(engine->options.clock));
}

bool engine_disk_is_full(struct engine *engine)
{
    uv_mutex_lock(&engine->mutex);
    bool full = engine->disk_full;
    uv_mutex_unlock(&engine->mutex);
    return full;
}
