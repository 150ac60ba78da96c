/* The catalogue as tables, made from event_types.def. */
#include "core/base/check.h"
#include "core/event/event.h"

#include <stddef.h>

enum { S = 1 << BODY_STATE, P = 1 << BODY_PAYLOAD, R = 1 << BODY_RESULT, L = 1 << BODY_LOG };

/* One array of facts an event: static const struct fact_info journal_created_facts[] = {...}; */
#define EVENT(number, NAME, name, wire, stream, classes)                                           \
    static const struct fact_info name##_facts[] = {
#define FACT(event, type, field) {#field, FACT_##type, offsetof(struct facts_##event, field)},
#define EVENT_END(NAME)                                                                            \
    }                                                                                              \
    ;
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END

static const struct event_info infos[] = {
#define EVENT(number, NAME, name, wire, stream, classes)                                           \
    {EVENT_##NAME, wire, STREAM_##stream, (classes), name##_facts, ARRAY_COUNT(name##_facts)},
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes)                                     \
    {EVENT_##NAME, wire, STREAM_##stream, (classes), NULL, 0},
#define FACT(event, type, field)
#define EVENT_END(NAME)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END
};

/* The place of each event in `infos`. */
enum {
#define EVENT(number, NAME, name, wire, stream, classes)       PLACE_##NAME,
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes) PLACE_##NAME,
#define FACT(event, type, field)
#define EVENT_END(NAME)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END
};

/* Type numbers are small: an index from number to place in `infos`, filled by the compiler. */
#define NUMBER_MAX 160

static const unsigned char places[NUMBER_MAX] = {
#define EVENT(number, NAME, name, wire, stream, classes)       [number] = 1 + PLACE_##NAME,
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes) [number] = 1 + PLACE_##NAME,
#define FACT(event, type, field)
#define EVENT_END(NAME)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END
};

const struct event_info *event_info(uint64_t type)
{
    if (type >= NUMBER_MAX || places[type] == 0) {
        return NULL;
    }
    return &infos[places[type] - 1];
}

size_t event_catalogue(const struct event_info **ret_infos)
{
    *ret_infos = infos;
    return ARRAY_COUNT(infos);
}

static const char *const kind_names[STREAM_KIND_MAX + 1] = {
    [STREAM_JOURNAL] = "journal",   [STREAM_ORGANIZATION] = "organization",
    [STREAM_USER] = "user",         [STREAM_TOKEN] = "token",
    [STREAM_CUSTOMER] = "customer", [STREAM_INTEGRATION] = "integration",
    [STREAM_INSTANCE] = "instance", [STREAM_EXECUTION] = "execution",
};

const char *stream_kind_name(enum stream_kind kind)
{
    bool known = (unsigned)kind <= STREAM_KIND_MAX && kind_names[kind] != NULL;
    return known ? kind_names[kind] : "unknown";
}

enum stream_kind stream_kind_of(struct slice name)
{
    for (unsigned kind = 1; kind <= STREAM_KIND_MAX; kind++) {
        if (kind_names[kind] != NULL && slice_is(name, kind_names[kind])) {
            return (enum stream_kind)kind;
        }
    }
    return STREAM_NONE;
}

const char *body_class_name(enum body_class body_class)
{
    static const char *const names[] = {"state", "payload", "result", "log"};
    return (unsigned)body_class < BODY_CLASS_COUNT ? names[body_class] : "unknown";
}
