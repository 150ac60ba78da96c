/*
 * limits: every bound that more than one part of the program must agree on, with its reason.
 *
 * A bound that concerns one file alone stands in that file. Reaching a bound is an error with a
 * status (413, 422, 429, 431, 503 ...), never growth without limit and never silence.
 */
#ifndef DAYBOOK_CORE_BASE_LIMITS_H
#define DAYBOOK_CORE_BASE_LIMITS_H

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* Containers inside each other in any value that is encoded or decoded. JSON from outside may use
 * four fewer, because payloads and results are wrapped ({data, contentType}, a body's list of
 * events). */
#define LIMIT_VALUE_DEPTH 32
#define LIMIT_JSON_DEPTH  28

/* Memory one JSON text may take while it is parsed: 8 MiB of "[[],[],...]" would else take 500 MiB.
 */
#define LIMIT_JSON_MEMORY_BYTES (128 * MIB)

/* Webhook body: default and the most an operator may allow. */
#define LIMIT_WEBHOOK_BODY_BYTES     (8 * MIB)
#define LIMIT_WEBHOOK_BODY_BYTES_MAX (64 * MIB)

/* GraphQL request body; the query text in it may have 64 KiB, a definition in a variable 4 MiB. */
#define LIMIT_API_BODY_BYTES   (8 * MIB)
#define LIMIT_QUERY_TEXT_BYTES (64 * KIB)
#define LIMIT_DEFINITION_BYTES (4 * MIB)

/* One step's result. */
#define LIMIT_STEP_RESULT_BYTES (64 * MIB)

/* Head of an HTTP request: request line and header lines together, and their number. */
#define LIMIT_HEAD_BYTES   (64 * KIB)
#define LIMIT_HEADER_COUNT 100

/* Records and inline bodies of one command in the journal; more is a job or a blob. */
#define LIMIT_COMMAND_BYTES (768 * KIB)

/* Stored bodies over this go to blobs/ in chunks. */
#define LIMIT_INLINE_BODY_BYTES (16 * KIB)

/* Names, external ids, labels and the like, in bytes. */
#define LIMIT_NAME_BYTES        200
#define LIMIT_DESCRIPTION_BYTES (16 * KIB)
#define LIMIT_LABELS            50
#define LIMIT_REASON_BYTES      500

/* One config variable's value. */
#define LIMIT_CONFIG_VALUE_BYTES (256 * KIB)

#endif
