/*
 * gql_resolve: what a resolver gets and what it gives.
 *
 * Most fields are read straight from a struct (gql_bind.h). A resolver function serves the others:
 *
 *     static enum err
 *     resolve_customer(struct gql_call *call, struct gql_result *ret, struct error *reterr)
 *     {
 *         const struct instance_row *instance = call->parent;
 *         struct customer_row *customer = ARENA_NEW(call->arena, struct customer_row);
 *         ...
 *         *ret = gql_result_object(customer);
 *         return ERR_OK;
 *     }
 *
 * An error is a code and a sentence: both stand in the answer, with the field's place and path.
 * What a result points at must live until the operation ends: take it from `call->arena`, or in a
 * query from the user context's snapshot. A mutation's result may not point into the snapshot,
 * which is renewed before its payload is written.
 *
 * Thread: the one that runs the operation.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_RESOLVE_H
#define DAYBOOK_API_GRAPHQL_GQL_RESOLVE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/value.h"

#include <stdbool.h>
#include <stdint.h>

struct gql_operation;
struct gql_path;
struct gql_planned;

/* One call of a resolver. */
struct gql_call {
    void *user;               /* the operation's user context */
    const void *parent;       /* the object whose field this is; NULL at the root */
    const struct value *args; /* a map of the arguments that are given or have a default; an
                                 argument that is null is not there */
    struct arena *arena;      /* the operation's memory */
    struct gql_operation *operation;
    const struct gql_path *path; /* of the field in the answer */
    const struct gql_planned *planned;
};

/* A list of objects, as an array of pointers; a NULL among them is a null. */
struct gql_objects {
    const void *const *items;
    size_t count;
};

/* A list of texts; one with data == NULL is a null. */
struct gql_texts {
    const struct slice *items;
    size_t count;
};

enum gql_result_kind {
    GQL_RESULT_NULL,
    GQL_RESULT_BOOL,
    GQL_RESULT_INT, /* Int, BigInt, Float; DateTime and Date in microseconds */
    GQL_RESULT_FLOAT,
    GQL_RESULT_TEXT,  /* String, ID, an enum value's name, any scalar in its written form */
    GQL_RESULT_ID,    /* a UUID with the type of its global id; type NULL: the bare UUID */
    GQL_RESULT_VALUE, /* JSONOrString as it is, JSONString as text, a list of scalars */
    GQL_RESULT_OBJECT,
    GQL_RESULT_OBJECTS,
    GQL_RESULT_TEXTS,
    GQL_RESULT_LIST, /* of results, for lists of anything else */
};

struct gql_result {
    enum gql_result_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct slice text;
        struct {
            struct uuid uuid;
            const char *type;
        } id;
        const struct value *value;
        const void *object;
        struct gql_objects objects;
        struct gql_texts texts;
        struct {
            const struct gql_result *items;
            size_t count;
        } list;
    };
};

/** Null. */
static inline struct gql_result gql_result_null(void)
{
    return (struct gql_result){.kind = GQL_RESULT_NULL};
}

/** True or false. */
static inline struct gql_result gql_result_bool(bool boolean)
{
    return (struct gql_result){.kind = GQL_RESULT_BOOL, .boolean = boolean};
}

/** A whole number; for DateTime and Date microseconds since 1970, UTC. */
static inline struct gql_result gql_result_int(int64_t integer)
{
    return (struct gql_result){.kind = GQL_RESULT_INT, .integer = integer};
}

/** A number. */
static inline struct gql_result gql_result_float(double number)
{
    return (struct gql_result){.kind = GQL_RESULT_FLOAT, .number = number};
}

/** A text; data == NULL is null. */
static inline struct gql_result gql_result_text(struct slice text)
{
    return (struct gql_result){.kind = text.data != NULL ? GQL_RESULT_TEXT : GQL_RESULT_NULL,
                               .text = text};
}

/** A zero-terminated text; NULL is null. */
static inline struct gql_result gql_result_string(const char *text)
{
    return gql_result_text(slice_of_text(text));
}

/** A UUID; the zero one is null. With a `type` (static) its global id, with NULL the bare UUID. */
static inline struct gql_result gql_result_id(const char *type, struct uuid uuid)
{
    return (struct gql_result){.kind = uuid_is_zero(uuid) ? GQL_RESULT_NULL : GQL_RESULT_ID,
                               .id = {uuid, type}};
}

/** A value, borrowed; NULL is null. */
static inline struct gql_result gql_result_value(const struct value *value)
{
    return (struct gql_result){.kind = value_is_null(value) ? GQL_RESULT_NULL : GQL_RESULT_VALUE,
                               .value = value};
}

/** An object; NULL is null. */
static inline struct gql_result gql_result_object(const void *object)
{
    return (struct gql_result){.kind = object != NULL ? GQL_RESULT_OBJECT : GQL_RESULT_NULL,
                               .object = object};
}

/** A list of objects. */
static inline struct gql_result gql_result_objects(const void *const *items, size_t count)
{
    return (struct gql_result){.kind = GQL_RESULT_OBJECTS, .objects = {items, count}};
}

/** A list of texts. */
static inline struct gql_result gql_result_texts(const struct slice *items, size_t count)
{
    return (struct gql_result){.kind = GQL_RESULT_TEXTS, .texts = {items, count}};
}

/** A list of results. */
static inline struct gql_result gql_result_list(const struct gql_result *items, size_t count)
{
    return (struct gql_result){.kind = GQL_RESULT_LIST, .list = {items, count}};
}

/**
 * Resolves one field.
 * Returns: ERR_OK with `*ret` set; or a code with a sentence, which becomes the field's error.
 */
typedef enum err
gql_resolve_fn(struct gql_call *call, struct gql_result *ret, struct error *reterr);

/**
 * Starts a mutation that completes later, with gql_operation_complete (gql_operation.h).
 * `call` stays valid until then, also when the operation is abandoned.
 * Returns: ERR_OK: it will be completed exactly once, never before this returned; or a code with a
 * sentence: it will not.
 */
typedef enum err gql_start_fn(struct gql_call *call, struct error *reterr);

/** Which object type an object of an interface or union is. Returns: the type's name. */
typedef const char *gql_type_of_fn(const void *object);

/**
 * Whether a field below the called one is selected: "totalCount", or a path "nodes.customer".
 * Names are those of the schema, not aliases; fragments are followed, @skip and @include obeyed.
 * Under abstract types it says yes when some object could have it.
 */
bool gql_selects(const struct gql_call *call, const char *path);

/** The path of the called field, "instances.nodes[3].customer", in the operation's arena. */
struct slice gql_call_path(const struct gql_call *call);

/** A given argument. Returns: NULL when it is absent or null. */
static inline const struct value *gql_argument(const struct gql_call *call, const char *name)
{
    return value_get(call->args, slice_of_text(name));
}

#endif
