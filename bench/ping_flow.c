#include "bench/ping_flow.h"

#include "core/base/limits.h"

#include <stdio.h>

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Ping\n"
    "endpointType: flow_specific\n"
    "flows:\n"
    "  - name: Ping\n"
    "    endpointSecurityType: customer_optional\n"
    "    steps:\n"
    "      - name: Ping Trigger\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, "
    "version: LATEST, isPublic: true}}\n"
    "        inputs: {}\n";

/* Behind the trigger. */
static const char log_step[] =
    "      - name: Log\n"
    "        action: {key: writeLog, component: {key: log, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          level: {type: value, value: info}\n"
    "          message: {type: template, value: \"order "
    "{{$pingTrigger.results.body.data.orderNo}} came in\"}\n";

struct deploying {
    struct ask *ask;
    struct arena arena;
    enum err code; /* of the first step that failed; those behind it do nothing */
    struct error *error;
};

/* Runs a document with up to two text variables, $a and $b. Returns: the payload's object. */
static struct value
run(struct deploying *it, const char *document, const char *object, struct slice a, struct slice b)
{
    struct value variables = value_map();
    struct value payload = value_null();
    if (it->code == ERR_OK) {
        (void)value_map_put(&it->arena, &variables, SLICE("a"), value_text(a));
        (void)value_map_put(&it->arena, &variables, SLICE("b"), value_text(b));
        it->code = ask_graphql(it->ask, document, &variables, &it->arena, &payload, it->error);
    }
    const struct value *found = value_get(&payload, slice_of_text(object));
    if (it->code == ERR_OK && found == NULL) {
        it->code = error_set(it->error, ERR_MALFORMED, "the server's answer has no %s", object);
    }
    return it->code == ERR_OK ? *found : value_null();
}

static struct slice id_of(const struct value *object)
{
    return value_get_text(object, SLICE("id"));
}

/* Publishes the flow. Returns: the version's id. */
static struct slice publish(struct deploying *it, bool with_step)
{
    struct slice none = {NULL, 0};
    struct slice text = arena_format(&it->arena, "%s%s", definition, with_step ? log_step : "");
    struct value draft = run(it,
                             "mutation($a: String!) { importIntegration(input: {definition: $a}) "
                             "{ integration { id } errors { messages } } }",
                             "integration", text, none);
    struct value version = run(it,
                               "mutation($a: ID!) { publishIntegration(input: {id: $a}) "
                               "{ integration { id } errors { messages } } }",
                               "integration", id_of(&draft), none);
    return id_of(&version);
}

/* Makes an instance and deploys it. Returns: the URL of its only flow's webhook. */
static struct slice deploy(struct deploying *it, struct slice version)
{
    struct slice none = {NULL, 0};
    struct value customer = run(it,
                                "mutation { createCustomer(input: {name: \"Bench\"}) "
                                "{ customer { id } errors { messages } } }",
                                "customer", none, none);
    struct value instance =
        run(it,
            "mutation($a: ID!, $b: ID!) { createInstance(input: {name: \"Ping\", customer: $a, "
            "integration: $b}) { instance { id flowConfigs { nodes { webhookUrl } } } "
            "errors { messages } } }",
            "instance", id_of(&customer), version);
    (void)run(it,
              "mutation($a: ID!) { deployInstance(input: {id: $a}) "
              "{ instance { id } errors { messages } } }",
              "instance", id_of(&instance), none);
    const struct value *nodes =
        value_get(value_get(&instance, SLICE("flowConfigs")), SLICE("nodes"));
    return value_get_text(value_at(nodes, 0), SLICE("webhookUrl"));
}

enum err ping_flow_deploy(struct ask *ask,
                          bool with_step,
                          char ret_path[PING_FLOW_PATH_SIZE],
                          struct error *reterr)
{
    struct deploying it = {.ask = ask, .code = ERR_OK, .error = reterr};
    arena_init(&it.arena, 16 * MIB);
    struct slice url = deploy(&it, publish(&it, with_step));
    size_t at = slice_find(url, SLICE("/trigger/"));
    struct slice path = slice_from(url, at);
    if (it.code == ERR_OK && (at == SIZE_MAX || path.size >= PING_FLOW_PATH_SIZE)) {
        it.code = error_set(reterr, ERR_MALFORMED, "\"%.*s\" is no webhook URL", SLICE_ARGS(url));
    }
    if (it.code == ERR_OK) {
        (void)snprintf(ret_path, PING_FLOW_PATH_SIZE, "%.*s", SLICE_ARGS(path));
    }
    arena_deinit(&it.arena);
    return it.code;
}
