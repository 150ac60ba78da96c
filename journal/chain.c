#include "journal/chain_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "journal/record_priv.h"

#include <sodium.h>

#define TAG_BYTES 16

static void hash(struct slice bytes, unsigned char ret[CHAIN_LINK_BYTES])
{
    (void)crypto_generichash(ret, CHAIN_LINK_BYTES, (const unsigned char *)bytes.data, bytes.size,
                             NULL, 0);
}

void chain_origin(struct uuid journal_id, uint32_t format, unsigned char ret[CHAIN_LINK_BYTES])
{
    char input[TAG_BYTES + 4 + 16];
    memcpy(input, "daybook.origin.1", TAG_BYTES);
    bytes_put_le32(input + TAG_BYTES, format);
    memcpy(input + TAG_BYTES + 4, journal_id.bytes, sizeof journal_id.bytes);
    hash(slice_of(input, sizeof input), ret);
}

/* BLAKE2b of the record with the four bytes of its crc left out. */
static void hash_record(struct slice record, unsigned char ret[CHAIN_LINK_BYTES])
{
    const unsigned char *bytes = (const unsigned char *)record.data;
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, CHAIN_LINK_BYTES);
    (void)crypto_generichash_update(&state, bytes, RECORD_CRC_AT);
    (void)crypto_generichash_update(&state, bytes + RECORD_HEADER_BYTES,
                                    record.size - RECORD_HEADER_BYTES);
    (void)crypto_generichash_final(&state, ret, CHAIN_LINK_BYTES);
}

void chain_extend(unsigned char link[CHAIN_LINK_BYTES],
                  uint64_t first_seq,
                  uint32_t events,
                  struct slice record)
{
    ASSERT(record.size >= RECORD_HEADER_BYTES);
    char input[TAG_BYTES + CHAIN_LINK_BYTES + 8 + 4 + CHAIN_LINK_BYTES];
    char *at = input;
    memcpy(at, "daybook.link.v01", TAG_BYTES);
    at += TAG_BYTES;
    memcpy(at, link, CHAIN_LINK_BYTES);
    at += CHAIN_LINK_BYTES;
    bytes_put_le64(at, first_seq);
    bytes_put_le32(at + 8, events);
    hash_record(record, (unsigned char *)at + 12);
    hash(slice_of(input, sizeof input), link);
}
