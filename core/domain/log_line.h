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
 * In a log body a line is a list: [when, in microseconds since 1970, message, step reference, loop
 * path]; the last two may be missing.
 */
#ifndef DAYBOOK_CORE_DOMAIN_LOG_LINE_H
#define DAYBOOK_CORE_DOMAIN_LOG_LINE_H

#include "core/domain/execution.h"
#include "core/event/event.h"

/* Lines in one execution.logged or instance.logged: its fact of levels must stay short. */
#define LOG_LINE_COUNT_MAX 48

/** Lines an event stands for. */
size_t log_line_count(const struct event *event);

/** The level of its index-th line. */
enum log_level log_line_level(const struct event *event, size_t index);

/** All levels of its lines: bits (1 << enum log_level). */
uint8_t log_line_mask(const struct event *event);

#endif
