/*
 * Any bytes as a keyring file, as they are and with the checksum made right; and any keys in a file
 * that is ours, with a byte of it changed. What must hold:
 *
 *   - what was not sealed with the master key does not open;
 *   - numbers that do not rise, or are over the highest, are refused;
 *   - a changed file does not open, whatever its checksum says.
 */
#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "journal/checksum_priv.h"
#include "journal/keyring_file_priv.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

#define INPUT_BYTES_MAX ((size_t)16 * 1024)
#define KEYS_MAX        16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static const unsigned char master[KEYRING_KEY_BYTES] = {0x4d};

static bool opens(struct slice bytes)
{
    struct keyring_file file;
    enum err e = keyring_file_decode(bytes, master, &file, NULL);
    if (e != ERR_OK) {
        require(e == ERR_DAMAGED || e == ERR_UNSUPPORTED || e == ERR_DENIED);
        return false;
    }
    for (size_t i = 0; i < file.count; i++) {
        require(file.keys[i].number > (i == 0 ? 0 : file.keys[i - 1].number));
        require(file.keys[i].number <= file.highest);
    }
    keyring_file_wipe(&file);
    return true;
}

static void fix_checksum(char *bytes, size_t size)
{
    bytes_put_le32(bytes + size - 4, checksum_crc32c(slice_of(bytes, size - 4)));
}

/* A file whose key numbers come from the input; then one byte of it changed. */
static void try_keys(const uint8_t *data, size_t size)
{
    struct data_key keys[KEYS_MAX] = {{.number = 0}};
    unsigned char nonce[KEYRING_FILE_NONCE_BYTES] = {data[0]};
    struct keyring_file file = {.highest = data[1], .keys = keys, .count = data[2] % KEYS_MAX};
    bool rising = true;
    uint64_t last = 0;
    for (size_t i = 0; i < file.count; i++) {
        keys[i].number = 3 + i < size ? data[3 + i] : 0;
        rising = rising && keys[i].number > last && keys[i].number <= file.highest;
        last = keys[i].number;
    }
    struct buf out;
    buf_init(&out, MIB);
    require(keyring_file_encode(&file, master, nonce, &out, NULL) == ERR_OK);
    require(opens(buf_slice(&out)) == rising);
    size_t at = (size_t)bytes_le16(data) % (out.size - 4);
    out.data[at] = (char)(out.data[at] ^ (data[2] | 1));
    require(!opens(buf_slice(&out)));
    fix_checksum(out.data, out.size);
    require(!opens(buf_slice(&out)));
    buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char copy[INPUT_BYTES_MAX];
    if (size < 4 || size > sizeof copy || sodium_init() < 0) {
        return 0;
    }
    (void)opens(slice_of(data, size));
    memcpy(copy, data, size);
    fix_checksum(copy, size);
    (void)opens(slice_of(copy, size));
    try_keys(data, size);
    return 0;
}
