/* instance_cache: never anything but what the row says now. */
#include "core/base/limits.h"
#include "projections/instance_cache.h"
#include "projections/instances_view.h"
#include "tests/lib/kit_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct fixture {
    char folder[KIT_PATH_SIZE];
    struct views *views;
    struct views_txn *txn;
    struct instance_cache *cache;
};

static void begin(struct fixture *it)
{
    char path[KIT_PATH_SIZE + 8];
    struct error error = {.code = ERR_OK};
    cr_assert_eq(kit_dir_create(it->folder, &error), ERR_OK, "%s", error.text);
    (void)snprintf(path, sizeof path, "%s/views", it->folder);
    struct views_options options = {.dir = path, .map_bytes = 64 * MIB, .create = true};
    cr_assert_eq(views_open(&options, &it->views, &error), ERR_OK, "%s", error.text);
    cr_assert_eq(views_begin(it->views, true, &it->txn, &error), ERR_OK, "%s", error.text);
    cr_assert_eq(instance_cache_create(&it->cache, &error), ERR_OK, "%s", error.text);
}

static void end(struct fixture *it)
{
    instance_cache_destroy(&it->cache);
    views_end(&it->txn);
    views_close(&it->views);
    cr_assert_eq(kit_dir_remove(it->folder, NULL), ERR_OK);
}

/* An id whose slot is `slot`. */
static struct uuid id_in(unsigned char first, unsigned char slot)
{
    struct uuid id = {{0}};
    id.bytes[0] = first;
    id.bytes[15] = slot;
    return id;
}

static void put(struct fixture *it, struct uuid id, struct slice name, uint64_t version)
{
    struct buf row;
    struct views_key key = views_key_of_id(id);
    struct instance instance = {.id = id, .name = name, .version = version};
    buf_init(&row, MIB);
    instance_put(&row, &instance);
    cr_assert_eq(views_put(it->txn, VIEWS_INSTANCES, views_key_slice(&key), buf_slice(&row), NULL),
                 ERR_OK);
    buf_deinit(&row);
}

static const struct instance *get(struct fixture *it, struct uuid id)
{
    const struct instance *instance = NULL;
    struct error error = {.code = ERR_OK};
    cr_assert_eq(instance_cache_get(it->cache, it->txn, id, &instance, &error), ERR_OK, "%s",
                 error.text);
    cr_assert(uuid_equal(instance->id, id));
    return instance;
}

Test(instance_cache, gives_the_row_as_it_is_now)
{
    struct fixture it = {.folder = ""};
    begin(&it);
    struct uuid id = id_in(1, 7);
    put(&it, id, SLICE("Acme"), 1);
    cr_assert(slice_is(get(&it, id)->name, "Acme"));
    cr_assert(slice_is(get(&it, id)->name, "Acme"));
    put(&it, id, SLICE("Acmé"), 2);
    cr_assert(slice_is(get(&it, id)->name, "Acmé"));
    put(&it, id, SLICE("Acmé"), 3); /* as long as before */
    cr_assert_eq(get(&it, id)->version, 3);
    end(&it);
}

Test(instance_cache, tells_ids_of_one_slot_apart)
{
    struct fixture it = {.folder = ""};
    begin(&it);
    put(&it, id_in(1, 7), SLICE("same"), 1);
    put(&it, id_in(2, 7), SLICE("same"), 1); /* the very same row */
    for (int i = 0; i < 3; i++) {
        (void)get(&it, id_in(1, 7));
        (void)get(&it, id_in(2, 7));
    }
    end(&it);
}

Test(instance_cache, a_row_that_is_gone_is_not_found)
{
    struct fixture it = {.folder = ""};
    begin(&it);
    const struct instance *instance = NULL;
    struct uuid id = id_in(1, 7);
    struct views_key key = views_key_of_id(id);
    put(&it, id, SLICE("Acme"), 1);
    (void)get(&it, id);
    cr_assert_eq(views_delete(it.txn, VIEWS_INSTANCES, views_key_slice(&key), NULL), ERR_OK);
    cr_assert_eq(instance_cache_get(it.cache, it.txn, id, &instance, NULL), ERR_NOT_FOUND);
    cr_assert_null(instance);
    end(&it);
}

Test(instance_cache, takes_rows_of_any_size_and_refuses_what_is_none)
{
    static char name[2 * INSTANCE_CACHE_ROW_BYTES];
    struct fixture it = {.folder = ""};
    begin(&it);
    memset(name, 'x', sizeof name);
    for (uint64_t version = 1; version < 4; version++) {
        put(&it, id_in(1, 7), slice_of(name, sizeof name), version);
        put(&it, id_in(2, 7), slice_of(name, sizeof name), version);
        cr_assert_eq(get(&it, id_in(1, 7))->version, version);
        cr_assert_eq(get(&it, id_in(2, 7))->name.size, sizeof name);
    }
    const struct instance *instance = NULL;
    struct uuid id = id_in(3, 7);
    struct views_key key = views_key_of_id(id);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(views_put(it.txn, VIEWS_INSTANCES, views_key_slice(&key), SLICE("\xc1"), NULL),
                     ERR_OK);
        cr_assert_eq(instance_cache_get(it.cache, it.txn, id, &instance, NULL), ERR_MALFORMED);
    }
    end(&it);
}
