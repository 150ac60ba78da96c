/*
 * gql_bind: which struct member or function answers which field.
 *
 * Bindings are constant tables, one per object type:
 *
 *     static const struct gql_binding instance_fields[] = {
 *         GQL_ID("id", struct instance_row, id, "Instance"),
 *         GQL_TEXT("name", struct instance_row, name),
 *         GQL_TIME("createdAt", struct instance_row, created_at_us),
 *         GQL_CALL("customer", resolve_customer),
 *         GQL_PAGED("logs", resolve_logs, "after before first last", 100),
 *     };
 *     static const struct gql_type_binding types[] = {
 *         GQL_TYPE("Instance", instance_fields),
 *         GQL_TYPE("*Connection", connection_fields),
 *     };
 *
 * A type name that begins with `*` stands for every object type that ends so, for shapes that many
 * types share; tables add up, and where two bind the same field the exact name wins over the
 * pattern and the longer pattern over the shorter.
 *
 * gql_schema_bind checks tables and schema against each other, so that neither a field nor an
 * argument nor an input field can be declared without code that knows it:
 *   - every field of every object type has a binding, and every binding a field;
 *   - the binding fits the field's type (a text cannot answer a list of objects);
 *   - every argument is named in its binding's `args`, every field of an input type in the input
 *     table, and both name nothing else;
 *   - every interface and union that a field returns has a function that tells objects apart.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_BIND_H
#define DAYBOOK_API_GRAPHQL_GQL_BIND_H

#include "api/graphql/gql_resolve.h"
#include "api/graphql/gql_schema.h"
#include "core/base/buf.h"

#include <stddef.h>

enum gql_read {
    GQL_READ_CALL,     /* a resolver function */
    GQL_READ_START,    /* a mutation that completes later; root mutation fields only */
    GQL_READ_CONSTANT, /* always the same */
    GQL_READ_SELF,     /* the parent object itself, as an object of the field's type */
    GQL_READ_TEXT,     /* struct slice; data == NULL is null */
    GQL_READ_STRING,   /* const char *; NULL is null */
    GQL_READ_BOOL,     /* bool */
    GQL_READ_INT,      /* int or int32_t */
    GQL_READ_INT64,    /* int64_t */
    GQL_READ_UINT64,   /* uint64_t below 2^63 */
    GQL_READ_FLOAT,    /* double */
    GQL_READ_UUID,     /* struct uuid, as 36 characters; zero is null */
    GQL_READ_ID,       /* struct uuid, as the global id of a type; zero is null */
    GQL_READ_TIME,     /* int64_t, microseconds UTC; 0 is null */
    GQL_READ_ENUM,     /* an enum as index into names; a NULL name is null */
    GQL_READ_TEXTS,    /* struct gql_texts */
    GQL_READ_VALUE,    /* struct value */
    GQL_READ_OBJECT,   /* a pointer; NULL is null */
    GQL_READ_INSIDE,   /* a struct inside the parent, as an object */
    GQL_READ_OBJECTS,  /* struct gql_objects */
};

struct gql_binding {
    const char *field;
    enum gql_read read;
    size_t offset;            /* of the member */
    const char *id_type;      /* GQL_READ_ID */
    const char *const *names; /* GQL_READ_ENUM */
    size_t name_count;
    gql_resolve_fn *resolve;    /* GQL_READ_CALL */
    gql_start_fn *start;        /* GQL_READ_START */
    struct gql_result constant; /* GQL_READ_CONSTANT */
    const char *args;           /* arguments that are read, with spaces between; NULL: none */
    unsigned page_max;          /* largest page of a paged list, for the cost; 0: the default */
};

struct gql_type_binding {
    const char *type; /* object type, or "*" and the end of its name */
    const struct gql_binding *fields;
    size_t field_count;
};

/* Which object an abstract type's object is. */
struct gql_abstract_binding {
    const char *type;
    gql_type_of_fn *type_of;
};

/* Which fields of an input type are read. */
struct gql_input_binding {
    const char *type;
    const char *fields; /* names with spaces between */
};

struct gql_bindings {
    const struct gql_type_binding *types;
    size_t type_count;
    const struct gql_abstract_binding *abstracts;
    size_t abstract_count;
    const struct gql_input_binding *inputs;
    size_t input_count;
};

/**
 * Binds resolvers to all fields of a schema; the tables must outlive it. Call once, before the
 * schema is used by more than one thread. Several sets (one per family of types) add up.
 * Takes: `report` may be NULL; else every fault is appended to it, one line each.
 * Errors: ERR_INVALID, with the number of faults and the first of them. The schema is then only
 * good for gql_schema_destroy.
 */
MUST_USE enum err gql_schema_bind(struct gql_schema *schema,
                                  const struct gql_bindings *sets,
                                  size_t set_count,
                                  struct buf *report,
                                  struct error *reterr);

/* ---- rows ---- */

/* The offset of a member that must be of type `ctype`; another type does not compile. */
#define GQL_OFFSET(parent, member, ctype)                                                          \
    (offsetof(parent, member) +                                                                    \
     sizeof(                                                                                       \
         char[__builtin_types_compatible_p(__typeof__(((parent *)0)->member), ctype) ? 1 : -1]) -  \
     1)

/* The offset of a member that must have the size of `ctype`, for enums and typed pointers. */
#define GQL_OFFSET_SIZED(parent, member, ctype)                                                    \
    (offsetof(parent, member) +                                                                    \
     sizeof(char[sizeof(((parent *)0)->member) == sizeof(ctype) ? 1 : -1]) - 1)

#define GQL_ROW(name, how, parent, member, ctype)                                                  \
    {                                                                                              \
        .field = (name), .read = (how), .offset = GQL_OFFSET(parent, member, ctype)                \
    }

/* Functions. `args` names the arguments the function reads, with spaces between; a paged list names
 * the largest page it gives, which the cost estimate needs. */
#define GQL_CALL(name, function)                                                                   \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CALL, .resolve = (function)                              \
    }
#define GQL_CALL_ARGS(name, function, args_)                                                       \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CALL, .resolve = (function), .args = (args_)             \
    }
#define GQL_PAGED(name, function, args_, page_max_)                                                \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CALL, .resolve = (function), .args = (args_),            \
        .page_max = (page_max_)                                                                    \
    }
#define GQL_START(name, function, args_)                                                           \
    {                                                                                              \
        .field = (name), .read = GQL_READ_START, .start = (function), .args = (args_)              \
    }

/* Members of the parent struct. */
#define GQL_TEXT(name, parent, member) GQL_ROW(name, GQL_READ_TEXT, parent, member, struct slice)
#define GQL_STRING(name, parent, member)                                                           \
    GQL_ROW(name, GQL_READ_STRING, parent, member, const char *)
#define GQL_BOOL(name, parent, member)   GQL_ROW(name, GQL_READ_BOOL, parent, member, bool)
#define GQL_INT(name, parent, member)    GQL_ROW(name, GQL_READ_INT, parent, member, int)
#define GQL_INT64(name, parent, member)  GQL_ROW(name, GQL_READ_INT64, parent, member, int64_t)
#define GQL_UINT64(name, parent, member) GQL_ROW(name, GQL_READ_UINT64, parent, member, uint64_t)
#define GQL_FLOAT(name, parent, member)  GQL_ROW(name, GQL_READ_FLOAT, parent, member, double)
#define GQL_UUID(name, parent, member)   GQL_ROW(name, GQL_READ_UUID, parent, member, struct uuid)
#define GQL_TIME(name, parent, member)   GQL_ROW(name, GQL_READ_TIME, parent, member, int64_t)
#define GQL_TEXTS(name, parent, member)                                                            \
    GQL_ROW(name, GQL_READ_TEXTS, parent, member, struct gql_texts)
#define GQL_VALUE(name, parent, member) GQL_ROW(name, GQL_READ_VALUE, parent, member, struct value)
#define GQL_OBJECTS(name, parent, member)                                                          \
    GQL_ROW(name, GQL_READ_OBJECTS, parent, member, struct gql_objects)
#define GQL_ID(name, parent, member, type)                                                         \
    {                                                                                              \
        .field = (name), .read = GQL_READ_ID, .id_type = (type),                                   \
        .offset = GQL_OFFSET(parent, member, struct uuid)                                          \
    }
#define GQL_ENUM(name, parent, member, names_)                                                     \
    {                                                                                              \
        .field = (name), .read = GQL_READ_ENUM, .offset = GQL_OFFSET_SIZED(parent, member, int),   \
        .names = (names_), .name_count = sizeof(names_) / sizeof((names_)[0])                      \
    }
#define GQL_OBJECT(name, parent, member)                                                           \
    {                                                                                              \
        .field = (name), .read = GQL_READ_OBJECT,                                                  \
        .offset = GQL_OFFSET_SIZED(parent, member, void *)                                         \
    }
#define GQL_INSIDE(name, parent, member)                                                           \
    {                                                                                              \
        .field = (name), .read = GQL_READ_INSIDE, .offset = offsetof(parent, member)               \
    }

/* No member at all. */
#define GQL_SELF(name)                                                                             \
    {                                                                                              \
        .field = (name), .read = GQL_READ_SELF                                                     \
    }
#define GQL_ALWAYS_NULL(name)                                                                      \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CONSTANT                                                 \
    }
#define GQL_ALWAYS_BOOL(name, truth)                                                               \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CONSTANT, .constant = {                                  \
            .kind = GQL_RESULT_BOOL,                                                               \
            .boolean = (truth)                                                                     \
        }                                                                                          \
    }
#define GQL_ALWAYS_INT(name, number)                                                               \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CONSTANT, .constant = {                                  \
            .kind = GQL_RESULT_INT,                                                                \
            .integer = (number)                                                                    \
        }                                                                                          \
    }
#define GQL_ALWAYS_TEXT(name, literal)                                                             \
    {                                                                                              \
        .field = (name), .read = GQL_READ_CONSTANT, .constant = {                                  \
            .kind = GQL_RESULT_TEXT,                                                               \
            .text = {("" literal), sizeof(literal) - 1}                                            \
        }                                                                                          \
    }

/* A table of one object type; `rows` is an array. */
#define GQL_TYPE(name, rows)                                                                       \
    {                                                                                              \
        .type = (name), .fields = (rows), .field_count = sizeof(rows) / sizeof((rows)[0])          \
    }

#endif
