/*
 * The ring in memory is an array sorted by number; the file is rewritten from it. A new array is
 * always made beside the old one, which is wiped: realloc would leave keys behind in the heap.
 */
#include "journal/keyring.h"

#include "core/base/check.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "journal/file_priv.h"
#include "journal/keyring_file_priv.h"

#include <pthread.h>
#include <sodium.h>

/* A master key file: 32 bytes as they are, or 64 hexadecimal digits and perhaps a line end. */
#define MASTER_FILE_BYTES_MAX 66

/* One more reserve key for so many held: a large ring is rewritten seldom. */
#define RESERVE_SHARE 8

struct keyring {
    pthread_mutex_t lock; /* over all below; the writer's thread alone changes it */
    struct keyring_file file;
    uint64_t file_bytes;
    bool stale; /* the file still holds a key that memory has destroyed: a write failed */
    unsigned char master[KEYRING_KEY_BYTES];
    char path[FILE_PATH_SIZE];
};

/* ---- master key ---- */

static bool parse_master(struct slice text, unsigned char ret[KEYRING_KEY_BYTES])
{
    if (text.size == KEYRING_KEY_BYTES) {
        memcpy(ret, text.data, KEYRING_KEY_BYTES);
        return true;
    }
    struct slice digits = slice_trim(text);
    size_t size = 0;
    return digits.size == 2 * KEYRING_KEY_BYTES &&
           sodium_hex2bin(ret, KEYRING_KEY_BYTES, digits.data, digits.size, NULL, &size, NULL) ==
               0 &&
           size == KEYRING_KEY_BYTES;
}

static enum err
read_master(const char *path, unsigned char ret[KEYRING_KEY_BYTES], struct error *reterr)
{
    struct buf text;
    buf_init(&text, MASTER_FILE_BYTES_MAX);
    enum err e = file_read(path, &text, reterr);
    if (e == ERR_OK && !parse_master(buf_slice(&text), ret)) {
        e = error_set(reterr, ERR_DENIED,
                      "%s is not a master key: 32 bytes, or 64 hexadecimal digits", path);
    }
    if (text.data != NULL) {
        sodium_memzero(text.data, text.capacity);
    }
    buf_deinit(&text);
    return e == ERR_OK ? e : error_wrap(reterr, e, "master key");
}

/* Hexadecimal, so that it can be copied into a vault by hand. */
static enum err make_master(const char *path, struct error *reterr)
{
    unsigned char key[KEYRING_KEY_BYTES];
    char text[2 * KEYRING_KEY_BYTES + 2];
    random_fill(key, sizeof key);
    (void)sodium_bin2hex(text, sizeof text, key, sizeof key);
    text[2 * KEYRING_KEY_BYTES] = '\n';
    enum err e = file_create(path, slice_of(text, 2 * KEYRING_KEY_BYTES + 1), reterr);
    sodium_memzero(key, sizeof key);
    sodium_memzero(text, sizeof text);
    return e;
}

/* ---- the ring ---- */

/* Place of the first key whose number is `number` or higher. */
static size_t lower_bound(const struct keyring_file *file, uint64_t number)
{
    size_t low = 0;
    size_t high = file->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->keys[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool holds(const struct keyring_file *file, size_t place, uint64_t number)
{
    return place < file->count && file->keys[place].number == number;
}

/* Writes the ring as it would be and, when that is done, makes it so. Takes `next`'s keys. */
static enum err replace(struct keyring *keyring, struct keyring_file *next, struct error *reterr)
{
    struct buf bytes;
    unsigned char nonce[KEYRING_FILE_NONCE_BYTES];
    random_fill(nonce, sizeof nonce);
    buf_init(&bytes, KEYRING_FILE_BYTES_MAX);
    next->generation++;
    enum err e = keyring_file_encode(next, keyring->master, nonce, &bytes, reterr);
    if (e == ERR_OK) {
        e = file_replace(keyring->path, buf_slice(&bytes), reterr);
    }
    if (e == ERR_OK) {
        (void)pthread_mutex_lock(&keyring->lock);
        keyring_file_wipe(&keyring->file);
        keyring->file = *next;
        keyring->file_bytes = bytes.size;
        keyring->stale = false;
        (void)pthread_mutex_unlock(&keyring->lock);
    } else {
        keyring_file_wipe(next);
    }
    buf_deinit(&bytes);
    return e;
}

/* A copy of the ring with room for `more` keys. */
static enum err copy_ring(const struct keyring *keyring,
                          size_t more,
                          struct keyring_file *ret,
                          struct error *reterr)
{
    struct keyring_file copy = keyring->file;
    if (copy.count + more > KEYRING_FILE_KEYS_MAX) {
        return error_set(reterr, ERR_LIMIT, "the keyring is full: it holds %zu keys", copy.count);
    }
    copy.keys = memory_zalloc(copy.count + more + 1, sizeof *copy.keys);
    if (copy.keys == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for %zu keys", copy.count + more);
    }
    if (copy.count > 0) {
        memcpy(copy.keys, keyring->file.keys, copy.count * sizeof *copy.keys);
    }
    *ret = copy;
    return ERR_OK;
}

static enum err add_keys(struct keyring *keyring, size_t count, struct error *reterr)
{
    struct keyring_file next;
    enum err e = copy_ring(keyring, count, &next, reterr);
    if (e != ERR_OK) {
        return e;
    }
    for (size_t i = 0; i < count; i++) {
        struct data_key *key = &next.keys[next.count++];
        key->number = ++next.highest;
        random_fill(key->root, sizeof key->root);
    }
    return replace(keyring, &next, reterr);
}

/* ---- opening ---- */

static enum err load(const struct keyring *keyring,
                     struct uuid journal_id,
                     struct keyring_file *ret,
                     uint64_t *ret_bytes,
                     struct error *reterr)
{
    struct buf bytes;
    buf_init(&bytes, KEYRING_FILE_BYTES_MAX);
    enum err e = file_read(keyring->path, &bytes, reterr);
    if (e == ERR_OK) {
        e = keyring_file_decode(buf_slice(&bytes), keyring->master, ret, reterr);
    }
    if (e == ERR_OK && !uuid_equal(ret->journal_id, journal_id)) {
        keyring_file_wipe(ret);
        e = error_set(reterr, ERR_DENIED, "it belongs to another journal");
    }
    *ret_bytes = bytes.size;
    buf_deinit(&bytes);
    return e == ERR_OK ? e : error_wrap(reterr, e, "keyring %s", keyring->path);
}

static enum err open_ring(struct keyring *keyring,
                          const char *master_path,
                          struct uuid journal_id,
                          bool create,
                          struct error *reterr)
{
    bool is_new = create && !file_exists(keyring->path);
    enum err e = ERR_OK;
    if (is_new && !file_exists(master_path)) {
        e = make_master(master_path, reterr);
    }
    if (e == ERR_OK) {
        e = read_master(master_path, keyring->master, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (!is_new) {
        return load(keyring, journal_id, &keyring->file, &keyring->file_bytes, reterr);
    }
    keyring->file.journal_id = journal_id;
    return add_keys(keyring, KEYRING_RESERVE, reterr);
}

enum err keyring_open(const char *path,
                      const char *master_path,
                      struct uuid journal_id,
                      bool create,
                      struct keyring **ret,
                      struct error *reterr)
{
    struct keyring *keyring = memory_zalloc(1, sizeof *keyring);
    if (keyring == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open keyring %s: out of memory", path);
    }
    (void)pthread_mutex_init(&keyring->lock, NULL);
    enum err e = ERR_OK;
    if (strlen(path) >= sizeof keyring->path) {
        e = error_set(reterr, ERR_INVALID, "the path %.100s... is too long", path);
    } else {
        memcpy(keyring->path, path, strlen(path) + 1);
        e = open_ring(keyring, master_path, journal_id, create, reterr);
    }
    if (e != ERR_OK) {
        keyring_close(&keyring);
        return e;
    }
    *ret = keyring;
    return ERR_OK;
}

void keyring_close(struct keyring **keyring)
{
    if (*keyring == NULL) {
        return;
    }
    keyring_file_wipe(&(*keyring)->file);
    sodium_memzero((*keyring)->master, sizeof(*keyring)->master);
    (void)pthread_mutex_destroy(&(*keyring)->lock);
    memory_free(*keyring);
    *keyring = NULL;
}

/* ---- use ---- */

enum err
keyring_get(struct keyring *keyring, uint64_t number, struct data_key *ret, struct error *reterr)
{
    (void)pthread_mutex_lock(&keyring->lock);
    uint64_t highest = keyring->file.highest;
    size_t place = lower_bound(&keyring->file, number);
    bool found = holds(&keyring->file, place, number);
    if (found) {
        *ret = keyring->file.keys[place];
    }
    (void)pthread_mutex_unlock(&keyring->lock);
    if (found) {
        return ERR_OK;
    }
    if (number == 0 || number > highest) {
        return error_set(reterr, ERR_NOT_FOUND, "the keyring has no key %llu; its last is %llu",
                         (unsigned long long)number, (unsigned long long)highest);
    }
    return error_set(reterr, ERR_ERASED, "key %llu was destroyed", (unsigned long long)number);
}

enum err keyring_reserve(struct keyring *keyring, uint64_t next_unassigned, struct error *reterr)
{
    ASSERT(next_unassigned > 0);
    uint64_t highest = keyring->file.highest;
    if (next_unassigned > highest + 1) {
        return error_set(reterr, ERR_REFUSED,
                         "keyring %s ends at key %llu, but keys up to %llu are in use: it is older "
                         "than the journal; put the newest one back",
                         keyring->path, (unsigned long long)highest,
                         (unsigned long long)next_unassigned - 1);
    }
    uint64_t left = highest + 1 - next_unassigned;
    if (left >= KEYRING_RESERVE_LOW) {
        return ERR_OK;
    }
    return add_keys(keyring, KEYRING_RESERVE + keyring->file.count / RESERVE_SHARE, reterr);
}

/* Of `from` the keys above what `to` knows; `to` has room for them. */
static void take_newer(struct keyring_file *to, const struct keyring_file *from)
{
    for (size_t i = lower_bound(from, to->highest + 1); i < from->count; i++) {
        to->keys[to->count++] = from->keys[i];
    }
    to->highest = from->highest > to->highest ? from->highest : to->highest;
    to->generation = from->generation;
}

enum err keyring_refresh(struct keyring *keyring, struct error *reterr)
{
    struct keyring_file found = {.keys = NULL};
    struct keyring_file grown;
    uint64_t bytes = 0;
    enum err e = load(keyring, keyring->file.journal_id, &found, &bytes, reterr);
    if (e != ERR_OK) {
        return e;
    }
    (void)pthread_mutex_lock(&keyring->lock);
    e = copy_ring(keyring, found.count, &grown, reterr);
    if (e == ERR_OK) {
        take_newer(&grown, &found);
        keyring_file_wipe(&keyring->file);
        keyring->file = grown;
        keyring->file_bytes = bytes;
    }
    (void)pthread_mutex_unlock(&keyring->lock);
    keyring_file_wipe(&found);
    return e;
}

void keyring_forget_key(struct keyring *keyring, uint64_t number)
{
    (void)pthread_mutex_lock(&keyring->lock);
    struct keyring_file *file = &keyring->file;
    size_t place = lower_bound(file, number);
    if (holds(file, place, number)) {
        size_t behind = file->count - place - 1;
        memmove(&file->keys[place], &file->keys[place + 1], behind * sizeof *file->keys);
        sodium_memzero(&file->keys[file->count - 1], sizeof *file->keys);
        file->count--;
    }
    (void)pthread_mutex_unlock(&keyring->lock);
}

enum err keyring_rewrite(struct keyring *keyring, struct error *reterr)
{
    struct keyring_file next;
    enum err e = copy_ring(keyring, 0, &next, reterr);
    return e == ERR_OK ? replace(keyring, &next, reterr) : e;
}

enum err keyring_destroy_key(struct keyring *keyring, uint64_t number, struct error *reterr)
{
    bool held = holds(&keyring->file, lower_bound(&keyring->file, number), number);
    if (!held && !keyring->stale) {
        return ERR_OK;
    }
    /* From memory first: should the file resist, the key is out of use all the same. */
    keyring_forget_key(keyring, number);
    keyring->stale = true;
    return keyring_rewrite(keyring, reterr);
}

struct keyring_stats keyring_stats(struct keyring *keyring)
{
    (void)pthread_mutex_lock(&keyring->lock);
    struct keyring_stats stats = {
        .held = keyring->file.count,
        .highest = keyring->file.highest,
        .generation = keyring->file.generation,
        .file_bytes = keyring->file_bytes,
    };
    (void)pthread_mutex_unlock(&keyring->lock);
    return stats;
}

/* ---- sub-keys ---- */

void keyring_subkey(const struct data_key *key,
                    enum key_purpose purpose,
                    unsigned char ret[KEYRING_KEY_BYTES])
{
    (void)crypto_kdf_derive_from_key(ret, KEYRING_KEY_BYTES, (uint64_t)purpose, "daybookk",
                                     key->root);
}

void keyring_digest(const struct data_key *key,
                    enum key_purpose purpose,
                    struct slice bytes,
                    unsigned char ret[32])
{
    unsigned char subkey[KEYRING_KEY_BYTES];
    keyring_subkey(key, purpose, subkey);
    (void)crypto_generichash(ret, 32, (const unsigned char *)bytes.data, bytes.size, subkey,
                             sizeof subkey);
    sodium_memzero(subkey, sizeof subkey);
}
