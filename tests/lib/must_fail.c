/*
 * must_fail: tests every one of which must fail: a demand that lets a wrong thing pass would be
 * worse than none. unit_kit runs this program, by Criterion and by plain_runner, and counts.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_reply.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

static struct arena memory;

static const struct value *sample(void)
{
    static struct value value;
    json_in_init();
    arena_init(&memory, 1 << 20);
    kit_expect_use(&(struct kit_expect_context){.arena = &memory});
    enum err e = json_in_parse(SLICE("{\"a\": {\"list\": [1, \"x\", true]}, \"null\": null,"
                                     " \"errors\": [{\"field\": \"name\", \"message\": \"wrong\","
                                     " \"messages\": [\"wrong\"]}], \"made\": {\"errors\": ["
                                     "{\"field\": \"name\", \"messages\": [\"wrong\"]}]}}"),
                               &memory, &value, NULL);
    ASSERT(e == ERR_OK);
    return &value;
}

/* Ends well: what passes by mistake is then counted as passed. */
static void done(void)
{
    arena_deinit(&memory);
}

Test(must_fail, expect)
{
    EXPECT(1 + 1 == 3);
}

Test(must_fail, expect_that)
{
    EXPECT_THAT(1 + 1 == 3, "it is %d", 1 + 1);
}

Test(must_fail, ok)
{
    EXPECT_OK(error_set(KIT_ERROR, ERR_IO, "the disk is gone"));
}

Test(must_fail, err)
{
    EXPECT_ERR(ERR_IO, ERR_TIMEOUT);
}

Test(must_fail, status)
{
    EXPECT_STATUS(&(struct kit_message){.status = 500}, 200);
}

Test(must_fail, text)
{
    EXPECT_TEXT(sample(), "a.list[1]", "y");
    done();
}

Test(must_fail, text_of_another_type)
{
    EXPECT_TEXT(sample(), "a.list[0]", "1");
    done();
}

Test(must_fail, integer)
{
    EXPECT_INT(sample(), "a.list[0]", 2);
    done();
}

Test(must_fail, boolean)
{
    EXPECT_BOOL(sample(), "a.list[2]", false);
    done();
}

Test(must_fail, count)
{
    EXPECT_COUNT(sample(), "a.list", 2);
    done();
}

Test(must_fail, not_null)
{
    EXPECT_NULL(sample(), "a.list");
    done();
}

Test(must_fail, missing)
{
    (void)VALUE_AT(sample(), "a.lists");
    done();
}

Test(must_fail, text_at)
{
    (void)TEXT_AT(sample(), "null");
    done();
}

Test(must_fail, list)
{
    EXPECT_LIST(sample(), "a.list", "", "1, x");
    done();
}

Test(must_fail, list_of_other_members)
{
    EXPECT_LIST(sample(), "made.errors", "field", "null");
    done();
}

Test(must_fail, problem_of_another_field)
{
    EXPECT_PROBLEM(sample(), "made", "names", "wrong");
    done();
}

Test(must_fail, problem_with_another_text)
{
    EXPECT_PROBLEM(sample(), "made", "name", "right");
    done();
}

Test(must_fail, problems)
{
    EXPECT_NO_PROBLEMS(sample(), "made");
    done();
}

Test(must_fail, error)
{
    EXPECT_ERROR(sample(), "right");
    done();
}

Test(must_fail, criterion_assert)
{
    cr_assert_str_eq("a", "b");
}

Test(must_fail, criterion_expect)
{
    cr_expect(1 + 1 == 3);
}

Test(must_fail, crash)
{
    abort();
}

Test(must_fail, exit_code)
{
    exit(7);
}

Test(must_fail, no_signal, .signal = SIGABRT)
{
}

Test(must_fail, timeout, .timeout = 1)
{
    for (;;) {
    }
}
