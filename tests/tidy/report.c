#include "tests/tidy/report.h"

#include <stdarg.h>
#include <stdio.h>

void report_add(struct report *report,
                const struct source *source,
                size_t line,
                const char *rule,
                const char *format,
                ...)
{
    if (report->count < REPORT_RULES_MAX) {
        report->rules[report->count] = rule;
    }
    report->count++;
    if (report->quiet) {
        return;
    }
    printf("%.*s:%zu: %s: ", SLICE_ARGS(source->path), line + 1, rule);
    va_list args;
    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    printf("\n");
}
