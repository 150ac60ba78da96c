#include "projections/integrations_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

#include <stdlib.h>

static struct views_key version_key(struct uuid integration, uint64_t number)
{
    struct views_key key = views_key_of_id(integration);
    views_key_u32(&key, (uint32_t)number);
    return key;
}

struct uuid integrations_view_flow_id(struct uuid node, struct slice identity)
{
    return id_derived(node, "flow", identity);
}

/* ---- the fold ---- */

static enum err put_integration(struct projection_context *context,
                                const struct integration *integration,
                                struct error *reterr)
{
    buf_clear(context->row);
    integration_put(context->row, integration);
    struct views_key key = views_key_of_id(integration->id);
    return projection_put_row(context, VIEWS_INTEGRATIONS, &key, reterr);
}

static enum err put_version(struct projection_context *context,
                            struct uuid integration,
                            const struct integration_version *version,
                            struct error *reterr)
{
    buf_clear(context->row);
    integration_version_put(context->row, version);
    struct views_key key = version_key(integration, version->number);
    return projection_put_row(context, VIEWS_VERSIONS, &key, reterr);
}

/* One row a flow: flow id -> integration id, number, identity. */
static enum err put_flows(struct projection_context *context,
                          const struct integration *integration,
                          struct uuid node,
                          uint64_t number,
                          struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < integration->flows.count && e == ERR_OK; i++) {
        struct slice identity = integration->flows.items[i];
        char head[20];
        memcpy(head, integration->id.bytes, 16);
        bytes_put_be32(head + 16, (uint32_t)number);
        buf_clear(context->row);
        buf_put(context->row, head, sizeof head);
        buf_put_slice(context->row, identity);
        struct views_key key = views_key_of_id(integrations_view_flow_id(node, identity));
        e = projection_put_row(context, VIEWS_FLOW_NODES, &key, reterr);
    }
    return e;
}

static bool has_flow(const struct integration *integration, struct slice identity)
{
    for (uint32_t i = 0; i < integration->flows.count; i++) {
        if (slice_equal(integration->flows.items[i], identity)) {
            return true;
        }
    }
    return false;
}

/* The rows of the draft's flows, without those that the draft before had and this one has not. */
static enum err move_draft_flows(struct projection_context *context,
                                 struct text_list old_flows,
                                 const struct integration *integration,
                                 struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < old_flows.count && e == ERR_OK; i++) {
        struct uuid id = integrations_view_flow_id(integration->id, old_flows.items[i]);
        struct views_key key = views_key_of_id(id);
        if (!has_flow(integration, old_flows.items[i])) {
            e = views_delete(context->txn, VIEWS_FLOW_NODES, views_key_slice(&key), reterr);
        }
    }
    return e != ERR_OK ? e : put_flows(context, integration, integration->id, 0, reterr);
}

static enum err move_name(struct projection_context *context,
                          struct slice old_name,
                          const struct integration *integration,
                          struct error *reterr)
{
    if (slice_equal(old_name, integration->name)) {
        return ERR_OK;
    }
    enum err e = ERR_OK;
    if (old_name.size > 0) {
        e = views_delete(context->txn, VIEWS_INTEGRATION_NAMES, old_name, reterr);
    }
    if (e == ERR_OK && integration->name.size > 0) {
        e = views_put(context->txn, VIEWS_INTEGRATION_NAMES, integration->name,
                      slice_of(integration->id.bytes, sizeof integration->id.bytes), reterr);
    }
    return e;
}

static enum err apply_published(struct projection_context *context,
                                const struct integration *integration,
                                const struct recorded_event *event,
                                struct error *reterr)
{
    struct integration_version version;
    integration_version_evolve(&version, integration, event);
    enum err e = put_version(context, integration->id, &version, reterr);
    if (e == ERR_OK) {
        char row[20];
        memcpy(row, integration->id.bytes, 16);
        bytes_put_be32(row + 16, (uint32_t)version.number);
        struct views_key key = views_key_of_id(version.id);
        e = views_put(context->txn, VIEWS_VERSION_IDS, views_key_slice(&key),
                      slice_of(row, sizeof row), reterr);
    }
    return e != ERR_OK ? e : put_flows(context, integration, version.id, version.number, reterr);
}

static enum err apply_availability(struct projection_context *context,
                                   const struct integration *integration,
                                   const struct recorded_event *event,
                                   struct error *reterr)
{
    struct integration_version version;
    uint64_t number = event->event.facts.availability_changed.version;
    enum err e = integrations_view_version(context->txn, integration->id, number, context->arena,
                                           &version, reterr);
    if (e != ERR_OK) {
        return e;
    }
    integration_version_evolve(&version, integration, event);
    return put_version(context, integration->id, &version, reterr);
}

static enum err apply_event(struct projection_context *context,
                            const struct recorded_event *event,
                            struct error *reterr)
{
    struct integration integration = {.id = event->stream.id};
    enum err e = ERR_OK;
    if (event->stream_version > 1) {
        e = integrations_view_get(context->txn, integration.id, context->arena, &integration,
                                  reterr);
    }
    struct slice old_name = integration.name;
    struct text_list old_flows = integration.flows;
    if (e == ERR_OK) {
        integration_evolve(&integration, event, context->arena);
        e = move_name(context, old_name, &integration, reterr);
    }
    if (e == ERR_OK && event->event.type == EVENT_DRAFT_IMPORTED) {
        e = move_draft_flows(context, old_flows, &integration, reterr);
    } else if (e == ERR_OK && event->event.type == EVENT_INTEGRATION_PUBLISHED) {
        e = apply_published(context, &integration, event, reterr);
    } else if (e == ERR_OK && event->event.type == EVENT_AVAILABILITY_CHANGED) {
        e = apply_availability(context, &integration, event, reterr);
    }
    return e != ERR_OK ? e : put_integration(context, &integration, reterr);
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0;
         record->stream.kind == STREAM_INTEGRATION && i < record->count && e == ERR_OK; i++) {
        e = apply_event(context, &record->events[i], reterr);
    }
    return e;
}

static const enum views_table tables[] = {VIEWS_INTEGRATIONS, VIEWS_INTEGRATION_NAMES,
                                          VIEWS_VERSIONS, VIEWS_VERSION_IDS, VIEWS_FLOW_NODES};

const struct projection integrations_view = {"integrations", 3, tables, ARRAY_COUNT(tables), apply};

/* ---- reading ---- */

enum err integrations_view_get(struct views_txn *txn,
                               struct uuid id,
                               struct arena *arena,
                               struct integration *ret,
                               struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e =
        views_get_copy(txn, VIEWS_INTEGRATIONS, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : integration_get(row, id, arena, ret, reterr);
}

enum err integrations_view_by_name(struct views_txn *txn,
                                   struct slice name,
                                   struct uuid *ret,
                                   struct error *reterr)
{
    struct slice row;
    *ret = (struct uuid){{0}};
    if (name.size == 0 || name.size > VIEWS_KEY_BYTES_MAX) {
        return ERR_OK; /* no integration can have it */
    }
    enum err e = views_get(txn, VIEWS_INTEGRATION_NAMES, name, &row, reterr);
    if (e == ERR_OK && row.size == sizeof ret->bytes) {
        memcpy(ret->bytes, row.data, sizeof ret->bytes);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err integrations_view_version(struct views_txn *txn,
                                   struct uuid integration,
                                   uint64_t number,
                                   struct arena *arena,
                                   struct integration_version *ret,
                                   struct error *reterr)
{
    struct slice row;
    struct views_key key = version_key(integration, number);
    enum err e = views_get_copy(txn, VIEWS_VERSIONS, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : integration_version_get(row, arena, ret, reterr);
}

/* Reads "integration id, number (4 bytes)". */
static enum err read_place(struct slice row,
                           struct uuid *ret_integration,
                           uint64_t *ret_number,
                           struct error *reterr)
{
    if (row.size < 20) {
        return error_set(reterr, ERR_DAMAGED, "a version row has %zu bytes", row.size);
    }
    memcpy(ret_integration->bytes, row.data, 16);
    *ret_number = bytes_be32(row.data + 16);
    return ERR_OK;
}

enum err integrations_view_resolve(struct views_txn *txn,
                                   struct uuid id,
                                   struct uuid *ret_integration,
                                   uint64_t *ret_number,
                                   struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    if (views_has(txn, VIEWS_INTEGRATIONS, views_key_slice(&key))) {
        *ret_integration = id;
        *ret_number = 0;
        return ERR_OK;
    }
    enum err e = views_get(txn, VIEWS_VERSION_IDS, views_key_slice(&key), &row, reterr);
    return e != ERR_OK ? e : read_place(row, ret_integration, ret_number, reterr);
}

enum err integrations_view_versions(struct views_txn *txn,
                                    struct uuid integration,
                                    struct arena *arena,
                                    struct integration_version **ret,
                                    size_t *ret_count,
                                    struct error *reterr)
{
    struct integration owner;
    enum err e = integrations_view_get(txn, integration, arena, &owner, reterr);
    if (e != ERR_OK) {
        return e;
    }
    size_t count = (size_t)owner.latest_version;
    struct integration_version *versions = ARENA_ARRAY(arena, struct integration_version, count);
    if (versions == NULL) {
        return arena_error(arena, "the list of versions", reterr);
    }
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = integrations_view_version(txn, integration, count - i, arena, &versions[i], reterr);
    }
    if (e == ERR_OK) {
        *ret = versions;
        *ret_count = count;
    }
    return e;
}

enum err integrations_view_flow(struct views_txn *txn,
                                struct uuid flow_id,
                                struct arena *arena,
                                struct uuid *ret_integration,
                                uint64_t *ret_number,
                                struct slice *ret_identity,
                                struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(flow_id);
    enum err e = views_get_copy(txn, VIEWS_FLOW_NODES, views_key_slice(&key), arena, &row, reterr);
    if (e == ERR_OK) {
        e = read_place(row, ret_integration, ret_number, reterr);
    }
    if (e == ERR_OK) {
        *ret_identity = slice_from(row, 20);
    }
    return e;
}

enum err integrations_view_definition_seq(struct views_txn *txn,
                                          struct uuid integration,
                                          uint64_t number,
                                          struct arena *arena,
                                          uint64_t *ret_seq,
                                          struct error *reterr)
{
    if (number != 0) {
        struct integration_version version;
        enum err e = integrations_view_version(txn, integration, number, arena, &version, reterr);
        if (e == ERR_OK) {
            *ret_seq = version.draft_seq;
        }
        return e;
    }
    struct integration draft;
    enum err e = integrations_view_get(txn, integration, arena, &draft, reterr);
    if (e == ERR_OK) {
        *ret_seq = draft.draft_seq;
    }
    return e;
}
