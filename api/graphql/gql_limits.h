/*
 * gql_limits: every bound of the GraphQL engine, with its reason.
 *
 * A query is a program that strangers send: each of its dimensions has a named end, and reaching
 * one is an error of the request (code LIMIT), never a slow server. The bounds belong together: the
 * cost of every walk over a document is a product of some of them.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_LIMITS_H
#define DAYBOOK_API_GRAPHQL_GQL_LIMITS_H

#include "core/base/limits.h"

/* Text of one executable document, and the tokens in it: the shortest token is one byte, and a
 * document of nothing but braces is no use to anybody. */
#define GQL_TEXT_BYTES_MAX LIMIT_QUERY_TEXT_BYTES
#define GQL_TOKENS_MAX     16384

/* The same for a schema, which the program itself brings along. */
#define GQL_SDL_BYTES_MAX  (1 * MIB)
#define GQL_SDL_TOKENS_MAX 262144

/* Fields inside each other, fragments followed. The deepest query of known clients is the
 * introspection query with 15. */
#define GQL_DEPTH_MAX 20

/* Fields, inline fragments and fragment spreads inside each other: bounds every recursion over
 * selections, also where fragments nest without a field between them. */
#define GQL_NESTING_MAX 64

/* Fields of one operation, fragments expanded wherever they are spread. */
#define GQL_FIELDS_MAX 2000

/* Definitions in one document. */
#define GQL_OPERATIONS_MAX 50
#define GQL_FRAGMENTS_MAX  200

/* Arguments of one field, fields of one object literal, directives at one place, variables of one
 * operation: they are compared in pairs. */
#define GQL_MEMBERS_MAX 256

/* Members of the variables object, and of every object in it that is of an input type: undeclared
 * variables are ignored, but each declared one is looked for among all. */
#define GQL_GIVEN_MAX 1000

/* Lists and objects inside each other in a literal: what JSON variables may have too. */
#define GQL_VALUE_DEPTH_MAX LIMIT_JSON_DEPTH

/* List and non-null marks around a type. Introspection queries of known clients ask for nine. */
#define GQL_TYPE_DEPTH_MAX 8

/* Field visits while checking that fields of the same response name can be merged. A usual document
 * needs two visits per field; fields of abstract types under many type conditions multiply. */
#define GQL_MERGE_STEPS_MAX 100000

/* Errors kept for one answer; the last one says how many were left out. */
#define GQL_ERRORS_MAX 100

/* Memory: a document with everything validation adds; an operation with its arguments and whatever
 * its resolvers allocate; a schema. */
#define GQL_DOCUMENT_BYTES_MAX  (16 * MIB)
#define GQL_OPERATION_BYTES_MAX (64 * MIB)
#define GQL_SCHEMA_BYTES_MAX    (32 * MIB)

/* The answer. */
#define GQL_RESPONSE_BYTES_MAX (16 * MIB)

/* Fields resolved by one operation, list items counted each: bounds the time. One takes about a
 * tenth of a microsecond, so this is a few tenths of a second. */
#define GQL_STEPS_MAX 2000000

/* Estimated cost of an operation (gql_cost.c says how it is computed), and the page size assumed
 * where neither `first` nor `last` is given. */
#define GQL_COST_MAX     1000000
#define GQL_PAGE_DEFAULT 100

#endif
