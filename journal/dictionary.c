#include "journal/dictionary_priv.h"

#include "core/base/memory.h"

#include <sodium.h>
#include <zdict.h>

void dictionary_hash(struct slice bytes, unsigned char ret[DICTIONARY_HASH_BYTES])
{
    (void)crypto_generichash(ret, DICTIONARY_HASH_BYTES, (const unsigned char *)bytes.data,
                             bytes.size, NULL, 0);
}

void dictionary_set_init(struct dictionary_set *set)
{
    (void)pthread_mutex_init(&set->lock, NULL);
    for (size_t i = 0; i <= DICTIONARY_COUNT_MAX; i++) {
        atomic_init(&set->by_id[i], NULL);
    }
    atomic_init(&set->current, NULL);
}

static void destroy(struct dictionary *dictionary)
{
    if (dictionary != NULL) {
        (void)ZSTD_freeCDict(dictionary->compress);
        (void)ZSTD_freeDDict(dictionary->decompress);
        memory_free(dictionary);
    }
}

void dictionary_set_deinit(struct dictionary_set *set)
{
    for (size_t i = 0; i <= DICTIONARY_COUNT_MAX; i++) {
        destroy(atomic_load(&set->by_id[i]));
        atomic_store(&set->by_id[i], NULL);
    }
    atomic_store(&set->current, NULL);
    (void)pthread_mutex_destroy(&set->lock);
}

static enum err make(uint16_t id,
                     struct slice bytes,
                     bool for_writing,
                     struct dictionary **ret,
                     struct error *reterr)
{
    if (bytes.size > DICTIONARY_BYTES_MAX || ZDICT_getDictID(bytes.data, bytes.size) == 0) {
        return error_set(reterr, ERR_INVALID,
                         "these %zu bytes are not a zstd dictionary of at most %zu bytes",
                         bytes.size, DICTIONARY_BYTES_MAX);
    }
    struct dictionary *dictionary = memory_zalloc(1, sizeof *dictionary);
    if (dictionary == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for dictionary %u", id);
    }
    dictionary->id = id;
    dictionary->decompress = ZSTD_createDDict(bytes.data, bytes.size);
    if (for_writing) {
        dictionary->compress = ZSTD_createCDict(bytes.data, bytes.size, DICTIONARY_LEVEL);
    }
    if (dictionary->decompress == NULL || (for_writing && dictionary->compress == NULL)) {
        destroy(dictionary);
        return error_set(reterr, ERR_NO_MEMORY, "no memory for dictionary %u", id);
    }
    *ret = dictionary;
    return ERR_OK;
}

/* With the lock held. */
static void publish(struct dictionary_set *set, struct dictionary *dictionary)
{
    struct dictionary *current = atomic_load(&set->current);
    atomic_store(&set->by_id[dictionary->id], dictionary);
    if (current == NULL || current->id < dictionary->id) {
        atomic_store(&set->current, dictionary);
    }
}

enum err dictionary_set_add(struct dictionary_set *set,
                            uint64_t id,
                            struct slice bytes,
                            bool for_writing,
                            struct error *reterr)
{
    if (id == 0 || id > DICTIONARY_COUNT_MAX) {
        return error_set(reterr, ERR_LIMIT, "dictionary %llu: a journal holds at most %d",
                         (unsigned long long)id, DICTIONARY_COUNT_MAX);
    }
    enum err e = ERR_OK;
    (void)pthread_mutex_lock(&set->lock);
    if (atomic_load(&set->by_id[id]) == NULL) {
        struct dictionary *dictionary = NULL;
        e = make((uint16_t)id, bytes, for_writing, &dictionary, reterr);
        if (e == ERR_OK) {
            publish(set, dictionary);
        }
    }
    (void)pthread_mutex_unlock(&set->lock);
    return e;
}

const struct dictionary *dictionary_set_find(struct dictionary_set *set, uint16_t id)
{
    return id == 0 || id > DICTIONARY_COUNT_MAX ? NULL : atomic_load(&set->by_id[id]);
}

const struct dictionary *dictionary_set_current(struct dictionary_set *set)
{
    return atomic_load(&set->current);
}
