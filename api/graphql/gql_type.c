/*
 * Questions about types that validation and execution ask again and again.
 */
#include "api/graphql/gql_type_priv.h"

#include <stdio.h>

const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct slice name)
{
    return gql_names_get(&schema->type_names, name);
}

const struct gql_directive *gql_schema_directive(const struct gql_schema *schema, struct slice name)
{
    for (size_t i = 0; i < schema->directive_count; i++) {
        if (slice_equal(schema->directives[i]->name, name)) {
            return schema->directives[i];
        }
    }
    return NULL;
}

const struct gql_field *
gql_schema_field(const struct gql_schema *schema, const struct gql_type *type, struct slice name)
{
    const struct gql_field *field = gql_names_get(&type->field_names, name);
    if (field != NULL || !slice_starts_with(name, SLICE("__"))) {
        return field;
    }
    if (slice_equal(name, schema->typename_field.name)) {
        return &schema->typename_field;
    }
    if (type != schema->query) {
        return NULL;
    }
    return slice_equal(name, schema->schema_field.name) ? &schema->schema_field
           : slice_equal(name, schema->type_field.name) ? &schema->type_field
                                                        : NULL;
}

const char *gql_location_kind_name(enum gql_location_kind kind)
{
    static const char *const names[GQL_AT_COUNT] = {
        [GQL_AT_QUERY] = "QUERY",
        [GQL_AT_MUTATION] = "MUTATION",
        [GQL_AT_SUBSCRIPTION] = "SUBSCRIPTION",
        [GQL_AT_FIELD] = "FIELD",
        [GQL_AT_FRAGMENT_DEFINITION] = "FRAGMENT_DEFINITION",
        [GQL_AT_FRAGMENT_SPREAD] = "FRAGMENT_SPREAD",
        [GQL_AT_INLINE_FRAGMENT] = "INLINE_FRAGMENT",
        [GQL_AT_VARIABLE_DEFINITION] = "VARIABLE_DEFINITION",
        [GQL_AT_SCHEMA] = "SCHEMA",
        [GQL_AT_SCALAR] = "SCALAR",
        [GQL_AT_OBJECT] = "OBJECT",
        [GQL_AT_FIELD_DEFINITION] = "FIELD_DEFINITION",
        [GQL_AT_ARGUMENT_DEFINITION] = "ARGUMENT_DEFINITION",
        [GQL_AT_INTERFACE] = "INTERFACE",
        [GQL_AT_UNION] = "UNION",
        [GQL_AT_ENUM] = "ENUM",
        [GQL_AT_ENUM_VALUE] = "ENUM_VALUE",
        [GQL_AT_INPUT_OBJECT] = "INPUT_OBJECT",
        [GQL_AT_INPUT_FIELD_DEFINITION] = "INPUT_FIELD_DEFINITION",
    };
    return names[kind];
}

const struct gql_input *
gql_input_find(const struct gql_input *inputs, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(inputs[i].name, name)) {
            return &inputs[i];
        }
    }
    return NULL;
}

const struct gql_ast_argument *gql_argument_find(const struct gql_ast_argument *first,
                                                 struct slice name)
{
    for (; first != NULL; first = first->next) {
        if (slice_equal(first->name, name)) {
            return first;
        }
    }
    return NULL;
}

bool gql_input_required(const struct gql_input *input)
{
    return input->type->kind == GQL_REF_NON_NULL && input->default_ast == NULL;
}

bool gql_ref_equal(const struct gql_type_ref *a, const struct gql_type_ref *b)
{
    while (a->kind == b->kind && a->kind != GQL_REF_NAMED) {
        a = a->of;
        b = b->of;
    }
    return a->kind == b->kind && a->named == b->named;
}

bool gql_ref_is_subtype(const struct gql_type_ref *sub, const struct gql_type_ref *super)
{
    if (sub->kind == GQL_REF_NON_NULL) {
        return gql_ref_is_subtype(sub->of, gql_ref_nullable(super));
    }
    if (sub->kind != super->kind) {
        return false;
    }
    if (sub->kind == GQL_REF_LIST) {
        return gql_ref_is_subtype(sub->of, super->of);
    }
    if (sub->named == super->named) {
        return true;
    }
    for (size_t i = 0; i < sub->named->interface_count; i++) {
        if (sub->named->interfaces[i] == super->named) {
            return true;
        }
    }
    return sub->named->kind == GQL_KIND_OBJECT && gql_type_is_abstract(super->named) &&
           gql_type_can_be(super->named, sub->named);
}

bool gql_type_can_be(const struct gql_type *type, const struct gql_type *object)
{
    if (type->possible_set.words == NULL) {
        return type == object;
    }
    return (type->possible_set.words[object->index / 64] >> (object->index % 64) & 1) != 0;
}

bool gql_type_overlap(const struct gql_type *a, const struct gql_type *b)
{
    if (a == b) {
        return true;
    }
    for (size_t i = 0; i < a->possible_set.word_count; i++) {
        if ((a->possible_set.words[i] & b->possible_set.words[i]) != 0) {
            return true;
        }
    }
    return false;
}

void gql_ref_print(struct buf *out, const struct gql_type_ref *ref)
{
    switch (ref->kind) {
    case GQL_REF_NAMED:
        buf_put_slice(out, ref->named->name);
        break;
    case GQL_REF_LIST:
        buf_put_char(out, '[');
        gql_ref_print(out, ref->of);
        buf_put_char(out, ']');
        break;
    case GQL_REF_NON_NULL:
        gql_ref_print(out, ref->of);
        buf_put_char(out, '!');
        break;
    }
}

const char *gql_ref_text(const struct gql_type_ref *ref, char room[GQL_REF_TEXT_SIZE])
{
    struct buf out;
    buf_init(&out, GQL_REF_TEXT_SIZE * 2);
    gql_ref_print(&out, ref);
    (void)snprintf(room, GQL_REF_TEXT_SIZE, "%.*s", SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
    return room;
}

bool gql_type_has_value(const struct gql_type *type, struct slice name)
{
    for (size_t i = 0; i < type->value_count; i++) {
        if (slice_equal(type->values[i].name, name)) {
            return true;
        }
    }
    return false;
}
