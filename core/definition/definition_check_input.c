/*
 * What inputs refer to: config variables by key, steps by reference; templates hold both.
 */
#include "core/definition/definition_check_priv.h"

#include "core/base/quoted.h"
#include "core/definition/reference_path.h"
#include "core/definition/template_text.h"

/* The config variable a configVar input or template names. Secrets are written into the wrong
 * place now and then, so what a connection's input holds is not shown. */
static void check_var_key(struct definition_check *check,
                          const struct input *input,
                          struct slice key,
                          uint32_t step)
{
    if (name_index_find(&check->vars, key) != NAME_INDEX_NONE) {
        return;
    }
    if (input->secret || step == NAME_INDEX_NONE) {
        definition_check_problem(check, input->line,
                                 "this names no config variable; its key is wanted");
    } else {
        definition_check_problem(check, input->line, "\"%s\" is the key of no config variable",
                                 quoted(key).text);
    }
}

static void check_reference(struct definition_check *check,
                            const struct input *input,
                            struct slice path,
                            uint32_t step)
{
    struct error error = {0};
    if (step == NAME_INDEX_NONE) {
        definition_check_problem(check, input->line,
                                 "no step has run when config variables are read; a reference "
                                 "cannot stand here");
    } else if (reference_path_check(path, &error) != ERR_OK) {
        definition_check_problem(check, input->line, "%s", error_text(&error));
    } else {
        definition_check_reference(check, path, step, input->line);
    }
}

static void check_template(struct definition_check *check, const struct input *input, uint32_t step)
{
    struct error error = {0};
    if (template_text_check(input->text, &error) != ERR_OK) {
        definition_check_problem(check, input->line, "%s", error_text(&error));
        return;
    }
    struct template_text template = template_text(input->text);
    struct template_part part = {TEMPLATE_LITERAL, {NULL, 0}};
    while (template_text_next(&template, &part)) {
        if (part.type == TEMPLATE_CONFIG_VAR) {
            check_var_key(check, input, part.text, step);
        } else if (part.type == TEMPLATE_REFERENCE) {
            check_reference(check, input, part.text, step);
        }
    }
}

/* Recursion: as deep as readers let complex inputs be. */
static void check_items(struct definition_check *check, const struct input *input, uint32_t step)
{
    if (input->type == INPUT_COMPLEX) {
        field_path_push(&check->path, SLICE("value"));
    }
    for (uint32_t i = 0; i < input->item_count; i++) {
        field_path_push_index(&check->path, i);
        definition_check_input(check, &input->items[i], step);
        field_path_pop(&check->path);
    }
    if (input->type == INPUT_COMPLEX) {
        field_path_pop(&check->path);
    }
}

void definition_check_input(struct definition_check *check,
                            const struct input *input,
                            uint32_t step)
{
    if (input->name_input != NULL) {
        field_path_push(&check->path, SLICE("name"));
        definition_check_input(check, input->name_input, step);
        field_path_pop(&check->path);
    }
    switch (input->type) {
    case INPUT_CONFIGVAR:
        if (input->text.size > 0) {
            check_var_key(check, input, input->text, step);
        }
        break;
    case INPUT_REFERENCE:
        if (input->text.size > 0) {
            check_reference(check, input, input->text, step);
        }
        break;
    case INPUT_TEMPLATE:
        check_template(check, input, step);
        break;
    case INPUT_COMPLEX:
    case INPUT_LIST:
        check_items(check, input, step);
        break;
    case INPUT_VALUE:
    case INPUT_DATASOURCE:
        break;
    }
}
