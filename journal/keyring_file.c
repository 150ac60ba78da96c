#include "journal/keyring_file_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/checksum_priv.h"

#include <sodium.h>

enum {
    AT_MAGIC = 0,
    AT_VERSION = 8,
    AT_RESERVED = 12,
    AT_JOURNAL = 16,
    AT_GENERATION = 32,
    AT_HIGHEST = 40,
    AT_COUNT = 48,
    AT_CHECK = 56,
    AT_NONCE = 72,
    AT_SEALED = 96,
    CHECK_BYTES = 16,
    ENTRY_BYTES = 8 + KEYRING_KEY_BYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    CRC_BYTES = 4,
};

_Static_assert(KEYRING_FILE_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
               "the nonce is XChaCha20's");
_Static_assert(KEYRING_KEY_BYTES == crypto_kdf_KEYBYTES, "a root key derives sub-keys");

static const char magic[] = "DAYBKEYS";

/* Sub-keys of the master key. */
enum master_purpose { MASTER_WRAP = 1, MASTER_CHECK = 2 };

static void derive(const unsigned char master[KEYRING_KEY_BYTES],
                   enum master_purpose purpose,
                   unsigned char ret[KEYRING_KEY_BYTES])
{
    (void)crypto_kdf_derive_from_key(ret, KEYRING_KEY_BYTES, purpose, "daybookm", master);
}

static void
make_check(const char *header, const unsigned char master[KEYRING_KEY_BYTES], unsigned char *ret)
{
    unsigned char key[KEYRING_KEY_BYTES];
    derive(master, MASTER_CHECK, key);
    (void)crypto_generichash(ret, CHECK_BYTES, (const unsigned char *)header, AT_GENERATION, key,
                             sizeof key);
    sodium_memzero(key, sizeof key);
}

static size_t file_bytes(size_t count)
{
    return AT_SEALED + count * ENTRY_BYTES + TAG_BYTES + CRC_BYTES;
}

/* ---- encoding ---- */

static void put_header(char *at,
                       const struct keyring_file *file,
                       const unsigned char master[KEYRING_KEY_BYTES],
                       const unsigned char nonce[KEYRING_FILE_NONCE_BYTES])
{
    memset(at, 0, AT_SEALED);
    memcpy(at + AT_MAGIC, magic, sizeof magic - 1);
    bytes_put_le32(at + AT_VERSION, KEYRING_FILE_VERSION);
    memcpy(at + AT_JOURNAL, file->journal_id.bytes, sizeof file->journal_id.bytes);
    bytes_put_le64(at + AT_GENERATION, file->generation);
    bytes_put_le64(at + AT_HIGHEST, file->highest);
    bytes_put_le64(at + AT_COUNT, file->count);
    make_check(at, master, (unsigned char *)at + AT_CHECK);
    memcpy(at + AT_NONCE, nonce, KEYRING_FILE_NONCE_BYTES);
}

static void seal(char *file, size_t sealed_bytes, const unsigned char master[KEYRING_KEY_BYTES])
{
    unsigned char wrap[KEYRING_KEY_BYTES];
    derive(master, MASTER_WRAP, wrap);
    unsigned char *at = (unsigned char *)file + AT_SEALED;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        at, at + sealed_bytes, NULL, at, sealed_bytes, (const unsigned char *)file, AT_NONCE, NULL,
        (const unsigned char *)file + AT_NONCE, wrap);
    sodium_memzero(wrap, sizeof wrap);
}

enum err keyring_file_encode(const struct keyring_file *file,
                             const unsigned char master[KEYRING_KEY_BYTES],
                             const unsigned char nonce[KEYRING_FILE_NONCE_BYTES],
                             struct buf *out,
                             struct error *reterr)
{
    ASSERT(file->count <= KEYRING_FILE_KEYS_MAX);
    size_t size = file_bytes(file->count);
    char *at = buf_reserve(out, size); /* all at once: plain keys are never moved about */
    if (at == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a keyring of %zu keys", file->count);
    }
    put_header(at, file, master, nonce);
    for (size_t i = 0; i < file->count; i++) {
        char *entry = at + AT_SEALED + i * ENTRY_BYTES;
        bytes_put_le64(entry, file->keys[i].number);
        memcpy(entry + 8, file->keys[i].root, KEYRING_KEY_BYTES);
    }
    seal(at, file->count * ENTRY_BYTES, master);
    bytes_put_le32(at + size - CRC_BYTES, checksum_crc32c(slice_of(at, size - CRC_BYTES)));
    out->size += size;
    return ERR_OK;
}

/* ---- decoding ---- */

static enum err check_frame(struct slice bytes, struct error *reterr)
{
    if (bytes.size < file_bytes(0) || memcmp(bytes.data, magic, sizeof magic - 1) != 0) {
        return error_set(reterr, ERR_DAMAGED, "this is not a keyring file");
    }
    uint32_t version = bytes_le32(bytes.data + AT_VERSION);
    if (version != KEYRING_FILE_VERSION) {
        return error_set(reterr, ERR_UNSUPPORTED, "keyring version %u is unknown: this reads %d",
                         version, KEYRING_FILE_VERSION);
    }
    uint64_t count = bytes_le64(bytes.data + AT_COUNT);
    if (count > KEYRING_FILE_KEYS_MAX || bytes.size != file_bytes((size_t)count)) {
        return error_set(reterr, ERR_DAMAGED, "%zu bytes cannot hold the %llu keys it names",
                         bytes.size, (unsigned long long)count);
    }
    struct slice checked = slice_of(bytes.data, bytes.size - CRC_BYTES);
    if (checksum_crc32c(checked) != bytes_le32(bytes.data + checked.size)) {
        return error_set(reterr, ERR_DAMAGED, "the checksum is wrong");
    }
    if (bytes_le32(bytes.data + AT_RESERVED) != 0) {
        return error_set(reterr, ERR_UNSUPPORTED, "the keyring has flags of a newer daybook");
    }
    return ERR_OK;
}

static enum err check_master(struct slice bytes,
                             const unsigned char master[KEYRING_KEY_BYTES],
                             struct error *reterr)
{
    unsigned char check[CHECK_BYTES];
    make_check(bytes.data, master, check);
    if (sodium_memcmp(check, bytes.data + AT_CHECK, sizeof check) != 0) {
        return error_set(reterr, ERR_DENIED, "the master key is not the one that wraps it");
    }
    return ERR_OK;
}

static enum err
unseal(struct slice bytes, const unsigned char master[KEYRING_KEY_BYTES], unsigned char *ret)
{
    unsigned char wrap[KEYRING_KEY_BYTES];
    derive(master, MASTER_WRAP, wrap);
    const unsigned char *at = (const unsigned char *)bytes.data;
    size_t sealed_bytes = bytes.size - file_bytes(0);
    int status = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        ret, NULL, at + AT_SEALED, sealed_bytes, at + AT_SEALED + sealed_bytes, at, AT_NONCE,
        at + AT_NONCE, wrap);
    sodium_memzero(wrap, sizeof wrap);
    return status == 0 ? ERR_OK : ERR_DAMAGED;
}

static bool take_entries(const unsigned char *plain, struct keyring_file *file)
{
    uint64_t last = 0;
    for (size_t i = 0; i < file->count; i++) {
        struct data_key *key = &file->keys[i];
        key->number = bytes_le64(plain + i * ENTRY_BYTES);
        memcpy(key->root, plain + i * ENTRY_BYTES + 8, KEYRING_KEY_BYTES);
        if (key->number <= last || key->number > file->highest) {
            return false;
        }
        last = key->number;
    }
    return true;
}

static enum err decode_keys(struct slice bytes,
                            const unsigned char master[KEYRING_KEY_BYTES],
                            struct keyring_file *file,
                            struct error *reterr)
{
    size_t plain_bytes = file->count * ENTRY_BYTES;
    unsigned char *plain = memory_alloc(plain_bytes + 1);
    file->keys = memory_zalloc(file->count + 1, sizeof *file->keys);
    if (plain == NULL || file->keys == NULL) {
        memory_free(plain);
        return error_set(reterr, ERR_NO_MEMORY, "no memory for %zu keys", file->count);
    }
    enum err e = unseal(bytes, master, plain);
    if (e != ERR_OK) {
        e = error_set(reterr, e, "the seal is broken: somebody changed it");
    } else if (!take_entries(plain, file)) {
        e = error_set(reterr, ERR_DAMAGED, "the numbers of its keys are out of order");
    }
    sodium_memzero(plain, plain_bytes);
    memory_free(plain);
    return e;
}

enum err keyring_file_decode(struct slice bytes,
                             const unsigned char master[KEYRING_KEY_BYTES],
                             struct keyring_file *ret,
                             struct error *reterr)
{
    enum err e = check_frame(bytes, reterr);
    if (e == ERR_OK) {
        e = check_master(bytes, master, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct keyring_file file = {
        .generation = bytes_le64(bytes.data + AT_GENERATION),
        .highest = bytes_le64(bytes.data + AT_HIGHEST),
        .count = (size_t)bytes_le64(bytes.data + AT_COUNT),
    };
    memcpy(file.journal_id.bytes, bytes.data + AT_JOURNAL, sizeof file.journal_id.bytes);
    e = decode_keys(bytes, master, &file, reterr);
    if (e != ERR_OK) {
        keyring_file_wipe(&file);
        return e;
    }
    *ret = file;
    return ERR_OK;
}

void keyring_file_wipe(struct keyring_file *file)
{
    if (file->keys != NULL) {
        sodium_memzero(file->keys, file->count * sizeof *file->keys);
        memory_free(file->keys);
    }
    file->keys = NULL;
    file->count = 0;
}
