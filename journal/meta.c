#include "journal/meta_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "journal/checksum_priv.h"
#include "journal/journal_priv.h"

#define CRC_BYTES       4
#define ROW_BYTES_MAX   64
#define STREAM_BYTES    17 /* kind u8, id 16 */
#define EXPIRY_KEY_SIZE (2 + STREAM_BYTES + 8)

#define IDENTITY        SLICE("journal")

/* A key or value being put together. */
struct bytes {
    char data[ROW_BYTES_MAX];
    size_t size;
};

static struct slice slice_of_bytes(const struct bytes *bytes)
{
    return slice_of(bytes->data, bytes->size);
}

static void add(struct bytes *bytes, const void *data, size_t size)
{
    ASSERT(bytes->size + size <= sizeof bytes->data);
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void add_byte(struct bytes *bytes, unsigned number)
{
    char byte = (char)number;
    add(bytes, &byte, 1);
}

static void add_be64(struct bytes *bytes, uint64_t number)
{
    char at[8];
    bytes_put_be64(at, number);
    add(bytes, at, sizeof at);
}

static void add_le64(struct bytes *bytes, uint64_t number)
{
    char at[8];
    bytes_put_le64(at, number);
    add(bytes, at, sizeof at);
}

static void add_stream(struct bytes *bytes, struct stream_ref stream)
{
    add_byte(bytes, (unsigned)stream.kind);
    add(bytes, stream.id.bytes, sizeof stream.id.bytes);
}

static struct stream_ref stream_at(const char *at)
{
    struct stream_ref stream = {.kind = (enum stream_kind)(unsigned char)at[0]};
    memcpy(stream.id.bytes, at + 1, sizeof stream.id.bytes);
    return stream;
}

/* ---- rows and their checksum ---- */

static enum err
put_row(struct store_txn *txn, const struct bytes *key, struct bytes *value, struct error *reterr)
{
    char crc[CRC_BYTES];
    bytes_put_le32(crc, checksum_crc32c_pair(slice_of_bytes(key), slice_of_bytes(value)));
    add(value, crc, sizeof crc);
    return store_put(txn, JOURNAL_META, slice_of_bytes(key), slice_of_bytes(value), STORE_SET,
                     reterr);
}

static enum err damaged(struct slice key, struct error *reterr)
{
    return error_set(reterr, ERR_DAMAGED, "a row of the journal's meta data is damaged (key %c...)",
                     key.size > 0 && key.data[0] > ' ' ? key.data[0] : '?');
}

static enum err
get_row(struct store_txn *txn, struct slice key, struct meta_row *ret, struct error *reterr)
{
    struct slice value;
    enum err e = store_get(txn, JOURNAL_META, key, &value, reterr);
    return e == ERR_OK ? meta_decode(key, value, ret, reterr) : e;
}

/* ---- decoding ---- */

static void decode_identity(const char *at, struct meta_row *row)
{
    row->kind = META_IDENTITY;
    memcpy(row->identity.id.bytes, at, sizeof row->identity.id.bytes);
    row->identity.format = bytes_le32(at + 16);
    row->identity.own_key = bytes_le64(at + 20);
}

static void decode_destroyed(struct slice key, const char *at, struct meta_row *row)
{
    row->kind = META_DESTROYED;
    row->destroyed = (struct meta_destroyed){
        .key = bytes_be64(key.data + 1), .seq = bytes_le64(at), .owner = stream_at(at + 8)};
}

static void decode_owner(struct slice key, const char *at, struct meta_row *row)
{
    row->kind = META_OWNER;
    row->destroyed = (struct meta_destroyed){
        .key = bytes_le64(at + 8), .seq = bytes_le64(at), .owner = stream_at(key.data + 1)};
}

static void decode_expiry(struct slice key, const char *at, struct meta_row *row)
{
    row->kind = META_EXPIRY;
    row->expiry = (struct meta_expiry){.body_class = (enum body_class)(unsigned char)key.data[1],
                                       .selector = stream_at(key.data + 2),
                                       .up_to = bytes_be64(key.data + 2 + STREAM_BYTES),
                                       .seq = bytes_le64(at),
                                       .recorded_at_us = (int64_t)bytes_le64(at + 8),
                                       .policy_days = bytes_le64(at + 16)};
}

static void decode_deletion(struct slice key, const char *at, struct meta_row *row)
{
    row->kind = META_DELETION;
    row->deletion = (struct meta_deletion){.seq = bytes_be64(key.data + 1),
                                           .body_class = (enum body_class)(unsigned char)at[0],
                                           .selector = stream_at(at + 1),
                                           .up_to = bytes_le64(at + 1 + STREAM_BYTES),
                                           .next = bytes_le64(at + 9 + STREAM_BYTES)};
}

/* Which row a key of that length names, and how long its value must be. Returns: false if none. */
static bool classify(struct slice key, enum meta_kind *ret_kind, size_t *ret_value_bytes)
{
    static const struct {
        char letter;
        enum meta_kind kind;
        size_t key_bytes;
        size_t value_bytes;
    } rows[] = {
        {'K', META_DESTROYED, 1 + 8, 8 + STREAM_BYTES},
        {'O', META_OWNER, 1 + STREAM_BYTES, 16},
        {'X', META_EXPIRY, EXPIRY_KEY_SIZE, 24},
        {'E', META_DELETION, 1 + 8, 1 + STREAM_BYTES + 16},
    };
    if (slice_equal(key, IDENTITY)) {
        *ret_kind = META_IDENTITY;
        *ret_value_bytes = 28;
        return true;
    }
    if (slice_equal(key, META_STREAM) || slice_equal(key, META_CLOCK)) {
        *ret_kind = META_NUMBER;
        *ret_value_bytes = 8;
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (key.size == rows[i].key_bytes && key.data[0] == rows[i].letter) {
            *ret_kind = rows[i].kind;
            *ret_value_bytes = rows[i].value_bytes;
            return true;
        }
    }
    return false;
}

static void decode_as(enum meta_kind kind, struct slice key, const char *at, struct meta_row *row)
{
    switch (kind) {
    case META_IDENTITY:
        decode_identity(at, row);
        break;
    case META_NUMBER:
        row->kind = META_NUMBER;
        row->number = bytes_le64(at);
        break;
    case META_DESTROYED:
        decode_destroyed(key, at, row);
        break;
    case META_OWNER:
        decode_owner(key, at, row);
        break;
    case META_EXPIRY:
        decode_expiry(key, at, row);
        break;
    case META_DELETION:
        decode_deletion(key, at, row);
        break;
    }
}

/* Numbers that stand for kinds and classes must be ones. */
static bool names_known(const struct meta_row *row)
{
    switch (row->kind) {
    case META_DESTROYED:
    case META_OWNER:
        return (unsigned)row->destroyed.owner.kind <= STREAM_KIND_MAX;
    case META_EXPIRY:
        return (unsigned)row->expiry.body_class < BODY_CLASS_COUNT &&
               (unsigned)row->expiry.selector.kind <= STREAM_KIND_MAX;
    case META_DELETION:
        return (unsigned)row->deletion.body_class < BODY_CLASS_COUNT &&
               (unsigned)row->deletion.selector.kind <= STREAM_KIND_MAX;
    case META_IDENTITY:
    case META_NUMBER:
        break;
    }
    return true;
}

enum err
meta_decode(struct slice key, struct slice value, struct meta_row *ret, struct error *reterr)
{
    enum meta_kind kind = META_IDENTITY;
    size_t value_bytes = 0;
    if (!classify(key, &kind, &value_bytes) || value.size != value_bytes + CRC_BYTES) {
        return damaged(key, reterr);
    }
    struct slice content = slice_of(value.data, value_bytes);
    if (checksum_crc32c_pair(key, content) != bytes_le32(value.data + value_bytes)) {
        return damaged(key, reterr);
    }
    struct meta_row row = {.key = key};
    decode_as(kind, key, value.data, &row);
    if (!names_known(&row)) {
        return damaged(key, reterr);
    }
    *ret = row;
    return ERR_OK;
}

/* ---- identity and numbers ---- */

enum err meta_get_identity(struct store_txn *txn, struct meta_identity *ret, struct error *reterr)
{
    struct meta_row row;
    enum err e = get_row(txn, IDENTITY, &row, reterr);
    if (e == ERR_OK) {
        *ret = row.identity;
    }
    return e;
}

enum err
meta_put_identity(struct store_txn *txn, const struct meta_identity *identity, struct error *reterr)
{
    struct bytes key = {.size = 0};
    struct bytes value = {.size = 0};
    char format[4];
    bytes_put_le32(format, identity->format);
    add(&key, IDENTITY.data, IDENTITY.size);
    add(&value, identity->id.bytes, sizeof identity->id.bytes);
    add(&value, format, sizeof format);
    add_le64(&value, identity->own_key);
    return put_row(txn, &key, &value, reterr);
}

enum err
meta_get_number(struct store_txn *txn, struct slice name, uint64_t *ret, struct error *reterr)
{
    struct meta_row row;
    enum err e = get_row(txn, name, &row, reterr);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    *ret = e == ERR_OK ? row.number : 0;
    return ERR_OK;
}

enum err
meta_put_number(struct store_txn *txn, struct slice name, uint64_t number, struct error *reterr)
{
    if (number == 0) {
        enum err e = store_delete(txn, JOURNAL_META, name, reterr);
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    struct bytes key = {.size = 0};
    struct bytes value = {.size = 0};
    add(&key, name.data, name.size);
    add_le64(&value, number);
    return put_row(txn, &key, &value, reterr);
}

/* ---- destroyed keys ---- */

static struct bytes destroyed_key(uint64_t number)
{
    struct bytes key = {.size = 0};
    add_byte(&key, 'K');
    add_be64(&key, number);
    return key;
}

static struct bytes owner_key(struct stream_ref owner)
{
    struct bytes key = {.size = 0};
    add_byte(&key, 'O');
    add_stream(&key, owner);
    return key;
}

enum err meta_put_destroyed(struct store_txn *txn,
                            const struct meta_destroyed *destroyed,
                            struct error *reterr)
{
    struct bytes by_number = destroyed_key(destroyed->key);
    struct bytes value = {.size = 0};
    add_le64(&value, destroyed->seq);
    add_stream(&value, destroyed->owner);
    enum err e = put_row(txn, &by_number, &value, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct bytes by_owner = owner_key(destroyed->owner);
    value.size = 0;
    add_le64(&value, destroyed->seq);
    add_le64(&value, destroyed->key);
    return put_row(txn, &by_owner, &value, reterr);
}

static enum err find_destroyed(struct store_txn *txn,
                               const struct bytes *key,
                               struct meta_destroyed *ret,
                               struct error *reterr)
{
    struct meta_row row;
    enum err e = get_row(txn, slice_of_bytes(key), &row, reterr);
    if (e == ERR_OK) {
        *ret = row.destroyed;
    }
    return e;
}

enum err meta_find_destroyed_key(struct store_txn *txn,
                                 uint64_t key,
                                 struct meta_destroyed *ret,
                                 struct error *reterr)
{
    struct bytes name = destroyed_key(key);
    return find_destroyed(txn, &name, ret, reterr);
}

enum err meta_find_destroyed_owner(struct store_txn *txn,
                                   struct stream_ref owner,
                                   struct meta_destroyed *ret,
                                   struct error *reterr)
{
    struct bytes name = owner_key(owner);
    return find_destroyed(txn, &name, ret, reterr);
}

/* ---- expiries ---- */

static struct bytes
expiry_key(enum body_class body_class, struct stream_ref selector, uint64_t up_to)
{
    struct bytes key = {.size = 0};
    add_byte(&key, 'X');
    add_byte(&key, (unsigned)body_class);
    add_stream(&key, selector);
    add_be64(&key, up_to);
    return key;
}

enum err
meta_put_expiry(struct store_txn *txn, const struct meta_expiry *expiry, struct error *reterr)
{
    struct bytes key = expiry_key(expiry->body_class, expiry->selector, expiry->up_to);
    struct meta_row there;
    enum err e = get_row(txn, slice_of_bytes(&key), &there, reterr);
    if (e != ERR_NOT_FOUND) {
        return e;
    }
    struct bytes value = {.size = 0};
    add_le64(&value, expiry->seq);
    add_le64(&value, (uint64_t)expiry->recorded_at_us);
    add_le64(&value, expiry->policy_days);
    return put_row(txn, &key, &value, reterr);
}

enum err meta_get_expiry(struct store_txn *txn,
                         enum body_class body_class,
                         struct stream_ref selector,
                         uint64_t up_to,
                         struct meta_expiry *ret,
                         struct error *reterr)
{
    struct bytes key = expiry_key(body_class, selector, up_to);
    struct meta_row row;
    enum err e = get_row(txn, slice_of_bytes(&key), &row, reterr);
    if (e == ERR_OK) {
        *ret = row.expiry;
    }
    return e;
}

/* Whether two keys name expiries of the same class and selector. */
static bool same_selector(struct slice a, struct slice b)
{
    return a.size == EXPIRY_KEY_SIZE && b.size == EXPIRY_KEY_SIZE &&
           memcmp(a.data, b.data, 2 + STREAM_BYTES) == 0;
}

/* The first row at or behind `from` if it is of the same letter. */
static enum err first_row(struct store_txn *txn,
                          struct slice from,
                          struct slice *ret_key,
                          struct slice *ret_value,
                          struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    enum err e = store_cursor_create(txn, JOURNAL_META, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_seek(cursor, from, ret_key, ret_value, reterr);
    }
    store_cursor_destroy(&cursor); /* what it found stays valid: it lies in the transaction */
    if (e == ERR_OK && ret_key->data[0] != from.data[0]) {
        e = ERR_NOT_FOUND;
    }
    return e;
}

/* The row of a selector with the least `up to` that is `seq` or more. */
static enum err find_expiry_of(struct store_txn *txn,
                               enum body_class body_class,
                               struct stream_ref selector,
                               uint64_t seq,
                               struct meta_expiry *ret,
                               struct error *reterr)
{
    struct bytes wanted = expiry_key(body_class, selector, seq);
    struct slice key;
    struct slice value;
    struct meta_row row;
    enum err e = first_row(txn, slice_of_bytes(&wanted), &key, &value, reterr);
    if (e == ERR_OK && !same_selector(key, slice_of_bytes(&wanted))) {
        e = ERR_NOT_FOUND;
    }
    if (e == ERR_OK) {
        e = meta_decode(key, value, &row, reterr);
    }
    if (e == ERR_OK) {
        *ret = row.expiry;
    }
    return e;
}

enum err meta_find_expiry(struct store_txn *txn,
                          enum body_class body_class,
                          struct stream_ref owner,
                          uint64_t seq,
                          struct meta_expiry *ret,
                          struct error *reterr)
{
    static const struct stream_ref every = {.kind = STREAM_NONE};
    struct meta_expiry of_all;
    struct meta_expiry of_owner;
    enum err all = find_expiry_of(txn, body_class, every, seq, &of_all, reterr);
    if (all != ERR_OK && all != ERR_NOT_FOUND) {
        return all;
    }
    enum err own = find_expiry_of(txn, body_class, owner, seq, &of_owner, reterr);
    if (own != ERR_OK && own != ERR_NOT_FOUND) {
        return own;
    }
    if (all != ERR_OK && own != ERR_OK) {
        return ERR_NOT_FOUND;
    }
    bool owner_first = all != ERR_OK || (own == ERR_OK && of_owner.seq < of_all.seq);
    *ret = owner_first ? of_owner : of_all;
    return ERR_OK;
}

enum err meta_expired_up_to(struct store_txn *txn,
                            enum body_class body_class,
                            struct stream_ref selector,
                            uint64_t *ret_seq,
                            struct error *reterr)
{
    struct bytes behind = expiry_key(body_class, selector, UINT64_MAX);
    struct store_cursor *cursor = NULL;
    enum err e = store_cursor_create(txn, JOURNAL_META, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice key;
    struct slice value;
    e = store_cursor_seek(cursor, slice_of_bytes(&behind), &key, &value, reterr);
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        e = store_cursor_move(cursor, e == ERR_OK ? STORE_BACK : STORE_LAST, &key, &value, reterr);
    }
    uint64_t up_to = 0;
    if (e == ERR_OK && same_selector(key, slice_of_bytes(&behind))) {
        up_to = bytes_be64(key.data + 2 + STREAM_BYTES);
    }
    store_cursor_destroy(&cursor);
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        *ret_seq = up_to;
        return ERR_OK;
    }
    return e;
}

/* ---- deletions ---- */

static struct bytes deletion_key(uint64_t seq)
{
    struct bytes key = {.size = 0};
    add_byte(&key, 'E');
    add_be64(&key, seq);
    return key;
}

enum err
meta_put_deletion(struct store_txn *txn, const struct meta_deletion *deletion, struct error *reterr)
{
    struct bytes key = deletion_key(deletion->seq);
    struct bytes value = {.size = 0};
    add_byte(&value, (unsigned)deletion->body_class);
    add_stream(&value, deletion->selector);
    add_le64(&value, deletion->up_to);
    add_le64(&value, deletion->next);
    return put_row(txn, &key, &value, reterr);
}

enum err meta_end_deletion(struct store_txn *txn, uint64_t seq, struct error *reterr)
{
    struct bytes key = deletion_key(seq);
    return store_delete(txn, JOURNAL_META, slice_of_bytes(&key), reterr);
}

enum err meta_has_expiries(struct store_txn *txn, bool *ret, struct error *reterr)
{
    struct slice key;
    struct slice value;
    enum err e = first_row(txn, SLICE("X"), &key, &value, reterr);
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        *ret = e == ERR_OK;
        return ERR_OK;
    }
    return e;
}

enum err meta_first_deletion(struct store_txn *txn, struct meta_deletion *ret, struct error *reterr)
{
    struct slice key;
    struct slice value;
    struct meta_row row;
    enum err e = first_row(txn, SLICE("E"), &key, &value, reterr);
    if (e == ERR_OK) {
        e = meta_decode(key, value, &row, reterr);
    }
    if (e == ERR_OK) {
        *ret = row.deletion;
    }
    return e;
}
