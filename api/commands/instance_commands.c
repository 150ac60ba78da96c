#include "api/commands/instance_commands.h"

#include "core/base/api_key.h"
#include "core/domain/deploy_notice.h"
#include "projections/customers_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

#include <sodium.h>

static struct stream_ref instance_stream(struct uuid id)
{
    return (struct stream_ref){STREAM_INSTANCE, id};
}

void instance_key_digest(const struct data_key *key,
                         struct slice api_key,
                         unsigned char ret[INSTANCE_KEY_DIGEST_BYTES])
{
    keyring_digest(key, KEY_LOOKUP, api_key, ret);
}

/* Marks config values under the instance's key. */
static void mark_value(void *state, struct slice bytes, unsigned char ret[CONFIG_MARK_BYTES])
{
    unsigned char digest[32];
    keyring_digest(state, KEY_FINGERPRINT, bytes, digest);
    memcpy(ret, digest, CONFIG_MARK_BYTES);
}

static struct uuid *fresh_ids(struct arena *arena, const struct definition *definition)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, definition->flow_count);
    for (uint32_t i = 0; ids != NULL && i < definition->flow_count; i++) {
        ids[i] = id_random();
    }
    return ids;
}

static enum err load(struct writer *writer,
                     struct command *command,
                     struct uuid id,
                     struct instance *ret,
                     struct error *reterr)
{
    enum err e = instances_view_get(writer_views(writer), id, command->arena, ret, reterr);
    return e == ERR_NOT_FOUND ? error_set(reterr, ERR_NOT_FOUND, "Instance not found") : e;
}

static void refuse(struct command *command, const char *field, const char *text)
{
    problem_add(&command->problems, slice_of_text(field), "%s", text);
}

/* ---- which version ---- */

struct version_choice {
    struct uuid integration;
    uint64_t number;
    const struct definition *definition;
};

/* Turns an outside id into a version: the draft's means the newest available one. Adds a problem
 * when there is no such thing. */
static enum err choose_version(struct writer *writer,
                               struct command *command,
                               struct uuid outside_id,
                               struct version_choice *ret,
                               struct error *reterr)
{
    struct views_txn *views = writer_views(writer);
    enum err e =
        integrations_view_resolve(views, outside_id, &ret->integration, &ret->number, reterr);
    if (e == ERR_NOT_FOUND) {
        refuse(command, "integration", "there is no such integration or version");
        return ERR_OK;
    }
    struct integration integration;
    e = e != ERR_OK
            ? e
            : integrations_view_get(views, ret->integration, command->arena, &integration, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (ret->number == 0) {
        ret->number = integration.latest_available;
    }
    if (ret->number == 0) {
        refuse(command, "integration", "it has no published version that is available: publish it");
        return ERR_OK;
    }
    uint64_t seq = 0;
    e = integrations_view_definition_seq(views, ret->integration, ret->number, command->arena, &seq,
                                         reterr);
    return e != ERR_OK ? e : writer_definition(writer, seq, &ret->definition, reterr);
}

/* The definition of the version an instance is pinned to. */
static enum err pinned_definition(struct writer *writer,
                                  struct command *command,
                                  const struct instance *instance,
                                  const struct definition **ret,
                                  struct error *reterr)
{
    uint64_t seq = 0;
    enum err e = integrations_view_definition_seq(writer_views(writer), instance->integration,
                                                  instance->integration_version, command->arena,
                                                  &seq, reterr);
    return e != ERR_OK ? e : writer_definition(writer, seq, ret, reterr);
}

/* ---- create ---- */

static enum err
check_customer(struct writer *writer, struct command *command, struct uuid id, struct error *reterr)
{
    struct customer customer;
    enum err e = customers_view_get(writer_views(writer), id, command->arena, &customer, reterr);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && customer.is_deleted)) {
        refuse(command, "customer", "there is no such customer");
        return ERR_OK;
    }
    if (e == ERR_OK && customer.is_system) {
        refuse(command, "customer", "the system customer has test instances only");
    }
    return e;
}

static enum err append_create(struct instance_create_command *it,
                              struct writer *writer,
                              const struct version_choice *choice,
                              struct error *reterr)
{
    struct command *command = &it->base;
    struct data_key key;
    uint64_t number = 0;
    enum err e = writer_new_key(writer, &number, reterr);
    e = e != ERR_OK ? e
                    : keyring_get(journal_keyring(writer_journal(writer)), number, &key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct config_marker marker = {mark_value, &key};
    struct instance_create input = {
        .integration = choice->integration,
        .integration_version = choice->number,
        .definition = choice->definition,
        .customer = it->customer,
        .name = it->name,
        .description = it->description,
        .labels = it->labels,
        .key = number,
        .assignments = it->assignments,
        .assignment_count = it->assignment_count,
        .marker = &marker,
    };
    if (choice->definition != NULL) {
        input.fresh_ids = fresh_ids(command->arena, choice->definition);
    }
    struct decision decision;
    decision_init(&decision, command->arena);
    decision.problems = command->problems;
    instance_decide_create(&input, &decision);
    sodium_memzero(&key, sizeof key);
    struct stream_ref stream = instance_stream(command->append_id);
    return writer_append_decision(writer, command, &decision, stream, stream, number, 0, reterr);
}

enum err
instance_command_create(struct command *command, struct writer *writer, struct error *reterr)
{
    struct instance_create_command *it = LIST_ENTRY(command, struct instance_create_command, base);
    struct version_choice choice = {.number = 0};
    enum err e = check_customer(writer, command, it->customer, reterr);
    e = e != ERR_OK ? e : choose_version(writer, command, it->integration, &choice, reterr);
    return e != ERR_OK ? e : append_create(it, writer, &choice, reterr);
}

/* ---- update ---- */

/* Digests of the API keys of one flow. A key that is none is a problem of the command. */
static enum err make_digests(struct instance_update_command *it,
                             const struct instance_flow_secret *secret,
                             const struct data_key *key,
                             struct text_list *ret,
                             struct error *reterr)
{
    struct arena *arena = it->base.arena;
    unsigned char *digests =
        arena_alloc(arena, (size_t)secret->keys.count * INSTANCE_KEY_DIGEST_BYTES);
    struct text_list list = {ARENA_ARRAY(arena, struct slice, secret->keys.count), 0};
    if (digests == NULL || list.items == NULL) {
        return arena_error(arena, "flow keys", reterr);
    }
    for (uint32_t k = 0; k < secret->keys.count; k++) {
        const char *flaw = api_key_flaw(secret->keys.items[k]);
        unsigned char *digest = digests + (size_t)k * INSTANCE_KEY_DIGEST_BYTES;
        if (flaw != NULL) {
            problem_add(&it->base.problems, SLICE("flowConfigs"), "API key %u %s", k + 1, flaw);
        }
        instance_key_digest(key, secret->keys.items[k], digest);
        list.items[list.count++] = slice_of(digest, INSTANCE_KEY_DIGEST_BYTES);
    }
    *ret = list;
    return ERR_OK;
}

/* The identity by which an instance knows a flow of any version. */
static enum err find_flow(struct instance_update_command *it,
                          struct writer *writer,
                          const struct instance *instance,
                          struct uuid flow_id,
                          struct slice *ret,
                          struct error *reterr)
{
    struct views_txn *views = writer_views(writer);
    struct arena *arena = it->base.arena;
    const struct definition *definition = NULL;
    struct uuid integration;
    uint64_t number = 0;
    uint64_t seq = 0;
    enum err e = integrations_view_flow(views, flow_id, arena, &integration, &number, ret, reterr);
    if (e == ERR_OK && !uuid_equal(integration, instance->integration)) {
        return error_set(reterr, ERR_NOT_FOUND, "the flow is of another integration");
    }
    if (e != ERR_OK || instance_flow_of(instance, *ret, NULL) != NULL) {
        return e;
    }
    e = integrations_view_definition_seq(views, integration, number, arena, &seq, reterr);
    e = e != ERR_OK ? e : writer_definition(writer, seq, &definition, reterr);
    const struct flow_definition *flow = e == ERR_OK ? definition_flow(definition, *ret) : NULL;
    const struct instance_flow *found =
        flow != NULL ? instance_flow_for(instance, definition, flow, NULL) : NULL;
    *ret = found != NULL ? found->identity : *ret;
    return e;
}

/* Digests of the API keys of each flow, by flow identity. */
static enum err make_flow_keys(struct instance_update_command *it,
                               struct writer *writer,
                               const struct instance *instance,
                               const struct data_key *key,
                               struct instance_flow_keys *ret,
                               size_t *ret_count,
                               struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < it->flow_secret_count && e == ERR_OK; i++) {
        const struct instance_flow_secret *secret = &it->flow_secrets[i];
        struct instance_flow_keys *keys = &ret[*ret_count];
        e = find_flow(it, writer, instance, secret->flow_id, &keys->identity, reterr);
        if (e == ERR_NOT_FOUND) {
            refuse(&it->base, "flowConfigs", "there is no such flow");
            e = ERR_OK;
        } else if (e == ERR_OK) {
            e = make_digests(it, secret, key, &keys->digests, reterr);
            (*ret_count)++;
        }
    }
    return e;
}

/* The version to move to, which must be of the same integration. */
static enum err choose_move(struct instance_update_command *it,
                            struct writer *writer,
                            const struct instance *instance,
                            struct instance_update *input,
                            struct error *reterr)
{
    if (!it->has_integration) {
        return ERR_OK;
    }
    struct version_choice choice = {.number = 0};
    enum err e = choose_version(writer, &it->base, it->integration, &choice, reterr);
    if (e != ERR_OK || choice.definition == NULL) {
        return e;
    }
    if (!uuid_equal(choice.integration, instance->integration)) {
        refuse(&it->base, "integration", "that is another integration: only its versions will do");
        return ERR_OK;
    }
    input->new_definition = choice.definition;
    input->new_version = choice.number;
    input->fresh_ids = fresh_ids(it->base.arena, choice.definition);
    return ERR_OK;
}

static enum err prepare_update(struct instance_update_command *it,
                               struct writer *writer,
                               const struct instance *instance,
                               const struct data_key *key,
                               struct instance_update *input,
                               struct error *reterr)
{
    struct instance_flow_keys *flow_keys =
        ARENA_ARRAY(it->base.arena, struct instance_flow_keys, it->flow_secret_count);
    if (flow_keys == NULL) {
        return arena_error(it->base.arena, "the update", reterr);
    }
    enum err e = choose_move(it, writer, instance, input, reterr);
    e = e != ERR_OK
            ? e
            : make_flow_keys(it, writer, instance, key, flow_keys, &input->flow_key_count, reterr);
    input->flow_keys = flow_keys;
    input->definition = input->new_definition;
    /* Of a version that cannot be chosen, nothing can be said about config. */
    input->has_config = it->has_config && (!it->has_integration || input->definition != NULL);
    if (e == ERR_OK && input->has_config && input->definition == NULL) {
        e = pinned_definition(writer, &it->base, instance, &input->definition, reterr);
    }
    return e;
}

static enum err update(struct instance_update_command *it,
                       struct writer *writer,
                       const struct instance *instance,
                       struct data_key *key,
                       struct error *reterr)
{
    struct config_marker marker = {mark_value, key};
    struct instance_update input = {
        .expected_version = it->expected_version,
        .name = it->name,
        .description = it->description,
        .labels = it->labels,
        .has_enabled = it->has_enabled,
        .enabled = it->enabled,
        .replace_config = it->replace_config,
        .assignments = it->assignments,
        .assignment_count = it->assignment_count,
        .marker = &marker,
    };
    if (it->config_mode.size > 0 && !slice_equal_nocase(it->config_mode, SLICE("INSTANCE"))) {
        refuse(&it->base, "configMode", "must be INSTANCE, the only mode there is");
    }
    enum err e = prepare_update(it, writer, instance, key, &input, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct decision decision;
    decision_init(&decision, it->base.arena);
    decision.problems = it->base.problems;
    instance_decide_update(instance, &input, &decision);
    struct stream_ref stream = instance_stream(instance->id);
    return writer_append_decision(writer, &it->base, &decision, stream, stream, instance->key,
                                  instance->version, reterr);
}

enum err
instance_command_update(struct command *command, struct writer *writer, struct error *reterr)
{
    struct instance_update_command *it = LIST_ENTRY(command, struct instance_update_command, base);
    struct instance instance;
    struct data_key key;
    enum err e = load(writer, command, it->instance, &instance, reterr);
    e = e != ERR_OK
            ? e
            : keyring_get(journal_keyring(writer_journal(writer)), instance.key, &key, reterr);
    e = e != ERR_OK ? e : update(it, writer, &instance, &key, reterr);
    sodium_memzero(&key, sizeof key);
    return e;
}

/* ---- deploy ---- */

enum err
instance_command_deploy(struct command *command, struct writer *writer, struct error *reterr)
{
    struct instance_deploy_command *it = LIST_ENTRY(command, struct instance_deploy_command, base);
    struct instance instance;
    struct integration_version version = {.is_available = true};
    struct instance_deploy input = {.expected_version = it->expected_version};
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load(writer, command, it->instance, &instance, reterr);
    e = e != ERR_OK ? e : pinned_definition(writer, command, &instance, &input.definition, reterr);
    if (e == ERR_OK && !instance.is_system) {
        e = integrations_view_version(writer_views(writer), instance.integration,
                                      instance.integration_version, command->arena, &version,
                                      reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    input.version_available = version.is_available || it->force;
    instance_decide_deploy(&instance, &input, &decision);
    if (!decision_refused(&decision)) {
        deploy_notice_decide(input.definition, writer_now_us(writer), &decision);
    }
    struct stream_ref stream = instance_stream(instance.id);
    return writer_append_decision(writer, command, &decision, stream, stream, instance.key,
                                  instance.version, reterr);
}

/* ---- refused invocations ---- */

enum err
instance_command_reject(struct command *command, struct writer *writer, struct error *reterr)
{
    struct instance_reject_command *it = LIST_ENTRY(command, struct instance_reject_command, base);
    struct instance instance;
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load(writer, command, it->instance, &instance, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct event *event = decision_add(&decision, EVENT_INVOCATION_REJECTED);
    event->facts.invocation_rejected = (struct facts_invocation_rejected){
        .flow = it->flow, .reason = it->reason, .count = it->count};
    struct stream_ref stream = instance_stream(instance.id);
    return writer_append_decision(writer, command, &decision, stream, stream, instance.key,
                                  instance.version, reterr);
}
