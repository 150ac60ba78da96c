/*
 * Three parts: which scalars are secrets, the text without them, and the paths they are kept under.
 */
#include "core/definition/secret_text_priv.h"

#include "core/definition/component.h"
#include "core/definition/definition_names.h"

#include <stdlib.h>

static struct slice text_under(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_tree_get(map, key);
    return node != NULL && node->kind == YAML_SCALAR ? node->text : (struct slice){NULL, 0};
}

/* ---- which scalars ---- */

static void mark_scalar(struct secret_marks *marks, struct yaml_node *node)
{
    if (node->is_secret || yaml_tree_is_null(node) || node->text.size == 0) {
        return;
    }
    node->is_secret = true;
    node->is_plain = false; /* the blank in its place is written "", with quotes */
    node->secret = node->text;
    node->text = slice_of(node->text.data, 0);
    node->next_secret = marks->first;
    marks->first = node;
    marks->count++;
}

/* Every literal in the value of an input: the value itself, or the items of a complex one, which
 * may be inputs again. The key of a config variable is no secret. Recursion: as deep as the tree.
 */
static void mark_value(struct secret_marks *marks, struct yaml_node *value)
{
    if (value->kind == YAML_SCALAR) {
        mark_scalar(marks, value);
        return;
    }
    if (value->kind == YAML_MAP) {
        struct yaml_node *inner = yaml_tree_get(value, "value");
        if (inner != NULL && !slice_is(text_under(value, "type"), "configVar")) {
            mark_value(marks, inner);
        }
        return;
    }
    for (struct yaml_child *item = value->first; item != NULL; item = item->next) {
        mark_value(marks, item->node);
    }
}

bool secret_text_is_connection(const struct yaml_node *node)
{
    size_t type = 0;
    if (yaml_tree_get(node, "connection") != NULL ||
        yaml_tree_get(node, "useScopedConfigVar") != NULL) {
        return true;
    }
    return !definition_names_find(&definition_names_data_type, text_under(node, "dataType"), false,
                                  &type) ||
           type == CONFIG_CONNECTION || type == CONFIG_CREDENTIAL;
}

static void mark_config_var(struct secret_marks *marks, const struct yaml_node *node)
{
    const struct yaml_node *inputs = yaml_tree_get(node, "inputs");
    if (inputs == NULL || inputs->kind != YAML_MAP || !secret_text_is_connection(node)) {
        return;
    }
    const struct yaml_node *connection = yaml_tree_get(node, "connection");
    struct slice key = text_under(connection, "key");
    struct slice component = text_under(yaml_tree_get(connection, "component"), "key");
    for (struct yaml_child *input = inputs->first; input != NULL; input = input->next) {
        if (!component_input_is_public(component, key, input->key)) {
            mark_value(marks, input->node);
        }
    }
}

static void mark_flow(struct secret_marks *marks, const struct yaml_node *node)
{
    struct yaml_node *keys = yaml_tree_get(node, "organizationApiKeys");
    if (keys != NULL) {
        mark_value(marks, keys);
    }
}

static const struct yaml_child *items_under(const struct yaml_node *root, const char *key)
{
    const struct yaml_node *list = yaml_tree_get(root, key);
    return list != NULL && list->kind == YAML_LIST ? list->first : NULL;
}

struct secret_marks secret_text_mark(struct yaml_node *root)
{
    struct secret_marks marks = {NULL, 0};
    const struct yaml_child *item = items_under(root, "requiredConfigVars");
    for (; item != NULL; item = item->next) {
        mark_config_var(&marks, item->node);
    }
    for (item = items_under(root, "flows"); item != NULL; item = item->next) {
        mark_flow(&marks, item->node);
    }
    return marks;
}

/* ---- the text without them ---- */

struct text_writer {
    char *out; /* with room for all that is written */
    size_t size;
};

static void write_bytes(struct text_writer *writer, const char *data, size_t size)
{
    memcpy(writer->out + writer->size, data, size);
    writer->size += size;
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t line_end(struct slice text, size_t at, size_t to)
{
    while (at < to && text.data[at] != '\n' && text.data[at] != '\r') {
        at++;
    }
    return at;
}

/* Where the value of a scalar begins, behind its anchor and tag and what separates them from it:
 * blanks, line ends and comments. */
static size_t value_start(struct slice text, size_t from, size_t to)
{
    size_t at = from;
    while (at < to && (text.data[at] == '&' || text.data[at] == '!')) {
        while (at < to && !is_white(text.data[at])) {
            at++;
        }
        while (at < to && (is_white(text.data[at]) || text.data[at] == '#')) {
            at = text.data[at] == '#' ? line_end(text, at, to) : at + 1;
        }
    }
    return at;
}

static bool is_block_sign(char c)
{
    return c == '|' || c == '>' || c == '+' || c == '-' || (c >= '0' && c <= '9');
}

/* A block scalar: its indicator becomes the blank, a comment behind it stays, its lines go. libyaml
 * takes a comment that stands close to the indicator; behind a quote it needs a blank. */
static void write_block(struct text_writer *writer, struct slice text, size_t at, size_t to)
{
    size_t end = line_end(text, at, to);
    while (at < end && is_block_sign(text.data[at])) {
        at++;
    }
    write_bytes(writer, "\"\"", 2);
    if (at < end && text.data[at] == '#') {
        write_bytes(writer, " ", 1);
    }
    write_bytes(writer, text.data + at, end - at);
    if (end < to && text.data[end] == '\r') {
        write_bytes(writer, "\r", 1);
        end++;
    }
    if (end < to && text.data[end] == '\n') {
        write_bytes(writer, "\n", 1);
    }
}

static void write_blank(struct text_writer *writer, struct slice text, const struct yaml_node *node)
{
    size_t at = value_start(text, node->from, node->to);
    write_bytes(writer, text.data + node->from, at - node->from);
    if (at < node->to && (text.data[at] == '|' || text.data[at] == '>')) {
        write_block(writer, text, at, node->to);
    } else {
        write_bytes(writer, "\"\"", 2);
    }
}

static int compare_places(const void *a, const void *b)
{
    const struct yaml_node *x = *(const struct yaml_node *const *)a;
    const struct yaml_node *y = *(const struct yaml_node *const *)b;
    return (x->from > y->from) - (x->from < y->from);
}

/* The marked scalars in the order in which they stand in the text. */
static struct yaml_node **sort_marks(const struct secret_marks *marks, struct arena *scratch)
{
    struct yaml_node **sorted = ARENA_ARRAY(scratch, struct yaml_node *, marks->count);
    if (sorted == NULL) {
        return NULL;
    }
    size_t count = 0;
    for (struct yaml_node *node = marks->first; node != NULL; node = node->next_secret) {
        sorted[count++] = node;
    }
    qsort(sorted, count, sizeof(struct yaml_node *), compare_places);
    return sorted;
}

struct slice secret_text_blank(struct slice text,
                               const struct secret_marks *marks,
                               struct arena *scratch,
                               struct arena *arena)
{
    struct yaml_node **sorted = sort_marks(marks, scratch);
    /* A secret of one byte grows by one or two. */
    struct text_writer writer = {arena_alloc(arena, text.size + 2 * marks->count + 1), 0};
    if (sorted == NULL || writer.out == NULL) {
        return (struct slice){NULL, 0};
    }
    size_t at = 0;
    for (size_t i = 0; i < marks->count; i++) {
        write_bytes(&writer, text.data + at, sorted[i]->from - at);
        write_blank(&writer, text, sorted[i]);
        at = sorted[i]->to;
    }
    write_bytes(&writer, text.data + at, text.size - at);
    return slice_of(writer.out, writer.size);
}

/* ---- paths ---- */

struct slice secret_text_path(struct arena *arena, struct slice path, struct slice part)
{
    char *out = arena_alloc(arena, path.size + 1 + 3 * part.size);
    if (out == NULL) {
        return (struct slice){NULL, 0};
    }
    struct text_writer writer = {out, 0};
    if (path.size > 0) {
        write_bytes(&writer, path.data, path.size);
        write_bytes(&writer, "/", 1);
    }
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        if (c == '/' || c == '%') {
            write_bytes(&writer, c == '/' ? "%2F" : "%25", 3);
        } else {
            write_bytes(&writer, &c, 1);
        }
    }
    return slice_of(out, writer.size);
}

struct slice secret_text_find(const struct definition_secrets *secrets, struct slice path)
{
    for (uint32_t i = 0; secrets != NULL && i < secrets->count; i++) {
        if (slice_equal(secrets->items[i].path, path)) {
            return secrets->items[i].value;
        }
    }
    return (struct slice){NULL, 0};
}
