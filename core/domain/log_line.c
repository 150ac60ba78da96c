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
