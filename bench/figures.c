#include "bench/figures.h"

#include "core/base/check.h"
#include "core/base/limits.h"

#include <stdlib.h>

#define PAGE_BYTES_MAX (1 * MIB)
#define NUMBER_SIZE    32

static const struct {
    const char *name; /* with its label, as Prometheus text has it */
    size_t offset;    /* in struct figures */
} table[] = {
    {"daybook_webhooks_accepted_total", offsetof(struct figures, webhooks)},
    {"daybook_journal_sync_seconds_count", offsetof(struct figures, commits)},
    {"daybook_commands_appended_total", offsetof(struct figures, commands)},
    {"daybook_executions_finished_total{state=\"succeeded\"}", offsetof(struct figures, finished)},
    {"daybook_executions_open", offsetof(struct figures, open)},
    {"daybook_journal_file_bytes", offsetof(struct figures, journal_file_bytes)},
    {"daybook_views_file_bytes", offsetof(struct figures, views_file_bytes)},
};

_Static_assert(ARRAY_COUNT(table) * sizeof(uint64_t) == sizeof(struct figures), "a line each");

/* "name value": the value of the line that begins so. Returns: false when there is none. */
static bool find(struct slice page, const char *name, uint64_t *ret)
{
    struct slice rest = page;
    while (rest.size > 0) {
        size_t end = slice_find(rest, SLICE("\n"));
        struct slice line = slice_of(rest.data, end < rest.size ? end : rest.size);
        struct slice value = slice_from(line, strlen(name));
        if (slice_starts_with(line, slice_of_text(name)) && slice_starts_with(value, SLICE(" "))) {
            char number[NUMBER_SIZE] = "";
            value = slice_trim(value);
            memcpy(number, value.data, value.size < NUMBER_SIZE ? value.size : NUMBER_SIZE - 1);
            *ret = strtoull(number, NULL, 10);
            return true;
        }
        rest = slice_from(rest, line.size + 1);
    }
    return false;
}

enum err figures_parse(struct slice page, struct figures *ret, struct error *reterr)
{
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        uint64_t *field = (uint64_t *)(void *)((char *)ret + table[i].offset);
        if (!find(page, table[i].name, field)) {
            return error_set(reterr, ERR_NOT_FOUND, "the server's /metrics do not tell %s",
                             table[i].name);
        }
    }
    return ERR_OK;
}

enum err figures_read(struct ask *ask, struct figures *ret, struct error *reterr)
{
    struct buf page;
    buf_init(&page, PAGE_BYTES_MAX);
    enum err e = ask_get(ask, "/metrics", &page, reterr);
    e = e != ERR_OK ? e : figures_parse(buf_slice(&page), ret, reterr);
    buf_deinit(&page);
    return e;
}
