/* idempotency_view: which keyed request was answered by what, for 24 hours of recorded time. */
#include "projections/idempotency_view.h"
#include "tests/unit/projections/views_kit.h"

#include <stdio.h>

/* 32 bytes that begin with a text. */
static struct slice digest_of(struct views_kit *kit, const char *text)
{
    char *bytes = arena_zalloc(&kit->words.arena, 1, IDEMPOTENCY_DIGEST_BYTES);
    memcpy(bytes, text, strlen(text));
    return slice_of(bytes, IDEMPOTENCY_DIGEST_BYTES);
}

/* A command under a key. Returns: its first event. */
static uint64_t
say_keyed(struct views_kit *kit, const char *name, const char *key, const char *request)
{
    char line[100];
    (void)snprintf(line, sizeof line, "user.created {'role':1,'name':'%s'}\nuser.created {}", name);
    kit->idempotency = digest_of(kit, key);
    kit->request = request != NULL ? digest_of(kit, request) : (struct slice){NULL, 0};
    return views_kit_say(kit, name, line) - 1;
}

/* Returns: the sequence that was answered under the key, 0 when none. */
static uint64_t
find(struct views_kit *kit, const char *key, int64_t now_us, struct idempotency_entry *ret)
{
    struct views_txn *txn = views_kit_read(kit);
    enum err e = idempotency_view_find(txn, digest_of(kit, key), now_us, ret, &kit->base.error);
    views_end(&txn);
    cr_assert(e == ERR_OK || e == ERR_NOT_FOUND);
    return e == ERR_OK ? ret->seq : 0;
}

static void pass(struct views_kit *kit, int64_t us)
{
    kit->base.clock.wall += us;
    kit->base.clock.monotonic += us;
}

Test(idempotency_view, a_key_counts_for_a_day)
{
    struct views_kit kit;
    struct idempotency_entry entry;
    views_kit_begin(&kit);
    uint64_t seq = say_keyed(&kit, "a", "key", "request");
    cr_expect_eq(find(&kit, "key", KIT_NOW_US, &entry), seq, "the first event of the command");
    cr_expect(
        slice_equal(slice_of(entry.request, sizeof entry.request), digest_of(&kit, "request")));
    cr_expect_eq(find(&kit, "other", KIT_NOW_US, &entry), 0);
    cr_expect_eq(find(&kit, "key", KIT_NOW_US + IDEMPOTENCY_WINDOW_US - 1, &entry), seq);
    cr_expect_eq(find(&kit, "key", KIT_NOW_US + IDEMPOTENCY_WINDOW_US, &entry), 0);
    cr_expect_str_eq(kit.base.error.text, "the idempotency key has expired");
    views_kit_demand_rebuilt(&kit, "one key");
    cr_expect_eq(find(&kit, "key", KIT_NOW_US, &entry), seq, "also after a restart");
    views_kit_end(&kit);
}

Test(idempotency_view, a_command_without_a_request_digest_is_not_kept)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    (void)say_keyed(&kit, "a", "key", NULL);
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_IDEMPOTENCY), "");
    views_kit_demand_rebuilt(&kit, "no request");
    views_kit_end(&kit);
}

Test(idempotency_view, a_key_may_be_used_again_after_its_day)
{
    struct views_kit kit;
    struct idempotency_entry entry;
    views_kit_begin(&kit);
    (void)say_keyed(&kit, "a", "key", "one");
    pass(&kit, IDEMPOTENCY_WINDOW_US);
    uint64_t second = say_keyed(&kit, "b", "key", "two");
    cr_expect_eq(find(&kit, "key", kit.base.clock.wall, &entry), second);
    struct views_txn *txn = views_kit_read(&kit);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY), 1);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY_EXPIRY), 1);
    views_end(&txn);
    pass(&kit, IDEMPOTENCY_WINDOW_US - 1);
    (void)say_keyed(&kit, "c", "other", "x");
    cr_expect_eq(find(&kit, "key", kit.base.clock.wall, &entry), second, "its younger row stays");
    views_kit_demand_rebuilt(&kit, "used again");
    views_kit_end(&kit);
}

/* Each keyed command forgets a bounded number; more than one command's worth takes several. */
Test(idempotency_view, old_keys_are_forgotten_by_and_by)
{
    struct views_kit kit;
    struct idempotency_entry entry;
    views_kit_begin(&kit);
    for (int i = 0; i < EXPIRIES_PER_COMMAND + 10; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", i);
        (void)say_keyed(&kit, key, key, "r");
        pass(&kit, 1000);
    }
    pass(&kit, IDEMPOTENCY_WINDOW_US);
    views_kit_say(&kit, "x", "user.created {'role':1}");
    struct views_txn *txn = views_kit_read(&kit);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY), EXPIRIES_PER_COMMAND + 10,
                 "only keyed commands pay");
    views_end(&txn);
    (void)say_keyed(&kit, "y", "new", "r");
    txn = views_kit_read(&kit);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY), 11);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY_EXPIRY), 11);
    views_end(&txn);
    cr_expect_eq(find(&kit, "k73", kit.base.clock.wall, &entry), 0, "expired, though still there");
    (void)say_keyed(&kit, "z", "newer", "r");
    txn = views_kit_read(&kit);
    cr_expect_eq(views_count(txn, VIEWS_IDEMPOTENCY), 2);
    views_end(&txn);
    views_kit_demand_rebuilt(&kit, "forgotten");
    views_kit_end(&kit);
}

Test(idempotency_view, a_row_of_another_size_is_damaged)
{
    struct views_kit kit;
    struct idempotency_entry entry;
    struct views_txn *txn = NULL;
    views_kit_begin(&kit);
    cr_assert_eq(views_begin(kit.views, true, &txn, NULL), ERR_OK);
    struct slice digest = digest_of(&kit, "key");
    cr_assert_eq(views_put(txn, VIEWS_IDEMPOTENCY, digest, SLICE("bad"), NULL), ERR_OK);
    cr_expect_eq(idempotency_view_find(txn, digest, 0, &entry, &kit.base.error), ERR_DAMAGED);
    cr_expect_str_eq(kit.base.error.text, "an idempotency row has 3 bytes");
    views_end(&txn);
    views_kit_end(&kit);
}
