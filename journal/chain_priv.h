/*
 * chain: each record's link is a hash over the link before it and the record, so that no record can
 * be changed, dropped, added or moved without every later link changing.
 *
 *     link(0) = BLAKE2b-256("daybook.origin.1" | u32 format | journal id)
 *     link(n) = BLAKE2b-256("daybook.link.v01" | link(n-1) | u64 first seq | u32 events
 *                           | BLAKE2b-256(record without its crc))
 *
 * Integers little-endian. The crc is left out so that a check of the crc and a check of the chain
 * find different faults. n counts records: commit boundaries are timing, not history.
 */
#ifndef DAYBOOK_JOURNAL_CHAIN_PRIV_H
#define DAYBOOK_JOURNAL_CHAIN_PRIV_H

#include "core/base/id.h"
#include "core/base/slice.h"

#include <stdint.h>

#define CHAIN_LINK_BYTES 32

/** The link before the first record. */
void chain_origin(struct uuid journal_id, uint32_t format, unsigned char ret[CHAIN_LINK_BYTES]);

/** Turns `link`, the link before `record`, into the link behind it. The record is whole. */
void chain_extend(unsigned char link[CHAIN_LINK_BYTES],
                  uint64_t first_seq,
                  uint32_t events,
                  struct slice record);

#endif
