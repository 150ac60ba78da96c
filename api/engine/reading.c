#include "api/engine/reading.h"

#include "api/engine/definitions.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "projections/instance_cache.h"

struct readings {
    struct engine *engine;
    uv_mutex_t mutex; /* guards what follows */
    struct list free;
    size_t open;
};

enum err readings_create(struct engine *engine, struct readings **ret, struct error *reterr)
{
    struct readings *readings = memory_zalloc(1, sizeof *readings);
    if (readings == NULL || uv_mutex_init(&readings->mutex) != 0) {
        memory_free(readings);
        return error_set(reterr, ERR_NO_MEMORY, "readings: out of memory");
    }
    readings->engine = engine;
    list_init(&readings->free);
    *ret = readings;
    return ERR_OK;
}

static void free_reading(struct reading *reading)
{
    instance_cache_destroy(&reading->instances);
    views_end(&reading->views);
    journal_reader_destroy(&reading->journal);
    memory_free(reading);
}

void readings_destroy(struct readings **readings)
{
    if (*readings == NULL) {
        return;
    }
    ASSERT((*readings)->open == 0);
    struct list_link *link = NULL;
    while ((link = list_pop_front(&(*readings)->free)) != NULL) {
        free_reading(LIST_ENTRY(link, struct reading, link));
    }
    uv_mutex_destroy(&(*readings)->mutex);
    memory_free(*readings);
    *readings = NULL;
}

/* Takes a free one. Returns: NULL when there is none; *ret_full when none may be made either. */
static struct reading *take(struct readings *readings, bool *ret_full)
{
    uv_mutex_lock(&readings->mutex);
    struct list_link *link = NULL;
    *ret_full = readings->open >= READINGS_MAX;
    if (!*ret_full) {
        readings->open++;
        link = list_pop_front(&readings->free);
    }
    uv_mutex_unlock(&readings->mutex);
    return link != NULL ? LIST_ENTRY(link, struct reading, link) : NULL;
}

static void put_back(struct readings *readings, struct reading *reading)
{
    uv_mutex_lock(&readings->mutex);
    readings->open--;
    if (reading != NULL) {
        list_push_front(&readings->free, &reading->link);
    }
    uv_mutex_unlock(&readings->mutex);
}

static enum err make(struct readings *readings, struct reading **ret, struct error *reterr)
{
    struct reading *reading = memory_zalloc(1, sizeof *reading);
    if (reading == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "reading: out of memory");
    }
    reading->engine = readings->engine;
    list_link_init(&reading->link);
    enum err e = views_begin(engine_views(readings->engine), false, &reading->views, reterr);
    e = e != ERR_OK
            ? e
            : journal_reader_create(engine_journal(readings->engine), &reading->journal, reterr);
    e = e != ERR_OK ? e : journal_reader_begin(reading->journal, reterr);
    if (e != ERR_OK) {
        free_reading(reading);
        return e;
    }
    *ret = reading;
    return ERR_OK;
}

static enum err renew(struct reading *reading, struct error *reterr)
{
    enum err e = views_renew(reading->views, reterr);
    return e != ERR_OK ? e : journal_reader_begin(reading->journal, reterr);
}

enum err reading_open(struct readings *readings, struct reading **ret, struct error *reterr)
{
    bool full = false;
    struct reading *reading = take(readings, &full);
    if (full) {
        return error_set(reterr, ERR_BUSY, "too many reads at once");
    }
    enum err e = ERR_OK;
    if (reading == NULL) {
        e = make(readings, &reading, reterr);
    } else {
        e = renew(reading, reterr);
        if (e != ERR_OK) {
            free_reading(reading);
        }
    }
    if (e != ERR_OK) {
        put_back(readings, NULL);
        return e;
    }
    *ret = reading;
    return ERR_OK;
}

void reading_close(struct readings *readings, struct reading **reading)
{
    if (*reading == NULL) {
        return;
    }
    views_reset((*reading)->views);
    journal_reader_end((*reading)->journal);
    put_back(readings, *reading);
    *reading = NULL;
}

enum err reading_seq(struct reading *reading, uint64_t *ret, struct error *reterr)
{
    struct journal_head position;
    enum err e = projector_position(reading->views, &position, reterr);
    if (e == ERR_OK) {
        *ret = position.seq;
    }
    return e;
}

enum err reading_instance(struct reading *reading,
                          struct uuid id,
                          const struct instance **ret,
                          struct error *reterr)
{
    enum err e =
        reading->instances != NULL ? ERR_OK : instance_cache_create(&reading->instances, reterr);
    return e != ERR_OK ? e
                       : instance_cache_get(reading->instances, reading->views, id, ret, reterr);
}

enum err reading_definition(struct reading *reading,
                            uint64_t draft_seq,
                            const struct definition **ret,
                            struct error *reterr)
{
    return definitions_acquire(engine_definitions(reading->engine), reading->journal, draft_seq,
                               ret, reterr);
}

enum err reading_event(struct reading *reading,
                       uint64_t seq,
                       unsigned bodies,
                       struct arena *arena,
                       const struct recorded_event **ret,
                       unsigned *ret_absent,
                       struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    enum err e = journal_read(reading->journal, seq, &record, reterr);
    e = e != ERR_OK ? e
                    : journal_read_events(reading->journal, &record, bodies, arena, &events, NULL,
                                          ret_absent, reterr);
    if (e == ERR_OK) {
        *ret = &events[seq - record.first_seq];
    }
    return e;
}

enum err reading_event_with(struct reading *reading,
                            uint64_t seq,
                            enum body_class body_class,
                            struct arena *arena,
                            const struct recorded_event **ret,
                            struct error *reterr)
{
    struct record_view record;
    struct slice body;
    unsigned absent = 0;
    enum err e = reading_event(reading, seq, 1U << body_class, arena, ret, &absent, reterr);
    if (e != ERR_OK || absent == 0) {
        return e;
    }
    /* Opening it says why it cannot be had. */
    e = journal_read(reading->journal, seq, &record, reterr);
    e = e != ERR_OK
            ? e
            : journal_open_body(reading->journal, &record, body_class, arena, &body, reterr);
    return e != ERR_OK ? e : error_set(reterr, ERR_DAMAGED, "a body is absent and is not");
}
