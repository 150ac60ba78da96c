/* Loading a run: what it starts from, and what it did before a crash. */
#include "api/runner/runner_priv.h"
#include "core/flow/flow_trigger.h"
#include "projections/as_of.h"
#include "projections/customers_view.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

#include <stdio.h>

/* Records of steps an execution may have from an earlier life. */
#define HISTORY_MAX 100000

struct run_load {
    struct run *run;
    struct reading *reading;
    bool starts;                     /* the trigger is wanted */
    const struct instance *instance; /* the reading's, until load_names takes a copy */
    struct instance copy;
    struct customer customer;
    struct integration integration;
    struct integration_version version;
    struct trigger trigger;
};

/* ---- who and what ---- */

static enum err load_names(struct run_load *it, struct error *reterr)
{
    struct arena *arena = &it->run->arena;
    struct views_txn *views = it->reading->views;
    /* The trigger's result keeps texts of all three. */
    enum err e = instances_view_get(views, it->instance->id, arena, &it->copy, reterr);
    if (e != ERR_OK) {
        return e;
    }
    it->instance = &it->copy;
    e = customers_view_get(views, it->instance->customer, arena, &it->customer, reterr);
    return e != ERR_OK ? e
                       : integrations_view_get(views, it->instance->integration, arena,
                                               &it->integration, reterr);
}

static enum err load_key(struct run_load *it, struct error *reterr)
{
    struct keyring *keyring = journal_keyring(engine_journal(it->run->runner->options.engine));
    return keyring_get(keyring, it->instance->key, &it->run->key, reterr);
}

static enum err find_flow(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    uint64_t place = run->execution.flow;
    if (place >= it->instance->flow_count) {
        return error_set(reterr, ERR_DAMAGED, "the instance has no flow config %llu",
                         (unsigned long long)place);
    }
    const struct instance_flow *config = &it->instance->flows[place];
    run->flow = instance_flow_definition(config, run->config->definition);
    return run->flow != NULL ? ERR_OK
                             : error_set(reterr, ERR_NOT_FOUND, "the version has no flow \"%.*s\"",
                                         SLICE_ARGS(config->identity));
}

/* ---- the trigger ---- */

static enum err read_payload(struct run_load *it,
                             struct slice *ret_head,
                             struct slice *ret_body,
                             struct error *reterr)
{
    const struct recorded_event *event = NULL;
    enum err e = reading_event_with(it->reading, it->run->execution.queued_seq, BODY_PAYLOAD,
                                    &it->run->arena, &event, reterr);
    return e != ERR_OK
               ? e
               : trigger_get_body(&event->event.bodies[BODY_PAYLOAD], ret_head, ret_body, reterr);
}

static enum err load_trigger(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    enum err e = run->head.size > 0 ? ERR_OK : read_payload(it, &run->head, &run->body, reterr);
    return e != ERR_OK ? e : trigger_parse(run->head, run->body, &it->trigger, reterr);
}

/* A large payload waits while others are in memory. */
static enum err reserve_memory(struct run *run, struct error *reterr)
{
    struct runner *runner = run->runner;
    uint64_t needed = run->execution.size * RUN_MEMORY_FACTOR;
    if (runner->reserved_bytes > 0 && runner->reserved_bytes + needed > RUNNER_PAYLOAD_MEMORY) {
        return error_set(reterr, ERR_BUSY, "too many large payloads are in memory");
    }
    run->reserved_bytes = needed;
    runner->reserved_bytes += needed;
    return ERR_OK;
}

static struct slice webhook_url(struct run_load *it, struct uuid flow_config)
{
    return arena_format(&it->run->arena, "%s/trigger/%.*s", it->run->runner->options.public_url,
                        SLICE_ARGS(id_text(&it->run->arena, "InstanceFlowConfig", flow_config)));
}

/* {flow name: url} of the flows of this version. */
static struct value webhook_urls(struct run_load *it)
{
    struct value urls = value_map();
    const struct definition *definition = it->run->config->definition;
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        const struct instance_flow *flow =
            instance_flow_for(it->instance, definition, &definition->flows[i], NULL);
        if (flow != NULL) {
            (void)value_map_put(&it->run->arena, &urls, definition->flows[i].name,
                                value_text(webhook_url(it, flow->id)));
        }
    }
    return urls;
}

/* What stands behind /trigger/<id>/ in the path. */
static struct slice path_fragment(struct slice path)
{
    struct slice rest = slice_starts_with(path, SLICE("/trigger/"))
                            ? slice_from(path, strlen("/trigger/"))
                            : (struct slice){NULL, 0};
    size_t slash = slice_find(rest, SLICE("/"));
    return slash == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(rest, slash + 1);
}

static enum err trigger_value(struct run_load *it, struct value *ret, struct error *reterr)
{
    struct run *run = it->run;
    struct arena *arena = &run->arena;
    struct flow_header headers[TRIGGER_HEADERS_MAX];
    for (size_t i = 0; i < it->trigger.header_count; i++) {
        headers[i] = (struct flow_header){.name = it->trigger.headers[i].name,
                                          .value = it->trigger.headers[i].value};
    }
    struct value urls = webhook_urls(it);
    char sequence[UUID_TEXT_SIZE];
    uuid_format(it->integration.id, sequence);
    const struct instance_flow *flow = &it->instance->flows[run->execution.flow];
    struct flow_trigger_facts facts = {
        .headers = headers,
        .header_count = (uint32_t)it->trigger.header_count,
        .query = it->trigger.query,
        .body = it->trigger.body,
        .path_fragment = path_fragment(it->trigger.path),
        .execution_id = id_text(arena, "InstanceExecutionResult", run->id),
        .started_us = run->execution.queued_at_us,
        .invoke_url = webhook_url(it, flow->id),
        .webhook_urls = &urls,
        .customer = {id_text(arena, "Customer", it->customer.id), it->customer.external_id,
                     it->customer.name},
        /* The instance lives only as long as the reading. */
        .instance = {id_text(arena, "Instance", it->instance->id),
                     arena_copy(arena, it->instance->name)},
        .integration = {id_text(arena, "Integration", it->integration.id), it->integration.name,
                        arena_copy(arena, slice_of_text(sequence)),
                        run->config->definition->external_version},
        .flow = {id_text(arena, "InstanceFlowConfig", flow->id), run->flow->name,
                 run->flow->stable_key},
    };
    return flow_trigger_value(&facts, arena, ret, reterr);
}

/* ---- an earlier life ---- */

struct recalling {
    struct run *run;
    struct flow_record *records;
    size_t count;
    size_t capacity;
    enum err status;
    struct error error;
};

static void recall_started(struct recalling *it, const struct recorded_event *event)
{
    const struct facts_step_started *facts = &event->event.facts.step_started;
    struct flow_history *history = &it->run->history;
    struct flow_place place;
    it->status =
        flow_place_parse(facts->step, facts->loop_path, facts->attempt, &place, &it->error);
    bool again = history->has_started && flow_place_compare(&history->started, &place) == 0;
    history->started = place;
    history->starts = again ? history->starts + 1 : 1;
    if (!again) {
        history->started_us =
            event->event.occurred_at_us != 0 ? event->event.occurred_at_us : event->recorded_at_us;
    }
    history->has_started = true;
}

static bool grow_records(struct recalling *it)
{
    if (it->count < it->capacity) {
        return true;
    }
    size_t wanted = it->capacity == 0 ? 64 : it->capacity * 2;
    struct flow_record *grown = ARENA_ARRAY(&it->run->arena, struct flow_record, wanted);
    if (grown == NULL || wanted > HISTORY_MAX) {
        it->status = error_set(&it->error, ERR_LIMIT, "the execution has too many finished steps");
        return false;
    }
    if (it->count > 0) {
        memcpy(grown, it->records, it->count * sizeof *grown);
    }
    it->records = grown;
    it->capacity = wanted;
    return true;
}

static void recall_finished(struct recalling *it, const struct recorded_event *event)
{
    const struct facts_step_finished *facts = &event->event.facts.step_finished;
    const struct value *result = &event->event.bodies[BODY_RESULT];
    const struct value *state = &event->event.bodies[BODY_STATE];
    const struct value *data = value_get(result, SLICE("data"));
    if (!grow_records(it)) {
        return;
    }
    struct flow_record *record = &it->records[it->count];
    it->status =
        flow_place_parse(facts->step, facts->loop_path, facts->attempt, &record->place, &it->error);
    if (it->status != ERR_OK) {
        return;
    }
    record->status = (enum step_status)facts->status;
    record->result = data != NULL ? *data : value_null();
    record->content_type = value_get_text(result, SLICE("contentType"));
    record->error = (enum error_class)facts->error_class;
    record->error_text = value_get_text(state, SLICE("error"));
    record->http_status = (int)value_int_of(value_get(state, SLICE("httpStatus")), 0);
    record->finished_us =
        event->event.occurred_at_us != 0 ? event->event.occurred_at_us : event->recorded_at_us;
    it->count++;
    struct flow_history *history = &it->run->history;
    if (history->has_started && flow_place_compare(&history->started, &record->place) == 0) {
        history->has_started = false;
    }
    it->run->steps += facts->status != (uint64_t)STEP_RETRIED;
}

static bool
recall(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    struct recalling *it = data;
    (void)reason;
    if (event->event.type == EVENT_STEP_FINISHED && (absent & 1U << BODY_RESULT) != 0) {
        it->status = error_set(&it->error, ERR_EXPIRED,
                               "results of the execution's earlier steps are no longer kept");
    } else if (event->event.type == EVENT_STEP_STARTED) {
        recall_started(it, event);
    } else if (event->event.type == EVENT_STEP_FINISHED) {
        recall_finished(it, event);
    }
    return it->status == ERR_OK;
}

/* Reads what the execution journaled before this process. */
static enum err load_history(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    struct recalling recalling = {.run = run};
    struct stream_ref stream = {STREAM_EXECUTION, run->id};
    unsigned bodies = 1U << BODY_STATE | 1U << BODY_RESULT;
    run->journaled_start = run->execution.started_at_us != 0;
    run->resumes = run->execution.state == EXECUTION_RUNNING;
    if (!run->journaled_start) {
        return ERR_OK;
    }
    enum err e =
        as_of_walk(it->reading->views, it->reading->journal, stream, run->execution.queued_seq,
                   UINT64_MAX, bodies, &run->arena, recall, &recalling, reterr);
    if (e == ERR_OK && recalling.status != ERR_OK) {
        return error_set(reterr, recalling.status, "%s", error_text(&recalling.error));
    }
    run->history.use = FLOW_HISTORY_RESUME;
    run->history.records = recalling.records;
    run->history.count = recalling.count;
    return e;
}

/* ---- all of it ---- */

/* Whether anybody will look at the trigger's result: a step, a caller who waits for it, or who asks
 * afterwards. */
static bool needs_trigger(const struct run *run)
{
    return run->looked_at || run->flow->step_count > 1 ||
           (run->execution.flags & EXECUTION_FLAG_SYNCHRONOUS) != 0;
}

static enum err load_rows(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    struct views_txn *views = it->reading->views;
    enum err e = executions_view_get(views, run->id, &run->arena, &run->execution, reterr);
    e = e != ERR_OK ? e
                    : reading_instance(it->reading, run->execution.instance, &it->instance, reterr);
    return e != ERR_OK ? e : load_key(it, reterr);
}

static enum err load_config(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    enum err e =
        run_configs_acquire(run->runner->configs, it->reading, run->execution.instance,
                            run->execution.definition, run->execution.config, &run->config, reterr);
    return e != ERR_OK ? e : find_flow(it, reterr);
}

static enum err load_start(struct run_load *it, struct value *ret_trigger, struct error *reterr)
{
    enum err e = load_names(it, reterr);
    e = e != ERR_OK ? e : load_trigger(it, reterr);
    return e != ERR_OK ? e : trigger_value(it, ret_trigger, reterr);
}

static enum err make_machine(struct run *run, const struct value *trigger, struct error *reterr)
{
    struct flow_params params = {
        .flow = run->flow,
        .snapshot = &run->config->config,
        .trigger = trigger,
        .execution_id = run->id,
        .limits = flow_limits_default(),
        .history =
            run->history.use == FLOW_HISTORY_RESUME && run->journaled_start ? &run->history : NULL,
    };
    return flow_run_create(&params, &run->machine, reterr);
}

/* By the monotonic clock: how long a run may take does not depend on steps of the other. That one
 * only tells how long it has run in earlier lives, as well as it can. */
static void set_deadline(struct run *run)
{
    const struct runner_options *options = &run->runner->options;
    const struct clock *clock = engine_clock(options->engine);
    int64_t started_at_us = run->execution.started_at_us;
    int64_t ran_us = started_at_us != 0 ? clock_wall_us(clock) - started_at_us : 0;
    ran_us = ran_us < 0 ? 0 : ran_us;
    ran_us = ran_us > options->execution_timeout_us ? options->execution_timeout_us : ran_us;
    run->began_us = clock_monotonic_us(clock) - ran_us;
    run->deadline_us = run->began_us + options->execution_timeout_us;
}

enum err run_load_trigger(struct run *run, struct value *ret_trigger, struct error *reterr)
{
    struct run_load it = {.run = run};
    struct readings *readings = run->runner->options.readings;
    enum err e = reading_open(readings, &it.reading, reterr);
    e = e != ERR_OK ? e : load_rows(&it, reterr);
    e = e != ERR_OK ? e : load_config(&it, reterr);
    e = e != ERR_OK ? e : load_start(&it, ret_trigger, reterr);
    reading_close(readings, &it.reading);
    return e;
}

/* What the loop must do itself: the caches of definitions and configs are its own. */
static enum err load_here(struct run_load *it, struct error *reterr)
{
    struct run *run = it->run;
    enum err e = reading_open(run->runner->options.readings, &it->reading, reterr);
    e = e != ERR_OK ? e : load_rows(it, reterr);
    e = e != ERR_OK ? e : load_config(it, reterr);
    e = e != ERR_OK ? e : load_history(it, reterr);
    it->starts = e == ERR_OK && needs_trigger(run);
    set_deadline(run);
    return it->starts ? reserve_memory(run, reterr) : e;
}

/* The rest, which takes the longer the larger the payload is. Thread: any that has the run. */
static enum err load_there(struct run_load *it, struct error *reterr)
{
    struct value trigger = value_null();
    enum err e = it->starts ? load_start(it, &trigger, reterr) : ERR_OK;
    return e != ERR_OK ? e : make_machine(it->run, &trigger, reterr);
}

static void close_reading(struct run_load *it)
{
    reading_close(it->run->runner->options.readings, &it->reading);
}

enum err run_load(struct run *run, struct error *reterr)
{
    struct run_load it = {.run = run};
    enum err e = load_here(&it, reterr);
    e = e != ERR_OK ? e : load_there(&it, reterr);
    close_reading(&it);
    return e;
}

/* ---- on a pool thread ---- */

/* With a reading of its own: many may wait for a thread, and none is to be kept open so long. */
static void load_work(uv_work_t *work)
{
    struct run *run = LIST_ENTRY(work, struct run, work);
    struct run_load *it = run->load;
    struct error *error = &run->work_error;
    enum err e = reading_open(run->runner->options.readings, &it->reading, error);
    e = e != ERR_OK ? e
                    : reading_instance(it->reading, run->execution.instance, &it->instance, error);
    run->work_err = e != ERR_OK ? e : load_there(it, error);
    close_reading(it);
}

static void load_done(uv_work_t *work, int status)
{
    struct run *run = LIST_ENTRY(work, struct run, work);
    (void)status; /* never canceled */
    run->load = NULL;
    run_loaded(run, run->work_err, &run->work_error);
}

static bool is_large(const struct run_load *it)
{
    return it->starts && it->run->execution.size > RUN_PARSED_BYTES_MAX;
}

/* Returns: false when no thread takes it. */
static bool load_elsewhere(struct run_load *it)
{
    struct run *run = it->run;
    run->load = ARENA_NEW(&run->arena, struct run_load);
    if (run->load == NULL) {
        return false;
    }
    *run->load = (struct run_load){.run = run, .starts = it->starts};
    run->phase = RUN_PARSING;
    return uv_queue_work(run->runner->loop, &run->work, load_work, load_done) == 0;
}

void run_load_start(struct run *run)
{
    struct run_load it = {.run = run};
    struct error error = {0};
    enum err e = load_here(&it, &error);
    bool elsewhere = e == ERR_OK && is_large(&it) && load_elsewhere(&it);
    if (!elsewhere) {
        e = e != ERR_OK ? e : load_there(&it, &error);
    }
    close_reading(&it);
    if (!elsewhere) {
        run_loaded(run, e, &error);
    }
}
