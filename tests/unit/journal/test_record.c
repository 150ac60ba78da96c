/* record: the bytes, there and back, and each field corrupted. */
#include "core/base/bytes.h"
#include "core/event/event_codec.h"
#include "journal/checksum_priv.h"
#include "journal/record_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <stdio.h>
#include <stdlib.h>

static const unsigned char digest_one[32] = {0xd1, 0xd1};
static const unsigned char digest_two[32] = {0xd2, 0xd2};

static struct uuid uuid_of(unsigned char number)
{
    struct uuid id;
    memset(id.bytes, number, sizeof id.bytes);
    return id;
}

/* An execution as a webhook queues it. */
static struct record_source webhook(const struct event *event)
{
    return (struct record_source){
        .first_seq = 4711,
        .first_stream_version = 1,
        .recorded_at_us = KIT_NOW_US,
        .part_count = 1,
        .append_id = uuid_of(0xa0),
        .stream = {STREAM_EXECUTION, uuid_of(0xa0)},
        .owner = {STREAM_INSTANCE, uuid_of(0x1b)},
        .actor = {.kind = ACTOR_WEBHOOK},
        .events = event,
        .event_count = 1,
        .forms = {[BODY_PAYLOAD] = BODY_FORM_INLINE},
        .digests = {[BODY_PAYLOAD] = digest_one},
    };
}

/* Everything an envelope can say, four bodies in three forms, two events. */
static struct record_source full(const struct event *events)
{
    return (struct record_source){
        .first_seq = UINT64_C(0x0102030405060708),
        .first_stream_version = 0x1112131415161718,
        .recorded_at_us = INT64_C(0x2122232425262728),
        .part = 0,
        .part_count = 3,
        .append_id = uuid_of(0xa0),
        .stream = {STREAM_EXECUTION, uuid_of(0xe0)},
        .owner = {STREAM_INSTANCE, uuid_of(0x1b)},
        .actor = {ACTOR_USER, uuid_of(0x05), uuid_of(0x70)},
        .correlation = uuid_of(0xc0),
        .causation = 99,
        .idempotency = slice_of(digest_one, 32),
        .request = slice_of(digest_two, 32),
        .events = events,
        .event_count = 2,
        .forms = {BODY_FORM_INLINE, BODY_FORM_BLOB, BODY_FORM_NOT_STORED, BODY_FORM_INLINE},
        .digests = {digest_one, digest_two, digest_one, digest_two},
    };
}

static struct event queued(void)
{
    return (struct event){.type = EVENT_EXECUTION_QUEUED,
                          .facts.execution_queued = {
                              .flow = 1, .definition = 3, .config = 9, .invoke = 1, .size = 1024}};
}

static struct slice encode(struct kit *kit, const struct record_source *source)
{
    struct buf out;
    buf_init(&out, LIMIT_COMMAND_BYTES);
    record_encode(&out, source);
    cr_assert(!out.failed);
    struct slice copy = arena_copy(&kit->arena, buf_slice(&out));
    buf_deinit(&out);
    return copy;
}

static enum err decode(struct kit *kit, struct slice bytes, struct record_view *ret)
{
    return record_decode(bytes, &kit->arena, ret, &kit->error);
}

Test(record, bytes_are_as_the_table_says)
{
    struct kit kit;
    struct event event = queued();
    struct event events[2] = {{.type = EVENT_STEP_FINISHED}, {.type = EVENT_EXECUTION_FINISHED}};
    struct record_source one = webhook(&event);
    struct record_source two = full(events);
    kit_prepare(&kit);
    events[0].occurred_at_us = two.recorded_at_us - 2000000;
    events[0].facts.step_finished = (struct facts_step_finished){
        .step = 3, .loop_path = SLICE("3.0"), .status = 1, .size = 300};
    kit_assert_vector(&kit, "record.txt", "webhook", encode(&kit, &one));
    kit_assert_vector(&kit, "record.txt", "full", encode(&kit, &two));
    kit_end(&kit);
}

Test(record, header_fields_lie_where_they_should)
{
    struct kit kit;
    struct event events[2] = {{.type = EVENT_EXECUTION_STARTED}, {.type = EVENT_EXECUTION_RESUMED}};
    struct record_source source = full(events);
    kit_prepare(&kit);
    struct slice bytes = encode(&kit, &source);
    const char *at = bytes.data;
    cr_assert_eq(at[0], 1);
    cr_assert_eq(at[1], 0);
    cr_assert_eq(bytes_le16(at + 2), 2);
    cr_assert_eq(bytes_le16(at + 4), 0);
    cr_assert_eq(bytes_le16(at + 6), 3);
    cr_assert_eq(bytes_le64(at + 8), source.first_seq);
    cr_assert_eq(bytes_le64(at + 16), source.first_stream_version);
    cr_assert_eq(bytes_le64(at + 24), (uint64_t)source.recorded_at_us);
    cr_assert_eq((unsigned char)at[38], 1 | 2 << 2 | 3 << 4 | 1 << 6);
    size_t envelope = bytes_le16(at + 36);
    size_t facts = bytes_le32(at + 32);
    cr_assert_eq(bytes.size, 48 + envelope + facts + 4 * 32);
    cr_assert_eq(memcmp(at + 48 + envelope + facts, digest_one, 32), 0);
    kit_end(&kit);
}

static void assert_same(const struct record_view *view, const struct record_source *source)
{
    cr_assert_eq(view->first_seq, source->first_seq);
    cr_assert_eq(view->last_seq, source->first_seq + source->event_count - 1);
    cr_assert_eq(view->first_stream_version, source->first_stream_version);
    cr_assert_eq(view->recorded_at_us, source->recorded_at_us);
    cr_assert_eq(view->event_count, source->event_count);
    cr_assert_eq(view->part, source->part);
    cr_assert_eq(view->part_count, source->part_count);
    cr_assert(uuid_equal(view->append_id, source->append_id));
    cr_assert(stream_equal(view->stream, source->stream));
    cr_assert(stream_equal(view->owner, source->owner));
    cr_assert_eq(view->actor.kind, source->actor.kind);
    cr_assert(uuid_equal(view->actor.user, source->actor.user));
    cr_assert(uuid_equal(view->actor.token, source->actor.token));
    cr_assert(uuid_equal(view->correlation, source->correlation));
    cr_assert_eq(view->causation, source->causation);
    cr_assert(slice_equal(view->idempotency, source->idempotency));
    cr_assert(slice_equal(view->request, source->request));
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        cr_assert_eq(record_body_form(view, (enum body_class)i), source->forms[i]);
        cr_assert_eq(view->digests[i].size, source->forms[i] == BODY_FORM_ABSENT ? 0 : 32);
    }
}

Test(record, comes_back_as_it_went)
{
    struct kit kit;
    struct event event = queued();
    struct event events[2] = {{.type = EVENT_STEP_FINISHED}, {.type = EVENT_EXECUTION_FINISHED}};
    struct record_source sources[] = {webhook(&event), full(events)};
    kit_prepare(&kit);
    for (size_t i = 0; i < 2; i++) {
        struct record_view view;
        struct slice bytes = encode(&kit, &sources[i]);
        cr_assert_eq(decode(&kit, bytes, &view), ERR_OK, "%s", kit.error.text);
        assert_same(&view, &sources[i]);
        cr_assert(slice_equal(view.bytes, bytes));
    }
    kit_end(&kit);
}

/* Every combination of what an envelope may leave out. */
Test(record, leaves_out_and_finds_again)
{
    struct kit kit;
    struct event event = queued();
    kit_prepare(&kit);
    for (unsigned bits = 0; bits < 256; bits++) {
        struct record_source source = webhook(&event);
        struct record_view view;
        source.actor.user = bits & 1 ? uuid_of(5) : (struct uuid){{0}};
        source.actor.token = bits & 2 ? uuid_of(6) : (struct uuid){{0}};
        source.correlation = bits & 4 ? uuid_of(7) : (struct uuid){{0}};
        source.causation = bits & 8 ? 12345678901 : 0;
        source.idempotency = slice_of(digest_one, bits & 16 ? 32 : 0);
        source.request = slice_of(digest_two, bits & 32 ? 32 : 0);
        source.stream.id = bits & 64 ? uuid_of(8) : source.append_id;
        source.owner = bits & 128 ? source.owner : source.stream;
        cr_assert_eq(decode(&kit, encode(&kit, &source), &view), ERR_OK, "%u", bits);
        assert_same(&view, &source);
    }
    kit_end(&kit);
}

Test(record, names_the_owner_only_where_it_tells_something)
{
    struct kit kit;
    struct event event = {.type = EVENT_EXECUTION_STARTED};
    struct record_source source = webhook(&event);
    struct record_view view;
    kit_prepare(&kit);
    source.forms[BODY_PAYLOAD] = BODY_FORM_ABSENT;
    cr_assert_eq(decode(&kit, encode(&kit, &source), &view), ERR_OK);
    cr_assert(stream_equal(view.owner, source.owner), "the first record of a stream");
    source.first_stream_version = 2;
    cr_assert_eq(decode(&kit, encode(&kit, &source), &view), ERR_OK);
    cr_assert(stream_equal(view.owner, source.stream), "a later one without bodies");
    source.forms[BODY_PAYLOAD] = BODY_FORM_NOT_STORED;
    cr_assert_eq(decode(&kit, encode(&kit, &source), &view), ERR_OK);
    cr_assert(stream_equal(view.owner, source.owner), "a later one with a body");
    kit_end(&kit);
}

Test(record, keeps_request_digests_in_the_first_part)
{
    struct kit kit;
    struct event events[2] = {{.type = EVENT_EXECUTION_STARTED}, {.type = EVENT_EXECUTION_RESUMED}};
    struct record_source source = full(events);
    struct record_view view;
    kit_prepare(&kit);
    source.part = 1;
    cr_assert_eq(decode(&kit, encode(&kit, &source), &view), ERR_OK);
    cr_assert_eq(view.idempotency.size, 0);
    cr_assert_eq(view.request.size, 0);
    cr_assert_eq(view.causation, 99);
    kit_end(&kit);
}

/* A record with `size` bytes at `at` set to `number`, its checksum made right again. */
static struct slice
forged(struct kit *kit, struct slice record, size_t at, int size, uint64_t number)
{
    char *copy = arena_text(&kit->arena, record);
    for (int i = 0; i < size; i++) {
        copy[at + (size_t)i] = (char)(number >> (8 * i));
    }
    struct slice bytes = slice_of(copy, record.size);
    bytes_put_le32(copy + RECORD_CRC_AT,
                   checksum_crc32c_pair(slice_of(copy, RECORD_CRC_AT),
                                        slice_from(bytes, RECORD_HEADER_BYTES)));
    return bytes;
}

Test(record, refuses_each_field_that_is_wrong)
{
    static const struct {
        size_t at;
        int size;
        uint64_t number;
        enum err wanted;
        const char *what;
    } cases[] = {
        {0, 1, 0, ERR_UNSUPPORTED, "version 0"},
        {0, 1, 2, ERR_UNSUPPORTED, "a newer version"},
        {1, 1, 1, ERR_UNSUPPORTED, "a flag"},
        {2, 2, 0, ERR_DAMAGED, "no events"},
        {2, 2, 4097, ERR_DAMAGED, "too many events"},
        {4, 2, 1, ERR_DAMAGED, "part 1 of 1"},
        {6, 2, 0, ERR_DAMAGED, "no parts"},
        {8, 8, 0, ERR_DAMAGED, "sequence 0"},
        {8, 8, UINT64_MAX, ERR_DAMAGED, "a sequence over 63 bits"},
        {16, 8, 0, ERR_DAMAGED, "stream version 0"},
        {16, 8, UINT64_MAX, ERR_DAMAGED, "a stream version over 63 bits"},
        {24, 8, UINT64_MAX, ERR_DAMAGED, "a time over 63 bits"},
        {32, 4, 0, ERR_DAMAGED, "no facts"},
        {32, 4, UINT32_MAX, ERR_DAMAGED, "facts longer than the record"},
        {36, 2, 0, ERR_DAMAGED, "no envelope"},
        {36, 2, 65535, ERR_DAMAGED, "an envelope longer than the record"},
        {36, 2, 257, ERR_DAMAGED, "an envelope longer than any"},
        {38, 1, 0, ERR_DAMAGED, "a digest without a body"},
        {38, 1, 0xff, ERR_DAMAGED, "bodies without digests"},
        {39, 1, 1, ERR_UNSUPPORTED, "reserved byte 0"},
        {43, 1, 0x80, ERR_UNSUPPORTED, "reserved byte 4"},
    };
    struct kit kit;
    struct event event = queued();
    struct record_source source = webhook(&event);
    kit_prepare(&kit);
    struct slice record = encode(&kit, &source);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_view view = {.first_seq = 77};
        struct slice bytes = forged(&kit, record, cases[i].at, cases[i].size, cases[i].number);
        cr_assert_eq(decode(&kit, bytes, &view), cases[i].wanted, "%s: %s", cases[i].what,
                     kit.error.text);
        cr_assert_eq(view.first_seq, 77, "an out-parameter stays as it was");
    }
    kit_end(&kit);
}

/* Envelopes that MessagePack allows and the table does not. `envelope` takes the old one's place.
 */
Test(record, refuses_each_wrong_envelope)
{
    const struct {
        struct slice envelope;
        enum err wanted;
        const char *what;
    } cases[] = {
#define ID                                                                                         \
    "\xc4\x10"                                                                                     \
    "0123456789abcdef"
        {SLICE("\x96" ID "\x08\xc0\xc0\xc0\x00"), ERR_OK, "a good one"},
        {SLICE("\x93" ID "\x08\xc0"), ERR_OK, "actor and owner left out"},
        {SLICE("\x91\xc0"), ERR_DAMAGED, "no append id"},
        {SLICE("\x90"), ERR_DAMAGED, "empty"},
        {SLICE("\x08"), ERR_DAMAGED, "no list"},
        {SLICE(""), ERR_DAMAGED, "nothing"},
        {SLICE("\x92" ID), ERR_DAMAGED, "cut short"},
        {SLICE("\x91" ID "\x08"), ERR_DAMAGED, "a byte too many"},
        {SLICE("\x92" ID "\xc0"), ERR_DAMAGED, "no stream kind"},
        {SLICE("\x92" ID "\x00"), ERR_DAMAGED, "stream kind 0"},
        {SLICE("\x92" ID "\x0b"), ERR_UNSUPPORTED, "stream kind 11"},
        {SLICE("\x92\xc4\x0f"
               "0123456789abcde"
               "\x08"),
         ERR_DAMAGED, "a short id"},
        {SLICE("\x93" ID "\x08\x01"), ERR_DAMAGED, "stream id is a number"},
        {SLICE("\x94" ID "\x08\xc0\x7f"), ERR_UNSUPPORTED, "owner kind 127"},
        {SLICE("\x96" ID "\x08\xc0\xc0\xc0\x04"), ERR_UNSUPPORTED, "actor kind 4"},
        {SLICE("\x96" ID "\x08\xc0\xc0\xc0\xff"), ERR_DAMAGED, "actor kind -1"},
        {SLICE("\x9a" ID "\x08\xc0\xc0\xc0\x00\xc0\xc0\xc0\xa1x"), ERR_DAMAGED,
         "causation is text"},
        {SLICE("\x9b" ID "\x08\xc0\xc0\xc0\x00\xc0\xc0\xc0\xc0\xc4\x01x"), ERR_DAMAGED,
         "a short idempotency digest"},
        {SLICE("\x9d" ID "\x08\xc0\xc0\xc0\x00\xc0\xc0\xc0\xc0\xc0\xc0\xc0"), ERR_UNSUPPORTED,
         "a place too many"},
#undef ID
    };
    struct kit kit;
    struct event event = {.type = EVENT_EXECUTION_STARTED};
    struct record_source source = webhook(&event);
    source.forms[BODY_PAYLOAD] = BODY_FORM_ABSENT;
    kit_prepare(&kit);
    struct slice record = encode(&kit, &source);
    struct slice facts = slice_from(record, RECORD_HEADER_BYTES + bytes_le16(record.data + 36));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[400];
        struct record_view view;
        struct slice envelope = cases[i].envelope;
        size_t size = RECORD_HEADER_BYTES + envelope.size + facts.size;
        memcpy(bytes, record.data, RECORD_HEADER_BYTES);
        memcpy(bytes + RECORD_HEADER_BYTES, envelope.data, envelope.size);
        memcpy(bytes + RECORD_HEADER_BYTES + envelope.size, facts.data, facts.size);
        struct slice whole = forged(&kit, slice_of(bytes, size), 36, 2, envelope.size);
        cr_assert_eq(decode(&kit, whole, &view), cases[i].wanted, "%s: %s", cases[i].what,
                     kit.error.text);
    }
    kit_end(&kit);
}

Test(record, any_flipped_byte_is_noticed)
{
    struct kit kit;
    struct event events[2] = {{.type = EVENT_STEP_FINISHED}, {.type = EVENT_EXECUTION_FINISHED}};
    struct record_source source = full(events);
    kit_prepare(&kit);
    struct slice record = encode(&kit, &source);
    char *bytes = arena_text(&kit.arena, record);
    for (size_t i = 0; i < record.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            struct record_view view;
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            cr_assert_neq(decode(&kit, slice_of(bytes, record.size), &view), ERR_OK,
                          "byte %zu bit %d", i, bit);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
        }
    }
    for (size_t size = 0; size < record.size; size++) {
        struct record_view view;
        cr_assert_neq(decode(&kit, slice_of(bytes, size), &view), ERR_OK, "cut at %zu", size);
    }
    kit_end(&kit);
}

/* Counts sequences, keys, bytes or microseconds; other numbers are counters of small things. */
static bool is_wide(const char *name)
{
    static const char *const wide[] = {"key",  "definition",  "config", "draft", "up_to",
                                       "size", "duration_us", "length", "flow"};
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (strcmp(name, wide[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The largest a fact gets in life, not 63 bits of anything. */
static void fill_fact(struct event *event, const struct fact_info *fact)
{
    static const unsigned char digest[32] = {1};
    void *at = (char *)&event->facts + fact->offset;
    if (fact->type == FACT_U64) {
        *(fact_u64 *)at = is_wide(fact->name) ? UINT32_MAX : UINT16_MAX;
    } else if (fact->type == FACT_I64) {
        *(fact_i64 *)at = KIT_NOW_US;
    } else if (fact->type == FACT_BOOL) {
        *(fact_bool *)at = true;
    } else if (fact->type == FACT_UUID) {
        *(fact_uuid *)at = uuid_of(9);
    } else {
        bool is_digest = strstr(fact->name, "digest") != NULL || strcmp(fact->name, "hash") == 0;
        *(fact_bytes *)at = slice_of(digest, is_digest ? 32 : 6);
    }
}

/* What a person or the engine causes: header, envelope and facts without the digests of bodies. */
static size_t size_of(struct kit *kit, const struct event_info *info)
{
    struct event event = {.type = info->type};
    for (size_t i = 0; i < info->fact_count; i++) {
        fill_fact(&event, &info->facts[i]);
    }
    bool creates = strstr(info->name, "created") != NULL || info->type == EVENT_EXECUTION_QUEUED;
    bool runs = info->stream == STREAM_EXECUTION;
    struct record_source source = webhook(&event);
    source.stream.kind = info->stream;
    source.stream.id = creates ? source.append_id : uuid_of(0xe0);
    source.first_stream_version = creates ? 1 : 2;
    source.owner = runs ? source.owner : source.stream;
    if (!runs && info->stream != STREAM_JOURNAL) {
        source.actor = (struct actor){ACTOR_USER, uuid_of(5), uuid_of(6)};
    }
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        bool has = (info->classes >> i & 1) != 0;
        source.forms[i] = has ? BODY_FORM_INLINE : BODY_FORM_ABSENT;
        source.digests[i] = digest_one;
    }
    struct record_view view;
    struct slice record = encode(kit, &source);
    cr_assert_eq(decode(kit, record, &view), ERR_OK);
    size_t digests = 0;
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        digests += view.digests[i].size;
    }
    return record.size - digests;
}

Test(record, one_event_stays_small)
{
    struct kit kit;
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    kit_prepare(&kit);
    for (size_t i = 0; i < count; i++) {
        size_t size = size_of(&kit, &infos[i]);
        if (getenv("DAYBOOK_TEST_PRINT_SIZES") != NULL) {
            (void)fprintf(stderr, "%-34s %zu\n", infos[i].name, size);
        }
        /* It carries a digest of 32 bytes and two ids among its facts. */
        bool may = infos[i].type == EVENT_TOKEN_CREATED;
        cr_assert_lt(size, may ? 200 : 160, "%s: %zu", infos[i].name, size);
    }
    kit_end(&kit);
}
