#include "bench/payload.h"

#include "core/base/check.h"
#include "core/base/id.h"

#include <inttypes.h>

/* An order without positions, and one position, are never longer. */
#define ORDER_BYTES_MAX    620
#define POSITION_BYTES_MAX 140

struct payload_source payload_source(void)
{
    return (struct payload_source){.random = UINT64_C(88172645463325252)};
}

/* ---- pieces ---- */

/* xorshift64*, the upper bits */
static uint64_t draw(struct payload_source *source, uint64_t below)
{
    uint64_t x = source->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    source->random = x;
    return (x * UINT64_C(2685821657736338717) >> 11) % below;
}

void payload_put_uuid(struct buf *out)
{
    char text[UUID_TEXT_SIZE];
    uuid_format(id_random(), text);
    buf_put_text(out, text);
}

static void put_hex(struct payload_source *source, struct buf *out, int digits)
{
    for (int i = 0; i < digits; i++) {
        buf_put_char(out, "0123456789abcdef"[draw(source, 16)]);
    }
}

static const char *pick(struct payload_source *source, const char *const *words, size_t count)
{
    return words[draw(source, count)];
}

static const char *const first_names[] = {"Anna",  "Peter", "Maria", "Lukas", "Jonas", "Emma",
                                          "Sofia", "Leon",  "Paul",  "Lena",  "Max",   "Nina"};
static const char *const last_names[] = {"Meyer",    "Schulz",   "Novak", "Rossi",
                                         "Garcia",   "Smith",    "Jones", "Dubois",
                                         "Andersen", "Kowalski", "Silva", "Brown"};
static const char *const cities[] = {"Berlin", "Hamburg", "Boston",  "Austin",
                                     "Dublin", "Lyon",    "Utrecht", "Leeds"};
static const char *const products[] = {"Desk Lamp",   "Office Chair", "USB Cable",  "Water Bottle",
                                       "Notebook A5", "Wool Scarf",   "Phone Case", "Coffee 1kg"};
static const char *const words[] = {"please", "leave",  "the",    "parcel",  "with",   "neighbours",
                                    "or",     "call",   "before", "gift",    "no",     "invoice",
                                    "inside", "second", "floor",  "bell",    "broken", "deliver",
                                    "monday", "after",  "noon",   "fragile", "return", "box"};

#define PICK(source, words) pick((source), (words), ARRAY_COUNT(words))

static void put_member_uuid(struct buf *out, const char *key)
{
    buf_printf(out, "\"%s\":\"", key);
    payload_put_uuid(out);
    buf_put_text(out, "\",");
}

/* Words and spaces, exactly `bytes` of them. */
static void put_words(struct payload_source *source, struct buf *out, size_t bytes)
{
    size_t end = out->size + bytes;
    while (out->size < end && !out->failed) {
        buf_printf(out, "%s ", PICK(source, words));
    }
    if (!out->failed) {
        buf_truncate(out, end);
    }
}

/* ---- orders ---- */

static void put_position(struct payload_source *source, struct buf *out)
{
    buf_put_char(out, '{');
    put_member_uuid(out, "lineId");
    buf_printf(out,
               "\"article\":\"ART-%05" PRIu64 "\",\"label\":\"%s\",\"pieces\":%" PRIu64
               ",\"each\":%" PRIu64 ".%02" PRIu64 "}",
               draw(source, 100000), PICK(source, products), 1 + draw(source, 9), draw(source, 300),
               draw(source, 100));
}

/* Up to its positions. */
static void begin_order(struct payload_source *source, struct buf *out)
{
    const char *first = PICK(source, first_names);
    const char *last = PICK(source, last_names);
    buf_put_char(out, '{');
    put_member_uuid(out, "orderUuid");
    buf_printf(out,
               "\"orderNo\":\"A-%06" PRIu64 "\",\"placed\":\"2025-0%" PRIu64 "-1%" PRIu64
               "T1%" PRIu64 ":2%" PRIu64 ":3%" PRIu64 "Z\",\"currency\":\"EUR\",\"buyer\":{",
               draw(source, 1000000), 1 + draw(source, 9), draw(source, 10), draw(source, 10),
               draw(source, 10), draw(source, 10));
    put_member_uuid(out, "buyerId");
    buf_printf(out,
               "\"given\":\"%s\",\"family\":\"%s\",\"mail\":\"%s.%s%" PRIu64 "@example.com\","
               "\"tel\":\"+49%010" PRIu64 "\"},\"deliverTo\":{\"street\":\"%s Str. %" PRIu64
               "\",\"town\":\"%s\",\"code\":\"%05" PRIu64 "\",\"land\":\"DE\"},\"positions\":[",
               first, last, first, last, draw(source, 100), draw(source, 10000000000),
               PICK(source, cities), 1 + draw(source, 99), PICK(source, cities),
               draw(source, 100000));
}

/* Behind its positions, up to the remark's value. */
static void end_order(struct payload_source *source, struct buf *out)
{
    buf_printf(out, "],\"sum\":%" PRIu64 ".%02" PRIu64 ",\"paid\":{\"by\":\"card\",\"ref\":\"",
               draw(source, 1000), draw(source, 100));
    put_hex(source, out, 24);
    buf_put_text(out, "\",\"state\":\"captured\"},\"via\":\"web\",\"remark\":");
}

void payload_put_order(struct payload_source *source, struct buf *out)
{
    begin_order(source, out);
    for (uint64_t i = 0, count = 2 + draw(source, 3); i < count; i++) {
        buf_put_text(out, i > 0 ? "," : "");
        put_position(source, out);
    }
    end_order(source, out);
    buf_put_text(out, "null}");
}

/* ---- the same with the names that most senders use ---- */

static void put_item(struct payload_source *source, struct buf *out)
{
    buf_printf(
        out,
        "{\"id\":%" PRIu64 ",\"sku\":\"SKU-%05" PRIu64 "\",\"name\":\"%s\",\"quantity\":%" PRIu64
        ",\"price\":\"%" PRIu64 ".%02" PRIu64 "\",\"total\":\"%" PRIu64 ".%02" PRIu64 "\"}",
        draw(source, 10000000), draw(source, 100000), PICK(source, products), 1 + draw(source, 9),
        draw(source, 300), draw(source, 100), draw(source, 2000), draw(source, 100));
}

/* Up to its items. */
static void begin_usual(struct payload_source *source, struct buf *out)
{
    const char *first = PICK(source, first_names);
    const char *last = PICK(source, last_names);
    buf_put_char(out, '{');
    put_member_uuid(out, "id");
    buf_printf(out,
               "\"type\":\"order.created\",\"created_at\":\"2025-0%" PRIu64 "-1%" PRIu64
               "T1%" PRIu64 ":2%" PRIu64 ":3%" PRIu64 "Z\",\"data\":{\"order_number\":\"%06" PRIu64
               "\",\"status\":\"paid\",\"currency\":\"EUR\",\"customer\":{",
               1 + draw(source, 9), draw(source, 10), draw(source, 10), draw(source, 10),
               draw(source, 10), draw(source, 1000000));
    put_member_uuid(out, "id");
    buf_printf(
        out,
        "\"first_name\":\"%s\",\"last_name\":\"%s\",\"email\":\"%s.%s%" PRIu64
        "@example.com\",\"phone\":\"+49%010" PRIu64
        "\"},\"shipping_address\":{\"street\":\"%s Street %" PRIu64
        "\",\"city\":\"%s\",\"postal_code\":\"%05" PRIu64 "\",\"country\":\"DE\"},\"items\":[",
        first, last, first, last, draw(source, 100), draw(source, 10000000000),
        PICK(source, cities), 1 + draw(source, 99), PICK(source, cities), draw(source, 100000));
}

/* Behind its items, up to the note's value. */
static void end_usual(struct payload_source *source, struct buf *out)
{
    buf_printf(out,
               "],\"total\":\"%" PRIu64 ".%02" PRIu64
               "\",\"payment\":{\"method\":\"card\",\"status\":\"captured\",\"transaction_id\":\"",
               draw(source, 1000), draw(source, 100));
    put_hex(source, out, 24);
    buf_put_text(out, "\"},\"channel\":\"web\",\"note\":");
}

/* ---- contacts ---- */

/* Up to the phase. */
static void begin_contact(struct payload_source *source, struct buf *out)
{
    const char *first = PICK(source, first_names);
    const char *last = PICK(source, last_names);
    buf_printf(out,
               "{\"happened\":\"contact_changed\",\"when\":\"2025-05-1%" PRIu64 "T10:2%" PRIu64
               ":11Z\",",
               draw(source, 10), draw(source, 10));
    put_member_uuid(out, "space");
    buf_put_text(out, "\"person\":{");
    put_member_uuid(out, "personId");
    buf_printf(
        out,
        "\"given\":\"%s\",\"family\":\"%s\",\"mail\":\"%s@%s.example.com\",\"tel\":\"+1%010" PRIu64
        "\",\"role\":\"Buyer\",\"employer\":{",
        first, last, first, last, draw(source, 10000000000));
    put_member_uuid(out, "employerId");
    buf_printf(out,
               "\"called\":\"%s GmbH\",\"branch\":\"retail\",\"heads\":%" PRIu64 "},\"lives\":{"
               "\"line\":\"%" PRIu64 " Main St\",\"town\":\"%s\",\"code\":\"%05" PRIu64
               "\",\"land\":\"US\"},",
               last, draw(source, 5000), draw(source, 200), PICK(source, cities),
               draw(source, 100000));
}

void payload_put_contact(struct payload_source *source, struct buf *out)
{
    begin_contact(source, out);
    buf_put_text(out, "\"phase\":\"customer\",\"keeper\":{");
    put_member_uuid(out, "keeperId");
    buf_printf(out,
               "\"mail\":\"sam@acme.example.com\"},\"marks\":[\"newsletter\",\"vip\"],\"own\":{"
               "\"score\":%" PRIu64 ",\"origin\":\"webinar\"},\"made\":\"2024-01-02T03:04:05Z\","
               "\"changed\":\"2025-05-11T10:22:11Z\"},\"differs\":[\"mail\",\"role\"]}",
               draw(source, 100));
}

/* ---- by size ---- */

/* What an order is made of, in either shape. */
struct order_shape {
    void (*begin)(struct payload_source *source, struct buf *out);
    void (*position)(struct payload_source *source, struct buf *out);
    void (*end)(struct payload_source *source, struct buf *out);
    const char *close; /* behind the remark's text */
};

static const struct order_shape shapes[] = {
    [PAYLOAD_USUAL] = {begin_usual, put_item, end_usual, "\"}}"},
    [PAYLOAD_UNSEEN] = {begin_order, put_position, end_order, "\"}"},
};

/* An order up to the text of its remark. Returns: what closes it. */
static const char *
begin_sized(struct payload_source *source, struct buf *out, enum payload_shape shape, size_t bytes)
{
    const struct order_shape *it = &shapes[shape];
    if (bytes < ORDER_BYTES_MAX) {
        buf_put_char(out, '{');
        put_member_uuid(out, "id");
        buf_put_text(out, "\"note\":\"");
        return "\"}";
    }
    it->begin(source, out);
    for (size_t i = 0, fits = (bytes - ORDER_BYTES_MAX) / POSITION_BYTES_MAX; i < fits; i++) {
        buf_put_text(out, i > 0 ? "," : "");
        it->position(source, out);
    }
    it->end(source, out);
    buf_put_char(out, '"');
    return it->close;
}

void payload_put_sized(struct payload_source *source,
                       struct buf *out,
                       enum payload_shape shape,
                       size_t bytes)
{
    ASSERT(bytes >= PAYLOAD_BYTES_MIN);
    size_t end = out->size + bytes;
    const char *close = begin_sized(source, out, shape, bytes);
    put_words(source, out, end - out->size - strlen(close));
    buf_put_text(out, close);
    ASSERT(out->failed || out->size == end);
}
