/*
 * checksum: crc32c (Castagnoli), which finds accidental damage of what lies on disk. It proves
 * nothing against people; chain links and seals do that. ISA-L computes it with the processor's own
 * instruction where there is one.
 */
#ifndef DAYBOOK_JOURNAL_CHECKSUM_PRIV_H
#define DAYBOOK_JOURNAL_CHECKSUM_PRIV_H

#include "core/base/slice.h"

#include <stdint.h>

/** crc32c of `bytes`; of "123456789" it is 0xe3069283 (RFC 3720 names the polynomial). */
uint32_t checksum_crc32c(struct slice bytes);

/** crc32c of two runs of bytes as if they stood behind one another. */
uint32_t checksum_crc32c_pair(struct slice first, struct slice second);

#endif
