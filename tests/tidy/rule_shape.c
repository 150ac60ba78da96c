/*
 * rule_shape: lengths, head comments, header guards, and words that say "unfinished".
 */
#include "tests/tidy/function.h"
#include "tests/tidy/rule.h"

#include <ctype.h>

/* Written in two parts, so that this file does not find itself. */
static const char *const leftovers[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME",
                                        "X"
                                        "XX"};

void rule_all(const struct source *source, struct report *report)
{
    rule_length(source, report);
    rule_any_text(source, report);
    rule_shape(source, report);
    rule_include(source, report);
    rule_call(source, report);
    rule_function(source, report);
    rule_doc(source, report);
    rule_noun(source, report);
}

void rule_length(const struct source *source, struct report *report)
{
    if (source->line_count > RULE_FILE_LINES_MAX) {
        report_add(report, source, RULE_FILE_LINES_MAX, "file-length",
                   "%zu lines; %d is the most: split by what belongs together", source->line_count,
                   RULE_FILE_LINES_MAX);
    }
}

void rule_any_text(const struct source *source, struct report *report)
{
    size_t at = 0;
    for (;;) {
        struct slice word = source_next_word(source->text, &at);
        if (word.size == 0) {
            return;
        }
        for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
            if (slice_is(word, leftovers[i])) {
                report_add(report, source, source_line_of(source, at - 1), "leftover",
                           "%s: do it, or say in a sentence what is and why", leftovers[i]);
            }
        }
    }
}

/* Whether a header of the file's folder is called as the file, or as its first words, perhaps with
 * "_priv": flow_entry.c belongs to flow.h and flow_priv.h. */
static bool is_own_header(const struct source *source, struct slice header)
{
    struct source other = {.path = header};
    struct slice stem = source_stem(source);
    struct slice noun = source_stem(&other);
    if (slice_ends_with(noun, SLICE("_priv"))) {
        noun.size -= sizeof "_priv" - 1;
    }
    return slice_equal(source_folder(source), source_folder(&other)) &&
           slice_starts_with(stem, noun) && (stem.size == noun.size || stem.data[noun.size] == '_');
}

/* A .c may let its own header speak for it. */
static bool header_speaks(const struct source *source)
{
    for (size_t line = 0; source_has_suffix(source, ".c") && line < source->line_count; line++) {
        struct slice header = rule_included(source_line(source, source->text, line), '"', '"');
        if (header.size > 0 && is_own_header(source, header)) {
            return true;
        }
    }
    return false;
}

static void check_guard(const struct source *source, struct report *report, struct arena *arena)
{
    struct slice path = source->path;
    struct slice guard = arena_format(arena, "DAYBOOK_%.*s_H", (int)path.size - 2, path.data);
    char *bytes = (char *)(uintptr_t)guard.data;
    for (size_t i = 0; i < guard.size; i++) {
        bytes[i] = isalnum((unsigned char)bytes[i]) ? (char)toupper((unsigned char)bytes[i]) : '_';
    }
    struct slice define = arena_format(arena, "\n#define %.*s\n", SLICE_ARGS(guard));
    struct slice open =
        arena_format(arena, "\n#ifndef %.*s%.*s", SLICE_ARGS(guard), SLICE_ARGS(define));
    if (slice_find(source->code, open) == SIZE_MAX ||
        !slice_ends_with(source->code, SLICE("\n#endif\n"))) {
        report_add(report, source, 0, "header-guard",
                   "guard the header by #ifndef and #define %.*s, closed by its last line",
                   SLICE_ARGS(guard));
    }
}

void rule_shape(const struct source *source, struct report *report)
{
    struct arena arena;
    arena_init(&arena, 65536);
    bool commented = slice_starts_with(source->text, SLICE("/*")) &&
                     !slice_starts_with(source->text, SLICE("/**"));
    if (!commented && !header_speaks(source)) {
        report_add(report, source, 0, "head-comment",
                   "begin the file with a comment: what it is for, how it works, how it fails");
    }
    if (source_has_suffix(source, ".h")) {
        check_guard(source, report, &arena);
    }
    arena_deinit(&arena);
}

/* The reason may stand in the function or in the comment directly above it. */
static bool long_for_a_reason(const struct source *source, const struct function *function)
{
    size_t line = function->first_line;
    while (line > 0 && slice_trim(source_line(source, source->text, line - 1)).size > 0) {
        line--;
    }
    for (; line <= function->last_line; line++) {
        if (source_excused(source, line, "long")) {
            return true;
        }
    }
    return false;
}

void rule_function(const struct source *source, struct report *report)
{
    struct function function;
    size_t line = 0;
    while (function_next_body(source, line, &function)) {
        size_t lines = function_lines(&function);
        if (lines > RULE_FUNCTION_LINES_MAX && !long_for_a_reason(source, &function)) {
            report_add(report, source, function.first_line, "function-length",
                       "%.*s has %zu lines; %d is the most: split it, or say why not in a comment "
                       "\"tidy: long, because ...\"",
                       SLICE_ARGS(function.name), lines, RULE_FUNCTION_LINES_MAX);
        }
        line = function.last_line + 1;
    }
}
