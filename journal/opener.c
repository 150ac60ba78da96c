#include "journal/opener_priv.h"

#include "core/base/check.h"
#include "core/base/limits.h"
#include "journal/zstd_frame_priv.h"

#define WORK_KEPT_BYTES (1 * MIB)

/* Compressed bytes of all chunks, never more than they may be long. */
#define WORK_BYTES_MAX (BLOB_CHUNKS_MAX * BLOB_CHUNK_PLAIN_BYTES + ZSTD_FRAME_MAGIC_BYTES)

void opener_init(struct opener *opener, struct dictionary_set *dictionaries, struct uuid journal_id)
{
    *opener = (struct opener){.dictionaries = dictionaries, .journal_id = journal_id};
    buf_init(&opener->work, WORK_BYTES_MAX);
}

void opener_deinit(struct opener *opener)
{
    (void)ZSTD_freeDCtx(opener->decompressor);
    opener->decompressor = NULL;
    buf_deinit(&opener->work);
}

/* An empty work buffer with room for the magic number that frames lie without. */
static bool clear_work(struct opener *opener)
{
    static const char magic[ZSTD_FRAME_MAGIC_BYTES];
    if (opener->work.capacity > WORK_KEPT_BYTES) {
        buf_deinit(&opener->work);
    }
    buf_clear(&opener->work);
    buf_put(&opener->work, magic, sizeof magic);
    return !opener->work.failed;
}

/* Decrypts one row behind what the work buffer holds. */
static enum err unseal(struct opener *opener,
                       const struct data_key *key,
                       const struct body_place *place,
                       const struct body_header *header,
                       uint32_t index,
                       struct slice stored,
                       struct error *reterr)
{
    size_t header_bytes = body_header_size(header);
    size_t size = stored.size - header_bytes - BODY_TAG_BYTES;
    char *to = buf_reserve(&opener->work, size + 1);
    if (to == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory to open %zu bytes", size);
    }
    unsigned char subkey[KEYRING_KEY_BYTES];
    unsigned char aad[BODY_AAD_BYTES_MAX];
    unsigned char nonce[BODY_NONCE_BYTES];
    keyring_subkey(key, KEY_SEAL, subkey);
    body_header_nonce(header, index, nonce);
    size_t aad_bytes = body_header_aad(header, opener->journal_id, place, index, aad);
    const unsigned char *sealed = (const unsigned char *)stored.data + header_bytes;
    int status = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        (unsigned char *)to, NULL, sealed, size, sealed + size, aad, aad_bytes, nonce, subkey);
    sodium_memzero(subkey, sizeof subkey);
    if (status != 0) {
        return error_set(reterr, ERR_DAMAGED,
                         "the seal is broken: it is not the body of this place");
    }
    opener->work.size += size;
    return ERR_OK;
}

static enum err expand_frame(struct opener *opener,
                             const struct body_header *header,
                             char *to,
                             struct error *reterr)
{
    const struct dictionary *dictionary =
        dictionary_set_find(opener->dictionaries, header->dictionary);
    if (header->dictionary != 0 && dictionary == NULL) {
        return error_set(reterr, ERR_DAMAGED, "its dictionary %u is not in the journal",
                         header->dictionary);
    }
    if (opener->decompressor == NULL) {
        opener->decompressor = ZSTD_createDCtx();
    }
    if (opener->decompressor == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a decompressor");
    }
    size_t size = zstd_frame_decompress(
        opener->decompressor, dictionary != NULL ? dictionary->decompress : NULL,
        opener->work.data + ZSTD_FRAME_MAGIC_BYTES, opener->work.size - ZSTD_FRAME_MAGIC_BYTES, to,
        header->raw_bytes);
    if (ZSTD_isError(size) || size != header->raw_bytes) {
        return error_set(reterr, ERR_DAMAGED, "it does not decompress to the %u bytes it names",
                         header->raw_bytes);
    }
    return ERR_OK;
}

/* Turns what the work buffer holds into raw bytes in the arena. */
static enum err expand(struct opener *opener,
                       const struct body_header *header,
                       struct arena *arena,
                       struct slice *ret,
                       struct error *reterr)
{
    size_t size = opener->work.size - ZSTD_FRAME_MAGIC_BYTES;
    if (header->codec == BODY_CODEC_PLAIN && size != header->raw_bytes) {
        return error_set(reterr, ERR_DAMAGED, "%zu bytes where it names %u", size,
                         header->raw_bytes);
    }
    char *to = arena_alloc(arena, (size_t)header->raw_bytes + 1);
    if (to == NULL) {
        return arena_error(arena, "opening a body", reterr);
    }
    if (header->codec == BODY_CODEC_PLAIN) {
        memcpy(to, opener->work.data + ZSTD_FRAME_MAGIC_BYTES, size);
    } else {
        enum err e = expand_frame(opener, header, to, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    *ret = slice_of(to, header->raw_bytes);
    return ERR_OK;
}

enum err opener_open_inline(struct opener *opener,
                            const struct data_key *key,
                            const struct body_place *place,
                            const struct body_header *header,
                            struct slice stored,
                            struct arena *arena,
                            struct slice *ret,
                            struct error *reterr)
{
    ASSERT(header->chunk_count == 0);
    if (!clear_work(opener)) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory to open a body");
    }
    enum err e = unseal(opener, key, place, header, 0, stored, reterr);
    return e == ERR_OK ? expand(opener, header, arena, ret, reterr) : e;
}

enum err opener_add_chunk(struct opener *opener,
                          const struct data_key *key,
                          const struct body_place *place,
                          const struct body_header *first,
                          uint32_t index,
                          struct slice stored,
                          struct error *reterr)
{
    if (index == 0 && !clear_work(opener)) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory to open a blob");
    }
    return unseal(opener, key, place, first, index, stored, reterr);
}

enum err opener_finish_blob(struct opener *opener,
                            const struct body_header *first,
                            struct arena *arena,
                            struct slice *ret,
                            struct error *reterr)
{
    return expand(opener, first, arena, ret, reterr);
}
