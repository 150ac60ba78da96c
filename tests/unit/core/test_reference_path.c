/*
 * Reference paths and templates: what they are taken apart into, and what is refused where.
 */
#include "core/definition/reference_path.h"
#include "core/definition/template_text.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct path_row {
    const char *text;
    const char *segments; /* joined by " | " */
};

static const struct path_row good_paths[] = {
    {"a", "a"},
    {"trigger.results.body.data.0.objectId", "trigger | results | body | data | 0 | objectId"},
    {"t.results.headers.Content-Type", "t | results | headers | Content-Type"},
    {"list.results.[\".tag\"]", "list | results | .tag"},
    {"list.results[\".tag\"].x", "list | results | .tag | x"},
    {"list.results['say \"x\"']", "list | results | say \"x\""},
    {"list.results.items[12].a[0][1]", "list | results | items | 12 | a | 0 | 1"},
    {"list.results[\"\"]", "list | results | "},
    {"list.results.First Name", "list | results | First Name"},
    {"list.results[\"a]b\"]", "list | results | a]b"},
};

static const struct path_row bad_paths[] = {
    {"", "goes wrong at byte 1"},        {".a", "goes wrong at byte 1"},
    {"[0]", "goes wrong at byte 1"},     {"a..b", "goes wrong at byte 2"},
    {"a.", "goes wrong at byte 2"},      {"a[", "goes wrong at byte 2"},
    {"a[]", "goes wrong at byte 2"},     {"a[x]", "goes wrong at byte 2"},
    {"a[\"x\"", "goes wrong at byte 2"}, {"a[\"x']", "goes wrong at byte 2"},
    {"a[1]b", "goes wrong at byte 5"},   {"a]b", "goes wrong at byte 2"},
    {"a.\nb", "goes wrong at byte 2"},
};

static void join_path(const char *text, char *out, size_t size)
{
    struct reference_path path = reference_path(slice_of_text(text));
    struct slice segment = {NULL, 0};
    size_t at = 0;
    out[0] = '\0';
    for (bool first = true; reference_path_next(&path, &segment); first = false) {
        at += (size_t)snprintf(out + at, size - at, "%s%.*s", first ? "" : " | ",
                               SLICE_ARGS(segment));
    }
}

Test(reference_path, takes_paths_apart)
{
    for (size_t i = 0; i < sizeof good_paths / sizeof *good_paths; i++) {
        char got[200];
        struct error error = {0};
        join_path(good_paths[i].text, got, sizeof got);
        cr_expect_str_eq(got, good_paths[i].segments);
        cr_expect_eq(reference_path_check(slice_of_text(good_paths[i].text), &error), ERR_OK, "%s",
                     good_paths[i].text);
    }
}

Test(reference_path, refuses_malformed_ones)
{
    for (size_t i = 0; i < sizeof bad_paths / sizeof *bad_paths; i++) {
        struct error error = {0};
        enum err e = reference_path_check(slice_of_text(bad_paths[i].text), &error);
        cr_expect_eq(e, ERR_INVALID, "%s", bad_paths[i].text);
        cr_expect_not_null(strstr(error.text, bad_paths[i].segments), "%s: %s", bad_paths[i].text,
                           error.text);
    }
}

Test(reference_path, has_a_limit)
{
    char text[2 * (REFERENCE_PATH_SEGMENTS_MAX + 1)];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 2 == 0 ? 'a' : '.';
    }
    size_t longest = 2 * REFERENCE_PATH_SEGMENTS_MAX - 1;
    struct error error = {0};
    cr_expect_eq(reference_path_check(slice_of(text, longest), &error), ERR_OK);
    cr_expect_eq(reference_path_check(slice_of(text, longest + 2), &error), ERR_INVALID);
    cr_expect_str_eq(error.text, "a reference has at most 64 segments");
}

/* Parts as "literal", "#key" and "$path", each in angle brackets. */
static void join_template(const char *text, char *out, size_t size)
{
    struct template_text template = template_text(slice_of_text(text));
    struct template_part part = {0};
    size_t at = 0;
    out[0] = '\0';
    while (template_text_next(&template, &part)) {
        static const char *const marks[] = {"", "#", "$"};
        at += (size_t)snprintf(out + at, size - at, "<%s%.*s>", marks[part.type],
                               SLICE_ARGS(part.text));
    }
}

static const struct path_row good_templates[] = {
    {"", ""},
    {"plain", "<plain>"},
    {"{{#Ledger URL}}/p/{{$t.results.id}}", "<#Ledger URL></p/><$t.results.id>"},
    {"{{ #x }} {{y}} {a}", "<{{ #x }} {{y}} {a}>"},
    {"{{{#a}}}", "<{><#a><}>"},
    {"{{# a }}{{$ b.c }}", "<#a><$b.c>"},
    {"{\"a\":{\"b\":\"{{#R}}\"}}", "<{\"a\":{\"b\":\"><#R><\"}}>"},
    {"}} {{", "<}} {{>"},
};

static const struct path_row bad_templates[] = {
    {"x {{#a", "{{# at byte 3 has no }} behind it"},
    {"{{#a}} {{$b.c", "{{$ at byte 8 has no }} behind it"},
    {"{{#}}", "between {{ and }} at byte 1 stands no config variable's key"},
    {"{{$  }}", "between {{ and }} at byte 1 stands no reference"},
    {"ab{{$a..b}}", "in {{ }} at byte 3: a reference is written like"},
};

Test(template_text, takes_templates_apart)
{
    for (size_t i = 0; i < sizeof good_templates / sizeof *good_templates; i++) {
        char got[200];
        struct error error = {0};
        join_template(good_templates[i].text, got, sizeof got);
        cr_expect_str_eq(got, good_templates[i].segments);
        cr_expect_eq(template_text_check(slice_of_text(good_templates[i].text), &error), ERR_OK);
    }
}

Test(template_text, refuses_malformed_ones)
{
    for (size_t i = 0; i < sizeof bad_templates / sizeof *bad_templates; i++) {
        struct error error = {0};
        enum err e = template_text_check(slice_of_text(bad_templates[i].text), &error);
        cr_expect_eq(e, ERR_INVALID);
        cr_expect(
            slice_starts_with(slice_of_text(error.text), slice_of_text(bad_templates[i].segments)),
            "%s: %s", bad_templates[i].text, error.text);
    }
}

Test(template_text, reads_an_unclosed_part_as_literal)
{
    char got[64];
    join_template("a{{#b", got, sizeof got);
    cr_expect_str_eq(got, "<a><{{#b>");
}
