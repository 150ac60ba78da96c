/* trigger: the bytes that started an execution, kept, read again and taken apart. */
#include "core/base/codec.h"
#include "core/base/limits.h"
#include "core/domain/trigger.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

/* ---- keeping ---- */

static enum err reread(struct slice bytes,
                       struct arena *arena,
                       struct slice *ret_head,
                       struct slice *ret_body,
                       struct error *reterr)
{
    struct value value;
    enum err e = codec_decode(bytes, arena, &value, reterr);
    return e != ERR_OK ? e : trigger_get_body(value_at(&value, 0), ret_head, ret_body, reterr);
}

Test(trigger, bytes_come_back_as_they_were)
{
    static const struct slice bodies[] = {TEXT(""), TEXT("{\"a\":1}"), TEXT("\0\xff\r\n\0")};
    struct arena arena;
    struct buf out;
    struct error error = {0};
    arena_init(&arena, MIB);
    buf_init(&out, MIB);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct slice head;
        struct slice body;
        buf_clear(&out);
        trigger_put_body(&out, SLICE("POST / HTTP/1.1\r\nA:  b \r\n\r\n"), bodies[i]);
        cr_assert_eq(reread(buf_slice(&out), &arena, &head, &body, &error), ERR_OK, "%s",
                     error.text);
        cr_expect(slice_is(head, "POST / HTTP/1.1\r\nA:  b \r\n\r\n"));
        cr_expect(slice_equal(body, bodies[i]));
    }
    buf_deinit(&out);
    arena_deinit(&arena);
}

Test(trigger, other_formats_are_refused)
{
    struct arena arena;
    struct error error = {0};
    struct slice head;
    struct slice body;
    arena_init(&arena, MIB);
    struct value payload = value_list();
    cr_assert(value_list_push(&arena, &payload, value_int(2)));
    cr_expect_eq(trigger_get_body(&payload, &head, &body, &error), ERR_MALFORMED);
    cr_expect_str_eq(error.text, "trigger: place 1 of 1 is missing or of another type");
    cr_assert(value_list_push(&arena, &payload, value_binary(SLICE("head"))));
    cr_assert(value_list_push(&arena, &payload, value_binary(SLICE("body"))));
    cr_expect_eq(trigger_get_body(&payload, &head, &body, &error), ERR_UNSUPPORTED);
    cr_expect_str_eq(error.text, "the trigger has format 2, this daybook reads 1");
    cr_expect_eq(trigger_get_body(NULL, &head, &body, &error), ERR_MALFORMED);
    arena_deinit(&arena);
}

/* ---- taking apart ---- */

struct part_row {
    struct slice head;
    const char *parts; /* method|target|path|query|content type|name=value|... or the error */
};

static const struct part_row part_rows[] = {
    {TEXT("POST /trigger/x HTTP/1.1\r\nHost: h\r\n\r\n"), "POST|/trigger/x|/trigger/x|||Host=h"},
    {TEXT("GET /a?b=c?d HTTP/1.1\r\n\r\n"), "GET|/a?b=c?d|/a|b=c?d|"},
    {TEXT("GET http://h:1/a/b?c=/d://e HTTP/1.1\r\n\r\n"),
     "GET|http://h:1/a/b?c=/d://e|/a/b|c=/d://e|"},
    {TEXT("GET https://h?b HTTP/1.1\r\n\r\n"), "GET|https://h?b||b|"},
    {TEXT("GET /a://b/c HTTP/1.1\r\n\r\n"), "GET|/a://b/c|/a://b/c||"},
    {TEXT("PUT /a? HTTP/1.0\r\n\r\n"), "PUT|/a?|/a||"},
    {TEXT("POST / HTTP/1.1\r\ncontent-TYPE: a/b; c\r\nContent-Type: d\r\nX:\t y\t \r\nE:\r\n\r\n"),
     "POST|/|/||a/b; c|content-TYPE=a/b; c|Content-Type=d|X=y|E="},
    {TEXT("POST / HTTP/1.1\r\n\r\nA: behind the end\r\n"), "POST|/|/||"},
    {TEXT("POST / HTTP/1.1\r\nA: no end"), "POST|/|/||"},
    {TEXT("POST\r\n\r\n"), "POST||||"},
    {TEXT(""), "the trigger's head has no request line"},
    {TEXT("POST / HTTP/1.1"), "the trigger's head has no request line"},
    {TEXT("POST / HTTP/1.1\r\nno colon\r\n\r\n"), "the trigger's head has a malformed header line"},
    {TEXT("POST / HTTP/1.1\r\n: no name\r\n\r\n"),
     "the trigger's head has a malformed header line"},
};

static void show(const struct trigger *trigger, struct buf *out)
{
    buf_printf(out, "%.*s|%.*s|%.*s|%.*s|%.*s", SLICE_ARGS(trigger->method),
               SLICE_ARGS(trigger->target), SLICE_ARGS(trigger->path), SLICE_ARGS(trigger->query),
               SLICE_ARGS(trigger->content_type));
    for (size_t i = 0; i < trigger->header_count; i++) {
        buf_printf(out, "|%.*s=%.*s", SLICE_ARGS(trigger->headers[i].name),
                   SLICE_ARGS(trigger->headers[i].value));
    }
}

Test(trigger, parts)
{
    struct buf out;
    buf_init(&out, MIB);
    for (size_t i = 0; i < sizeof part_rows / sizeof *part_rows; i++) {
        struct trigger trigger;
        struct error error = {0};
        buf_clear(&out);
        if (trigger_parse(part_rows[i].head, SLICE("body"), &trigger, &error) == ERR_OK) {
            show(&trigger, &out);
            cr_expect(slice_is(trigger.body, "body"));
        } else {
            cr_expect_eq(error.code, ERR_MALFORMED);
            buf_put_text(&out, error.text);
        }
        cr_expect(slice_is(buf_slice(&out), part_rows[i].parts), "%.*s\nis\n%.*s\nnot\n%s",
                  SLICE_ARGS(part_rows[i].head), SLICE_ARGS(buf_slice(&out)), part_rows[i].parts);
    }
    buf_deinit(&out);
}

Test(trigger, has_room_for_all_headers_that_come_in)
{
    struct buf head;
    struct trigger trigger;
    buf_init(&head, MIB);
    buf_put_text(&head, "POST / HTTP/1.1\r\n");
    for (int i = 0; i < TRIGGER_HEADERS_MAX; i++) {
        buf_printf(&head, "H%d: %d\r\n", i, i);
    }
    cr_expect_eq(trigger_parse(buf_slice(&head), SLICE(""), &trigger, NULL), ERR_OK);
    cr_expect_eq(trigger.header_count, TRIGGER_HEADERS_MAX);
    cr_expect_geq(TRIGGER_HEADERS_MAX, LIMIT_HEADER_COUNT);
    buf_put_text(&head, "One: more\r\n\r\n");
    cr_expect_eq(trigger_parse(buf_slice(&head), SLICE(""), &trigger, NULL), ERR_MALFORMED);
    buf_deinit(&head);
}

/* ---- made heads ---- */

Test(trigger, made_heads_leave_out_what_cannot_stand_there)
{
    static const struct trigger_header headers[] = {
        {TEXT("X-A"), TEXT("1")},        {TEXT("content-type"), TEXT("text/x")},
        {TEXT("Bad Name"), TEXT("1")},   {TEXT("Bad:Name"), TEXT("1")},
        {TEXT(""), TEXT("1")},           {TEXT("X-B"), TEXT("a\r\nInjected: 1")},
        {TEXT("X-C"), TEXT("a\0b")},     {TEXT("X-D"), TEXT("")},
        {TEXT("X-\xc3\xa4"), TEXT("1")}, {TEXT("X-E"), TEXT("\xc3\xa4")},
    };
    struct arena arena;
    arena_init(&arena, MIB);
    struct slice head = trigger_make_head(&arena, SLICE("/t"), SLICE("a/b"), headers, 10);
    cr_expect(slice_is(head, "POST /t HTTP/1.1\r\nContent-Type: a/b\r\nX-A: 1\r\nX-D: \r\n"
                             "X-E: \xc3\xa4\r\n\r\n"),
              "%.*s", SLICE_ARGS(head));
    head = trigger_make_head(&arena, SLICE("/t"), SLICE(""), headers, 2);
    cr_expect(slice_is(head, "POST /t HTTP/1.1\r\nX-A: 1\r\ncontent-type: text/x\r\n\r\n"), "%.*s",
              SLICE_ARGS(head));
    head = trigger_make_head(&arena, SLICE("/t"), SLICE("a\nb"), headers, 0);
    cr_expect(slice_is(head, "POST /t HTTP/1.1\r\n\r\n"), "%.*s", SLICE_ARGS(head));
    for (size_t i = 0; i < 10; i++) {
        static const bool flawed[] = {false, false, true,  true, true,
                                      true,  true,  false, true, false};
        cr_expect_eq(trigger_header_flaw(&headers[i]) != NULL, flawed[i], "header %zu", i);
    }
    arena_deinit(&arena);
}

/* However much is given, the head is whole: it has its empty line and no cut header. */
Test(trigger, made_heads_are_whole)
{
    struct domain_kit kit;
    struct trigger_header headers[LIMIT_HEADER_COUNT + 1];
    struct trigger trigger;
    domain_kit_begin(&kit);
    for (size_t i = 0; i <= LIMIT_HEADER_COUNT; i++) {
        headers[i] = (struct trigger_header){SLICE("X"), domain_kit_letters(&kit, 1000)};
    }
    struct slice head =
        trigger_make_head(&kit.arena, SLICE("/t"), SLICE("a/b"), headers, LIMIT_HEADER_COUNT + 1);
    cr_expect_leq(head.size, LIMIT_HEAD_BYTES);
    cr_expect(slice_ends_with(head, SLICE("\r\n\r\n")));
    cr_assert_eq(trigger_parse(head, SLICE(""), &trigger, NULL), ERR_OK);
    cr_expect_geq(trigger.header_count, 60);
    for (size_t i = 1; i < trigger.header_count; i++) {
        cr_expect_eq(trigger.headers[i].value.size, 1000);
    }
    domain_kit_end(&kit);
}
