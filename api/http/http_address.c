#include "api/http/http_address.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

struct range4 {
    uint32_t network;
    unsigned bits;
    enum http_address_kind kind;
};

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

/* The first that matches counts. */
static const struct range4 ranges4[] = {
    {IPV4(0, 0, 0, 0), 8, HTTP_ADDRESS_UNSPECIFIED},
    {IPV4(10, 0, 0, 0), 8, HTTP_ADDRESS_PRIVATE},
    {IPV4(100, 64, 0, 0), 10, HTTP_ADDRESS_SHARED},
    {IPV4(127, 0, 0, 0), 8, HTTP_ADDRESS_LOOPBACK},
    {IPV4(169, 254, 0, 0), 16, HTTP_ADDRESS_LINK_LOCAL},
    {IPV4(172, 16, 0, 0), 12, HTTP_ADDRESS_PRIVATE},
    {IPV4(192, 0, 0, 0), 24, HTTP_ADDRESS_RESERVED},
    {IPV4(192, 0, 2, 0), 24, HTTP_ADDRESS_DOCUMENTATION},
    {IPV4(192, 88, 99, 0), 24, HTTP_ADDRESS_RESERVED}, /* relays of 6to4 */
    {IPV4(192, 168, 0, 0), 16, HTTP_ADDRESS_PRIVATE},
    {IPV4(198, 18, 0, 0), 15, HTTP_ADDRESS_RESERVED}, /* benchmarks of network devices */
    {IPV4(198, 51, 100, 0), 24, HTTP_ADDRESS_DOCUMENTATION},
    {IPV4(203, 0, 113, 0), 24, HTTP_ADDRESS_DOCUMENTATION},
    {IPV4(224, 0, 0, 0), 4, HTTP_ADDRESS_MULTICAST},
    {IPV4(255, 255, 255, 255), 32, HTTP_ADDRESS_BROADCAST},
    {IPV4(240, 0, 0, 0), 4, HTTP_ADDRESS_RESERVED},
};

static enum http_address_kind kind4(uint32_t address)
{
    for (size_t i = 0; i < ARRAY_COUNT(ranges4); i++) {
        if ((address ^ ranges4[i].network) >> (32 - ranges4[i].bits) == 0) {
            return ranges4[i].kind;
        }
    }
    return HTTP_ADDRESS_PUBLIC;
}

/* Where an IPv4 address may stand inside an IPv6 one. */
#define NONE 255

struct range6 {
    unsigned char network[16];
    unsigned bits;
    enum http_address_kind kind;
    unsigned ipv4_at; /* its first byte; then `kind` counts only if that address is public */
};

static const struct range6 ranges6[] = {
    {{0}, 128, HTTP_ADDRESS_UNSPECIFIED, NONE},
    {{[15] = 1}, 128, HTTP_ADDRESS_LOOPBACK, NONE},
    {{[10] = 0xff, 0xff}, 96, HTTP_ADDRESS_PUBLIC, 12},                     /* mapped */
    {{0}, 96, HTTP_ADDRESS_RESERVED, 12},                                   /* compatible */
    {{0x00, 0x64, 0xff, 0x9b}, 96, HTTP_ADDRESS_PUBLIC, 12},                /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, HTTP_ADDRESS_PRIVATE, NONE}, /* local NAT64 */
    {{0x20, 0x01, 0x00, 0x00}, 23, HTTP_ADDRESS_RESERVED, NONE}, /* protocols, Teredo too */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, HTTP_ADDRESS_DOCUMENTATION, NONE},
    {{0x20, 0x02}, 16, HTTP_ADDRESS_PUBLIC, 2}, /* 6to4 */
    {{0x3f, 0xff}, 20, HTTP_ADDRESS_DOCUMENTATION, NONE},
    {{0x20}, 3, HTTP_ADDRESS_PUBLIC, NONE}, /* global unicast: all that is given out */
    {{0xfc}, 7, HTTP_ADDRESS_PRIVATE, NONE},
    {{0xfe, 0x80}, 10, HTTP_ADDRESS_LINK_LOCAL, NONE},
    {{0xfe, 0xc0}, 10, HTTP_ADDRESS_PRIVATE, NONE}, /* site-local, given up in RFC 3879 */
    {{0xff}, 8, HTTP_ADDRESS_MULTICAST, NONE},
};

static bool in_range6(const unsigned char address[16], const struct range6 *range)
{
    unsigned bytes = range->bits / 8;
    unsigned bits = range->bits % 8;
    if (memcmp(address, range->network, bytes) != 0) {
        return false;
    }
    return bits == 0 || (address[bytes] ^ range->network[bytes]) >> (8 - bits) == 0;
}

static enum http_address_kind kind6(const unsigned char address[16])
{
    for (size_t i = 0; i < ARRAY_COUNT(ranges6); i++) {
        const struct range6 *range = &ranges6[i];
        if (!in_range6(address, range)) {
            continue;
        }
        if (range->ipv4_at == NONE) {
            return range->kind;
        }
        enum http_address_kind inner = kind4(bytes_be32(address + range->ipv4_at));
        return inner == HTTP_ADDRESS_PUBLIC ? range->kind : inner;
    }
    return HTTP_ADDRESS_RESERVED;
}

enum http_address_kind http_address_kind(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        return kind4(ntohl(in->sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        return kind6(in6->sin6_addr.s6_addr);
    }
    return HTTP_ADDRESS_RESERVED;
}

const char *http_address_kind_text(enum http_address_kind kind)
{
    static const char *const texts[] = {
        [HTTP_ADDRESS_PUBLIC] = "public",
        [HTTP_ADDRESS_UNSPECIFIED] = "unspecified",
        [HTTP_ADDRESS_LOOPBACK] = "loopback",
        [HTTP_ADDRESS_PRIVATE] = "private",
        [HTTP_ADDRESS_SHARED] = "shared by a carrier's NAT",
        [HTTP_ADDRESS_LINK_LOCAL] = "link-local",
        [HTTP_ADDRESS_MULTICAST] = "multicast",
        [HTTP_ADDRESS_BROADCAST] = "broadcast",
        [HTTP_ADDRESS_DOCUMENTATION] = "for documentation",
        [HTTP_ADDRESS_RESERVED] = "reserved",
    };
    ASSERT((size_t)kind < ARRAY_COUNT(texts));
    return texts[kind];
}

void http_address_text(const struct sockaddr *address, char ret_text[HTTP_ADDRESS_TEXT_SIZE])
{
    const char *text = NULL;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        text = inet_ntop(AF_INET, &in->sin_addr, ret_text, HTTP_ADDRESS_TEXT_SIZE);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        text = inet_ntop(AF_INET6, &in6->sin6_addr, ret_text, HTTP_ADDRESS_TEXT_SIZE);
    }
    if (text == NULL) {
        (void)snprintf(ret_text, HTTP_ADDRESS_TEXT_SIZE, "an address of family %d",
                       address->sa_family);
    }
}
