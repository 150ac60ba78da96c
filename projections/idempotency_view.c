#include "projections/idempotency_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

/* request digest, seq u64, expiry u64 */
#define ROW_BYTES (IDEMPOTENCY_DIGEST_BYTES + 16)

static struct views_key expiry_key(uint64_t expiry, struct slice digest)
{
    struct views_key key = views_key();
    views_key_u64(&key, expiry);
    views_key_text(&key, digest);
    return key;
}

static enum err remember(struct projection_context *context,
                         const struct projection_record *record,
                         struct error *reterr)
{
    uint64_t expiry = (uint64_t)(record->recorded_at_us + IDEMPOTENCY_WINDOW_US);
    char row[ROW_BYTES];
    memcpy(row, record->request.data, IDEMPOTENCY_DIGEST_BYTES);
    bytes_put_be64(row + IDEMPOTENCY_DIGEST_BYTES, record->first_seq);
    bytes_put_be64(row + IDEMPOTENCY_DIGEST_BYTES + 8, expiry);
    enum err e = views_put(context->txn, VIEWS_IDEMPOTENCY, record->idempotency,
                           slice_of(row, sizeof row), reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct views_key key = expiry_key(expiry, record->idempotency);
    return projection_put_mark(context, VIEWS_IDEMPOTENCY_EXPIRY, &key, reterr);
}

/* The oldest expiry that has passed, with its digest. Errors: ERR_NOT_FOUND, ERR_IO. */
static enum err
find_expired(struct views_txn *txn, int64_t now_us, struct views_key *ret, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(txn, VIEWS_IDEMPOTENCY_EXPIRY, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0}) && cursor.key.size > 8 &&
                 bytes_be64(cursor.key.data) <= (uint64_t)now_us;
    e = views_cursor_check(&cursor, reterr);
    if (found) {
        *ret = views_key();
        views_key_text(ret, cursor.key);
    }
    views_cursor_close(&cursor);
    return e == ERR_OK && !found ? ERR_NOT_FOUND : e;
}

/* Deletes a key's row, unless it was used again after its window: then the row is younger. */
static enum err
forget(struct views_txn *txn, struct slice digest, int64_t now_us, struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, VIEWS_IDEMPOTENCY, digest, &row, reterr);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    bool expired = row.size == ROW_BYTES &&
                   bytes_be64(row.data + IDEMPOTENCY_DIGEST_BYTES + 8) <= (uint64_t)now_us;
    return expired ? views_delete(txn, VIEWS_IDEMPOTENCY, digest, reterr) : ERR_OK;
}

static enum err
forget_expired(struct projection_context *context, int64_t now_us, struct error *reterr)
{
    enum err e = ERR_OK;
    for (int i = 0; i < EXPIRIES_PER_COMMAND && e == ERR_OK; i++) {
        struct views_key key;
        e = find_expired(context->txn, now_us, &key, reterr);
        if (e == ERR_OK) {
            e = forget(context->txn, slice_from(views_key_slice(&key), 8), now_us, reterr);
        }
        if (e == ERR_OK) {
            e = views_delete(context->txn, VIEWS_IDEMPOTENCY_EXPIRY, views_key_slice(&key), reterr);
        }
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    bool keyed = record->idempotency.size == IDEMPOTENCY_DIGEST_BYTES &&
                 record->request.size == IDEMPOTENCY_DIGEST_BYTES;
    /* Only keyed requests pay for forgetting: the table grows by them alone. */
    if (!keyed) {
        return ERR_OK;
    }
    enum err e = forget_expired(context, record->recorded_at_us, reterr);
    return e != ERR_OK ? e : remember(context, record, reterr);
}

static const enum views_table tables[] = {VIEWS_IDEMPOTENCY, VIEWS_IDEMPOTENCY_EXPIRY};

const struct projection idempotency_view = {"idempotency", 1, tables, ARRAY_COUNT(tables), apply};

enum err idempotency_view_find(struct views_txn *txn,
                               struct slice digest,
                               int64_t now_us,
                               struct idempotency_entry *ret,
                               struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, VIEWS_IDEMPOTENCY, digest, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (row.size != ROW_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "an idempotency row has %zu bytes", row.size);
    }
    if (bytes_be64(row.data + IDEMPOTENCY_DIGEST_BYTES + 8) <= (uint64_t)now_us) {
        return error_set(reterr, ERR_NOT_FOUND, "the idempotency key has expired");
    }
    memcpy(ret->request, row.data, IDEMPOTENCY_DIGEST_BYTES);
    ret->seq = bytes_be64(row.data + IDEMPOTENCY_DIGEST_BYTES);
    return ERR_OK;
}
