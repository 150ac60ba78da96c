/* What domain_kit.h says; JSON does the reading and writing. */
#include "tests/unit/core/domain_kit.h"

#include "core/base/codec.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define ARENA_BYTES (64 * MIB)
#define TEXT_BYTES  (4 * MIB)
#define SECOND_US   1000000
#define EVENTS_MAX  32

void domain_kit_begin(struct domain_kit *kit)
{
    *kit = (struct domain_kit){.seq = 0};
    arena_init(&kit->arena, ARENA_BYTES);
    decision_init(&kit->decision, &kit->arena);
}

void domain_kit_end(struct domain_kit *kit)
{
    cr_expect(!arena_exhausted(&kit->arena));
    for (size_t i = 0; i < kit->definition_count; i++) {
        definition_destroy(&kit->definitions[i]);
    }
    arena_deinit(&kit->arena);
}

/* ---- making ---- */

struct uuid domain_kit_id(const char *name)
{
    struct uuid id = {{0}};
    cr_assert_leq(strlen(name), sizeof id.bytes, "the name is long: %s", name);
    memcpy(id.bytes, name, strlen(name));
    return id;
}

struct text_list domain_kit_words(struct domain_kit *kit, const char *words)
{
    struct slice rest = slice_of_text(words);
    struct text_list list = {ARENA_ARRAY(&kit->arena, struct slice, rest.size + 1), 0};
    while (rest.size > 0) {
        size_t comma = slice_find(rest, SLICE(","));
        list.items[list.count++] = slice_of(rest.data, comma == SIZE_MAX ? rest.size : comma);
        rest = comma == SIZE_MAX ? slice_from(rest, rest.size) : slice_from(rest, comma + 1);
    }
    return list;
}

struct slice domain_kit_letters(struct domain_kit *kit, size_t size)
{
    char *text = arena_alloc(&kit->arena, size + 1);
    cr_assert_not_null(text);
    memset(text, 'x', size);
    return slice_of(text, size);
}

const struct definition *domain_kit_definition(struct domain_kit *kit, const char *yaml)
{
    struct problem_list problems;
    struct error error = {0};
    problem_list_init(&problems, &kit->arena);
    cr_assert_lt(kit->definition_count, DOMAIN_KIT_DEFINITIONS_MAX);
    struct definition **definition = &kit->definitions[kit->definition_count++];
    struct slice text = arena_format(&kit->arena, "definitionVersion: 7\nname: N\n%s", yaml);
    enum err e = definition_parse(text, NULL, &problems, definition, &error);
    if (e == ERR_INVALID) {
        IGNORE(problem_error(&problems, e, &error)); /* for the message below */
    }
    cr_assert_eq(e, ERR_OK, "%s", error_text(&error));
    return *definition;
}

static void mark(void *state, struct slice bytes, unsigned char ret[CONFIG_MARK_BYTES])
{
    (void)state;
    memset(ret, 0, CONFIG_MARK_BYTES);
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < bytes.size; i++) {
        sum = (sum ^ (unsigned char)bytes.data[i]) * UINT64_C(1099511628211);
        if (i < CONFIG_MARK_BYTES) {
            ret[i] = bytes.data[i] != '\0' ? (unsigned char)bytes.data[i] : '|';
        }
    }
    for (size_t i = 0; bytes.size > CONFIG_MARK_BYTES && i < 8; i++) {
        ret[8 + i] = (unsigned char)('a' + (sum >> (8 * i)) % 26);
    }
}

const struct config_marker domain_kit_marker = {mark, NULL};

/* ---- text to events ---- */

/* '#x' and '@x' become bytes, everywhere below a value. */
static void make_bytes(struct domain_kit *kit, struct value *value)
{
    if (value->type == VALUE_TEXT && value->bytes.size > 0 && value->bytes.data[0] == '#') {
        *value = value_binary(slice_from(value->bytes, 1));
    } else if (value->type == VALUE_TEXT && value->bytes.size > 0 && value->bytes.data[0] == '@') {
        struct uuid id = domain_kit_id(arena_text(&kit->arena, slice_from(value->bytes, 1)));
        *value = value_binary(arena_copy(&kit->arena, slice_of(id.bytes, sizeof id.bytes)));
    }
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->list.count; i++) {
        make_bytes(kit, &value->list.items[i]);
    }
    for (uint32_t i = 0; value->type == VALUE_MAP && i < value->map.count; i++) {
        make_bytes(kit, &value->map.members[i].value);
    }
}

static const struct event_info *info_of(struct slice name)
{
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, infos[i].name)) {
            return &infos[i];
        }
    }
    cr_assert_fail("no event is named %.*s", SLICE_ARGS(name));
    return NULL;
}

/* Sets a fact. Returns: false when the value is of another type. */
static bool set_fact(struct domain_kit *kit,
                     struct event *event,
                     const struct fact_info *fact,
                     const struct value *value)
{
    void *at = (char *)&event->facts + fact->offset;
    if (fact->type == FACT_U64 && value->type == VALUE_INT) {
        *(fact_u64 *)at = (uint64_t)value->integer;
    } else if (fact->type == FACT_I64 && value->type == VALUE_INT) {
        *(fact_i64 *)at = value->integer;
    } else if (fact->type == FACT_BOOL && value->type == VALUE_BOOL) {
        *(fact_bool *)at = value->boolean;
    } else if (fact->type == FACT_UUID && value->type == VALUE_TEXT) {
        *(fact_uuid *)at = domain_kit_id(arena_text(&kit->arena, value->bytes));
    } else if (fact->type == FACT_BYTES && value->type == VALUE_BINARY) {
        *(fact_bytes *)at = value->bytes;
    } else {
        return false;
    }
    return true;
}

static bool is_fact(struct domain_kit *kit,
                    struct event *event,
                    const struct event_info *info,
                    const struct value_member *member)
{
    for (size_t i = 0; i < info->fact_count; i++) {
        if (slice_is(member->key, info->facts[i].name)) {
            return set_fact(kit, event, &info->facts[i], &member->value);
        }
    }
    return false;
}

static void set_member(struct domain_kit *kit,
                       struct event *event,
                       const struct event_info *info,
                       const struct value_member *member)
{
    if (is_fact(kit, event, info, member)) {
        return;
    }
    if (slice_is(member->key, "log")) {
        event->bodies[BODY_LOG] = member->value;
        return;
    }
    struct value *state = &event->bodies[BODY_STATE];
    if (state->type == VALUE_NULL) {
        *state = value_map();
    }
    cr_assert(value_map_put(&kit->arena, state, member->key, member->value));
}

/* The JSON text with " for '. */
static struct slice json_of(struct domain_kit *kit, struct slice text)
{
    char *json = arena_text(&kit->arena, text);
    cr_assert_not_null(json);
    for (char *c = json; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return slice_of(json, text.size);
}

static struct event parse(struct domain_kit *kit, struct slice line)
{
    struct error error = {0};
    struct value members = value_map();
    size_t space = slice_find(line, SLICE(" "));
    struct slice name = slice_of(line.data, space == SIZE_MAX ? line.size : space);
    const struct event_info *info = info_of(name);
    struct event event = {.type = info->type};
    if (space != SIZE_MAX) {
        enum err e =
            json_in_parse(json_of(kit, slice_from(line, space + 1)), &kit->arena, &members, &error);
        cr_assert_eq(e, ERR_OK, "%.*s: %s", SLICE_ARGS(line), error_text(&error));
    }
    for (uint32_t i = 0; i < members.map.count; i++) {
        make_bytes(kit, &members.map.members[i].value);
        set_member(kit, &event, info, &members.map.members[i]);
    }
    return event;
}

size_t
domain_kit_parse(struct domain_kit *kit, const char *lines, struct event *ret_events, size_t max)
{
    struct slice rest = slice_of_text(lines);
    size_t count = 0;
    while (rest.size > 0) {
        size_t end = slice_find(rest, SLICE("\n"));
        struct slice line = slice_of(rest.data, end == SIZE_MAX ? rest.size : end);
        cr_assert_lt(count, max, "too many events: %s", lines);
        ret_events[count++] = parse(kit, slice_trim(line));
        rest = slice_from(rest, line.size + 1);
    }
    return count;
}

static struct recorded_event *record(struct domain_kit *kit, const struct event *event)
{
    const struct event_info *info = event_info((uint64_t)event->type);
    struct recorded_event *recorded = ARENA_NEW(&kit->arena, struct recorded_event);
    cr_assert_not_null(recorded);
    kit->seq++;
    kit->version++;
    *recorded = (struct recorded_event){
        .seq = kit->seq,
        .stream_version = kit->version,
        .recorded_at_us = (int64_t)kit->seq * SECOND_US,
        .stream = {info->stream, domain_kit_id("self")},
        .owner = {info->stream, domain_kit_id("owner")},
        .actor = {.kind = ACTOR_USER, .user = domain_kit_id("ada")},
        .ends_command = true,
        .event = *event,
    };
    return recorded;
}

const struct recorded_event *domain_kit_event(struct domain_kit *kit, const char *text)
{
    struct event event = parse(kit, slice_of_text(text));
    return record(kit, &event);
}

void domain_kit_given(struct domain_kit *kit,
                      const char *lines,
                      domain_kit_evolve_cb evolve,
                      void *state)
{
    struct event events[EVENTS_MAX];
    size_t count = domain_kit_parse(kit, lines, events, EVENTS_MAX);
    for (size_t i = 0; i < count; i++) {
        evolve(state, record(kit, &events[i]), &kit->arena);
    }
}

void domain_kit_happen(struct domain_kit *kit, domain_kit_evolve_cb evolve, void *state)
{
    cr_assert(!decision_refused(&kit->decision));
    for (size_t i = 0; i < kit->decision.count; i++) {
        evolve(state, record(kit, &kit->decision.events[i]), &kit->arena);
    }
    decision_init(&kit->decision, &kit->arena);
}

/* ---- events to text ---- */

static bool is_printable(struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] < ' ' || bytes.data[i] > '~') {
            return false;
        }
    }
    return true;
}

/* An id's name: what stands before its zeros. */
static struct slice name_of(const void *id)
{
    const char *bytes = id;
    return slice_of(bytes, strnlen(bytes, sizeof(struct uuid)));
}

static struct value show_bytes(struct domain_kit *kit, struct slice bytes)
{
    bool is_id = bytes.size == sizeof(struct uuid) && is_printable(name_of(bytes.data));
    struct slice shown = is_id ? name_of(bytes.data) : bytes;
    cr_assert(is_printable(shown), "bytes that are no text");
    return value_text(arena_format(&kit->arena, "%c%.*s", is_id ? '@' : '#', SLICE_ARGS(shown)));
}

/* The value with its bytes as texts. */
static struct value show(struct domain_kit *kit, const struct value *value)
{
    struct value shown = *value;
    if (value->type == VALUE_BINARY) {
        return show_bytes(kit, value->bytes);
    }
    if (value->type == VALUE_LIST) {
        shown = value_list();
        for (uint32_t i = 0; i < value->list.count; i++) {
            cr_assert(value_list_push(&kit->arena, &shown, show(kit, &value->list.items[i])));
        }
    } else if (value->type == VALUE_MAP) {
        shown = value_map();
        for (uint32_t i = 0; i < value->map.count; i++) {
            const struct value_member *member = &value->map.members[i];
            cr_assert(value_map_put(&kit->arena, &shown, member->key, show(kit, &member->value)));
        }
    }
    return shown;
}

/* Returns: null for a fact that is zero. */
static struct value
show_fact(struct domain_kit *kit, const struct event *event, const struct fact_info *fact)
{
    const void *at = (const char *)&event->facts + fact->offset;
    switch (fact->type) {
    case FACT_U64:
        return *(const fact_u64 *)at != 0 ? value_int((int64_t) * (const fact_u64 *)at)
                                          : value_null();
    case FACT_I64:
        return *(const fact_i64 *)at != 0 ? value_int(*(const fact_i64 *)at) : value_null();
    case FACT_BOOL:
        return *(const fact_bool *)at ? value_bool(true) : value_null();
    case FACT_UUID:
        return uuid_is_zero(*(const fact_uuid *)at) ? value_null() : value_text(name_of(at));
    case FACT_BYTES:
        break;
    }
    const fact_bytes *bytes = at;
    return bytes->size > 0 ? show_bytes(kit, *bytes) : value_null();
}

static struct value show_event(struct domain_kit *kit, const struct event *event)
{
    const struct event_info *info = event_info((uint64_t)event->type);
    struct value members = show(kit, &event->bodies[BODY_STATE]);
    struct value all = value_map();
    for (size_t i = 0; i < info->fact_count; i++) {
        struct value fact = show_fact(kit, event, &info->facts[i]);
        if (fact.type != VALUE_NULL) {
            cr_assert(value_map_put(&kit->arena, &all, slice_of_text(info->facts[i].name), fact));
        }
    }
    for (uint32_t i = 0; members.type == VALUE_MAP && i < members.map.count; i++) {
        struct value_member *member = &members.map.members[i];
        cr_assert(value_map_put(&kit->arena, &all, member->key, member->value));
    }
    if (event->bodies[BODY_LOG].type != VALUE_NULL) {
        cr_assert(
            value_map_put(&kit->arena, &all, SLICE("log"), show(kit, &event->bodies[BODY_LOG])));
    }
    return all;
}

static void put_event(struct domain_kit *kit, struct buf *out, const struct event *event)
{
    struct value members = show_event(kit, event);
    buf_put_text(out, event_info((uint64_t)event->type)->name);
    if (members.map.count > 0) {
        struct slice json = json_out_to_arena(&kit->arena, &members);
        buf_put_char(out, ' ');
        for (size_t i = 0; i < json.size; i++) {
            buf_put_char(out, json.data[i] == '"' ? '\'' : json.data[i]);
        }
    }
}

const char *domain_kit_names(struct domain_kit *kit)
{
    struct buf out;
    buf_init(&out, TEXT_BYTES);
    for (size_t i = 0; i < kit->decision.count; i++) {
        const struct event_info *info = event_info((uint64_t)kit->decision.events[i].type);
        buf_printf(&out, "%s%s", i > 0 ? "," : "", info->name);
    }
    const char *text = decision_refused(&kit->decision) ? domain_kit_outcome(kit)
                                                        : arena_text(&kit->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

const char *domain_kit_outcome(struct domain_kit *kit)
{
    struct buf out;
    buf_init(&out, TEXT_BYTES);
    bool refused = decision_refused(&kit->decision);
    for (size_t i = 0; !refused && i < kit->decision.count; i++) {
        buf_put_text(&out, i > 0 ? "\n" : "");
        put_event(kit, &out, &kit->decision.events[i]);
    }
    for (const struct problem *it = kit->decision.problems.first; it != NULL; it = it->next) {
        buf_printf(&out, "%srefused %.*s: %.*s", out.size > 0 ? "\n" : "", SLICE_ARGS(it->field),
                   SLICE_ARGS(it->message));
    }
    const char *text = arena_text(&kit->arena, buf_slice(&out));
    cr_assert(!out.failed && text != NULL);
    buf_deinit(&out);
    return text;
}

void domain_kit_then(struct domain_kit *kit, const char *given, const char *then)
{
    const char *outcome = domain_kit_outcome(kit);
    cr_expect_str_eq(outcome, then, "\ngiven\n%s\nthen\n%s\nbut came\n%s\n",
                     given != NULL ? given : "(nothing)", then, outcome);
}

/* ---- rows ---- */

/* The row without its places from `count` on, and with a number nobody expects in place `odd`. */
static void put_bad(struct buf *out, const struct value *row, uint32_t count, uint32_t odd)
{
    buf_clear(out);
    codec_put_list(out, count);
    for (uint32_t i = 0; i < count; i++) {
        if (i == odd) {
            codec_put_float(out, 0.5);
        } else {
            codec_put_value(out, &row->list.items[i]);
        }
    }
}

static void demand_malformed(struct domain_kit *kit,
                             const struct buf *bad,
                             domain_kit_reread_cb reread,
                             const char *what,
                             uint32_t place)
{
    struct buf out;
    buf_init(&out, TEXT_BYTES);
    cr_expect_eq(reread(buf_slice(bad), &kit->arena, &out, NULL), ERR_MALFORMED,
                 "place %u is %s and nobody minds", place, what);
    buf_deinit(&out);
}

void domain_kit_row(struct domain_kit *kit, const struct buf *row, domain_kit_reread_cb reread)
{
    struct value list;
    struct error error = {0};
    struct buf out;
    buf_init(&out, TEXT_BYTES);
    enum err e = reread(buf_slice(row), &kit->arena, &out, &error);
    cr_assert_eq(e, ERR_OK, "%s", error_text(&error));
    cr_expect(slice_equal(buf_slice(row), buf_slice(&out)), "the row changes when it is read");
    cr_assert_eq(codec_decode(buf_slice(row), &kit->arena, &list, NULL), ERR_OK);
    for (uint32_t i = 0; i < list.list.count; i++) {
        put_bad(&out, &list, i, UINT32_MAX);
        demand_malformed(kit, &out, reread, "missing", i);
        put_bad(&out, &list, list.list.count, i);
        demand_malformed(kit, &out, reread, "a fraction", i);
    }
    buf_deinit(&out);
}
