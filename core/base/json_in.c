/*
 * Plain texts are read by json_quick. Of all others, and of those that are wrong, jansson builds
 * its own tree, on a budget; we copy it into the arena and let it go. One parse at a time per
 * thread: the budget is thread-local.
 */
#include "core/base/json_in.h"
#include "core/base/json_in_priv.h"
#include "core/base/json_quick_priv.h"
#include "core/base/json_scan_priv.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <jansson.h>
#include <stdio.h>

static _Thread_local size_t budget_bytes;
static _Thread_local bool budget_spent;
static _Thread_local bool heap_empty;

static void *budgeted_alloc(size_t size)
{
    if (size > budget_bytes) {
        budget_spent = true;
        return NULL;
    }
    budget_bytes -= size;
    void *block = memory_alloc(size);
    heap_empty = heap_empty || block == NULL;
    return block;
}

void json_in_init(void)
{
    json_set_alloc_funcs(budgeted_alloc, memory_free);
}

/* Nesting, counted before parsing: cheap, and jansson's own limit (2048) is not ours. */
static bool too_deep(struct slice text)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH) {
                return true;
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

static enum err explain(const json_error_t *fault, struct error *reterr)
{
    if (budget_spent) {
        return error_set(reterr, ERR_LIMIT, "the JSON text needs more than %zu bytes of memory",
                         LIMIT_JSON_MEMORY_BYTES);
    }
    if (heap_empty) {
        return error_set(reterr, ERR_NO_MEMORY, "the JSON text: out of memory");
    }
    return error_set(reterr, ERR_INVALID, "malformed JSON at line %d, column %d: %s",
                     fault->line > 0 ? fault->line : 1, fault->column > 0 ? fault->column : 1,
                     fault->text);
}

static enum err load(struct slice text, json_t **ret, struct error *reterr)
{
    if (too_deep(text)) {
        return error_set(reterr, ERR_LIMIT, "the JSON text is nested over %d levels",
                         LIMIT_JSON_DEPTH);
    }
    json_error_t fault = {0};
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    budget_bytes = LIMIT_JSON_MEMORY_BYTES;
    budget_spent = heap_empty = false;
    const char *bytes = text.size > 0 ? text.data : "";
    json_t *root = json_loadb(bytes, text.size, flags, &fault);
    if (root == NULL && json_error_code(&fault) == json_error_numeric_overflow) {
        budget_bytes = LIMIT_JSON_MEMORY_BYTES;
        root = json_loadb(bytes, text.size, flags | JSON_DECODE_INT_AS_REAL, &fault);
    }
    if (root == NULL) {
        return explain(&fault, reterr);
    }
    *ret = root;
    return ERR_OK;
}

static struct value copy(const json_t *source, struct arena *arena);

static struct value copy_list(const json_t *source, struct arena *arena)
{
    struct value list = value_list();
    size_t count = json_array_size(source);
    list.list.items = ARENA_ARRAY(arena, struct value, count);
    if (list.list.items == NULL || count > UINT32_MAX) {
        return value_null();
    }
    list.list.count = list.list.capacity = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        list.list.items[i] = copy(json_array_get(source, i), arena);
    }
    return list;
}

static struct value copy_map(const json_t *source, struct arena *arena)
{
    struct value map = value_map();
    size_t count = json_object_size(source);
    map.map.members = ARENA_ARRAY(arena, struct value_member, count);
    if (map.map.members == NULL || count > UINT32_MAX) {
        return value_null();
    }
    map.map.capacity = (uint32_t)count;
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach((json_t *)(uintptr_t)source, key, item)
    {
        struct value_member *member = &map.map.members[map.map.count++];
        member->key = arena_copy(arena, slice_of_text(key));
        member->value = copy(item, arena);
    }
    return map;
}

static struct value copy(const json_t *source, struct arena *arena)
{
    switch (json_typeof(source)) {
    case JSON_OBJECT:
        return copy_map(source, arena);
    case JSON_ARRAY:
        return copy_list(source, arena);
    case JSON_STRING:
        return value_text(
            arena_copy(arena, slice_of(json_string_value(source), json_string_length(source))));
    case JSON_INTEGER:
        return value_int(json_integer_value(source));
    case JSON_REAL:
        return value_float(json_real_value(source));
    case JSON_TRUE:
        return value_bool(true);
    case JSON_FALSE:
        return value_bool(false);
    case JSON_NULL:
        break;
    }
    return value_null();
}

enum err
json_in_parse_tree(struct slice text, struct arena *arena, struct value *ret, struct error *reterr)
{
    json_t *root = NULL;
    enum err e = load(text, &root, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool was_exhausted = arena_exhausted(arena);
    struct value value = copy(root, arena);
    json_decref(root);
    if (arena_exhausted(arena) && !was_exhausted) {
        return arena_error(arena, "the JSON text", reterr);
    }
    *ret = value;
    return ERR_OK;
}

enum err
json_in_parse(struct slice text, struct arena *arena, struct value *ret, struct error *reterr)
{
    struct arena_mark before = arena_mark(arena);
    bool was_exhausted = arena_exhausted(arena);
    if (json_quick_parse(text, arena, ret)) {
        return ERR_OK;
    }
    if (arena_exhausted(arena) && !was_exhausted) {
        return arena_error(arena, "the JSON text", reterr);
    }
    arena_rewind(arena, before);
    return json_in_parse_tree(text, arena, ret, reterr);
}

enum err json_in_check(struct slice text, struct error *reterr)
{
    if (json_scan_is_json(text)) {
        return ERR_OK;
    }
    json_t *root = NULL;
    enum err e = load(text, &root, reterr);
    if (e == ERR_OK) {
        json_decref(root);
    }
    return e;
}
