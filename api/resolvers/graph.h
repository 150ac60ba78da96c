/*
 * graph: the GraphQL API as a whole: schema, resolvers, and what a resolver may use.
 *
 * The schema text (schema.graphql beside this file, embedded) is the source of truth. At the start
 * every field must have a resolver and every argument and input field be declared as read by one;
 * else the server does not start.
 *
 * A resolver gets a `struct graph_context` as call->user: who asks, and a reading that is open
 * while resolvers run. Rules for resolvers:
 *   - read through context->reading; keep what you return in call->arena;
 *   - a missing object asked for by id is ERR_NOT_FOUND "Instance not found";
 *   - an id that is malformed or of another type reads as not found too;
 *   - never show a secret: config_input secrets answer "", keys answer fingerprints.
 *
 * Thread: queries on the loop or, when costly, on a pool thread; mutations on the loop.
 */
#ifndef DAYBOOK_API_RESOLVERS_GRAPH_H
#define DAYBOOK_API_RESOLVERS_GRAPH_H

#include "api/auth.h"
#include "api/engine/command.h"
#include "api/engine/reading.h"
#include "api/graphql/gql_bind.h"
#include "api/graphql/gql_document.h"
#include "api/graphql/gql_operation.h"
#include "api/invocation.h"
#include "api/runner/runner.h"

struct graph_options {
    struct engine *engine;
    struct readings *readings;
    struct runner *runner;
    const char *public_url;
    uint64_t waiting_max; /* open executions a flow may have */
};

struct graph {
    struct graph_options options;
    struct gql_schema *schema;
    struct invoker invoker;
};

/* Definitions one operation may look at. */
#define GRAPH_DEFINITIONS_MAX 512

/* A definition held until the operation ends. */
struct graph_held {
    uint64_t seq;
    const struct definition *definition;
    struct graph_held *next;
};

/* One operation's world. */
struct graph_context {
    struct graph *graph;
    struct principal principal;
    struct reading *reading; /* open while resolvers run */
    struct slice reason;     /* of the request; empty: none */
    struct uuid correlation; /* id of the request */
    /* Of a request with Idempotency-Key, which has exactly one mutation: */
    struct slice idempotency; /* 32 bytes; empty: none */
    struct slice request;     /* 32 bytes */
    bool key_reused;          /* the key came with another request before */
    struct graph_held *held;
    size_t held_count;
};

/** Builds and binds the schema. Errors: ERR_INVALID naming everything that is not bound. */
MUST_USE enum err
graph_create(const struct graph_options *options, struct graph **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. No operation may be left. Takes NULL too. */
void graph_destroy(struct graph **graph);

/** The schema text. */
struct slice graph_schema_text(void);

/** Opens and closes context->reading; the hooks of gql_operation. */
enum err graph_open(void *user, struct error *reterr);
void graph_close(void *user);

/** Gives back what the operation held. Call when it is over. */
void graph_context_deinit(struct graph_context *context);

/* ---- for resolvers ---- */

/**
 * A definition by the sequence of its draft_imported, held until the operation ends.
 * Errors: ERR_LIMIT past GRAPH_DEFINITIONS_MAX of them; those of reading.
 */
MUST_USE enum err graph_definition(struct graph_context *context,
                                   uint64_t draft_seq,
                                   const struct definition **ret,
                                   struct error *reterr);

/** The context of a call. */
static inline struct graph_context *graph_context_of(const struct gql_call *call)
{
    return call->user;
}

/** The uuid in an id argument of type `type`. Errors: ERR_NOT_FOUND "<what> not found". */
MUST_USE enum err graph_id_argument(const struct gql_call *call,
                                    const char *argument,
                                    const char *type,
                                    const char *what,
                                    struct uuid *ret,
                                    struct error *reterr);

/** A text argument of an input object; the empty slice when it is not given. */
struct slice graph_input_text(const struct value *input, const char *name);

/** As graph_input_text, telling whether it was given. */
struct optional_text graph_input_optional(const struct value *input, const char *name);

/** A list of texts of an input object, telling whether it was given. */
struct optional_list
graph_input_list(const struct value *input, const char *name, struct arena *arena);

/** An id of an input object. Returns: false when it is missing, malformed or of another type. */
bool graph_input_id(const struct value *input,
                    const char *name,
                    const char *type,
                    struct uuid *ret);

/* ---- mutations: a command, and the payload made of how it ended ---- */

/* What every mutation payload has. */
struct graph_payload {
    const void *object;        /* the one affected object; NULL with problems */
    struct gql_objects errors; /* of struct graph_problem */
    struct slice client_mutation_id;
};

/* One entry of `errors`. */
struct graph_problem {
    struct slice field;
    struct gql_texts messages;
};

/* A mutation under way; begin your own struct with it and a command. */
struct graph_mutation {
    struct gql_call *call;
    struct slice client_mutation_id;
};

/** Readies a mutation of a call with its input object. */
void graph_mutation_init(struct graph_mutation *mutation,
                         struct gql_call *call,
                         const struct value *input);

/** The id of the thing a mutation changes. Errors: ERR_NOT_FOUND "<what> not found". */
MUST_USE enum err graph_input_target(const struct value *input,
                                     const char *name,
                                     const char *type,
                                     const char *what,
                                     struct uuid *ret,
                                     struct error *reterr);

/** expectedVersion of an input; 0 when it is not given. */
uint64_t graph_expected_version(const struct value *input);

/** Fills what every command of a mutation needs: arena, actor, ids, reason, idempotency. */
void graph_command_init(const struct gql_call *call,
                        struct command *command,
                        command_execute_cb execute,
                        command_done_cb done);

/** Submits. Errors: ERR_BUSY, ERR_DISK_FULL, ERR_CLOSED. */
MUST_USE enum err
graph_submit(const struct gql_call *call, struct command *command, struct error *reterr);

/** From a mutation's start, which must not complete it: completes it with problems a turn of the
 * loop later. Errors: ERR_BUSY, ERR_CLOSED, ERR_LIMIT: then it will not be completed. */
MUST_USE enum err graph_refuse(struct graph_mutation *mutation,
                               const struct problem_list *problems,
                               struct error *reterr);

/** Completes a mutation with problems and no object. */
void graph_complete_refused(struct graph_mutation *mutation, const struct problem_list *problems);

/** Completes a mutation with its object, which payload fields get as payload->object. */
void graph_complete(struct graph_mutation *mutation, const void *object);

/** Completes a mutation with an object and problems. */
void graph_complete_with(struct graph_mutation *mutation,
                         const void *object,
                         const struct problem_list *problems);

/** Completes a mutation with a `struct uuid` as its object: payload fields load what it names. */
void graph_complete_id(struct graph_mutation *mutation, struct uuid id);

/** Completes a mutation with an error at the root. */
void graph_complete_failed(struct graph_mutation *mutation, const struct error *error);

/**
 * From a command's `done`: refused and failed outcomes complete the mutation and give false. Else
 * true, and *ret_stream is the stream of the command's first record (that of the first time, when
 * repeated).
 */
bool graph_command_ended(struct graph_mutation *mutation,
                         const struct command *command,
                         struct stream_ref *ret_stream);

#endif
