#include "tests/unit/core/flow_story.h"

#include "core/base/check.h"
#include "core/base/json_out.h"
#include "tests/unit/core/flow_kit.h"

#include <inttypes.h>
#include <stdio.h>

#define START_US   ((int64_t)1000000000)
#define HTTP_US    ((int64_t)10000)
#define US_PER_MS  ((int64_t)1000)
#define ITEMS_MAX  20000
#define LINE_BYTES ((size_t)1024 * 1024)

struct flow_story flow_story(struct arena *arena,
                             const char *flow,
                             const char *snapshot,
                             const char *script,
                             const char *body)
{
    struct flow_story story = {.arena = arena,
                               .flow = flow_kit_flow(arena, flow),
                               .snapshot = flow_kit_snapshot(arena, snapshot),
                               .script = flow_kit_value(arena, script),
                               .limits = flow_limits_default(),
                               .now_us = START_US};
    struct value data = value_map();
    story.trigger = value_map();
    bool fits = value_map_put(arena, &data, SLICE("data"), flow_kit_value(arena, body)) &&
                value_map_put(arena, &story.trigger, SLICE("body"), data);
    story.items = ARENA_ARRAY(arena, struct flow_story_item, ITEMS_MAX);
    ASSERT(fits && story.items != NULL);
    return story;
}

/* ---- writing down ---- */

static struct flow_story_item *
add(struct flow_story *story, enum flow_story_item_kind kind, const struct buf *line)
{
    ASSERT(story->count < ITEMS_MAX && !line->failed);
    struct flow_story_item *item = &story->items[story->count++];
    *item = (struct flow_story_item){.kind = kind, .now_us = story->now_us};
    item->line = arena_text(story->arena, buf_slice(line));
    ASSERT(item->line != NULL);
    return item;
}

static void put_doing(struct buf *out, const struct step *step, const struct flow_place *place)
{
    char loop_path[FLOW_PLACE_LOOP_PATH_SIZE];
    flow_place_loop_path(place, loop_path);
    buf_put_slice(out, step->reference);
    buf_printf(out, "%s%s", loop_path[0] != '\0' ? "@" : "", loop_path);
    if (place->attempt > 0) {
        buf_printf(out, "#%u", place->attempt);
    }
}

static void put_value(struct buf *out, const struct value *value)
{
    struct json_out json = json_out(out);
    json_out_value(&json, value);
}

static const char *status_word(enum step_status status)
{
    static const char *const words[] = {"ok", "failed", "ignored", "retried"};
    return words[status];
}

static void put_finished(struct buf *out, const struct flow_entry *entry)
{
    put_doing(out, entry->step, &entry->place);
    buf_printf(out, " %s", status_word(entry->status));
    if (entry->branch.size > 0) {
        buf_printf(out, " -> %.*s", SLICE_ARGS(entry->branch));
    } else if (entry->result != NULL && entry->step->is_trigger) {
        buf_put_text(out, "");
    } else if (entry->result != NULL) {
        buf_put_char(out, ' ');
        put_value(out, &entry->result->value);
    }
    if (entry->error != ERROR_CLASS_NONE) {
        buf_printf(out, " %s: %.*s", execution_error_class_name(entry->error),
                   SLICE_ARGS(entry->error_text));
    }
    buf_put_text(out, entry->recorded ? " (recorded)" : "");
}

static void
copy_record(struct flow_story *story, const struct flow_entry *entry, struct flow_record *record)
{
    *record = (struct flow_record){.place = entry->place,
                                   .status = entry->status,
                                   .error = entry->error,
                                   .error_text = arena_copy(story->arena, entry->error_text),
                                   .http_status = entry->http_status,
                                   .finished_us = entry->finished_us};
    if (entry->result != NULL && !entry->derived) {
        record->result = value_copy(story->arena, &entry->result->value);
        record->content_type = arena_copy(story->arena, entry->result->content_type);
    }
}

static void add_entry(struct flow_story *story, const struct flow_entry *entry)
{
    struct buf line;
    buf_init(&line, LINE_BYTES);
    switch (entry->kind) {
    case FLOW_STEP_STARTED:
        buf_put_text(&line, "start ");
        put_doing(&line, entry->step, &entry->place);
        buf_printf(&line, "%s%.*s%s", entry->idempotency_key.size > 0 ? " " : "",
                   SLICE_ARGS(entry->idempotency_key), entry->again ? " again" : "");
        add(story, FLOW_STORY_STARTED, &line)->place = entry->place;
        break;
    case FLOW_STEP_FINISHED:
        put_finished(&line, entry);
        copy_record(story, entry, &add(story, FLOW_STORY_FINISHED, &line)->record);
        break;
    case FLOW_LOG_LINE:
        buf_put_text(&line, "log ");
        put_doing(&line, entry->step, &entry->place);
        buf_printf(&line, ": %s %.*s", log_level_name(entry->level),
                   (int)(entry->message.size < 200 ? entry->message.size : 200),
                   entry->message.data);
        (void)add(story, FLOW_STORY_LOG, &line);
        break;
    }
    buf_deinit(&line);
}

static void drain(struct flow_story *story, struct flow_run *run)
{
    size_t count = 0;
    const struct flow_entry *entries = flow_run_entries(run, &count);
    for (size_t i = 0; i < count; i++) {
        add_entry(story, &entries[i]);
    }
    flow_run_clear_entries(run);
}

/* ---- performing ---- */

static const struct value *
answer_for(const struct flow_story *story, const struct step *step, const struct flow_place *place)
{
    struct flow_place first = *place;
    first.attempt = 0;
    struct buf key;
    buf_init(&key, 1024);
    put_doing(&key, step, place);
    const struct value *found = value_get(&story->script, buf_slice(&key));
    if (found == NULL) {
        buf_clear(&key);
        put_doing(&key, step, &first);
        found = value_get(&story->script, buf_slice(&key));
    }
    if (found == NULL) {
        found = value_get(&story->script, step->reference);
    }
    buf_deinit(&key);
    return found;
}

static enum error_class error_of(struct slice word)
{
    if (slice_is(word, "connection")) {
        return ERROR_CLASS_CONNECTION;
    }
    if (slice_is(word, "timeout")) {
        return ERROR_CLASS_TIMEOUT;
    }
    return slice_is(word, "refused") ? ERROR_CLASS_REFUSED_TARGET : ERROR_CLASS_LIMIT;
}

static void resolve_http(struct flow_story *story,
                         struct flow_run *run,
                         const struct step *step,
                         const struct flow_place *place)
{
    const struct value *answer = answer_for(story, step, place);
    struct flow_header header = {SLICE("content-type"), SLICE("application/json"), false};
    struct flow_reply reply = {.status = 200, .headers = &header, .header_count = 1};
    struct flow_outcome outcome = {.kind = FLOW_REPLIED, .reply = &reply};
    if (answer != NULL && answer->type == VALUE_TEXT) {
        outcome = (struct flow_outcome){.kind = FLOW_NO_ANSWER,
                                        .error = error_of(answer->bytes),
                                        .text = SLICE("the other side is not there")};
    } else if (answer != NULL) {
        const struct value *body = value_get(answer, SLICE("body"));
        reply.status = (int)value_int_of(value_get(answer, SLICE("status")), 200);
        if (body != NULL) {
            reply.body = body->type == VALUE_TEXT
                             ? body->bytes
                             : slice_of_text(flow_kit_json(story->arena, body));
        }
    }
    story->now_us += HTTP_US;
    enum err e = flow_run_resolve(run, story->now_us, &outcome, NULL);
    ASSERT(e == ERR_OK);
}

static void add_http(struct flow_story *story, const struct flow_effect *effect)
{
    struct buf line;
    buf_init(&line, LINE_BYTES);
    buf_printf(&line, "> %.*s %.*s%s%.*s", SLICE_ARGS(effect->request->method),
               SLICE_ARGS(effect->request->url), effect->request->has_body ? " " : "",
               SLICE_ARGS(effect->request->body));
    struct flow_story_item *item = add(story, FLOW_STORY_EFFECT, &line);
    buf_clear(&line);
    put_doing(&line, effect->step, &effect->place);
    item->doing = arena_text(story->arena, buf_slice(&line));
    buf_deinit(&line);
}

static void add_wait(struct flow_story *story, const struct flow_effect *effect)
{
    struct buf line;
    buf_init(&line, LINE_BYTES);
    buf_printf(&line, "> %s %" PRId64 " ms", effect->kind == FLOW_SLEEP ? "sleep" : "wait",
               effect->wait_ms);
    (void)add(story, FLOW_STORY_EFFECT, &line);
    buf_deinit(&line);
}

static void add_end(struct flow_story *story, const struct flow_end *end)
{
    struct buf line;
    buf_init(&line, LINE_BYTES);
    story->succeeded = end->succeeded;
    story->stopped = end->stopped;
    if (end->stopped) {
        story->response_status = end->response.status;
        story->response_body = arena_text(story->arena, end->response.body);
        buf_printf(&line, "end stopped %d %.*s %.*s", end->response.status,
                   SLICE_ARGS(end->response.content_type), SLICE_ARGS(end->response.body));
    } else if (end->succeeded) {
        struct value nothing = value_null();
        buf_put_text(&line, "end ok ");
        put_value(&line, end->last_result != NULL ? &end->last_result->value : &nothing);
    } else {
        buf_printf(&line, "end failed %s at ", execution_error_class_name(end->error));
        put_doing(&line, end->step, &end->place);
        buf_printf(&line, ": %.*s", SLICE_ARGS(end->error_text));
    }
    (void)add(story, FLOW_STORY_END, &line);
    buf_deinit(&line);
}

/* Performs one effect. Returns: false at the end. */
static bool
perform(struct flow_story *story, struct flow_run *run, const struct flow_effect *effect)
{
    struct flow_outcome elapsed = {.kind = FLOW_ELAPSED};
    switch (effect->kind) {
    case FLOW_COMMIT:
        story->commits++;
        return true;
    case FLOW_HTTP:
        add_http(story, effect);
        resolve_http(story, run, effect->step, &effect->place);
        return true;
    case FLOW_SLEEP:
    case FLOW_WAIT:
        add_wait(story, effect);
        story->now_us += effect->wait_ms * US_PER_MS;
        ASSERT(flow_run_resolve(run, story->now_us, &elapsed, NULL) == ERR_OK);
        return true;
    case FLOW_FINISHED:
        add_end(story, effect->end);
        return false;
    }
    return false;
}

void flow_story_run(struct flow_story *story,
                    const struct flow_history *history,
                    size_t effects_max)
{
    struct flow_params params = {.flow = story->flow,
                                 .snapshot = story->snapshot,
                                 .trigger = &story->trigger,
                                 .limits = story->limits,
                                 .history = history};
    struct flow_run *run = NULL;
    ASSERT(flow_run_create(&params, &run, NULL) == ERR_OK);
    bool more = true;
    for (size_t i = 0; i < effects_max && more; i++) {
        struct flow_effect effect;
        ASSERT(flow_run_next(run, story->now_us, &effect, NULL) == ERR_OK);
        drain(story, run);
        more = perform(story, run, &effect);
    }
    flow_run_destroy(&run);
}

const char *flow_story_text_from(const struct flow_story *story, size_t from)
{
    struct buf text;
    buf_init(&text, 16 * LINE_BYTES);
    for (size_t i = from; i < story->count; i++) {
        buf_put_text(&text, story->items[i].line);
        buf_put_char(&text, '\n');
    }
    const char *copy = arena_text(story->arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

const char *flow_story_text(const struct flow_story *story)
{
    return flow_story_text_from(story, 0);
}

struct flow_history flow_story_history(const struct flow_story *story, size_t count)
{
    struct flow_record *records = ARENA_ARRAY(story->arena, struct flow_record, count + 1);
    struct flow_history history = {.use = FLOW_HISTORY_RESUME, .records = records};
    ASSERT(records != NULL);
    for (size_t i = 0; i < count; i++) {
        const struct flow_story_item *item = &story->items[i];
        if (item->kind == FLOW_STORY_STARTED) {
            bool same =
                history.has_started && flow_place_compare(&history.started, &item->place) == 0;
            history.starts = same ? history.starts + 1 : 1;
            history.started_us = same ? history.started_us : item->now_us;
            history.started = item->place;
            history.has_started = true;
        } else if (item->kind == FLOW_STORY_FINISHED) {
            records[history.count++] = item->record;
            history.has_started = history.has_started &&
                                  flow_place_compare(&history.started, &item->record.place) != 0;
        }
    }
    return history;
}
