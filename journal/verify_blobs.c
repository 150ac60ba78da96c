/*
 * Blobs. A record's blob is walked chunk by chunk; that it was seen is noted as 64 bits of its
 * key's hash, eight bytes a blob. At the end every blob that lies there must have been seen or be
 * marked as pending. Beside a running server a blob may also belong to a record that came after the
 * walk's snapshot: those few are looked for among the newest records.
 */
#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "journal/verify_priv.h"

#include <stdlib.h>

/* Blobs that can be noted: a gigabyte of memory. */
#define SEEN_MAX ((size_t)1 << 27)

/* ---- a record's blob ---- */

static uint64_t fingerprint(struct slice key)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)key.data,
                             BLOB_STORE_KEY_BYTES, NULL, 0);
    return bytes_le64(hash);
}

static enum err
note_seen(struct verify_walk *walk, const struct body_place *place, struct error *reterr)
{
    if (walk->seen_count == walk->seen_capacity) {
        size_t capacity = walk->seen_capacity == 0 ? 1024 : 2 * walk->seen_capacity;
        uint64_t *grown =
            capacity > SEEN_MAX ? NULL : memory_realloc(walk->seen, capacity * sizeof *walk->seen);
        if (grown == NULL) {
            return error_set(reterr, ERR_NO_MEMORY, "no memory to note %zu blobs", capacity);
        }
        walk->seen = grown;
        walk->seen_capacity = capacity;
    }
    char key[BLOB_STORE_KEY_BYTES];
    blob_store_key(place, key);
    walk->seen[walk->seen_count++] = fingerprint(slice_of(key, sizeof key));
    return ERR_OK;
}

/* Chunk `index`: there, sound and of the same sealing as the first. ERR_NOT_FOUND: not there. */
static enum err check_chunk(struct verify_walk *walk,
                            const struct body_place *place,
                            uint32_t index,
                            struct body_header *first,
                            struct error *reterr)
{
    struct slice stored;
    struct body_header header;
    enum err e = blob_store_get(walk->blobs, place, index, &stored, reterr);
    if (e == ERR_OK) {
        e = body_chunk_decode(stored, index, &header, reterr);
    }
    if (e == ERR_OK && index > 0 && !body_header_equal(first, &header)) {
        e = error_set(reterr, ERR_DAMAGED, "chunk %u is another blob's", index);
    }
    if (e == ERR_OK && index == 0) {
        *first = header;
    }
    verify_progress(walk);
    return e;
}

static enum err check_chunks(struct verify_walk *walk,
                             const struct body_place *place,
                             struct body_header *first,
                             struct error *reterr)
{
    struct slice stored;
    enum err e = check_chunk(walk, place, 0, first, reterr);
    uint32_t count = e == ERR_OK ? first->chunk_count : 0;
    for (uint32_t i = 1; i < count && e == ERR_OK; i++) {
        e = check_chunk(walk, place, i, first, reterr);
        if (e == ERR_NOT_FOUND) {
            return error_set(reterr, ERR_DAMAGED, "chunk %u of %u is lost", i, count);
        }
    }
    if (e == ERR_OK && blob_store_get(walk->blobs, place, count, &stored, reterr) == ERR_OK) {
        e = error_set(reterr, ERR_DAMAGED, "there is a chunk behind the last of %u", count);
    }
    return e;
}

enum err verify_blob(struct verify_walk *walk,
                     const struct record_view *record,
                     enum body_class body_class,
                     bool *ret_there,
                     uint64_t *ret_key,
                     struct error *reterr)
{
    struct body_place place = journal_body_place(record, body_class);
    struct body_header first = {.key = 0};
    struct error error = {.code = ERR_OK};
    enum err e = note_seen(walk, &place, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = check_chunks(walk, &place, &first, &error);
    *ret_there = e != ERR_NOT_FOUND;
    *ret_key = e == ERR_OK ? first.key : 0;
    walk->report->blobs += *ret_there;
    return e == ERR_NOT_FOUND ? ERR_OK : verify_absorb(walk, record->last_seq, e, &error, reterr);
}

/* ---- orphans ---- */

struct orphans {
    char keys[VERIFY_ORPHANS_MAX][BLOB_STORE_KEY_BYTES];
    size_t count; /* kept */
    uint64_t more;
};

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool was_seen(const struct verify_walk *walk, struct slice key)
{
    uint64_t wanted = fingerprint(key);
    return walk->seen_count > 0 && bsearch(&wanted, walk->seen, walk->seen_count,
                                           sizeof *walk->seen, compare_numbers) != NULL;
}

static bool is_marked(struct verify_walk *walk, struct slice key)
{
    struct slice mark;
    return store_get(walk->blobs, BLOB_STORE_PENDING, slice_of(key.data, BLOB_STORE_KEY_BYTES),
                     &mark, NULL) == ERR_OK;
}

static void check_chunk_key(struct verify_walk *walk, struct orphans *orphans, struct slice key)
{
    if (key.size != BLOB_STORE_KEY_BYTES + 4) {
        verify_find(walk->report, 0, "a chunk of a blob has a key of %zu bytes", key.size);
        return;
    }
    bool first = bytes_be32(key.data + BLOB_STORE_KEY_BYTES) == 0;
    if (was_seen(walk, key) || is_marked(walk, key)) {
        return;
    }
    if (!first) {
        /* Counted with its first chunk, if that is there; a chunk without one is reported too. */
        struct body_place place = blob_store_place(key);
        struct slice stored;
        if (blob_store_get(walk->blobs, &place, 0, &stored, NULL) == ERR_OK) {
            return;
        }
    }
    if (orphans->count < VERIFY_ORPHANS_MAX) {
        memcpy(orphans->keys[orphans->count++], key.data, BLOB_STORE_KEY_BYTES);
    } else {
        orphans->more++;
    }
}

static enum err
find_orphans(struct verify_walk *walk, struct orphans *orphans, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(walk->blobs, BLOB_STORE_CHUNKS, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK) {
        check_chunk_key(walk, orphans, key);
        verify_progress(walk);
        e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err check_marks(struct verify_walk *walk, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    uint64_t seq = 0;
    enum err e = store_cursor_create(walk->blobs, BLOB_STORE_PENDING, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK) {
        struct error error = {.code = ERR_OK};
        e = blob_store_mark(key, value, &seq, &error);
        e = verify_absorb(walk, 0, e, &error, reterr);
        if (e == ERR_OK) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Takes the blobs of a record out of the orphans. */
static void claim(struct orphans *orphans, const struct record_view *record)
{
    for (int c = 0; c < BODY_CLASS_COUNT; c++) {
        char key[BLOB_STORE_KEY_BYTES];
        struct body_place place = journal_body_place(record, (enum body_class)c);
        blob_store_key(&place, key);
        for (size_t i = 0; record->is_blob[c] && i < orphans->count; i++) {
            if (memcmp(orphans->keys[i], key, sizeof key) == 0) {
                memcpy(orphans->keys[i], orphans->keys[--orphans->count], sizeof key);
            }
        }
    }
}

/* Looks for orphans among records that were committed while the walk went on. */
static enum err
claim_newest(struct verify_walk *walk, struct orphans *orphans, struct error *reterr)
{
    struct record_view record;
    journal_reader_end(walk->reader);
    enum err e = journal_reader_begin(walk->reader, reterr);
    if (e == ERR_OK) {
        e = journal_read(walk->reader, walk->end.seq + 1, &record, reterr);
    }
    while (e == ERR_OK) {
        claim(orphans, &record);
        e = journal_next(walk->reader, &record, reterr);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void report_orphans(struct verify_walk *walk, const struct orphans *orphans)
{
    for (size_t i = 0; i < orphans->count; i++) {
        struct body_place place =
            blob_store_place(slice_of(orphans->keys[i], BLOB_STORE_KEY_BYTES));
        char id[UUID_TEXT_SIZE];
        uuid_format(place.append_id, id);
        verify_find(walk->report, 0, "a blob lies there that no record has: append %s part %u %s",
                    id, place.part, body_class_name(place.body_class));
    }
    for (uint64_t i = 0; i < orphans->more; i++) {
        verify_find(walk->report, 0, "a blob lies there that no record has");
    }
}

enum err verify_orphans(struct verify_walk *walk, struct error *reterr)
{
    struct orphans *orphans = memory_zalloc(1, sizeof *orphans);
    if (orphans == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory to look for orphans");
    }
    if (walk->seen_count > 0) {
        qsort(walk->seen, walk->seen_count, sizeof *walk->seen, compare_numbers);
    }
    enum err e = check_marks(walk, reterr);
    if (e == ERR_OK) {
        e = find_orphans(walk, orphans, reterr);
    }
    if (e == ERR_OK && orphans->count > 0) {
        e = claim_newest(walk, orphans, reterr);
    }
    if (e == ERR_OK) {
        report_orphans(walk, orphans);
    }
    memory_free(orphans);
    return e;
}
