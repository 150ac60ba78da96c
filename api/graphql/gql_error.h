/*
 * gql_error: the errors of a GraphQL answer.
 *
 * A list collects everything that is wrong with one schema, document or operation: message, places
 * in the text (line and column), path in the answer, code. The texts live in the list's arena; the
 * list itself owns nothing.
 *
 * The code is an `enum err`; its name ("NOT_FOUND") is written as `extensions.code`.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_ERROR_H
#define DAYBOOK_API_GRAPHQL_GQL_ERROR_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/json_out.h"

#include <stdarg.h>
#include <stdint.h>

/* Where a thing begins in its source text, in bytes; this one is nowhere. */
#define GQL_NOWHERE UINT32_MAX

/* Line and column of a source text, both from 1; columns count code points. */
struct gql_location {
    uint32_t line;
    uint32_t column;
};

/* One step of a path in an answer, from the leaf up to the root. */
struct gql_path {
    const struct gql_path *up; /* NULL at a root field */
    struct slice name;         /* response name; data == NULL: a list index */
    size_t index;
};

struct gql_error {
    struct slice message;
    enum err code;
    struct gql_location locations[2]; /* two when two places contradict each other */
    size_t location_count;
    const struct gql_path *path; /* NULL: no path */
    struct gql_error *next;
};

struct gql_errors {
    struct arena *arena; /* borrowed */
    struct slice source; /* the text that byte offsets refer to; borrowed */
    struct gql_error *first;
    struct gql_error *last;
    size_t count;    /* kept */
    size_t left_out; /* found past GQL_ERRORS_MAX or without memory */
};

/** An empty list; `source` is the text that offsets refer to (may be empty, may be set later). */
void gql_errors_init(struct gql_errors *errors, struct arena *arena, struct slice source);

/** Whether nothing is wrong. */
static inline bool gql_errors_none(const struct gql_errors *errors)
{
    return errors->first == NULL && errors->left_out == 0;
}

/**
 * Adds an error at byte `at` of the source (GQL_NOWHERE: no location). The message is cut at
 * ERROR_TEXT_SIZE. Returns: the error, for more places or a path; NULL when it was only counted.
 */
struct gql_error *
gql_errors_add(struct gql_errors *errors, enum err code, uint32_t at, const char *format, ...)
    PRINTF_LIKE(4, 5);

/** As gql_errors_add, for functions that take a format themselves. */
struct gql_error *gql_errors_addv(struct gql_errors *errors,
                                  enum err code,
                                  uint32_t at,
                                  const char *format,
                                  va_list args) PRINTF_LIKE(4, 0);

/** Whether more errors would only be counted: walks over long input may end here. */
static inline bool gql_errors_full(const struct gql_errors *errors)
{
    return errors->left_out > 0;
}

/** Adds a second place to an error; takes NULL. */
void gql_errors_also_at(const struct gql_errors *errors, struct gql_error *error, uint32_t at);

/** A copy of a path, whose steps may be on the stack. Returns: NULL when the arena is exhausted. */
const struct gql_path *gql_path_copy(struct arena *arena, const struct gql_path *path);

/** The path as text "instances.nodes[3].name". Returns: the empty slice over the arena's cap. */
struct slice gql_path_text(struct arena *arena, const struct gql_path *path);

/** Line and column of byte `at`; line ends are LF, CR and CR LF. */
struct gql_location gql_location_of(struct slice source, uint32_t at);

/** Writes the list of errors as a JSON list. */
void gql_errors_write(const struct gql_errors *errors, struct json_out *json);

/** Appends a whole answer `{"errors": [...]}`, for requests that are not executed. */
void gql_errors_answer(const struct gql_errors *errors, struct buf *out);

/**
 * The first error as a sentence with its place ("line 3, column 5: ... (and 2 more)").
 * Returns: the first error's code; ERR_OK and `reterr` untouched when there is none.
 */
MUST_USE enum err gql_errors_first(const struct gql_errors *errors, struct error *reterr);

#endif
