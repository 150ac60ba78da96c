/*
 * event_codec: the facts and bodies of a record's events as bytes.
 *
 * Facts of a record: a list with one list per event:
 *
 *     [type, schema version, microseconds before recorded-at or null, fact 0, fact 1, ...]
 *
 * Facts at the end that are zero, false, empty or null are left out; a reader finds missing ones
 * zero. A body of a record: a list with one place per event, null where the event has none; nulls
 * at the end are left out. The state body may have one place more: the reason of the append, a
 * text.
 *
 * Schema version is 1 for every event so far; a reader refuses versions it does not know.
 */
#ifndef DAYBOOK_CORE_EVENT_EVENT_CODEC_H
#define DAYBOOK_CORE_EVENT_EVENT_CODEC_H

#include "core/base/buf.h"
#include "core/event/event.h"

/* Events of one record. */
#define EVENT_CODEC_EVENTS_MAX 4096

/** When an event occurred as readers of its record are told: 0 (when it was recorded) unless that
 * is over a second later. */
int64_t event_codec_occurred_at(int64_t occurred_at_us, int64_t recorded_at_us);

/** Appends the facts of `count` events. `recorded_at_us` turns occurred-at into a distance. */
void event_codec_put_facts(struct buf *out,
                           const struct event *events,
                           size_t count,
                           int64_t recorded_at_us);

/** Whether any of the events has a body of the class. */
bool event_codec_has_body(const struct event *events, size_t count, enum body_class body_class);

/** Appends the body of a class. `reason` is only looked at for BODY_STATE; empty: none. */
void event_codec_put_body(struct buf *out,
                          const struct event *events,
                          size_t count,
                          enum body_class body_class,
                          struct slice reason);

/**
 * Reads the facts of a record that has `count` events into `ret_events` (bodies null). Byte facts
 * borrow from `bytes`. Errors: ERR_MALFORMED, ERR_UNSUPPORTED (unknown type or schema version).
 */
MUST_USE enum err event_codec_get_facts(struct slice bytes,
                                        int64_t recorded_at_us,
                                        struct arena *arena,
                                        struct event *ret_events,
                                        size_t count,
                                        struct error *reterr);

/**
 * Hands the places of a decoded body to the events. `ret_reason` (may be NULL) gets the reason of a
 * state body, empty when there is none. Errors: ERR_MALFORMED.
 */
MUST_USE enum err event_codec_set_bodies(const struct value *body,
                                         enum body_class body_class,
                                         struct event *events,
                                         size_t count,
                                         struct slice *ret_reason,
                                         struct error *reterr);

/** One event's facts as a map by name, for people: {"step": 3, "status": 1, ...}. */
struct value event_codec_facts_map(struct arena *arena, const struct event *event);

#endif
