/* id: order of UUIDv7, and what does not pass for an id. */
#include "core/base/id.h"
#include "core/base/random.h"

#include <criterion/criterion.h>

#define NOW_US ((int64_t)1700000000123456)

static bool before(struct uuid a, struct uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) < 0;
}

Test(id, increases_within_one_source_whatever_the_clock_does)
{
    cr_assert_eq(random_init(NULL), ERR_OK);
    struct id_source source = {0};
    struct uuid last = id_next(&source, NOW_US);
    for (int i = 0; i < 20000; i++) {
        /* Stands, goes on, goes back by an hour. */
        int64_t now = NOW_US + (i % 3 == 0 ? 0 : i) - (i > 10000 ? 3600000000 : 0);
        struct uuid next = id_next(&source, now);
        cr_assert(before(last, next), "at %d", i);
        last = next;
    }
}

Test(id, says_version_variant_and_time)
{
    cr_assert_eq(random_init(NULL), ERR_OK);
    struct id_source source = {0};
    struct uuid seven = id_next(&source, NOW_US);
    cr_assert_eq(seven.bytes[6] >> 4, 7);
    cr_assert_eq(seven.bytes[8] >> 6, 2);
    cr_assert_eq(id_time_ms(seven), (uint64_t)NOW_US / 1000);
    struct uuid four = id_random();
    cr_assert_eq(four.bytes[6] >> 4, 4);
    cr_assert_eq(four.bytes[8] >> 6, 2);
    struct uuid again = id_random();
    cr_assert(!uuid_equal(four, again));
    struct uuid old = id_next(&source, -5);
    cr_assert(before(seven, old), "a clock before 1970 is a clock that went back");
}

Test(id, derives_the_same_from_the_same_only)
{
    struct uuid parent = {{1}};
    struct uuid derived = id_derived(parent, "flow", SLICE("a"));
    cr_assert(uuid_equal(derived, id_derived(parent, "flow", SLICE("a"))));
    cr_assert(!uuid_equal(derived, id_derived(parent, "flow", SLICE("b"))));
    cr_assert(!uuid_equal(derived, id_derived(parent, "floe", SLICE("a"))));
    cr_assert(
        !uuid_equal(id_derived(parent, "ab", SLICE("c")), id_derived(parent, "a", SLICE("bc"))));
    cr_assert_eq(derived.bytes[6] >> 4, 8);
}

Test(id, formats_and_parses_uuids)
{
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    cr_assert_eq(uuid_parse(SLICE("01890A5D-ac96-774b-bcce-b302099a8057"), &id, NULL), ERR_OK);
    uuid_format(id, text);
    cr_assert_str_eq(text, "01890a5d-ac96-774b-bcce-b302099a8057");
    cr_assert(uuid_is_zero((struct uuid){{0}}));
    cr_assert(!uuid_is_zero(id));
}

Test(id, refuses_what_is_no_uuid)
{
    static const char *const wrong[] = {"",
                                        "01890a5d",
                                        "01890a5d-ac96-774b-bcce-b302099a805",
                                        "01890a5d-ac96-774b-bcce-b302099a80577",
                                        "01890a5d+ac96-774b-bcce-b302099a8057",
                                        "01890a5dac96-774b-bcce-b302099a80577-",
                                        "g1890a5d-ac96-774b-bcce-b302099a8057"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct uuid id = {{9}};
        struct error error;
        cr_assert_eq(uuid_parse(slice_of_text(wrong[i]), &id, &error), ERR_INVALID, "%s", wrong[i]);
        cr_assert_eq(id.bytes[0], 9, "an out-parameter stays as it was");
    }
}

Test(id, goes_out_as_base64_and_comes_back)
{
    struct uuid id;
    struct uuid back;
    char text[ID_TEXT_SIZE];
    char type[ID_TYPE_LENGTH_MAX + 1];
    cr_assert_eq(uuid_parse(SLICE("01890a5d-ac96-774b-bcce-b302099a8057"), &id, NULL), ERR_OK);
    id_encode("Instance", id, text);
    cr_assert_str_eq(text, "SW5zdGFuY2U6MDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjMwMjA5OWE4MDU3");
    cr_assert_eq(id_decode(slice_of_text(text), "Instance", &back, NULL), ERR_OK);
    cr_assert(uuid_equal(id, back));
    id_encode("Customer", id, text);
    cr_assert_eq(id_decode_any(slice_of_text(text), type, &back, NULL), ERR_OK);
    cr_assert_str_eq(type, "Customer");
}

Test(id, takes_ids_without_padding)
{
    struct uuid id = {{7}};
    struct uuid back;
    char text[ID_TEXT_SIZE];
    id_encode("Integration", id, text);
    struct slice whole = slice_of_text(text);
    cr_assert_eq(whole.size % 4, 0);
    while (whole.size > 0 && whole.data[whole.size - 1] == '=') {
        whole.size--;
    }
    cr_assert_eq(id_decode(whole, "Integration", &back, NULL), ERR_OK);
    cr_assert(uuid_equal(id, back));
}

Test(id, names_the_type_that_was_expected)
{
    struct uuid id = {{7}};
    char text[ID_TEXT_SIZE];
    struct error error;
    id_encode("Customer", id, text);
    cr_assert_eq(id_decode(slice_of_text(text), "Instance", &id, &error), ERR_INVALID);
    cr_assert_str_eq(error.text, "the id is of type Customer, expected Instance");
}

Test(id, refuses_what_is_no_id)
{
    static const char *const wrong[] = {"",
                                        "=",
                                        "x",
                                        "%%%%",
                                        "SW5zdGFuY2U6",
                                        "OjAxODkwYTVkLWFjOTYtNzc0Yi1iY2NlLWIzMDIwOTlhODA1Nw==",
                                        "SW5zdGFuY2U6MDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjMwMjA5OWE4MD"
                                        "U3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                        "AAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct uuid id;
        cr_assert_eq(id_decode(slice_of_text(wrong[i]), "Instance", &id, NULL), ERR_INVALID, "%s",
                     wrong[i]);
    }
}
