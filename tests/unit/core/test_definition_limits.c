/*
 * Texts that are too large, too deep, too many or no text at all: each ends at its named bound with
 * a problem, quickly. And the large example, damaged in every line: never a crash, never a
 * definition together with a problem.
 */
#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/definition/secret_text_priv.h"
#include "core/definition/yaml_tree_priv.h"
#include "tests/unit/core/definition_kit.h"

#include <criterion/criterion.h>

#define EXAMPLE "tests/unit/core/data/parcel_tracker.yml"

/* Parses what `text` holds; it is refused, and the first problem's message begins with `message`.
 */
static void expect_refused(struct buf *text, const char *message)
{
    cr_assert_not(text->failed);
    struct definition_kit kit = definition_kit_parse(buf_slice(text), NULL);
    cr_assert_eq(kit.result, ERR_INVALID, "%s", kit.error.text);
    cr_assert_not_null(kit.problems.first);
    cr_expect(slice_starts_with(kit.problems.first->message, slice_of_text(message)),
              "wanted %s\ngave %s", message, definition_kit_problems(&kit));
    definition_kit_free(&kit);
    buf_deinit(text);
}

static struct buf repeat(const char *piece, size_t count)
{
    struct buf text;
    buf_init(&text, 8 * MIB);
    for (size_t i = 0; i < count; i++) {
        buf_put_text(&text, piece);
    }
    return text;
}

Test(definition_limits, text_size)
{
    struct buf text = repeat("#\n", LIMIT_DEFINITION_BYTES / 2);
    expect_refused(&text, "the definition is empty");
    text = repeat("#\n", LIMIT_DEFINITION_BYTES / 2);
    buf_put_char(&text, '#');
    expect_refused(&text, "the definition has 4194305 bytes; at most 4194304 are read");
}

/* Blanking a secret of one byte makes the text one byte longer; it must stay readable. */
Test(definition_limits, text_size_without_secrets)
{
    struct buf text;
    buf_init(&text, 8 * MIB);
    buf_put_text(&text,
                 "definitionVersion: 7\nname: T\nflows: [{name: F, organizationApiKeys: [k], "
                 "steps: [{name: S, isTrigger: true, action: {key: webhook, component: {key: "
                 "webhook-triggers}}}]}]\n#");
    while (text.size < LIMIT_DEFINITION_BYTES) {
        buf_put_char(&text, 'x');
    }
    expect_refused(&text, "without its secrets the definition has 4194305 bytes");
}

Test(definition_limits, billion_laughs)
{
    struct buf text = repeat("", 0);
    buf_put_text(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) {
            buf_printf(&text, "*a%d,", i - 1);
        }
        buf_put_text(&text, "]\n");
    }
    expect_refused(&text, "up to line 6 the text has over 200000 values with its aliases");
}

Test(definition_limits, long_texts_by_aliases)
{
    struct buf text = repeat("", 0);
    buf_put_text(&text, "a: &a \"");
    for (int i = 0; i < 1024 * 1024; i++) {
        buf_put_char(&text, 'y');
    }
    buf_put_text(&text, "\"\nb: [");
    for (int i = 0; i < 20; i++) {
        buf_put_text(&text, "*a,");
    }
    buf_put_text(&text, "]\n");
    expect_refused(&text, "up to line 2 the text has over 16777216 bytes with its aliases");
}

Test(definition_limits, depth)
{
    struct buf text = repeat("[", YAML_TREE_DEPTH_MAX + 1);
    expect_refused(&text, "lists and maps are nested over 100 levels");
    text = repeat("{a: ", YAML_TREE_DEPTH_MAX + 1);
    expect_refused(&text, "lists and maps are nested over 100 levels");
    text = repeat("- ", LIMIT_DEFINITION_BYTES / 2);
    expect_refused(&text, "lists and maps are nested over 100 levels");
    /* by aliases: each level is twice as deep as the one before */
    text = repeat("", 0);
    buf_put_text(&text, "a0: &a0 [x]\n");
    for (int i = 1; i < 110; i++) {
        buf_printf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    }
    expect_refused(&text, "lists and maps are nested over 100 levels");
}

Test(definition_limits, values_anchors_and_keys)
{
    struct buf text = repeat("- a\n", DEFINITION_NODES_MAX + 1);
    expect_refused(&text, "up to line 200000 the text has over 200000 values");
    text = repeat("- &a b\n", YAML_TREE_ANCHORS_MAX + 1);
    expect_refused(&text, "the text has over 1000 anchors");
    text = repeat("k: v\n", DEFINITION_NODES_MAX / 2);
    expect_refused(&text, "up to line 100000 the text has over 200000 values");
}

Test(definition_limits, wide_maps_and_merges)
{
    struct buf text = repeat("k: v\n", 90000); /* every key stands twice */
    expect_refused(&text, "the key \"k\" stands in line 1 and again in line 2");
    text = repeat("", 0);
    for (int i = 0; i < 1001; i++) {
        buf_printf(&text, "%sk%d: v", i == 0 ? "a: &a {" : ", ", i);
    }
    buf_put_text(&text, "}\nb: {<<: *a}\n");
    expect_refused(&text, "a map that merges others may have at most 1000 keys");
}

/* libyaml compares each %TAG directive with all before it: 100,000 took it half a minute. */
Test(definition_limits, directives)
{
    static const char *const ends[] = {"\n", "\r", "\r\n", "\xc2\x85", "\xe2\x80\xa8"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct buf text = repeat("", 0);
        for (int k = 0; k < 100000; k++) {
            buf_printf(&text, "%%TAG !e%d! tag:e%s", k, ends[i]);
        }
        buf_printf(&text, "---%sa: 1%s", ends[i], ends[i]);
        expect_refused(&text, i < 1 || i == 2 ? "line 101: over 100 lines begin with %"
                                              : "line 1: over 100 lines begin with %");
    }
}

Test(definition_limits, long_lines_and_runs)
{
    static const char *const pieces[] = {
        "\"",  "'",     " ",     "\n", "!",  "*",      "&",    "? ", ": ", "- ",
        "[",   "{",     "]",     ",",  "#",  "|\n",    ">",    "%",  "@",  "\t",
        "a: ", "---\n", "...\n", "\\", "\r", "- &a\n", "[[],", "{a"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf text = repeat(pieces[i], LIMIT_DEFINITION_BYTES / strlen(pieces[i]));
        expect_refused(&text, "");
    }
}

Test(definition_limits, bytes_that_are_no_text)
{
    struct buf text = repeat("name: x\n", 3);
    buf_put_text(&text, "\xff");
    expect_refused(&text, "line 4: the byte 0xff is not UTF-8");
    text = repeat("a: b\n", 2);
    buf_put(&text, "\0", 1);
    expect_refused(&text, "line 3: a zero byte");
    text = repeat("", 0);
    buf_put(&text,
            "\xff\xfe"
            "a\0:\0",
            6);
    expect_refused(&text, "line 1: the byte 0xff is not UTF-8");
    text = repeat("a: \xed\xa0\x80\n", 1);
    expect_refused(&text, "line 1: the byte 0xed is not UTF-8");
    text = repeat("a: \xe2\x82", 1);
    expect_refused(&text, "line 1: the byte 0xe2 is not UTF-8");
    text = repeat("", 0);
    unsigned state = 1;
    for (int i = 0; i < 100000; i++) {
        state = state * 1103515245u + 12345u;
        buf_put_char(&text, (char)(state >> 16));
    }
    expect_refused(&text, "line ");
}

/* ---- damage ---- */

/* Parses, and holds the one promise that needs no knowledge of what is right: a definition or
 * problems, never both, never neither, and every problem a valid text with a field. */
static void expect_sane(struct slice text)
{
    struct definition_kit kit = definition_kit_parse(text, NULL);
    cr_assert_eq(kit.result == ERR_OK, problem_none(&kit.problems));
    cr_assert(kit.result == ERR_OK || kit.result == ERR_INVALID);
    for (const struct problem *p = kit.problems.first; p != NULL; p = p->next) {
        cr_assert(p->field.size > 0 && p->message.size > 0);
        cr_assert(utf8_valid(p->field) && utf8_valid(p->message));
    }
    if (kit.result == ERR_OK) {
        struct definition_kit again =
            definition_kit_parse(kit.definition->text, &kit.definition->secrets);
        cr_assert_eq(again.result, ERR_OK, "%s", definition_kit_problems(&again));
        definition_kit_free(&again);
    }
    definition_kit_free(&kit);
}

static size_t line_end(struct slice text, size_t at)
{
    while (at < text.size && text.data[at] != '\n') {
        at++;
    }
    return at < text.size ? at + 1 : at;
}

/* The example with the bytes [at, end) replaced. */
static void check_with(struct slice text, size_t at, size_t end, const char *instead)
{
    struct buf damaged;
    buf_init(&damaged, MIB);
    buf_put(&damaged, text.data, at);
    buf_put_text(&damaged, instead);
    buf_put_slice(&damaged, slice_from(text, end));
    expect_sane(buf_slice(&damaged));
    buf_deinit(&damaged);
}

Test(definition_limits, example_with_each_line_damaged)
{
    struct arena arena;
    arena_init(&arena, 8 * MIB);
    struct slice text = definition_kit_file(&arena, EXAMPLE);
    for (size_t at = 0; at < text.size;) {
        size_t end = line_end(text, at);
        size_t middle = at + (end - at) / 2;
        check_with(text, at, end, "");                        /* gone */
        check_with(text, middle, end, "\n");                  /* cut */
        check_with(text, at, at, "\t");                       /* a tab before it */
        check_with(text, at, at, "  ");                       /* moved right */
        check_with(text, at, end, "- x\n");                   /* another */
        check_with(text, middle, middle, "\xf0\x9f\x98\x80"); /* something in it */
        check_with(text, at, text.size, "");                  /* the rest gone */
        at = end;
    }
    arena_deinit(&arena);
}

/* Every scalar after a colon becomes each of these in turn. */
Test(definition_limits, example_with_each_value_damaged)
{
    static const char *const values[] = {"[]", "{}", "~", "\"\"", "-1", "true", "{{#x", "*hidden"};
    struct arena arena;
    arena_init(&arena, 8 * MIB);
    struct slice text = definition_kit_file(&arena, EXAMPLE);
    for (size_t at = slice_find(text, SLICE(": ")); at + 2 < text.size;) {
        size_t end = at + 2;
        while (end < text.size && strchr(",}\n", text.data[end]) == NULL) {
            end++;
        }
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            check_with(text, at + 2, end, values[i]);
        }
        size_t next = slice_find(slice_from(text, end), SLICE(": "));
        at = next == SIZE_MAX ? text.size : end + next;
    }
    arena_deinit(&arena);
}
