/*
 * Errors are kept in the order they are found; the list only counts past GQL_ERRORS_MAX, so that a
 * thousand faults cost no more memory than a hundred.
 */
#include "api/graphql/gql_error.h"

#include "api/graphql/gql_limits.h"
#include "core/base/utf8.h"

#include <stdio.h>

void gql_errors_init(struct gql_errors *errors, struct arena *arena, struct slice source)
{
    *errors = (struct gql_errors){.arena = arena, .source = source};
}

struct gql_location gql_location_of(struct slice source, uint32_t at)
{
    struct gql_location location = {1, 1};
    for (size_t i = 0; i < at && i < source.size; i++) {
        char c = source.data[i];
        bool pair = c == '\r' && i + 1 < source.size && source.data[i + 1] == '\n';
        if (c == '\n' || (c == '\r' && !pair)) {
            location.line++;
            location.column = 1;
        } else if (((unsigned char)c & 0xc0) != 0x80) {
            location.column++; /* not a byte inside a code point */
        }
    }
    return location;
}

/* The longest beginning of `text` that does not end inside a code point. */
static struct slice whole_characters(struct slice text)
{
    size_t size = text.size;
    for (size_t back = 1; back <= 3 && back <= text.size; back++) {
        struct slice tail = slice_from(text, text.size - back);
        if (((unsigned char)tail.data[0] & 0xc0) == 0xc0) {
            size = utf8_sequence_length(tail) == back ? text.size : text.size - back;
            break;
        }
    }
    return slice_of(text.data, size);
}

static struct slice format_message(struct arena *arena, const char *format, va_list args)
    PRINTF_LIKE(2, 0);

static struct slice format_message(struct arena *arena, const char *format, va_list args)
{
    char text[ERROR_TEXT_SIZE];
    int size = vsnprintf(text, sizeof text, format, args);
    if (size < 0) {
        return (struct slice){NULL, 0};
    }
    bool cut = (size_t)size >= sizeof text;
    struct slice message = slice_of(text, cut ? sizeof text - 1 : (size_t)size);
    return arena_copy(arena, cut ? whole_characters(message) : message);
}

struct gql_error *
gql_errors_add(struct gql_errors *errors, enum err code, uint32_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct gql_error *error = gql_errors_addv(errors, code, at, format, args);
    va_end(args);
    return error;
}

struct gql_error *gql_errors_addv(
    struct gql_errors *errors, enum err code, uint32_t at, const char *format, va_list args)
{
    struct gql_error *error =
        errors->count < GQL_ERRORS_MAX ? ARENA_NEW(errors->arena, struct gql_error) : NULL;
    if (error == NULL) {
        errors->left_out++;
        return NULL;
    }
    error->message = format_message(errors->arena, format, args);
    error->code = code;
    gql_errors_also_at(errors, error, at);
    if (errors->last == NULL) {
        errors->first = error;
    } else {
        errors->last->next = error;
    }
    errors->last = error;
    errors->count++;
    return error;
}

void gql_errors_also_at(const struct gql_errors *errors, struct gql_error *error, uint32_t at)
{
    size_t places = sizeof error->locations / sizeof error->locations[0];
    if (error == NULL || at == GQL_NOWHERE || error->location_count == places) {
        return;
    }
    error->locations[error->location_count++] = gql_location_of(errors->source, at);
}

const struct gql_path *gql_path_copy(struct arena *arena, const struct gql_path *path)
{
    const struct gql_path *copied = NULL;
    const struct gql_path **link = &copied;
    for (; path != NULL; path = path->up) {
        struct gql_path *step = ARENA_NEW(arena, struct gql_path);
        if (step == NULL) {
            return NULL;
        }
        step->name = path->name;
        step->index = path->index;
        *link = step;
        link = &step->up;
    }
    return copied;
}

/* Root first; a path is as deep as a query may be, with a list or two per level. */
static void put_path_text(struct buf *out, const struct gql_path *path)
{
    if (path->up != NULL) {
        put_path_text(out, path->up);
    }
    if (path->name.data == NULL) {
        buf_printf(out, "[%zu]", path->index);
        return;
    }
    if (path->up != NULL) {
        buf_put_char(out, '.');
    }
    buf_put_slice(out, path->name);
}

struct slice gql_path_text(struct arena *arena, const struct gql_path *path)
{
    struct buf out;
    buf_init(&out, GQL_TEXT_BYTES_MAX * 2);
    if (path != NULL) {
        put_path_text(&out, path);
    }
    struct slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static void write_path(struct json_out *json, const struct gql_path *path)
{
    if (path->up != NULL) {
        write_path(json, path->up);
    }
    if (path->name.data == NULL) {
        json_out_u64(json, path->index);
    } else {
        json_out_text(json, path->name);
    }
}

static void write_locations(struct json_out *json, const struct gql_error *error)
{
    json_out_key(json, "locations");
    json_out_begin_list(json);
    for (size_t i = 0; i < error->location_count; i++) {
        json_out_begin_object(json);
        json_out_member_int(json, "line", error->locations[i].line);
        json_out_member_int(json, "column", error->locations[i].column);
        json_out_end_object(json);
    }
    json_out_end_list(json);
}

static void write_error(struct json_out *json, const struct gql_error *error)
{
    json_out_begin_object(json);
    json_out_member_text(json, "message", error->message);
    if (error->location_count > 0) {
        write_locations(json, error);
    }
    if (error->path != NULL) {
        json_out_key(json, "path");
        json_out_begin_list(json);
        write_path(json, error->path);
        json_out_end_list(json);
    }
    json_out_key(json, "extensions");
    json_out_begin_object(json);
    json_out_member_string(json, "code", error_code_name(error->code));
    json_out_end_object(json);
    json_out_end_object(json);
}

void gql_errors_write(const struct gql_errors *errors, struct json_out *json)
{
    json_out_begin_list(json);
    for (const struct gql_error *error = errors->first; error != NULL; error = error->next) {
        write_error(json, error);
    }
    if (errors->left_out > 0) {
        char text[64];
        (void)snprintf(text, sizeof text,
                       errors->count > 0 ? "%zu more errors were left out"
                                         : "out of memory: %zu errors could not be kept",
                       errors->left_out);
        write_error(json, &(struct gql_error){.message = slice_of_text(text), .code = ERR_LIMIT});
    }
    json_out_end_list(json);
}

void gql_errors_answer(const struct gql_errors *errors, struct buf *out)
{
    struct json_out json = json_out(out);
    json_out_begin_object(&json);
    json_out_key(&json, "errors");
    gql_errors_write(errors, &json);
    json_out_end_object(&json);
}

enum err gql_errors_first(const struct gql_errors *errors, struct error *reterr)
{
    if (gql_errors_none(errors)) {
        return ERR_OK;
    }
    const struct gql_error *first = errors->first;
    if (first == NULL) {
        return error_set(reterr, ERR_LIMIT, "%zu errors, and no memory to keep them",
                         errors->left_out);
    }
    size_t more = errors->count + errors->left_out - 1;
    char others[48] = "";
    if (more > 0) {
        (void)snprintf(others, sizeof others, " (and %zu more)", more);
    }
    if (first->location_count == 0) {
        return error_set(reterr, first->code, "%.*s%s", SLICE_ARGS(first->message), others);
    }
    return error_set(reterr, first->code, "line %u, column %u: %.*s%s", first->locations[0].line,
                     first->locations[0].column, SLICE_ARGS(first->message), others);
}
