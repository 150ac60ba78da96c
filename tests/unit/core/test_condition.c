/*
 * Conditions: every operator with its edges, and the trees of and, or.
 */
#include "core/flow/condition.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)

static const char steps_json[] =
    "{\"t\":{\"n\":5,\"zero\":0,\"text\":\"parcel\",\"empty\":\"\",\"no\":false,\"yes\":true,"
    "\"none\":null,\"list\":[1,2,\"3\",null],\"nothing\":[],\"map\":{\"a\":1,\"5\":2},\"digits\":"
    "\"123\","
    "\"pi\":3.14,\"number\":\"10\",\"json\":\"{\\\"a\\\":1}\",\"when\":\"2026-04-22T00:15:30Z\"}}";

/* Runs an expression given as JSON. Returns: 1, 0, or -1 with the error in `text`. */
static int run(const char *json, char text[ERROR_TEXT_SIZE])
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, "{\"Limit\":\"10\"}", steps_json);
    const struct input *input = flow_kit_input(&arena, json);
    struct error error = {0};
    bool holds = false;
    enum err e = condition_evaluate(input, &scope, &arena, &holds, &error);
    (void)snprintf(text, ERROR_TEXT_SIZE, "%s", e == ERR_OK ? "" : error_text(&error));
    arena_deinit(&arena);
    return e != ERR_OK ? -1 : holds ? 1 : 0;
}

struct row {
    const char *json;
    int expected;      /* 1, 0, -1 */
    const char *error; /* part of it, with -1 */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[ERROR_TEXT_SIZE];
        int got = run(rows[i].json, text);
        cr_expect_eq(got, rows[i].expected, "%s gave %d %s", rows[i].json, got, text);
        if (rows[i].error != NULL) {
            cr_expect_not_null(strstr(text, rows[i].error), "%s: %s", rows[i].json, text);
        }
    }
}

#define CHECK(rows)    check(rows, sizeof(rows) / sizeof *(rows))
#define T(name)        "{\"ref\":\"t.results." name "\"}"
#define UNARY(op, a)   "[\"" op "\"," a "]"
#define BOTH(op, a, b) "[\"" op "\"," a "," b "]"

Test(condition, truth)
{
    static const struct row rows[] = {
        {UNARY("isTrue", T("yes")), 1, NULL},
        {UNARY("isTrue", T("no")), 0, NULL},
        {UNARY("isTrue", "\"true\""), 1, NULL},
        {UNARY("isTrue", "\"YES\""), 1, NULL},
        {UNARY("isTrue", "\"t\""), 1, NULL},
        {UNARY("isTrue", "\"y\""), 1, NULL},
        {UNARY("isTrue", "\"No\""), 0, NULL},
        {UNARY("isTrue", "\"f\""), 0, NULL},
        {UNARY("isTrue", "\"n\""), 0, NULL},
        {UNARY("isTrue", "\"false\""), 0, NULL},
        {UNARY("isTrue", "\"parcel\""), 1, NULL},
        {UNARY("isTrue", "\"\""), 0, NULL},
        {UNARY("isTrue", "\"0\""), 0, NULL},
        {UNARY("isTrue", "\"1\""), 1, NULL},
        {UNARY("isTrue", T("nothing")), 1, NULL},
        {UNARY("isTrue", T("nope")), 0, NULL},
        {UNARY("isTrue", T("none")), 0, NULL},
        {UNARY("isTrue", T("pi")), 1, NULL},
        {UNARY("isFalse", T("no")), 1, NULL},
        {UNARY("isFalse", "\"no\""), 1, NULL},
        {UNARY("isFalse", "\"\""), 1, NULL},
        {UNARY("isFalse", T("zero")), 1, NULL},
        {UNARY("isFalse", T("nope")), 1, NULL},
        {UNARY("isFalse", "\"maybe\""), 0, NULL},
        {BOTH("isTrue", T("yes"), "\"dummy\""), 1, NULL},
    };
    CHECK(rows);
}

Test(condition, existence)
{
    static const struct row rows[] = {
        {UNARY("exists", T("n")), 1, NULL},
        {UNARY("exists", T("nope")), 0, NULL},
        {UNARY("exists", T("none")), 0, NULL},
        {UNARY("exists", T("zero")), 0, NULL},
        {UNARY("exists", T("no")), 0, NULL},
        {UNARY("exists", T("empty")), 0, NULL},
        {UNARY("exists", T("nothing")), 1, NULL},
        {UNARY("exists", T("map")), 1, NULL},
        {UNARY("exists", "\"0\""), 0, NULL},
        {UNARY("exists", "\"null\""), 0, NULL},
        {UNARY("exists", "\"false\""), 0, NULL},
        {UNARY("exists", "\" \""), 1, NULL},
        {UNARY("doesNotExist", T("nope")), 1, NULL},
        {UNARY("doesNotExist", T("n")), 0, NULL},
        {UNARY("exists", "{\"ref\":\"gone.results\"}"), -1, "begins with \"gone\""},
    };
    CHECK(rows);
}

Test(condition, emptiness)
{
    static const struct row rows[] = {
        {UNARY("isEmpty", T("nothing")), 1, NULL},
        {UNARY("isEmpty", T("list")), 0, NULL},
        {UNARY("isEmpty", T("empty")), 1, NULL},
        {UNARY("isEmpty", T("digits")), 0, NULL},
        {UNARY("isEmpty", "\"[]\""), 1, NULL},
        {UNARY("isEmpty", "\"[1]\""), 0, NULL},
        {UNARY("isEmpty", T("n")), -1, "condition \"isEmpty\": only a list or a text"},
        {UNARY("isEmpty", T("map")), -1, "only a list or a text"},
        {UNARY("isEmpty", T("nope")), -1, "only a list or a text"},
        {UNARY("isNotEmpty", T("list")), 1, NULL},
        {UNARY("isNotEmpty", "\"\""), 0, NULL},
        {BOTH("isNotEmpty", T("text"), "\"\""), 1, NULL},
        {UNARY("isNotEmpty", T("yes")), -1, "condition \"isNotEmpty\": only a list or a text"},
    };
    CHECK(rows);
}

Test(condition, equality)
{
    static const struct row rows[] = {
        {BOTH("equal", T("n"), "\"5\""), 1, NULL},
        {BOTH("equal", T("n"), "\"5.0\""), 1, NULL},
        {BOTH("equal", T("text"), "\"parcel\""), 1, NULL},
        {BOTH("equal", T("text"), "\"Parcel\""), 0, NULL},
        {BOTH("equal", T("yes"), "\"true\""), 1, NULL},
        {BOTH("equal", T("no"), "\"\""), 1, NULL},
        {BOTH("equal", T("nope"), "\"null\""), 1, NULL},
        {BOTH("equal", T("nope"), "\"\""), 0, NULL},
        {BOTH("equal", T("map"), "\"{\\\"5\\\":\\\"2\\\",\\\"a\\\":1}\""), 1, NULL},
        {BOTH("equal", T("json"), "{\"list\":[\"a\"]}"), 0, NULL},
        {BOTH("equal", T("list"), "\"[1,2,3,null]\""), 1, NULL},
        {BOTH("equal", "{\"var\":\"Limit\"}", "\"10.0\""), 1, NULL},
        {BOTH("notEqual", T("n"), "\"5\""), 0, NULL},
        {BOTH("notEqual", T("n"), "\"6\""), 1, NULL},
        {BOTH("exactlyMatches", T("n"), "\"5\""), 1, NULL},
        {BOTH("exactlyMatches", T("yes"), "\"1\""), 0, NULL},
        {BOTH("exactlyMatches", T("nope"), T("none")), 0, NULL},
        {BOTH("exactlyMatches", T("nope"), T("nada")), 1, NULL},
        {BOTH("exactlyMatches", T("list"), "\"[1,2,3,null]\""), 0, NULL},
        {BOTH("doesNotExactlyMatch", T("yes"), "\"1\""), 1, NULL},
        {BOTH("doesNotExactlyMatch", T("text"), "\"parcel\""), 0, NULL},
        {UNARY("equal", T("nope")), 1, NULL},
    };
    CHECK(rows);
}

Test(condition, order)
{
    static const struct row rows[] = {
        {BOTH("greaterThan", T("number"), "\"9\""), 1, NULL},
        {BOTH("greaterThan", T("n"), "\"5\""), 0, NULL},
        {BOTH("greaterThanOrEqual", T("n"), "\"5\""), 1, NULL},
        {BOTH("lessThan", T("pi"), "\"3.2\""), 1, NULL},
        {BOTH("lessThan", T("text"), "\"quick\""), 1, NULL},
        {BOTH("lessThanOrEqual", T("n"), "\"5\""), 1, NULL},
        {BOTH("lessThanOrEqual", T("n"), "\"4\""), 0, NULL},
        {BOTH("greaterThan", T("text"), "\"1\""), 0, NULL},
        {BOTH("lessThan", T("text"), "\"1\""), 0, NULL},
        {BOTH("lessThanOrEqual", T("text"), "\"1\""), 0, NULL},
        {BOTH("greaterThanOrEqual", T("text"), "\"1\""), 0, NULL},
        {BOTH("lessThan", T("nope"), "\"1\""), 0, NULL},
        {BOTH("lessThan", T("none"), "\"1\""), 1, NULL},
    };
    CHECK(rows);
}

Test(condition, membership)
{
    static const struct row rows[] = {
        {BOTH("in", "\"arc\"", T("text")), 1, NULL},
        {BOTH("in", "\"\"", T("text")), 1, NULL},
        {BOTH("in", "\"ARC\"", T("text")), 0, NULL},
        {BOTH("in", "\"2\"", T("digits")), 1, NULL},
        {BOTH("in", "\"2\"", T("list")), 1, NULL},
        {BOTH("in", "\"3\"", T("list")), 1, NULL},
        {BOTH("in", "\"4\"", T("list")), 0, NULL},
        {BOTH("in", "\"null\"", T("list")), 1, NULL},
        {BOTH("in", T("nope"), T("list")), 0, NULL},
        {BOTH("in", "\"false\"", "\"[0,1,2]\""), 0, NULL},
        {BOTH("in", "\"[1]\"", "\"[[1],2]\""), 0, NULL},
        {BOTH("in", "\"a\"", T("map")), 1, NULL},
        {BOTH("in", T("n"), T("map")), 1, NULL},
        {BOTH("in", "\"b\"", T("map")), 0, NULL},
        {BOTH("in", "\"a\"", T("n")), -1, "condition \"in\": the right side must be"},
        {BOTH("in", "\"a\"", T("nope")), -1, "the right side must be"},
        {BOTH("notIn", "\"x\"", T("text")), 1, NULL},
        {BOTH("notIn", "\"2\"", T("list")), 0, NULL},
        {BOTH("notIn", "\"2\"", T("yes")), -1, "the right side must be"},
    };
    CHECK(rows);
}

/* The left side begins or ends the right one, not the other way round. */
Test(condition, beginnings_and_ends)
{
    static const struct row rows[] = {
        {BOTH("startsWith", "\"par\"", T("text")), 1, NULL},
        {BOTH("startsWith", T("text"), "\"par\""), 0, NULL},
        {BOTH("startsWith", "\"1\"", T("digits")), 1, NULL},
        {BOTH("doesNotStartWith", "\"cel\"", T("text")), 1, NULL},
        {BOTH("doesNotStartWith", "\"p\"", T("text")), 0, NULL},
        {BOTH("endsWith", "\"cel\"", T("text")), 1, NULL},
        {BOTH("endsWith", T("text"), "\"cel\""), 0, NULL},
        {BOTH("doesNotEndWith", "\"par\"", T("text")), 1, NULL},
        {BOTH("doesNotEndWith", "\"l\"", T("text")), 0, NULL},
        {BOTH("startsWith", "\"\"", T("nope")), 1, NULL},
        {BOTH("endsWith", "\"2,3,\"", T("list")), 1, NULL},
    };
    CHECK(rows);
}

Test(condition, times)
{
    static const struct row rows[] = {
        {BOTH("dateTimeAfter", T("when"), "\"2026-04-22\""), 1, NULL},
        {BOTH("dateTimeAfter", "\"2026-04-22\"", T("when")), 0, NULL},
        {BOTH("dateTimeBefore", "\"2026-04-21\"", T("when")), 1, NULL},
        {BOTH("dateTimeSame", T("when"), "\"2026-04-22T02:15:30+02:00\""), 1, NULL},
        {BOTH("dateTimeSame", T("when"), "\"2026-04-22T00:15:30\""), 1, NULL},
        {BOTH("dateTimeSame", T("when"), "\"2026-04-22T00:15:31Z\""), 0, NULL},
        {BOTH("dateTimeSame", "\"2021-03-20\"", "\"1616198400\""), 1, NULL},
        {BOTH("dateTimeSame", "\"1616198400000\"", "\"1616198400\""), 1, NULL},
        {BOTH("dateTimeBefore", "\"1616198400.5\"", "\"1616198401\""), 1, NULL},
        {BOTH("dateTimeSame", T("when"), "\"yesterday\""), -1,
         "condition \"dateTimeSame\": both sides must be times such as"},
        {BOTH("dateTimeAfter", T("nope"), "\"2026-04-22\""), -1, "both sides must be times"},
        {BOTH("dateTimeAfter", T("when"), T("zero")), -1, "both sides must be times"},
        {BOTH("dateTimeBefore", T("yes"), T("when")), -1, "both sides must be times"},
        {BOTH("dateTimeSame", T("when"), "\"2026-02-30\""), -1, "both sides must be times"},
    };
    CHECK(rows);
}

#define YES UNARY("isTrue", "\"true\"")
#define NO  UNARY("isTrue", "\"false\"")
#define BAD UNARY("isEmpty", T("n"))

Test(condition, groups)
{
    static const struct row rows[] = {
        {"[\"and\"," YES "," YES "]", 1, NULL},
        {"[\"and\"," YES "," NO "]", 0, NULL},
        {"[\"or\"," NO "," YES "]", 1, NULL},
        {"[\"or\"," NO "," NO "]", 0, NULL},
        {"[\"and\"]", 1, NULL},
        {"[\"or\"]", 0, NULL},
        {"[\"and\",[\"or\"," NO "," YES "],[\"and\"," YES "]]", 1, NULL},
        {"{\"list\":[\"and\",{\"list\":[\"isTrue\",\"true\"]}]}", 1, NULL},
        /* what decides ends it: the faulty operand behind is not looked at */
        {"[\"and\"," NO "," BAD "]", 0, NULL},
        {"[\"or\"," YES "," BAD "]", 1, NULL},
        {"[\"and\"," YES "," BAD "]", -1, "only a list or a text"},
        /* but an unknown operator is seen wherever it stands */
        {"[\"and\"," NO ",[\"isTru\",\"x\"]]", -1, "begins with \"isTru\""},
        {"[\"or\"," YES ",\"and\"]", -1, "begins with \"\""},
        {"[]", -1, "begins with \"\""},
        {"\"equal\"", -1, "begins with \"\""},
        {"[{\"ref\":\"t.results.text\"},\"x\"]", -1, "right would be and, or, or an operator"},
        {"[\"AND\"," YES "]", -1, "begins with \"AND\""},
    };
    CHECK(rows);
}

Test(condition, every_operator_has_a_name_of_its_own)
{
    static const char *const names[] = {"isTrue",
                                        "isFalse",
                                        "exists",
                                        "doesNotExist",
                                        "isEmpty",
                                        "isNotEmpty",
                                        "equal",
                                        "notEqual",
                                        "exactlyMatches",
                                        "doesNotExactlyMatch",
                                        "greaterThan",
                                        "greaterThanOrEqual",
                                        "lessThan",
                                        "lessThanOrEqual",
                                        "in",
                                        "notIn",
                                        "startsWith",
                                        "doesNotStartWith",
                                        "endsWith",
                                        "doesNotEndWith",
                                        "dateTimeAfter",
                                        "dateTimeBefore",
                                        "dateTimeSame"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum condition_operator op = CONDITION_IS_TRUE;
        int operands = 0;
        cr_assert(condition_operator_find(slice_of_text(names[i]), &op, &operands), "%s", names[i]);
        cr_expect_eq((size_t)op, i);
        cr_expect_eq(operands, i < 6 ? 1 : 2);
    }
    enum condition_operator op = CONDITION_IS_TRUE;
    int operands = 0;
    cr_expect_not(condition_operator_find(SLICE("equals"), &op, &operands));
}

/* The text of a buffer as a C string. */
static const char *text_of(struct buf *text)
{
    buf_put_char(text, '\0');
    cr_assert_not(text->failed);
    return text->data;
}

Test(condition, nesting_and_terms_are_bounded)
{
    struct buf json;
    buf_init(&json, 64 * 1024);
    for (int i = 0; i < 24; i++) { /* JSON itself nests to 28 levels */
        buf_put_text(&json, "[\"and\",");
    }
    buf_put_text(&json, YES);
    for (int i = 0; i < 24; i++) {
        buf_put_text(&json, "]");
    }
    char text[ERROR_TEXT_SIZE];
    cr_expect_eq(run(text_of(&json), text), -1);
    cr_expect_not_null(strstr(text, "nested over 20 levels"), "%s", text);

    buf_clear(&json);
    buf_put_text(&json, "[\"and\"");
    for (int i = 0; i < CONDITION_TERMS_MAX; i++) {
        buf_put_text(&json, "," YES);
    }
    buf_put_text(&json, "]");
    cr_expect_eq(run(text_of(&json), text), -1);
    cr_expect_not_null(strstr(text, "over 1000 terms"), "%s", text);
    buf_deinit(&json);
}
