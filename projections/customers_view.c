#include "projections/customers_view.h"

#include "core/base/check.h"
#include "projections/keys_view.h"

/* The system customer's row among the names: a key that no name can be, as names have no control
 * characters. Its own name stays free for others. */
#define SYSTEM_KEY slice_of("\0", 1)

/* Moves the name row when the name changed, and drops it with the customer. A name that was erased
 * before the fold is empty here and has no row. */
static enum err apply_name(struct projection_context *context,
                           struct slice old_name,
                           const struct customer *customer,
                           struct error *reterr)
{
    if (customer->is_system) {
        return views_put(context->txn, VIEWS_CUSTOMER_NAMES, SYSTEM_KEY,
                         slice_of(customer->id.bytes, sizeof customer->id.bytes), reterr);
    }
    bool keep = !customer->is_deleted && customer->name.size > 0;
    bool same = keep && slice_equal(old_name, customer->name);
    enum err e = ERR_OK;
    if (old_name.size > 0 && !same) {
        e = views_delete(context->txn, VIEWS_CUSTOMER_NAMES, old_name, reterr);
    }
    if (e == ERR_OK && keep && !same) {
        e = views_put(context->txn, VIEWS_CUSTOMER_NAMES, customer->name,
                      slice_of(customer->id.bytes, sizeof customer->id.bytes), reterr);
    }
    return e;
}

static enum err put_customer(struct projection_context *context,
                             struct slice old_name,
                             const struct customer *customer,
                             struct error *reterr)
{
    buf_clear(context->row);
    customer_put(context->row, customer);
    struct views_key key = views_key_of_id(customer->id);
    enum err e = apply_name(context, old_name, customer, reterr);
    return e != ERR_OK ? e : projection_put_row(context, VIEWS_CUSTOMERS, &key, reterr);
}

static enum err apply_event(struct projection_context *context,
                            const struct recorded_event *event,
                            struct error *reterr)
{
    struct customer customer = {.id = event->stream.id};
    enum err e = ERR_OK;
    if (event->stream_version > 1) {
        e = customers_view_get(context->txn, customer.id, context->arena, &customer, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct slice old_name = customer.name;
    customer_evolve(&customer, event, context->arena);
    return put_customer(context, old_name, &customer, reterr);
}

static enum err
erase(struct projection_context *context, const struct event *event, struct error *reterr)
{
    struct uuid id;
    enum err e = keys_view_destroyed(context->txn, event, STREAM_CUSTOMER, &id, reterr);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    struct customer customer;
    e = customers_view_get(context->txn, id, context->arena, &customer, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice old_name = customer.is_deleted ? (struct slice){NULL, 0} : customer.name;
    customer_erase(&customer);
    return put_customer(context, old_name, &customer, reterr);
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < record->count && e == ERR_OK; i++) {
        if (record->stream.kind == STREAM_CUSTOMER) {
            e = apply_event(context, &record->events[i], reterr);
        } else if (record->stream.kind == STREAM_JOURNAL) {
            e = erase(context, &record->events[i].event, reterr);
        }
    }
    return e;
}

static const enum views_table tables[] = {VIEWS_CUSTOMERS, VIEWS_CUSTOMER_NAMES};

const struct projection customers_view = {"customers", 2, tables, ARRAY_COUNT(tables), apply};

enum err customers_view_get(struct views_txn *txn,
                            struct uuid id,
                            struct arena *arena,
                            struct customer *ret,
                            struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e = views_get_copy(txn, VIEWS_CUSTOMERS, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : customer_get(row, id, arena, ret, reterr);
}

enum err customers_view_by_name(struct views_txn *txn,
                                struct slice name,
                                struct uuid *ret,
                                struct error *reterr)
{
    struct slice row;
    *ret = (struct uuid){{0}};
    if (name.size == 0 || name.size > VIEWS_KEY_BYTES_MAX) {
        return ERR_OK; /* no customer can have it */
    }
    enum err e = views_get(txn, VIEWS_CUSTOMER_NAMES, name, &row, reterr);
    if (e == ERR_OK && row.size == sizeof ret->bytes) {
        memcpy(ret->bytes, row.data, sizeof ret->bytes);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err customers_view_system(struct views_txn *txn, struct uuid *ret, struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, VIEWS_CUSTOMER_NAMES, SYSTEM_KEY, &row, reterr);
    if (e == ERR_OK && row.size == sizeof ret->bytes) {
        memcpy(ret->bytes, row.data, sizeof ret->bytes);
    }
    return e;
}
