/*
 * Any bytes as a stored body: as a row, as a chunk of a blob, and as what lies under the seal. What
 * must hold:
 *
 *   - nothing that was not sealed with the key opens;
 *   - under a good seal any bytes are refused or give exactly the length they name, as events'
 *     places or not.
 */
#include "core/base/bytes.h"
#include "core/base/codec.h"
#include "core/event/event_codec.h"
#include "journal/checksum_priv.h"
#include "journal/opener_priv.h"

#include <stdint.h>
#include <stdlib.h>

#define INPUT_BYTES_MAX ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static const struct data_key key = {.number = 2, .root = {0xbb}};
static const struct body_place place = {{{0xcc}}, 3, BODY_STATE};
static const struct uuid journal = {{0xaa}};

static struct opener *the_opener(void)
{
    static struct dictionary_set set;
    static struct opener opener;
    static bool ready;
    if (!ready) {
        dictionary_set_init(&set);
        require(dictionary_set_add(&set, 1, dictionary_builtin(), false, NULL) == ERR_OK);
        opener_init(&opener, &set, journal);
        ready = true;
    }
    return &opener;
}

/* A row or chunk with version, codec and checksum made right: only the seal can refuse it. */
static void try_stored(char *row, size_t size)
{
    struct body_header header;
    struct arena arena;
    struct slice raw;
    struct slice stored = slice_of(row, size);
    arena_init(&arena, 4 * MIB);
    if (body_header_decode(stored, &header, NULL) == ERR_OK) {
        require(opener_open_inline(the_opener(), &key, &place, &header, stored, &arena, &raw,
                                   NULL) != ERR_OK);
    }
    for (uint32_t index = 0; index < 3; index++) {
        if (body_chunk_decode(stored, index, &header, NULL) == ERR_OK) {
            require(index < header.chunk_count && stored.size <= BLOB_CHUNK_BYTES);
            require(opener_add_chunk(the_opener(), &key, &place, &header, index, stored, NULL) !=
                    ERR_OK);
        }
    }
    arena_deinit(&arena);
}

static void make_right(char *row, size_t size, size_t crc_at)
{
    row[0] = BODY_VERSION;
    row[1] = (char)(row[1] & 1);
    struct slice bytes = slice_of(row, size);
    bytes_put_le32(row + crc_at,
                   checksum_crc32c_pair(slice_of(row, crc_at), slice_from(bytes, crc_at + 4)));
}

static void try_events(struct slice raw, struct arena *arena)
{
    struct value body;
    struct event events[3] = {{.type = EVENT_INSTANCE_UPDATED}};
    struct slice reason;
    if (codec_decode(raw, arena, &body, NULL) == ERR_OK) {
        enum err e = event_codec_set_bodies(&body, BODY_STATE, events, 3, &reason, NULL);
        require(e == ERR_OK || e == ERR_MALFORMED);
    }
}

/* Seals the bytes under the key, as codec and raw length of the input's first bytes. */
static void try_plain(const uint8_t *data, size_t size)
{
    static char row[INPUT_BYTES_MAX + BODY_OVERHEAD_BYTES];
    unsigned char subkey[KEYRING_KEY_BYTES];
    unsigned char aad[BODY_AAD_BYTES_MAX];
    struct body_header header = {.codec = (enum body_codec)(data[0] & 1),
                                 .dictionary = data[0] >> 1 & 1,
                                 .raw_bytes = bytes_le16(data + 1),
                                 .key = key.number};
    size_t plain = size - 3;
    body_header_encode(&header, row);
    memcpy(row + BODY_HEADER_BYTES, data + 3, plain);
    keyring_subkey(&key, KEY_SEAL, subkey);
    size_t aad_bytes = body_header_aad(&header, journal, &place, 0, aad);
    unsigned char *at = (unsigned char *)row + BODY_HEADER_BYTES;
    require(crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
                at, at + plain, NULL, at, plain, aad, aad_bytes, NULL, header.nonce, subkey) == 0);
    body_header_close(&header, row, plain + BODY_OVERHEAD_BYTES);
    struct arena arena;
    struct slice raw;
    struct slice stored = slice_of(row, plain + BODY_OVERHEAD_BYTES);
    arena_init(&arena, 4 * MIB);
    require(body_header_decode(stored, &header, NULL) == ERR_OK);
    enum err e =
        opener_open_inline(the_opener(), &key, &place, &header, stored, &arena, &raw, NULL);
    require(e == ERR_OK || e == ERR_DAMAGED);
    if (e == ERR_OK) {
        require(raw.size == header.raw_bytes);
        try_events(raw, &arena);
    }
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char copy[INPUT_BYTES_MAX];
    if (size < 3 || size > sizeof copy || sodium_init() < 0) {
        return 0;
    }
    try_plain(data, size);
    memcpy(copy, data, size);
    try_stored(copy, size);
    if (size >= BLOB_HEADER_BYTES + BODY_TAG_BYTES) {
        make_right(copy, size, BODY_HEADER_BYTES - 4);
        try_stored(copy, size);
        make_right(copy, size, BLOB_HEADER_BYTES - 4);
        try_stored(copy, size);
    }
    return 0;
}
