/*
 * dictionary: what bodies are compressed with. One global one at first, built in; later ones are
 * trained on the journal's own bodies with values masked. They enter the journal by a chained
 * dictionary.added and are kept for ever, for a body names the one it needs.
 *
 * The built-in one is a file of the source tree, journal/dictionary_builtin.zdict, made by
 * bench/train_dictionary. A new journal stores it as number 1 like any other: a later program with
 * another built-in one reads old journals all the same.
 *
 * Thread: dictionary_set_find and dictionary_set_current from any; adding is safe beside them.
 * A dictionary lives as long as its set.
 */
#ifndef DAYBOOK_JOURNAL_DICTIONARY_PRIV_H
#define DAYBOOK_JOURNAL_DICTIONARY_PRIV_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <zstd.h>

#define DICTIONARY_BYTES_MAX  ((size_t)64 * 1024)
#define DICTIONARY_COUNT_MAX  255
#define DICTIONARY_HASH_BYTES 32

/* Measured: higher levels are three to five times slower with a dictionary and no smaller. */
#define DICTIONARY_LEVEL 1

struct dictionary {
    uint16_t id;
    ZSTD_CDict *compress; /* NULL in a journal that is only read */
    ZSTD_DDict *decompress;
};

struct dictionary_set {
    pthread_mutex_t lock; /* over adding */
    _Atomic(struct dictionary *) by_id[DICTIONARY_COUNT_MAX + 1];
    _Atomic(struct dictionary *) current; /* the highest id; NULL: none */
};

/** The dictionary in the program. */
struct slice dictionary_builtin(void);

/** BLAKE2b-256 of a dictionary's bytes, as its event has it. */
void dictionary_hash(struct slice bytes, unsigned char ret[DICTIONARY_HASH_BYTES]);

/** An empty set. */
void dictionary_set_init(struct dictionary_set *set);

/** Frees the dictionaries. */
void dictionary_set_deinit(struct dictionary_set *set);

/**
 * Adds a dictionary (its bytes are copied) unless the set has its id. The highest id is the current
 * one. `for_writing`: bodies will be compressed with it. Errors: ERR_INVALID (no dictionary),
 * ERR_LIMIT (id), ERR_NO_MEMORY.
 */
MUST_USE enum err dictionary_set_add(struct dictionary_set *set,
                                     uint64_t id,
                                     struct slice bytes,
                                     bool for_writing,
                                     struct error *reterr);

/** The dictionary of an id, NULL when the set has it not. */
const struct dictionary *dictionary_set_find(struct dictionary_set *set, uint16_t id);

/** What new bodies are compressed with, NULL for nothing. */
const struct dictionary *dictionary_set_current(struct dictionary_set *set);

#endif
