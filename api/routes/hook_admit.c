/* Letting a webhook in: the checks of the head, in the order that callers rely on. */
#include "api/commands/instance_commands.h"
#include "api/engine/definitions.h"
#include "api/http/http_url.h"
#include "api/routes/hook_priv.h"
#include "projections/instances_view.h"

#include <sodium.h>

#define TRIGGER_PATH SLICE("/trigger/")

struct admitting {
    struct hook *hook;
    struct http_request *request;
    struct reading *reading;
    struct admission *out;
    const struct instance *instance;
    uint32_t place; /* of the flow config */
    const struct definition *definition;
    const struct flow_definition *flow;
};

/* An answer to be given instead of letting the request in. */
struct refusal {
    enum hook_refusal why;
    const char *text;
};

static bool refuse(struct refusal *ret, enum hook_refusal why, const char *text)
{
    *ret = (struct refusal){why, text};
    return false;
}

/* The id in /trigger/<id>[/...]: with "=", "%3D" or no padding. */
static bool parse_id(struct http_request *request, struct uuid *ret)
{
    struct slice rest = slice_from(request->path, TRIGGER_PATH.size - 1);
    struct slice segment;
    struct slice text;
    return http_url_next_segment(&rest, &segment) &&
           http_url_decode(request->arena, segment, &text, NULL) == ERR_OK &&
           id_decode(text, "InstanceFlowConfig", ret, NULL) == ERR_OK;
}

static bool find_instance(struct admitting *it, struct refusal *ret)
{
    struct views_txn *views = it->reading->views;
    struct uuid flow_config;
    struct uuid instance;
    if (!parse_id(it->request, &flow_config) ||
        instances_view_flow_config(views, flow_config, &instance, &it->place, NULL) != ERR_OK ||
        reading_instance(it->reading, instance, &it->instance, NULL) != ERR_OK) {
        return refuse(ret, HOOK_REFUSAL_FLOW_CONFIG_NOT_FOUND, "there is no such webhook URL");
    }
    return true;
}

static bool find_flow(struct admitting *it, struct refusal *ret)
{
    enum err e = invocation_admit(it->reading, it->instance, it->place, it->request->arena, it->out,
                                  &it->definition, &it->flow, NULL);
    if (e == ERR_NOT_FOUND) {
        return refuse(ret, HOOK_REFUSAL_FLOW_NOT_IN_VERSION,
                      "the deployed version of the integration has no such flow any more");
    }
    return e == ERR_OK ? true
                       : refuse(ret, HOOK_REFUSAL_DEFINITION_UNREADABLE,
                                "the integration's definition cannot be read: run daybook verify");
}

/* ---- keys ---- */

/* Compares with every key, so that time tells nothing about which one matched. */
static bool matches_any(struct slice given,
                        const struct slice *keys,
                        uint32_t count,
                        const struct data_key *key)
{
    unsigned char digest[INSTANCE_KEY_DIGEST_BYTES];
    unsigned char other[INSTANCE_KEY_DIGEST_BYTES];
    bool match = false;
    instance_key_digest(key, given, digest);
    for (uint32_t i = 0; i < count; i++) {
        instance_key_digest(key, keys[i], other);
        match |= sodium_memcmp(digest, other, sizeof digest) == 0;
    }
    return match;
}

static bool matches_digest(struct slice given, struct text_list digests, const struct data_key *key)
{
    unsigned char digest[INSTANCE_KEY_DIGEST_BYTES];
    bool match = false;
    instance_key_digest(key, given, digest);
    for (uint32_t i = 0; i < digests.count; i++) {
        match |= digests.items[i].size == sizeof digest &&
                 sodium_memcmp(digest, digests.items[i].data, sizeof digest) == 0;
    }
    return match;
}

static bool key_fits(struct admitting *it, struct slice given, const struct data_key *key)
{
    const struct instance_flow *flow = &it->instance->flows[it->place];
    bool some = given.size > 0; /* no key is never a key, whatever is stored */
    switch (it->flow->security) {
    case SECURITY_UNSECURED:
        return true;
    case SECURITY_ORGANIZATION:
        return some && matches_any(given, it->flow->organization_keys,
                                   it->flow->organization_key_count, key);
    case SECURITY_CUSTOMER_OPTIONAL:
        return flow->keys.count == 0 || (some && matches_digest(given, flow->keys, key));
    case SECURITY_CUSTOMER_REQUIRED:
        return some && matches_digest(given, flow->keys, key);
    }
    return false;
}

static bool check_key(struct admitting *it, struct refusal *ret)
{
    struct data_key key;
    struct slice given = http_request_header(it->request, "Api-Key");
    struct keyring *keyring = journal_keyring(engine_journal(it->hook->options.engine));
    if (keyring_get(keyring, it->out->key, &key, NULL) != ERR_OK) {
        return refuse(ret, HOOK_REFUSAL_INSTANCE_DELETED, "the instance was deleted");
    }
    bool fits = key_fits(it, given, &key);
    sodium_memzero(&key, sizeof key);
    return fits ? true
                : refuse(ret, HOOK_REFUSAL_API_KEY_REQUIRED,
                         given.size == 0 ? "this flow asks for a key in the header Api-Key"
                                         : "the key in the header Api-Key is not one of this flow");
}

/* ---- state ---- */

/* What was taken before the pause gets its answer again. Whether it was, the writer knows, and
 * refuses what was not. */
static bool may_be_repeated(const struct http_request *request)
{
    return http_request_header(request, "Idempotency-Key").size > 0;
}

static bool
check_state(struct admitting *it, struct refusal *ret, enum invocation_refusal *ret_reason)
{
    if (it->flow->trigger_kind != TRIGGER_WEBHOOK) {
        return refuse(ret, HOOK_REFUSAL_NOT_A_WEBHOOK, "the flow is not started by a webhook");
    }
    if (it->instance->is_system) {
        return true;
    }
    if (it->instance->deployment == 0) {
        *ret_reason = INVOCATION_NOT_DEPLOYED;
        return false;
    }
    if (!it->instance->is_enabled && !may_be_repeated(it->request)) {
        *ret_reason = INVOCATION_PAUSED;
        return false;
    }
    return true;
}

static bool wants_result(const struct http_request *request)
{
    return slice_equal_nocase(http_request_header(request, "prismatic-synchronous"), SLICE("true"));
}

bool hook_admit(struct hook *hook, struct http_request *request, struct admission *ret)
{
    struct admitting it = {.hook = hook, .request = request, .out = ret};
    struct refusal refusal = {0};
    enum invocation_refusal reason = INVOCATION_TAKEN;
    struct error error = {0};
    if (reading_open(hook->options.readings, &it.reading, &error) != ERR_OK) {
        hook_refuse(hook, request, HOOK_REFUSAL_OVERLOADED, error_text(&error));
        return false;
    }
    bool admitted = find_instance(&it, &refusal) && find_flow(&it, &refusal) &&
                    check_key(&it, &refusal) && check_state(&it, &refusal, &reason);
    definitions_release(engine_definitions(hook->options.engine), &it.definition);
    reading_close(hook->options.readings, &it.reading);
    ret->is_synchronous = ret->is_synchronous || wants_result(request);
    if (reason != INVOCATION_TAKEN) {
        hook_note_rejection(hook, ret, reason);
        hook_refuse_invocation(hook, request, reason);
    } else if (!admitted) {
        hook_refuse(hook, request, refusal.why, refusal.text);
    }
    return admitted;
}
