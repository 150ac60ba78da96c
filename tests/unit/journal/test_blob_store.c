/* blob_store: marks, what is put off, many threads, a full disk, a failed commit. */
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "journal/blob_store_priv.h"
#include "journal/body_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <pthread.h>

struct box {
    struct kit kit;
    struct blob_store_options options;
    struct blob_store *store;
};

static void begin(struct box *box)
{
    kit_prepare(&box->kit);
    box->store = NULL;
    box->options = (struct blob_store_options){.directory = box->kit.dir,
                                               .map_bytes = (uint64_t)1 << 30,
                                               .reserve_bytes = 1,
                                               .create = true};
    cr_assert_eq(blob_store_open(&box->options, &box->store, &box->kit.error), ERR_OK, "%s",
                 box->kit.error.text);
}

static void end(struct box *box)
{
    blob_store_close(&box->store);
    kit_end(&box->kit);
}

static struct body_place place_of(unsigned number)
{
    struct body_place place = {.part = (uint16_t)number, .body_class = BODY_RESULT};
    place.append_id.bytes[0] = (unsigned char)(number >> 8);
    place.append_id.bytes[15] = 1;
    return place;
}

static enum err put(struct box *box, unsigned number, size_t size)
{
    struct body_place place = place_of(number);
    return blob_store_put(box->store, &place, kit_noise(&box->kit, size, number), 77,
                          &box->kit.error);
}

static void counts(struct box *box, uint64_t *ret_chunks, uint64_t *ret_marks)
{
    struct store_txn *txn = NULL;
    cr_assert_eq(store_begin(blob_store_store(box->store), false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_count(txn, BLOB_STORE_CHUNKS, ret_chunks, NULL), ERR_OK);
    cr_assert_eq(store_count(txn, BLOB_STORE_PENDING, ret_marks, NULL), ERR_OK);
    store_abort(&txn);
}

static void expect(struct box *box, uint64_t chunks, uint64_t marks)
{
    uint64_t found_chunks = 0;
    uint64_t found_marks = 0;
    counts(box, &found_chunks, &found_marks);
    cr_assert_eq(found_chunks, chunks);
    cr_assert_eq(found_marks, marks);
}

Test(blob_store, marks_a_blob_until_its_record_is_there)
{
    struct box box;
    struct body_place one = place_of(1);
    struct body_place two = place_of(2);
    begin(&box);
    cr_assert_eq(put(&box, 1, 3 * BLOB_CHUNK_BYTES), ERR_OK);
    cr_assert_eq(put(&box, 2, 100), ERR_OK);
    expect(&box, 4, 2);
    blob_store_settle(box.store, &one);
    blob_store_drop(box.store, &two);
    expect(&box, 4, 2);
    cr_assert_eq(put(&box, 3, 100), ERR_OK);
    expect(&box, 4, 1);
    end(&box);
}

Test(blob_store, does_what_was_put_off_when_it_closes)
{
    struct box box;
    struct body_place one = place_of(1);
    begin(&box);
    cr_assert_eq(put(&box, 1, 100), ERR_OK);
    blob_store_settle(box.store, &one);
    blob_store_close(&box.store);
    box.options.create = false;
    cr_assert_eq(blob_store_open(&box.options, &box.store, NULL), ERR_OK);
    expect(&box, 1, 0);
    end(&box);
}

Test(blob_store, has_one_blob_a_place)
{
    struct box box;
    begin(&box);
    cr_assert_eq(put(&box, 1, 3 * BLOB_CHUNK_BYTES), ERR_OK);
    cr_assert_eq(put(&box, 1, 100), ERR_EXISTS);
    expect(&box, 3, 1);
    cr_assert_eq(put(&box, 2, 100), ERR_OK, "a refusal harms nobody else");
    end(&box);
}

Test(blob_store, takes_a_place_again_that_was_dropped)
{
    struct box box;
    struct body_place one = place_of(1);
    begin(&box);
    cr_assert_eq(put(&box, 1, 3 * BLOB_CHUNK_BYTES), ERR_OK);
    blob_store_drop(box.store, &one);
    cr_assert_eq(put(&box, 1, 2 * BLOB_CHUNK_BYTES), ERR_OK, "%s", box.kit.error.text);
    expect(&box, 2, 1);
    end(&box);
}

Test(blob_store, deletes_with_marks_and_forgives_what_is_not_there)
{
    struct box box;
    struct body_place places[3] = {place_of(1), place_of(2), place_of(9)};
    begin(&box);
    cr_assert_eq(put(&box, 1, 2 * BLOB_CHUNK_BYTES), ERR_OK);
    cr_assert_eq(put(&box, 2, 100), ERR_OK);
    cr_assert_eq(put(&box, 3, 100), ERR_OK);
    cr_assert_eq(blob_store_delete(box.store, places, 3, NULL), ERR_OK);
    expect(&box, 1, 1);
    cr_assert_eq(blob_store_delete(box.store, places, 0, NULL), ERR_OK);
    end(&box);
}

Test(blob_store, refuses_under_the_reserve)
{
    struct box box;
    begin(&box);
    blob_store_close(&box.store);
    box.options.reserve_bytes = UINT64_MAX / 2;
    cr_assert_eq(blob_store_open(&box.options, &box.store, NULL), ERR_OK);
    cr_assert_eq(put(&box, 1, 100), ERR_DISK_FULL);
    expect(&box, 0, 0);
    struct body_place one = place_of(1);
    cr_assert_eq(blob_store_delete(box.store, &one, 1, NULL), ERR_OK, "deleting goes on");
    end(&box);
}

Test(blob_store, keeps_its_keys_in_order_of_ids)
{
    char a[BLOB_STORE_KEY_BYTES];
    char b[BLOB_STORE_KEY_BYTES];
    struct body_place early = place_of(1);
    struct body_place late = place_of(0x0201);
    blob_store_key(&early, a);
    blob_store_key(&late, b);
    cr_assert_lt(memcmp(a, b, sizeof a), 0);
    struct body_place back = blob_store_place(slice_of(b, sizeof b));
    cr_assert(uuid_equal(back.append_id, late.append_id));
    cr_assert_eq(back.part, late.part);
    cr_assert_eq(back.body_class, late.body_class);
}

Test(blob_store, does_not_believe_a_damaged_mark)
{
    struct box box;
    struct store_txn *txn = NULL;
    struct slice mark;
    uint64_t seq = 0;
    char key[BLOB_STORE_KEY_BYTES];
    struct body_place one = place_of(1);
    begin(&box);
    cr_assert_eq(put(&box, 1, 100), ERR_OK);
    blob_store_key(&one, key);
    cr_assert_eq(store_begin(blob_store_store(box.store), false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_get(txn, BLOB_STORE_PENDING, slice_of(key, sizeof key), &mark, NULL),
                 ERR_OK);
    cr_assert_eq(blob_store_mark(slice_of(key, sizeof key), mark, &seq, NULL), ERR_OK);
    cr_assert_eq(seq, 77);
    char *bytes = arena_text(&box.kit.arena, mark);
    for (size_t i = 0; i < mark.size; i++) {
        bytes[i] = (char)(bytes[i] ^ 1);
        cr_assert_eq(
            blob_store_mark(slice_of(key, sizeof key), slice_of(bytes, mark.size), &seq, NULL),
            ERR_DAMAGED, "byte %zu", i);
        bytes[i] = (char)(bytes[i] ^ 1);
    }
    key[3] ^= 1;
    cr_assert_eq(blob_store_mark(slice_of(key, sizeof key), mark, &seq, NULL), ERR_DAMAGED);
    store_abort(&txn);
    end(&box);
}

Test(blob_store, may_try_again_what_was_not_committed)
{
    struct box box;
    begin(&box);
    cr_assert_eq(failpoint_arm("blob_before_commit:error", NULL), ERR_OK);
    cr_assert_eq(put(&box, 1, 100), ERR_IO);
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    expect(&box, 0, 0);
    cr_assert_eq(put(&box, 1, 100), ERR_OK, "nothing of it is there");
    end(&box);
}

#define THREADS 8
#define ROUNDS  20

struct worker {
    struct box *box;
    unsigned first;
    enum err result;
    char bytes[1000];
};

static void *work(void *data)
{
    struct worker *worker = data;
    for (unsigned i = 0; i < ROUNDS && worker->result == ERR_OK; i++) {
        struct body_place place = place_of(worker->first + i);
        worker->result = blob_store_put(worker->box->store, &place,
                                        slice_of(worker->bytes, sizeof worker->bytes), i, NULL);
        if (i % 2 == 0) {
            blob_store_settle(worker->box->store, &place);
        } else {
            blob_store_drop(worker->box->store, &place);
        }
    }
    return NULL;
}

Test(blob_store, takes_many_threads_at_once)
{
    struct box box;
    pthread_t threads[THREADS];
    static struct worker workers[THREADS];
    begin(&box);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.box = &box, .first = 1000 * i};
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_assert_eq(workers[i].result, ERR_OK);
    }
    cr_assert_eq(blob_store_flush(box.store, NULL), ERR_OK);
    expect(&box, THREADS * ROUNDS / 2, 0);
    end(&box);
}
