#include "tools/thing.h"

#include "core/base/check.h"
#include "projections/access_view.h"
#include "projections/as_of.h"
#include "projections/customers_view.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

static const struct {
    const char *type;
    const char *name;
    enum stream_kind stream;
} kinds[] = {
    [THING_CUSTOMER] = {"Customer", "customer", STREAM_CUSTOMER},
    [THING_INTEGRATION] = {"Integration", "integration", STREAM_INTEGRATION},
    [THING_VERSION] = {"Integration", "version", STREAM_INTEGRATION},
    [THING_INSTANCE] = {"Instance", "instance", STREAM_INSTANCE},
    [THING_FLOW_CONFIG] = {"InstanceFlowConfig", "flow config", STREAM_INSTANCE},
    [THING_EXECUTION] = {"InstanceExecutionResult", "execution", STREAM_EXECUTION},
    [THING_USER] = {"User", "user", STREAM_USER},
    [THING_ORGANIZATION] = {"Organization", "organization", STREAM_ORGANIZATION},
};

const char *thing_type(enum thing_kind kind)
{
    return kinds[kind].type;
}

const char *thing_name(enum thing_kind kind)
{
    return kinds[kind].name;
}

/* ---- finding ---- */

static enum err kind_of(const char *type, enum thing_kind *ret, struct error *reterr)
{
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (strcmp(type, kinds[i].type) == 0) {
            *ret = (enum thing_kind)i;
            return ERR_OK;
        }
    }
    return error_set(reterr, ERR_INVALID,
                     "the id is of type %s: give the id of a customer, integration, version, "
                     "instance, flow config, execution, user or organization",
                     type);
}

/* What an integration's id means, and whose a flow config is, the views know. */
static enum err resolve(const struct data *data, struct thing *thing, struct error *reterr)
{
    enum err e = ERR_OK;
    if (thing->kind == THING_INTEGRATION) {
        e = integrations_view_resolve(data->txn, thing->id, &thing->stream.id, &thing->number,
                                      reterr);
        thing->kind = thing->number > 0 ? THING_VERSION : THING_INTEGRATION;
    } else if (thing->kind == THING_FLOW_CONFIG) {
        e = instances_view_flow_config(data->txn, thing->id, &thing->stream.id, &thing->place,
                                       reterr);
    }
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "there is no %s of this id", thing_name(thing->kind));
    }
    return e;
}

enum err
thing_find(const struct data *data, struct slice id, struct thing *ret, struct error *reterr)
{
    char type[ID_TYPE_LENGTH_MAX + 1];
    struct thing thing = {.number = 0};
    enum err e = id_decode_any(id, type, &thing.id, reterr);
    e = e != ERR_OK ? e : kind_of(type, &thing.kind, reterr);
    if (e != ERR_OK) {
        return e;
    }
    thing.stream = (struct stream_ref){kinds[thing.kind].stream, thing.id};
    e = resolve(data, &thing, reterr);
    if (e == ERR_OK) {
        *ret = thing;
    }
    return e;
}

/* ---- now ---- */

static enum err load(const struct data *data,
                     const struct thing *thing,
                     struct arena *arena,
                     struct thing_state *ret,
                     struct error *reterr)
{
    struct views_txn *txn = data->txn;
    struct uuid stream = thing->stream.id;
    enum err e = ERR_OK;
    switch (thing->kind) {
    case THING_CUSTOMER:
        return customers_view_get(txn, thing->id, arena, &ret->customer, reterr);
    case THING_INTEGRATION:
        return integrations_view_get(txn, stream, arena, &ret->integration, reterr);
    case THING_VERSION:
        e = integrations_view_get(txn, stream, arena, &ret->integration, reterr);
        return e != ERR_OK ? e
                           : integrations_view_version(txn, stream, thing->number, arena,
                                                       &ret->version, reterr);
    case THING_INSTANCE:
    case THING_FLOW_CONFIG:
        return instances_view_get(txn, stream, arena, &ret->instance, reterr);
    case THING_EXECUTION:
        return executions_view_get(txn, thing->id, arena, &ret->execution, reterr);
    case THING_USER:
        return access_view_user(txn, thing->id, arena, &ret->user, reterr);
    case THING_ORGANIZATION:
        return access_view_organization(txn, arena, &ret->organization, reterr);
    }
    UNREACHABLE("a kind of thing");
}

enum err thing_now(const struct data *data,
                   const struct thing *thing,
                   struct arena *arena,
                   struct thing_state *ret,
                   struct error *reterr)
{
    *ret = thing_before(thing);
    enum err e = load(data, thing, arena, ret, reterr);
    bool there = e == ERR_OK && thing_exists(thing, ret);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && !there)) {
        return error_set(reterr, ERR_NOT_FOUND, "there is no %s of this id",
                         thing_name(thing->kind));
    }
    return e;
}

/* ---- event by event ---- */

struct thing_state thing_before(const struct thing *thing)
{
    struct uuid stream = thing->stream.id;
    return (struct thing_state){
        .customer = {.id = stream},
        .integration = {.id = stream},
        .instance = {.id = stream},
        .execution = {.id = stream},
        .user = {.id = stream},
        .organization = {.id = stream},
    };
}

static bool evolve_version(const struct thing *thing,
                           struct thing_state *state,
                           const struct recorded_event *event,
                           struct arena *arena)
{
    const union event_facts *facts = &event->event.facts;
    bool published = event->event.type == EVENT_INTEGRATION_PUBLISHED &&
                     facts->integration_published.version == thing->number;
    bool changed = event->event.type == EVENT_AVAILABILITY_CHANGED &&
                   facts->availability_changed.version == thing->number;
    integration_evolve(&state->integration, event, arena);
    if (published || changed) {
        integration_version_evolve(&state->version, &state->integration, event);
    }
    return published || changed;
}

bool thing_evolve(const struct thing *thing,
                  struct thing_state *state,
                  const struct recorded_event *event,
                  struct arena *arena)
{
    switch (thing->kind) {
    case THING_CUSTOMER:
        customer_evolve(&state->customer, event, arena);
        return true;
    case THING_INTEGRATION:
        integration_evolve(&state->integration, event, arena);
        return true;
    case THING_VERSION:
        return evolve_version(thing, state, event, arena);
    case THING_INSTANCE:
    case THING_FLOW_CONFIG:
        instance_evolve(&state->instance, event, arena);
        return true;
    case THING_EXECUTION:
        execution_evolve(&state->execution, event);
        return true;
    case THING_USER:
        user_evolve(&state->user, event);
        return true;
    case THING_ORGANIZATION:
        organization_evolve(&state->organization, event);
        return true;
    }
    UNREACHABLE("a kind of thing");
}

bool thing_exists(const struct thing *thing, const struct thing_state *state)
{
    switch (thing->kind) {
    case THING_CUSTOMER:
        return state->customer.version > 0;
    case THING_INTEGRATION:
        return state->integration.version > 0;
    case THING_VERSION:
        return state->version.number > 0;
    case THING_INSTANCE:
        return state->instance.version > 0;
    case THING_FLOW_CONFIG:
        return state->instance.version > 0 && thing->place < state->instance.flow_count;
    case THING_EXECUTION:
        return state->execution.version > 0;
    case THING_USER:
        return state->user.created_at_us > 0;
    case THING_ORGANIZATION:
        return state->organization.created_at_us > 0 &&
               uuid_equal(state->organization.id, thing->id);
    }
    UNREACHABLE("a kind of thing");
}

/* ---- as of ---- */

struct folding {
    const struct thing *thing;
    struct thing_state *state;
    struct arena *arena;
};

static bool
fold(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    struct folding *folding = data;
    (void)reason;
    (void)absent;
    (void)thing_evolve(folding->thing, folding->state, event, folding->arena);
    return true;
}

/* What resolves an execution happens in the stream of the replay. */
static void find_replay(const struct data *data,
                        const struct thing *thing,
                        uint64_t seq,
                        struct arena *arena,
                        struct execution *execution)
{
    struct execution now;
    struct execution replay;
    if (thing->kind == THING_EXECUTION &&
        executions_view_get(data->txn, thing->id, arena, &now, NULL) == ERR_OK &&
        !uuid_is_zero(now.resolved_by) &&
        executions_view_get(data->txn, now.resolved_by, arena, &replay, NULL) == ERR_OK &&
        replay.finished_seq <= seq) {
        execution->resolved_by = now.resolved_by;
    }
}

enum err thing_as_of(const struct data *data,
                     const struct thing *thing,
                     uint64_t seq,
                     struct arena *arena,
                     struct thing_state *ret,
                     struct error *reterr)
{
    *ret = thing_before(thing);
    struct folding folding = {thing, ret, arena};
    enum err e = as_of_walk(data->txn, data->reader, thing->stream, 0, seq, 1U << BODY_STATE, arena,
                            fold, &folding, reterr);
    if (e == ERR_OK && !thing_exists(thing, ret)) {
        return error_set(reterr, ERR_NOT_FOUND, "there was no %s of this id yet at sequence %llu",
                         thing_name(thing->kind), (unsigned long long)seq);
    }
    find_replay(data, thing, seq, arena, &ret->execution);
    return e;
}
