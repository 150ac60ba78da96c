/*
 * What a crash leaves in the blob store: blobs with a mark. Each either has its record, which was
 * committed before the mark could be taken away, or never will. The records are looked for behind
 * the lowest head that a mark names; usually that is a handful.
 */
#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/journal_priv.h"

#include <stdlib.h>

/* Marks looked at in one start; more wait for the next. */
#define MARKS_MAX 65536

struct mark {
    char key[BLOB_STORE_KEY_BYTES];
    bool has_record;
};

struct marks {
    struct mark *items; /* sorted by key, as the store hands them out */
    size_t count;
    size_t capacity;
    size_t open; /* without a record so far */
    uint64_t lowest_seq;
};

static enum err add_mark(struct marks *marks, struct slice key, uint64_t seq, struct error *reterr)
{
    if (marks->count == marks->capacity) {
        size_t capacity = marks->capacity == 0 ? 64 : 2 * marks->capacity;
        struct mark *grown = memory_realloc(marks->items, capacity * sizeof *grown);
        if (grown == NULL) {
            return error_set(reterr, ERR_NO_MEMORY, "no memory for %zu marks", capacity);
        }
        marks->items = grown;
        marks->capacity = capacity;
    }
    struct mark *mark = &marks->items[marks->count++];
    memcpy(mark->key, key.data, sizeof mark->key);
    mark->has_record = false;
    marks->lowest_seq = marks->count == 1 || seq < marks->lowest_seq ? seq : marks->lowest_seq;
    return ERR_OK;
}

/* A damaged mark is left alone: its blob may have a record, and verify names it. */
static enum err
take_mark(struct marks *marks, struct slice key, struct slice value, struct error *reterr)
{
    uint64_t seq = 0;
    enum err e = blob_store_mark(key, value, &seq, reterr);
    return e == ERR_OK ? add_mark(marks, key, seq, reterr) : e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err read_marks(struct blob_store *blobs, struct marks *marks, struct error *reterr)
{
    struct store_txn *txn = NULL;
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_begin(blob_store_store(blobs), false, &txn, reterr);
    if (e == ERR_OK) {
        e = store_cursor_create(txn, BLOB_STORE_PENDING, &cursor, reterr);
    }
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK && marks->count < MARKS_MAX) {
        e = take_mark(marks, key, value, reterr);
        if (e == ERR_OK) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    store_abort(&txn);
    marks->open = marks->count;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static int compare_marks(const void *a, const void *b)
{
    return memcmp(((const struct mark *)a)->key, ((const struct mark *)b)->key,
                  BLOB_STORE_KEY_BYTES);
}

static void tick_off(struct marks *marks, const struct record_view *record)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        if (!record->is_blob[i]) {
            continue;
        }
        struct mark wanted = {.has_record = false};
        struct body_place place = journal_body_place(record, (enum body_class)i);
        blob_store_key(&place, wanted.key);
        struct mark *found =
            bsearch(&wanted, marks->items, marks->count, sizeof *marks->items, compare_marks);
        if (found != NULL && !found->has_record) {
            found->has_record = true;
            marks->open--;
        }
    }
}

static enum err
look_for_records(struct journal_reader *reader, struct marks *marks, struct error *reterr)
{
    struct record_view record;
    enum err e = journal_read(reader, marks->lowest_seq + 1, &record, reterr);
    while (e == ERR_OK) {
        tick_off(marks, &record);
        e = marks->open == 0 ? ERR_NOT_FOUND : journal_next(reader, &record, reterr);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err find_records(struct journal *journal, struct marks *marks, struct error *reterr)
{
    struct journal_reader *reader = NULL;
    enum err e = journal_reader_create(journal, &reader, reterr);
    if (e == ERR_OK) {
        e = journal_reader_begin(reader, reterr);
    }
    if (e == ERR_OK) {
        e = look_for_records(reader, marks, reterr);
        journal_reader_end(reader);
    }
    journal_reader_destroy(&reader);
    return e;
}

enum err journal_resolve_blobs(struct journal *journal, struct error *reterr)
{
    struct marks marks = {.items = NULL};
    enum err e = read_marks(journal->blobs, &marks, reterr);
    if (e == ERR_OK && marks.count > 0) {
        e = find_records(journal, &marks, reterr);
    }
    for (size_t i = 0; i < marks.count && e == ERR_OK; i++) {
        struct body_place place =
            blob_store_place(slice_of(marks.items[i].key, BLOB_STORE_KEY_BYTES));
        if (marks.items[i].has_record) {
            blob_store_settle(journal->blobs, &place);
        } else {
            blob_store_drop(journal->blobs, &place);
        }
    }
    memory_free(marks.items);
    return e == ERR_OK ? blob_store_flush(journal->blobs, reterr) : e;
}
