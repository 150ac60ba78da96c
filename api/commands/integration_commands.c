#include "api/commands/integration_commands.h"

#include "core/base/memory.h"
#include "core/event/event_codec.h"
#include "projections/access_view.h"
#include "projections/customers_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

#include <sodium.h>

/* The state body around a definition: its text, secrets and names. */
#define STATE_BODY_BYTES_MAX (2 * LIMIT_DEFINITION_BYTES)

static struct stream_ref integration_stream(struct uuid id)
{
    return (struct stream_ref){STREAM_INTEGRATION, id};
}

/* Integrations are the organization's: their bodies are sealed under the journal's own key. */
static struct stream_ref journal_stream(struct journal *journal)
{
    return (struct stream_ref){STREAM_JOURNAL, journal_id(journal)};
}

static enum err not_found(struct error *reterr)
{
    return error_set(reterr, ERR_NOT_FOUND, "Integration not found");
}

/* ---- preparing an import ---- */

/* The secrets of the present draft. */
static enum err stored_secrets(struct integration_import_command *command,
                               struct reading *reading,
                               struct definition_secrets *ret,
                               struct error *reterr)
{
    struct integration integration;
    const struct recorded_event *event = NULL;
    enum err e = integrations_view_get(reading->views, command->integration, command->base.arena,
                                       &integration, reterr);
    if (e == ERR_NOT_FOUND) {
        return not_found(reterr);
    }
    e = e != ERR_OK ? e
                    : reading_event(reading, integration.draft_seq, 1U << BODY_STATE,
                                    command->base.arena, &event, NULL, reterr);
    if (e == ERR_OK) {
        command->base_version = integration.version;
        *ret = integration_secrets_of(command->base.arena, &event->event.bodies[BODY_STATE]);
    }
    return e;
}

/* A keyed fingerprint of text and secrets: equal marks mean an unchanged draft. */
static enum err
make_mark(struct integration_import_command *command, struct journal *journal, struct error *reterr)
{
    struct data_key key;
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    unsigned char subkey[KEYRING_KEY_BYTES];
    keyring_subkey(&key, KEY_FINGERPRINT, subkey);
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, subkey, sizeof subkey, INTEGRATION_MARK_BYTES);
    struct slice text = command->definition->text;
    (void)crypto_generichash_update(&state, (const unsigned char *)text.data, text.size);
    for (uint32_t i = 0; i < command->definition->secrets.count; i++) {
        const struct definition_secret *secret = &command->definition->secrets.items[i];
        const unsigned char zero =
            0; /* ends each part, so that parts cannot flow into each other */
        (void)crypto_generichash_update(&state, &zero, 1);
        (void)crypto_generichash_update(&state, (const unsigned char *)secret->path.data,
                                        secret->path.size);
        (void)crypto_generichash_update(&state, &zero, 1);
        (void)crypto_generichash_update(&state, (const unsigned char *)secret->value.data,
                                        secret->value.size);
    }
    (void)crypto_generichash_final(&state, command->mark, sizeof command->mark);
    sodium_memzero(subkey, sizeof subkey);
    sodium_memzero(&key, sizeof key);
    return ERR_OK;
}

/* Seals the state body of the first record as execute will make it: [null, draft] for a new
 * integration, [draft] for a replaced one. */
static enum err seal_state(struct integration_import_command *command,
                           struct journal *journal,
                           struct sealer *sealer,
                           struct error *reterr)
{
    struct event events[2] = {{.type = EVENT_INTEGRATION_CREATED}, {.type = EVENT_DRAFT_IMPORTED}};
    const struct event *first = command->is_new ? &events[0] : &events[1];
    size_t count = command->is_new ? 2 : 1;
    events[1].bodies[BODY_STATE] = integration_draft_body(
        command->base.arena, command->definition, slice_of(command->mark, sizeof command->mark));
    struct buf raw;
    buf_init(&raw, STATE_BODY_BYTES_MAX);
    event_codec_put_body(&raw, first, count, BODY_STATE, command->base.reason);
    enum err e = buf_check(&raw, "the definition with its secrets", reterr);
    struct data_key key;
    if (e == ERR_OK && body_is_large(raw.size)) {
        struct body_place place = {.append_id = command->base.append_id, .body_class = BODY_STATE};
        e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
        e = e != ERR_OK
                ? e
                : body_seal(sealer, &key, &place, buf_slice(&raw), &command->sealed, reterr);
        command->is_sealed = e == ERR_OK;
        sodium_memzero(&key, sizeof key);
    }
    buf_deinit(&raw);
    return e;
}

static enum err make_ids(struct integration_import_command *command, struct error *reterr)
{
    command->flow_ids =
        ARENA_ARRAY(command->base.arena, struct uuid, command->definition->flow_count);
    if (command->flow_ids == NULL) {
        return arena_error(command->base.arena, "the import", reterr);
    }
    for (uint32_t i = 0; i < command->definition->flow_count; i++) {
        command->flow_ids[i] = id_random();
    }
    return ERR_OK;
}

enum err integration_import_prepare(struct integration_import_command *command,
                                    struct reading *reading,
                                    struct sealer *sealer,
                                    struct error *reterr)
{
    struct definition_secrets stored = {NULL, 0};
    struct journal *journal = engine_journal(reading->engine);
    integration_import_deinit(command);
    problem_list_init(&command->parse_problems, command->base.arena);
    enum err e = command->is_new ? ERR_OK : stored_secrets(command, reading, &stored, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = definition_parse(command->text, &stored, &command->parse_problems, &command->definition,
                         reterr);
    if (e == ERR_INVALID && !problem_none(&command->parse_problems)) {
        return ERR_OK; /* the problems are the answer */
    }
    e = e != ERR_OK ? e : make_ids(command, reterr);
    e = e != ERR_OK ? e : make_mark(command, journal, reterr);
    return e != ERR_OK ? e : seal_state(command, journal, sealer, reterr);
}

void integration_import_deinit(struct integration_import_command *command)
{
    definition_destroy(&command->definition);
    sealed_body_deinit(&command->sealed);
    command->is_sealed = false;
}

/* ---- import ---- */

/* The second record: a system instance for a new integration, new flows for an old one's. */
static enum err decide_system_instance(struct integration_import_command *it,
                                       struct writer *writer,
                                       const struct integration *integration,
                                       struct decision *decision,
                                       struct append_record *record,
                                       struct error *reterr)
{
    struct instance instance = {.id = it->system_instance};
    enum err e = ERR_OK;
    if (it->is_new) {
        struct uuid customer;
        struct instance_create create = {.integration = it->base.append_id,
                                         .definition = it->definition,
                                         .name = it->definition->name,
                                         .is_system = true,
                                         .fresh_ids = it->flow_ids};
        e = customers_view_system(writer_views(writer), &customer, reterr);
        e = e != ERR_OK ? e : writer_new_key(writer, &create.key, reterr);
        create.customer = customer;
        instance.key = create.key;
        if (e == ERR_OK) {
            instance_decide_create(&create, decision);
        }
    } else {
        e = instances_view_get(writer_views(writer), integration->system_instance, it->base.arena,
                               &instance, reterr);
        if (e == ERR_OK) {
            instance_decide_new_flows(&instance, it->definition, it->flow_ids, decision);
        }
    }
    record->stream = record->owner = (struct stream_ref){STREAM_INSTANCE, instance.id};
    record->key = instance.key;
    record->first_stream_version = instance.version + 1;
    record->events = decision->events;
    record->event_count = decision->count;
    return e;
}

static enum err append_import(struct integration_import_command *it,
                              struct writer *writer,
                              const struct integration *integration,
                              const struct decision *decision,
                              struct error *reterr)
{
    struct journal *journal = writer_journal(writer);
    struct decision system;
    decision_init(&system, it->base.arena);
    struct append_record records[2] = {{
        .stream = integration_stream(integration->id),
        .owner = journal_stream(journal),
        .key = journal_own_key(journal),
        .first_stream_version = integration->version + 1,
        .events = decision->events,
        .event_count = decision->count,
    }};
    records[0].sealed[BODY_STATE] = it->is_sealed ? &it->sealed : NULL;
    enum err e = decide_system_instance(it, writer, integration, &system, &records[1], reterr);
    if (e == ERR_OK && decision_refused(&system)) {
        it->base.problems = system.problems;
        return ERR_OK;
    }
    size_t count = records[1].event_count > 0 ? 2 : 1;
    return e != ERR_OK ? e : writer_append(writer, &it->base, records, count, reterr);
}

static enum err load_for_import(struct integration_import_command *it,
                                struct writer *writer,
                                struct integration *ret,
                                struct error *reterr)
{
    *ret = (struct integration){.id = it->base.append_id};
    if (it->is_new) {
        return ERR_OK;
    }
    enum err e =
        integrations_view_get(writer_views(writer), it->integration, it->base.arena, ret, reterr);
    if (e == ERR_NOT_FOUND) {
        return not_found(reterr);
    }
    if (e == ERR_OK && ret->version != it->base_version) {
        return error_set(reterr, ERR_CONFLICT, "the integration changed meanwhile: try again");
    }
    return e;
}

enum err
integration_command_import(struct command *command, struct writer *writer, struct error *reterr)
{
    struct integration_import_command *it =
        LIST_ENTRY(command, struct integration_import_command, base);
    struct integration integration;
    struct decision decision;
    decision_init(&decision, command->arena);
    struct integration_import input = {
        .definition = it->definition,
        .mark = slice_of(it->mark, sizeof it->mark),
        .expected_version = it->expected_version,
        .system_instance = it->system_instance,
    };
    enum err e = load_for_import(it, writer, &integration, reterr);
    e = e != ERR_OK ? e
                    : integrations_view_by_name(writer_views(writer), it->definition->name,
                                                &input.name_owner, reterr);
    if (e != ERR_OK) {
        return e;
    }
    integration_decide_import(&integration, &input, &decision);
    if (decision_refused(&decision)) {
        command->problems = decision.problems;
        return ERR_OK;
    }
    return decision.count == 0 ? ERR_OK
                               : append_import(it, writer, &integration, &decision, reterr);
}

/* ---- versions ---- */

static enum err load_integration(struct writer *writer,
                                 struct command *command,
                                 struct uuid id,
                                 struct integration *ret,
                                 struct error *reterr)
{
    enum err e = integrations_view_get(writer_views(writer), id, command->arena, ret, reterr);
    return e == ERR_NOT_FOUND ? not_found(reterr) : e;
}

static enum err append_decision(struct writer *writer,
                                struct command *command,
                                const struct decision *decision,
                                const struct integration *integration,
                                struct error *reterr)
{
    struct journal *journal = writer_journal(writer);
    return writer_append_decision(writer, command, decision, integration_stream(integration->id),
                                  journal_stream(journal), journal_own_key(journal),
                                  integration->version, reterr);
}

enum err
integration_command_publish(struct command *command, struct writer *writer, struct error *reterr)
{
    struct integration_publish_command *it =
        LIST_ENTRY(command, struct integration_publish_command, base);
    struct integration integration;
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load_integration(writer, command, it->integration, &integration, reterr);
    if (e != ERR_OK) {
        return e;
    }
    integration_decide_publish(&integration, &it->input, &decision);
    it->version = integration.latest_version + 1;
    return append_decision(writer, command, &decision, &integration, reterr);
}

enum err integration_command_availability(struct command *command,
                                          struct writer *writer,
                                          struct error *reterr)
{
    struct integration_availability_command *it =
        LIST_ENTRY(command, struct integration_availability_command, base);
    struct integration integration;
    struct integration_version version = {.number = 0};
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load_integration(writer, command, it->integration, &integration, reterr);
    if (e == ERR_OK && it->version != 0) {
        e = integrations_view_version(writer_views(writer), it->integration, it->version,
                                      command->arena, &version, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    integration_decide_availability(&integration, &version, it->available, it->expected_version,
                                    &decision);
    return append_decision(writer, command, &decision, &integration, reterr);
}
