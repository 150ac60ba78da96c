#include "tests/unit/core/definition_kit.h"

#include "core/base/buf.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define TRIGGER                                                                                    \
    "  - {name: Start, isTrigger: true, action: {key: webhook, component: {key: "                  \
    "webhook-triggers}}}\n"

#define HEAD "definitionVersion: 7\nname: T\n"

#define VARS                                                                                       \
    "requiredConfigVars:\n"                                                                        \
    "- {key: Url, dataType: string}\n"                                                             \
    "- {key: Flag, dataType: boolean}\n"                                                           \
    "- {key: Conn, dataType: connection, connection: {key: basic, component: {key: http}}}\n"      \
    "- {key: Plan, dataType: schedule}\n"

#define FLOW_F "- name: F\n"

struct definition_kit definition_kit_parse(struct slice text,
                                           const struct definition_secrets *stored)
{
    struct definition_kit kit = {.definition = NULL};
    arena_init(&kit.arena, 64 * MIB);
    problem_list_init(&kit.problems, &kit.arena);
    kit.result = definition_parse(text, stored, &kit.problems, &kit.definition, &kit.error);
    cr_assert_eq(kit.definition != NULL, kit.result == ERR_OK);
    kit.problems.arena = NULL; /* the arena moves with the struct */
    return kit;
}

void definition_kit_free(struct definition_kit *kit)
{
    definition_destroy(&kit->definition);
    arena_deinit(&kit->arena);
}

const char *definition_kit_problems(struct definition_kit *kit)
{
    struct buf out;
    buf_init(&out, MIB);
    for (const struct problem *p = kit->problems.first; p != NULL; p = p->next) {
        buf_printf(&out, "%.*s: %.*s\n", SLICE_ARGS(p->field), SLICE_ARGS(p->message));
    }
    const char *text = arena_text(&kit->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

struct slice definition_kit_file(struct arena *arena, const char *path)
{
    char name[512];
    (void)snprintf(name, sizeof name, "%s/%s", DAYBOOK_SOURCE_DIR, path);
    FILE *file = fopen(name, "rb");
    cr_assert_not_null(file, "%s", name);
    char *bytes = arena_alloc(arena, LIMIT_DEFINITION_BYTES);
    size_t size = fread(bytes, 1, LIMIT_DEFINITION_BYTES, file);
    (void)fclose(file);
    return slice_of(bytes, size);
}

struct slice
definition_kit_replace(struct arena *arena, struct slice text, const char *from, const char *to)
{
    size_t at = slice_find(text, slice_of_text(from));
    cr_assert_neq(at, SIZE_MAX, "no \"%s\"", from);
    struct slice rest = slice_from(text, at + strlen(from));
    return arena_format(arena, "%.*s%s%.*s", (int)at, text.data, to, SLICE_ARGS(rest));
}

struct slice
definition_kit_text(struct arena *arena, enum definition_place place, const char *piece)
{
    static const char *const before[] = {
        [PLACE_ROOT] = "",
        [PLACE_TOP] = HEAD,
        [PLACE_VARS] = HEAD "requiredConfigVars:\n",
        [PLACE_FLOWS] = HEAD VARS "flows:\n",
        [PLACE_FLOW] = HEAD VARS "flows:\n" FLOW_F,
        [PLACE_STEPS] = HEAD VARS "flows:\n" FLOW_F "  steps:\n" TRIGGER,
    };
    static const char *const behind[] = {
        [PLACE_ROOT] = "",
        [PLACE_TOP] = "flows:\n" FLOW_F "  steps:\n" TRIGGER,
        [PLACE_VARS] = "flows:\n" FLOW_F "  steps:\n" TRIGGER,
        [PLACE_FLOWS] = "",
        [PLACE_FLOW] = "  steps:\n" TRIGGER,
        [PLACE_STEPS] = "",
    };
    return arena_format(arena, "%s%s%s", before[place], piece, behind[place]);
}

void definition_kit_check(const struct definition_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena;
        arena_init(&arena, 4 * MIB);
        struct slice text = definition_kit_text(&arena, rows[i].place, rows[i].piece);
        struct definition_kit kit = definition_kit_parse(text, NULL);
        cr_expect_str_eq(definition_kit_problems(&kit), rows[i].problems, "row %zu: %s\ngave\n%s",
                         i, rows[i].piece, definition_kit_problems(&kit));
        cr_expect_eq(kit.result, rows[i].problems[0] == '\0' ? ERR_OK : ERR_INVALID);
        definition_kit_free(&kit);
        arena_deinit(&arena);
    }
}
