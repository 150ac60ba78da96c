/*
 * gql_type: what a schema consists of, for the files of the engine.
 *
 * Everything here is made by gql_sdl in the schema's arena and not changed after binding.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_TYPE_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_TYPE_PRIV_H

#include "api/graphql/gql_ast.h"
#include "api/graphql/gql_bind.h"
#include "api/graphql/gql_names_priv.h"
#include "api/graphql/gql_schema.h"
#include "core/base/arena.h"
#include "core/base/value.h"

struct gql_scalar;

enum gql_ref_kind {
    GQL_REF_NAMED,
    GQL_REF_LIST,
    GQL_REF_NON_NULL,
};

/* A type as fields and arguments refer to it: `[User!]!` is non-null of list of non-null of User.
 */
struct gql_type_ref {
    enum gql_ref_kind kind;
    const struct gql_type_ref *of; /* NULL when named */
    const struct gql_type *named;  /* the innermost type, known at every level */
};

/* An argument, or a field of an input type. */
struct gql_input {
    struct slice name;
    struct slice description;
    const struct gql_type_ref *type;
    const struct gql_ast_value *default_ast; /* NULL: none */
    bool has_default;                        /* there is one and it is not null */
    struct value default_value;
    uint32_t at;
};

struct gql_field {
    struct slice name;
    struct slice description;
    const struct gql_type *parent;
    const struct gql_type_ref *type;
    struct gql_input *arguments;
    size_t argument_count;
    bool deprecated;
    struct slice deprecation_reason;
    uint32_t at;
    const struct gql_binding *binding; /* NULL: not bound */
    size_t binding_rank;               /* how exactly its table named the type; 0: not bound */
};

struct gql_enum_value {
    struct slice name;
    struct slice description;
    bool deprecated;
    struct slice deprecation_reason;
};

/* One bit per type, by its index in the schema. */
struct gql_type_set {
    uint64_t *words;
    size_t word_count;
};

struct gql_type {
    enum gql_kind kind;
    struct slice name;
    struct slice description;
    struct slice specified_by; /* of a scalar; data NULL: none */
    uint32_t index;            /* in the schema's list */
    uint32_t at;
    bool builtin; /* scalars and introspection types that come by themselves */
    const struct gql_ast_type_definition *ast;
    struct gql_type_ref self; /* itself as a reference */

    const struct gql_scalar *scalar;
    struct gql_field *fields; /* objects and interfaces */
    size_t field_count;
    struct gql_names field_names;
    const struct gql_type **interfaces;
    size_t interface_count;
    const struct gql_type **possible; /* objects that an interface or union can be */
    size_t possible_count;
    struct gql_type_set possible_set;
    struct gql_input *inputs; /* fields of an input type */
    size_t input_count;
    struct gql_enum_value *values;
    size_t value_count;
    gql_type_of_fn *type_of; /* of interfaces and unions, when bound */

    /* While the schema is built: how far a walk over types has come here. */
    enum gql_walk { GQL_WALK_NEW, GQL_WALK_INSIDE, GQL_WALK_DONE } defaults_walk, cycle_walk;
};

struct gql_directive {
    struct slice name;
    struct slice description;
    struct gql_input *arguments;
    size_t argument_count;
    bool repeatable;
    uint32_t locations; /* bits by gql_location_kind */
    uint32_t at;
    bool builtin;
    const struct gql_ast_directive_definition *ast;
    bool cycle_seen; /* while the schema is built: a walk was here */
};

/* Places where directives may stand; the order is that of the specification, 3.13. */
enum gql_location_kind {
    GQL_AT_QUERY,
    GQL_AT_MUTATION,
    GQL_AT_SUBSCRIPTION,
    GQL_AT_FIELD,
    GQL_AT_FRAGMENT_DEFINITION,
    GQL_AT_FRAGMENT_SPREAD,
    GQL_AT_INLINE_FRAGMENT,
    GQL_AT_VARIABLE_DEFINITION,
    GQL_AT_SCHEMA,
    GQL_AT_SCALAR,
    GQL_AT_OBJECT,
    GQL_AT_FIELD_DEFINITION,
    GQL_AT_ARGUMENT_DEFINITION,
    GQL_AT_INTERFACE,
    GQL_AT_UNION,
    GQL_AT_ENUM,
    GQL_AT_ENUM_VALUE,
    GQL_AT_INPUT_OBJECT,
    GQL_AT_INPUT_FIELD_DEFINITION,
    GQL_AT_COUNT,
};

struct gql_schema {
    struct arena arena;
    struct slice text;
    struct slice description;
    const struct gql_ast_document *ast;
    struct gql_type **types; /* in the order of the text, the built-in ones first */
    size_t type_count;
    struct gql_names type_names;
    struct gql_directive **directives;
    size_t directive_count;
    const struct gql_type *query;
    const struct gql_type *mutation; /* NULL: none */
    struct gql_field typename_field; /* __typename, of every composite type */
    struct gql_field schema_field;   /* __schema and __type, of the query root */
    struct gql_field type_field;
};

/** The type of a name. Returns: NULL when there is none. */
const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct slice name);

/** The directive of a name. Returns: NULL when there is none. */
const struct gql_directive *gql_schema_directive(const struct gql_schema *schema,
                                                 struct slice name);

/** The field of a composite type, meta fields included. Returns: NULL when there is none. */
const struct gql_field *
gql_schema_field(const struct gql_schema *schema, const struct gql_type *type, struct slice name);

/** The name of a directive location ("FIELD"). */
const char *gql_location_kind_name(enum gql_location_kind kind);

/** The input of a name among `count`. Returns: NULL when there is none. */
const struct gql_input *
gql_input_find(const struct gql_input *inputs, size_t count, struct slice name);

/** The given argument of a name. Returns: NULL when it is not given. */
const struct gql_ast_argument *gql_argument_find(const struct gql_ast_argument *first,
                                                 struct slice name);

/** Whether an input must be given: non-null and without a default. */
bool gql_input_required(const struct gql_input *input);

/** Object, interface or union: has a selection set. */
static inline bool gql_type_is_composite(const struct gql_type *type)
{
    return type->kind == GQL_KIND_OBJECT || type->kind == GQL_KIND_INTERFACE ||
           type->kind == GQL_KIND_UNION;
}

/** Interface or union. */
static inline bool gql_type_is_abstract(const struct gql_type *type)
{
    return type->kind == GQL_KIND_INTERFACE || type->kind == GQL_KIND_UNION;
}

/** May be the type of an argument, input field or variable. */
static inline bool gql_type_is_input(const struct gql_type *type)
{
    return type->kind == GQL_KIND_SCALAR || type->kind == GQL_KIND_ENUM ||
           type->kind == GQL_KIND_INPUT;
}

/** The reference without a non-null mark around it. */
static inline const struct gql_type_ref *gql_ref_nullable(const struct gql_type_ref *ref)
{
    return ref->kind == GQL_REF_NON_NULL ? ref->of : ref;
}

/** Same marks around the same type. */
bool gql_ref_equal(const struct gql_type_ref *a, const struct gql_type_ref *b);

/** Whether every value of `sub` is one of `super` (specification 3.6.1, IsValidImplementation). */
bool gql_ref_is_subtype(const struct gql_type_ref *sub, const struct gql_type_ref *super);

/** Whether objects of the abstract (or same) type `type` can be of the object type `object`. */
bool gql_type_can_be(const struct gql_type *type, const struct gql_type *object);

/** Whether some object can be of both composite types. */
bool gql_type_overlap(const struct gql_type *a, const struct gql_type *b);

/** Whether an enum has a value of this name. */
bool gql_type_has_value(const struct gql_type *type, struct slice name);

/* Room that gql_ref_text needs: the marks, a name of ordinary length, a zero; longer is cut. */
#define GQL_REF_TEXT_SIZE 160

/** The reference as it is written, "[User!]!". Returns: `room`. */
const char *gql_ref_text(const struct gql_type_ref *ref, char room[GQL_REF_TEXT_SIZE]);

/** As gql_ref_text for an infinite room: appended to `out`. */
void gql_ref_print(struct buf *out, const struct gql_type_ref *ref);

#endif
