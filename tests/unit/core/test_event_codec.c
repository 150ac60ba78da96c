/*
 * event_codec: every event type of the catalogue goes out and comes back, with all facts at their
 * largest, with none, and with each one alone; and what is not facts is refused.
 */
#include "core/base/codec.h"
#include "core/event/event_codec.h"

#include <criterion/criterion.h>

#define RECORDED_AT INT64_C(1700000000000000)

/* Fills a fact with its largest value, different for each place. */
static void fill_fact(struct event *event, const struct fact_info *fact, size_t place)
{
    static const char bytes[64] = "0123456789abcdef0123456789ABCDEF";
    void *at = (char *)&event->facts + fact->offset;
    switch (fact->type) {
    case FACT_U64:
        *(fact_u64 *)at = (uint64_t)INT64_MAX - place;
        break;
    case FACT_I64:
        *(fact_i64 *)at = INT64_MIN + (int64_t)place;
        break;
    case FACT_BOOL:
        *(fact_bool *)at = true;
        break;
    case FACT_UUID:
        memset(((fact_uuid *)at)->bytes, 0xa0 + (int)place, 16);
        break;
    case FACT_BYTES:
        *(fact_bytes *)at = slice_of(bytes, 32);
        break;
    }
}

static bool same_fact(const struct event *a, const struct event *b, const struct fact_info *fact)
{
    const void *x = (const char *)&a->facts + fact->offset;
    const void *y = (const char *)&b->facts + fact->offset;
    switch (fact->type) {
    case FACT_U64:
        return *(const fact_u64 *)x == *(const fact_u64 *)y;
    case FACT_I64:
        return *(const fact_i64 *)x == *(const fact_i64 *)y;
    case FACT_BOOL:
        return *(const fact_bool *)x == *(const fact_bool *)y;
    case FACT_UUID:
        return uuid_equal(*(const fact_uuid *)x, *(const fact_uuid *)y);
    case FACT_BYTES:
        return slice_equal(*(const fact_bytes *)x, *(const fact_bytes *)y);
    }
    return false;
}

static void round_trip(const struct event *event, const struct event_info *info)
{
    struct buf out;
    struct arena arena;
    struct event back;
    struct error error = {.code = ERR_OK};
    buf_init(&out, 10000);
    arena_init(&arena, 1 << 16);
    event_codec_put_facts(&out, event, 1, RECORDED_AT);
    enum err e = event_codec_get_facts(buf_slice(&out), RECORDED_AT, &arena, &back, 1, &error);
    cr_assert_eq(e, ERR_OK, "%s: %s", info->name, error.text);
    cr_assert_eq(back.type, event->type, "%s", info->name);
    cr_assert_eq(back.occurred_at_us, event->occurred_at_us, "%s", info->name);
    for (size_t i = 0; i < info->fact_count; i++) {
        cr_assert(same_fact(event, &back, &info->facts[i]), "%s.%s", info->name,
                  info->facts[i].name);
    }
    arena_deinit(&arena);
    buf_deinit(&out);
}

Test(event_codec, round_trips_every_type)
{
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    cr_assert_gt(count, 30);
    for (size_t i = 0; i < count; i++) {
        struct event event = {.type = infos[i].type};
        round_trip(&event, &infos[i]);
        event.occurred_at_us = RECORDED_AT - 5000000;
        round_trip(&event, &infos[i]);
        for (size_t f = 0; f < infos[i].fact_count; f++) {
            struct event alone = {.type = infos[i].type};
            fill_fact(&alone, &infos[i].facts[f], f);
            round_trip(&alone, &infos[i]);
            fill_fact(&event, &infos[i].facts[f], f);
        }
        round_trip(&event, &infos[i]);
    }
}

Test(event_codec, catalogue_is_sound)
{
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(event_info((uint64_t)infos[i].type), &infos[i], "%s", infos[i].name);
        for (size_t j = 0; j < i; j++) {
            cr_assert_neq(infos[i].type, infos[j].type, "%s", infos[i].name);
            cr_assert_str_neq(infos[i].name, infos[j].name);
        }
    }
    cr_assert_null(event_info(0));
    cr_assert_null(event_info(159));
    cr_assert_null(event_info(UINT64_MAX));
}

/* Numbers and places are given for ever: a change here is a change of format. */
Test(event_codec, numbers_and_places_stay)
{
    static const char wanted[] =
        "1 journal.created format key;2 dictionary.added dictionary length hash;3 key.destroyed "
        "key "
        "owner_kind owner;4 bodies.expired body_class selector_kind selector up_to policy_days;5 "
        "clock.stepped from_us to_us;6 clock.trusted;20 organization.created;24 user.created "
        "role;28 "
        "token.created user role customer expires_at digest;29 token.revoked;40 customer.created "
        "key "
        "is_system;41 customer.updated;42 customer.deleted;60 integration.created "
        "system_instance;61 "
        "integration.draft_imported definition_version flows;62 integration.published version "
        "version_id draft;63 integration.availability_changed version available;80 "
        "instance.created "
        "integration version customer key is_system;81 instance.updated;82 "
        "instance.version_changed "
        "version;83 instance.config_changed;84 instance.deployed deployment version;85 "
        "instance.enabled;86 instance.disabled;87 instance.flows_changed;89 invocation.rejected "
        "flow "
        "reason count;90 instance.logged levels;120 execution.queued flow definition config invoke "
        "flags size replay_of;121 execution.started;122 step.started step loop_path attempt "
        "request_digest;123 step.finished step loop_path attempt status duration_us error_class "
        "size;124 execution.logged levels;125 execution.finished state error_class steps;126 "
        "execution.resumed;";
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    struct buf found;
    buf_init(&found, 10000);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&found, "%d %s", (int)infos[i].type, infos[i].name);
        for (size_t f = 0; f < infos[i].fact_count; f++) {
            buf_printf(&found, " %s", infos[i].facts[f].name);
        }
        buf_put_char(&found, ';');
    }
    /* New events and facts may come: what stood here must still be there, in this order. */
    struct slice rest = slice_of_text(wanted);
    struct slice have = buf_slice(&found);
    while (rest.size > 0) {
        size_t end = slice_find(rest, SLICE(";"));
        size_t at = slice_find(have, slice_of(rest.data, end));
        cr_assert_neq(at, SIZE_MAX, "%.*s", (int)end, rest.data);
        have = slice_from(have, at + end);
        rest = slice_from(rest, end + 1);
    }
    buf_deinit(&found);
}

Test(event_codec, forgets_a_distance_of_up_to_a_second)
{
    struct event event = {.type = EVENT_EXECUTION_STARTED, .occurred_at_us = RECORDED_AT - 1000000};
    struct event back;
    struct buf out;
    struct arena arena;
    buf_init(&out, 1000);
    arena_init(&arena, 10000);
    event_codec_put_facts(&out, &event, 1, RECORDED_AT);
    cr_assert_eq(event_codec_get_facts(buf_slice(&out), RECORDED_AT, &arena, &back, 1, NULL),
                 ERR_OK);
    cr_assert_eq(back.occurred_at_us, 0);
    arena_deinit(&arena);
    buf_deinit(&out);
}

static enum err get(struct slice bytes, struct error *error)
{
    struct arena arena;
    struct event event;
    arena_init(&arena, 1 << 16);
    enum err e = event_codec_get_facts(bytes, RECORDED_AT, &arena, &event, 1, error);
    arena_deinit(&arena);
    return e;
}

Test(event_codec, refuses_what_is_no_facts)
{
    static const struct {
        struct slice bytes;
        enum err wanted;
        const char *why;
    } cases[] = {
        {{"\x91\x92\x79\x01", 4}, ERR_OK, ""},
        {{"\x90", 1}, ERR_MALFORMED, "no event"},
        {{"\x92\x92\x79\x01\x92\x79\x01", 7}, ERR_MALFORMED, "two events"},
        {{"\x79", 1}, ERR_MALFORMED, "no list"},
        {{"\x91\x79", 2}, ERR_MALFORMED, "event is no list"},
        {{"\x91\x91\x79", 3}, ERR_MALFORMED, "no schema version"},
        {{"\x91\x92\x7f\x01", 4}, ERR_UNSUPPORTED, "unknown type"},
        {{"\x91\x92\x79\x02", 4}, ERR_UNSUPPORTED, "unknown schema version"},
        {{"\x91\x93\x79\x01\xff", 5}, ERR_MALFORMED, "occurred after it was recorded"},
        {{"\x91\x93\x79\x01\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 13},
         ERR_MALFORMED,
         "occurred before 1970"},
        {{"\x91\x94\x79\x01\xc0\x01", 6}, ERR_MALFORMED, "a fact too many"},
        {{"\x91\x94\x01\x01\xc0\xa1x", 7}, ERR_MALFORMED, "a fact of another type"},
        {{"\x91\x92\x79", 3}, ERR_MALFORMED, "cut short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {.code = ERR_OK};
        cr_assert_eq(get(cases[i].bytes, &error), cases[i].wanted, "%s: %s", cases[i].why,
                     error.text);
    }
}

Test(event_codec, hands_bodies_to_their_events)
{
    struct event events[3] = {{.type = EVENT_INSTANCE_UPDATED},
                              {.type = EVENT_INSTANCE_ENABLED},
                              {.type = EVENT_INSTANCE_UPDATED}};
    struct buf out;
    struct arena arena;
    struct value body;
    struct slice reason = {NULL, 0};
    buf_init(&out, 1000);
    arena_init(&arena, 1 << 16);
    events[0].bodies[BODY_STATE] = value_text(SLICE("first"));
    cr_assert(event_codec_has_body(events, 3, BODY_STATE));
    cr_assert(!event_codec_has_body(events, 3, BODY_LOG));
    for (int with = 0; with < 2; with++) {
        struct event back[3] = {{.type = EVENT_INSTANCE_UPDATED}};
        buf_clear(&out);
        event_codec_put_body(&out, events, 3, BODY_STATE, with ? SLICE("because") : SLICE(""));
        cr_assert_eq(out.data[0] & 0x0f, with ? 4 : 1, "nulls at the end are left out");
        cr_assert_eq(codec_decode(buf_slice(&out), &arena, &body, NULL), ERR_OK);
        cr_assert_eq(event_codec_set_bodies(&body, BODY_STATE, back, 3, &reason, NULL), ERR_OK);
        cr_assert(slice_is(value_text_of(&back[0].bodies[BODY_STATE]), "first"));
        cr_assert(value_is_null(&back[2].bodies[BODY_STATE]));
        cr_assert(slice_is(reason, with ? "because" : ""));
    }
    arena_deinit(&arena);
    buf_deinit(&out);
}

Test(event_codec, refuses_bodies_with_too_many_places)
{
    struct arena arena;
    struct event event = {.type = EVENT_INSTANCE_UPDATED};
    arena_init(&arena, 1 << 16);
    struct value body = value_list();
    cr_assert(value_list_push(&arena, &body, value_null()));
    cr_assert(value_list_push(&arena, &body, value_text(SLICE("reason"))));
    cr_assert_eq(event_codec_set_bodies(&body, BODY_STATE, &event, 1, NULL, NULL), ERR_OK);
    cr_assert_eq(event_codec_set_bodies(&body, BODY_RESULT, &event, 1, NULL, NULL), ERR_MALFORMED);
    cr_assert(value_list_push(&arena, &body, value_null()));
    cr_assert_eq(event_codec_set_bodies(&body, BODY_STATE, &event, 1, NULL, NULL), ERR_MALFORMED);
    struct value text = value_text(SLICE("no list"));
    cr_assert_eq(event_codec_set_bodies(&text, BODY_STATE, &event, 1, NULL, NULL), ERR_MALFORMED);
    arena_deinit(&arena);
}

Test(event_codec, names_facts_for_people)
{
    struct arena arena;
    struct event event = {.type = EVENT_CUSTOMER_CREATED,
                          .facts.customer_created = {.key = 7, .is_system = true}};
    arena_init(&arena, 1 << 16);
    struct value map = event_codec_facts_map(&arena, &event);
    cr_assert_eq(value_int_of(value_get(&map, SLICE("key")), 0), 7);
    cr_assert(value_bool_of(value_get(&map, SLICE("is_system")), false));
    event.facts.customer_created.is_system = false;
    map = event_codec_facts_map(&arena, &event);
    cr_assert_null(value_get(&map, SLICE("is_system")), "what is zero is left out");
    arena_deinit(&arena);
}

Test(event_codec, knows_names_of_streams_and_classes)
{
    for (unsigned kind = STREAM_JOURNAL; kind <= STREAM_EXECUTION; kind++) {
        const char *name = stream_kind_name((enum stream_kind)kind);
        cr_assert_eq(stream_kind_of(slice_of_text(name)), (enum stream_kind)kind, "%s", name);
    }
    cr_assert_str_eq(stream_kind_name((enum stream_kind)9), "unknown");
    cr_assert_str_eq(stream_kind_name((enum stream_kind)99), "unknown");
    cr_assert_eq(stream_kind_of(SLICE("")), STREAM_NONE);
    cr_assert_str_eq(body_class_name(BODY_LOG), "log");
    cr_assert_str_eq(body_class_name((enum body_class)9), "unknown");
}
