#include "core/base/id.h"

#include "core/base/random.h"

#include <sodium.h>
#include <stdio.h>

#define COUNTER_BITS     12
#define BASE64_PADDED    sodium_base64_VARIANT_ORIGINAL
#define BASE64_UNPADDED  sodium_base64_VARIANT_ORIGINAL_NO_PADDING
#define PLAIN_LENGTH_MAX (ID_TYPE_LENGTH_MAX + 1 + 36)

static void set_version(struct uuid *id, unsigned version)
{
    id->bytes[6] = (unsigned char)((id->bytes[6] & 0x0f) | version << 4);
    id->bytes[8] = (unsigned char)((id->bytes[8] & 0x3f) | 0x80);
}

/* Moves the source to `now_ms`, or one step ahead of its last id when the clock stood or went back.
 */
static void advance(struct id_source *source, uint64_t now_ms)
{
    if (now_ms > source->last_ms) {
        source->last_ms = now_ms;
        source->counter = 0;
        return;
    }
    source->counter++;
    if (source->counter >> COUNTER_BITS != 0) {
        source->last_ms++;
        source->counter = 0;
    }
}

struct uuid id_next(struct id_source *source, int64_t now_us)
{
    advance(source, now_us > 0 ? (uint64_t)now_us / 1000 : 0);
    struct uuid id;
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (unsigned char)(source->last_ms >> (40 - 8 * i));
    }
    id.bytes[6] = (unsigned char)(source->counter >> 8);
    id.bytes[7] = (unsigned char)source->counter;
    random_fill(id.bytes + 8, 8);
    set_version(&id, 7);
    return id;
}

struct uuid id_random(void)
{
    struct uuid id;
    random_fill(id.bytes, sizeof id.bytes);
    set_version(&id, 4);
    return id;
}

struct uuid id_derived(struct uuid parent, const char *tag, struct slice name)
{
    struct uuid id;
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES_MIN);
    (void)crypto_generichash_update(&state, parent.bytes, sizeof parent.bytes);
    /* With its zero: ("ab", "c") and ("a", "bc") must differ. */
    (void)crypto_generichash_update(&state, (const unsigned char *)tag, strlen(tag) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)name.data, name.size);
    (void)crypto_generichash_final(&state, id.bytes, sizeof id.bytes);
    set_version(&id, 8);
    return id;
}

uint64_t id_time_ms(struct uuid id)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++) {
        ms = ms << 8 | id.bytes[i];
    }
    return ms;
}

bool uuid_is_zero(struct uuid id)
{
    static const struct uuid zero;
    return uuid_equal(id, zero);
}

void uuid_format(struct uuid id, char ret_text[UUID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            ret_text[at++] = '-';
        }
        ret_text[at++] = digits[id.bytes[i] >> 4];
        ret_text[at++] = digits[id.bytes[i] & 15];
    }
    ret_text[at] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_uuid(struct slice text, struct uuid *ret)
{
    if (text.size != UUID_TEXT_SIZE - 1) {
        return false;
    }
    size_t at = 0;
    for (size_t i = 0; i < sizeof ret->bytes; i++) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (text.data[at++] != '-') {
                return false;
            }
        }
        int high = hex_digit(text.data[at]);
        int low = hex_digit(text.data[at + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret->bytes[i] = (unsigned char)(high << 4 | low);
        at += 2;
    }
    return true;
}

enum err uuid_parse(struct slice text, struct uuid *ret, struct error *reterr)
{
    struct uuid id;
    if (!parse_uuid(text, &id)) {
        return error_set(reterr, ERR_INVALID,
                         "\"%.*s\" is not a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057",
                         (int)(text.size < 60 ? text.size : 60), text.size > 0 ? text.data : "");
    }
    *ret = id;
    return ERR_OK;
}

void id_encode(const char *type, struct uuid id, char ret_text[ID_TEXT_SIZE])
{
    char uuid[UUID_TEXT_SIZE];
    uuid_format(id, uuid);
    char plain[PLAIN_LENGTH_MAX + 1];
    int size = snprintf(plain, sizeof plain, "%.*s:%s", ID_TYPE_LENGTH_MAX, type, uuid);
    (void)sodium_bin2base64(ret_text, ID_TEXT_SIZE, (const unsigned char *)plain, (size_t)size,
                            BASE64_PADDED);
}

struct slice id_text(struct arena *arena, const char *type, struct uuid id)
{
    char text[ID_TEXT_SIZE];
    id_encode(type, id, text);
    return arena_copy(arena, slice_of_text(text));
}

/* Splits the decoded "Type:uuid". */
static bool split(struct slice plain, char ret_type[ID_TYPE_LENGTH_MAX + 1], struct uuid *ret)
{
    size_t colon = slice_find(plain, SLICE(":"));
    if (colon == 0 || colon > ID_TYPE_LENGTH_MAX ||
        !parse_uuid(slice_from(plain, colon + 1), ret)) {
        return false;
    }
    memcpy(ret_type, plain.data, colon);
    ret_type[colon] = '\0';
    return strlen(ret_type) == colon;
}

enum err id_decode_any(struct slice text,
                       char ret_type[ID_TYPE_LENGTH_MAX + 1],
                       struct uuid *ret,
                       struct error *reterr)
{
    unsigned char plain[PLAIN_LENGTH_MAX];
    size_t size = 0;
    int variant = text.size % 4 == 0 ? BASE64_PADDED : BASE64_UNPADDED;
    char type[ID_TYPE_LENGTH_MAX + 1];
    struct uuid id;
    if (text.size == 0 ||
        sodium_base642bin(plain, sizeof plain, text.data, text.size, NULL, &size, NULL, variant) !=
            0 ||
        !split(slice_of(plain, size), type, &id)) {
        return error_set(reterr, ERR_INVALID, "\"%.*s\" is not an id of this server",
                         (int)(text.size < 100 ? text.size : 100), text.size > 0 ? text.data : "");
    }
    memcpy(ret_type, type, strlen(type) + 1);
    *ret = id;
    return ERR_OK;
}

enum err id_decode(struct slice text, const char *type, struct uuid *ret, struct error *reterr)
{
    char found[ID_TYPE_LENGTH_MAX + 1];
    struct uuid id;
    enum err e = id_decode_any(text, found, &id, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (strcmp(found, type) != 0) {
        return error_set(reterr, ERR_INVALID, "the id is of type %s, expected %s", found, type);
    }
    *ret = id;
    return ERR_OK;
}
