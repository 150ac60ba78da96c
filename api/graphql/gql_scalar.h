/*
 * gql_scalar: the scalars that schemas may use, what they accept and what they write.
 *
 * | scalar       | accepts                        | a resolver gets          | is written as |
 * |--------------|--------------------------------|--------------------------|----------------------|
 * | Int          | whole number of 32 bits        | VALUE_INT                | number | | Float |
 * number                         | VALUE_FLOAT              | number               | | String |
 * text                           | VALUE_TEXT               | text                 | | Boolean |
 * true, false                    | VALUE_BOOL               | true, false          | | ID | text,
 * whole number             | VALUE_TEXT               | text                 | | DateTime     | RFC
 * 3339 text with a zone      | VALUE_INT, microseconds  | RFC 3339, 6 digits   | | Date         |
 * text "2026-04-22"              | VALUE_INT, microseconds  | text "2026-04-22"    | | UUID | text
 * of 36 characters          | VALUE_TEXT, lower case   | the same             | | BigInt       |
 * whole number of 64 bits, or    | VALUE_INT                | number; text beyond  | | | such a
 * number as text          |                          | 2^53 - 1 (see below) | | Decimal      |
 * number, or a number as text    | VALUE_TEXT, as written   | text                 | | JSONString
 * | text that is JSON              | VALUE_TEXT, as written   | text                 | |
 * JSONOrString | anything                       | the value                | the value as JSON    |
 *
 * BigInt: JavaScript clients read JSON numbers as doubles, exact to 2^53 - 1. Numbers up to there
 * are written as numbers, which is what clients of small counters expect; larger ones as text,
 * because a wrong digit is worse than a type to check.
 *
 * A whole number that arrives with a fraction of zero in JSON variables (1.0) counts as whole; in
 * the text of a query it does not, as the specification says.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_SCALAR_H
#define DAYBOOK_API_GRAPHQL_GQL_SCALAR_H

#include "api/graphql/gql_resolve.h"
#include "core/base/json_out.h"
#include "core/base/value.h"

/* A value on its way in. */
struct gql_given {
    const struct value *value;
    bool literal;         /* it stands in the query, not in the variables */
    struct slice written; /* a number of the query as it is written, else empty */
};

struct gql_scalar {
    const char *name;
    const char *expects; /* "a whole number of 32 bits", for messages */
    bool structured;     /* lists and objects may be given for it */
    bool writes_values;  /* `write` takes GQL_RESULT_VALUE; for others the value is unpacked */

    /* Takes a value in. Texts are borrowed from the value or copied to the arena.
     * Returns: false when it is none of this scalar, or (see arena_exhausted) without memory. */
    bool (*take)(const struct gql_given *given, struct arena *arena, struct value *ret);

    /* Writes a result. Returns: false, with nothing written, when it is none of this scalar. */
    bool (*write)(struct json_out *json, const struct gql_result *result, struct arena *arena);
};

/** The scalar of a name. Returns: NULL when the engine knows none. */
const struct gql_scalar *gql_scalar_find(struct slice name);

/** A scalar value as the result that says the same; other values stay GQL_RESULT_VALUE. */
struct gql_result gql_scalar_result(const struct value *value);

#endif
