/*
 * Sealing. All happens in one scratch buffer: compressed bytes begin BLOB_HEADER_BYTES behind its
 * start, so that a header fits before them; if they are to be a blob they are moved apart, last
 * chunk first, and each is sealed where it lies.
 *
 *     inline   ....[header 44][compressed ...][tag]
 *     blob     [header 48][plain bytes of chunk 0][tag][header 48][plain bytes of chunk 1][tag] ...
 */
#include "journal/body.h"

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "journal/blob_store_priv.h"
#include "journal/body_priv.h"
#include "journal/zstd_frame_priv.h"

/* Scratch that a sealer keeps between bodies; what one large body needed more is given back. */
#define SCRATCH_KEPT_BYTES (1 * MIB)

/* Room for compressed bytes gone wrong, and for headers and tags of all chunks. */
#define SCRATCH_BYTES_MAX (BODY_RAW_BYTES_MAX + BODY_RAW_BYTES_MAX / 128 + MIB)

struct sealer {
    struct sealer_parts parts;
    ZSTD_CCtx *compressor;
    sealer_nonce_cb nonce;
    struct buf scratch;
};

static void random_nonce(unsigned char ret[BODY_NONCE_BYTES])
{
    random_fill(ret, BODY_NONCE_BYTES);
}

/* ---- life ---- */

static bool prepare(ZSTD_CCtx *compressor)
{
    /* The storage header has length, dictionary and checksum already. */
    return compressor != NULL &&
           !ZSTD_isError(
               ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, DICTIONARY_LEVEL)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 0)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 0)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(compressor, ZSTD_c_dictIDFlag, 0));
}

enum err
sealer_create_from(const struct sealer_parts *parts, struct sealer **ret, struct error *reterr)
{
    struct sealer *sealer = memory_zalloc(1, sizeof *sealer);
    if (sealer == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a sealer");
    }
    sealer->parts = *parts;
    sealer->nonce = random_nonce;
    buf_init(&sealer->scratch, SCRATCH_BYTES_MAX);
    sealer->compressor = ZSTD_createCCtx();
    if (!prepare(sealer->compressor)) {
        sealer_destroy(&sealer);
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a compressor");
    }
    *ret = sealer;
    return ERR_OK;
}

void sealer_destroy(struct sealer **sealer)
{
    if (*sealer != NULL) {
        (void)ZSTD_freeCCtx((*sealer)->compressor);
        buf_deinit(&(*sealer)->scratch);
        memory_free(*sealer);
        *sealer = NULL;
    }
}

void sealer_set_nonce(struct sealer *sealer, sealer_nonce_cb callback)
{
    sealer->nonce = callback;
}

void sealed_body_deinit(struct sealed_body *body)
{
    if (body == NULL) {
        return;
    }
    if (body->blobs != NULL) {
        blob_store_drop(body->blobs, &body->place);
    }
    buf_deinit(&body->stored);
    *body = (struct sealed_body){.raw_bytes = 0};
}

bool body_is_large(size_t raw_bytes)
{
    return raw_bytes > LIMIT_INLINE_BODY_BYTES - BODY_OVERHEAD_BYTES;
}

void body_digest(const struct data_key *key, struct slice raw, unsigned char ret[BODY_DIGEST_BYTES])
{
    keyring_digest(key, KEY_BODY_DIGEST, raw, ret);
}

/* ---- compression ---- */

static size_t chunks_of(size_t bytes)
{
    return bytes == 0 ? 1 : (bytes + BLOB_CHUNK_PLAIN_BYTES - 1) / BLOB_CHUNK_PLAIN_BYTES;
}

/* Room for `bytes` in any layout. */
static char *reserve(struct sealer *sealer, size_t bytes)
{
    size_t overhead = (chunks_of(bytes) + 1) * (BLOB_HEADER_BYTES + BODY_TAG_BYTES);
    buf_clear(&sealer->scratch);
    return buf_reserve(&sealer->scratch, bytes + overhead);
}

/* Puts raw bytes or a smaller frame of them behind the first header's room. */
static enum err compress(struct sealer *sealer,
                         struct slice raw,
                         struct body_header *header,
                         size_t *ret_size,
                         struct error *reterr)
{
    const struct dictionary *dictionary = dictionary_set_current(sealer->parts.dictionaries);
    char *at = reserve(sealer, ZSTD_compressBound(raw.size));
    if (at == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory to compress %zu bytes", raw.size);
    }
    at += BLOB_HEADER_BYTES;
    size_t size =
        ZSTD_CCtx_refCDict(sealer->compressor, dictionary != NULL ? dictionary->compress : NULL);
    if (!ZSTD_isError(size)) {
        size = zstd_frame_compress(sealer->compressor, at, ZSTD_compressBound(raw.size), raw);
    }
    if (ZSTD_isError(size)) {
        return error_set(reterr, ERR_NO_MEMORY, "compress %zu bytes: %s", raw.size,
                         ZSTD_getErrorName(size));
    }
    bool shrunk = size < raw.size;
    if (!shrunk && raw.size > 0) {
        memcpy(at, raw.data, raw.size);
    }
    header->codec = shrunk ? BODY_CODEC_ZSTD : BODY_CODEC_PLAIN;
    header->dictionary = shrunk && dictionary != NULL ? dictionary->id : 0;
    *ret_size = shrunk ? size : raw.size;
    return ERR_OK;
}

/* ---- sealing ---- */

/* Seals `size` bytes where they lie, with header before and tag behind. `at`: the header. */
static void seal_row(const struct sealer *sealer,
                     const unsigned char subkey[KEYRING_KEY_BYTES],
                     const struct body_place *place,
                     const struct body_header *header,
                     uint32_t index,
                     char *at,
                     size_t size)
{
    unsigned char aad[BODY_AAD_BYTES_MAX];
    unsigned char nonce[BODY_NONCE_BYTES];
    size_t aad_bytes = body_header_aad(header, sealer->parts.journal_id, place, index, aad);
    body_header_nonce(header, index, nonce);
    size_t header_bytes = body_header_size(header);
    unsigned char *plain = (unsigned char *)at + header_bytes;
    body_header_encode(header, at);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        plain, plain + size, NULL, plain, size, aad, aad_bytes, NULL, nonce, subkey);
    body_header_close(header, at, header_bytes + size + BODY_TAG_BYTES);
}

static enum err seal_inline(struct sealer *sealer,
                            const unsigned char subkey[KEYRING_KEY_BYTES],
                            const struct body_header *header,
                            size_t size,
                            struct sealed_body *body,
                            struct error *reterr)
{
    char *at = sealer->scratch.data + (BLOB_HEADER_BYTES - BODY_HEADER_BYTES);
    seal_row(sealer, subkey, &body->place, header, 0, at, size);
    size_t row_bytes = size + BODY_OVERHEAD_BYTES;
    buf_init(&body->stored, LIMIT_INLINE_BODY_BYTES);
    char *copy = buf_reserve(&body->stored, row_bytes);
    if (copy == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a body of %zu bytes", row_bytes);
    }
    memcpy(copy, at, row_bytes);
    body->stored.size = row_bytes;
    body->stored_bytes = row_bytes;
    return ERR_OK;
}

/* Moves the compressed bytes apart, last chunk first, and seals each. Returns: bytes of all. */
static size_t seal_chunks(struct sealer *sealer,
                          const unsigned char subkey[KEYRING_KEY_BYTES],
                          const struct body_header *header,
                          size_t size,
                          const struct body_place *place)
{
    char *scratch = sealer->scratch.data;
    uint32_t count = header->chunk_count;
    size_t last = size - (count - 1) * BLOB_CHUNK_PLAIN_BYTES;
    for (uint32_t i = count; i-- > 0;) {
        char *at = scratch + i * BLOB_CHUNK_BYTES;
        size_t plain = i == count - 1 ? last : BLOB_CHUNK_PLAIN_BYTES;
        memmove(at + BLOB_HEADER_BYTES, scratch + BLOB_HEADER_BYTES + i * BLOB_CHUNK_PLAIN_BYTES,
                plain);
        seal_row(sealer, subkey, place, header, i, at, plain);
    }
    return (count - 1) * BLOB_CHUNK_BYTES + BLOB_HEADER_BYTES + last + BODY_TAG_BYTES;
}

static enum err seal_blob(struct sealer *sealer,
                          const unsigned char subkey[KEYRING_KEY_BYTES],
                          struct body_header *header,
                          size_t size,
                          struct sealed_body *body,
                          struct error *reterr)
{
    ASSERT(chunks_of(size) <= BLOB_CHUNKS_MAX);
    header->chunk_count = (uint32_t)chunks_of(size);
    size_t bytes = seal_chunks(sealer, subkey, header, size, &body->place);
    uint64_t head_seq = atomic_load(sealer->parts.head_seq);
    enum err e = blob_store_put(sealer->parts.blobs, &body->place,
                                slice_of(sealer->scratch.data, bytes), head_seq, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "store a blob of %zu bytes", bytes);
    }
    body->is_blob = true;
    body->stored_bytes = bytes;
    body->blobs = sealer->parts.blobs;
    return ERR_OK;
}

static enum err seal(struct sealer *sealer,
                     const struct data_key *key,
                     struct slice raw,
                     struct sealed_body *body,
                     struct error *reterr)
{
    struct body_header header = {.raw_bytes = (uint32_t)raw.size, .key = key->number};
    size_t size = 0;
    enum err e = compress(sealer, raw, &header, &size, reterr);
    if (e != ERR_OK) {
        return e;
    }
    unsigned char subkey[KEYRING_KEY_BYTES];
    keyring_subkey(key, KEY_SEAL, subkey);
    sealer->nonce(header.nonce);
    bool fits = size + BODY_OVERHEAD_BYTES <= LIMIT_INLINE_BODY_BYTES;
    e = fits ? seal_inline(sealer, subkey, &header, size, body, reterr)
             : seal_blob(sealer, subkey, &header, size, body, reterr);
    sodium_memzero(subkey, sizeof subkey);
    return e;
}

enum err body_seal(struct sealer *sealer,
                   const struct data_key *key,
                   const struct body_place *place,
                   struct slice raw,
                   struct sealed_body *ret,
                   struct error *reterr)
{
    ASSERT((unsigned)place->body_class < BODY_CLASS_COUNT);
    if (raw.size > BODY_RAW_BYTES_MAX) {
        return error_set(reterr, ERR_LIMIT, "a %s body of %zu bytes is over %zu",
                         body_class_name(place->body_class), raw.size, BODY_RAW_BYTES_MAX);
    }
    struct sealed_body body = {
        .raw_bytes = (uint32_t)raw.size, .key = key->number, .place = *place};
    enum err e = seal(sealer, key, raw, &body, reterr);
    if (sealer->scratch.capacity > SCRATCH_KEPT_BYTES) {
        buf_deinit(&sealer->scratch);
    }
    if (e != ERR_OK) {
        sealed_body_deinit(&body);
        return e;
    }
    body_digest(key, raw, body.digest);
    *ret = body;
    return ERR_OK;
}
