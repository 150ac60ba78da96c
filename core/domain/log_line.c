#include "core/domain/log_line.h"

static struct slice written_levels(const struct event *event)
{
    if (event->type == EVENT_EXECUTION_LOGGED) {
        return event->facts.execution_logged.levels;
    }
    return event->type == EVENT_INSTANCE_LOGGED ? event->facts.instance_logged.levels
                                                : (struct slice){NULL, 0};
}

static bool is_automatic(const struct event *event)
{
    return event->type == EVENT_EXECUTION_STARTED || event->type == EVENT_EXECUTION_RESUMED ||
           event->type == EVENT_STEP_STARTED || event->type == EVENT_STEP_FINISHED ||
           event->type == EVENT_EXECUTION_FINISHED;
}

size_t log_line_count(const struct event *event)
{
    return is_automatic(event) ? 1 : written_levels(event).size;
}

static enum log_level step_level(enum step_status status)
{
    if (status == STEP_OK) {
        return LOG_LEVEL_DEBUG;
    }
    return status == STEP_FAILED ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN;
}

static enum log_level automatic_level(const struct event *event)
{
    if (event->type == EVENT_STEP_STARTED) {
        return LOG_LEVEL_DEBUG;
    }
    if (event->type == EVENT_STEP_FINISHED) {
        return step_level((enum step_status)event->facts.step_finished.status);
    }
    if (event->type == EVENT_EXECUTION_FINISHED) {
        bool good = event->facts.execution_finished.state == (uint64_t)EXECUTION_SUCCEEDED;
        return good ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
    }
    return event->type == EVENT_EXECUTION_RESUMED ? LOG_LEVEL_WARN : LOG_LEVEL_INFO;
}

enum log_level log_line_level(const struct event *event, size_t index)
{
    if (is_automatic(event)) {
        return automatic_level(event);
    }
    struct slice levels = written_levels(event);
    unsigned char level = index < levels.size ? (unsigned char)levels.data[index] : LOG_LEVEL_INFO;
    return level < LOG_LEVEL_COUNT ? (enum log_level)level : LOG_LEVEL_INFO;
}

uint8_t log_line_mask(const struct event *event)
{
    unsigned mask = 0;
    for (size_t i = 0; i < log_line_count(event); i++) {
        mask |= 1U << log_line_level(event, i);
    }
    return (uint8_t)mask;
}

/* ---- what is shown ---- */

bool log_line_step(const struct event *event, uint32_t *ret_index)
{
    if (event->type == EVENT_STEP_STARTED) {
        *ret_index = (uint32_t)event->facts.step_started.step;
        return true;
    }
    if (event->type == EVENT_STEP_FINISHED) {
        *ret_index = (uint32_t)event->facts.step_finished.step;
        return true;
    }
    return false;
}

/* ": <why>" from the state body, or nothing when it has none or is no longer kept. */
static struct slice cause(const struct event *event, struct arena *arena)
{
    struct slice text = value_get_text(&event->bodies[BODY_STATE], SLICE("error"));
    return text.size > 0 ? arena_format(arena, ": %.*s", SLICE_ARGS(text)) : SLICE("");
}

static struct slice
finished_message(const struct event *event, struct slice name, struct arena *arena)
{
    const struct facts_step_finished *facts = &event->facts.step_finished;
    struct slice why = cause(event, arena);
    switch ((enum step_status)facts->status) {
    case STEP_OK:
        return arena_format(arena, "Step \"%.*s\" finished after %llu ms", SLICE_ARGS(name),
                            (unsigned long long)facts->duration_us / 1000);
    case STEP_IGNORED:
        return arena_format(arena, "Step \"%.*s\" failed and is ignored%.*s", SLICE_ARGS(name),
                            SLICE_ARGS(why));
    case STEP_RETRIED:
        return arena_format(arena, "Step \"%.*s\" failed and will be tried again%.*s",
                            SLICE_ARGS(name), SLICE_ARGS(why));
    case STEP_FAILED:
        break;
    }
    return arena_format(arena, "Step \"%.*s\" failed%.*s", SLICE_ARGS(name), SLICE_ARGS(why));
}

static struct slice ending_message(const struct event *event, struct arena *arena)
{
    enum execution_state state = (enum execution_state)event->facts.execution_finished.state;
    struct slice why = cause(event, arena);
    if (state == EXECUTION_SUCCEEDED) {
        return SLICE(LOG_LINE_ENDING);
    }
    const char *how = state == EXECUTION_TIMED_OUT
                          ? "timed out"
                          : (state == EXECUTION_CANCELED ? "canceled" : "failed");
    return arena_format(arena, LOG_LINE_ENDING ": %s%.*s", how, SLICE_ARGS(why));
}

static struct slice
automatic_message(const struct event *event, struct slice name, struct arena *arena)
{
    if (event->type == EVENT_EXECUTION_STARTED) {
        return SLICE("Starting Instance Execution");
    }
    if (event->type == EVENT_EXECUTION_RESUMED) {
        return SLICE("Resuming Instance Execution behind its last journaled step");
    }
    if (event->type == EVENT_STEP_STARTED) {
        return arena_format(arena, "Step \"%.*s\" starts", SLICE_ARGS(name));
    }
    return event->type == EVENT_STEP_FINISHED ? finished_message(event, name, arena)
                                              : ending_message(event, arena);
}

static struct slice loop_path_of(const struct event *event)
{
    if (event->type == EVENT_STEP_STARTED) {
        return event->facts.step_started.loop_path;
    }
    return event->type == EVENT_STEP_FINISHED ? event->facts.step_finished.loop_path
                                              : (struct slice){NULL, 0};
}

static int64_t time_of(const struct recorded_event *event)
{
    return event->event.occurred_at_us != 0 ? event->event.occurred_at_us : event->recorded_at_us;
}

static bool read_written(const struct recorded_event *event, size_t index, struct log_line *ret)
{
    const struct value *lines = &event->event.bodies[BODY_LOG];
    const struct value *line = value_at(lines, index);
    if (value_is_null(lines)) {
        ret->message = SLICE("(this line is no longer kept)");
        return true;
    }
    if (line == NULL || line->type != VALUE_LIST) {
        return false;
    }
    ret->at_us = value_int_of(value_at(line, 0), ret->at_us);
    ret->message = value_text_of(value_at(line, 1));
    ret->step = value_text_of(value_at(line, 2));
    ret->loop_path = value_text_of(value_at(line, 3));
    return true;
}

bool log_line_read(const struct recorded_event *event,
                   size_t index,
                   struct slice step_name,
                   struct arena *arena,
                   struct log_line *ret)
{
    *ret = (struct log_line){
        .level = log_line_level(&event->event, index),
        .at_us = time_of(event),
        .loop_path = loop_path_of(&event->event),
    };
    if (!is_automatic(&event->event)) {
        return read_written(event, index, ret);
    }
    ret->message = automatic_message(&event->event, step_name, arena);
    return true;
}
