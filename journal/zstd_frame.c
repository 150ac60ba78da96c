#include "journal/zstd_frame_priv.h"

#include "core/base/bytes.h"

size_t zstd_frame_compress(ZSTD_CCtx *compressor, char *at, size_t capacity, struct slice raw)
{
    size_t size =
        ZSTD_compress2(compressor, at - ZSTD_FRAME_MAGIC_BYTES, capacity, raw.data, raw.size);
    return ZSTD_isError(size) ? size : size - ZSTD_FRAME_MAGIC_BYTES;
}

size_t zstd_frame_decompress(ZSTD_DCtx *decompressor,
                             const ZSTD_DDict *dictionary,
                             char *at,
                             size_t size,
                             char *to,
                             size_t capacity)
{
    bytes_put_le32(at - ZSTD_FRAME_MAGIC_BYTES, ZSTD_MAGICNUMBER);
    return ZSTD_decompress_usingDDict(decompressor, to, capacity, at - ZSTD_FRAME_MAGIC_BYTES,
                                      size + ZSTD_FRAME_MAGIC_BYTES, dictionary);
}
