/*
 * kit_story: the fixture of integration and crash tests: a server, a client, a memory, and the few
 * steps that almost every story begins with.
 *
 *     TEST(replay, starts_from_the_same_bytes)
 *     {
 *         struct kit_instance instance = kit_story_instance(story, yaml, "Acme", NULL);
 *         kit_story_deploy(story, &instance);
 *         const char *id = kit_story_call(story, kit_story_webhook(story, &instance, "Flow"),
 * "{}"); const struct value *execution = kit_story_await(story, id); EXPECT_TEXT(execution,
 * "status", "SUCCESS");
 *     }
 *
 * The server runs when the body begins. When the body ends it is stopped if it still runs, and must
 * end with 0 and without a sanitizer's finding: that is part of every test. Options go behind the
 * name: TEST(suite, name, .no_server = true).
 *
 * Texts and values that are handed out live as long as the story.
 *
 * Thread: the test's own.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_STORY_H
#define DAYBOOK_TESTS_LIB_KIT_STORY_H

#include "tests/lib/kit_expect.h"
#include "tests/lib/kit_gql.h"
#include "tests/lib/kit_path.h"
#include "tests/lib/kit_reply.h"
#include "tests/lib/kit_target.h"
#include "tests/lib/kit_time.h"

#include <criterion/criterion.h>

/* Both macros below may stand without their last arguments, as C23 allows. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

/* A test that takes longer has hung: a sanitizer's start and stop are a few seconds. */
#define KIT_STORY_SECONDS      180.0

#define KIT_STORY_MEMORY_BYTES ((size_t)1 << 30)

struct kit_story_options {
    const char *const *arguments; /* of `serve`, up to a NULL; NULL: --allow-private-targets */
    bool no_server;               /* the test starts it itself */
    char sentinel;                /* the macro's, so that no option at all is fine too */
};

struct kit_story {
    struct arena arena;
    struct kit_server server;
    struct kit_client client;  /* of GraphQL requests */
    struct kit_client caller;  /* of webhook calls */
    struct kit_target *target; /* NULL until kit_story_target */
    struct kit_story_options options;
};

/* An instance and where to find its flows. */
struct kit_instance {
    const char *id;
    const char *customer;
    const char *version;              /* the integration's version it was made of */
    const struct value *flow_configs; /* list of {id, webhookUrl, flow {name}} */
};

/** Readies the fixture and starts the server. */
void kit_story_init(struct kit_story *story, const struct kit_story_options *options);

/** Stops what runs and demands a clean end; frees everything. */
void kit_story_deinit(struct kit_story *story);

/** Starts the server, which must not run. */
void kit_story_start(struct kit_story *story);

/** SIGTERM; the server must end with 0. */
void kit_story_stop(struct kit_story *story);

/** SIGKILL. */
void kit_story_kill(struct kit_story *story);

/** The target server, started when first asked for. */
struct kit_target *kit_story_target(struct kit_story *story);

/** A formatted text that lives as long as the story. */
const char *kit_story_text(struct kit_story *story, const char *format, ...) PRINTF_LIKE(2, 3);

/** The text of a file of the source tree, as "tests/integration/data/flows.yml". */
const char *kit_story_file(struct kit_story *story, const char *path);

/** Runs a document as Admin. Returns: `data`; ends the test when there are `errors`. */
const struct value *kit_story_gql(struct kit_story *story,
                                  const char *file,
                                  int line,
                                  const char *query,
                                  const struct kit_gql_variable *variables);

/** As kit_story_gql for a document that must fail: whole answer, with `errors`, `data` null. */
const struct value *kit_story_gql_errors(struct kit_story *story,
                                         const char *file,
                                         int line,
                                         const char *query,
                                         const struct kit_gql_variable *variables);

/* GQL(story, "mutation($id: ID!) {...}", {"id", .text = id}, {"n", .integer = 3}) */
#define GQL(story, query, ...)                                                                     \
    kit_story_gql((story), __FILE__, __LINE__, (query),                                            \
                  (struct kit_gql_variable[]){__VA_ARGS__ __VA_OPT__(, ){0}})
#define GQL_ERRORS(story, query, ...)                                                              \
    kit_story_gql_errors((story), __FILE__, __LINE__, (query),                                     \
                         (struct kit_gql_variable[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/** Imports a definition and publishes it. Returns: the version's id. */
const char *kit_story_publish(struct kit_story *story, const char *definition);

/** Makes a customer. Returns: its id. */
const char *kit_story_customer(struct kit_story *story, const char *name);

/**
 * Publishes a definition, makes a customer and an instance of that name. `config` is a JSON list of
 * {key, value}; NULL: none. Not deployed yet.
 */
struct kit_instance kit_story_instance(struct kit_story *story,
                                       const char *definition,
                                       const char *name,
                                       const char *config);

/** Sets one config variable; not deployed yet. */
void kit_story_configure(struct kit_story *story,
                         const struct kit_instance *instance,
                         const char *key,
                         const char *value);

/** Deploys. Returns: the number of the deployment. */
int64_t kit_story_deploy(struct kit_story *story, const struct kit_instance *instance);

/** The whole webhook URL of a flow. */
const char *
kit_story_webhook(struct kit_story *story, const struct kit_instance *instance, const char *flow);

/** The path of a URL of this server. */
const char *kit_story_path(struct kit_story *story, const char *url);

/** Calls a webhook (URL or path) with a JSON body. Returns: the answer, whatever its status. */
struct kit_message kit_story_send(struct kit_story *story, const char *url, const char *body);

/** As kit_story_send; it must be accepted. Returns: the execution's id. */
const char *kit_story_call(struct kit_story *story, const char *url, const char *body);

/** Waits until an execution has ended. Returns: it, with status, state, error, steps and logs. */
const struct value *kit_story_await(struct kit_story *story, const char *execution);

/** Replays an execution. Returns: the new one's id. */
const char *kit_story_replay(struct kit_story *story, const char *execution);

/** Runs `daybook verify` on the data directory, which must find nothing wrong. */
void kit_story_verify(struct kit_story *story);

/* A Criterion test whose body has `story`; the fixture's end is inside the body, because a demand
 * that fails in Criterion's own tear-down would pass. */
#define TEST(suite, name, ...)                                                                     \
    static void suite##_##name##_story(struct kit_story *story);                                   \
    Test(suite, name, .timeout = KIT_STORY_SECONDS)                                                \
    {                                                                                              \
        struct kit_story fixture;                                                                  \
        kit_story_init(&fixture, &(struct kit_story_options){.sentinel = 0, __VA_ARGS__});         \
        suite##_##name##_story(&fixture);                                                          \
        kit_story_deinit(&fixture);                                                                \
    }                                                                                              \
    static void suite##_##name##_story(struct kit_story *story)

#endif
