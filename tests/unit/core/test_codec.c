/* codec: round trips, and bytes that want more than they are. */
#include "core/base/codec.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>
#include <float.h>

static struct arena arena;
static struct buf out;

static void setup(void)
{
    arena_init(&arena, 1 << 20);
    buf_init(&out, 1 << 20);
}

static void teardown(void)
{
    arena_deinit(&arena);
    buf_deinit(&out);
}

static enum err decode(struct slice bytes, struct value *ret, struct error *reterr)
{
    return codec_decode(bytes, &arena, ret, reterr);
}

static void round_trip(const struct value *value)
{
    struct value back;
    struct error error = {.code = ERR_OK};
    buf_clear(&out);
    codec_put_value(&out, value);
    cr_assert_eq(buf_check(&out, "value", NULL), ERR_OK);
    cr_assert_eq(decode(buf_slice(&out), &back, &error), ERR_OK, "%s", error.text);
    cr_assert_eq(back.type, value->type);
    cr_assert(value_equal(&back, value));
}

Test(codec, round_trips_every_type)
{
    static const int64_t integers[] = {
        0,   1,    127,  128,    255,    256,       65535,     65536,     -1,       -32,
        -33, -128, -129, -32768, -32769, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    setup();
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        struct value integer = value_int(integers[i]);
        round_trip(&integer);
    }
    struct value others[] = {value_null(),           value_bool(true),
                             value_bool(false),      value_float(0.5),
                             value_float(-DBL_MAX),  value_text(SLICE("")),
                             value_text(SLICE("x")), value_binary(SLICE("\0\1")),
                             value_list(),           value_map()};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        round_trip(&others[i]);
    }
    teardown();
}

Test(codec, round_trips_lengths_at_every_width)
{
    static const size_t lengths[] = {31, 32, 255, 256, 65535, 65536};
    static char bytes[65536];
    setup();
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct value text = value_text(slice_of(bytes, lengths[i]));
        struct value binary = value_binary(slice_of(bytes, lengths[i]));
        round_trip(&text);
        round_trip(&binary);
    }
    for (size_t count = 14; count <= 17; count++) {
        struct value list = value_list();
        struct value map = value_map();
        for (size_t i = 0; i < count; i++) {
            value_list_push(&arena, &list, value_int((int64_t)i));
            value_map_put(&arena, &map, slice_of(bytes, i), value_int((int64_t)i));
        }
        round_trip(&list);
        round_trip(&map);
    }
    teardown();
}

/* Containers nested `depth` deep: a list in a list ... */
static struct value nested(int depth)
{
    struct value value = value_list();
    for (int i = 1; i < depth; i++) {
        struct value outer = value_list();
        value_list_push(&arena, &outer, value);
        value = outer;
    }
    return value;
}

Test(codec, nests_to_the_limit_and_not_further)
{
    setup();
    struct value deep = nested(LIMIT_VALUE_DEPTH);
    round_trip(&deep);
    struct value deeper = nested(LIMIT_VALUE_DEPTH + 1);
    buf_clear(&out);
    codec_put_value(&out, &deeper);
    cr_assert(out.failed, "writing is bounded");
    char bytes[200];
    memset(bytes, 0x91, sizeof bytes);
    struct value back;
    for (size_t depth = LIMIT_VALUE_DEPTH + 2; depth < sizeof bytes; depth++) {
        bytes[depth - 1] = (char)0xc0;
        cr_assert_eq(decode(slice_of(bytes, depth), &back, NULL), ERR_MALFORMED, "depth %zu",
                     depth);
        bytes[depth - 1] = (char)0x91;
    }
    teardown();
}

Test(codec, refuses_promises_that_the_bytes_do_not_keep)
{
    /* A few bytes that promise billions of items, texts, members. */
    static const struct slice bombs[] = {
        {"\xdd\xff\xff\xff\xff", 5},
        {"\xdf\xff\xff\xff\xff", 5},
        {"\xdb\xff\xff\xff\xff", 5},
        {"\xc6\xff\xff\xff\xff", 5},
        {"\xdc\xff\xff\x01", 4},
        {"\xde\xff\xff\xa1x", 5},
        {"\x92\x01", 2},
        {"\x81\xa1x", 3},
        {"\xa5"
         "ab",
         3},
        {"\xcd\x01", 2},
        {"\xcb\0\0\0", 4},
        {"\xd9", 1},
    };
    setup();
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        struct value value;
        size_t before = arena.used_bytes;
        cr_assert_eq(decode(bombs[i], &value, NULL), ERR_MALFORMED, "bomb %zu", i);
        cr_assert_leq(arena.used_bytes - before, 65536, "bomb %zu took memory", i);
    }
    teardown();
}

Test(codec, counts_all_containers_against_the_bytes)
{
    /* Each list of 65,535 alone would fit the bytes; together they promise far more. */
    static char bytes[70000];
    arena_init(&arena, 16 * MIB);
    for (size_t at = 0; at + 3 <= 60; at += 3) {
        memcpy(bytes + at, "\xdc\xff\xff", 3);
    }
    struct value value;
    cr_assert_eq(decode(slice_of(bytes, sizeof bytes), &value, NULL), ERR_MALFORMED);
    arena_deinit(&arena);
}

Test(codec, refuses_what_we_do_not_write)
{
    static const struct {
        struct slice bytes;
        const char *reason;
    } wrong[] = {
        {{"", 0}, "not MessagePack"},
        {{"\xc1", 1}, "not MessagePack"},
        {{"\xcf\x80\0\0\0\0\0\0\0", 9}, "over 63 bits"},
        {{"\xd4\x01\x01", 3}, "extension"},
        {{"\xc7\x01\x01\x01", 4}, "extension"},
        {{"\x81\x01\x02", 3}, "no text"},
        {{"\x81\xc0\xc0", 3}, "no text"},
        {{"\x01\x02", 2}, "behind the value"},
    };
    setup();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct value value;
        struct error error;
        cr_assert_eq(decode(wrong[i].bytes, &value, &error), ERR_MALFORMED, "case %zu", i);
        cr_assert_not_null(strstr(error.text, wrong[i].reason), "case %zu: %s", i, error.text);
    }
    teardown();
}

Test(codec, cut_anywhere_is_refused)
{
    setup();
    struct value map = value_map();
    struct value list = nested(3);
    value_map_put(&arena, &map, SLICE("text"), value_text(SLICE("some text")));
    value_map_put(&arena, &map, SLICE("list"), list);
    value_map_put(&arena, &map, SLICE("number"), value_float(1.5));
    codec_put_value(&out, &map);
    struct value back;
    for (size_t size = 0; size < out.size; size++) {
        cr_assert_eq(decode(slice_of(out.data, size), &back, NULL), ERR_MALFORMED, "cut at %zu",
                     size);
    }
    teardown();
}

Test(codec, is_bounded_by_the_arena)
{
    struct arena small;
    struct error error;
    struct value value;
    static char bytes[10003] = "\xdc\x27\x10";
    arena_init(&small, 8192);
    cr_assert_eq(codec_decode(slice_of(bytes, sizeof bytes), &small, &value, &error), ERR_LIMIT);
    arena_deinit(&small);
}

Test(codec, takes_places_in_order_and_marks_what_is_wrong)
{
    struct uuid id = {{1, 2, 3}};
    static const struct uuid none;
    setup();
    codec_put_list(&out, 7);
    codec_put_u64(&out, 5);
    codec_put_int(&out, -6);
    codec_put_bool(&out, true);
    codec_put_text(&out, SLICE("seven"));
    codec_put_binary(&out, SLICE("eight"));
    codec_put_uuid(&out, id);
    codec_put_uuid(&out, none);
    struct value list;
    struct error error;
    cr_assert_eq(decode(buf_slice(&out), &list, NULL), ERR_OK);
    struct codec_reader reader = codec_reader(&list);
    cr_assert_eq(codec_take_u64(&reader), 5);
    cr_assert_eq(codec_take_int(&reader), -6);
    cr_assert(codec_take_bool(&reader));
    cr_assert(slice_is(codec_take_text(&reader), "seven"));
    cr_assert(slice_is(codec_take_binary(&reader), "eight"));
    cr_assert(uuid_equal(codec_take_uuid(&reader), id));
    cr_assert(uuid_is_zero(codec_take_uuid(&reader)));
    cr_assert(!codec_more(&reader));
    cr_assert_eq(codec_check(&reader, "thing", &error), ERR_OK);
    cr_assert_null(codec_take(&reader), "later versions append places: a missing one is not bad");
    cr_assert_eq(codec_check(&reader, "thing", &error), ERR_OK);
    cr_assert_eq(codec_take_u64(&reader), 0);
    cr_assert_eq(codec_check(&reader, "thing", &error), ERR_MALFORMED);
    cr_assert_str_eq(error.text, "thing: place 7 of 7 is missing or of another type");
    teardown();
}

Test(codec, marks_each_wrong_type)
{
    setup();
    struct value items[] = {value_text(SLICE("x")), value_int(-1), value_binary(SLICE("short"))};
    for (int i = 0; i < 3; i++) {
        struct value list = value_list();
        value_list_push(&arena, &list, items[i]);
        struct codec_reader reader = codec_reader(&list);
        if (i == 0) {
            cr_assert_eq(codec_take_int(&reader), 0);
        } else if (i == 1) {
            cr_assert_eq(codec_take_u64(&reader), 0, "a negative number is no u64");
        } else {
            cr_assert(uuid_is_zero(codec_take_uuid(&reader)));
        }
        cr_assert_eq(codec_check(&reader, "x", NULL), ERR_MALFORMED, "case %d", i);
    }
    struct value text = value_text(SLICE("no list"));
    struct codec_reader reader = codec_reader(&text);
    cr_assert_eq(codec_check(&reader, "x", NULL), ERR_MALFORMED);
    reader = codec_reader(NULL);
    cr_assert_eq(codec_check(&reader, "x", NULL), ERR_MALFORMED);
    teardown();
}
