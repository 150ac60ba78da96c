/* dictionary: the built-in one is one, and sets keep what they are given. */
#include "journal/dictionary_priv.h"
#include "tests/unit/journal/journal_kit.h"

Test(dictionary, the_builtin_one_is_sound)
{
    struct slice builtin = dictionary_builtin();
    cr_assert_leq(builtin.size, DICTIONARY_BYTES_MAX);
    cr_assert_gt(builtin.size, DICTIONARY_BYTES_MAX / 2);
    struct dictionary_set set;
    dictionary_set_init(&set);
    cr_assert_eq(dictionary_set_add(&set, 1, builtin, true, NULL), ERR_OK);
    dictionary_set_deinit(&set);
}

Test(dictionary, sets_find_by_id_and_use_the_highest)
{
    struct dictionary_set set;
    struct slice builtin = dictionary_builtin();
    dictionary_set_init(&set);
    cr_assert_null(dictionary_set_current(&set));
    cr_assert_eq(dictionary_set_add(&set, 7, builtin, true, NULL), ERR_OK);
    cr_assert_eq(dictionary_set_add(&set, 3, builtin, false, NULL), ERR_OK);
    cr_assert_eq(dictionary_set_add(&set, 7, SLICE("not looked at"), true, NULL), ERR_OK);
    cr_assert_eq(dictionary_set_current(&set)->id, 7);
    cr_assert_not_null(dictionary_set_find(&set, 3));
    cr_assert_null(dictionary_set_find(&set, 4));
    cr_assert_null(dictionary_set_find(&set, 0));
    cr_assert_null(dictionary_set_find(&set, UINT16_MAX));
    dictionary_set_deinit(&set);
}

Test(dictionary, refuses_what_is_none)
{
    struct dictionary_set set;
    struct error error;
    static char large[DICTIONARY_BYTES_MAX + 1];
    struct slice builtin = dictionary_builtin();
    dictionary_set_init(&set);
    cr_assert_eq(dictionary_set_add(&set, 1, SLICE("text"), true, &error), ERR_INVALID);
    cr_assert_eq(dictionary_set_add(&set, 1, SLICE(""), true, &error), ERR_INVALID);
    memcpy(large, builtin.data, builtin.size);
    cr_assert_eq(dictionary_set_add(&set, 1, slice_of(large, sizeof large), true, &error),
                 ERR_INVALID);
    cr_assert_eq(dictionary_set_add(&set, 0, builtin, true, &error), ERR_LIMIT);
    cr_assert_eq(dictionary_set_add(&set, DICTIONARY_COUNT_MAX + 1, builtin, true, &error),
                 ERR_LIMIT);
    dictionary_set_deinit(&set);
}
