/*
 * Each reader looks the key up, says what is wrong if anything is, and gives what it can.
 */
#include "core/definition/yaml_reader_priv.h"

#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/definition/number_text_priv.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const kind_names[] = {
    [YAML_SCALAR] = "a text",
    [YAML_LIST] = "a list",
    [YAML_MAP] = "a map",
};

uint32_t yaml_reader_line(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_tree_get(map, key);
    return node != NULL ? node->line : map->line;
}

const struct yaml_node *yaml_reader_get(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *node = yaml_tree_get(map, key);
    return yaml_tree_is_null(node) ? NULL : node;
}

bool yaml_reader_is(struct yaml_reader *reader,
                    const struct yaml_node *node,
                    enum yaml_kind kind,
                    const char *what)
{
    if (node->kind == kind) {
        return true;
    }
    yaml_reader_problem(reader, node->line, "%s is %s; %s was given", what, kind_names[kind],
                        kind_names[node->kind]);
    return false;
}

static bool is_scalar(struct yaml_reader *reader, const struct yaml_node *node, const char *wanted)
{
    if (node->kind == YAML_SCALAR) {
        return true;
    }
    yaml_reader_problem(reader, node->line, "%s is wanted; %s was given", wanted,
                        kind_names[node->kind]);
    return false;
}

static bool has_control(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

struct slice yaml_reader_text_of(struct yaml_reader *reader,
                                 const struct yaml_node *node,
                                 size_t max_bytes,
                                 enum text_rule rule,
                                 uint32_t line)
{
    struct slice text = {NULL, 0};
    if (!yaml_tree_is_null(node)) {
        if (!is_scalar(reader, node, "a text")) {
            return text;
        }
        text = node->text;
        line = node->line;
    }
    if (text.size == 0 && (rule & TEXT_REQUIRED) != 0) {
        yaml_reader_problem(reader, line, "a text of 1 to %zu bytes is wanted here; there is none",
                            max_bytes);
    }
    if (text.size > max_bytes) {
        yaml_reader_problem(reader, line, "the text has %zu bytes; at most %zu are allowed",
                            text.size, max_bytes);
    }
    if ((rule & TEXT_ONE_LINE) != 0 && has_control(text)) {
        yaml_reader_problem(reader, line,
                            "one line is wanted; the text has line ends, tabs or "
                            "other control characters");
    }
    return text;
}

struct slice yaml_reader_text(struct yaml_reader *reader,
                              const struct yaml_node *map,
                              const char *key,
                              size_t max_bytes,
                              enum text_rule rule)
{
    field_path_push(&reader->path, slice_of_text(key));
    struct slice text =
        yaml_reader_text_of(reader, yaml_tree_get(map, key), max_bytes, rule, map->line);
    field_path_pop(&reader->path);
    return text;
}

static bool is_one_of(struct slice text, const char *a, const char *b, const char *c)
{
    return slice_is(text, a) || slice_is(text, b) || slice_is(text, c);
}

bool yaml_reader_bool(struct yaml_reader *reader,
                      const struct yaml_node *map,
                      const char *key,
                      bool otherwise)
{
    const struct yaml_node *node = yaml_reader_get(map, key);
    if (node == NULL) {
        return otherwise;
    }
    bool is_true = node->kind == YAML_SCALAR && is_one_of(node->text, "true", "True", "TRUE");
    bool is_false = node->kind == YAML_SCALAR && is_one_of(node->text, "false", "False", "FALSE");
    field_path_push(&reader->path, slice_of_text(key));
    if (!is_true && !is_false && is_scalar(reader, node, "true or false")) {
        yaml_reader_problem(reader, node->line, "true or false is wanted; \"%s\" was given",
                            quoted(node->text).text);
    }
    field_path_pop(&reader->path);
    return is_true || (!is_false && otherwise);
}

int32_t yaml_reader_int(struct yaml_reader *reader,
                        const struct yaml_node *map,
                        const char *key,
                        int32_t min,
                        int32_t max,
                        int32_t otherwise)
{
    const struct yaml_node *node = yaml_reader_get(map, key);
    if (node == NULL) {
        return otherwise;
    }
    int64_t number = 0;
    double fraction = 0;
    bool good = node->kind == YAML_SCALAR &&
                number_text_parse(node->text, &number, &fraction) == NUMBER_INT && number >= min &&
                number <= max;
    field_path_push(&reader->path, slice_of_text(key));
    if (!good && is_scalar(reader, node, "a whole number")) {
        yaml_reader_problem(reader, node->line,
                            "a whole number from %" PRId32 " to %" PRId32
                            " is wanted; \"%s\" was given",
                            min, max, quoted(node->text).text);
    }
    field_path_pop(&reader->path);
    return good ? (int32_t)number : otherwise;
}

/* "a, b, c" of the words that can be written. */
static void join_words(const struct definition_names *names, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < names->count && at < size; i++) {
        if (names->texts[i] != NULL) {
            int written =
                snprintf(out + at, size - at, "%s%s", at > 0 ? ", " : "", names->texts[i]);
            at += written > 0 ? (size_t)written : 0;
        }
    }
}

size_t yaml_reader_word(struct yaml_reader *reader,
                        const struct yaml_node *map,
                        const char *key,
                        const struct definition_names *names,
                        bool required,
                        size_t otherwise)
{
    char words[256];
    const struct yaml_node *node = yaml_reader_get(map, key);
    size_t found = otherwise;
    join_words(names, words, sizeof words);
    field_path_push(&reader->path, slice_of_text(key));
    if (node == NULL && required) {
        yaml_reader_problem(reader, map->line, "this key is missing; allowed are: %s", words);
    } else if (node != NULL && is_scalar(reader, node, "a word") &&
               !definition_names_find(names, node->text, false, &found)) {
        yaml_reader_problem(reader, node->line, "\"%s\" is unknown here; allowed are: %s",
                            quoted(node->text).text, words);
    }
    field_path_pop(&reader->path);
    return found;
}

static const struct yaml_node *container(struct yaml_reader *reader,
                                         const struct yaml_node *map,
                                         const char *key,
                                         enum yaml_kind kind)
{
    const struct yaml_node *node = yaml_reader_get(map, key);
    if (node == NULL) {
        return NULL;
    }
    field_path_push(&reader->path, slice_of_text(key));
    bool good = yaml_reader_is(reader, node, kind, "the value of this key");
    field_path_pop(&reader->path);
    return good ? node : NULL;
}

const struct yaml_node *
yaml_reader_map(struct yaml_reader *reader, const struct yaml_node *map, const char *key)
{
    return container(reader, map, key, YAML_MAP);
}

const struct yaml_node *yaml_reader_list(struct yaml_reader *reader,
                                         const struct yaml_node *map,
                                         const char *key,
                                         uint32_t max_count)
{
    const struct yaml_node *list = container(reader, map, key, YAML_LIST);
    if (list == NULL || list->count <= max_count) {
        return list;
    }
    yaml_reader_key_problem(reader, key, list->line,
                            "the list has %u items; at most %u are allowed", list->count,
                            max_count);
    return NULL;
}

void yaml_reader_texts(struct yaml_reader *reader,
                       const struct yaml_node *map,
                       const char *key,
                       uint32_t max_count,
                       size_t max_bytes,
                       struct slice **ret_texts,
                       uint32_t *ret_count)
{
    const struct yaml_node *list = yaml_reader_list(reader, map, key, max_count);
    struct slice *texts =
        list != NULL ? ARENA_ARRAY(reader->arena, struct slice, list->count) : NULL;
    if (texts == NULL) {
        return;
    }
    field_path_push(&reader->path, slice_of_text(key));
    uint32_t count = 0;
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        field_path_push_index(&reader->path, count);
        texts[count++] =
            yaml_reader_text_of(reader, item->node, max_bytes, TEXT_ONE_LINE, item->line);
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
    *ret_texts = texts;
    *ret_count = count;
}

/* A plain scalar by the core schema of YAML 1.2, without its octal and hexadecimal forms. */
static struct value scalar_value(const struct yaml_node *node)
{
    int64_t integer = 0;
    double number = 0;
    if (yaml_tree_is_null(node)) {
        return value_null();
    }
    if (node->is_plain && is_one_of(node->text, "true", "True", "TRUE")) {
        return value_bool(true);
    }
    if (node->is_plain && is_one_of(node->text, "false", "False", "FALSE")) {
        return value_bool(false);
    }
    enum number_kind kind =
        node->is_plain ? number_text_parse(node->text, &integer, &number) : NUMBER_NONE;
    if (kind == NUMBER_INT) {
        return value_int(integer);
    }
    return kind == NUMBER_FLOAT ? value_float(number) : value_text(node->text);
}

/* The depth was checked before: this recursion has LIMIT_JSON_DEPTH levels at most. */
static struct value node_value(struct arena *arena, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        return scalar_value(node);
    }
    struct value value = node->kind == YAML_LIST ? value_list() : value_map();
    for (const struct yaml_child *child = node->first; child != NULL; child = child->next) {
        struct value item = node_value(arena, child->node);
        bool fits = node->kind == YAML_LIST ? value_list_push(arena, &value, item)
                                            : value_map_put(arena, &value, child->key, item);
        if (!fits) {
            break; /* the arena remembers that it is exhausted */
        }
    }
    return value;
}

struct value yaml_reader_value(struct yaml_reader *reader, const struct yaml_node *node)
{
    if (node == NULL) {
        return value_null();
    }
    if (node->depth > LIMIT_JSON_DEPTH) {
        yaml_reader_problem(reader, node->line,
                            "lists and maps are nested over %d levels here; at most that many are "
                            "allowed",
                            LIMIT_JSON_DEPTH);
        return value_null();
    }
    return node_value(reader->arena, node);
}
