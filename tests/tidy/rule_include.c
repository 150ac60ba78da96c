/*
 * rule_include: who may include what. Dependencies point one way, core <- journal <- projections <-
 * api <- bench <- tools; tests may include everything, private headers of what they test too.
 */
#include "tests/tidy/rule.h"

/* Later ones may include earlier ones. */
static const char *const layers[] = {"core/",  "journal/", "projections/", "api/",
                                     "bench/", "tools/",   "tests/"};
#define LAYER_COUNT (sizeof layers / sizeof layers[0])

/* Libraries that only some folders may know; the prefixes are separated by spaces. */
static const struct {
    const char *header;
    const char *allowed;
} foreign[] = {
    {"uv.h", "api/ tools/ bench/ tests/"},
    {"curl/", "api/ tools/ bench/ tests/"},
    {"llhttp.h", "api/ tests/"},
    {"lmdb.h", "journal/ projections/"},
    {"zstd.h", "journal/ projections/ api/ bench/ tests/"},
    {"criterion/", "tests/"},
};

static size_t layer_of(struct slice path)
{
    for (size_t i = 0; i < LAYER_COUNT; i++) {
        if (slice_starts_with(path, slice_of_text(layers[i]))) {
            return i;
        }
    }
    return LAYER_COUNT;
}

struct slice rule_included(struct slice line, char open, char close)
{
    struct slice rest = slice_trim(line);
    if (!slice_starts_with(rest, SLICE("#"))) {
        return (struct slice){0};
    }
    rest = slice_trim(slice_from(rest, 1));
    if (!slice_starts_with(rest, SLICE("include"))) {
        return (struct slice){0};
    }
    rest = slice_trim(slice_from(rest, sizeof "include" - 1));
    for (size_t i = 1; rest.size > 0 && rest.data[0] == open && i < rest.size; i++) {
        if (rest.data[i] == close) {
            return slice_of(rest.data + 1, i - 1);
        }
    }
    return (struct slice){0};
}

static void
check_private(const struct source *source, size_t line, struct slice header, struct report *report)
{
    if (!slice_ends_with(header, SLICE("_priv.h")) || source_is_under(source, "tests/unit/") ||
        source_is_under(source, "tests/fuzz/")) {
        return;
    }
    struct source owner = {.path = header};
    if (!slice_equal(source_folder(&owner), source_folder(source))) {
        report_add(report, source, line, "private-header",
                   "%.*s is for its own folder alone: use that folder's public headers",
                   SLICE_ARGS(header));
    }
}

static void
check_ours(const struct source *source, size_t line, struct slice header, struct report *report)
{
    size_t from = layer_of(source->path);
    size_t to = layer_of(header);
    if (to == LAYER_COUNT) {
        report_add(report, source, line, "include-root",
                   "write \"%.*s\" from the root of the tree, as in \"core/base/buf.h\"",
                   SLICE_ARGS(header));
    } else if (to > from) {
        report_add(report, source, line, "include-direction",
                   "%.*s lies in a later layer: dependencies point from %s to earlier ones only",
                   SLICE_ARGS(header), layers[from]);
    }
    check_private(source, line, header, report);
}

/* Whether one of the prefixes in `allowed` begins the path. */
static bool is_allowed(const struct source *source, const char *allowed)
{
    struct slice rest = slice_of_text(allowed);
    while (rest.size > 0) {
        size_t space = slice_find(rest, SLICE(" "));
        size_t size = space < rest.size ? space : rest.size;
        if (slice_starts_with(source->path, slice_of(rest.data, size))) {
            return true;
        }
        rest = slice_from(rest, size + 1);
    }
    return false;
}

static void
check_foreign(const struct source *source, size_t line, struct slice header, struct report *report)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (slice_starts_with(header, slice_of_text(foreign[i].header)) &&
            !is_allowed(source, foreign[i].allowed) && !source_excused(source, line, "foreign")) {
            report_add(report, source, line, "foreign-header", "<%.*s> is for %s only",
                       SLICE_ARGS(header), foreign[i].allowed);
        }
    }
}

void rule_include(const struct source *source, struct report *report)
{
    for (size_t line = 0; line < source->line_count; line++) {
        struct slice text = source_line(source, source->text, line);
        struct slice ours = rule_included(text, '"', '"');
        struct slice theirs = rule_included(text, '<', '>');
        if (ours.size > 0) {
            check_ours(source, line, ours, report);
        } else if (theirs.size > 0) {
            check_foreign(source, line, theirs, report);
        }
    }
}
