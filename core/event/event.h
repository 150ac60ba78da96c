/*
 * event: what happened, the record every layer speaks of.
 *
 * An event belongs to a stream (one customer, one execution ...). It has a type, a few typed
 * *facts* that stand in the clear for ever, and up to four *bodies*, one per retention class, that
 * are compressed and sealed and may expire or be erased. Several events of one stream that one
 * command causes make one *record*; the records of one command make one *append*, which the journal
 * takes whole or not at all.
 *
 * The catalogue is event_types.def; bodies are values whose members core/domain/ names.
 */
#ifndef DAYBOOK_CORE_EVENT_EVENT_H
#define DAYBOOK_CORE_EVENT_EVENT_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/id.h"
#include "core/base/slice.h"
#include "core/base/value.h"

#include <stdbool.h>
#include <stdint.h>

/* What a stream is about; also who owns a body. Numbers are stored. */
enum stream_kind {
    STREAM_NONE = 0,
    STREAM_JOURNAL = 1,
    STREAM_ORGANIZATION = 2,
    STREAM_USER = 3,
    STREAM_TOKEN = 4,
    STREAM_CUSTOMER = 5,
    STREAM_INTEGRATION = 6,
    STREAM_INSTANCE = 7,
    STREAM_EXECUTION = 8,
    /* 9 monitor and 10 job are given and not used yet */
    STREAM_KIND_MAX = 10,
};

struct stream_ref {
    enum stream_kind kind;
    struct uuid id;
};

/* Retention classes of bodies. Numbers are stored. */
enum body_class {
    BODY_STATE = 0,   /* names, config, reasons, error sentences */
    BODY_PAYLOAD = 1, /* what triggered an execution */
    BODY_RESULT = 2,  /* what a step gave */
    BODY_LOG = 3,     /* log lines */
    BODY_CLASS_COUNT = 4,
};

/* Who caused it. Numbers are stored. */
enum actor_kind {
    ACTOR_SYSTEM = 0,   /* the engine itself */
    ACTOR_USER = 1,     /* a person or script with a token */
    ACTOR_WEBHOOK = 2,  /* a caller of a webhook URL */
    ACTOR_OPERATOR = 3, /* somebody with access to the data directory */
};

struct actor {
    enum actor_kind kind;
    struct uuid user;  /* zero when there is none */
    struct uuid token; /* the token used; zero when there is none */
};

enum event_type {
#define EVENT(number, NAME, name, wire, stream, classes)       EVENT_##NAME = (number),
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes) EVENT_##NAME = (number),
#define FACT(event, type, field)
#define EVENT_END(NAME)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END
};

/* Types of facts. BYTES are short (under 64 bytes) and borrowed. */
enum fact_type { FACT_U64, FACT_I64, FACT_BOOL, FACT_UUID, FACT_BYTES };

typedef uint64_t fact_u64;
typedef int64_t fact_i64;
typedef bool fact_bool;
typedef struct uuid fact_uuid;
typedef struct slice fact_bytes;

#define FACT_CTYPE_U64   fact_u64
#define FACT_CTYPE_I64   fact_i64
#define FACT_CTYPE_BOOL  fact_bool
#define FACT_CTYPE_UUID  fact_uuid
#define FACT_CTYPE_BYTES fact_bytes

/* One struct per event with facts: struct facts_journal_created { fact_u64 format; fact_u64 key; };
 */
#define EVENT(number, NAME, name, wire, stream, classes) struct facts_##name {
#define FACT(event, type, field)                         FACT_CTYPE_##type field;
#define EVENT_END(NAME)                                                                            \
    }                                                                                              \
    ;
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END

union event_facts {
#define EVENT(number, NAME, name, wire, stream, classes) struct facts_##name name;
#define EVENT_PLAIN(number, NAME, name, wire, stream, classes)
#define FACT(event, type, field)
#define EVENT_END(NAME)
#include "core/event/event_types.def"
#undef EVENT
#undef EVENT_PLAIN
#undef FACT
#undef EVENT_END
};

struct event {
    enum event_type type;
    int64_t occurred_at_us; /* 0: when it was recorded; kept only if over a second before that */
    union event_facts facts;
    struct value bodies[BODY_CLASS_COUNT]; /* null where it has none */
};

/* An event with its place in the journal, as projections and histories see it. */
struct recorded_event {
    uint64_t seq;
    uint64_t stream_version; /* place in its stream, from 1 */
    int64_t recorded_at_us;
    struct stream_ref stream;
    struct stream_ref
        owner; /* who owns its bodies; equals stream unless the record says otherwise */
    struct actor actor;
    struct uuid append_id;
    bool ends_command; /* the last event of its command */
    struct event event;
};

/* What the catalogue knows of a fact. */
struct fact_info {
    const char *name;
    enum fact_type type;
    size_t offset; /* in union event_facts */
};

/* What the catalogue knows of an event type. */
struct event_info {
    enum event_type type;
    const char *name; /* "execution.queued" */
    enum stream_kind stream;
    unsigned classes; /* bit (1 << enum body_class) for each body it may have */
    const struct fact_info *facts;
    size_t fact_count;
};

/** What the catalogue says of a type. Returns: NULL for a number it does not know. */
const struct event_info *event_info(uint64_t type);

/** All event types. Returns: their number; `ret_infos` gets the first. */
size_t event_catalogue(const struct event_info **ret_infos);

/** "customer", "execution" ...; "unknown" for other numbers. */
const char *stream_kind_name(enum stream_kind kind);

/** The stream kind of a name, STREAM_NONE when there is none. */
enum stream_kind stream_kind_of(struct slice name);

/** "state", "payload", "result", "log". */
const char *body_class_name(enum body_class body_class);

/** Same stream. */
static inline bool stream_equal(struct stream_ref a, struct stream_ref b)
{
    return a.kind == b.kind && uuid_equal(a.id, b.id);
}

#endif
