#include "api/runner/run_events.h"

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/domain/log_line.h"
#include "core/event/event_codec.h"

#include <sodium.h>

/* Raw bytes of one class: the largest step result and its wrapping. */
#define RAW_BYTES_MAX (65 * MIB)

struct building {
    const struct flow_entry *entries;
    size_t entry_count;
    const struct run_events_frame *frame;
    const struct data_key *key;
    struct arena *arena;
    struct run_events *out;
    uint64_t steps;
};

static struct slice loop_path_of(struct arena *arena, const struct flow_place *place)
{
    char text[FLOW_PLACE_LOOP_PATH_SIZE];
    flow_place_loop_path(place, text);
    return arena_copy(arena, slice_of_text(text));
}

/* ---- events ---- */

static struct event *add(struct building *it, enum event_type type, int64_t occurred_at_us)
{
    struct event *event = &it->out->events[it->out->count++];
    *event = (struct event){.type = type, .occurred_at_us = occurred_at_us};
    return event;
}

static void feed(void *state, struct slice piece)
{
    (void)crypto_generichash_update(state, (const unsigned char *)piece.data, piece.size);
}

/* Keyed digest of the rendered request; empty for a sleep. */
static struct slice request_digest(struct building *it, const struct flow_request *request)
{
    unsigned char digest[32];
    unsigned char subkey[KEYRING_KEY_BYTES];
    crypto_generichash_state state;
    if (request == NULL) {
        return (struct slice){NULL, 0};
    }
    keyring_subkey(it->key, KEY_REQUEST, subkey);
    (void)crypto_generichash_init(&state, subkey, sizeof subkey, sizeof digest);
    flow_request_feed(request, feed, &state);
    (void)crypto_generichash_final(&state, digest, sizeof digest);
    sodium_memzero(subkey, sizeof subkey);
    return arena_copy(it->arena, slice_of(digest, sizeof digest));
}

static void add_started(struct building *it, const struct flow_entry *entry)
{
    struct event *event = add(it, EVENT_STEP_STARTED, entry->started_us);
    event->facts.step_started = (struct facts_step_started){
        .step = entry->place.step_index,
        .loop_path = loop_path_of(it->arena, &entry->place),
        .attempt = entry->place.attempt,
        .request_digest = request_digest(it, entry->request),
    };
}

static void put(struct building *it, struct value *map, const char *key, struct value value)
{
    /* An exhausted arena is found at the end. */
    (void)value_map_put(it->arena, map, slice_of_text(key), value);
}

static struct value result_body(struct building *it, const struct flow_entry *entry)
{
    struct value body = value_map();
    put(it, &body, "data", entry->result->value);
    put(it, &body, "contentType", value_text(entry->result->content_type));
    if (entry->branch.size > 0) {
        put(it, &body, "branch", value_text(arena_copy(it->arena, entry->branch)));
    }
    return body;
}

static struct value failure_body(struct building *it, const struct flow_entry *entry)
{
    struct value body = value_map();
    put(it, &body, "error", value_text(arena_copy(it->arena, entry->error_text)));
    if (entry->http_status != 0) {
        put(it, &body, "httpStatus", value_int(entry->http_status));
    }
    return body;
}

/* The clock may have gone back in between. */
static uint64_t duration_of(const struct flow_entry *entry)
{
    int64_t us = entry->finished_us - entry->started_us;
    return us > 0 ? (uint64_t)us : 0;
}

static void add_finished(struct building *it, const struct flow_entry *entry)
{
    if (entry->step->is_trigger) {
        return; /* its result is computed from the payload */
    }
    struct event *event = add(it, EVENT_STEP_FINISHED, entry->finished_us);
    event->facts.step_finished = (struct facts_step_finished){
        .step = entry->place.step_index,
        .loop_path = loop_path_of(it->arena, &entry->place),
        .attempt = entry->place.attempt,
        .status = (uint64_t)entry->status,
        .duration_us = duration_of(entry),
        .error_class = (uint64_t)entry->error,
        .size = entry->result != NULL ? result_value_bytes(&entry->result->value) : 0,
    };
    if (entry->result != NULL) {
        event->bodies[BODY_RESULT] = result_body(it, entry);
    }
    if (entry->status != STEP_OK) {
        event->bodies[BODY_STATE] = failure_body(it, entry);
    }
    it->steps += entry->status != STEP_RETRIED;
}

static struct value log_line(struct building *it, const struct flow_entry *entry)
{
    struct value line = value_list();
    (void)value_list_push(it->arena, &line, value_int(entry->finished_us));
    (void)value_list_push(it->arena, &line, value_text(entry->message));
    (void)value_list_push(it->arena, &line, value_text(entry->step->reference));
    (void)value_list_push(it->arena, &line, value_text(loop_path_of(it->arena, &entry->place)));
    return line;
}

/* Takes the run of log lines from `index` on. Returns: how many. */
static size_t add_lines(struct building *it, size_t index)
{
    char levels[LOG_LINE_COUNT_MAX];
    struct value lines = value_list();
    size_t count = 0;
    struct event *event = add(it, EVENT_EXECUTION_LOGGED, it->entries[index].finished_us);
    while (index + count < it->entry_count && count < LOG_LINE_COUNT_MAX &&
           it->entries[index + count].kind == FLOW_LOG_LINE) {
        const struct flow_entry *entry = &it->entries[index + count];
        levels[count++] = (char)entry->level;
        (void)value_list_push(it->arena, &lines, log_line(it, entry));
    }
    event->facts.execution_logged.levels = arena_copy(it->arena, slice_of(levels, count));
    event->bodies[BODY_LOG] = lines;
    return count;
}

static void add_entries(struct building *it)
{
    for (size_t i = 0; i < it->entry_count;) {
        if (it->entries[i].kind == FLOW_LOG_LINE) {
            i += add_lines(it, i);
            continue;
        }
        if (it->entries[i].kind == FLOW_STEP_STARTED) {
            add_started(it, &it->entries[i]);
        } else {
            add_finished(it, &it->entries[i]);
        }
        i++;
    }
}

static void add_end(struct building *it)
{
    struct event *event = add(it, EVENT_EXECUTION_FINISHED, it->frame->now_us);
    event->facts.execution_finished = (struct facts_execution_finished){
        .state = (uint64_t)it->frame->state,
        .error_class = (uint64_t)it->frame->error_class,
        .steps = it->frame->steps + it->steps,
    };
    if (it->frame->error_text.size > 0) {
        struct value body = value_map();
        put(it, &body, "error", value_text(arena_copy(it->arena, it->frame->error_text)));
        event->bodies[BODY_STATE] = body;
    }
}

/* Encodes the bodies, then takes them off the events. */
static enum err encode_bodies(struct building *it, struct error *reterr)
{
    enum err e = ERR_OK;
    for (int class = 0; class < BODY_CLASS_COUNT && e == ERR_OK; class ++) {
        buf_init(&it->out->raw[class], RAW_BYTES_MAX);
        enum body_class body_class = (enum body_class) class;
        if (event_codec_has_body(it->out->events, it->out->count, body_class)) {
            event_codec_put_body(&it->out->raw[class], it->out->events, it->out->count, body_class,
                                 (struct slice){NULL, 0});
            e = buf_check(&it->out->raw[class], "what one batch of steps gave", reterr);
        }
    }
    for (size_t i = 0; i < it->out->count; i++) {
        memset(it->out->events[i].bodies, 0, sizeof it->out->events[i].bodies);
    }
    return e;
}

enum err run_events_build(const struct flow_entry *entries,
                          size_t count,
                          const struct run_events_frame *frame,
                          const struct data_key *key,
                          struct arena *arena,
                          struct run_events *ret,
                          struct error *reterr)
{
    struct building it = {entries, count, frame, key, arena, ret, 0};
    *ret = (struct run_events){.events = ARENA_ARRAY(arena, struct event, count + 3)};
    if (ret->events == NULL) {
        return arena_error(arena, "a batch of steps", reterr);
    }
    if (frame->started) {
        (void)add(&it, EVENT_EXECUTION_STARTED, frame->now_us);
    }
    if (frame->resumed) {
        (void)add(&it, EVENT_EXECUTION_RESUMED, frame->now_us);
    }
    add_entries(&it);
    if (frame->ended) {
        add_end(&it);
    }
    enum err e = encode_bodies(&it, reterr);
    if (e == ERR_OK && arena_exhausted(arena)) {
        e = arena_error(arena, "a batch of steps", reterr);
    }
    if (e != ERR_OK) {
        run_events_deinit(ret);
    }
    return e;
}

void run_events_deinit(struct run_events *events)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        buf_deinit(&events->raw[i]);
    }
}
