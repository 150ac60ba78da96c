/*
 * log_line: the lines of an execution's log, as events imply them.
 *
 * Lines a flow wrote come with execution.logged or instance.logged, one fact byte of level a line
 * and the texts in the log body. *Automatic* lines cost no byte: that an execution or step starts,
 * fails or ends is an event already, and its line is derived whenever the log is read.
 *
 *     execution.started    info   Starting Instance Execution ...
 *     step.started         debug  step starts
 *     step.finished        debug  step finished | error step failed | warn retried, ignored
 *     execution.resumed    warn   resumed behind its last journaled step
 *     execution.finished   info or error  Ending Instance Execution ...
 *
 * In a log body a line is a list: [microseconds since 1970 UTC, message, step reference, loop
 * path]; the last two may be missing.
 */
#ifndef DAYBOOK_CORE_DOMAIN_LOG_LINE_H
#define DAYBOOK_CORE_DOMAIN_LOG_LINE_H

#include "core/base/arena.h"
#include "core/domain/execution.h"
#include "core/event/event.h"

/* Lines in one execution.logged or instance.logged: its fact of levels must stay short. */
#define LOG_LINE_COUNT_MAX 48

/* The last line of every execution's log begins with this: clients that follow a log stop there. */
#define LOG_LINE_ENDING "Ending Instance Execution"

/* One line as it is shown. */
struct log_line {
    enum log_level level;
    int64_t at_us;
    struct slice message;
    struct slice step; /* reference name of the step that wrote it; empty: none, or see below */
    struct slice loop_path; /* "3.0"; empty outside of loops */
};

/** Lines an event stands for. */
size_t log_line_count(const struct event *event);

/** The level of its index-th line. */
enum log_level log_line_level(const struct event *event, size_t index);

/** All levels of its lines: bits (1 << enum log_level). */
uint8_t log_line_mask(const struct event *event);

/** Whether an automatic line is about a step, and which (its index in the flow). */
bool log_line_step(const struct event *event, uint32_t *ret_index);

/**
 * The index-th line of an event whose state and log bodies are opened; where those are no longer
 * kept, the line says so. `step_name` is what automatic lines call their step. Texts live in
 * `arena` or borrow from the event. Returns: false when the body has no such line (it was written
 * by a program that knew another form).
 */
bool log_line_read(const struct recorded_event *event,
                   size_t index,
                   struct slice step_name,
                   struct arena *arena,
                   struct log_line *ret);

#endif
