#include "journal/record_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/event/event_codec.h"
#include "journal/checksum_priv.h"

/* Offsets of the header; the table stands in the header file. */
enum {
    AT_VERSION = 0,
    AT_FLAGS = 1,
    AT_EVENTS = 2,
    AT_PART = 4,
    AT_PARTS = 6,
    AT_FIRST_SEQ = 8,
    AT_STREAM_VERSION = 16,
    AT_RECORDED_AT = 24,
    AT_FACTS_BYTES = 32,
    AT_ENVELOPE_BYTES = 36,
    AT_FORMS = 38,
    AT_RESERVED = 39,
    RESERVED_BYTES = 5,
};

_Static_assert(AT_RESERVED + RESERVED_BYTES == RECORD_CRC_AT, "the reserved bytes end at the crc");
_Static_assert(RECORD_CRC_AT + 4 == RECORD_HEADER_BYTES, "the crc ends the header");
_Static_assert(BODY_CLASS_COUNT * 2 <= 8, "two bits a class fit one byte");

#define ENVELOPE_PLACES 12

void record_key(uint64_t last_seq, char ret[RECORD_KEY_BYTES])
{
    bytes_put_be64(ret, last_seq);
}

enum body_form record_body_form(const struct record_view *record, enum body_class body_class)
{
    if (record->digests[body_class].size == 0) {
        return BODY_FORM_ABSENT;
    }
    if (record->not_stored[body_class]) {
        return BODY_FORM_NOT_STORED;
    }
    return record->is_blob[body_class] ? BODY_FORM_BLOB : BODY_FORM_INLINE;
}

static uint32_t record_crc(struct slice record)
{
    return checksum_crc32c_pair(slice_of(record.data, RECORD_CRC_AT),
                                slice_from(record, RECORD_HEADER_BYTES));
}

/* ---- encoding ---- */

static bool has_bodies(const struct record_source *source)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        if (source->forms[i] != BODY_FORM_ABSENT) {
            return true;
        }
    }
    return false;
}

/* An execution's owner must be known from its first record on, though that may have no body. */
static bool names_owner(const struct record_source *source)
{
    return !stream_equal(source->stream, source->owner) &&
           (has_bodies(source) || source->first_stream_version == 1);
}

/* Places up to the last that is not null. */
static size_t envelope_places(const struct record_source *source, bool first)
{
    if (first && source->request.size > 0) {
        return 12;
    }
    if (first && source->idempotency.size > 0) {
        return 11;
    }
    if (source->causation != 0) {
        return 10;
    }
    if (!uuid_is_zero(source->correlation)) {
        return 9;
    }
    if (!uuid_is_zero(source->actor.token)) {
        return 8;
    }
    return uuid_is_zero(source->actor.user) ? 6 : 7;
}

static void put_stream(struct buf *out, const struct record_source *source)
{
    static const struct uuid none;
    bool own_id = uuid_equal(source->stream.id, source->append_id);
    codec_put_u64(out, (uint64_t)source->stream.kind);
    codec_put_uuid(out, own_id ? none : source->stream.id);
    if (names_owner(source)) {
        codec_put_u64(out, (uint64_t)source->owner.kind);
        codec_put_uuid(out, source->owner.id);
    } else {
        codec_put_null(out);
        codec_put_null(out);
    }
}

static void put_digest(struct buf *out, struct slice digest)
{
    ASSERT(digest.size == 0 || digest.size == JOURNAL_DIGEST_BYTES);
    if (digest.size == 0) {
        codec_put_null(out);
    } else {
        codec_put_binary(out, digest);
    }
}

static void put_envelope(struct buf *out, const struct record_source *source)
{
    size_t places = envelope_places(source, source->part == 0);
    codec_put_list(out, places);
    codec_put_uuid(out, source->append_id);
    put_stream(out, source);
    codec_put_u64(out, (uint64_t)source->actor.kind);
    if (places > 6) {
        codec_put_uuid(out, source->actor.user);
    }
    if (places > 7) {
        codec_put_uuid(out, source->actor.token);
    }
    if (places > 8) {
        codec_put_uuid(out, source->correlation);
    }
    if (places > 9 && source->causation == 0) {
        codec_put_null(out);
    } else if (places > 9) {
        codec_put_u64(out, source->causation);
    }
    if (places > 10) {
        put_digest(out, source->idempotency);
    }
    if (places > 11) {
        put_digest(out, source->request);
    }
}

static unsigned char put_digests(struct buf *out, const struct record_source *source)
{
    unsigned forms = 0;
    for (unsigned i = 0; i < BODY_CLASS_COUNT; i++) {
        forms |= (unsigned)source->forms[i] << (2 * i);
        if (source->forms[i] != BODY_FORM_ABSENT) {
            buf_put(out, source->digests[i], JOURNAL_DIGEST_BYTES);
        }
    }
    return (unsigned char)forms;
}

static void put_header(char *at, const struct record_source *source, unsigned char forms)
{
    memset(at, 0, RECORD_HEADER_BYTES);
    at[AT_VERSION] = RECORD_VERSION;
    bytes_put_le16(at + AT_EVENTS, (uint16_t)source->event_count);
    bytes_put_le16(at + AT_PART, source->part);
    bytes_put_le16(at + AT_PARTS, source->part_count);
    bytes_put_le64(at + AT_FIRST_SEQ, source->first_seq);
    bytes_put_le64(at + AT_STREAM_VERSION, source->first_stream_version);
    bytes_put_le64(at + AT_RECORDED_AT, (uint64_t)source->recorded_at_us);
    at[AT_FORMS] = (char)forms;
}

void record_encode(struct buf *out, const struct record_source *source)
{
    ASSERT(source->event_count > 0 && source->event_count <= EVENT_CODEC_EVENTS_MAX);
    ASSERT(source->part < source->part_count);
    ASSERT(source->first_seq > 0 && source->first_stream_version > 0);
    size_t start = out->size;
    if (buf_reserve(out, RECORD_HEADER_BYTES) == NULL) {
        return;
    }
    out->size += RECORD_HEADER_BYTES;
    put_envelope(out, source);
    size_t facts = out->size;
    event_codec_put_facts(out, source->events, source->event_count, source->recorded_at_us);
    size_t digests = out->size;
    unsigned char forms = put_digests(out, source);
    if (out->failed) {
        return;
    }
    char *at = out->data + start;
    put_header(at, source, forms);
    bytes_put_le32(at + AT_FACTS_BYTES, (uint32_t)(digests - facts));
    bytes_put_le16(at + AT_ENVELOPE_BYTES, (uint16_t)(facts - start - RECORD_HEADER_BYTES));
    bytes_put_le32(at + RECORD_CRC_AT, record_crc(slice_of(at, out->size - start)));
}

/* ---- decoding ---- */

static enum err check_bytes(struct slice bytes, struct error *reterr)
{
    static const char zero[RESERVED_BYTES];
    if (bytes.size < RECORD_HEADER_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "a record of %zu bytes is shorter than its header",
                         bytes.size);
    }
    if (bytes.data[AT_VERSION] != RECORD_VERSION) {
        return error_set(reterr, ERR_UNSUPPORTED, "record version %u is unknown: this reads %d",
                         (unsigned char)bytes.data[AT_VERSION], RECORD_VERSION);
    }
    if (record_crc(bytes) != bytes_le32(bytes.data + RECORD_CRC_AT)) {
        return error_set(reterr, ERR_DAMAGED, "the record's checksum is wrong");
    }
    if (bytes.data[AT_FLAGS] != 0 || memcmp(bytes.data + AT_RESERVED, zero, sizeof zero) != 0) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "the record has flags that are unknown: it is a newer daybook's");
    }
    return ERR_OK;
}

static enum err decode_header(const char *at, struct record_view *ret, struct error *reterr)
{
    ret->event_count = bytes_le16(at + AT_EVENTS);
    ret->part = bytes_le16(at + AT_PART);
    ret->part_count = bytes_le16(at + AT_PARTS);
    ret->first_seq = bytes_le64(at + AT_FIRST_SEQ);
    ret->first_stream_version = bytes_le64(at + AT_STREAM_VERSION);
    uint64_t recorded_at = bytes_le64(at + AT_RECORDED_AT);
    if (ret->event_count == 0 || ret->event_count > EVENT_CODEC_EVENTS_MAX) {
        return error_set(reterr, ERR_DAMAGED, "a record of %u events", ret->event_count);
    }
    if (ret->part >= ret->part_count) {
        return error_set(reterr, ERR_DAMAGED, "part %u of %u", ret->part, ret->part_count);
    }
    if (ret->first_seq == 0 || ret->first_seq > INT64_MAX || ret->first_stream_version == 0 ||
        ret->first_stream_version > INT64_MAX || recorded_at > INT64_MAX) {
        return error_set(reterr, ERR_DAMAGED, "sequence, stream version or time out of range");
    }
    ret->last_seq = ret->first_seq + ret->event_count - 1;
    ret->recorded_at_us = (int64_t)recorded_at;
    return ERR_OK;
}

/* Cuts the record into its parts; their lengths must fill it exactly. */
static enum err
cut(struct slice bytes, struct slice *ret_envelope, struct record_view *ret, struct error *reterr)
{
    const char *at = bytes.data;
    unsigned forms = (unsigned char)at[AT_FORMS];
    size_t envelope = bytes_le16(at + AT_ENVELOPE_BYTES);
    size_t facts = bytes_le32(at + AT_FACTS_BYTES);
    size_t digests = 0;
    if (envelope > RECORD_ENVELOPE_BYTES_MAX) {
        return error_set(reterr, ERR_DAMAGED, "an envelope of %zu bytes", envelope);
    }
    for (unsigned i = 0; i < BODY_CLASS_COUNT; i++) {
        digests += (forms >> (2 * i) & 3) != BODY_FORM_ABSENT ? JOURNAL_DIGEST_BYTES : 0;
    }
    if (RECORD_HEADER_BYTES + envelope + facts + digests != bytes.size) {
        return error_set(reterr, ERR_DAMAGED, "a record of %zu bytes whose parts are %zu long",
                         bytes.size, RECORD_HEADER_BYTES + envelope + facts + digests);
    }
    *ret_envelope = slice_of(at + RECORD_HEADER_BYTES, envelope);
    ret->facts = slice_of(at + RECORD_HEADER_BYTES + envelope, facts);
    const char *digest = at + RECORD_HEADER_BYTES + envelope + facts;
    for (unsigned i = 0; i < BODY_CLASS_COUNT; i++) {
        enum body_form form = (enum body_form)(forms >> (2 * i) & 3);
        ret->digests[i] = slice_of(digest, form != BODY_FORM_ABSENT ? JOURNAL_DIGEST_BYTES : 0);
        ret->not_stored[i] = form == BODY_FORM_NOT_STORED;
        ret->is_blob[i] = form == BODY_FORM_BLOB;
        digest += ret->digests[i].size;
    }
    return ERR_OK;
}

/* Whether the next place says something; a null is taken, a missing one counts as null. */
static bool next_is_there(struct codec_reader *reader)
{
    if (!codec_more(reader)) {
        return false;
    }
    bool null = reader->items[reader->index].type == VALUE_NULL;
    reader->index += null;
    return !null;
}

static struct uuid take_uuid(struct codec_reader *reader)
{
    static const struct uuid none;
    return next_is_there(reader) ? codec_take_uuid(reader) : none;
}

static uint64_t take_u64(struct codec_reader *reader)
{
    return next_is_there(reader) ? codec_take_u64(reader) : 0;
}

static struct slice take_digest(struct codec_reader *reader)
{
    struct slice none = {NULL, 0};
    struct slice digest = next_is_there(reader) ? codec_take_binary(reader) : none;
    reader->bad = reader->bad || (digest.data != NULL && digest.size != JOURNAL_DIGEST_BYTES);
    return digest;
}

/* A kind that is stored as a number; 0 only where nothing was said. */
static enum stream_kind take_kind(struct codec_reader *reader, bool *known)
{
    uint64_t kind = take_u64(reader);
    *known = *known && kind <= STREAM_KIND_MAX;
    return kind <= STREAM_KIND_MAX ? (enum stream_kind)kind : STREAM_NONE;
}

static void take_streams(struct codec_reader *reader, struct record_view *ret, bool *known)
{
    ret->append_id = take_uuid(reader);
    ret->stream.kind = take_kind(reader, known);
    ret->stream.id = take_uuid(reader);
    if (uuid_is_zero(ret->stream.id)) {
        ret->stream.id = ret->append_id;
    }
    ret->owner.kind = take_kind(reader, known);
    ret->owner.id = take_uuid(reader);
    if (ret->owner.kind == STREAM_NONE) {
        ret->owner = ret->stream;
    }
}

static void take_actor(struct codec_reader *reader, struct record_view *ret, bool *known)
{
    uint64_t kind = take_u64(reader);
    *known = *known && kind <= ACTOR_OPERATOR;
    ret->actor.kind = kind <= ACTOR_OPERATOR ? (enum actor_kind)kind : ACTOR_SYSTEM;
    ret->actor.user = take_uuid(reader);
    ret->actor.token = take_uuid(reader);
}

static enum err decode_envelope(struct slice bytes,
                                struct arena *arena,
                                struct record_view *ret,
                                struct error *reterr)
{
    struct value list;
    enum err e = codec_decode(bytes, arena, &list, reterr);
    if (e != ERR_OK) {
        e = e == ERR_MALFORMED ? error_recode(reterr, ERR_DAMAGED) : e;
        return error_wrap(reterr, e, "envelope");
    }
    struct codec_reader reader = codec_reader(&list);
    bool known = reader.count <= ENVELOPE_PLACES;
    take_streams(&reader, ret, &known);
    take_actor(&reader, ret, &known);
    ret->correlation = take_uuid(&reader);
    ret->causation = take_u64(&reader);
    ret->idempotency = take_digest(&reader);
    ret->request = take_digest(&reader);
    if (reader.bad || uuid_is_zero(ret->append_id) || (known && ret->stream.kind == STREAM_NONE)) {
        return error_set(reterr, ERR_DAMAGED, "the envelope is not as it should be at place %zu",
                         reader.index);
    }
    if (!known) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "the envelope has kinds or places of a newer daybook");
    }
    return ERR_OK;
}

enum err record_decode(struct slice bytes,
                       struct arena *arena,
                       struct record_view *ret,
                       struct error *reterr)
{
    struct record_view view = {.bytes = bytes};
    struct slice envelope = {NULL, 0};
    enum err e = check_bytes(bytes, reterr);
    if (e == ERR_OK) {
        e = decode_header(bytes.data, &view, reterr);
    }
    if (e == ERR_OK) {
        e = cut(bytes, &envelope, &view, reterr);
    }
    if (e == ERR_OK) {
        e = decode_envelope(envelope, arena, &view, reterr);
    }
    if (e == ERR_OK) {
        *ret = view;
    }
    return e;
}
