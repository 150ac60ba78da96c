/* body: sealing and opening, what binds a body to its place, and the edges of sizes. */
#include "core/base/bytes.h"
#include "journal/blob_store_priv.h"
#include "journal/body_priv.h"
#include "journal/checksum_priv.h"
#include "journal/opener_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <stdio.h>

static _Atomic uint64_t head_seq = 5;

/* A sealer and an opener without a journal. */
struct seals {
    struct kit kit;
    struct dictionary_set dictionaries;
    struct blob_store *blobs;
    struct sealer *sealer;
    struct opener opener;
    struct data_key key;
    struct body_place place;
};

static void fixed_nonce(unsigned char ret[BODY_NONCE_BYTES])
{
    for (int i = 0; i < BODY_NONCE_BYTES; i++) {
        ret[i] = (unsigned char)(0x40 + i);
    }
}

static const struct uuid journal = {{0xaa}};

static void begin(struct seals *s)
{
    kit_prepare(&s->kit);
    dictionary_set_init(&s->dictionaries);
    cr_assert_eq(dictionary_set_add(&s->dictionaries, 1, dictionary_builtin(), true, NULL), ERR_OK);
    struct blob_store_options options = {.directory = s->kit.dir,
                                         .map_bytes = (uint64_t)1 << 30,
                                         .reserve_bytes = 1,
                                         .create = true};
    s->blobs = NULL;
    cr_assert_eq(blob_store_open(&options, &s->blobs, &s->kit.error), ERR_OK);
    struct sealer_parts parts = {&s->dictionaries, s->blobs, journal, &head_seq};
    cr_assert_eq(sealer_create_from(&parts, &s->sealer, NULL), ERR_OK);
    opener_init(&s->opener, &s->dictionaries, journal);
    s->key = (struct data_key){.number = 2, .root = {0xbb}};
    s->place = (struct body_place){{{0xcc}}, 3, BODY_PAYLOAD};
}

static void end(struct seals *s)
{
    opener_deinit(&s->opener);
    sealer_destroy(&s->sealer);
    blob_store_close(&s->blobs);
    dictionary_set_deinit(&s->dictionaries);
    kit_end(&s->kit);
}

static struct sealed_body seal(struct seals *s, struct slice raw)
{
    struct sealed_body body;
    enum err e = body_seal(s->sealer, &s->key, &s->place, raw, &body, &s->kit.error);
    cr_assert_eq(e, ERR_OK, "%s", s->kit.error.text);
    return body;
}

static enum err
open_inline(struct seals *s, const struct body_place *place, struct slice stored, struct slice *ret)
{
    struct body_header header;
    enum err e = body_header_decode(stored, &header, &s->kit.error);
    if (e == ERR_OK) {
        e = opener_open_inline(&s->opener, &s->key, place, &header, stored, &s->kit.arena, ret,
                               &s->kit.error);
    }
    return e;
}

static enum err open_blob(struct seals *s, const struct body_place *place, struct slice *ret)
{
    struct store_txn *txn = NULL;
    struct body_header first = {.chunk_count = 1};
    enum err e = store_begin(blob_store_store(s->blobs), false, &txn, &s->kit.error);
    for (uint32_t i = 0; e == ERR_OK && i < first.chunk_count; i++) {
        struct slice stored;
        struct body_header header;
        e = blob_store_get(txn, &s->place, i, &stored, &s->kit.error);
        if (e == ERR_OK) {
            e = body_chunk_decode(stored, i, &header, &s->kit.error);
        }
        if (e == ERR_OK) {
            first = i == 0 ? header : first;
            cr_assert(body_header_equal(&first, &header));
            e = opener_add_chunk(&s->opener, &s->key, place, &first, i, stored, &s->kit.error);
        }
    }
    store_abort(&txn);
    return e == ERR_OK ? opener_finish_blob(&s->opener, &first, &s->kit.arena, ret, &s->kit.error)
                       : e;
}

Test(body, row_is_as_the_table_says)
{
    struct seals s;
    begin(&s);
    sealer_set_nonce(s.sealer, fixed_nonce);
    struct slice raw = kit_payload(&s.kit, SLICE("{\"id\":1}"));
    struct sealed_body body = seal(&s, kit_noise(&s.kit, 40, 1));
    const char *at = body.stored.data;
    cr_assert_eq(body.stored.size, 44 + 40 + 16, "noise is stored plain");
    cr_assert_eq(at[0], 1);
    cr_assert_eq(at[1], BODY_CODEC_PLAIN);
    cr_assert_eq(bytes_le16(at + 2), 0);
    cr_assert_eq(bytes_le32(at + 4), 40);
    cr_assert_eq(bytes_le64(at + 8), 2);
    cr_assert_eq(at[16], 0x40);
    kit_assert_vector(&s.kit, "body.txt", "plain", buf_slice(&body.stored));
    kit_assert_vector(&s.kit, "body.txt", "plain digest",
                      slice_of(body.digest, sizeof body.digest));
    sealed_body_deinit(&body);
    body = seal(&s, raw);
    cr_assert_eq(body.stored.data[1], BODY_CODEC_ZSTD);
    cr_assert_eq(bytes_le16(body.stored.data + 2), 1);
    cr_assert_lt(body.stored.size, raw.size + BODY_OVERHEAD_BYTES);
    sealed_body_deinit(&body);
    end(&s);
}

/* What was sealed by an earlier build must open for ever. */
Test(body, opens_the_sealed_bodies_of_the_vectors)
{
    struct seals s;
    struct slice raw = {NULL, 0};
    begin(&s);
    struct slice stored = kit_vector(&s.kit, "body.txt", "compressed");
    cr_assert_eq(open_inline(&s, &s.place, stored, &raw), ERR_OK, "%s", s.kit.error.text);
    cr_assert(slice_is(raw, "daybook daybook daybook daybook daybook daybook daybook daybook"));
    cr_assert_eq(open_inline(&s, &s.place, kit_vector(&s.kit, "body.txt", "plain"), &raw), ERR_OK);
    cr_assert(slice_equal(raw, kit_noise(&s.kit, 40, 1)));
    end(&s);
}

Test(body, chunk_is_as_the_table_says)
{
    struct seals s;
    struct store_txn *txn = NULL;
    struct slice stored;
    begin(&s);
    sealer_set_nonce(s.sealer, fixed_nonce);
    struct slice raw = kit_noise(&s.kit, 2 * BLOB_CHUNK_PLAIN_BYTES + 100, 4);
    struct sealed_body body = seal(&s, raw);
    cr_assert(body.is_blob);
    cr_assert_eq(body.stored_bytes, 2 * BLOB_CHUNK_BYTES + 48 + 100 + 16);
    cr_assert_eq(store_begin(blob_store_store(s.blobs), false, &txn, NULL), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        cr_assert_eq(blob_store_get(txn, &s.place, i, &stored, NULL), ERR_OK);
        cr_assert_eq(stored.size, 65520, "sixteen pages less the page header");
    }
    cr_assert_eq(blob_store_get(txn, &s.place, 2, &stored, NULL), ERR_OK);
    cr_assert_eq(bytes_le32(stored.data + 40), 3, "chunks of the blob");
    kit_assert_vector(&s.kit, "body.txt", "last chunk", stored);
    cr_assert_eq(blob_store_get(txn, &s.place, 3, &stored, NULL), ERR_NOT_FOUND);
    store_abort(&txn);
    sealed_body_deinit(&body);
    end(&s);
}

/* Around every size at which something changes, compressible and not. */
Test(body, comes_back_at_every_size)
{
    static const size_t sizes[] = {0,     1,     15,     16,     100,     1000,   4096,
                                   16323, 16324, 16325,  16384,  65455,   65456,  65457,
                                   65520, 65536, 130912, 130913, 1 << 20, 8 << 20};
    struct seals s;
    begin(&s);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int noisy = 0; noisy < 2; noisy++) {
            struct slice raw = kit_noise(&s.kit, sizes[i], (unsigned)i);
            struct slice back = {NULL, 0};
            if (noisy == 0) {
                memset((char *)(uintptr_t)raw.data, 'x', raw.size);
            }
            s.place.part++;
            struct sealed_body body = seal(&s, raw);
            bool is_blob = noisy == 1 && sizes[i] + BODY_OVERHEAD_BYTES > LIMIT_INLINE_BODY_BYTES;
            cr_assert_eq(body.is_blob, is_blob, "%zu bytes, noisy %d", sizes[i], noisy);
            cr_assert(!is_blob || body_is_large(raw.size));
            enum err e = is_blob ? open_blob(&s, &s.place, &back)
                                 : open_inline(&s, &s.place, buf_slice(&body.stored), &back);
            cr_assert_eq(e, ERR_OK, "%zu bytes, noisy %d: %s", sizes[i], noisy, s.kit.error.text);
            cr_assert(slice_equal(raw, back), "%zu bytes, noisy %d", sizes[i], noisy);
            sealed_body_deinit(&body);
        }
    }
    cr_assert(!body_is_large(LIMIT_INLINE_BODY_BYTES - BODY_OVERHEAD_BYTES));
    end(&s);
}

Test(body, is_bounded)
{
    struct seals s;
    struct sealed_body body;
    begin(&s);
    struct slice raw =
        slice_of(s.kit.dir, BODY_RAW_BYTES_MAX + 1); /* its bytes are not looked at */
    cr_assert_eq(body_seal(s.sealer, &s.key, &s.place, raw, &body, &s.kit.error), ERR_LIMIT);
    end(&s);
}

Test(body, draws_a_nonce_each_time)
{
    struct seals s;
    begin(&s);
    struct sealed_body one = seal(&s, SLICE("same"));
    struct sealed_body two = seal(&s, SLICE("same"));
    cr_assert_neq(memcmp(one.stored.data + 16, two.stored.data + 16, BODY_NONCE_BYTES), 0);
    cr_assert_eq(memcmp(one.digest, two.digest, sizeof one.digest), 0,
                 "equal bytes, equal digests");
    s.key.root[5] = 1;
    struct sealed_body three = seal(&s, SLICE("same"));
    cr_assert_neq(memcmp(one.digest, three.digest, sizeof one.digest), 0, "the digest is keyed");
    sealed_body_deinit(&one);
    sealed_body_deinit(&two);
    sealed_body_deinit(&three);
    end(&s);
}

/* Nothing that a body is bound to may differ. */
Test(body, opens_in_its_place_only)
{
    struct seals s;
    struct slice raw;
    begin(&s);
    struct sealed_body body =
        seal(&s, SLICE("a body that belongs somewhere, somewhere, somewhere"));
    struct slice stored = buf_slice(&body.stored);
    struct body_place places[3] = {s.place, s.place, s.place};
    places[0].append_id.bytes[15] = 1;
    places[1].part = 4;
    places[2].body_class = BODY_RESULT;
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(open_inline(&s, &places[i], stored, &raw), ERR_DAMAGED, "place %d", i);
    }
    s.opener.journal_id.bytes[0] ^= 1;
    cr_assert_eq(open_inline(&s, &s.place, stored, &raw), ERR_DAMAGED, "another journal");
    s.opener.journal_id.bytes[0] ^= 1;
    s.key.root[0] ^= 1;
    cr_assert_eq(open_inline(&s, &s.place, stored, &raw), ERR_DAMAGED, "another key");
    s.key.root[0] ^= 1;
    cr_assert_eq(open_inline(&s, &s.place, stored, &raw), ERR_OK, "%s", s.kit.error.text);
    sealed_body_deinit(&body);
    end(&s);
}

/* A row with a byte changed and the checksum made right again. */
static struct slice forged(struct kit *kit, struct slice row, size_t at, size_t crc_at, int number)
{
    char *copy = arena_text(&kit->arena, row);
    copy[at] = (char)number;
    struct slice bytes = slice_of(copy, row.size);
    bytes_put_le32(copy + crc_at,
                   checksum_crc32c_pair(slice_of(copy, crc_at), slice_from(bytes, crc_at + 4)));
    return bytes;
}

Test(body, refuses_each_field_that_is_wrong)
{
    static const struct {
        size_t at;
        int number;
        enum err wanted;
        const char *what;
    } cases[] = {{0, 2, ERR_UNSUPPORTED, "version"},
                 {1, 2, ERR_UNSUPPORTED, "codec"},
                 {1, 0, ERR_DAMAGED, "codec plain"},
                 {2, 0, ERR_DAMAGED, "no dictionary"},
                 {2, 9, ERR_DAMAGED, "a dictionary that is not there"},
                 {4, 1, ERR_DAMAGED, "raw length"},
                 {7, 0x7f, ERR_DAMAGED, "a huge raw length"},
                 {8, 3, ERR_DAMAGED, "key number"},
                 {16, 0, ERR_DAMAGED, "nonce"},
                 {44, 0, ERR_DAMAGED, "sealed bytes"}};
    struct seals s;
    struct slice raw;
    begin(&s);
    struct sealed_body body = seal(&s, kit_payload(&s.kit, SLICE("{\"event\":\"order.created\"}")));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice row =
            forged(&s.kit, buf_slice(&body.stored), cases[i].at, 40, cases[i].number);
        cr_assert_eq(open_inline(&s, &s.place, row, &raw), cases[i].wanted, "%s: %s", cases[i].what,
                     s.kit.error.text);
    }
    sealed_body_deinit(&body);
    end(&s);
}

Test(body, any_flipped_byte_is_noticed_without_a_key)
{
    struct seals s;
    begin(&s);
    struct sealed_body body = seal(&s, kit_payload(&s.kit, SLICE("{\"event\":\"order.created\"}")));
    for (size_t i = 0; i < body.stored.size; i++) {
        struct body_header header;
        body.stored.data[i] = (char)(body.stored.data[i] ^ 0x10);
        cr_assert_neq(body_header_decode(buf_slice(&body.stored), &header, NULL), ERR_OK,
                      "byte %zu", i);
        body.stored.data[i] = (char)(body.stored.data[i] ^ 0x10);
    }
    for (size_t size = 0; size < body.stored.size; size++) {
        struct body_header header;
        cr_assert_eq(body_header_decode(slice_of(body.stored.data, size), &header, NULL),
                     ERR_DAMAGED, "cut at %zu", size);
    }
    sealed_body_deinit(&body);
    end(&s);
}

/* ---- chunks: lost, moved, mixed ---- */

/* Puts `row` as chunk `index` of the sealer's place, as somebody with the file but no key could. */
static void replace_chunk(struct seals *s, uint32_t index, struct slice row)
{
    struct store_txn *txn = NULL;
    char key[BLOB_STORE_KEY_BYTES + 4];
    blob_store_key(&s->place, key);
    bytes_put_be32(key + BLOB_STORE_KEY_BYTES, index);
    cr_assert_eq(store_begin(blob_store_store(s->blobs), true, &txn, NULL), ERR_OK);
    cr_assert_eq(store_put(txn, BLOB_STORE_CHUNKS, slice_of(key, sizeof key), row, STORE_SET, NULL),
                 ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
}

static struct slice chunk(struct seals *s, uint32_t index)
{
    struct store_txn *txn = NULL;
    struct slice stored;
    cr_assert_eq(store_begin(blob_store_store(s->blobs), false, &txn, NULL), ERR_OK);
    cr_assert_eq(blob_store_get(txn, &s->place, index, &stored, NULL), ERR_OK);
    struct slice copy = arena_copy(&s->kit.arena, stored);
    store_abort(&txn);
    return copy;
}

Test(body, finds_chunks_that_were_moved)
{
    struct seals s;
    struct slice raw;
    begin(&s);
    struct sealed_body body = seal(&s, kit_noise(&s.kit, 3 * BLOB_CHUNK_PLAIN_BYTES, 7));
    struct slice zero = chunk(&s, 0);
    struct slice one = chunk(&s, 1);
    replace_chunk(&s, 0, one);
    replace_chunk(&s, 1, zero);
    cr_assert_eq(open_blob(&s, &s.place, &raw), ERR_DAMAGED);
    replace_chunk(&s, 0, zero);
    cr_assert_eq(open_blob(&s, &s.place, &raw), ERR_DAMAGED, "one chunk twice");
    replace_chunk(&s, 1, one);
    cr_assert_eq(open_blob(&s, &s.place, &raw), ERR_OK, "%s", s.kit.error.text);
    sealed_body_deinit(&body);
    end(&s);
}

Test(body, finds_a_blob_that_was_cut)
{
    struct seals s;
    struct slice raw;
    begin(&s);
    struct sealed_body body = seal(&s, kit_noise(&s.kit, 3 * BLOB_CHUNK_PLAIN_BYTES, 7));
    /* The chunks say they are two; no byte else changes. */
    for (uint32_t i = 0; i < 2; i++) {
        replace_chunk(&s, i, forged(&s.kit, chunk(&s, i), 40, 44, 2));
    }
    cr_assert_eq(open_blob(&s, &s.place, &raw), ERR_DAMAGED);
    sealed_body_deinit(&body);
    end(&s);
}

Test(body, finds_chunks_of_another_sealing)
{
    struct seals s;
    begin(&s);
    struct slice noise = kit_noise(&s.kit, 3 * BLOB_CHUNK_PLAIN_BYTES, 7);
    struct sealed_body body = seal(&s, noise);
    struct slice mine = chunk(&s, 0);
    struct body_place home = s.place;
    s.place.part = 9;
    struct sealed_body other = seal(&s, noise);
    struct slice foreign = chunk(&s, 1);
    s.place = home;
    struct body_header a;
    struct body_header b;
    cr_assert_eq(body_chunk_decode(mine, 0, &a, NULL), ERR_OK);
    cr_assert_eq(body_chunk_decode(foreign, 1, &b, NULL), ERR_OK, "it is sound by itself");
    cr_assert(!body_header_equal(&a, &b), "but of another sealing");
    b = a; /* and if somebody made the headers equal, the seal still differs */
    cr_assert_eq(opener_add_chunk(&s.opener, &s.key, &s.place, &a, 0, mine, NULL), ERR_OK);
    cr_assert_eq(opener_add_chunk(&s.opener, &s.key, &s.place, &b, 1, foreign, NULL), ERR_DAMAGED);
    sealed_body_deinit(&body);
    sealed_body_deinit(&other);
    end(&s);
}

Test(body, refuses_wrong_chunk_headers)
{
    struct seals s;
    struct body_header header;
    begin(&s);
    struct sealed_body body = seal(&s, kit_noise(&s.kit, 2 * BLOB_CHUNK_PLAIN_BYTES, 7));
    struct slice row = chunk(&s, 1);
    cr_assert_eq(body_chunk_decode(row, 1, &header, NULL), ERR_OK);
    cr_assert_eq(body_chunk_decode(row, 2, &header, NULL), ERR_DAMAGED, "behind the last");
    cr_assert_eq(body_chunk_decode(forged(&s.kit, row, 40, 44, 0), 0, &header, NULL), ERR_DAMAGED,
                 "no chunks");
    cr_assert_eq(body_chunk_decode(forged(&s.kit, row, 41, 44, 0x10), 0, &header, NULL),
                 ERR_DAMAGED, "too many chunks");
    struct slice shorter = slice_of(row.data, row.size - 1);
    cr_assert_eq(body_chunk_decode(forged(&s.kit, shorter, 0, 44, 1), 0, &header, NULL),
                 ERR_DAMAGED, "a short one that is not the last");
    sealed_body_deinit(&body);
    end(&s);
}
