/*
 * First every table is laid over the types its name says, better names over worse ones; then every
 * field, argument and input field is looked at, and every name in the tables. Nothing stops at the
 * first fault: a schema that has changed is mended in one go.
 */
#include "api/graphql/gql_bind.h"

#include "api/graphql/gql_bind_priv.h"
#include "api/graphql/gql_type_priv.h"
#include "core/base/check.h"

#include <stdarg.h>
#include <stdio.h>

struct bind {
    struct gql_schema *schema;
    const struct gql_bindings *sets;
    size_t set_count;
    bool builtin; /* which types this is about */
    struct buf *report;
    size_t fault_count;
    char first_fault[ERROR_TEXT_SIZE];
};

static void fault(struct bind *bind, const char *format, ...) PRINTF_LIKE(2, 3);

static void fault(struct bind *bind, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (bind->fault_count++ == 0) {
        memcpy(bind->first_fault, text, sizeof text);
    }
    if (bind->report != NULL) {
        buf_printf(bind->report, "%s\n", text);
    }
}

/* How well a table's name says a type: 0 not at all, more for a longer pattern, most exactly. */
static size_t rank(const char *pattern, const struct gql_type *type)
{
    struct slice name = slice_of_text(pattern);
    if (pattern[0] != '*') {
        return slice_equal(name, type->name) ? SIZE_MAX : 0;
    }
    return slice_ends_with(type->name, slice_from(name, 1)) ? name.size : 0;
}

static bool concerns(const struct bind *bind, const struct gql_type *type, enum gql_kind kind)
{
    return type->kind == kind && type->builtin == bind->builtin;
}

/* ---- fields ---- */

static bool bind_field(struct bind *bind,
                       struct gql_type *type,
                       const struct gql_binding *binding,
                       size_t row_rank)
{
    struct gql_field *field = gql_names_get(&type->field_names, slice_of_text(binding->field));
    if (field == NULL) {
        return false;
    }
    if (field->binding_rank == row_rank) {
        fault(bind, "%.*s.%s is bound twice", SLICE_ARGS(type->name), binding->field);
    }
    if (field->binding_rank <= row_rank) {
        field->binding = binding;
        field->binding_rank = row_rank;
    }
    return true;
}

/* Binds one row in every type its table's name says. */
static void
bind_row(struct bind *bind, const struct gql_type_binding *table, const struct gql_binding *binding)
{
    bool found = false;
    for (size_t i = 0; i < bind->schema->type_count; i++) {
        struct gql_type *type = bind->schema->types[i];
        size_t row_rank = concerns(bind, type, GQL_KIND_OBJECT) ? rank(table->type, type) : 0;
        if (row_rank > 0 && bind_field(bind, type, binding, row_rank)) {
            found = true;
        }
    }
    if (!found) {
        fault(bind, "%s.%s is bound, but there is no such field", table->type, binding->field);
    }
}

static bool names_some_type(const struct bind *bind, const char *pattern, enum gql_kind kind)
{
    for (size_t i = 0; i < bind->schema->type_count; i++) {
        const struct gql_type *type = bind->schema->types[i];
        if (concerns(bind, type, kind) && rank(pattern, type) > 0) {
            return true;
        }
    }
    return false;
}

static void bind_tables(struct bind *bind, const struct gql_bindings *set)
{
    for (size_t i = 0; i < set->type_count; i++) {
        const struct gql_type_binding *table = &set->types[i];
        if (!names_some_type(bind, table->type, GQL_KIND_OBJECT)) {
            fault(bind, "%s is bound, but there is no such object type", table->type);
            continue;
        }
        for (size_t j = 0; j < table->field_count; j++) {
            bind_row(bind, table, &table->fields[j]);
        }
    }
}

/* The names an enum member is written with must be values of the schema's enum. */
static void check_enum_names(struct bind *bind, const struct gql_field *field)
{
    const struct gql_binding *binding = field->binding;
    if (binding->read != GQL_READ_ENUM || field->type->named->kind != GQL_KIND_ENUM) {
        return;
    }
    for (size_t i = 0; i < binding->name_count; i++) {
        const char *name = binding->names[i];
        if (name != NULL && !gql_type_has_value(field->type->named, slice_of_text(name))) {
            fault(bind, "%.*s.%.*s may be \"%s\", which is no value of its enum",
                  SLICE_ARGS(field->parent->name), SLICE_ARGS(field->name), name);
        }
    }
}

static void check_field(struct bind *bind, const struct gql_field *field)
{
    const struct gql_type *type = field->parent;
    const struct gql_binding *binding = field->binding;
    if (binding == NULL) {
        fault(bind, "%.*s.%.*s is not bound", SLICE_ARGS(type->name), SLICE_ARGS(field->name));
        return;
    }
    if (!gql_bind_fits(binding, field->type)) {
        char room[GQL_REF_TEXT_SIZE];
        fault(bind, "%.*s.%.*s is bound to something that cannot be a %s", SLICE_ARGS(type->name),
              SLICE_ARGS(field->name), gql_ref_text(field->type, room));
    }
    if (binding->read == GQL_READ_START && type != bind->schema->mutation) {
        fault(bind, "%.*s.%.*s is bound to a start function, but is no root mutation",
              SLICE_ARGS(type->name), SLICE_ARGS(field->name));
    }
    bool root = type == bind->schema->query || type == bind->schema->mutation;
    if (root && binding->read != GQL_READ_CALL && binding->read != GQL_READ_START &&
        binding->read != GQL_READ_CONSTANT) {
        fault(bind, "%.*s.%.*s is bound to a member, but a root has none", SLICE_ARGS(type->name),
              SLICE_ARGS(field->name));
    }
    check_enum_names(bind, field);
    for (size_t i = 0; i < field->argument_count; i++) {
        if (!gql_bind_has_word(binding->args, field->arguments[i].name)) {
            fault(bind, "%.*s.%.*s: argument %.*s is not read", SLICE_ARGS(type->name),
                  SLICE_ARGS(field->name), SLICE_ARGS(field->arguments[i].name));
        }
    }
}

/* Whether a row's argument is one of some field that the row answers. */
static bool
argument_exists(const struct bind *bind, const struct gql_binding *binding, struct slice name)
{
    for (size_t i = 0; i < bind->schema->type_count; i++) {
        const struct gql_type *type = bind->schema->types[i];
        for (size_t j = 0; j < type->field_count; j++) {
            const struct gql_field *field = &type->fields[j];
            if (field->binding == binding &&
                gql_input_find(field->arguments, field->argument_count, name) != NULL) {
                return true;
            }
        }
    }
    return false;
}

static void check_row_arguments(struct bind *bind,
                                const struct gql_type_binding *table,
                                const struct gql_binding *binding)
{
    struct slice rest = slice_of_text(binding->args != NULL ? binding->args : "");
    for (struct slice word = gql_bind_next_word(&rest); word.size > 0;
         word = gql_bind_next_word(&rest)) {
        if (!argument_exists(bind, binding, word)) {
            fault(bind, "%s.%s reads argument %.*s, which it does not have", table->type,
                  binding->field, SLICE_ARGS(word));
        }
    }
}

/* ---- interfaces and unions ---- */

static void bind_abstracts(struct bind *bind, const struct gql_bindings *set)
{
    for (size_t i = 0; i < set->abstract_count; i++) {
        const struct gql_abstract_binding *row = &set->abstracts[i];
        const struct gql_type *named = gql_schema_type(bind->schema, slice_of_text(row->type));
        if (named == NULL || !gql_type_is_abstract(named)) {
            fault(bind, "%s is bound as an interface or union, but is none", row->type);
            continue;
        }
        struct gql_type *type = bind->schema->types[named->index];
        if (type->type_of != NULL) {
            fault(bind, "%s is bound twice", row->type);
        }
        type->type_of = row->type_of;
    }
}

static void check_abstract(struct bind *bind, const struct gql_field *field)
{
    const struct gql_type *named = field->type->named;
    if (gql_type_is_abstract(named) && named->type_of == NULL) {
        fault(bind, "%.*s.%.*s answers %.*s, but nothing tells its objects apart",
              SLICE_ARGS(field->parent->name), SLICE_ARGS(field->name), SLICE_ARGS(named->name));
    }
}

/* ---- input types ---- */

static bool input_is_read(const struct bind *bind, const struct gql_type *type, struct slice field)
{
    for (size_t i = 0; i < bind->set_count; i++) {
        for (size_t j = 0; j < bind->sets[i].input_count; j++) {
            const struct gql_input_binding *row = &bind->sets[i].inputs[j];
            if (rank(row->type, type) > 0 && gql_bind_has_word(row->fields, field)) {
                return true;
            }
        }
    }
    return false;
}

static bool input_exists(const struct bind *bind, const char *pattern, struct slice field)
{
    for (size_t i = 0; i < bind->schema->type_count; i++) {
        const struct gql_type *type = bind->schema->types[i];
        if (concerns(bind, type, GQL_KIND_INPUT) && rank(pattern, type) > 0 &&
            gql_input_find(type->inputs, type->input_count, field) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_input_row(struct bind *bind, const struct gql_input_binding *row)
{
    struct slice rest = slice_of_text(row->fields);
    if (!names_some_type(bind, row->type, GQL_KIND_INPUT)) {
        fault(bind, "%s is read, but there is no such input type", row->type);
        return;
    }
    for (struct slice word = gql_bind_next_word(&rest); word.size > 0;
         word = gql_bind_next_word(&rest)) {
        if (!input_exists(bind, row->type, word)) {
            fault(bind, "%s.%.*s is read, but there is no such input field", row->type,
                  SLICE_ARGS(word));
        }
    }
}

static void check_type(struct bind *bind, const struct gql_type *type)
{
    for (size_t i = 0; concerns(bind, type, GQL_KIND_OBJECT) && i < type->field_count; i++) {
        check_field(bind, &type->fields[i]);
        check_abstract(bind, &type->fields[i]);
    }
    for (size_t i = 0; concerns(bind, type, GQL_KIND_INPUT) && i < type->input_count; i++) {
        if (!input_is_read(bind, type, type->inputs[i].name)) {
            fault(bind, "input field %.*s.%.*s is not read", SLICE_ARGS(type->name),
                  SLICE_ARGS(type->inputs[i].name));
        }
    }
}

static void check_rows(struct bind *bind, const struct gql_bindings *set)
{
    for (size_t i = 0; i < set->type_count; i++) {
        for (size_t j = 0; j < set->types[i].field_count; j++) {
            check_row_arguments(bind, &set->types[i], &set->types[i].fields[j]);
        }
    }
    for (size_t i = 0; i < set->input_count; i++) {
        check_input_row(bind, &set->inputs[i]);
    }
}

enum err gql_bind(struct gql_schema *schema,
                  const struct gql_bindings *sets,
                  size_t set_count,
                  bool builtin,
                  struct buf *report,
                  struct error *reterr)
{
    struct bind bind = {.schema = schema,
                        .sets = sets,
                        .set_count = set_count,
                        .builtin = builtin,
                        .report = report};
    for (size_t i = 0; i < set_count; i++) {
        bind_tables(&bind, &sets[i]);
        bind_abstracts(&bind, &sets[i]);
    }
    for (size_t i = 0; i < schema->type_count; i++) {
        check_type(&bind, schema->types[i]);
    }
    for (size_t i = 0; i < set_count; i++) {
        check_rows(&bind, &sets[i]);
    }
    if (bind.fault_count == 0) {
        return ERR_OK;
    }
    return error_set(reterr, ERR_INVALID, "%zu faults between schema and resolvers, the first: %s",
                     bind.fault_count, bind.first_fault);
}

enum err gql_schema_bind(struct gql_schema *schema,
                         const struct gql_bindings *sets,
                         size_t set_count,
                         struct buf *report,
                         struct error *reterr)
{
    return gql_bind(schema, sets, set_count, /* builtin */ false, report, reterr);
}
