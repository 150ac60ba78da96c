/*
 * Demands on GraphQL answers that are met; those that are not are in lib/must_fail.c.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_reply.h"

#include <criterion/criterion.h>

Test(kit_reply, takes_what_is_so)
{
    struct arena arena;
    struct value value;
    json_in_init();
    arena_init(&arena, 1 << 20);
    kit_expect_use(&(struct kit_expect_context){.arena = &arena});
    enum err e = json_in_parse(
        SLICE("{\"nodes\": [{\"a\": \"x\", \"in\": {\"b\": 1}}, {\"a\": null}], \"none\": [],"
              " \"good\": {\"errors\": []}, \"errors\": [{\"message\": \"Thing not found\"}],"
              " \"bad\": {\"errors\": [{\"field\": \"f\", \"messages\": [\"one\", \"two\"]}]}}"),
        &arena, &value, NULL);
    ASSERT(e == ERR_OK);
    EXPECT_LIST(&value, "nodes", "a", "x, null");
    EXPECT_LIST(&value, "nodes", "in.b", "1, null");
    EXPECT_LIST(&value, "bad.errors[0].messages", "", "one, two");
    EXPECT_LIST(&value, "none", "a", "");
    EXPECT_NO_PROBLEMS(&value, "good");
    EXPECT_PROBLEM(&value, "bad", "f", "two");
    EXPECT_ERROR(&value, "not found");
    arena_deinit(&arena);
}
