#include "projections/keys_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

#define ROW_BYTES 17 /* kind of the owner, its id */

static struct views_key key_of_number(uint64_t number)
{
    struct views_key key = views_key();
    views_key_u64(&key, number);
    return key;
}

/* The key an event gives to its stream; 0: none. */
static uint64_t key_of(const struct event *event)
{
    if (event->type == EVENT_JOURNAL_CREATED) {
        return event->facts.journal_created.key;
    }
    if (event->type == EVENT_CUSTOMER_CREATED) {
        return event->facts.customer_created.key;
    }
    return event->type == EVENT_INSTANCE_CREATED ? event->facts.instance_created.key : 0;
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < record->count && e == ERR_OK; i++) {
        uint64_t number = key_of(&record->events[i].event);
        if (number != 0) {
            buf_clear(context->row);
            buf_put_char(context->row, (char)record->stream.kind);
            buf_put(context->row, record->stream.id.bytes, sizeof record->stream.id.bytes);
            struct views_key key = key_of_number(number);
            e = projection_put_row(context, VIEWS_KEYS, &key, reterr);
        }
    }
    return e;
}

static const enum views_table tables[] = {VIEWS_KEYS};

const struct projection keys_view = {"keys", 1, tables, ARRAY_COUNT(tables), apply};

enum err keys_view_owner(struct views_txn *txn,
                         uint64_t number,
                         struct stream_ref *ret,
                         struct error *reterr)
{
    struct slice row;
    struct views_key key = key_of_number(number);
    enum err e = views_get(txn, VIEWS_KEYS, views_key_slice(&key), &row, reterr);
    if (e == ERR_OK && row.size != ROW_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "a key row has %zu bytes", row.size);
    }
    if (e == ERR_OK) {
        ret->kind = (enum stream_kind)row.data[0];
        memcpy(ret->id.bytes, row.data + 1, sizeof ret->id.bytes);
    }
    return e;
}

enum err keys_view_destroyed(struct views_txn *txn,
                             const struct event *event,
                             enum stream_kind kind,
                             struct uuid *ret,
                             struct error *reterr)
{
    struct stream_ref owner;
    if (event->type != EVENT_KEY_DESTROYED) {
        return ERR_NOT_FOUND;
    }
    enum err e = keys_view_owner(txn, event->facts.key_destroyed.key, &owner, reterr);
    if (e != ERR_OK || owner.kind != kind) {
        return e != ERR_OK ? e : ERR_NOT_FOUND;
    }
    *ret = owner.id;
    return ERR_OK;
}

enum err keys_view_next(struct views_txn *txn, uint64_t *ret, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(txn, VIEWS_KEYS, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek_before(&cursor, (struct slice){NULL, 0});
    uint64_t highest = found && cursor.key.size == 8 ? bytes_be64(cursor.key.data) : 0;
    e = views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    if (e == ERR_OK) {
        *ret = highest + 1;
    }
    return e;
}
