#include "projections/as_of.h"

#include "projections/streams_view.h"

static enum err walk_record(struct journal_reader *journal,
                            uint64_t seq,
                            uint64_t after_seq,
                            uint64_t to_seq,
                            unsigned bodies,
                            struct arena *arena,
                            as_of_event_cb callback,
                            void *data,
                            bool *ret_more,
                            struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    struct slice reason = {NULL, 0};
    unsigned absent = 0;
    enum err e = journal_read(journal, seq, &record, reterr);
    e = e != ERR_OK ? e
                    : journal_read_events(journal, &record, bodies, arena, &events, &reason,
                                          &absent, reterr);
    if (e != ERR_OK) {
        return e;
    }
    *ret_more = true;
    for (size_t i = 0; i < record.event_count && *ret_more; i++) {
        if (events[i].seq > after_seq) {
            *ret_more = events[i].seq <= to_seq && callback(data, &events[i], reason, absent);
        }
    }
    return ERR_OK;
}

enum err as_of_walk(struct views_txn *views,
                    struct journal_reader *journal,
                    struct stream_ref stream,
                    uint64_t after_seq,
                    uint64_t to_seq,
                    unsigned bodies,
                    struct arena *arena,
                    as_of_event_cb callback,
                    void *data,
                    struct error *reterr)
{
    struct streams_cursor cursor;
    enum err e = streams_cursor_open(views, stream, after_seq, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool more = true;
    for (size_t count = 0; e == ERR_OK && more && streams_cursor_next(&cursor); count++) {
        if (count == AS_OF_RECORDS_MAX) {
            e = error_set(reterr, ERR_LIMIT, "the stream has over %d records", AS_OF_RECORDS_MAX);
        } else {
            e = walk_record(journal, cursor.seq, after_seq, to_seq, bodies, arena, callback, data,
                            &more, reterr);
        }
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor.cursor, reterr);
    streams_cursor_close(&cursor);
    if (e == ERR_OK && arena_exhausted(arena)) {
        e = arena_error(arena, "the history", reterr);
    }
    return e;
}

struct folding {
    void *state;
    void (*evolve)(void *state, const struct recorded_event *event, struct arena *arena);
    struct arena *arena;
    uint64_t events;
};

static bool
fold(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    struct folding *folding = data;
    (void)reason;
    (void)absent;
    folding->evolve(folding->state, event, folding->arena);
    folding->events++;
    return true;
}

static enum err fold_stream(struct views_txn *views,
                            struct journal_reader *journal,
                            struct stream_ref stream,
                            uint64_t seq,
                            struct folding *folding,
                            struct error *reterr)
{
    enum err e = as_of_walk(views, journal, stream, 0, seq, 1U << BODY_STATE, folding->arena, fold,
                            folding, reterr);
    if (e == ERR_OK && folding->events == 0) {
        return error_set(reterr, ERR_NOT_FOUND, "there was no such %s at sequence %llu",
                         stream_kind_name(stream.kind), (unsigned long long)seq);
    }
    return e;
}

static void evolve_customer(void *state, const struct recorded_event *event, struct arena *arena)
{
    customer_evolve(state, event, arena);
}

static void evolve_integration(void *state, const struct recorded_event *event, struct arena *arena)
{
    integration_evolve(state, event, arena);
}

static void evolve_instance(void *state, const struct recorded_event *event, struct arena *arena)
{
    instance_evolve(state, event, arena);
}

enum err as_of_customer(struct views_txn *views,
                        struct journal_reader *journal,
                        struct uuid id,
                        uint64_t seq,
                        struct arena *arena,
                        struct customer *ret,
                        struct error *reterr)
{
    *ret = (struct customer){.id = id};
    struct folding folding = {ret, evolve_customer, arena, 0};
    return fold_stream(views, journal, (struct stream_ref){STREAM_CUSTOMER, id}, seq, &folding,
                       reterr);
}

enum err as_of_integration(struct views_txn *views,
                           struct journal_reader *journal,
                           struct uuid id,
                           uint64_t seq,
                           struct arena *arena,
                           struct integration *ret,
                           struct error *reterr)
{
    *ret = (struct integration){.id = id};
    struct folding folding = {ret, evolve_integration, arena, 0};
    return fold_stream(views, journal, (struct stream_ref){STREAM_INTEGRATION, id}, seq, &folding,
                       reterr);
}

enum err as_of_instance(struct views_txn *views,
                        struct journal_reader *journal,
                        struct uuid id,
                        uint64_t seq,
                        struct arena *arena,
                        struct instance *ret,
                        struct error *reterr)
{
    *ret = (struct instance){.id = id};
    struct folding folding = {ret, evolve_instance, arena, 0};
    return fold_stream(views, journal, (struct stream_ref){STREAM_INSTANCE, id}, seq, &folding,
                       reterr);
}
