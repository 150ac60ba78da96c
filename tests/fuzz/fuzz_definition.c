/*
 * Any text as a definition. What must hold whatever the bytes:
 *
 *   - a definition or problems, never both and never neither;
 *   - the text without its secrets, read with them, gives the same definition and the same text;
 *   - read without them it is still a definition: blank secrets break nothing.
 */
#include "core/base/limits.h"
#include "core/definition/definition.h"
#include "tests/lib/definition_dump.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static struct definition *parse(struct slice text, const struct definition_secrets *secrets)
{
    struct arena arena;
    struct problem_list problems;
    struct definition *definition = NULL;
    arena_init(&arena, 4 * MIB);
    problem_list_init(&problems, &arena);
    enum err e = definition_parse(text, secrets, &problems, &definition, NULL);
    require((e == ERR_OK) == (definition != NULL));
    require((e == ERR_OK) == problem_none(&problems) || e == ERR_LIMIT || e == ERR_NO_MEMORY);
    arena_deinit(&arena);
    return definition;
}

static bool same(const struct definition *a, const struct definition *b)
{
    struct buf one;
    struct buf two;
    buf_init(&one, 64 * MIB);
    buf_init(&two, 64 * MIB);
    definition_dump(&one, a);
    definition_dump(&two, b);
    bool equal = slice_equal(buf_slice(&one), buf_slice(&two)) && slice_equal(a->text, b->text);
    buf_deinit(&one);
    buf_deinit(&two);
    return equal;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct definition *definition = parse(slice_of(data, size), NULL);
    if (definition == NULL) {
        return 0;
    }
    struct definition *again = parse(definition->text, &definition->secrets);
    struct definition *without = parse(definition->text, NULL);
    require(again != NULL && without != NULL);
    require(same(definition, again));
    require(without->secrets.count == 0);
    definition_destroy(&again);
    definition_destroy(&without);
    definition_destroy(&definition);
    return 0;
}
