/*
 * train_dictionary: makes journal/dictionary_builtin.zdict.
 *
 *     train_dictionary SHAPES_DIR OUT      reads bench/shapes, writes the dictionary, prints ratios
 *
 * A dictionary holds fragments of what it was trained on, so it is trained on shapes: texts in
 * which every value is a placeholder that is filled at random. What repeats from sample to sample,
 * and so ends in the dictionary, is names of members, punctuation, header names, and nothing of
 * anybody.
 *
 * A shapes file holds shapes with "---" lines between. Placeholders:
 *
 *     <uuid> <word> <name> <email> <host> <ip> <phone> <sku> <country> <cc> <currency> <money>
 *     <bool> <date> <timez> <timeo> <times> <timesf> <unix> <unixms> <length> <flowid>
 *     <int:N> <hex:N> <b62:N> <b64:N> <text:N>        N digits, characters, bytes or words
 *     <a|b|c>                                          one of these
 *     <@part>                                          a shape of parts.txt, by its first line
 *     <@members>                                       members drawn from members.txt
 *
 * members.txt has blocks of a line of values with " | " between and lines of names they may have.
 *
 * The random numbers come from a fixed seed: the same shapes and the same zstd give the same bytes.
 */
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zdict.h>
#include <zstd.h>

#define DICTIONARY_BYTES ((size_t)64 * 1024)
#define LEVEL            1

/* zstd advises a hundred times the dictionary's size. */
#define SAMPLES          9000
#define SAMPLE_BYTES_MAX (256 * KIB)
#define ALL_BYTES_MAX    (64 * MIB)
#define SHAPES_MAX       64
#define NAME_LENGTH_MAX  40
#define NESTING_MAX      6

enum family {
    HEADS,
    COMMERCE,
    CRM,
    MESSAGES,
    GENERIC,
    GITHUB,
    LOGS,
    STATES,
    DEFINITIONS,
    PARTS,
    MEMBERS,
    FAMILIES,
};

enum form { PAYLOAD, RESULT, OTHER, FORMS };

static const char *const form_names[FORMS] = {"payload", "result", "state or log"};

static const char *const family_names[FAMILIES] = {"heads",       "commerce", "crm",    "messages",
                                                   "generic",     "github",   "logs",   "states",
                                                   "definitions", "parts",    "members"};

/* How many of a hundred samples; a family of payloads also gives step results. */
static const int payload_shares[FAMILIES] = {
    [COMMERCE] = 14, [CRM] = 13, [MESSAGES] = 13, [GENERIC] = 16, [GITHUB] = 3};
static const int result_shares[FAMILIES] = {
    [COMMERCE] = 4, [CRM] = 4, [MESSAGES] = 4, [GENERIC] = 11, [GITHUB] = 1};
static const int other_shares[FAMILIES] = {[LOGS] = 8, [STATES] = 8, [DEFINITIONS] = 1};

/* Members of an object that is put together at random. */
#define MEMBERS_NESTING_MAX 2
#define MEMBERS_MIN         3
#define MEMBERS_MAX         8

/* Names with an underscore or with a capital are not mixed in one payload. */
enum spelling { SNAKE, CAMEL };

struct shapes {
    struct slice items[SHAPES_MAX];
    size_t count;
};

struct trainer {
    struct shapes families[FAMILIES];
    struct arena arena;   /* texts of the shapes */
    struct arena scratch; /* one sample */
    uint64_t random;
    enum spelling spelling; /* of the sample being made */
    struct buf text;        /* of the sample being made */
    struct buf samples;
    size_t sizes[SAMPLES];
    int kinds[SAMPLES]; /* family and what it was made into, for the report */
    size_t count;
};

/* ---- random values ---- */

/* xorshift64*: small, and the same everywhere. */
static uint64_t draw(struct trainer *trainer, uint64_t below)
{
    uint64_t x = trainer->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    trainer->random = x;
    return (x * UINT64_C(2685821657736338717) >> 11) % below;
}

static void put_drawn(struct trainer *trainer, const char *alphabet, size_t count)
{
    size_t size = strlen(alphabet);
    for (size_t i = 0; i < count; i++) {
        buf_put_char(&trainer->text, alphabet[draw(trainer, size)]);
    }
}

#define DIGITS "0123456789"
#define HEX    "0123456789abcdef"
#define BASE62 "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static void put_int(struct trainer *trainer, size_t digits)
{
    put_drawn(trainer, "123456789", 1);
    put_drawn(trainer, DIGITS, digits - 1);
}

static void put_uuid(struct trainer *trainer, size_t count)
{
    (void)count;
    put_drawn(trainer, HEX, 8);
    buf_put_char(&trainer->text, '-');
    put_drawn(trainer, HEX, 4);
    buf_put_text(&trainer->text, "-4");
    put_drawn(trainer, HEX, 3);
    buf_put_char(&trainer->text, '-');
    put_drawn(trainer, "89ab", 1);
    put_drawn(trainer, HEX, 3);
    buf_put_char(&trainer->text, '-');
    put_drawn(trainer, HEX, 12);
}

static void put_hex(struct trainer *trainer, size_t count)
{
    put_drawn(trainer, HEX, count);
}

static void put_base62(struct trainer *trainer, size_t count)
{
    put_drawn(trainer, BASE62, count);
}

static void put_base64(struct trainer *trainer, size_t bytes)
{
    put_drawn(trainer, BASE62 "+/", (bytes * 4 + 2) / 3);
    buf_put_text(&trainer->text, &"=="[2 - (3 - bytes % 3) % 3]);
}

/* Sounds like a word and is none, so that no name of anybody is learnt. */
static void put_word(struct trainer *trainer, size_t count)
{
    (void)count;
    size_t syllables = 2 + draw(trainer, 3);
    for (size_t i = 0; i < syllables; i++) {
        put_drawn(trainer, "bcdfghjklmnprstvwz", 1);
        put_drawn(trainer, "aeiou", 1);
    }
    if (draw(trainer, 2) == 0) {
        put_drawn(trainer, "lmnrst", 1);
    }
}

static void put_name(struct trainer *trainer, size_t count)
{
    size_t at = trainer->text.size;
    put_word(trainer, count);
    if (!trainer->text.failed) {
        trainer->text.data[at] = (char)(trainer->text.data[at] - 'a' + 'A');
    }
}

static void put_host(struct trainer *trainer, size_t count)
{
    static const char *const ends[] = {".com", ".io", ".net", ".org", ".de", ".co.uk"};
    static const char *const starts[] = {"", "", "www.", "api.", "app.", "hooks."};
    buf_put_text(&trainer->text, starts[draw(trainer, ARRAY_COUNT(starts))]);
    put_word(trainer, count);
    buf_put_text(&trainer->text, ends[draw(trainer, ARRAY_COUNT(ends))]);
}

static void put_email(struct trainer *trainer, size_t count)
{
    put_word(trainer, count);
    buf_put_char(&trainer->text, '.');
    put_word(trainer, count);
    buf_put_char(&trainer->text, '@');
    put_host(trainer, count);
}

/* The commonest words of English and of the trade; they are in everybody's texts. */
static void put_text(struct trainer *trainer, size_t words)
{
    static const char *const common[] = {
        "the",     "of",      "and",     "to",      "in",      "is",     "for",     "with",
        "on",      "this",    "that",    "be",      "from",    "by",     "not",     "are",
        "was",     "has",     "have",    "will",    "can",     "new",    "order",   "customer",
        "account", "update",  "error",   "request", "data",    "please", "number",  "address",
        "payment", "invoice", "product", "service", "support", "issue",  "changes", "change",
        "test",    "add",     "fix",     "remove",  "when",    "after",  "before",  "need",
        "all",     "more",    "now",     "should",  "time",    "date",   "record",  "records"};
    for (size_t i = 0; i < words; i++) {
        buf_put_text(&trainer->text, i > 0 ? " " : "");
        if (draw(trainer, 3) == 0) {
            put_word(trainer, 0);
        } else {
            buf_put_text(&trainer->text, common[draw(trainer, ARRAY_COUNT(common))]);
        }
    }
}

static void put_number(struct trainer *trainer, uint64_t from, uint64_t below, int digits)
{
    buf_printf(&trainer->text, "%0*" PRIu64, digits, from + draw(trainer, below));
}

static void put_date(struct trainer *trainer, size_t count)
{
    (void)count;
    buf_put_text(&trainer->text, "20");
    put_number(trainer, 24, 6, 2);
    buf_put_char(&trainer->text, '-');
    put_number(trainer, 1, 12, 2);
    buf_put_char(&trainer->text, '-');
    put_number(trainer, 1, 28, 2);
}

static void put_times(struct trainer *trainer, size_t count)
{
    put_date(trainer, count);
    buf_put_char(&trainer->text, 'T');
    put_number(trainer, 0, 24, 2);
    buf_put_char(&trainer->text, ':');
    put_number(trainer, 0, 60, 2);
    buf_put_char(&trainer->text, ':');
    put_number(trainer, 0, 60, 2);
}

static void put_timez(struct trainer *trainer, size_t count)
{
    put_times(trainer, count);
    if (draw(trainer, 4) == 0) {
        buf_put_char(&trainer->text, '.');
        put_number(trainer, 0, 1000, 3);
    }
    buf_put_char(&trainer->text, 'Z');
}

static void put_timeo(struct trainer *trainer, size_t count)
{
    static const char *const offsets[] = {"+00:00", "+01:00", "+02:00",
                                          "-04:00", "-05:00", "-07:00"};
    put_times(trainer, count);
    buf_put_text(&trainer->text, offsets[draw(trainer, ARRAY_COUNT(offsets))]);
}

static void put_timesf(struct trainer *trainer, size_t count)
{
    put_times(trainer, count);
    buf_put_char(&trainer->text, '.');
    put_number(trainer, 0, 1000, 3);
    buf_put_text(&trainer->text, "+0000");
}

static void put_unix(struct trainer *trainer, size_t count)
{
    (void)count;
    put_number(trainer, 1700000000, 200000000, 1);
}

static void put_unixms(struct trainer *trainer, size_t count)
{
    put_unix(trainer, count);
    put_number(trainer, 0, 1000, 3);
}

static void put_money(struct trainer *trainer, size_t count)
{
    (void)count;
    put_number(trainer, 1, draw(trainer, 2) == 0 ? 100 : 5000, 1);
    buf_put_char(&trainer->text, '.');
    put_number(trainer, 0, 100, 2);
}

static void put_ip(struct trainer *trainer, size_t count)
{
    (void)count;
    for (int i = 0; i < 4; i++) {
        buf_put_text(&trainer->text, i > 0 ? "." : "");
        put_number(trainer, 1, 254, 1);
    }
}

static void put_phone(struct trainer *trainer, size_t count)
{
    (void)count;
    buf_put_char(&trainer->text, '+');
    put_int(trainer, 11);
}

static void put_sku(struct trainer *trainer, size_t count)
{
    (void)count;
    put_drawn(trainer, "ABCDEFGHJKLMNPQRSTUVWXYZ", 3);
    buf_put_char(&trainer->text, '-');
    put_int(trainer, 5);
}

static void put_one_of(struct trainer *trainer, const char *const *items, size_t count)
{
    buf_put_text(&trainer->text, items[draw(trainer, count)]);
}

static void put_country(struct trainer *trainer, size_t count)
{
    static const char *const items[] = {"United States", "Germany", "France", "United Kingdom",
                                        "Netherlands",   "Canada",  "Spain",  "Ireland"};
    (void)count;
    put_one_of(trainer, items, ARRAY_COUNT(items));
}

static void put_cc(struct trainer *trainer, size_t count)
{
    static const char *const items[] = {"US", "DE", "FR", "GB", "NL", "CA", "ES", "NY", "CA", "TX"};
    (void)count;
    put_one_of(trainer, items, ARRAY_COUNT(items));
}

static void put_currency(struct trainer *trainer, size_t count)
{
    static const char *const items[] = {"USD", "EUR", "GBP", "CAD", "USD", "EUR"};
    (void)count;
    put_one_of(trainer, items, ARRAY_COUNT(items));
}

static void put_bool(struct trainer *trainer, size_t count)
{
    (void)count;
    buf_put_text(&trainer->text, draw(trainer, 2) == 0 ? "true" : "false");
}

static void put_length(struct trainer *trainer, size_t count)
{
    (void)count;
    put_number(trainer, 200, 8000, 1);
}

/* An id as it stands in a webhook URL: base64 of "InstanceFlowConfig:uuid". */
static void put_flowid(struct trainer *trainer, size_t count)
{
    (void)count;
    buf_put_text(&trainer->text, "SW5zdGFuY2VGbG93Q29uZmlnO");
    put_drawn(trainer, BASE62, 47);
    buf_put_char(&trainer->text, '=');
}

static const struct {
    const char *name;
    void (*put)(struct trainer *trainer, size_t count);
} generators[] = {
    {"uuid", put_uuid},     {"word", put_word},         {"name", put_name},
    {"email", put_email},   {"host", put_host},         {"ip", put_ip},
    {"phone", put_phone},   {"sku", put_sku},           {"country", put_country},
    {"cc", put_cc},         {"currency", put_currency}, {"money", put_money},
    {"bool", put_bool},     {"date", put_date},         {"timez", put_timez},
    {"timeo", put_timeo},   {"times", put_times},       {"timesf", put_timesf},
    {"unix", put_unix},     {"unixms", put_unixms},     {"length", put_length},
    {"flowid", put_flowid}, {"int", put_int},           {"hex", put_hex},
    {"b62", put_base62},    {"b64", put_base64},        {"text", put_text},
};

/* ---- filling shapes ---- */

static void fill(struct trainer *trainer, struct slice shape, int nesting);

/* The i-th of the pieces between separators. */
static struct slice piece_of(struct slice text, struct slice separator, size_t index)
{
    for (; index > 0; index--) {
        text = slice_from(text, slice_find(text, separator) + separator.size);
    }
    size_t end = slice_find(text, separator);
    return slice_of(text.data, end == SIZE_MAX ? text.size : end);
}

static size_t count_pieces(struct slice text, struct slice separator)
{
    size_t count = 1;
    for (size_t at = slice_find(text, separator); at != SIZE_MAX;
         at = slice_find(text, separator)) {
        text = slice_from(text, at + separator.size);
        count++;
    }
    return count;
}

static bool fits_spelling(const struct trainer *trainer, struct slice name)
{
    bool snake = slice_find(name, SLICE("_")) != SIZE_MAX;
    bool camel = false;
    for (size_t i = 0; i < name.size; i++) {
        camel = camel || (name.data[i] >= 'A' && name.data[i] <= 'Z');
    }
    return trainer->spelling == SNAKE ? !camel : !snake;
}

/* One member of a block of members.txt: its first line has the values, the others the names. */
static void put_member(struct trainer *trainer, int nesting)
{
    const struct shapes *blocks = &trainer->families[MEMBERS];
    struct slice block = blocks->items[draw(trainer, blocks->count)];
    struct slice values = piece_of(block, SLICE("\n"), 0);
    struct slice names = slice_from(block, values.size + 1);
    struct slice name = {NULL, 0};
    do {
        name = piece_of(names, SLICE(" "), draw(trainer, count_pieces(names, SLICE(" "))));
    } while (!fits_spelling(trainer, name));
    size_t value = draw(trainer, count_pieces(values, SLICE(" | ")));
    buf_put_char(&trainer->text, '"');
    buf_put_slice(&trainer->text, name);
    buf_put_text(&trainer->text, "\":");
    fill(trainer, piece_of(values, SLICE(" | "), value), nesting + 1);
}

static bool put_members(struct trainer *trainer, int nesting)
{
    size_t count = MEMBERS_MIN + draw(trainer, MEMBERS_MAX - MEMBERS_MIN + 1);
    for (size_t i = 0; i < count && nesting <= MEMBERS_NESTING_MAX; i++) {
        buf_put_text(&trainer->text, i > 0 ? "," : "");
        put_member(trainer, nesting);
    }
    return true;
}

static bool put_part(struct trainer *trainer, struct slice name, int nesting)
{
    if (slice_is(name, "members")) {
        return put_members(trainer, nesting);
    }
    const struct shapes *parts = &trainer->families[PARTS];
    for (size_t i = 0; i < parts->count && nesting < NESTING_MAX; i++) {
        size_t line_end = slice_find(parts->items[i], SLICE("\n"));
        if (slice_equal(slice_of(parts->items[i].data, line_end), name)) {
            fill(trainer, slice_trim(slice_from(parts->items[i], line_end)), nesting + 1);
            return true;
        }
    }
    return false;
}

static void put_choice(struct trainer *trainer, struct slice choices)
{
    size_t choice = draw(trainer, count_pieces(choices, SLICE("|")));
    buf_put_slice(&trainer->text, piece_of(choices, SLICE("|"), choice));
}

/* Fills one placeholder. Returns: false when it is none (XML has angle brackets too). */
static bool put_placeholder(struct trainer *trainer, struct slice inside, int nesting)
{
    if (inside.size > 0 && inside.data[0] == '@') {
        return put_part(trainer, slice_from(inside, 1), nesting);
    }
    size_t colon = slice_find(inside, SLICE(":"));
    struct slice name = slice_of(inside.data, colon == SIZE_MAX ? inside.size : colon);
    for (size_t i = 0; i < ARRAY_COUNT(generators); i++) {
        if (slice_is(name, generators[i].name)) {
            size_t count = colon == SIZE_MAX ? 0 : strtoul(inside.data + colon + 1, NULL, 10);
            generators[i].put(trainer, count);
            return true;
        }
    }
    if (slice_find(inside, SLICE("|")) != SIZE_MAX) {
        put_choice(trainer, inside);
        return true;
    }
    return false;
}

static void fill(struct trainer *trainer, struct slice shape, int nesting)
{
    size_t at = 0;
    while (at < shape.size) {
        size_t end = at + 1;
        while (shape.data[at] == '<' && end < shape.size && shape.data[end] != '<' &&
               shape.data[end] != '>') {
            end++;
        }
        bool closed = shape.data[at] == '<' && end < shape.size && shape.data[end] == '>';
        struct slice inside = slice_of(shape.data + at + 1, end - at - 1);
        if (closed && put_placeholder(trainer, inside, nesting)) {
            at = end + 1;
        } else {
            buf_put_char(&trainer->text, shape.data[at++]);
        }
    }
}

/* A filled shape of a family; valid until scratch is reset. */
static struct slice make_text(struct trainer *trainer, enum family family)
{
    const struct shapes *shapes = &trainer->families[family];
    buf_clear(&trainer->text);
    trainer->spelling = draw(trainer, 2) == 0 ? SNAKE : CAMEL;
    fill(trainer, shapes->items[draw(trainer, shapes->count)], 0);
    ASSERT(!trainer->text.failed);
    return arena_copy(&trainer->scratch, buf_slice(&trainer->text));
}

/* ---- samples: as bodies lie in the journal ---- */

/* A head with CRLF line ends and the empty line. */
static struct slice make_head(struct trainer *trainer)
{
    struct slice text = make_text(trainer, HEADS);
    buf_clear(&trainer->text);
    for (size_t i = 0; i < text.size; i++) {
        buf_put_text(&trainer->text, text.data[i] == '\n' ? "\r" : "");
        buf_put_char(&trainer->text, text.data[i]);
    }
    buf_put_text(&trainer->text, "\r\n\r\n");
    return arena_copy(&trainer->scratch, buf_slice(&trainer->text));
}

/* [[1, head, body]]: the payload body of execution.queued. */
static void put_payload(struct trainer *trainer, enum family family, struct buf *out)
{
    struct slice head = make_head(trainer);
    struct slice body = make_text(trainer, family);
    codec_put_list(out, 1);
    codec_put_list(out, 3);
    codec_put_u64(out, 1);
    codec_put_binary(out, head);
    codec_put_binary(out, body);
}

/* The data of a text: its JSON value, or the text itself when it is none. */
static struct value data_of(struct trainer *trainer, struct slice text)
{
    struct value value;
    if (json_in_parse(text, &trainer->scratch, &value, NULL) == ERR_OK) {
        return value;
    }
    return value_text(text);
}

/* [{data, contentType}]: the result body of step.finished. */
static void put_result(struct trainer *trainer, enum family family, struct buf *out)
{
    struct value data = data_of(trainer, make_text(trainer, family));
    codec_put_list(out, 1);
    codec_put_map(out, 2);
    codec_put_text(out, SLICE("data"));
    codec_put_value(out, &data);
    codec_put_text(out, SLICE("contentType"));
    codec_put_text(out, SLICE("application/json"));
}

/* [[[text, step, microseconds], ...]]: the lines of execution.logged. */
static void put_logs(struct trainer *trainer, struct buf *out)
{
    size_t lines = 1 + draw(trainer, 4);
    codec_put_list(out, 1);
    codec_put_list(out, lines);
    for (size_t i = 0; i < lines; i++) {
        codec_put_list(out, 3);
        codec_put_text(out, make_text(trainer, LOGS));
        codec_put_u64(out, draw(trainer, 100));
        codec_put_u64(out, draw(trainer, 1000000));
    }
}

static void put_other(struct trainer *trainer, enum family family, struct buf *out)
{
    if (family == LOGS) {
        put_logs(trainer, out);
        return;
    }
    struct value data = data_of(trainer, make_text(trainer, family));
    codec_put_list(out, 1);
    codec_put_value(out, &data);
}

/* Appends one sample to `out`, of a family by its share. Returns: its kind, family and form. */
static int put_sample(struct trainer *trainer, struct buf *out)
{
    int ticket = (int)draw(trainer, 100);
    arena_reset(&trainer->scratch);
    for (int i = 0; i < FAMILIES; i++) {
        enum family family = (enum family)i;
        if ((ticket -= payload_shares[i]) < 0) {
            put_payload(trainer, family, out);
            return i * FORMS + PAYLOAD;
        }
        if ((ticket -= result_shares[i]) < 0) {
            put_result(trainer, family, out);
            return i * FORMS + RESULT;
        }
        if ((ticket -= other_shares[i]) < 0) {
            put_other(trainer, family, out);
            return i * FORMS + OTHER;
        }
    }
    UNREACHABLE("shares that are not a hundred");
}

static void make_samples(struct trainer *trainer)
{
    for (trainer->count = 0; trainer->count < SAMPLES; trainer->count++) {
        size_t before = trainer->samples.size;
        trainer->kinds[trainer->count] = put_sample(trainer, &trainer->samples);
        ASSERT(!trainer->samples.failed);
        trainer->sizes[trainer->count] = trainer->samples.size - before;
    }
}

/* ---- training ---- */

static void give_up(const char *doing, size_t code)
{
    (void)fprintf(stderr, "train_dictionary: %s: %s\n", doing, ZDICT_getErrorName(code));
    exit(3);
}

/* What is worth keeping is found by zstd; its entropy tables are made anew for the level in use. */
static size_t train(const struct trainer *trainer, char *ret, size_t size)
{
    char *found = memory_alloc(size);
    ASSERT(found != NULL);
    size_t length = ZDICT_trainFromBuffer(found, size, trainer->samples.data, trainer->sizes,
                                          (unsigned)trainer->count);
    if (ZDICT_isError(length)) {
        give_up("train", length);
    }
    size_t header = ZDICT_getDictHeaderSize(found, length);
    ZDICT_params_t params = {.compressionLevel = LEVEL, .dictID = 1};
    size_t final =
        ZDICT_finalizeDictionary(ret, size, found + header, length - header, trainer->samples.data,
                                 trainer->sizes, (unsigned)trainer->count, params);
    if (ZDICT_isError(final)) {
        give_up("finish", final);
    }
    memory_free(found);
    return final;
}

static size_t compressed_size(ZSTD_CCtx *context, struct slice sample)
{
    static char out[2 * SAMPLE_BYTES_MAX];
    size_t size = ZSTD_compress2(context, out, sizeof out, sample.data, sample.size);
    if (ZSTD_isError(size)) {
        give_up("compress", size);
    }
    return size;
}

struct figures {
    size_t count;
    size_t raw;
    size_t with;
    size_t without;
};

static void print_figures(const char *family, const char *form, const struct figures *figures)
{
    size_t count = figures->count;
    if (count > 0) {
        (void)printf("%-12s %-13s %6zu %8zu %8zu %8zu %6.2f\n", family, form, count,
                     figures->raw / count, figures->without / count, figures->with / count,
                     (double)figures->raw / (double)figures->with);
    }
}

static void add_figures(struct figures *to, size_t raw, size_t without, size_t with)
{
    to->count++;
    to->raw += raw;
    to->without += without;
    to->with += with;
}

/* Mean sizes of samples that the training has not seen. */
static void report(struct trainer *trainer, struct slice dictionary)
{
    static struct figures kinds[FAMILIES * FORMS];
    struct figures all = {.count = 0};
    ZSTD_CCtx *plain = ZSTD_createCCtx();
    ZSTD_CCtx *helped = ZSTD_createCCtx();
    trainer->random = 4711;
    trainer->samples.size = 0;
    make_samples(trainer);
    (void)ZSTD_CCtx_setParameter(plain, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_setParameter(helped, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_loadDictionary(helped, dictionary.data, dictionary.size);
    size_t at = 0;
    for (size_t i = 0; i < trainer->count; i++) {
        struct slice sample = slice_of(trainer->samples.data + at, trainer->sizes[i]);
        size_t without = compressed_size(plain, sample);
        size_t with = compressed_size(helped, sample);
        add_figures(&kinds[trainer->kinds[i]], sample.size, without, with);
        add_figures(&all, sample.size, without, with);
        at += trainer->sizes[i];
    }
    (void)printf("%-12s %-13s %6s %8s %8s %8s %6s\n", "family", "as", "count", "raw", "zstd",
                 "with", "ratio");
    for (int i = 0; i < FAMILIES * FORMS; i++) {
        print_figures(family_names[i / FORMS], form_names[i % FORMS], &kinds[i]);
    }
    print_figures("all", "", &all);
    (void)ZSTD_freeCCtx(plain);
    (void)ZSTD_freeCCtx(helped);
}

/* ---- files ---- */

static struct slice read_file(struct trainer *trainer, const char *directory, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.txt", directory, name);
    FILE *file = fopen(path, "r");
    static char bytes[MIB];
    size_t size = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file == NULL || size == sizeof bytes) {
        (void)fprintf(stderr, "train_dictionary: cannot read %s\n", path);
        exit(3);
    }
    (void)fclose(file);
    return arena_copy(&trainer->arena, slice_of(bytes, size));
}

/* A block of members.txt with all names in one line. */
static struct slice join_names(struct trainer *trainer, struct slice block)
{
    char *text = arena_text(&trainer->arena, slice_trim(block));
    ASSERT(text != NULL);
    for (char *at = strchr(text, '\n') + 1; *at != '\0'; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    return slice_of_text(text);
}

static void load_family(struct trainer *trainer, enum family family, const char *directory)
{
    struct slice rest = read_file(trainer, directory, family_names[family]);
    struct shapes *shapes = &trainer->families[family];
    while (rest.size > 0 && shapes->count < SHAPES_MAX) {
        size_t end = slice_find(rest, SLICE("\n---\n"));
        struct slice shape = end == SIZE_MAX ? rest : slice_of(rest.data, end);
        shapes->items[shapes->count++] =
            family == MEMBERS ? join_names(trainer, shape) : slice_trim(shape);
        rest = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(rest, end + 5);
    }
}

static void write_file(const char *path, struct slice bytes)
{
    FILE *file = fopen(path, "w");
    if (file == NULL || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
        fclose(file) != 0) {
        (void)fprintf(stderr, "train_dictionary: cannot write %s\n", path);
        exit(3);
    }
}

int main(int count, char **words)
{
    if (count != 3) {
        (void)fprintf(stderr, "usage: train_dictionary SHAPES_DIR OUT\n");
        return 2;
    }
    static struct trainer trainer = {.random = 20240229};
    static char dictionary[DICTIONARY_BYTES];
    json_in_init();
    arena_init(&trainer.arena, 8 * MIB);
    arena_init(&trainer.scratch, 64 * MIB);
    buf_init(&trainer.text, SAMPLE_BYTES_MAX);
    buf_init(&trainer.samples, ALL_BYTES_MAX);
    for (int i = 0; i < FAMILIES; i++) {
        load_family(&trainer, (enum family)i, words[1]);
    }
    make_samples(&trainer);
    size_t size = train(&trainer, dictionary, sizeof dictionary);
    write_file(words[2], slice_of(dictionary, size));
    (void)printf("%s: %zu bytes from %zu samples, %zu bytes\n", words[2], size, trainer.count,
                 trainer.samples.size);
    report(&trainer, slice_of(dictionary, size));
    buf_deinit(&trainer.samples);
    buf_deinit(&trainer.text);
    arena_deinit(&trainer.scratch);
    arena_deinit(&trainer.arena);
    return 0;
}
