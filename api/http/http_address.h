/*
 * http_address: which addresses are on the public internet, and which lead inward.
 *
 * A user of the service chooses where flows send requests. Without a rule that user could reach
 * what only the server may: the machine itself, its network, the cloud's metadata service at
 * 169.254.169.254. So the client asks here about every address it is about to connect to.
 *
 * Sources: IANA's registries of special-purpose IPv4 and IPv6 addresses (RFC 6890 and its
 * successors), RFC 4291, RFC 6052 (NAT64), RFC 3056 (6to4).
 *
 * Thread: any; pure.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_ADDRESS_H
#define DAYBOOK_API_HTTP_HTTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct sockaddr;

enum http_address_kind {
    HTTP_ADDRESS_PUBLIC,
    HTTP_ADDRESS_UNSPECIFIED,   /* 0.0.0.0/8, :: */
    HTTP_ADDRESS_LOOPBACK,      /* 127.0.0.0/8, ::1 */
    HTTP_ADDRESS_PRIVATE,       /* RFC 1918, RFC 4193, fec0::/10, 64:ff9b:1::/48 */
    HTTP_ADDRESS_SHARED,        /* 100.64.0.0/10: behind a carrier's NAT */
    HTTP_ADDRESS_LINK_LOCAL,    /* 169.254.0.0/16, fe80::/10 */
    HTTP_ADDRESS_MULTICAST,     /* 224.0.0.0/4, ff00::/8 */
    HTTP_ADDRESS_BROADCAST,     /* 255.255.255.255 */
    HTTP_ADDRESS_DOCUMENTATION, /* 192.0.2.0/24 and its like, 2001:db8::/32, 3fff::/20 */
    HTTP_ADDRESS_RESERVED,      /* everything else that is not for unicast between networks */
};

/** What an address is for. IPv4 addresses inside IPv6 ones (mapped, compatible, NAT64, 6to4) are
 * judged as what they lead to. An address of another family is RESERVED. */
enum http_address_kind http_address_kind(const struct sockaddr *address);

/** The kind in words ("loopback"). Returns: a static string. */
const char *http_address_kind_text(enum http_address_kind kind);

#define HTTP_ADDRESS_TEXT_SIZE 48

/** Writes the address without its port: "127.0.0.1", "::1". */
void http_address_text(const struct sockaddr *address, char ret_text[HTTP_ADDRESS_TEXT_SIZE]);

#endif
