/* Every range that must not be reached, its first and last address, and its public neighbours. */
#include "api/http/http_address.h"
#include "core/base/check.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <sys/un.h>

static const struct row {
    const char *address;
    enum http_address_kind kind;
} rows[] = {
    {"0.0.0.0", HTTP_ADDRESS_UNSPECIFIED},
    {"0.255.255.255", HTTP_ADDRESS_UNSPECIFIED},
    {"1.0.0.0", HTTP_ADDRESS_PUBLIC},
    {"1.1.1.1", HTTP_ADDRESS_PUBLIC},
    {"8.8.8.8", HTTP_ADDRESS_PUBLIC},
    {"9.255.255.255", HTTP_ADDRESS_PUBLIC},
    {"10.0.0.0", HTTP_ADDRESS_PRIVATE},
    {"10.255.255.255", HTTP_ADDRESS_PRIVATE},
    {"11.0.0.0", HTTP_ADDRESS_PUBLIC},
    {"100.63.255.255", HTTP_ADDRESS_PUBLIC},
    {"100.64.0.0", HTTP_ADDRESS_SHARED},
    {"100.127.255.255", HTTP_ADDRESS_SHARED},
    {"100.128.0.0", HTTP_ADDRESS_PUBLIC},
    {"126.255.255.255", HTTP_ADDRESS_PUBLIC},
    {"127.0.0.0", HTTP_ADDRESS_LOOPBACK},
    {"127.0.0.1", HTTP_ADDRESS_LOOPBACK},
    {"127.255.255.255", HTTP_ADDRESS_LOOPBACK},
    {"128.0.0.0", HTTP_ADDRESS_PUBLIC},
    {"169.253.255.255", HTTP_ADDRESS_PUBLIC},
    {"169.254.0.0", HTTP_ADDRESS_LINK_LOCAL},
    {"169.254.169.254", HTTP_ADDRESS_LINK_LOCAL},
    {"169.254.255.255", HTTP_ADDRESS_LINK_LOCAL},
    {"169.255.0.0", HTTP_ADDRESS_PUBLIC},
    {"172.15.255.255", HTTP_ADDRESS_PUBLIC},
    {"172.16.0.0", HTTP_ADDRESS_PRIVATE},
    {"172.31.255.255", HTTP_ADDRESS_PRIVATE},
    {"172.32.0.0", HTTP_ADDRESS_PUBLIC},
    {"192.0.0.0", HTTP_ADDRESS_RESERVED},
    {"192.0.0.255", HTTP_ADDRESS_RESERVED},
    {"192.0.1.0", HTTP_ADDRESS_PUBLIC},
    {"192.0.2.0", HTTP_ADDRESS_DOCUMENTATION},
    {"192.0.2.255", HTTP_ADDRESS_DOCUMENTATION},
    {"192.0.3.0", HTTP_ADDRESS_PUBLIC},
    {"192.88.98.255", HTTP_ADDRESS_PUBLIC},
    {"192.88.99.1", HTTP_ADDRESS_RESERVED},
    {"192.88.100.0", HTTP_ADDRESS_PUBLIC},
    {"192.167.255.255", HTTP_ADDRESS_PUBLIC},
    {"192.168.0.0", HTTP_ADDRESS_PRIVATE},
    {"192.168.255.255", HTTP_ADDRESS_PRIVATE},
    {"192.169.0.0", HTTP_ADDRESS_PUBLIC},
    {"198.17.255.255", HTTP_ADDRESS_PUBLIC},
    {"198.18.0.0", HTTP_ADDRESS_RESERVED},
    {"198.19.255.255", HTTP_ADDRESS_RESERVED},
    {"198.20.0.0", HTTP_ADDRESS_PUBLIC},
    {"198.51.99.255", HTTP_ADDRESS_PUBLIC},
    {"198.51.100.0", HTTP_ADDRESS_DOCUMENTATION},
    {"198.51.101.0", HTTP_ADDRESS_PUBLIC},
    {"203.0.112.255", HTTP_ADDRESS_PUBLIC},
    {"203.0.113.0", HTTP_ADDRESS_DOCUMENTATION},
    {"203.0.114.0", HTTP_ADDRESS_PUBLIC},
    {"223.255.255.255", HTTP_ADDRESS_PUBLIC},
    {"224.0.0.0", HTTP_ADDRESS_MULTICAST},
    {"239.255.255.255", HTTP_ADDRESS_MULTICAST},
    {"240.0.0.0", HTTP_ADDRESS_RESERVED},
    {"255.255.255.254", HTTP_ADDRESS_RESERVED},
    {"255.255.255.255", HTTP_ADDRESS_BROADCAST},

    {"::", HTTP_ADDRESS_UNSPECIFIED},
    {"::1", HTTP_ADDRESS_LOOPBACK},
    {"::2", HTTP_ADDRESS_UNSPECIFIED}, /* compatible form of 0.0.0.2 */
    {"::127.0.0.1", HTTP_ADDRESS_LOOPBACK},
    {"::8.8.8.8", HTTP_ADDRESS_RESERVED},
    {"::ffff:127.0.0.1", HTTP_ADDRESS_LOOPBACK},
    {"::ffff:169.254.169.254", HTTP_ADDRESS_LINK_LOCAL},
    {"::ffff:10.1.2.3", HTTP_ADDRESS_PRIVATE},
    {"::ffff:0.0.0.0", HTTP_ADDRESS_UNSPECIFIED},
    {"::ffff:8.8.8.8", HTTP_ADDRESS_PUBLIC},
    {"::ffff:0:127.0.0.1", HTTP_ADDRESS_RESERVED}, /* translated form of RFC 2765 */
    {"64:ff9b::127.0.0.1", HTTP_ADDRESS_LOOPBACK},
    {"64:ff9b::169.254.169.254", HTTP_ADDRESS_LINK_LOCAL},
    {"64:ff9b::8.8.8.8", HTTP_ADDRESS_PUBLIC},
    {"64:ff9b:1::8.8.8.8", HTTP_ADDRESS_PRIVATE},
    {"64:ff9b:1:ffff::1", HTTP_ADDRESS_PRIVATE},
    {"64:ff9b:2::1", HTTP_ADDRESS_RESERVED},
    {"100::1", HTTP_ADDRESS_RESERVED},
    {"2001::1", HTTP_ADDRESS_RESERVED},
    {"2001:0:7f00:1::", HTTP_ADDRESS_RESERVED},
    {"2001:1ff:ffff::1", HTTP_ADDRESS_RESERVED},
    {"2001:200::1", HTTP_ADDRESS_PUBLIC},
    {"2001:db7::1", HTTP_ADDRESS_PUBLIC},
    {"2001:db8::1", HTTP_ADDRESS_DOCUMENTATION},
    {"2001:db9::1", HTTP_ADDRESS_PUBLIC},
    {"2001:4860:4860::8888", HTTP_ADDRESS_PUBLIC},
    {"2002:7f00:1::1", HTTP_ADDRESS_LOOPBACK},
    {"2002:a9fe:a9fe::1", HTTP_ADDRESS_LINK_LOCAL},
    {"2002:c0a8:101::1", HTTP_ADDRESS_PRIVATE},
    {"2002:808:808::1", HTTP_ADDRESS_PUBLIC},
    {"2606:4700::1111", HTTP_ADDRESS_PUBLIC},
    {"3ffe::1", HTTP_ADDRESS_PUBLIC},
    {"3fff::1", HTTP_ADDRESS_DOCUMENTATION},
    {"3fff:fff:ffff::1", HTTP_ADDRESS_DOCUMENTATION},
    {"3fff:1000::1", HTTP_ADDRESS_PUBLIC},
    {"4000::1", HTTP_ADDRESS_RESERVED},
    {"5f00::1", HTTP_ADDRESS_RESERVED},
    {"fbff::1", HTTP_ADDRESS_RESERVED},
    {"fc00::1", HTTP_ADDRESS_PRIVATE},
    {"fd00:ec2::254", HTTP_ADDRESS_PRIVATE},
    {"fdff:ffff::1", HTTP_ADDRESS_PRIVATE},
    {"fe00::1", HTTP_ADDRESS_RESERVED},
    {"fe80::1", HTTP_ADDRESS_LINK_LOCAL},
    {"febf::1", HTTP_ADDRESS_LINK_LOCAL},
    {"fec0::1", HTTP_ADDRESS_PRIVATE},
    {"feff::1", HTTP_ADDRESS_PRIVATE},
    {"ff00::1", HTTP_ADDRESS_MULTICAST},
    {"ff02::1", HTTP_ADDRESS_MULTICAST},
    {"ffff::1", HTTP_ADDRESS_MULTICAST},
};

Test(http_address, kinds)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
        const struct sockaddr *address = (struct sockaddr *)&in;
        if (inet_pton(AF_INET, rows[i].address, &in.sin_addr) != 1) {
            cr_assert_eq(inet_pton(AF_INET6, rows[i].address, &in6.sin6_addr), 1, "%s",
                         rows[i].address);
            address = (struct sockaddr *)&in6;
        }
        enum http_address_kind kind = http_address_kind(address);
        cr_assert_eq(kind, rows[i].kind, "%s is %s, not %s", rows[i].address,
                     http_address_kind_text(rows[i].kind), http_address_kind_text(kind));
    }
}

Test(http_address, other_families_are_never_public)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    cr_assert_eq(http_address_kind((struct sockaddr *)&un), HTTP_ADDRESS_RESERVED);
    char text[HTTP_ADDRESS_TEXT_SIZE];
    http_address_text((struct sockaddr *)&un, text);
    cr_assert_str_eq(text, "an address of family 1");
}
