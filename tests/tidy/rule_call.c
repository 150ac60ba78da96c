/*
 * rule_call: functions that nobody calls, and functions that only one place calls.
 */
#include "tests/tidy/rule.h"

/* Files that may speak to LMDB: the folder, and a part of the file's name. */
static const struct {
    const char *folder;
    const char *part;
} stores[] = {{"journal/", "store"}, {"projections/", "store"}};

static const struct {
    const char *rule;
    const char *excuse;
    const char *home; /* the one file that may */
    const char *advice;
    const char *names; /* separated by spaces */
} bans[] = {
    {"banned-call", "call", "", "it writes without a bound or hides errors: use slice, buf, strtol",
     "strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll atof alloca"},
    {"clock", "clock", "core/base/clock.c", "take a struct clock: core/base/clock.h",
     "clock_gettime gettimeofday time ftime"},
    {"heap", "heap", "core/base/memory.c", "use core/base/memory.h or an arena",
     "malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf aligned_alloc "
     "posix_memalign"},
};

static bool in_list(struct slice word, const char *list)
{
    struct slice rest = slice_of_text(list);
    while (rest.size > 0) {
        size_t space = slice_find(rest, SLICE(" "));
        size_t size = space < rest.size ? space : rest.size;
        if (slice_equal(word, slice_of(rest.data, size))) {
            return true;
        }
        rest = slice_from(rest, size + 1);
    }
    return false;
}

static bool is_store(const struct source *source)
{
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        if (source_is_under(source, stores[i].folder) &&
            slice_find(source_stem(source), slice_of_text(stores[i].part)) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* Whether the word that ends before `at` is called: not a member, not a mere name. */
static bool is_call(struct slice code, struct slice word, size_t at)
{
    size_t begin = (size_t)(word.data - code.data);
    bool member = (begin >= 1 && code.data[begin - 1] == '.') ||
                  (begin >= 2 && code.data[begin - 1] == '>' && code.data[begin - 2] == '-');
    while (at < code.size && code.data[at] == ' ') {
        at++;
    }
    return !member && at < code.size && code.data[at] == '(';
}

static void
check_word(const struct source *source, struct slice word, size_t at, struct report *report)
{
    size_t line = source_line_of(source, at - 1);
    bool lmdb = slice_starts_with(word, SLICE("mdb_")) || slice_starts_with(word, SLICE("MDB_"));
    if (lmdb && !is_store(source) && !source_excused(source, line, "lmdb")) {
        report_add(report, source, line, "lmdb",
                   "%.*s: only the store files of journal/ and projections/ speak to LMDB",
                   SLICE_ARGS(word));
    }
    if (!is_call(source->code, word, at)) {
        return;
    }
    for (size_t i = 0; i < sizeof bans / sizeof bans[0]; i++) {
        if (in_list(word, bans[i].names) && !slice_is(source->path, bans[i].home) &&
            !source_excused(source, line, bans[i].excuse)) {
            report_add(report, source, line, bans[i].rule, "%.*s(): %s", SLICE_ARGS(word),
                       bans[i].advice);
        }
    }
}

void rule_call(const struct source *source, struct report *report)
{
    size_t at = 0;
    for (;;) {
        struct slice word = source_next_word(source->code, &at);
        if (word.size == 0) {
            return;
        }
        check_word(source, word, at, report);
    }
}
