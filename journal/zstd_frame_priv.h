/*
 * zstd_frame: zstd frames without their magic number. Every frame begins with the same four bytes;
 * of a body of 150 bytes they would be three in a hundred.
 */
#ifndef DAYBOOK_JOURNAL_ZSTD_FRAME_PRIV_H
#define DAYBOOK_JOURNAL_ZSTD_FRAME_PRIV_H

#include "core/base/slice.h"

#include <zstd.h>

#define ZSTD_FRAME_MAGIC_BYTES 4

/**
 * Compresses `raw` with what `compressor` is set to. `at`: where the frame goes, with room for
 * `capacity` bytes behind and the magic number's four before, which are overwritten.
 * Returns: bytes of the frame without the magic number, or a zstd error.
 */
size_t zstd_frame_compress(ZSTD_CCtx *compressor, char *at, size_t capacity, struct slice raw);

/**
 * Decompresses a frame of `size` bytes at `at`; the four bytes before it are overwritten.
 * `dictionary` may be NULL. Returns: bytes written to `to`, or a zstd error.
 */
size_t zstd_frame_decompress(ZSTD_DCtx *decompressor,
                             const ZSTD_DDict *dictionary,
                             char *at,
                             size_t size,
                             char *to,
                             size_t capacity);

#endif
