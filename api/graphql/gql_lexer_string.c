/*
 * What string tokens mean: escapes of plain strings, indentation of block strings.
 *
 * Block strings (specification 2.9.4): the common indentation of all lines but the first goes, then
 * blank lines at both ends go; line ends become LF; the only escape is \""".
 */
#include "api/graphql/gql_lexer.h"
#include "api/graphql/gql_lexer_priv.h"
#include "core/base/utf8.h"

/* The four hexadecimal digits that begin `text`; -1 if they are not there. */
static int32_t hex4(struct slice text)
{
    int32_t unit = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < text.size ? text.data[i] : '\0';
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/* \uXXXX, or two of them that make a surrogate pair. */
static struct gql_escape unicode_escape(struct slice text)
{
    struct gql_escape escape = {0};
    int32_t unit = hex4(slice_from(text, 2));
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return escape;
    }
    uint32_t code_point = (uint32_t)unit;
    escape.length = 6;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        bool pair = slice_starts_with(slice_from(text, 6), SLICE("\\u"));
        int32_t low = pair ? hex4(slice_from(text, 8)) : -1;
        if (low < 0xdc00 || low > 0xdfff) {
            return (struct gql_escape){0};
        }
        code_point = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
        escape.length = 12;
    }
    escape.size = utf8_encode(code_point, escape.bytes);
    return escape;
}

struct gql_escape gql_lexer_escape(struct slice text)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char letter = text.size > 1 ? text.data[1] : '\0';
    if (letter == 'u') {
        return unicode_escape(text);
    }
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found == NULL) {
        return (struct gql_escape){0};
    }
    return (struct gql_escape){.length = 2, .bytes = {meanings[found - letters]}, .size = 1};
}

/* An escape is never shorter than what it means, so the result fits where the text was. */
static struct slice plain_string(struct slice text, struct arena *arena)
{
    if (text.size == 0 || memchr(text.data, '\\', text.size) == NULL) {
        return text.data != NULL ? text : SLICE("");
    }
    char *room = arena_alloc(arena, text.size);
    size_t size = 0;
    for (size_t at = 0; room != NULL && at < text.size;) {
        if (text.data[at] != '\\') {
            room[size++] = text.data[at++];
            continue;
        }
        struct gql_escape escape = gql_lexer_escape(slice_from(text, at));
        memcpy(room + size, escape.bytes, escape.size);
        size += escape.size;
        at += escape.length;
    }
    return slice_of(room, size);
}

/* Takes the first line off `text`, without its line end. */
static struct slice next_line(struct slice *text)
{
    size_t size = 0;
    while (size < text->size && text->data[size] != '\n' && text->data[size] != '\r') {
        size++;
    }
    struct slice line = slice_of(text->data, size);
    bool pair = size + 1 < text->size && text->data[size] == '\r' && text->data[size + 1] == '\n';
    *text = slice_from(*text, size + (pair ? 2 : 1));
    return line;
}

static size_t indentation(struct slice line)
{
    size_t width = 0;
    while (width < line.size && (line.data[width] == ' ' || line.data[width] == '\t')) {
        width++;
    }
    return width;
}

/* What block_string finds out about its lines before it writes them. */
struct block {
    size_t common_indent; /* of all lines but the first; SIZE_MAX: there are no such lines */
    size_t first_line;    /* first and last line that are not blank */
    size_t last_line;
    bool blank; /* all of them are */
};

static struct block measure_block(struct slice text)
{
    struct block block = {.common_indent = SIZE_MAX, .blank = true};
    for (size_t number = 0; number == 0 || text.size > 0; number++) {
        struct slice line = next_line(&text);
        size_t indent = indentation(line);
        if (indent == line.size) {
            continue;
        }
        if (number > 0 && indent < block.common_indent) {
            block.common_indent = indent;
        }
        block.first_line = block.blank ? number : block.first_line;
        block.last_line = number;
        block.blank = false;
    }
    return block;
}

/* Copies a line, turning \""" into """. Returns: bytes written. */
static size_t put_line(char *room, struct slice line)
{
    size_t size = 0;
    for (size_t at = 0; at < line.size; at++) {
        bool escaped = slice_starts_with(slice_from(line, at), SLICE("\\\"\"\""));
        if (!escaped) {
            room[size++] = line.data[at];
        }
    }
    return size;
}

static struct slice block_string(struct slice text, struct arena *arena)
{
    struct block block = measure_block(text);
    char *room = block.blank ? NULL : arena_alloc(arena, text.size + 1);
    if (room == NULL) {
        return block.blank ? SLICE("") : (struct slice){NULL, 0};
    }
    size_t size = 0;
    for (size_t number = 0; number <= block.last_line; number++) {
        struct slice line = next_line(&text);
        if (number < block.first_line) {
            continue;
        }
        if (number > block.first_line) {
            room[size++] = '\n';
        }
        size_t indent = number == 0 ? 0 : block.common_indent;
        size += put_line(room + size, slice_from(line, indent));
    }
    return slice_of(room, size);
}

struct slice gql_lexer_string(const struct gql_token *token, struct arena *arena)
{
    return token->kind == GQL_TOKEN_BLOCK_STRING ? block_string(token->text, arena)
                                                 : plain_string(token->text, arena);
}
