#include "tools/thing_shape.h"

#include "core/base/check.h"
#include "projections/as_of.h"
#include "projections/customers_view.h"
#include "projections/integrations_view.h"
#include "tools/shape.h"
#include "tools/thing_shape_priv.h"

struct thing_bodies {
    uint64_t seq;
    const struct value *state; /* NULL: gone */
    struct thing_bodies *next;
};

/* ---- bodies ---- */

static enum err
open_state(struct thing_shaping *it, uint64_t seq, const struct value **ret, struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    enum err e = journal_read(it->data->reader, seq, &record, reterr);
    e = e != ERR_OK ? e
                    : journal_read_events(it->data->reader, &record, 1U << BODY_STATE, it->arena,
                                          &events, NULL, NULL, reterr);
    if (e == ERR_OK) {
        const struct value *body = &events[seq - record.first_seq].event.bodies[BODY_STATE];
        *ret = value_is_null(body) ? NULL : body;
    }
    return e;
}

enum err thing_shape_state_body(struct thing_shaping *it,
                                uint64_t seq,
                                const struct value **ret,
                                struct error *reterr)
{
    for (struct thing_bodies *body = it->bodies; body != NULL; body = body->next) {
        if (body->seq == seq) {
            *ret = body->state;
            return ERR_OK;
        }
    }
    struct thing_bodies *body = ARENA_NEW(it->arena, struct thing_bodies);
    if (body == NULL) {
        return arena_error(it->arena, "the state of a thing", reterr);
    }
    enum err e = open_state(it, seq, &body->state, reterr);
    if (e == ERR_OK) {
        body->seq = seq;
        body->next = it->bodies;
        it->bodies = body;
        *ret = body->state;
    }
    return e;
}

/* ---- names of other things ---- */

struct slice thing_shape_customer_name(struct thing_shaping *it, struct uuid id)
{
    struct customer customer;
    enum err e = it->seq >= it->data->seq
                     ? customers_view_get(it->data->txn, id, it->arena, &customer, NULL)
                     : as_of_customer(it->data->txn, it->data->reader, id, it->seq, it->arena,
                                      &customer, NULL);
    return e == ERR_OK ? customer.name : (struct slice){NULL, 0};
}

struct slice thing_shape_integration_name(struct thing_shaping *it, struct uuid id)
{
    struct integration integration;
    enum err e = it->seq >= it->data->seq
                     ? integrations_view_get(it->data->txn, id, it->arena, &integration, NULL)
                     : as_of_integration(it->data->txn, it->data->reader, id, it->seq, it->arena,
                                         &integration, NULL);
    return e == ERR_OK ? integration.name : (struct slice){NULL, 0};
}

/* {id, name} of another thing; the name unless the thing is to stand alone. */
void thing_shape_put_relation(struct thing_shaping *it,
                              struct shape *shape,
                              const char *key,
                              const char *type,
                              struct uuid id,
                              struct slice name)
{
    struct shape other = shape_in(it->arena);
    shape_id(&other, "id", type, id);
    if (name.data != NULL) {
        shape_text(&other, "name", name);
    }
    shape_value(shape, key, other.map);
}

/* ---- kinds ---- */

static void put_customer(const struct customer *customer, struct shape *shape)
{
    shape_text(shape, "name", customer->name);
    shape_text(shape, "externalId", customer->external_id);
    shape_text(shape, "description", customer->description);
    shape_texts(shape, "labels", customer->labels);
    shape_bool(shape, "isSystem", customer->is_system);
    shape_bool(shape, "isDeleted", customer->is_deleted);
    shape_time(shape, "createdAt", customer->created_at_us);
    shape_time(shape, "updatedAt", customer->updated_at_us);
    shape_u64(shape, "streamVersion", customer->version);
}

/* The versions there were, newest first; which can be had is known for now alone. */
static enum err put_versions(struct thing_shaping *it,
                             const struct integration *integration,
                             struct shape *shape,
                             struct error *reterr)
{
    struct integration_version *versions = NULL;
    size_t count = 0;
    struct value list = value_list();
    enum err e = integrations_view_versions(it->data->txn, integration->id, it->arena, &versions,
                                            &count, reterr);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        struct shape row = shape_in(it->arena);
        if (versions[i].number > integration->latest_version) {
            continue; /* published later */
        }
        shape_u64(&row, "version", versions[i].number);
        shape_time(&row, "createdAt", versions[i].created_at_us);
        if (it->seq >= it->data->seq) {
            shape_bool(&row, "isAvailable", versions[i].is_available);
        }
        shape_text(&row, "comment", versions[i].comment);
        shape_id(&row, "id", "Integration", versions[i].id);
        shape_push(&row, &list);
    }
    shape_value(shape, "versions", list);
    return e;
}

static enum err put_integration(struct thing_shaping *it,
                                const struct integration *integration,
                                struct shape *shape,
                                struct error *reterr)
{
    shape_text(shape, "name", integration->name);
    shape_text(shape, "description", integration->description);
    shape_text(shape, "category", integration->category);
    shape_texts(shape, "labels", integration->labels);
    shape_texts(shape, "flows", integration->flows);
    shape_u64(shape, "draftSeq", integration->draft_seq);
    shape_hex(shape, "draftFingerprint", integration->draft_mark);
    shape_u64(shape, "latestVersion", integration->latest_version);
    shape_id(shape, "systemInstance", "Instance", integration->system_instance);
    shape_time(shape, "createdAt", integration->created_at_us);
    shape_time(shape, "updatedAt", integration->updated_at_us);
    shape_u64(shape, "streamVersion", integration->version);
    return it->alone ? ERR_OK : put_versions(it, integration, shape, reterr);
}

static void
put_version(struct thing_shaping *it, const struct thing_state *state, struct shape *shape)
{
    const struct integration_version *version = &state->version;
    if (!it->alone) {
        thing_shape_put_relation(it, shape, "integration", "Integration", state->integration.id,
                                 state->integration.name);
    }
    shape_u64(shape, "version", version->number);
    shape_bool(shape, "isAvailable", version->is_available);
    shape_text(shape, "comment", version->comment);
    shape_text(shape, "attributes", version->attributes);
    shape_u64(shape, "draftSeq", version->draft_seq);
    shape_id(shape, "createdBy", "User", version->created_by);
    shape_time(shape, "createdAt", version->created_at_us);
}

/* ---- who works here ---- */

static void put_user(const struct user *user, struct shape *shape)
{
    shape_text(shape, "name", user->name);
    shape_text(shape, "email", user->email);
    shape_string(shape, "role", role_name(user->role));
    shape_time(shape, "createdAt", user->created_at_us);
}

static void put_organization(const struct organization *organization, struct shape *shape)
{
    shape_text(shape, "name", organization->name);
    shape_time(shape, "createdAt", organization->created_at_us);
}

/* ---- any ---- */

static enum err put_members(struct thing_shaping *it,
                            const struct thing_state *state,
                            struct shape *shape,
                            struct error *reterr)
{
    switch (it->thing->kind) {
    case THING_CUSTOMER:
        put_customer(&state->customer, shape);
        return ERR_OK;
    case THING_INTEGRATION:
        return put_integration(it, &state->integration, shape, reterr);
    case THING_VERSION:
        put_version(it, state, shape);
        return ERR_OK;
    case THING_INSTANCE:
        return thing_shape_instance(it, &state->instance, shape, reterr);
    case THING_FLOW_CONFIG:
        thing_shape_flow_config(it, &state->instance, shape);
        return ERR_OK;
    case THING_EXECUTION:
        return thing_shape_execution(it, &state->execution, shape, reterr);
    case THING_USER:
        put_user(&state->user, shape);
        return ERR_OK;
    case THING_ORGANIZATION:
        put_organization(&state->organization, shape);
        return ERR_OK;
    }
    UNREACHABLE("a kind of thing");
}

enum err thing_shape(struct thing_shaping *it,
                     const struct thing_state *state,
                     struct value *ret,
                     struct error *reterr)
{
    struct shape shape = shape_in(it->arena);
    shape_id(&shape, "id", thing_type(it->thing->kind), it->thing->id);
    shape_string(&shape, "kind", thing_name(it->thing->kind));
    enum err e = put_members(it, state, &shape, reterr);
    if (e == ERR_OK && arena_exhausted(it->arena)) {
        e = arena_error(it->arena, "the state of a thing", reterr);
    }
    if (e == ERR_OK) {
        *ret = shape.map;
    }
    return e;
}
