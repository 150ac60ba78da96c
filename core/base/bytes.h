/*
 * bytes: fixed-width integers in byte strings. Little-endian in record headers (fields are poked in
 * place), big-endian in keys (so that byte order is number order).
 */
#ifndef DAYBOOK_CORE_BASE_BYTES_H
#define DAYBOOK_CORE_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

/** Writes 16 bits, low byte first. */
static inline void bytes_put_le16(void *at, uint16_t x)
{
    unsigned char *p = at;
    p[0] = (unsigned char)x;
    p[1] = (unsigned char)(x >> 8);
}

/** Writes 32 bits, low byte first. */
static inline void bytes_put_le32(void *at, uint32_t x)
{
    bytes_put_le16(at, (uint16_t)x);
    bytes_put_le16((char *)at + 2, (uint16_t)(x >> 16));
}

/** Writes 64 bits, low byte first. */
static inline void bytes_put_le64(void *at, uint64_t x)
{
    bytes_put_le32(at, (uint32_t)x);
    bytes_put_le32((char *)at + 4, (uint32_t)(x >> 32));
}

/** Reads 16 bits, low byte first. */
static inline uint16_t bytes_le16(const void *at)
{
    const unsigned char *p = at;
    return (uint16_t)(p[0] | p[1] << 8);
}

/** Reads 32 bits, low byte first. */
static inline uint32_t bytes_le32(const void *at)
{
    return bytes_le16(at) | (uint32_t)bytes_le16((const char *)at + 2) << 16;
}

/** Reads 64 bits, low byte first. */
static inline uint64_t bytes_le64(const void *at)
{
    return bytes_le32(at) | (uint64_t)bytes_le32((const char *)at + 4) << 32;
}

/** Writes 16 bits, high byte first. */
static inline void bytes_put_be16(void *at, uint16_t x)
{
    unsigned char *p = at;
    p[0] = (unsigned char)(x >> 8);
    p[1] = (unsigned char)x;
}

/** Writes 32 bits, high byte first. */
static inline void bytes_put_be32(void *at, uint32_t x)
{
    bytes_put_be16(at, (uint16_t)(x >> 16));
    bytes_put_be16((char *)at + 2, (uint16_t)x);
}

/** Writes 64 bits, high byte first. */
static inline void bytes_put_be64(void *at, uint64_t x)
{
    bytes_put_be32(at, (uint32_t)(x >> 32));
    bytes_put_be32((char *)at + 4, (uint32_t)x);
}

/** Reads 16 bits, high byte first. */
static inline uint16_t bytes_be16(const void *at)
{
    const unsigned char *p = at;
    return (uint16_t)(p[0] << 8 | p[1]);
}

/** Reads 32 bits, high byte first. */
static inline uint32_t bytes_be32(const void *at)
{
    return (uint32_t)bytes_be16(at) << 16 | bytes_be16((const char *)at + 2);
}

/** Reads 64 bits, high byte first. */
static inline uint64_t bytes_be64(const void *at)
{
    return (uint64_t)bytes_be32(at) << 32 | bytes_be32((const char *)at + 4);
}

#endif
