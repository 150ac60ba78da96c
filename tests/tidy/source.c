#include "tests/tidy/source.h"

#include <ctype.h>
#include <stdio.h>

enum lexer_state { IN_CODE, IN_LINE_COMMENT, IN_COMMENT, IN_STRING, IN_CHARACTER };

/* The state behind byte i; *ret_blank tells whether the byte is no code. */
static enum lexer_state step(enum lexer_state state, struct slice text, size_t *i, bool *ret_blank)
{
    char c = text.data[*i];
    char next = *i + 1 < text.size ? text.data[*i + 1] : '\0';
    *ret_blank = state != IN_CODE;
    switch (state) {
    case IN_CODE:
        *ret_blank = c == '/' && (next == '*' || next == '/');
        if (*ret_blank) {
            return next == '*' ? IN_COMMENT : IN_LINE_COMMENT;
        }
        return c == '"' ? IN_STRING : c == '\'' ? IN_CHARACTER : IN_CODE;
    case IN_LINE_COMMENT:
        return c == '\n' ? IN_CODE : state;
    case IN_COMMENT:
        /* Both bytes of the end are blanked: the caller blanks this one and the next. */
        if (c == '*' && next == '/') {
            (*i)++;
            return IN_CODE;
        }
        return state;
    case IN_STRING:
    case IN_CHARACTER:
        if (c == '\\' && next != '\0') {
            (*i)++;
            return state;
        }
        if (c == (state == IN_STRING ? '"' : '\'')) {
            *ret_blank = false; /* quotes stay: they mark where a literal was */
            return IN_CODE;
        }
        return state;
    }
    return state;
}

static void blank_what_is_no_code(struct slice text, char *code)
{
    enum lexer_state state = IN_CODE;
    for (size_t i = 0; i < text.size; i++) {
        size_t first = i;
        bool blank = false;
        enum lexer_state before = state;
        state = step(state, text, &i, &blank);
        if (before == IN_CODE && state == IN_COMMENT) {
            i++; /* so that the star of the opening does not close it */
        }
        for (size_t at = first; blank && at <= i && at < text.size; at++) {
            code[at] = text.data[at] == '\n' ? '\n' : ' ';
        }
    }
}

static void blank_preprocessor(char *plain, size_t size)
{
    bool at_line_start = true;
    bool directive = false;
    for (size_t i = 0; i < size; i++) {
        char c = plain[i];
        if (at_line_start && c == '#') {
            directive = true;
        }
        if (c == '\n') {
            directive = directive && i > 0 && plain[i - 1] == '\\';
            at_line_start = true;
            continue;
        }
        at_line_start = at_line_start && (c == ' ' || c == '\t');
        /* The backslash that continues a directive must be seen at the line feed. */
        if (directive && !(c == '\\' && i + 1 < size && plain[i + 1] == '\n')) {
            plain[i] = ' ';
        }
    }
    for (size_t i = 0; i < size; i++) {
        plain[i] = plain[i] == '\\' ? ' ' : plain[i];
    }
}

static bool find_lines(struct source *source, struct arena *arena)
{
    size_t count = 1;
    for (size_t i = 0; i < source->text.size; i++) {
        count += source->text.data[i] == '\n';
    }
    source->line_at = ARENA_ARRAY(arena, size_t, count + 1);
    if (source->line_at == NULL) {
        return false;
    }
    size_t line = 0;
    for (size_t i = 0; i < source->text.size; i++) {
        if (source->text.data[i] == '\n') {
            source->line_at[++line] = i + 1;
        }
    }
    /* A file that ends with a line feed has no line behind it. */
    bool open_end = source->line_at[line] < source->text.size;
    source->line_count = line + open_end;
    source->line_at[source->line_count] = source->text.size + open_end;
    return true;
}

bool source_init(struct source *source, struct slice path, struct slice text, struct arena *arena)
{
    *source = (struct source){.path = path, .text = text};
    struct slice code = arena_copy(arena, text);
    struct slice plain = arena_copy(arena, text);
    if (arena_exhausted(arena) || !find_lines(source, arena)) {
        return false;
    }
    if (text.size > 0) {
        char *code_bytes = (char *)(uintptr_t)code.data;
        char *plain_bytes = (char *)(uintptr_t)plain.data;
        blank_what_is_no_code(text, code_bytes);
        memcpy(plain_bytes, code_bytes, text.size);
        blank_preprocessor(plain_bytes, text.size);
    }
    source->code = code;
    source->plain = plain;
    return true;
}

struct slice source_line(const struct source *source, struct slice view, size_t line)
{
    if (line >= source->line_count) {
        return (struct slice){0};
    }
    size_t from = source->line_at[line];
    size_t to = source->line_at[line + 1];
    return slice_of(view.data + from, to > from ? to - from - 1 : 0);
}

size_t source_line_of(const struct source *source, size_t at)
{
    size_t low = 0;
    size_t high = source->line_count;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (source->line_at[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

bool source_has_suffix(const struct source *source, const char *suffix)
{
    return slice_ends_with(source->path, slice_of_text(suffix));
}

bool source_is_under(const struct source *source, const char *prefix)
{
    return slice_starts_with(source->path, slice_of_text(prefix));
}

/* Where the last part of the path begins. */
static size_t name_at(const struct source *source)
{
    size_t at = source->path.size;
    while (at > 0 && source->path.data[at - 1] != '/') {
        at--;
    }
    return at;
}

struct slice source_stem(const struct source *source)
{
    struct slice name = slice_from(source->path, name_at(source));
    size_t dot = slice_find(name, SLICE("."));
    return slice_of(name.data, dot < name.size ? dot : name.size);
}

struct slice source_folder(const struct source *source)
{
    size_t at = name_at(source);
    return slice_of(source->path.data, at > 0 ? at - 1 : 0);
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

struct slice source_next_word(struct slice code, size_t *at)
{
    size_t i = *at;
    while (i < code.size && !is_word_byte(code.data[i])) {
        i++;
    }
    size_t first = i;
    while (i < code.size && is_word_byte(code.data[i])) {
        i++;
    }
    *at = i;
    return slice_of(code.data + first, i - first);
}

bool source_excused(const struct source *source, size_t line, const char *name)
{
    char mark[64];
    (void)snprintf(mark, sizeof mark, "tidy: %s, because ", name);
    struct slice here = source_line(source, source->text, line);
    struct slice above = source_line(source, source->text, line > 0 ? line - 1 : line);
    return slice_find(here, slice_of_text(mark)) != SIZE_MAX ||
           slice_find(above, slice_of_text(mark)) != SIZE_MAX;
}
