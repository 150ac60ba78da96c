#include "api/capability.h"

#include "core/base/bytes.h"

#include <sodium.h>

#define PLAIN_BYTES 33
#define MAC_BYTES   16
#define VARIANT     sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(CAPABILITY_TEXT_SIZE == sodium_base64_ENCODED_LEN(PLAIN_BYTES + MAC_BYTES, VARIANT),
               "the text has room for what is encoded");

static enum err make_mac(struct journal *journal,
                         const unsigned char plain[PLAIN_BYTES],
                         unsigned char ret[MAC_BYTES],
                         struct error *reterr)
{
    struct data_key key;
    unsigned char digest[32];
    char message[PLAIN_BYTES + 7] =
        "result:"; /* apart from tokens and keys under the same sub-key */
    memcpy(message + 7, plain, PLAIN_BYTES);
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    if (e == ERR_OK) {
        keyring_digest(&key, KEY_LOOKUP, slice_of(message, sizeof message), digest);
        memcpy(ret, digest, MAC_BYTES);
        sodium_memzero(&key, sizeof key);
    }
    return e;
}

enum err capability_make(struct journal *journal,
                         const struct capability *capability,
                         char ret_text[CAPABILITY_TEXT_SIZE],
                         struct error *reterr)
{
    unsigned char bytes[PLAIN_BYTES + MAC_BYTES];
    bytes[0] = (unsigned char)capability->kind;
    memcpy(bytes + 1, capability->execution.bytes, 16);
    bytes_put_be64(bytes + 17, capability->seq);
    bytes_put_be64(bytes + 25, (uint64_t)capability->expires_at);
    enum err e = make_mac(journal, bytes, bytes + PLAIN_BYTES, reterr);
    if (e == ERR_OK) {
        (void)sodium_bin2base64(ret_text, CAPABILITY_TEXT_SIZE, bytes, sizeof bytes, VARIANT);
    }
    return e;
}

enum err capability_open(struct journal *journal,
                         struct slice text,
                         int64_t now_us,
                         struct capability *ret,
                         struct error *reterr)
{
    unsigned char bytes[PLAIN_BYTES + MAC_BYTES];
    unsigned char mac[MAC_BYTES];
    size_t size = 0;
    bool decoded = text.size == CAPABILITY_TEXT_SIZE - 1 &&
                   sodium_base642bin(bytes, sizeof bytes, text.data, text.size, NULL, &size, NULL,
                                     VARIANT) == 0 &&
                   size == sizeof bytes;
    if (!decoded) {
        return error_set(reterr, ERR_NOT_FOUND, "this is no result URL of this server");
    }
    enum err e = make_mac(journal, bytes, mac, reterr);
    if (e == ERR_OK && sodium_memcmp(mac, bytes + PLAIN_BYTES, MAC_BYTES) != 0) {
        return error_set(reterr, ERR_NOT_FOUND, "this is no result URL of this server");
    }
    if (e != ERR_OK) {
        return e;
    }
    struct capability capability = {.kind = (enum capability_kind)bytes[0]};
    memcpy(capability.execution.bytes, bytes + 1, 16);
    capability.seq = bytes_be64(bytes + 17);
    capability.expires_at = (int64_t)bytes_be64(bytes + 25);
    if (capability.expires_at * 1000000 <= now_us) {
        return error_set(reterr, ERR_EXPIRED, "this URL was good for an hour: ask for a new one");
    }
    *ret = capability;
    return ERR_OK;
}
