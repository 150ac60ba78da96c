#include "core/base/bytes.h"
#include "journal/body_priv.h"
#include "journal/checksum_priv.h"

enum {
    AT_VERSION = 0,
    AT_CODEC = 1,
    AT_DICTIONARY = 2,
    AT_RAW = 4,
    AT_KEY = 8,
    AT_NONCE = 16,
    AT_BEHIND_NONCE = 40, /* the crc, or the chunk count and then the crc */
    CRC_BYTES = 4,
};

_Static_assert(AT_NONCE + BODY_NONCE_BYTES == AT_BEHIND_NONCE, "the nonce fills its place");
_Static_assert(AT_BEHIND_NONCE + CRC_BYTES == BODY_HEADER_BYTES, "the crc ends the header");
_Static_assert(BODY_HEADER_BYTES + 4 == BLOB_HEADER_BYTES, "a chunk has its count besides");

#define TAG_BYTES 16

/* ---- writing ---- */

void body_header_encode(const struct body_header *header, char *at)
{
    at[AT_VERSION] = BODY_VERSION;
    at[AT_CODEC] = (char)header->codec;
    bytes_put_le16(at + AT_DICTIONARY, header->dictionary);
    bytes_put_le32(at + AT_RAW, header->raw_bytes);
    bytes_put_le64(at + AT_KEY, header->key);
    memcpy(at + AT_NONCE, header->nonce, BODY_NONCE_BYTES);
    if (header->chunk_count != 0) {
        bytes_put_le32(at + AT_BEHIND_NONCE, header->chunk_count);
    }
}

static uint32_t crc_of(struct slice row, size_t crc_at)
{
    return checksum_crc32c_pair(slice_of(row.data, crc_at), slice_from(row, crc_at + CRC_BYTES));
}

void body_header_close(const struct body_header *header, char *at, size_t size)
{
    size_t crc_at = body_header_size(header) - CRC_BYTES;
    bytes_put_le32(at + crc_at, crc_of(slice_of(at, size), crc_at));
}

size_t body_header_aad(const struct body_header *header,
                       struct uuid journal_id,
                       const struct body_place *place,
                       uint32_t index,
                       unsigned char ret[BODY_AAD_BYTES_MAX])
{
    unsigned char *at = ret;
    bool is_chunk = header->chunk_count != 0;
    memcpy(at, is_chunk ? "daybook.blob.v01" : "daybook.body.v01", TAG_BYTES);
    at += TAG_BYTES;
    memcpy(at, journal_id.bytes, sizeof journal_id.bytes);
    at += sizeof journal_id.bytes;
    memcpy(at, place->append_id.bytes, sizeof place->append_id.bytes);
    at += sizeof place->append_id.bytes;
    bytes_put_le16(at, place->part);
    at[2] = (unsigned char)place->body_class;
    at[3] = (unsigned char)header->codec;
    bytes_put_le16(at + 4, header->dictionary);
    bytes_put_le32(at + 6, header->raw_bytes);
    bytes_put_le64(at + 10, header->key);
    at += 18;
    if (is_chunk) {
        bytes_put_le32(at, index);
        bytes_put_le32(at + 4, header->chunk_count);
        at += 8;
    }
    return (size_t)(at - ret);
}

void body_header_nonce(const struct body_header *header,
                       uint32_t index,
                       unsigned char ret[BODY_NONCE_BYTES])
{
    memcpy(ret, header->nonce, BODY_NONCE_BYTES);
    unsigned char *last = ret + BODY_NONCE_BYTES - 4;
    bytes_put_le32(last, bytes_le32(last) ^ index);
}

/* ---- reading ---- */

static enum err decode(struct slice stored, size_t size, struct body_header *ret, struct error *e)
{
    if (stored.size < size + BODY_TAG_BYTES) {
        return error_set(e, ERR_DAMAGED, "a body of %zu bytes is shorter than its header",
                         stored.size);
    }
    const char *at = stored.data;
    if (at[AT_VERSION] != BODY_VERSION) {
        return error_set(e, ERR_UNSUPPORTED, "body version %u is unknown: this reads %d",
                         (unsigned char)at[AT_VERSION], BODY_VERSION);
    }
    if (crc_of(stored, size - CRC_BYTES) != bytes_le32(at + size - CRC_BYTES)) {
        return error_set(e, ERR_DAMAGED, "the body's checksum is wrong");
    }
    if ((unsigned char)at[AT_CODEC] > BODY_CODEC_ZSTD) {
        return error_set(e, ERR_UNSUPPORTED, "body codec %u is unknown", (unsigned char)at[1]);
    }
    struct body_header header = {
        .codec = (enum body_codec)at[AT_CODEC],
        .dictionary = bytes_le16(at + AT_DICTIONARY),
        .raw_bytes = bytes_le32(at + AT_RAW),
        .key = bytes_le64(at + AT_KEY),
    };
    memcpy(header.nonce, at + AT_NONCE, BODY_NONCE_BYTES);
    if (header.raw_bytes > BODY_RAW_BYTES_MAX) {
        return error_set(e, ERR_DAMAGED, "a body that claims %u bytes", header.raw_bytes);
    }
    *ret = header;
    return ERR_OK;
}

enum err body_header_decode(struct slice stored, struct body_header *ret, struct error *reterr)
{
    return decode(stored, BODY_HEADER_BYTES, ret, reterr);
}

enum err body_chunk_decode(struct slice stored,
                           uint32_t index,
                           struct body_header *ret,
                           struct error *reterr)
{
    struct body_header header;
    enum err e = decode(stored, BLOB_HEADER_BYTES, &header, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "chunk %u", index);
    }
    header.chunk_count = bytes_le32(stored.data + AT_BEHIND_NONCE);
    if (index >= header.chunk_count || header.chunk_count > BLOB_CHUNKS_MAX) {
        return error_set(reterr, ERR_DAMAGED, "chunk %u of %u", index, header.chunk_count);
    }
    bool last = index + 1 == header.chunk_count;
    if (stored.size > BLOB_CHUNK_BYTES || (!last && stored.size != BLOB_CHUNK_BYTES)) {
        return error_set(reterr, ERR_DAMAGED, "chunk %u of %u has %zu bytes", index,
                         header.chunk_count, stored.size);
    }
    *ret = header;
    return ERR_OK;
}

bool body_header_equal(const struct body_header *a, const struct body_header *b)
{
    return a->codec == b->codec && a->dictionary == b->dictionary && a->raw_bytes == b->raw_bytes &&
           a->key == b->key && a->chunk_count == b->chunk_count &&
           memcmp(a->nonce, b->nonce, sizeof a->nonce) == 0;
}
