/*
 * report: what the rules found, printed as "path:line: rule: sentence" and counted.
 *
 * In quiet mode nothing is printed and the names of the rules that spoke are kept: so the self-test
 * asks whether exactly the expected rule spoke.
 */
#ifndef DAYBOOK_TESTS_TIDY_REPORT_H
#define DAYBOOK_TESTS_TIDY_REPORT_H

#include "tests/tidy/source.h"

#define REPORT_RULES_MAX 32

struct report {
    bool quiet;
    size_t count;
    const char *rules[REPORT_RULES_MAX]; /* the first findings' rules, in order */
};

/** Adds a finding at a line (from 0) of a file; the sentence says what would be right. */
void report_add(struct report *report,
                const struct source *source,
                size_t line,
                const char *rule,
                const char *format,
                ...) PRINTF_LIKE(5, 6);

#endif
