#include "api/invocation.h"

#include "api/engine/definitions.h"
#include "api/http/http_header.h"
#include "core/base/json_in.h"
#include "core/domain/trigger.h"
#include "projections/integrations_view.h"

#include <sodium.h>

/* Wrapping of head and body in the payload body. */
#define RAW_OVERHEAD 64

/* ---- what would run ---- */

enum err invocation_admit(struct reading *reading,
                          const struct instance *instance,
                          uint32_t place,
                          struct arena *arena,
                          struct admission *ret,
                          const struct definition **ret_definition,
                          const struct flow_definition **ret_flow,
                          struct error *reterr)
{
    uint64_t number =
        instance->deployment > 0 ? instance->deployed_version : instance->integration_version;
    uint64_t definition_seq = 0;
    enum err e = integrations_view_definition_seq(reading->views, instance->integration, number,
                                                  arena, &definition_seq, reterr);
    e = e != ERR_OK ? e : reading_definition(reading, definition_seq, ret_definition, reterr);
    if (e != ERR_OK) {
        /* Not the caller's doing: what an instance is pinned to is there. */
        return error_recode(reterr, ERR_DAMAGED);
    }
    const struct instance_flow *config = &instance->flows[place];
    const struct flow_definition *flow = instance_flow_definition(config, *ret_definition);
    if (flow == NULL) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "the deployed version of the integration has no flow \"%.*s\" any more",
                         SLICE_ARGS(config->identity));
    }
    *ret = (struct admission){
        .instance = instance->id,
        .flow_config = config->id,
        .flow = place,
        .key = instance->key,
        .definition = definition_seq,
        .config = instance->is_system ? instance->config_seq : instance->deployed_seq,
        .is_system = instance->is_system,
        .is_synchronous = flow->is_synchronous,
        .has_own_response = flow->steps[0].input_count > 0,
        .has_steps = flow->step_count > 1,
    };
    *ret_flow = flow;
    return ERR_OK;
}

/* ---- to the writer ---- */

static void release(struct invocation *it)
{
    buf_deinit(&it->raw);
    sealed_body_deinit(&it->command.payload);
    sealer_destroy(&it->large_sealer);
    sodium_memzero(&it->data_key, sizeof it->data_key);
}

static void on_done(struct command *command)
{
    struct invocation *it = LIST_ENTRY(command, struct invocation, command.base);
    release(it);
    it->done(it);
}

static enum err submit(struct invocation *it, struct error *reterr)
{
    struct execution_queue_command *command = &it->command;
    command->base.execute = execution_command_queue;
    command->base.done = on_done;
    command->base.bytes = command->payload.stored.size + sizeof *it;
    command->instance = it->admission.instance;
    command->flow = it->admission.flow;
    command->definition = it->admission.definition;
    command->config = it->admission.config;
    command->key = it->admission.key;
    command->size = it->body.size;
    command->waiting_max = it->invoker->waiting_max;
    command->ends_at_once =
        command->malformed.size == 0 && !it->admission.has_steps && !it->admission.is_synchronous;
    return engine_submit(it->invoker->engine, &command->base, reterr);
}

/* ---- is it JSON that says it is? ---- */

/* Milliseconds for a large body: not on the loop, then. */
static enum err check_json(const struct invocation *it, struct error *reterr)
{
    bool says_json = it->body.size > 0 && http_header_type_is_json(it->content_type);
    return says_json ? json_in_check(it->body, reterr) : ERR_OK;
}

/* A body that says JSON and is none is journaled as failed; the sentence says why. Errors: ERR_BUSY
 * when there was no memory to find out. */
static enum err note_malformed(struct invocation *it, struct error *reterr)
{
    struct slice why = slice_of_text(error_text(&it->json_error));
    it->command.malformed = (struct slice){NULL, 0};
    if (it->json_err == ERR_OK) {
        return ERR_OK;
    }
    if (it->json_err != ERR_NO_MEMORY) {
        it->command.malformed = arena_copy(it->command.base.arena, why);
    }
    return it->command.malformed.size > 0
               ? ERR_OK
               : error_set(reterr, ERR_BUSY, "no memory to check the JSON of the body");
}

/* ---- sealing ---- */

static enum err seal(struct invocation *it, struct sealer *sealer, struct error *reterr)
{
    struct body_place place = {.append_id = it->command.base.append_id, .body_class = BODY_PAYLOAD};
    return body_seal(sealer, &it->data_key, &place, buf_slice(&it->raw), &it->command.payload,
                     reterr);
}

static void seal_work(uv_work_t *work)
{
    struct invocation *it = LIST_ENTRY(work, struct invocation, work);
    it->json_err = check_json(it, &it->json_error);
    it->seal_err = seal(it, it->large_sealer, &it->seal_error);
}

/* `done` was promised when the work was queued: what fails here is told through it. */
static void seal_done(uv_work_t *work, int status)
{
    struct invocation *it = LIST_ENTRY(work, struct invocation, work);
    (void)status; /* never canceled */
    enum err e = it->seal_err;
    e = e != ERR_OK ? e : note_malformed(it, &it->seal_error);
    e = e != ERR_OK ? e : submit(it, &it->seal_error);
    if (e != ERR_OK) {
        it->command.base.outcome = COMMAND_FAILED;
        it->command.base.error = it->seal_error;
        it->command.base.error.code = e;
        on_done(&it->command.base);
    }
}

/* On a pool thread: a large body is compressed and becomes a blob, which is synced. */
static enum err seal_elsewhere(struct invocation *it, struct error *reterr)
{
    struct engine *engine = it->invoker->engine;
    enum err e = sealer_create(engine_journal(engine), &it->large_sealer, reterr);
    if (e == ERR_OK && uv_queue_work(engine_loop(engine), &it->work, seal_work, seal_done) != 0) {
        e = error_set(reterr, ERR_BUSY, "no thread to seal a large payload");
    }
    return e;
}

enum err invocation_start(struct invocation *it, struct error *reterr)
{
    struct engine *engine = it->invoker->engine;
    it->command.base.append_id = engine_new_id(engine);
    buf_init(&it->raw, it->head.size + it->body.size + RAW_OVERHEAD);
    trigger_put_body(&it->raw, it->head, it->body);
    enum err e = buf_check(&it->raw, "the trigger", reterr);
    e = e != ERR_OK ? e
                    : keyring_get(journal_keyring(engine_journal(engine)), it->admission.key,
                                  &it->data_key, reterr);
    if (e == ERR_OK && body_is_large(it->raw.size)) {
        e = seal_elsewhere(it, reterr);
    } else if (e == ERR_OK) {
        it->json_err = check_json(it, &it->json_error);
        e = note_malformed(it, reterr);
        e = e != ERR_OK ? e : seal(it, it->invoker->sealer, reterr);
        e = e != ERR_OK ? e : submit(it, reterr);
    }
    if (e != ERR_OK) {
        release(it);
    }
    return e;
}

enum err invocation_execution(const struct invocation *it,
                              struct readings *readings,
                              struct uuid *ret,
                              struct error *reterr)
{
    if (it->command.base.outcome != COMMAND_REPEATED) {
        *ret = it->command.base.append_id;
        return ERR_OK;
    }
    struct reading *reading = NULL;
    struct record_view record;
    enum err e = reading_open(readings, &reading, reterr);
    e = e != ERR_OK
            ? e
            : journal_read(reading->journal, it->command.base.result.first_seq, &record, reterr);
    if (e == ERR_OK) {
        *ret = record.stream.id;
    }
    reading_close(readings, &reading);
    return e;
}
