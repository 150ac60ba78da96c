/*
 * What a definition names outside of itself: actions and connections of components; and what of the
 * trigger's results decides about a run before it starts.
 */
#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/definition/component.h"
#include "core/definition/definition_read_priv.h"
#include "core/definition/reference_path.h"

/* "LATEST" or a number: which version of a component. */
static bool is_version(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return slice_is(text, "LATEST");
        }
    }
    return true;
}

void definition_read_component(struct definition_read *read,
                               const struct yaml_node *node,
                               struct component_ref *ret)
{
    struct yaml_reader *reader = &read->reader;
    ret->key = yaml_reader_text(reader, node, "key", LIMIT_NAME_BYTES, TEXT_NAME);
    const struct yaml_node *component = yaml_reader_map(reader, node, "component");
    if (component == NULL) {
        if (yaml_reader_get(node, "component") == NULL) {
            yaml_reader_key_problem(reader, "component", node->line,
                                    "this key is missing; it is a map like {key: http, version: "
                                    "LATEST, isPublic: true}");
        }
        return;
    }
    field_path_push(&reader->path, SLICE("component"));
    ret->component = yaml_reader_text(reader, component, "key", LIMIT_NAME_BYTES, TEXT_NAME);
    ret->version = yaml_reader_text(reader, component, "version", LIMIT_NAME_BYTES, TEXT_OPTIONAL);
    ret->signature =
        yaml_reader_text(reader, component, "signature", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    ret->is_public =
        yaml_reader_bool(reader, component, "isPublic", component_known(ret->component));
    if (!is_version(ret->version)) {
        yaml_reader_key_problem(reader, "version", yaml_reader_line(component, "version"),
                                "a version is LATEST or a whole number; \"%s\" was given",
                                quoted(ret->version).text);
    }
    field_path_pop(&reader->path);
}

/* What decides about a run before it starts can only lie in the trigger's results. */
static void check_trigger_path(struct definition_read *read,
                               struct slice text,
                               struct slice trigger,
                               uint32_t line)
{
    struct error error = {0};
    struct slice step = {NULL, 0};
    struct slice part = {NULL, 0};
    if (reference_path_check(text, &error) != ERR_OK) {
        yaml_reader_problem(&read->reader, line, "%s", error_text(&error));
        return;
    }
    struct reference_path path = reference_path(text);
    bool has_both = reference_path_next(&path, &step) && reference_path_next(&path, &part);
    if (!has_both || !slice_equal(step, trigger) || !slice_is(part, "results")) {
        yaml_reader_problem(
            &read->reader, line,
            "this is read before a run starts: the path begins with \"%s.results\"; "
            "\"%s\" was given",
            quoted(trigger).text, quoted(text).text);
    }
}

/* The text of {type: reference, value: path}, the place the reader is at. */
static struct slice read_reference(struct definition_read *read, const struct yaml_node *node)
{
    struct yaml_reader *reader = &read->reader;
    struct input input = {.type = INPUT_VALUE};
    if (!yaml_reader_is(reader, node, YAML_MAP,
                        "a reference, like {type: reference, value: path},")) {
        return (struct slice){NULL, 0};
    }
    definition_read_input(read, node, &input);
    if (input.type != INPUT_REFERENCE && input.text.size > 0) {
        yaml_reader_problem(reader, node->line,
                            "an input of type reference is wanted here; one of type %s was given",
                            definition_names_text(&definition_names_input_type, input.type));
        return (struct slice){NULL, 0};
    }
    return input.text;
}

struct slice definition_read_path(struct definition_read *read,
                                  const struct yaml_node *map,
                                  const char *key,
                                  struct slice trigger)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *node = yaml_reader_get(map, key);
    struct slice text = {NULL, 0};
    if (node == NULL) {
        return text;
    }
    field_path_push(&reader->path, slice_of_text(key));
    if (node->kind != YAML_SCALAR) {
        text = read_reference(read, node);
    } else if (node->text.size > 0) {
        text = arena_format(reader->arena, "%.*s.results.%.*s", SLICE_ARGS(trigger),
                            SLICE_ARGS(node->text));
    }
    if (text.size > 0) {
        check_trigger_path(read, text, trigger, node->line);
    }
    field_path_pop(&reader->path);
    return text;
}
