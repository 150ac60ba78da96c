/* Result URLs: what is made is read again, for an hour, and nothing else is. */
#include "api/capability.h"
#include "core/base/check.h"
#include "tests/unit/journal/journal_kit.h"

#define NOW_S (KIT_NOW_US / 1000000)

static struct capability sample(struct kit *kit)
{
    return (struct capability){.kind = CAPABILITY_STEP_RESULT,
                               .execution = kit_id(kit),
                               .seq = 4711,
                               .expires_at = NOW_S + CAPABILITY_LIFE_SECONDS};
}

static enum err open_text(struct kit *kit, struct slice text, int64_t now_us)
{
    struct capability ret;
    return capability_open(kit->journal, text, now_us, &ret, &kit->error);
}

Test(capability, is_read_as_it_was_made)
{
    struct kit kit;
    kit_begin(&kit);
    struct capability made = sample(&kit);
    struct capability read;
    char text[CAPABILITY_TEXT_SIZE];
    cr_assert_eq(capability_make(kit.journal, &made, text, NULL), ERR_OK);
    cr_assert_eq(capability_open(kit.journal, slice_of_text(text), KIT_NOW_US, &read, &kit.error),
                 ERR_OK);
    cr_expect_eq(read.kind, made.kind);
    cr_expect(uuid_equal(read.execution, made.execution));
    cr_expect_eq(read.seq, made.seq);
    cr_expect_eq(read.expires_at, made.expires_at);
    kit_end(&kit);
}

Test(capability, is_good_until_its_last_second)
{
    struct kit kit;
    kit_begin(&kit);
    struct capability made = sample(&kit);
    char text[CAPABILITY_TEXT_SIZE];
    int64_t end_us = made.expires_at * 1000000;
    cr_assert_eq(capability_make(kit.journal, &made, text, NULL), ERR_OK);
    cr_expect_eq(open_text(&kit, slice_of_text(text), end_us - 1), ERR_OK);
    cr_expect_eq(open_text(&kit, slice_of_text(text), end_us), ERR_EXPIRED);
    cr_expect(kit.error.text[0] != '\0');
    kit_end(&kit);
}

/* Every other spelling, of every place. */
Test(capability, no_other_text_is_one)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/"
        " %";
    struct kit kit;
    kit_begin(&kit);
    struct capability made = sample(&kit);
    char text[CAPABILITY_TEXT_SIZE + 1];
    cr_assert_eq(capability_make(kit.journal, &made, text, NULL), ERR_OK);
    size_t size = strlen(text);
    for (size_t at = 0; at < size; at++) {
        char right = text[at];
        for (size_t i = 0; i < strlen(digits); i++) {
            text[at] = digits[i];
            enum err e = open_text(&kit, slice_of_text(text), KIT_NOW_US);
            cr_expect_eq(e, digits[i] == right ? ERR_OK : ERR_NOT_FOUND, "%zu: '%c'", at,
                         digits[i]);
        }
        text[at] = right;
    }
    for (size_t shorter = 0; shorter < size; shorter++) {
        cr_expect_eq(open_text(&kit, slice_of(text, shorter), KIT_NOW_US), ERR_NOT_FOUND);
    }
    text[size] = 'A';
    cr_expect_eq(open_text(&kit, slice_of(text, size + 1), KIT_NOW_US), ERR_NOT_FOUND);
    text[size] = '=';
    cr_expect_eq(open_text(&kit, slice_of(text, size + 1), KIT_NOW_US), ERR_NOT_FOUND);
    kit_end(&kit);
}

Test(capability, is_of_one_journal)
{
    struct kit kit;
    struct kit other;
    kit_begin(&kit);
    kit_begin(&other);
    struct capability made = sample(&kit);
    char text[CAPABILITY_TEXT_SIZE];
    cr_assert_eq(capability_make(kit.journal, &made, text, NULL), ERR_OK);
    cr_expect_eq(open_text(&other, slice_of_text(text), KIT_NOW_US), ERR_NOT_FOUND);
    kit_end(&other);
    kit_end(&kit);
}
