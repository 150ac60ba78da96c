/* chain: the links of vectors/chain.txt, and that each input counts. */
#include "journal/chain_priv.h"
#include "journal/checksum_priv.h"
#include "journal/record_priv.h"
#include "tests/unit/journal/journal_kit.h"

static struct uuid journal_id_of(unsigned char number)
{
    struct uuid id;
    memset(id.bytes, number, sizeof id.bytes);
    return id;
}

Test(chain, links_are_as_they_were)
{
    struct kit kit;
    unsigned char link[CHAIN_LINK_BYTES];
    kit_prepare(&kit);
    chain_origin(journal_id_of(0x0a), 1, link);
    kit_assert_vector(&kit, "chain.txt", "origin", slice_of(link, sizeof link));
    chain_extend(link, 4711, 1, kit_vector(&kit, "record.txt", "webhook"));
    kit_assert_vector(&kit, "chain.txt", "behind webhook", slice_of(link, sizeof link));
    chain_extend(link, UINT64_C(0x0102030405060708), 2, kit_vector(&kit, "record.txt", "full"));
    kit_assert_vector(&kit, "chain.txt", "behind full", slice_of(link, sizeof link));
    kit_end(&kit);
}

Test(chain, every_input_counts)
{
    struct kit kit;
    unsigned char links[8][CHAIN_LINK_BYTES];
    kit_prepare(&kit);
    struct slice record = kit_vector(&kit, "record.txt", "webhook");
    char *other = arena_text(&kit.arena, record);
    other[60] ^= 1;
    char *crc = arena_text(&kit.arena, record);
    crc[RECORD_CRC_AT] ^= 1;
    for (int i = 0; i < 8; i++) {
        chain_origin(journal_id_of(i == 1 ? 2 : 1), i == 2 ? 2 : 1, links[i]);
        chain_extend(links[i], i == 3 ? 8 : 7, i == 4 ? 2 : 1,
                     i == 5   ? slice_of(other, record.size)
                     : i == 6 ? slice_of(record.data, record.size - 1)
                     : i == 7 ? slice_of(crc, record.size)
                              : record);
    }
    for (int i = 1; i < 7; i++) {
        cr_assert_neq(memcmp(links[0], links[i], CHAIN_LINK_BYTES), 0, "input %d", i);
    }
    cr_assert_eq(memcmp(links[0], links[7], CHAIN_LINK_BYTES), 0, "the crc is left out");
    kit_end(&kit);
}

Test(checksum, is_crc32c)
{
    cr_assert_eq(checksum_crc32c(SLICE("123456789")), 0xe3069283);
    cr_assert_eq(checksum_crc32c_pair(SLICE("1234"), SLICE("56789")), 0xe3069283);
    cr_assert_eq(checksum_crc32c(SLICE("")), 0);
}
