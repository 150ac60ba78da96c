/*
 * gql_ast: a parsed GraphQL text, executable definitions and type system definitions alike.
 *
 * Nodes are made by gql_parser in the document's arena and live as long as it. Lists are singly
 * linked through `next`, in the order of the text; an absent list is NULL. `at` is the byte offset
 * of the node in the text, from which line and column are computed when an error needs them.
 *
 * Members under "set by validation" are zero after parsing. Validation fills them once, before the
 * document is shared; execution only reads.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_AST_H
#define DAYBOOK_API_GRAPHQL_GQL_AST_H

#include "api/graphql/gql_schema.h"
#include "core/base/slice.h"
#include "core/base/value.h"

#include <stdint.h>

struct gql_type;
struct gql_type_ref;
struct gql_field;
struct gql_directive;
struct gql_usage;

/* ---- values, types, arguments, directives ---- */

enum gql_ast_value_kind {
    GQL_AST_NULL,
    GQL_AST_BOOLEAN,
    GQL_AST_INT,
    GQL_AST_FLOAT,
    GQL_AST_STRING,
    GQL_AST_ENUM,
    GQL_AST_VARIABLE,
    GQL_AST_LIST,
    GQL_AST_OBJECT,
};

struct gql_ast_value {
    enum gql_ast_value_kind kind;
    uint32_t at;
    bool has_variable;               /* it is one, or one is inside */
    struct slice text;               /* name without $; number as written; decoded string */
    struct gql_ast_value *items;     /* of a list */
    struct gql_ast_argument *fields; /* of an object */
    struct gql_ast_value *next;      /* in a list */
};

/* An argument of a field or directive, or a field of an object literal. */
struct gql_ast_argument {
    struct slice name;
    uint32_t at;
    struct gql_ast_value *value;
    struct gql_ast_argument *next;
};

struct gql_ast_directive {
    struct slice name; /* without @ */
    uint32_t at;
    struct gql_ast_argument *arguments;
    struct gql_ast_directive *next;
};

enum gql_ast_type_kind {
    GQL_AST_NAMED,
    GQL_AST_LIST_OF,
    GQL_AST_NON_NULL,
};

struct gql_ast_type {
    enum gql_ast_type_kind kind;
    uint32_t at;
    struct slice name;       /* of a named type */
    struct gql_ast_type *of; /* of the others */
};

struct gql_ast_name {
    struct slice name;
    uint32_t at;
    struct gql_ast_name *next;
};

/* ---- executable definitions ---- */

enum gql_ast_selection_kind {
    GQL_AST_FIELD,
    GQL_AST_SPREAD, /* ...Name */
    GQL_AST_INLINE, /* ... on Type { } or ... { } */
};

struct gql_ast_selection {
    enum gql_ast_selection_kind kind;
    uint32_t at;
    struct slice name;     /* of the field or fragment; type condition of an inline fragment */
    struct slice response; /* key in the answer: the alias, or the name */
    uint32_t name_at;      /* of `name` */
    struct gql_ast_argument *arguments;
    struct gql_ast_directive *directives;
    struct gql_ast_selection *selections; /* of a field or an inline fragment */
    struct gql_ast_selection *next;

    /* set by validation */
    const struct gql_field *field;          /* what a field selects */
    struct gql_ast_fragment *fragment;      /* what a spread spreads */
    const struct gql_type *condition;       /* of an inline fragment; NULL: none */
    const struct gql_ast_value *skip_if;    /* argument of @skip; NULL: not there */
    const struct gql_ast_value *include_if; /* argument of @include; NULL: not there */
    bool constant;                          /* no argument holds a variable: */
    struct value arguments_value;           /* then these are the coerced arguments */
};

struct gql_ast_variable {
    struct slice name; /* without $ */
    uint32_t at;
    struct gql_ast_type *type;
    struct gql_ast_value *default_value; /* NULL: none */
    struct gql_ast_directive *directives;
    struct gql_ast_variable *next;

    /* set by validation */
    const struct gql_type_ref *type_ref;
    bool has_default; /* the default is there and not null */
    struct value default_coerced;
    bool used;
};

struct gql_ast_operation {
    enum gql_operation_kind kind;
    struct slice name; /* empty: anonymous */
    uint32_t at;
    struct gql_ast_variable *variables;
    struct gql_ast_directive *directives;
    struct gql_ast_selection *selections;
    struct gql_ast_operation *next;

    /* set by validation */
    const struct gql_type *root;
    struct gql_usage *usages; /* variables used outside of fragments */
};

struct gql_ast_fragment {
    struct slice name;
    uint32_t at;
    struct slice condition;
    uint32_t condition_at;
    struct gql_ast_directive *directives;
    struct gql_ast_selection *selections;
    struct gql_ast_fragment *next;
    uint32_t index; /* in the document, from 0 */

    /* set by validation */
    const struct gql_type *type;
    struct gql_usage *usages;
    bool used;
    bool measuring; /* on the way down: meeting it again is a cycle */
    bool measured;  /* size is known */
    struct gql_ast_size {
        uint32_t depth;   /* fields inside each other */
        uint32_t nesting; /* fields and fragments inside each other */
        uint32_t fields;  /* fragments expanded wherever they are spread */
    } size;
    uint32_t visit_mark; /* of the walk that saw it last */
};

/* ---- type system definitions ---- */

/* An argument definition or a field of an input type. */
struct gql_ast_input {
    struct slice description; /* data == NULL: none */
    struct slice name;
    uint32_t at;
    struct gql_ast_type *type;
    struct gql_ast_value *default_value;
    struct gql_ast_directive *directives;
    struct gql_ast_input *next;
};

struct gql_ast_field {
    struct slice description;
    struct slice name;
    uint32_t at;
    struct gql_ast_input *arguments;
    struct gql_ast_type *type;
    struct gql_ast_directive *directives;
    struct gql_ast_field *next;
};

struct gql_ast_enum_value {
    struct slice description;
    struct slice name;
    uint32_t at;
    struct gql_ast_directive *directives;
    struct gql_ast_enum_value *next;
};

enum gql_kind {
    GQL_KIND_SCALAR,
    GQL_KIND_OBJECT,
    GQL_KIND_INTERFACE,
    GQL_KIND_UNION,
    GQL_KIND_ENUM,
    GQL_KIND_INPUT,
};

struct gql_ast_type_definition {
    enum gql_kind kind;
    bool extension; /* extend type ... */
    struct slice description;
    struct slice name;
    uint32_t at;
    struct gql_ast_name *interfaces;
    struct gql_ast_directive *directives;
    struct gql_ast_field *fields;
    struct gql_ast_input *inputs;
    struct gql_ast_enum_value *values;
    struct gql_ast_name *members;
    struct gql_ast_type_definition *next;
};

struct gql_ast_directive_definition {
    struct slice description;
    struct slice name;
    uint32_t at;
    struct gql_ast_input *arguments;
    bool repeatable;
    struct gql_ast_name *locations;
    struct gql_ast_directive_definition *next;
};

struct gql_ast_root {
    enum gql_operation_kind kind;
    struct slice type;
    uint32_t at;
    struct gql_ast_root *next;
};

struct gql_ast_schema {
    bool extension;
    struct slice description;
    uint32_t at;
    struct gql_ast_directive *directives;
    struct gql_ast_root *roots;
    struct gql_ast_schema *next;
};

/* ---- the whole text ---- */

struct gql_ast_document {
    struct slice source; /* in the arena */
    struct gql_ast_operation *operations;
    struct gql_ast_fragment *fragments;
    struct gql_ast_type_definition *types;
    struct gql_ast_directive_definition *directives;
    struct gql_ast_schema *schemas;
    size_t operation_count;
    size_t fragment_count;
    size_t type_count; /* without extensions */
    size_t directive_count;
};

#endif
