/*
 * The catalogue as tables. Everything is known at compile time; nothing here fails.
 */
#include "core/definition/component.h"

#include "core/base/check.h"

#define HTTP_COMMON                                                                                \
    {"connection", false}, {"url", true}, {"headers", false}, {"queryParams", false},              \
        {"responseType", false}, {"timeout", false}, {"includeFullResponse", false},               \
        {"debugRequest", false}, {"ignoreSslErrors", false}, {"maxRetries", false},                \
        {"retryDelayMS", false}, {"retryOnAllErrors", false},                                      \
    {                                                                                              \
        "useExponentialBackoff", false                                                             \
    }

static const struct component_input http_inputs[] = {HTTP_COMMON};
static const struct component_input http_body_inputs[] = {HTTP_COMMON, {"data", false}};
static const struct component_input http_request_inputs[] = {
    HTTP_COMMON, {"data", false}, {"method", false}};
static const struct component_input webhook_inputs[] = {
    {"statusCode", false}, {"contentType", false}, {"headers", false}, {"body", false}};
static const struct component_input sleep_inputs[] = {{"ms", true}};
static const struct component_input log_inputs[] = {{"level", false}, {"message", false}};
static const struct component_input stop_inputs[] = {
    {"statusCode", false}, {"contentType", false}, {"headers", false}, {"jsonBody", false}};
static const struct component_input branch_expression_inputs[] = {{"conditions", true}};
static const struct component_input branch_value_inputs[] = {{"inputValue", true},
                                                             {"branchValueMappings", true}};
static const struct component_input loop_items_inputs[] = {{"items", true}};
static const struct component_input loop_times_inputs[] = {{"iterationCount", true}};

#define HTTP(action_key, action_label, method, action_inputs)                                      \
    {                                                                                              \
        .component = "http", .key = (action_key), .label = (action_label), .kind = ACTION_HTTP,    \
        .http_method = (method), .inputs = (action_inputs),                                        \
        .input_count = ARRAY_COUNT(action_inputs)                                                  \
    }

#define TRIGGER(trigger_component, trigger_key, trigger_label)                                     \
    .component = (trigger_component), .key = (trigger_key), .label = (trigger_label),              \
    .kind = ACTION_TRIGGER, .is_trigger = true

#define ACTION(action_component, action_key, action_label, action_kind, action_inputs)             \
    {                                                                                              \
        .component = (action_component), .key = (action_key), .label = (action_label),             \
        .kind = (action_kind), .inputs = (action_inputs),                                          \
        .input_count = ARRAY_COUNT(action_inputs)                                                  \
    }

static const struct component_action actions[] = {
    {TRIGGER("webhook-triggers", "webhook", "Webhook"), .inputs = webhook_inputs,
     .input_count = ARRAY_COUNT(webhook_inputs)},
    {TRIGGER("schedule-triggers", "schedule", "Schedule"), .is_scheduled = true},
    {TRIGGER("management-triggers", "instanceDeploy", "Instance Deploy")},
    {TRIGGER("management-triggers", "instanceRemove", "Instance Remove")},
    HTTP("httpGet", "GET Request", "GET", http_inputs),
    HTTP("httpPost", "POST Request", "POST", http_body_inputs),
    HTTP("httpPut", "PUT Request", "PUT", http_body_inputs),
    HTTP("httpPatch", "PATCH Request", "PATCH", http_body_inputs),
    HTTP("httpDelete", "DELETE Request", "DELETE", http_body_inputs),
    HTTP("httpHead", "HEAD Request", "HEAD", http_inputs),
    HTTP("httpRequest", "Raw Request", NULL, http_request_inputs),
    ACTION("sleep", "sleep", "Sleep", ACTION_SLEEP, sleep_inputs),
    ACTION("log", "writeLog", "Write Log Message", ACTION_WRITE_LOG, log_inputs),
    ACTION("stop-execution", "stopExecution", "Stop Execution", ACTION_STOP, stop_inputs),
    ACTION("branch",
           "branchOnExpression",
           "Branch on Expression",
           ACTION_BRANCH_EXPR,
           branch_expression_inputs),
    ACTION("branch", "branchOnValue", "Branch on Value", ACTION_BRANCH_VALUE, branch_value_inputs),
    ACTION("loop", "loopOverItems", "Loop Over Items", ACTION_LOOP_ITEMS, loop_items_inputs),
    ACTION("loop", "loopNTimes", "Loop N Times", ACTION_LOOP_TIMES, loop_times_inputs),
    {.component = "loop", .key = "breakLoop", .label = "Break Loop", .kind = ACTION_BREAK_LOOP},
};

/* Inputs of connections that anybody who may see the connection may read: who signs in and where,
 * never with what. The names are those that published components use, compared without case, "_"
 * and "-". A client id is public by RFC 6749 section 2.2. Names that often carry a credential
 * although they do not look so (webhookUrl, connectionString, subscription) are left out on
 * purpose; so is everything unknown. */
static const char *const public_inputs[] = {
    "username",    "user",      "userid",      "login",        "email",
    "accountid",   "url",       "uri",         "baseurl",      "apiurl",
    "instanceurl", "serverurl", "siteurl",     "host",         "hostname",
    "server",      "port",      "path",        "endpoint",     "domain",
    "subdomain",   "region",    "environment", "tenant",       "tenantid",
    "database",    "schema",    "warehouse",   "bucket",       "version",
    "apiversion",  "scope",     "scopes",      "authorizeurl", "authorizationurl",
    "authurl",     "tokenurl",  "refreshurl",  "revokeurl",    "audience",
    "granttype",   "clientid",  "realm",       "timeout",
};

const struct component_action *component_find(struct slice component, struct slice key)
{
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        if (slice_is(component, actions[i].component) && slice_is(key, actions[i].key)) {
            return &actions[i];
        }
    }
    return NULL;
}

bool component_known(struct slice component)
{
    for (size_t i = 0; i < ARRAY_COUNT(actions); i++) {
        if (slice_is(component, actions[i].component)) {
            return true;
        }
    }
    return false;
}

/* Whether `input` is `name`, which is written small, but for case, "_" and "-". */
static bool same_name(struct slice input, const char *name)
{
    for (size_t i = 0; i < input.size; i++) {
        char c = input.data[i];
        if (c == '_' || c == '-') {
            continue;
        }
        char small = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (*name == '\0' || small != *name) {
            return false;
        }
        name++;
    }
    return *name == '\0';
}

bool component_input_is_public(struct slice component, struct slice connection, struct slice input)
{
    /* No component needs a list of its own so far: the names mean the same everywhere. */
    (void)component;
    (void)connection;
    for (size_t i = 0; i < ARRAY_COUNT(public_inputs); i++) {
        if (same_name(input, public_inputs[i])) {
            return true;
        }
    }
    return false;
}
