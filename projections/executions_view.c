#include "projections/executions_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

#define PLACE_ROW_BYTES 20 /* instance id, place of the flow */

/* Replays of replays that one success resolves. */
#define LINEAGE_MAX 64

static void write_place(const struct execution *execution, char ret[PLACE_ROW_BYTES])
{
    memcpy(ret, execution->instance.bytes, 16);
    bytes_put_be32(ret + 16, (uint32_t)execution->flow);
}

static enum err put_place(struct projection_context *context,
                          enum views_table table,
                          const struct execution *execution,
                          struct error *reterr)
{
    char row[PLACE_ROW_BYTES];
    write_place(execution, row);
    struct views_key key = views_key_of_id(execution->id);
    return views_put(context->txn, table, views_key_slice(&key), slice_of(row, sizeof row), reterr);
}

static enum err put_execution(struct projection_context *context,
                              const struct execution *execution,
                              struct error *reterr)
{
    buf_clear(context->row);
    execution_put(context->row, execution);
    struct views_key key = views_key_of_id(execution->id);
    return projection_put_row(context, VIEWS_EXECUTIONS, &key, reterr);
}

/* Rows an execution gets once, when it is queued. */
static enum err
put_new(struct projection_context *context, const struct execution *execution, struct error *reterr)
{
    char row[PLACE_ROW_BYTES];
    write_place(execution, row);
    struct views_key key = views_key_of_id(execution->instance);
    views_key_id(&key, execution->id);
    enum err e = views_put(context->txn, VIEWS_EXECUTIONS_BY_INSTANCE, views_key_slice(&key),
                           slice_of(row + 16, 4), reterr);
    if (e == ERR_OK && !uuid_is_zero(execution->replay_of)) {
        struct views_key replay = views_key_of_id(execution->replay_of);
        views_key_id(&replay, execution->id);
        e = projection_put_mark(context, VIEWS_REPLAYS, &replay, reterr);
    }
    return e;
}

/* A success resolves what it is a replay of, and what that was a replay of: each that failed and
 * that no success has resolved before. */
static enum err resolve_originals(struct projection_context *context,
                                  const struct execution *replay,
                                  struct error *reterr)
{
    struct uuid id = replay->replay_of;
    for (int depth = 0; depth < LINEAGE_MAX && !uuid_is_zero(id); depth++) {
        struct execution original;
        enum err e = executions_view_get(context->txn, id, context->arena, &original, reterr);
        if (e == ERR_NOT_FOUND) {
            return ERR_OK; /* erased with its instance */
        }
        if (e != ERR_OK || original.state == EXECUTION_SUCCEEDED ||
            !uuid_is_zero(original.resolved_by)) {
            return e;
        }
        if (execution_is_final(original.state)) {
            original.resolved_by = replay->id;
            e = put_execution(context, &original, reterr);
        }
        if (e != ERR_OK) {
            return e;
        }
        id = original.replay_of;
    }
    return ERR_OK;
}

static enum err put_step(struct projection_context *context,
                         const struct recorded_event *event,
                         struct error *reterr)
{
    const struct facts_step_finished *facts = &event->event.facts.step_finished;
    if (facts->status == (uint64_t)STEP_RETRIED) {
        return ERR_OK;
    }
    int64_t ended =
        event->event.occurred_at_us != 0 ? event->event.occurred_at_us : event->recorded_at_us;
    buf_clear(context->row);
    codec_put_list(context->row, 8);
    codec_put_u64(context->row, facts->step);
    codec_put_binary(context->row, facts->loop_path);
    codec_put_u64(context->row, facts->attempt);
    codec_put_u64(context->row, facts->status);
    codec_put_u64(context->row, facts->error_class);
    codec_put_int(context->row, ended - (int64_t)facts->duration_us);
    codec_put_int(context->row, ended);
    codec_put_u64(context->row, facts->size);
    struct views_key key = views_key_of_id(event->stream.id);
    views_key_u64(&key, event->seq);
    return projection_put_row(context, VIEWS_STEPS, &key, reterr);
}

static enum err put_steps(struct projection_context *context,
                          const struct projection_record *record,
                          struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < record->count && e == ERR_OK; i++) {
        if (record->events[i].event.type == EVENT_STEP_FINISHED) {
            e = put_step(context, &record->events[i], reterr);
        }
    }
    return e;
}

/* Moves the execution between the tables of open and failed ones. */
static enum err put_state(struct projection_context *context,
                          const struct execution *execution,
                          bool was_open,
                          struct error *reterr)
{
    struct views_key key = views_key_of_id(execution->id);
    if (!execution_is_final(execution->state)) {
        return was_open ? ERR_OK : put_place(context, VIEWS_EXECUTIONS_OPEN, execution, reterr);
    }
    enum err e = ERR_OK;
    if (was_open) {
        e = views_delete(context->txn, VIEWS_EXECUTIONS_OPEN, views_key_slice(&key), reterr);
    }
    bool failed = execution->state != EXECUTION_SUCCEEDED;
    if (e == ERR_OK && failed) {
        e = put_place(context, VIEWS_EXECUTIONS_FAILED, execution, reterr);
    }
    if (e == ERR_OK && !failed && !uuid_is_zero(execution->replay_of)) {
        e = resolve_originals(context, execution, reterr);
    }
    return e;
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    if (record->stream.kind != STREAM_EXECUTION) {
        return ERR_OK;
    }
    struct execution *execution = ARENA_NEW(context->arena, struct execution);
    if (execution == NULL) {
        return arena_error(context->arena, "an execution", reterr);
    }
    execution->id = record->stream.id;
    bool is_new = record->events[0].stream_version == 1;
    enum err e = is_new ? ERR_OK
                        : executions_view_get(context->txn, execution->id, context->arena,
                                              execution, reterr);
    if (e != ERR_OK) {
        return e;
    }
    for (size_t i = 0; i < record->count; i++) {
        execution_evolve(execution, &record->events[i]);
    }
    context->execution = execution;
    e = put_execution(context, execution, reterr);
    if (e == ERR_OK && is_new) {
        e = put_new(context, execution, reterr);
    }
    if (e == ERR_OK) {
        e = put_state(context, execution, !is_new, reterr);
    }
    return e != ERR_OK ? e : put_steps(context, record, reterr);
}

static const enum views_table tables[] = {VIEWS_EXECUTIONS,        VIEWS_EXECUTIONS_OPEN,
                                          VIEWS_EXECUTIONS_FAILED, VIEWS_EXECUTIONS_BY_INSTANCE,
                                          VIEWS_REPLAYS,           VIEWS_STEPS};

const struct projection executions_view = {"executions", 2, tables, ARRAY_COUNT(tables), apply};

enum err executions_view_get(struct views_txn *txn,
                             struct uuid id,
                             struct arena *arena,
                             struct execution *ret,
                             struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    /* No texts in the row: it is decoded at once and need not be copied. */
    enum err e = views_get(txn, VIEWS_EXECUTIONS, views_key_slice(&key), &row, reterr);
    return e != ERR_OK ? e : execution_get(row, id, arena, ret, reterr);
}

enum err executions_view_step(struct slice key,
                              struct slice row,
                              struct arena *arena,
                              struct step_row *ret,
                              struct error *reterr)
{
    struct value list;
    enum err e = codec_decode(row, arena, &list, reterr);
    if (e == ERR_OK && key.size != 24) {
        return error_set(reterr, ERR_DAMAGED, "a step key has %zu bytes", key.size);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&list);
    struct step_row step = {.seq = bytes_be64(key.data + 16)};
    step.step = codec_take_u64(&reader);
    step.loop_path = codec_take_binary(&reader);
    step.attempt = codec_take_u64(&reader);
    step.status = (enum step_status)codec_take_u64(&reader);
    step.error_class = (enum error_class)codec_take_u64(&reader);
    step.started_at_us = codec_take_int(&reader);
    step.ended_at_us = codec_take_int(&reader);
    step.size = codec_take_u64(&reader);
    e = codec_check(&reader, "step", reterr);
    if (e == ERR_OK) {
        *ret = step;
    }
    return e;
}

/* Grows the array of steps by doubling. */
static bool push_step(struct arena *arena,
                      struct step_row **steps,
                      size_t *count,
                      size_t *capacity,
                      const struct step_row *step)
{
    if (*count == *capacity) {
        size_t wanted = *capacity == 0 ? 16 : *capacity * 2;
        struct step_row *grown = ARENA_ARRAY(arena, struct step_row, wanted);
        if (grown == NULL) {
            return false;
        }
        if (*count > 0) {
            memcpy(grown, *steps, *count * sizeof *grown);
        }
        *steps = grown;
        *capacity = wanted;
    }
    (*steps)[(*count)++] = *step;
    return true;
}

enum err executions_view_steps(struct views_txn *txn,
                               struct uuid execution,
                               size_t max,
                               struct arena *arena,
                               struct step_row **ret,
                               size_t *ret_count,
                               struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(txn, VIEWS_STEPS, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct step_row *steps = NULL;
    size_t count = 0;
    size_t capacity = 0;
    struct views_key prefix = views_key_of_id(execution);
    bool found = views_cursor_seek(&cursor, views_key_slice(&prefix));
    while (e == ERR_OK && found && count < max &&
           slice_starts_with(cursor.key, views_key_slice(&prefix))) {
        struct step_row step;
        struct slice row = arena_copy(arena, cursor.row);
        e = row.data == NULL ? arena_error(arena, "the list of steps", reterr)
                             : executions_view_step(cursor.key, row, arena, &step, reterr);
        if (e == ERR_OK && !push_step(arena, &steps, &count, &capacity, &step)) {
            e = arena_error(arena, "the list of steps", reterr);
        }
        found = views_cursor_next(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    if (e == ERR_OK) {
        *ret = steps;
        *ret_count = count;
    }
    return e;
}

enum err executions_view_open_place(struct views_txn *txn,
                                    struct uuid id,
                                    struct uuid *ret_instance,
                                    uint32_t *ret_flow,
                                    struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e = views_get(txn, VIEWS_EXECUTIONS_OPEN, views_key_slice(&key), &row, reterr);
    return e != ERR_OK ? e : executions_view_place(row, ret_instance, ret_flow, reterr);
}

enum err executions_view_place(struct slice row,
                               struct uuid *ret_instance,
                               uint32_t *ret_flow,
                               struct error *reterr)
{
    if (row.size != PLACE_ROW_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "a place row has %zu bytes", row.size);
    }
    memcpy(ret_instance->bytes, row.data, 16);
    *ret_flow = bytes_be32(row.data + 16);
    return ERR_OK;
}
