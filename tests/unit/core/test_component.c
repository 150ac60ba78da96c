/*
 * The catalogue: what is built in, and which inputs of connections may be shown.
 */
#include "core/base/check.h"
#include "core/definition/component.h"

#include <criterion/criterion.h>

Test(component, finds_what_is_built_in)
{
    static const struct {
        const char *component;
        const char *key;
        enum action_kind kind;
        const char *method;
    } rows[] = {
        {"webhook-triggers", "webhook", ACTION_TRIGGER, NULL},
        {"schedule-triggers", "schedule", ACTION_TRIGGER, NULL},
        {"management-triggers", "instanceDeploy", ACTION_TRIGGER, NULL},
        {"management-triggers", "instanceRemove", ACTION_TRIGGER, NULL},
        {"http", "httpGet", ACTION_HTTP, "GET"},
        {"http", "httpPost", ACTION_HTTP, "POST"},
        {"http", "httpPut", ACTION_HTTP, "PUT"},
        {"http", "httpPatch", ACTION_HTTP, "PATCH"},
        {"http", "httpDelete", ACTION_HTTP, "DELETE"},
        {"http", "httpHead", ACTION_HTTP, "HEAD"},
        {"http", "httpRequest", ACTION_HTTP, NULL},
        {"sleep", "sleep", ACTION_SLEEP, NULL},
        {"log", "writeLog", ACTION_WRITE_LOG, NULL},
        {"stop-execution", "stopExecution", ACTION_STOP, NULL},
        {"branch", "branchOnExpression", ACTION_BRANCH_EXPR, NULL},
        {"branch", "branchOnValue", ACTION_BRANCH_VALUE, NULL},
        {"loop", "loopOverItems", ACTION_LOOP_ITEMS, NULL},
        {"loop", "loopNTimes", ACTION_LOOP_TIMES, NULL},
        {"loop", "breakLoop", ACTION_BREAK_LOOP, NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct component_action *action =
            component_find(slice_of_text(rows[i].component), slice_of_text(rows[i].key));
        cr_assert_not_null(action, "%s", rows[i].key);
        cr_expect_eq(action->kind, rows[i].kind);
        cr_expect_eq(action->is_trigger, rows[i].kind == ACTION_TRIGGER);
        cr_expect_eq(action->is_scheduled, strcmp(rows[i].key, "schedule") == 0);
        cr_expect((action->http_method == NULL) == (rows[i].method == NULL));
        cr_expect(rows[i].method == NULL || strcmp(action->http_method, rows[i].method) == 0);
        cr_expect_not_null(action->label);
    }
}

Test(component, knows_nothing_else)
{
    cr_expect_null(component_find(SLICE("code"), SLICE("runCode")));
    cr_expect_null(component_find(SLICE("http"), SLICE("httpPostFormData")));
    cr_expect_null(component_find(SLICE("http"), SLICE("httpget")));
    cr_expect_null(component_find(SLICE("log"), SLICE("httpGet")));
    cr_expect_null(component_find(SLICE(""), SLICE("")));
    cr_expect(component_known(SLICE("http")));
    cr_expect_not(component_known(SLICE("code")));
}

Test(component, says_which_inputs_are_required)
{
    const struct component_action *get = component_find(SLICE("http"), SLICE("httpGet"));
    size_t required = 0;
    for (size_t i = 0; i < get->input_count; i++) {
        required += get->inputs[i].required;
        cr_expect_eq(get->inputs[i].required, strcmp(get->inputs[i].key, "url") == 0);
    }
    cr_expect_eq(required, 1);
}

Test(component, everything_unknown_is_secret)
{
    static const char *const shown[] = {"username", "userName",     "user_name", "URL",
                                        "baseUrl",  "base-url",     "host",      "scopes",
                                        "region",   "authorizeUrl", "tokenUrl",  "clientId"};
    static const char *const hidden[] = {
        "password",   "apiKey",     "clientSecret",     "token",      "accessToken",
        "secret",     "privateKey", "connectionString", "webhookUrl", "signature",
        "passphrase", "cert",       "usernam",          "usernames",  "",
        "_",          "url2",       "credentials"};
    for (size_t i = 0; i < ARRAY_COUNT(shown); i++) {
        cr_expect(component_input_is_public(SLICE("any"), SLICE("basic"), slice_of_text(shown[i])),
                  "%s", shown[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(hidden); i++) {
        cr_expect_not(
            component_input_is_public(SLICE("http"), SLICE("basic"), slice_of_text(hidden[i])),
            "%s", hidden[i]);
    }
}
