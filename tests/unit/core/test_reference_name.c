/*
 * Reference names: a table of step names and what references call them.
 */
#include "core/base/memory.h"
#include "core/definition/reference_name.h"

#include <criterion/criterion.h>

struct name_row {
    const char *name;
    const char *reference;
};

static const struct name_row rows[] = {
    {"Fetch Parcel", "fetchParcel"},
    {"List Files", "listFiles"},
    {"Find & Replace", "findReplace"},
    {"Add 1 to current page value", "add1ToCurrentPageValue"},
    {"Execution - Get AFTER", "executionGetAfter"},
    {"Each Item", "eachItem"},
    {"trigger", "trigger"},
    {"Trigger", "trigger"},
    {"POST Account to Acme", "postAccountToAcme"},
    {"HTTPRequest", "httpRequest"},
    {"HTTP Request", "httpRequest"},
    {"getURLFast", "getUrlFast"},
    {"OAuth2 Token", "oAuth2Token"},
    {"oauth2", "oauth2"},
    {"OAUTH2", "oauth2"},
    {"A", "a"},
    {"AB", "ab"},
    {"aB", "aB"},
    {"A b", "aB"},
    {"--foo--bar--", "fooBar"},
    {"__FOO_BAR__", "fooBar"},
    {"  spaced   out  ", "spacedOut"},
    {"tab\tand\nline", "tabAndLine"},
    {"12 monkeys", "12Monkeys"},
    {"12monkeys", "12Monkeys"},
    {"Get 1st Item", "get1stItem"},
    {"Get 2ND Item", "get2ndItem"},
    {"The 11th", "the11Th"},
    {"The 4th", "the4th"},
    {"The 4thing", "the4Thing"},
    {"Don't Stop", "dontStop"},
    {"Don\xe2\x80\x99t Stop", "dontStop"},
    {"Gr\xc3\xb6\xc3\x9f"
     "e holen",
     "grosseHolen"},
    {"\xc3\x84rger", "arger"},
    {"\xc3\x86sir \xc5\x92uvre", "aesirOeuvre"},
    {"3 \xc3\x97 4", "34"},
    {"a\xe2\x80\x94z", "aZ"},
    {"\xe6\x97\xa5\xe6\x9c\xac x", "\xe6\x97\xa5\xe6\x9c\xacX"},
    {"x \xe6\x97\xa5", "x\xe6\x97\xa5"},
    {"", ""},
    {" - & ' ", ""},
    {"\xff\xfe", ""},
};

Test(reference_name, table)
{
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice got = reference_name(&arena, slice_of_text(rows[i].name));
        cr_expect(slice_is(got, rows[i].reference), "\"%s\" gave \"%.*s\", wanted \"%s\"",
                  rows[i].name, SLICE_ARGS(got), rows[i].reference);
    }
    arena_deinit(&arena);
}

Test(reference_name, is_never_longer_than_the_name)
{
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    char name[4] = {0};
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            name[0] = (char)a;
            name[1] = (char)b;
            name[2] = 'x';
            struct arena_mark mark = arena_mark(&arena);
            cr_assert(reference_name(&arena, slice_of(name, 3)).size <= 3);
            arena_rewind(&arena, mark);
        }
    }
    arena_deinit(&arena);
}

Test(reference_name, says_when_memory_is_gone)
{
    struct arena arena;
    arena_init(&arena, 64 * 1024);
    memory_fail_after(0);
    struct slice got = reference_name(&arena, SLICE("Fetch Parcel"));
    memory_fail_after(-1);
    cr_expect_null(got.data);
    cr_expect(arena_exhausted(&arena));
    arena_deinit(&arena);
}
