#include "core/event/event_codec.h"

#include "core/base/check.h"
#include "core/base/codec.h"

#define SCHEMA_VERSION 1

/* Nearer than this, occurred-at and recorded-at count as one. */
#define OCCURRED_DISTANCE_US 1000000

static const void *fact_at(const struct event *event, const struct fact_info *fact)
{
    return (const char *)&event->facts + fact->offset;
}

static bool fact_is_zero(const struct event *event, const struct fact_info *fact)
{
    const void *at = fact_at(event, fact);
    switch (fact->type) {
    case FACT_U64:
        return *(const fact_u64 *)at == 0;
    case FACT_I64:
        return *(const fact_i64 *)at == 0;
    case FACT_BOOL:
        return !*(const fact_bool *)at;
    case FACT_UUID:
        return uuid_is_zero(*(const fact_uuid *)at);
    case FACT_BYTES:
        return ((const fact_bytes *)at)->size == 0;
    }
    return false;
}

static void put_fact(struct buf *out, const struct event *event, const struct fact_info *fact)
{
    const void *at = fact_at(event, fact);
    switch (fact->type) {
    case FACT_U64:
        codec_put_u64(out, *(const fact_u64 *)at);
        break;
    case FACT_I64:
        codec_put_int(out, *(const fact_i64 *)at);
        break;
    case FACT_BOOL:
        codec_put_bool(out, *(const fact_bool *)at);
        break;
    case FACT_UUID:
        codec_put_uuid(out, *(const fact_uuid *)at);
        break;
    case FACT_BYTES:
        codec_put_binary(out, *(const fact_bytes *)at);
        break;
    }
}

int64_t event_codec_occurred_at(int64_t occurred_at_us, int64_t recorded_at_us)
{
    bool is_kept = occurred_at_us != 0 && recorded_at_us - occurred_at_us > OCCURRED_DISTANCE_US;
    return is_kept ? occurred_at_us : 0;
}

static void put_event(struct buf *out, const struct event *event, int64_t recorded_at_us)
{
    const struct event_info *info = event_info(event->type);
    ASSERT(info != NULL);
    size_t count = info->fact_count;
    while (count > 0 && fact_is_zero(event, &info->facts[count - 1])) {
        count--;
    }
    int64_t occurred_at_us = event_codec_occurred_at(event->occurred_at_us, recorded_at_us);
    bool has_time = occurred_at_us != 0;
    codec_put_list(out, count > 0 || has_time ? 3 + count : 2);
    codec_put_u64(out, (uint64_t)event->type);
    codec_put_u64(out, SCHEMA_VERSION);
    if (has_time) {
        codec_put_int(out, recorded_at_us - occurred_at_us);
    } else if (count > 0) {
        codec_put_null(out);
    }
    for (size_t i = 0; i < count; i++) {
        put_fact(out, event, &info->facts[i]);
    }
}

void event_codec_put_facts(struct buf *out,
                           const struct event *events,
                           size_t count,
                           int64_t recorded_at_us)
{
    codec_put_list(out, count);
    for (size_t i = 0; i < count; i++) {
        put_event(out, &events[i], recorded_at_us);
    }
}

bool event_codec_has_body(const struct event *events, size_t count, enum body_class body_class)
{
    for (size_t i = 0; i < count; i++) {
        if (events[i].bodies[body_class].type != VALUE_NULL) {
            return true;
        }
    }
    return false;
}

void event_codec_put_body(struct buf *out,
                          const struct event *events,
                          size_t count,
                          enum body_class body_class,
                          struct slice reason)
{
    bool has_reason = body_class == BODY_STATE && reason.size > 0;
    size_t places = count;
    while (!has_reason && places > 0 && events[places - 1].bodies[body_class].type == VALUE_NULL) {
        places--;
    }
    codec_put_list(out, places + has_reason);
    for (size_t i = 0; i < places; i++) {
        codec_put_value(out, &events[i].bodies[body_class]);
    }
    if (has_reason) {
        codec_put_text(out, reason);
    }
}

static void
take_fact(struct codec_reader *reader, struct event *event, const struct fact_info *fact)
{
    void *at = (char *)&event->facts + fact->offset;
    switch (fact->type) {
    case FACT_U64:
        *(fact_u64 *)at = codec_take_u64(reader);
        break;
    case FACT_I64:
        *(fact_i64 *)at = codec_take_int(reader);
        break;
    case FACT_BOOL:
        *(fact_bool *)at = codec_take_bool(reader);
        break;
    case FACT_UUID:
        *(fact_uuid *)at = codec_take_uuid(reader);
        break;
    case FACT_BYTES:
        *(fact_bytes *)at = codec_take_binary(reader);
        break;
    }
}

static enum err
check_head(uint64_t type, uint64_t schema, const struct event_info **ret_info, struct error *reterr)
{
    const struct event_info *info = event_info(type);
    if (info == NULL) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "event type %llu is unknown: the journal was written by a newer daybook",
                         (unsigned long long)type);
    }
    if (schema != SCHEMA_VERSION) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "%s has schema version %llu, this daybook reads %d", info->name,
                         (unsigned long long)schema, SCHEMA_VERSION);
    }
    *ret_info = info;
    return ERR_OK;
}

static int64_t take_occurred_at(struct codec_reader *reader, int64_t recorded_at_us)
{
    if (!codec_more(reader)) {
        return 0;
    }
    if (reader->items[reader->index].type == VALUE_NULL) {
        reader->index++;
        return 0;
    }
    int64_t before = codec_take_int(reader);
    if (before < 0 || before > recorded_at_us) {
        reader->bad = true;
        return 0;
    }
    return recorded_at_us - before;
}

static enum err get_event(const struct value *facts,
                          int64_t recorded_at_us,
                          struct event *ret,
                          struct error *reterr)
{
    struct codec_reader reader = codec_reader(facts);
    uint64_t type = codec_take_u64(&reader);
    uint64_t schema = codec_take_u64(&reader);
    enum err e = codec_check(&reader, "event", reterr);
    const struct event_info *info = NULL;
    if (e == ERR_OK) {
        e = check_head(type, schema, &info, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    memset(ret, 0, sizeof *ret);
    ret->type = info->type;
    ret->occurred_at_us = take_occurred_at(&reader, recorded_at_us);
    for (size_t i = 0; i < info->fact_count && codec_more(&reader); i++) {
        take_fact(&reader, ret, &info->facts[i]);
    }
    if (codec_more(&reader)) {
        return error_set(reterr, ERR_MALFORMED, "%s has more facts than this daybook knows",
                         info->name);
    }
    return codec_check(&reader, info->name, reterr);
}

enum err event_codec_get_facts(struct slice bytes,
                               int64_t recorded_at_us,
                               struct arena *arena,
                               struct event *ret_events,
                               size_t count,
                               struct error *reterr)
{
    struct value facts;
    enum err e = codec_decode(bytes, arena, &facts, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "facts");
    }
    if (facts.type != VALUE_LIST || facts.list.count != count) {
        return error_set(reterr, ERR_MALFORMED, "facts are not a list of %zu events", count);
    }
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = get_event(&facts.list.items[i], recorded_at_us, &ret_events[i], reterr);
    }
    return e;
}

enum err event_codec_set_bodies(const struct value *body,
                                enum body_class body_class,
                                struct event *events,
                                size_t count,
                                struct slice *ret_reason,
                                struct error *reterr)
{
    size_t places_max = count + (body_class == BODY_STATE ? 1 : 0);
    if (body->type != VALUE_LIST || body->list.count > places_max) {
        return error_set(reterr, ERR_MALFORMED, "a %s body is not a list of at most %zu places",
                         body_class_name(body_class), places_max);
    }
    for (size_t i = 0; i < body->list.count && i < count; i++) {
        events[i].bodies[body_class] = body->list.items[i];
    }
    if (ret_reason != NULL) {
        *ret_reason = value_text_of(value_at(body, count));
    }
    return ERR_OK;
}

static struct value
fact_value(struct arena *arena, const struct event *event, const struct fact_info *fact)
{
    const void *at = fact_at(event, fact);
    switch (fact->type) {
    case FACT_U64:
        return value_int((int64_t) * (const fact_u64 *)at);
    case FACT_I64:
        return value_int(*(const fact_i64 *)at);
    case FACT_BOOL:
        return value_bool(*(const fact_bool *)at);
    case FACT_UUID: {
        char text[UUID_TEXT_SIZE];
        uuid_format(*(const fact_uuid *)at, text);
        return value_text(arena_copy(arena, slice_of_text(text)));
    }
    case FACT_BYTES:
        return value_binary(*(const fact_bytes *)at);
    }
    return value_null();
}

struct value event_codec_facts_map(struct arena *arena, const struct event *event)
{
    const struct event_info *info = event_info(event->type);
    struct value map = value_map();
    for (size_t i = 0; info != NULL && i < info->fact_count; i++) {
        if (!fact_is_zero(event, &info->facts[i])) {
            IGNORE(value_map_put(arena, &map, slice_of_text(info->facts[i].name),
                                 fact_value(arena, event, &info->facts[i])));
        }
    }
    return map;
}
