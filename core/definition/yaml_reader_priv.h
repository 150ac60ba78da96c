/*
 * yaml_reader: takes typed values out of a yaml_tree by key.
 *
 * The place decides what a scalar means: where a text is wanted every scalar is its text ("25" and
 * 25 are the same), where a boolean is wanted "true" and true are. A plain null ("~", "null" or
 * nothing) is the same as a key that is not there.
 *
 * What does not fit is a problem with path and line, and the value that means "not given" comes
 * back, so that readers go on and all problems are found in one pass.
 */
#ifndef DAYBOOK_CORE_DEFINITION_YAML_READER_PRIV_H
#define DAYBOOK_CORE_DEFINITION_YAML_READER_PRIV_H

#include "core/base/value.h"
#include "core/definition/definition_names.h"
#include "core/definition/field_path_priv.h"
#include "core/definition/yaml_tree_priv.h"

struct yaml_reader {
    struct arena *arena; /* of what is read */
    struct problem_list *problems;
    struct field_path path; /* of the map or list that is read */
};

/* What a text must be besides short enough. */
enum text_rule {
    TEXT_OPTIONAL = 0,
    TEXT_REQUIRED = 1, /* there and not empty */
    TEXT_ONE_LINE = 2, /* without control characters */
    TEXT_NAME = TEXT_REQUIRED | TEXT_ONE_LINE,
};

/** Adds a problem of the place the reader is at. */
#define yaml_reader_problem(reader, line, ...)                                                     \
    field_path_problem(&(reader)->path, (reader)->problems, (line), __VA_ARGS__)

/** Adds a problem of the entry `key` of the map the reader is at. */
#define yaml_reader_key_problem(reader, key, line, ...)                                            \
    do {                                                                                           \
        field_path_push(&(reader)->path, slice_of_text(key));                                      \
        field_path_problem(&(reader)->path, (reader)->problems, (line), __VA_ARGS__);              \
        field_path_pop(&(reader)->path);                                                           \
    } while (0)

/** The line of an entry's value; that of the map when it has no such key. */
uint32_t yaml_reader_line(const struct yaml_node *map, const char *key);

/** The value of a key that is neither missing nor null, of any kind. Returns: NULL otherwise. */
const struct yaml_node *yaml_reader_get(const struct yaml_node *map, const char *key);

/** Whether `node`, the place the reader is at, is of `kind`; else a problem that says what was
 * wanted ("a step is a map; a text was given"). */
bool yaml_reader_is(struct yaml_reader *reader,
                    const struct yaml_node *node,
                    enum yaml_kind kind,
                    const char *what);

/** The text of `node`, the place the reader is at. `node` may be NULL. */
struct slice yaml_reader_text_of(struct yaml_reader *reader,
                                 const struct yaml_node *node,
                                 size_t max_bytes,
                                 enum text_rule rule,
                                 uint32_t line);

/** The text under a key; the empty slice when it is not given. */
struct slice yaml_reader_text(struct yaml_reader *reader,
                              const struct yaml_node *map,
                              const char *key,
                              size_t max_bytes,
                              enum text_rule rule);

/** The boolean under a key. */
bool yaml_reader_bool(struct yaml_reader *reader,
                      const struct yaml_node *map,
                      const char *key,
                      bool otherwise);

/** The whole number under a key, from `min` to `max`. */
int32_t yaml_reader_int(struct yaml_reader *reader,
                        const struct yaml_node *map,
                        const char *key,
                        int32_t min,
                        int32_t max,
                        int32_t otherwise);

/** The value of the word under a key. `required`: not given is a problem. */
size_t yaml_reader_word(struct yaml_reader *reader,
                        const struct yaml_node *map,
                        const char *key,
                        const struct definition_names *names,
                        bool required,
                        size_t otherwise);

/** The map under a key. Returns: NULL when it is not given or none. */
const struct yaml_node *
yaml_reader_map(struct yaml_reader *reader, const struct yaml_node *map, const char *key);

/** The list under a key, of at most `max_count` items. Returns: NULL when it is not given, too long
 * or none. */
const struct yaml_node *yaml_reader_list(struct yaml_reader *reader,
                                         const struct yaml_node *map,
                                         const char *key,
                                         uint32_t max_count);

/** The texts of the list under a key, each one line of at most `max_bytes`. */
void yaml_reader_texts(struct yaml_reader *reader,
                       const struct yaml_node *map,
                       const char *key,
                       uint32_t max_count,
                       size_t max_bytes,
                       struct slice **ret_texts,
                       uint32_t *ret_count);

/** `node`, the place the reader is at, as a value: plain scalars read as YAML 1.2's core schema
 * says. Null for NULL. */
struct value yaml_reader_value(struct yaml_reader *reader, const struct yaml_node *node);

#endif
