/*
 * Fuzz target: whole runs. The input is a definition; each of its flows is run with answers drawn
 * from the input's own bytes, cut off somewhere, and resumed from its records.
 *
 * Checked beyond not crashing: every run ends within its limits, and a run that is resumed from all
 * its records does nothing outside and ends the same way.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/definition/definition.h"
#include "core/flow/flow.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY_BYTES ((size_t)256 * 1024 * 1024)
#define EFFECTS_MAX  2000
#define RECORDS_MAX  20000

struct life {
    struct arena *arena;
    struct slice bytes; /* answers are drawn from here */
    struct flow_record *records;
    size_t count;
    size_t effects; /* HTTP, SLEEP, WAIT */
    bool succeeded;
    enum error_class error;
};

static void keep_records(struct life *life, struct flow_run *run)
{
    size_t count = 0;
    const struct flow_entry *entries = flow_run_entries(run, &count);
    for (size_t i = 0; i < count && life->count < RECORDS_MAX; i++) {
        const struct flow_entry *entry = &entries[i];
        if (entry->kind != FLOW_STEP_FINISHED) {
            continue;
        }
        struct flow_record *record = &life->records[life->count++];
        *record = (struct flow_record){.place = entry->place,
                                       .status = entry->status,
                                       .error = entry->error,
                                       .error_text = arena_copy(life->arena, entry->error_text),
                                       .http_status = entry->http_status,
                                       .finished_us = entry->finished_us};
        if (entry->result != NULL && !entry->derived) {
            record->result = value_copy(life->arena, &entry->result->value);
        }
    }
    flow_run_clear_entries(run);
}

/* The answer of the n-th effect: a status and a body out of the input. */
static void resolve(struct life *life, struct flow_run *run, const struct flow_effect *effect)
{
    static const int statuses[] = {200, 200, 200, 404, 500};
    size_t at = life->effects * 7 % (life->bytes.size + 1);
    unsigned char drawn = at < life->bytes.size ? (unsigned char)life->bytes.data[at] : 0;
    struct flow_reply reply = {.status = statuses[drawn % ARRAY_COUNT(statuses)]};
    struct flow_outcome outcome = {.kind = FLOW_ELAPSED};
    reply.body =
        drawn % 3 == 0 ? SLICE("{\"a\":[1,2,{\"b\":\"c\"}]}") : slice_from(life->bytes, at);
    if (effect->kind == FLOW_HTTP) {
        outcome.kind = drawn % 11 == 0 ? FLOW_NO_ANSWER : FLOW_REPLIED;
        outcome.reply = &reply;
        outcome.error = ERROR_CLASS_CONNECTION;
        outcome.text = SLICE("no answer");
    }
    enum err e = flow_run_resolve(run, (int64_t)life->effects * 1000, &outcome, NULL);
    ASSERT(e == ERR_OK);
}

/* Returns: whether the run came to its end. */
static bool live(struct life *life, const struct flow_params *params)
{
    struct flow_run *run = NULL;
    struct flow_effect effect = {.kind = FLOW_COMMIT};
    if (flow_run_create(params, &run, NULL) != ERR_OK) {
        return false;
    }
    while (effect.kind != FLOW_FINISHED && life->effects < EFFECTS_MAX) {
        ASSERT(flow_run_next(run, (int64_t)life->effects * 1000, &effect, NULL) == ERR_OK);
        keep_records(life, run);
        if (effect.kind == FLOW_HTTP || effect.kind == FLOW_SLEEP || effect.kind == FLOW_WAIT) {
            life->effects++;
            resolve(life, run, &effect);
        }
    }
    if (effect.kind == FLOW_FINISHED) {
        life->succeeded = effect.end->succeeded;
        life->error = effect.end->error;
    }
    flow_run_destroy(&run);
    return effect.kind == FLOW_FINISHED;
}

static struct snapshot snapshot_of(const struct definition *definition, struct arena *arena)
{
    struct snapshot snapshot = {.count = definition->config_var_count};
    snapshot.vars = ARENA_ARRAY(arena, struct snapshot_var, snapshot.count);
    for (uint32_t i = 0; i < snapshot.count; i++) {
        snapshot.vars[i].key = definition->config_vars[i].key;
        snapshot.vars[i].value = value_text(definition->config_vars[i].default_value);
    }
    return snapshot;
}

static void run_twice(const struct flow_definition *flow,
                      const struct snapshot *snapshot,
                      struct slice bytes,
                      struct arena *arena)
{
    struct value trigger = value_map();
    struct value body = value_map();
    ASSERT(value_map_put(arena, &body, SLICE("data"), value_text(bytes)));
    ASSERT(value_map_put(arena, &trigger, SLICE("body"), body));
    struct flow_params params = {
        .flow = flow, .snapshot = snapshot, .trigger = &trigger, .limits = flow_limits_default()};
    params.limits.steps_max = params.limits.iterations_max = 2000;
    params.limits.memory_bytes_max = 16 * MIB;
    params.limits.work_max = 1000000;
    struct life first = {.arena = arena, .bytes = bytes};
    first.records = ARENA_ARRAY(arena, struct flow_record, RECORDS_MAX);
    ASSERT(first.records != NULL);
    if (!live(&first, &params) || first.count == RECORDS_MAX) {
        return;
    }
    if (arena_exhausted(arena)) {
        return; /* the copies of the records are not whole */
    }
    struct flow_history history = {.records = first.records, .count = first.count};
    struct life second = {.arena = arena, .bytes = bytes};
    second.records = ARENA_ARRAY(arena, struct flow_record, RECORDS_MAX);
    params.history = &history;
    ASSERT(second.records != NULL && live(&second, &params));
    /* A step that reached a limit is journaled as failed; where the run stood then is not. */
    if (first.error != ERROR_CLASS_LIMIT) {
        ASSERT(second.effects == 0 && second.count == 0);
        ASSERT(second.succeeded == first.succeeded && second.error == first.error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct arena arena;
    struct problem_list problems;
    struct definition *definition = NULL;
    if (!ready) {
        json_in_init();
        ready = true;
    }
    arena_init(&arena, MEMORY_BYTES);
    problem_list_init(&problems, &arena);
    struct slice text = slice_of(data, size);
    if (definition_parse(text, NULL, &problems, &definition, NULL) == ERR_OK) {
        struct snapshot snapshot = snapshot_of(definition, &arena);
        for (uint32_t i = 0; i < definition->flow_count && i < 5; i++) {
            run_twice(&definition->flows[i], &snapshot, text, &arena);
        }
    }
    definition_destroy(&definition);
    arena_deinit(&arena);
    return 0;
}
