#include "api/routes/hook.h"

#include "api/commands/instance_commands.h"
#include "api/diag.h"
#include "api/engine/engine.h"
#include "api/routes/hook_priv.h"
#include "core/base/check.h"
#include "core/base/memory.h"

#include <sodium.h>

#define SWEEP_MS 250

/* Between one journaling of refused requests and the next. */
#define FLUSH_US 1000000

static void start(struct hook_call *call);

static int64_t monotonic_us(const struct hook *hook)
{
    return clock_monotonic_us(engine_clock(hook->options.engine));
}

/* ---- life ---- */

static void sweep_waiting(struct hook *hook, int64_t now);

static void on_sweep(uv_timer_t *timer)
{
    struct hook *hook = timer->data;
    int64_t now = monotonic_us(hook);
    sweep_waiting(hook, now);
    if (now - hook->flushed_at_us >= FLUSH_US) {
        hook->flushed_at_us = now;
        hook_flush_rejections(hook);
    }
}

enum err hook_create(const struct hook_options *options, struct hook **ret, struct error *reterr)
{
    struct hook *hook = memory_zalloc(1, sizeof *hook);
    if (hook == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "webhooks: out of memory");
    }
    hook->options = *options;
    list_init(&hook->waiting);
    list_init(&hook->rejections);
    hook->invoker =
        (struct invoker){.engine = options->engine, .waiting_max = options->waiting_max};
    enum err e = sealer_create(engine_journal(options->engine), &hook->invoker.sealer, reterr);
    if (e != ERR_OK) {
        hook_destroy(&hook);
        return e;
    }
    (void)uv_timer_init(engine_loop(options->engine), &hook->sweep); /* cannot fail */
    hook->sweep.data = hook;
    hook->sweep_open = true;
    (void)uv_timer_start(&hook->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    *ret = hook;
    return ERR_OK;
}

static void on_closed(uv_handle_t *handle)
{
    struct hook *hook = handle->data;
    hook->sweep_open = false;
    hook->closed_cb(hook->closed_data);
}

static void stop_waiting(struct hook_call *call)
{
    list_remove(&call->hook->waiting, &call->link);
    call->hook->stats.waiting--;
}

static const char shutting_down[] = "the server is shutting down; the execution goes on afterwards";

/* Synchronous callers whose execution will not end in this life are told its id. */
static void give_up_waiting(struct hook_call *call, const char *text)
{
    struct uuid execution = call->waiter.execution;
    runner_unwait(call->hook->options.runner, &call->waiter);
    stop_waiting(call);
    hook_respond_error(call->request, execution, 504, "synchronous_timeout", text);
}

void hook_close(struct hook *hook, void (*cb)(void *data), void *data)
{
    LIST_FOR_EACH(link, &hook->waiting)
    {
        give_up_waiting(LIST_ENTRY(link, struct hook_call, link), shutting_down);
    }
    hook_flush_rejections(hook);
    hook->closed_cb = cb;
    hook->closed_data = data;
    uv_close((uv_handle_t *)&hook->sweep, on_closed);
}

void hook_destroy(struct hook **hook)
{
    if (*hook == NULL) {
        return;
    }
    struct list_link *link = NULL;
    ASSERT(!(*hook)->sweep_open && list_empty(&(*hook)->waiting));
    while ((link = list_pop_front(&(*hook)->rejections)) != NULL) {
        memory_free(LIST_ENTRY(link, struct rejection, link));
    }
    sealer_destroy(&(*hook)->invoker.sealer);
    memory_free(*hook);
    *hook = NULL;
}

struct hook_stats hook_stats(const struct hook *hook)
{
    return hook->stats;
}

/* ---- synchronous answers ---- */

static void on_outcome(void *data, const struct runner_outcome *outcome)
{
    struct hook_call *call = data;
    stop_waiting(call);
    hook_respond_outcome(call->request, outcome);
}

static void sweep_waiting(struct hook *hook, int64_t now)
{
    LIST_FOR_EACH(link, &hook->waiting)
    {
        struct hook_call *call = LIST_ENTRY(link, struct hook_call, link);
        if (now >= call->answer_by_us) {
            give_up_waiting(call, "the execution takes longer than a caller may wait; it goes on");
        }
    }
}

static void wait_for_outcome(struct hook_call *call, struct uuid execution)
{
    struct hook *hook = call->hook;
    if (hook->closed_cb != NULL) { /* its body came while the server was closing */
        hook_respond_error(call->request, execution, 504, "synchronous_timeout", shutting_down);
        return;
    }
    call->waiter =
        (struct runner_waiter){.execution = execution, .callback = on_outcome, .data = call};
    call->answer_by_us = monotonic_us(hook) + hook->options.sync_wait_us;
    list_push_back(&hook->waiting, &call->link);
    hook->stats.waiting++;
    runner_wait(hook->options.runner, &call->waiter);
}

/* ---- after the commit ---- */

static void on_taken(struct hook_call *call, struct uuid execution)
{
    struct hook *hook = call->hook;
    struct http_request *request = call->request;
    struct slice malformed = call->invocation.command.malformed;
    hook->stats.accepted++;
    histogram_add(&hook->stats.durations, monotonic_us(hook) - call->complete_at_us);
    if (malformed.size > 0) {
        hook_respond_error(request, execution, 400, "malformed_json", malformed.data);
        return;
    }
    if (call->invocation.admission.is_synchronous) {
        runner_offer(hook->options.runner, execution, request->head, request->body);
        wait_for_outcome(call, execution);
        return;
    }
    if (call->invocation.command.ends_at_once) {
        runner_count_at_once(hook->options.runner);
    } else {
        runner_offer(hook->options.runner, execution, request->head, request->body);
    }
    hook_respond_accepted(call, execution);
}

/* The instance was deployed between head and commit: look again, once. */
static void admit_again(struct hook_call *call)
{
    struct hook *hook = call->hook;
    if (call->admitted_again) {
        hook_refuse_invocation(hook, call->request, INVOCATION_CHANGED);
        return;
    }
    call->admitted_again = true;
    if (hook_admit(hook, call->request, &call->invocation.admission)) {
        start(call);
    }
}

static void on_refused(struct hook_call *call, enum invocation_refusal refusal)
{
    if (refusal == INVOCATION_CHANGED) {
        admit_again(call);
        return;
    }
    hook_note_rejection(call->hook, &call->invocation.admission, refusal);
    hook_refuse_invocation(call->hook, call->request, refusal);
}

/* The request was sent before under the same key: the execution it made then answers. */
static void on_repeated(struct hook_call *call)
{
    struct uuid execution;
    struct slice malformed = call->invocation.command.malformed;
    if (invocation_execution(&call->invocation, call->hook->options.readings, &execution, NULL) !=
        ERR_OK) {
        hook_refuse(call->hook, call->request, HOOK_REFUSAL_INTERNAL,
                    "the earlier answer cannot be read");
        return;
    }
    call->hook->stats.repeated++;
    if (malformed.size > 0) {
        hook_respond_error(call->request, execution, 400, "malformed_json", malformed.data);
    } else if (!call->invocation.admission.is_synchronous) {
        hook_respond_accepted(call, execution);
    } else if (!hook_respond_repeated(call, execution)) {
        wait_for_outcome(call, execution);
    }
}

static void on_failed(struct hook_call *call, const struct error *error)
{
    enum hook_refusal refusal = HOOK_REFUSAL_INTERNAL;
    const char *text = error_text(error);
    switch ((int)error->code) {
    case ERR_IDEMPOTENCY_KEY_REUSED:
        refusal = HOOK_REFUSAL_IDEMPOTENCY_KEY_REUSED;
        break;
    case ERR_BUSY:
    case ERR_CLOSED:
        refusal = HOOK_REFUSAL_OVERLOADED;
        break;
    case ERR_DISK_FULL:
        refusal = HOOK_REFUSAL_DISK_FULL;
        break;
    case ERR_NOT_FOUND:
    case ERR_ERASED:
        refusal = HOOK_REFUSAL_INSTANCE_DELETED;
        text = "the instance was deleted";
        break;
    case ERR_LIMIT:
        refusal = HOOK_REFUSAL_TOO_LARGE;
        break;
    default:
        diag_error("a webhook could not be journaled", diag_string("why", text));
        text = "the webhook could not be journaled";
    }
    hook_refuse(call->hook, call->request, refusal, text);
}

static void on_done(struct invocation *invocation)
{
    struct hook_call *call = LIST_ENTRY(invocation, struct hook_call, invocation);
    const struct execution_queue_command *command = &invocation->command;
    switch (command->base.outcome) {
    case COMMAND_DONE:
        if (command->refusal == INVOCATION_TAKEN) {
            on_taken(call, command->base.append_id);
        } else {
            on_refused(call, command->refusal);
        }
        break;
    case COMMAND_REPEATED:
        on_repeated(call);
        break;
    case COMMAND_REFUSED:
    case COMMAND_FAILED:
        on_failed(call, &command->base.error);
        break;
    }
}

/* ---- a complete request ---- */

/* The digests of an Idempotency-Key: scope is the flow config; method, target, type and body are
 * the request: who did not wait for its result may ask for it in this way. */
static enum err make_digests(struct hook_call *call, struct slice given, struct error *reterr)
{
    struct http_request *request = call->request;
    struct journal *journal = engine_journal(call->hook->options.engine);
    struct data_key key;
    struct slice type = http_request_header(request, "Content-Type");
    struct slice id =
        id_text(request->arena, "InstanceFlowConfig", call->invocation.admission.flow_config);
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice scope =
        arena_format(request->arena, "hook:%.*s:%.*s", SLICE_ARGS(id), SLICE_ARGS(given));
    keyring_digest(&key, KEY_LOOKUP, scope, call->idempotency);
    unsigned char subkey[KEYRING_KEY_BYTES];
    crypto_generichash_state state;
    struct slice parts[4] = {request->method, request->target, type, request->body};
    keyring_subkey(&key, KEY_LOOKUP, subkey);
    (void)crypto_generichash_init(&state, subkey, sizeof subkey, sizeof call->request_digest);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        uint64_t size = parts[i].size; /* before each part, so that parts cannot flow together */
        (void)crypto_generichash_update(&state, (const unsigned char *)&size, sizeof size);
        (void)crypto_generichash_update(&state, (const unsigned char *)parts[i].data,
                                        parts[i].size);
    }
    (void)crypto_generichash_final(&state, call->request_digest, sizeof call->request_digest);
    sodium_memzero(subkey, sizeof subkey);
    sodium_memzero(&key, sizeof key);
    struct command *command = &call->invocation.command.base;
    command->idempotency = slice_of(call->idempotency, sizeof call->idempotency);
    command->request = slice_of(call->request_digest, sizeof call->request_digest);
    return ERR_OK;
}

static void start(struct hook_call *call)
{
    struct invocation *invocation = &call->invocation;
    struct execution_queue_command *command = &invocation->command;
    struct error error = {0};
    command->invoke = invocation->admission.is_system ? INVOKE_INTEGRATION_TEST : INVOKE_WEBHOOK;
    command->flags = (invocation->admission.is_system ? EXECUTION_FLAG_TEST : 0) |
                     (invocation->admission.is_synchronous ? EXECUTION_FLAG_SYNCHRONOUS : 0);
    enum err e = invocation_start(invocation, &error);
    if (e != ERR_OK) {
        error.code = e;
        on_failed(call, &error);
    }
}

static struct hook_call *make_call(struct hook *hook, struct http_request *request)
{
    struct hook_call *call = ARENA_NEW(request->arena, struct hook_call);
    if (call == NULL) {
        return NULL;
    }
    call->hook = hook;
    call->request = request;
    call->complete_at_us = monotonic_us(hook);
    call->invocation.invoker = &hook->invoker;
    call->invocation.admission = *(const struct admission *)request->data;
    call->invocation.head = request->head;
    call->invocation.body = request->body;
    call->invocation.content_type = http_request_header(request, "Content-Type");
    call->invocation.command.base.arena = request->arena;
    call->invocation.command.base.actor.kind = ACTOR_WEBHOOK;
    call->invocation.done = on_done;
    return call;
}

void hook_on_request(struct hook *hook, struct http_request *request)
{
    struct hook_call *call = make_call(hook, request);
    struct slice key = http_request_header(request, "Idempotency-Key");
    struct error error = {0};
    if (call == NULL) {
        hook_refuse(hook, request, HOOK_REFUSAL_OVERLOADED, "no memory for the request");
        return;
    }
    enum err e = key.size > 0 ? make_digests(call, key, &error) : ERR_OK;
    if (e != ERR_OK) {
        error.code = e;
        on_failed(call, &error);
    } else {
        start(call);
    }
}

size_t hook_on_head(struct hook *hook, struct http_request *request)
{
    struct admission *admission = ARENA_NEW(request->arena, struct admission);
    if (admission == NULL) {
        hook_refuse(hook, request, HOOK_REFUSAL_OVERLOADED, "no memory for the request");
        return HTTP_RESPONDED;
    }
    request->data = admission;
    return hook_admit(hook, request, admission) ? hook->options.body_bytes_max : HTTP_RESPONDED;
}

/* ---- refused requests ---- */

void hook_note_rejection(struct hook *hook,
                         const struct admission *admission,
                         enum invocation_refusal reason)
{
    LIST_FOR_EACH(link, &hook->rejections)
    {
        struct rejection *rejection = LIST_ENTRY(link, struct rejection, link);
        if (rejection->reason == reason && rejection->flow == admission->flow &&
            uuid_equal(rejection->instance, admission->instance)) {
            rejection->count++;
            return;
        }
    }
    struct rejection *rejection =
        hook->rejections.count < HOOK_REJECTIONS_MAX ? memory_zalloc(1, sizeof *rejection) : NULL;
    if (rejection != NULL) {
        *rejection = (struct rejection){
            .instance = admission->instance, .flow = admission->flow, .reason = reason, .count = 1};
        list_push_back(&hook->rejections, &rejection->link);
    }
    if (hook->closed_cb != NULL) {
        hook_flush_rejections(hook); /* nobody will look again */
    }
}

/* A rejection on its way to the journal; frees itself. */
struct reject_call {
    struct instance_reject_command command;
    struct arena arena;
};

static void on_reject_done(struct command *command)
{
    struct reject_call *call = LIST_ENTRY(command, struct reject_call, command.base);
    arena_deinit(&call->arena);
    memory_free(call);
}

static void submit_rejection(struct hook *hook, const struct rejection *rejection)
{
    struct reject_call *call = memory_zalloc(1, sizeof *call);
    if (call == NULL) {
        return;
    }
    arena_init(&call->arena, MIB);
    call->command.instance = rejection->instance;
    call->command.flow = rejection->flow;
    call->command.reason = (uint64_t)rejection->reason;
    call->command.count = rejection->count;
    call->command.base.execute = instance_command_reject;
    call->command.base.done = on_reject_done;
    call->command.base.arena = &call->arena;
    call->command.base.append_id = engine_new_id(hook->options.engine);
    call->command.base.actor.kind = ACTOR_WEBHOOK;
    call->command.base.bytes = sizeof *call;
    if (engine_submit(hook->options.engine, &call->command.base, NULL) != ERR_OK) {
        on_reject_done(&call->command.base); /* a count of refusals is not worth waiting for */
    }
}

void hook_flush_rejections(struct hook *hook)
{
    struct list_link *link = NULL;
    while ((link = list_pop_front(&hook->rejections)) != NULL) {
        struct rejection *rejection = LIST_ENTRY(link, struct rejection, link);
        submit_rejection(hook, rejection);
        memory_free(rejection);
    }
}
