/*
 * body, the bytes: storage headers, associated data, and what sealing needs (opening:
 * opener_priv.h).
 *
 * Inline body (a row of body_state, body_payload, body_result or body_log):
 *
 *     offset  size  field
 *          0     1  version, 1
 *          1     1  codec: 0 plain, 1 zstd frame without its magic number
 *          2     2  dictionary id; 0: none
 *          4     4  raw length
 *          8     8  key number
 *         16    24  nonce
 *         40     4  crc32c of the row without these four bytes
 *         44        sealed bytes, then 16 bytes tag
 *
 * Chunk of a blob: as above to byte 40, the same in every chunk (the nonce is the blob's), then
 *
 *         40     4  chunks of the blob
 *         44     4  crc32c of the chunk without these four bytes
 *         48        sealed bytes, then 16 bytes tag
 *
 * Every chunk but the last is BLOB_CHUNK_BYTES long, header and tag included. Chunk i is sealed
 * under the blob's nonce with i, little-endian, exclusive-ored into its last four bytes.
 *
 * Associated data: tag "daybook.body.v01" or "daybook.blob.v01" | journal id | append id | part u16
 * | class u8 | codec u8 | dictionary u16 | raw length u32 | key number u64, and of a chunk also its
 * index u32 | chunks u32. Integers little-endian.
 */
#ifndef DAYBOOK_JOURNAL_BODY_PRIV_H
#define DAYBOOK_JOURNAL_BODY_PRIV_H

#include "journal/body.h"
#include "journal/dictionary_priv.h"

#include <sodium.h>

#define BODY_VERSION        1
#define BODY_NONCE_BYTES    24
#define BODY_TAG_BYTES      16
#define BODY_HEADER_BYTES   44
#define BODY_OVERHEAD_BYTES (BODY_HEADER_BYTES + BODY_TAG_BYTES)

/* Sixteen pages of LMDB less its page header: large values of this size leave no gaps. */
#define BLOB_CHUNK_BYTES       ((size_t)65520)
#define BLOB_HEADER_BYTES      48
#define BLOB_CHUNK_PLAIN_BYTES (BLOB_CHUNK_BYTES - BLOB_HEADER_BYTES - BODY_TAG_BYTES)

/* More chunks than the largest body can have, compression gone wrong included. */
#define BLOB_CHUNKS_MAX 2048

enum body_codec { BODY_CODEC_PLAIN = 0, BODY_CODEC_ZSTD = 1 };

/* A storage header. */
struct body_header {
    enum body_codec codec;
    uint16_t dictionary;
    uint32_t raw_bytes;
    uint64_t key;
    unsigned char nonce[BODY_NONCE_BYTES];
    uint32_t chunk_count; /* of a blob; 0 of an inline body */
};

/**
 * Reads the storage header of an inline body and checks the crc. Errors: ERR_DAMAGED,
 * ERR_UNSUPPORTED (version or codec of a newer daybook).
 */
MUST_USE enum err
body_header_decode(struct slice stored, struct body_header *ret, struct error *reterr);

/** As body_header_decode for chunk `index` of a blob; its length is checked against its place. */
MUST_USE enum err body_chunk_decode(struct slice stored,
                                    uint32_t index,
                                    struct body_header *ret,
                                    struct error *reterr);

/** Writes the header of an inline body before its sealed bytes; the crc comes with
 * body_header_close. */
void body_header_encode(const struct body_header *header, char *at);

/** Sets the crc of a whole row: an inline body, or a chunk when header->chunk_count is not 0. */
void body_header_close(const struct body_header *header, char *at, size_t size);

/* Longest associated data. */
#define BODY_AAD_BYTES_MAX 80

/** The associated data of a body, or of chunk `index` of a blob. Returns: its length. */
size_t body_header_aad(const struct body_header *header,
                       struct uuid journal_id,
                       const struct body_place *place,
                       uint32_t index,
                       unsigned char ret[BODY_AAD_BYTES_MAX]);

/** The nonce of chunk `index`; of an inline body (index 0) the header's own. */
void body_header_nonce(const struct body_header *header,
                       uint32_t index,
                       unsigned char ret[BODY_NONCE_BYTES]);

/** Bytes of the header before the sealed bytes. */
static inline size_t body_header_size(const struct body_header *header)
{
    return header->chunk_count == 0 ? BODY_HEADER_BYTES : BLOB_HEADER_BYTES;
}

/** Whether two chunks are of one sealing. */
bool body_header_equal(const struct body_header *a, const struct body_header *b);

/* What sealing draws at random; tests give a fixed one. */
typedef void (*sealer_nonce_cb)(unsigned char ret[BODY_NONCE_BYTES]);

/** Test seam: lets a sealer take its nonces from `callback`. */
void sealer_set_nonce(struct sealer *sealer, sealer_nonce_cb callback);

/* What a sealer takes from the journal. */
struct sealer_parts {
    struct dictionary_set *dictionaries;
    struct blob_store *blobs;
    struct uuid journal_id;
    const _Atomic uint64_t *head_seq; /* committed */
};

/** As sealer_create, from parts. */
MUST_USE enum err
sealer_create_from(const struct sealer_parts *parts, struct sealer **ret, struct error *reterr);

#endif
