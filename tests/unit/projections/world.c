/* What world.h says; the commands of each decider are in world_things.c. */
#include "tests/unit/projections/world.h"

#include "core/domain/customer.h"
#include "projections/as_of.h"

#define MEMORY_BYTES  (64 * MIB)
#define SCRATCH_BYTES (16 * MIB)

#define VARS                                                                                       \
    "requiredConfigVars:\n"                                                                        \
    "- {key: Url, stableKey: url, dataType: string}\n"                                             \
    "- {key: Count, dataType: number, defaultValue: '1'}\n"                                        \
    "- {key: Conn, dataType: connection, connection: {key: own, component: {key: own}}}\n"

static const char *const texts[WORLD_DEFINITIONS_MAX] = {
    "flows:\n" DOMAIN_KIT_FLOW("F"),
    VARS "flows:\n" DOMAIN_KIT_FLOW("F") DOMAIN_KIT_FLOW("G"),
    VARS "labels: [x]\nflows:\n" DOMAIN_KIT_FLOW("G"),
    "description: d\n" VARS "flows:\n" DOMAIN_KIT_FLOW("H") DOMAIN_KIT_FLOW("F"),
};

/* ---- chance: splitmix64 ---- */

uint64_t world_below(struct world *world, uint64_t limit)
{
    world->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = world->state;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % limit;
}

struct uuid world_pick(struct world *world, const struct world_pool *pool)
{
    if (pool->count == 0 || world_below(world, 20) == 0) {
        return domain_kit_id("nobody");
    }
    return pool->ids[world_below(world, pool->count)];
}

void world_remember(struct world *world, struct world_pool *pool, struct uuid id)
{
    size_t place = pool->count < WORLD_POOL_MAX ? pool->count++ : world_below(world, pool->count);
    pool->ids[place] = id;
}

struct slice world_text(struct world *world)
{
    static const char *const some[] = {"a", "b", "c", "Acme", "Beta", "\xc3\xa4", "", "\x01"};
    return slice_of_text(some[world_below(world, sizeof some / sizeof *some)]);
}

struct text_list world_labels(struct world *world)
{
    struct text_list list = {ARENA_ARRAY(&world->scratch, struct slice, 4), 0};
    for (uint64_t left = world_below(world, 4); left > 0; left--) {
        list.items[list.count++] = world_text(world);
    }
    return list;
}

uint64_t world_expected(struct world *world, uint64_t current)
{
    uint64_t draw = world_below(world, 10);
    return draw == 0 ? current + 1 : (draw == 1 ? current : 0);
}

uint64_t world_key(struct world *world)
{
    struct keyring *keyring = journal_keyring(world->kit.base.journal);
    cr_assert_eq(keyring_reserve(keyring, world->next_key, NULL), ERR_OK);
    return world->next_key++;
}

/* ---- appending ---- */

/* Some commands have an idempotency key, of few, so that keys meet and end. */
static void draw_idempotency(struct world *world, struct append *append)
{
    if (world_below(world, 3) == 0) {
        char *digest = arena_alloc(&world->scratch, 32);
        memset(digest, (int)world_below(world, 16), 32);
        append->idempotency = slice_of(digest, 32);
        append->request = append->idempotency;
    }
}

bool world_append(struct world *world,
                  const struct decision *decision,
                  struct stream_ref stream,
                  struct stream_ref owner,
                  uint64_t key,
                  uint64_t version)
{
    if (decision_refused(decision) || decision->count == 0) {
        return false;
    }
    struct append_record record = {.stream = stream,
                                   .owner = owner,
                                   .key = key,
                                   .first_stream_version = version + 1,
                                   .events = decision->events,
                                   .event_count = decision->count};
    struct append append = kit_append(&world->kit.base);
    append.records = &record;
    append.record_count = 1;
    append.reason = world_below(world, 8) == 0 ? SLICE("because") : (struct slice){NULL, 0};
    if (key == 0) {
        append.reason = (struct slice){NULL, 0};
    }
    draw_idempotency(world, &append);
    (void)views_kit_append(&world->kit, &append);
    world->appended++;
    return true;
}

/* ---- what the views show ---- */

static const struct world_row *find_row(const struct world *world, struct stream_ref stream)
{
    for (const struct world_row *it = world->rows; it != NULL; it = it->before) {
        if (stream_equal(it->stream, stream)) {
            return it;
        }
    }
    return NULL;
}

static void keep_row(struct world *world, uint64_t seq, struct stream_ref stream, struct slice row)
{
    const struct world_row *known = find_row(world, stream);
    if (known != NULL && slice_equal(known->row, row)) {
        return;
    }
    struct world_row *it = ARENA_NEW(&world->memory, struct world_row);
    cr_assert_not_null(it);
    *it = (struct world_row){world->rows, seq, stream, arena_copy(&world->memory, row)};
    world->rows = it;
}

static void keep_table(struct world *world,
                       struct views_txn *txn,
                       enum views_table table,
                       enum stream_kind kind)
{
    struct views_cursor cursor;
    uint64_t seq = journal_head(world->kit.base.journal).seq;
    cr_assert_eq(views_cursor_open(txn, table, &cursor, NULL), ERR_OK);
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0});
    for (; found; found = views_cursor_next(&cursor)) {
        struct stream_ref stream = {.kind = kind};
        memcpy(stream.id.bytes, cursor.key.data, sizeof stream.id.bytes);
        keep_row(world, seq, stream, cursor.row);
    }
    views_cursor_close(&cursor);
}

static void keep_rows(struct world *world)
{
    struct views_txn *txn = views_kit_read(&world->kit);
    keep_table(world, txn, VIEWS_CUSTOMERS, STREAM_CUSTOMER);
    keep_table(world, txn, VIEWS_INTEGRATIONS, STREAM_INTEGRATION);
    keep_table(world, txn, VIEWS_INSTANCES, STREAM_INSTANCE);
    views_end(&txn);
}

/* ---- life ---- */

void world_begin(struct world *world, uint64_t seed)
{
    *world = (struct world){.state = seed, .next_key = VIEWS_KIT_KEY};
    views_kit_begin(&world->kit);
    arena_init(&world->memory, MEMORY_BYTES);
    arena_init(&world->scratch, SCRATCH_BYTES);
    for (size_t i = 0; i < WORLD_DEFINITIONS_MAX; i++) {
        world->definitions[i] = domain_kit_definition(&world->kit.words, texts[i]);
    }
    struct decision decision;
    struct customer_create create = {
        .name = SLICE("System"), .is_system = true, .key = world_key(world)};
    decision_init(&decision, &world->scratch);
    customer_decide_create(&create, &decision);
    world->system_customer = kit_id(&world->kit.base);
    struct stream_ref stream = {STREAM_CUSTOMER, world->system_customer};
    cr_assert(world_append(world, &decision, stream, stream, create.key, 0));
    world_remember(world, &world->customers, world->system_customer);
    keep_rows(world);
}

void world_end(struct world *world)
{
    arena_deinit(&world->scratch);
    arena_deinit(&world->memory);
    views_kit_end(&world->kit);
}

static void restart(struct world *world)
{
    if (world_below(world, 2) == 0) {
        views_kit_close(&world->kit);
    } else {
        views_kit_die(&world->kit);
    }
    views_kit_open(&world->kit);
}

static void pass_time(struct world *world)
{
    static const int64_t us[] = {1, 1000, 2000000, 30 * KIT_MINUTE, KIT_DAY / 2};
    int64_t passed = us[world_below(world, sizeof us / sizeof *us)];
    world->kit.base.clock.wall += passed;
    if (world_below(world, 20) != 0) { /* else the wall clock steps */
        world->kit.base.clock.monotonic += passed;
    }
}

void world_step(struct world *world)
{
    static void (*const commands[])(struct world *) = {
        world_customer, world_integration, world_integration, world_instance,  world_instance,
        world_instance, world_execution,   world_execution,   world_execution, world_access,
    };
    pass_time(world);
    if (world_below(world, 40) == 0) {
        restart(world);
    }
    commands[world_below(world, sizeof commands / sizeof *commands)](world);
    keep_rows(world);
    arena_reset(&world->scratch);
}
