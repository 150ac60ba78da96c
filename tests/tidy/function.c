#include "tests/tidy/function.h"

#include <ctype.h>

/* The identifier before the first parenthesis that is not an attribute's. */
static bool find_name(struct slice signature, struct slice *ret)
{
    size_t at = 0;
    while (at < signature.size) {
        struct slice word = source_next_word(signature, &at);
        if (word.size == 0) {
            return false;
        }
        bool called = at < signature.size && signature.data[at] == '(';
        if (!called) {
            continue;
        }
        if (!slice_is(word, "__attribute__")) {
            *ret = word;
            return true;
        }
        int depth = 0;
        do {
            depth += signature.data[at] == '(' ? 1 : signature.data[at] == ')' ? -1 : 0;
            at++;
        } while (at < signature.size && depth > 0);
    }
    return false;
}

static bool has_word(struct slice text, const char *wanted)
{
    size_t at = 0;
    for (;;) {
        struct slice word = source_next_word(text, &at);
        if (word.size == 0) {
            return false;
        }
        if (slice_is(word, wanted)) {
            return true;
        }
    }
}

static bool ends_statement(struct slice line)
{
    struct slice trimmed = slice_trim(line);
    return trimmed.size == 0 || slice_ends_with(trimmed, SLICE(";")) ||
           slice_starts_with(line, SLICE("}")) || slice_starts_with(line, SLICE("{"));
}

/* The signature that ends before line `brace`. */
static bool read_signature(const struct source *source, size_t brace, struct function *ret)
{
    size_t first = brace;
    while (first > 0 && !ends_statement(source_line(source, source->plain, first - 1))) {
        first--;
    }
    size_t from = source->line_at[first];
    struct slice signature = slice_of(source->plain.data + from, source->line_at[brace] - from);
    struct function found = {
        .first_line = first, .has_body = true, .is_static = has_word(signature, "static")};
    if (!find_name(signature, &found.name)) {
        return false;
    }
    *ret = found;
    return true;
}

bool function_next_body(const struct source *source, size_t line, struct function *ret)
{
    for (size_t brace = line; brace < source->line_count; brace++) {
        struct function found;
        if (!slice_is(source_line(source, source->plain, brace), "{") ||
            !read_signature(source, brace, &found)) {
            continue;
        }
        size_t last = brace;
        while (last + 1 < source->line_count &&
               !slice_starts_with(source_line(source, source->plain, last), SLICE("}"))) {
            last++;
        }
        found.last_line = last;
        *ret = found;
        return true;
    }
    return false;
}

/* The end of the statement that begins at `at`: behind its semicolon or its function body. */
static size_t statement_end(struct slice plain, size_t at, size_t *ret_brace)
{
    int depth = 0;
    *ret_brace = SIZE_MAX;
    for (; at < plain.size; at++) {
        char c = plain.data[at];
        if (c == '{') {
            if (depth == 0 && *ret_brace == SIZE_MAX) {
                *ret_brace = at;
            }
            depth++;
        } else if (c == '}') {
            depth--;
            /* A function's body ends the statement, a struct's does not. */
            bool alone = *ret_brace > 0 && plain.data[*ret_brace - 1] == '\n';
            if (depth == 0 && alone) {
                return at + 1;
            }
        } else if (c == ';' && depth == 0) {
            return at + 1;
        }
    }
    return plain.size;
}

static bool is_declaration(struct slice head, struct slice *ret_name)
{
    return !has_word(head, "typedef") && !has_word(head, "_Static_assert") &&
           !has_word(head, "static_assert") && slice_find(head, SLICE("=")) == SIZE_MAX &&
           find_name(head, ret_name);
}

bool function_next(const struct source *source, size_t line, struct function *ret)
{
    size_t at = line < source->line_count ? source->line_at[line] : source->plain.size;
    while (at < source->plain.size) {
        if (isspace((unsigned char)source->plain.data[at])) {
            at++;
            continue;
        }
        size_t brace = SIZE_MAX;
        size_t end = statement_end(source->plain, at, &brace);
        bool body = brace < end && brace > 0 && source->plain.data[brace - 1] == '\n';
        struct slice head = slice_of(source->plain.data + at, (brace < end ? brace : end) - at);
        struct function found = {.first_line = source_line_of(source, at),
                                 .last_line = source_line_of(source, end - 1),
                                 .is_static = has_word(head, "static"),
                                 .has_body = body};
        bool aggregate = brace < end && !body;
        if (!aggregate && is_declaration(head, &found.name)) {
            *ret = found;
            return true;
        }
        at = end;
    }
    return false;
}

size_t function_lines(const struct function *function)
{
    return function->last_line - function->first_line + 1;
}
