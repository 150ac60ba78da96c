/*
 * Writing. Every write is a request in a list; the thread that finds no writer becomes it, takes
 * what waits, does it in one transaction and wakes the others. What settle and drop put off goes
 * into the next transaction of anybody.
 *
 *     put, delete, flush ──► waiting ──► [one thread: group of requests + put off ──► commit] ──►
 * done
 *
 * When the transaction fails, every request of its group fails; when the commit fails, the store
 * refuses from then on. A place that is taken already or a full disk is found before the
 * transaction writes, and fails its request alone.
 */
#include "journal/blob_store_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/base/memory.h"
#include "journal/body_priv.h"
#include "journal/checksum_priv.h"
#include "journal/disk_priv.h"

#include <pthread.h>

/* Bytes of chunks that one commit takes, unless a single blob is larger. */
#define GROUP_BYTES_MAX (64 * MIB)

/* Places put off at most; more are left to the next start, which finds their marks. */
#define PUT_OFF_MAX     65536

#define CHUNK_KEY_BYTES (BLOB_STORE_KEY_BYTES + 4)
#define MARK_BYTES      12

enum request_kind { REQUEST_PUT, REQUEST_DELETE, REQUEST_FLUSH };

struct request {
    struct list_link link;
    enum request_kind kind;
    const struct body_place *places;
    size_t place_count;
    struct slice chunks; /* of REQUEST_PUT */
    uint64_t head_seq;
    bool done;
    enum err result;
    struct error error;
};

/* A place whose mark is to go, and perhaps its chunks. */
struct put_off {
    struct body_place place;
    bool drop;
};

struct blob_store {
    struct store *store;
    uint64_t reserve_bytes;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t done;
    struct list waiting;
    bool writing; /* some thread is in the transaction */
    bool failed;
    struct error failure; /* why */
    struct put_off *put_off;
    size_t put_off_count;
    size_t put_off_capacity;
};

static const char *const database_names[BLOB_STORE_DATABASES] = {"chunks", "pending"};

/* ---- keys and marks ---- */

void blob_store_key(const struct body_place *place, char ret[BLOB_STORE_KEY_BYTES])
{
    memcpy(ret, place->append_id.bytes, sizeof place->append_id.bytes);
    bytes_put_be16(ret + 16, place->part);
    ret[18] = (char)place->body_class;
}

struct body_place blob_store_place(struct slice key)
{
    ASSERT(key.size >= BLOB_STORE_KEY_BYTES);
    struct body_place place = {.part = bytes_be16(key.data + 16),
                               .body_class = (enum body_class)(unsigned char)key.data[18]};
    memcpy(place.append_id.bytes, key.data, sizeof place.append_id.bytes);
    return place;
}

static struct slice
chunk_key(const struct body_place *place, uint32_t index, char bytes[CHUNK_KEY_BYTES])
{
    blob_store_key(place, bytes);
    bytes_put_be32(bytes + BLOB_STORE_KEY_BYTES, index);
    return slice_of(bytes, CHUNK_KEY_BYTES);
}

enum err
blob_store_mark(struct slice key, struct slice value, uint64_t *ret_seq, struct error *reterr)
{
    if (key.size != BLOB_STORE_KEY_BYTES || value.size != MARK_BYTES ||
        checksum_crc32c_pair(key, slice_of(value.data, 8)) != bytes_le32(value.data + 8)) {
        return error_set(reterr, ERR_DAMAGED, "a mark of a pending blob is damaged");
    }
    *ret_seq = bytes_le64(value.data);
    return ERR_OK;
}

/* ---- life ---- */

enum err blob_store_open(const struct blob_store_options *options,
                         struct blob_store **ret,
                         struct error *reterr)
{
    struct blob_store *store = memory_zalloc(1, sizeof *store);
    if (store == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open %s: out of memory", options->directory);
    }
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_cond_init(&store->done, NULL);
    list_init(&store->waiting);
    store->reserve_bytes = options->reserve_bytes;
    struct store_options inner = {.directory = options->directory,
                                  .databases = database_names,
                                  .database_count = BLOB_STORE_DATABASES,
                                  .map_bytes = options->map_bytes,
                                  .create = options->create,
                                  .read_only = options->read_only};
    enum err e = store_open(&inner, &store->store, reterr);
    if (e != ERR_OK) {
        blob_store_close(&store);
        return e;
    }
    *ret = store;
    return ERR_OK;
}

void blob_store_close(struct blob_store **store)
{
    struct blob_store *s = *store;
    if (s == NULL) {
        return;
    }
    ASSERT(list_empty(&s->waiting) && !s->writing);
    if (s->store != NULL) {
        IGNORE(blob_store_flush(s, NULL)); /* what stays is found at the next start */
    }
    store_close(&s->store);
    memory_free(s->put_off);
    (void)pthread_cond_destroy(&s->done);
    (void)pthread_mutex_destroy(&s->lock);
    memory_free(s);
    *store = NULL;
}

struct store *blob_store_store(struct blob_store *store)
{
    return store->store;
}

/* ---- what a transaction does ---- */

static enum err put_mark(struct store_txn *txn, const struct request *request, struct error *reterr)
{
    char key[BLOB_STORE_KEY_BYTES];
    char mark[MARK_BYTES];
    blob_store_key(request->places, key);
    bytes_put_le64(mark, request->head_seq);
    bytes_put_le32(mark + 8, checksum_crc32c_pair(slice_of(key, sizeof key), slice_of(mark, 8)));
    return store_put(txn, BLOB_STORE_PENDING, slice_of(key, sizeof key),
                     slice_of(mark, sizeof mark), STORE_SET, reterr);
}

static enum err put_blob(struct store_txn *txn, const struct request *request, struct error *reterr)
{
    struct slice rest = request->chunks;
    enum err e = put_mark(txn, request, reterr);
    for (uint32_t i = 0; rest.size > 0 && e == ERR_OK; i++) {
        char key[CHUNK_KEY_BYTES];
        size_t size = rest.size < BLOB_CHUNK_BYTES ? rest.size : BLOB_CHUNK_BYTES;
        e = store_put(txn, BLOB_STORE_CHUNKS, chunk_key(request->places, i, key),
                      slice_of(rest.data, size), STORE_NEW, reterr);
        rest = slice_from(rest, size);
    }
    return e;
}

static enum err
delete_if_there(struct store_txn *txn, unsigned database, struct slice key, struct error *reterr)
{
    enum err e = store_delete(txn, database, key, reterr);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
delete_mark(struct store_txn *txn, const struct body_place *place, struct error *reterr)
{
    char key[BLOB_STORE_KEY_BYTES];
    blob_store_key(place, key);
    return delete_if_there(txn, BLOB_STORE_PENDING, slice_of(key, sizeof key), reterr);
}

static enum err
delete_blob(struct store_txn *txn, const struct body_place *place, struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < BLOB_CHUNKS_MAX && e == ERR_OK; i++) {
        char key[CHUNK_KEY_BYTES];
        e = store_delete(txn, BLOB_STORE_CHUNKS, chunk_key(place, i, key), reterr);
    }
    return e == ERR_OK || e == ERR_NOT_FOUND ? delete_mark(txn, place, reterr) : e;
}

static enum err
do_request(struct store_txn *txn, const struct request *request, struct error *reterr)
{
    if (request->kind == REQUEST_PUT) {
        return put_blob(txn, request, reterr);
    }
    enum err e = ERR_OK;
    for (size_t i = 0; i < request->place_count && e == ERR_OK; i++) {
        e = delete_blob(txn, &request->places[i], reterr);
    }
    return e;
}

static enum err
do_put_off(struct store_txn *txn, const struct put_off *items, size_t count, struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = items[i].drop ? delete_blob(txn, &items[i].place, reterr)
                          : delete_mark(txn, &items[i].place, reterr);
    }
    return e;
}

/* ---- refusals that concern one request alone ---- */

static enum err
check_put(struct blob_store *store, const struct request *request, struct error *reterr)
{
    if (request->kind != REQUEST_PUT) {
        return ERR_OK;
    }
    /* LMDB takes a page for each page of a chunk, and some for its tree. */
    uint64_t needed = request->chunks.size + request->chunks.size / 8 + MIB;
    return disk_check(store_descriptor(store->store), store->reserve_bytes + needed, reterr);
}

static enum err
check_place(struct store_txn *txn, const struct request *request, struct error *reterr)
{
    char key[CHUNK_KEY_BYTES];
    struct slice there;
    if (request->kind != REQUEST_PUT) {
        return ERR_OK;
    }
    enum err e =
        store_get(txn, BLOB_STORE_CHUNKS, chunk_key(request->places, 0, key), &there, reterr);
    if (e == ERR_OK) {
        return error_set(reterr, ERR_EXISTS, "the place has a blob already");
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- one group ---- */

/* What one thread took to do in one transaction. */
struct group {
    struct list requests;
    struct put_off *put_off;
    size_t put_off_count;
    bool commit_failed;
};

static enum err do_group(struct store_txn *txn, struct group *group, struct error *reterr)
{
    /* What was put off is older than every request: a place that was dropped may be taken again. */
    enum err e = do_put_off(txn, group->put_off, group->put_off_count, reterr);
    LIST_FOR_EACH(link, &group->requests)
    {
        struct request *request = LIST_ENTRY(link, struct request, link);
        if (request->result == ERR_OK) {
            request->result = check_place(txn, request, &request->error);
        }
        if (request->result == ERR_OK && e == ERR_OK) {
            e = do_request(txn, request, reterr);
        }
    }
    return e;
}

static enum err write_group(struct blob_store *store, struct group *group, struct error *reterr)
{
    LIST_FOR_EACH(link, &group->requests)
    {
        struct request *request = LIST_ENTRY(link, struct request, link);
        request->result = check_put(store, request, &request->error);
    }
    struct store_txn *txn = NULL;
    enum err e = store_begin(store->store, true, &txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = do_group(txn, group, reterr);
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_BLOB_BEFORE_COMMIT, reterr);
    }
    if (e != ERR_OK) {
        store_abort(&txn);
        return e;
    }
    e = store_commit(&txn, reterr);
    group->commit_failed = e != ERR_OK;
    return e == ERR_OK ? failpoint_check(FAILPOINT_BLOB_AFTER_COMMIT, reterr) : e;
}

/* With the lock held: takes what waits, at least one request. */
static void take_group(struct blob_store *store, struct group *ret)
{
    size_t bytes = 0;
    *ret = (struct group){.put_off = store->put_off, .put_off_count = store->put_off_count};
    store->put_off = NULL;
    store->put_off_count = store->put_off_capacity = 0;
    list_init(&ret->requests);
    while (!list_empty(&store->waiting)) {
        struct list_link *link = list_front(&store->waiting);
        size_t more = LIST_ENTRY(link, struct request, link)->chunks.size;
        if (bytes > 0 && bytes + more > GROUP_BYTES_MAX) {
            break;
        }
        bytes += more;
        list_remove(&store->waiting, link);
        list_push_back(&ret->requests, link);
    }
}

/* With the lock held. */
static enum err failed_before(const struct blob_store *store, struct error *reterr)
{
    return error_set(reterr, ERR_IO, "a commit of blobs failed: %s", error_text(&store->failure));
}

/* With the lock held: tells the requests of a group how it went. */
static void finish_group(struct blob_store *store,
                         struct group *group,
                         enum err result,
                         const struct error *error)
{
    if (group->commit_failed && !store->failed) {
        store->failed = true;
        store->failure = *error;
    }
    while (!list_empty(&group->requests)) {
        struct request *request =
            LIST_ENTRY(list_pop_front(&group->requests), struct request, link);
        if (result != ERR_OK) {
            request->result = result;
            request->error = *error;
        }
        request->done = true;
    }
    memory_free(group->put_off);
    (void)pthread_cond_broadcast(&store->done);
}

/* With the lock held, which is let go meanwhile. */
static void lead(struct blob_store *store)
{
    struct group group;
    struct error error = {.code = ERR_OK};
    enum err e = ERR_OK;
    store->writing = true;
    take_group(store, &group);
    if (store->failed) {
        e = failed_before(store, &error);
    } else {
        (void)pthread_mutex_unlock(&store->lock);
        e = write_group(store, &group, &error);
        (void)pthread_mutex_lock(&store->lock);
    }
    store->writing = false;
    finish_group(store, &group, e, &error);
}

static enum err submit(struct blob_store *store, struct request *request, struct error *reterr)
{
    (void)pthread_mutex_lock(&store->lock);
    list_push_back(&store->waiting, &request->link);
    while (!request->done) {
        if (store->writing) {
            (void)pthread_cond_wait(&store->done, &store->lock);
        } else {
            lead(store);
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
    if (request->result != ERR_OK && reterr != NULL) {
        *reterr = request->error;
    }
    return request->result;
}

/* ---- requests ---- */

enum err blob_store_put(struct blob_store *store,
                        const struct body_place *place,
                        struct slice chunks,
                        uint64_t head_seq,
                        struct error *reterr)
{
    ASSERT(chunks.size > BLOB_HEADER_BYTES);
    struct request request = {.kind = REQUEST_PUT,
                              .places = place,
                              .place_count = 1,
                              .chunks = chunks,
                              .head_seq = head_seq};
    return submit(store, &request, reterr);
}

enum err blob_store_delete(struct blob_store *store,
                           const struct body_place *places,
                           size_t count,
                           struct error *reterr)
{
    struct request request = {.kind = REQUEST_DELETE, .places = places, .place_count = count};
    return count == 0 ? ERR_OK : submit(store, &request, reterr);
}

enum err blob_store_flush(struct blob_store *store, struct error *reterr)
{
    (void)pthread_mutex_lock(&store->lock);
    bool nothing = store->put_off_count == 0;
    (void)pthread_mutex_unlock(&store->lock);
    struct request request = {.kind = REQUEST_FLUSH};
    return nothing ? ERR_OK : submit(store, &request, reterr);
}

enum err blob_store_check(struct blob_store *store, struct error *reterr)
{
    (void)pthread_mutex_lock(&store->lock);
    enum err e = store->failed ? failed_before(store, reterr) : ERR_OK;
    (void)pthread_mutex_unlock(&store->lock);
    return e;
}

/* ---- what is put off ---- */

/* With the lock held. */
static bool grow_put_off(struct blob_store *store)
{
    if (store->put_off_count < store->put_off_capacity) {
        return true;
    }
    size_t capacity = store->put_off_capacity == 0 ? 16 : 2 * store->put_off_capacity;
    if (capacity > PUT_OFF_MAX) {
        return false;
    }
    struct put_off *grown = memory_realloc(store->put_off, capacity * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    store->put_off = grown;
    store->put_off_capacity = capacity;
    return true;
}

/* Without room it is forgotten: the mark stays, and the next start does it. */
static void put_off(struct blob_store *store, const struct body_place *place, bool drop)
{
    (void)pthread_mutex_lock(&store->lock);
    if (grow_put_off(store)) {
        store->put_off[store->put_off_count++] = (struct put_off){*place, drop};
    }
    (void)pthread_mutex_unlock(&store->lock);
}

void blob_store_settle(struct blob_store *store, const struct body_place *place)
{
    put_off(store, place, false);
}

void blob_store_drop(struct blob_store *store, const struct body_place *place)
{
    put_off(store, place, true);
}

/* ---- reading ---- */

enum err blob_store_get(struct store_txn *snapshot,
                        const struct body_place *place,
                        uint32_t index,
                        struct slice *ret,
                        struct error *reterr)
{
    char key[CHUNK_KEY_BYTES];
    return store_get(snapshot, BLOB_STORE_CHUNKS, chunk_key(place, index, key), ret, reterr);
}
