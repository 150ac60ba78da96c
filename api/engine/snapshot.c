#include "api/engine/snapshot.h"

#include "api/engine/definitions.h"
#include "core/base/check.h"
#include "core/base/memory.h"

struct snapshots {
    struct engine *engine;
    uv_mutex_t mutex; /* guards what follows */
    struct list free;
    size_t open;
};

enum err snapshots_create(struct engine *engine, struct snapshots **ret, struct error *reterr)
{
    struct snapshots *snapshots = memory_zalloc(1, sizeof *snapshots);
    if (snapshots == NULL || uv_mutex_init(&snapshots->mutex) != 0) {
        memory_free(snapshots);
        return error_set(reterr, ERR_NO_MEMORY, "snapshots: out of memory");
    }
    snapshots->engine = engine;
    list_init(&snapshots->free);
    *ret = snapshots;
    return ERR_OK;
}

static void free_snapshot(struct snapshot *snapshot)
{
    views_end(&snapshot->views);
    journal_reader_destroy(&snapshot->journal);
    memory_free(snapshot);
}

void snapshots_destroy(struct snapshots **snapshots)
{
    if (*snapshots == NULL) {
        return;
    }
    ASSERT((*snapshots)->open == 0);
    struct list_link *link = NULL;
    while ((link = list_pop_front(&(*snapshots)->free)) != NULL) {
        free_snapshot(LIST_ENTRY(link, struct snapshot, link));
    }
    uv_mutex_destroy(&(*snapshots)->mutex);
    memory_free(*snapshots);
    *snapshots = NULL;
}

/* Takes a free one. Returns: NULL when there is none; *ret_full when none may be made either. */
static struct snapshot *take(struct snapshots *snapshots, bool *ret_full)
{
    uv_mutex_lock(&snapshots->mutex);
    struct list_link *link = NULL;
    *ret_full = snapshots->open >= SNAPSHOTS_MAX;
    if (!*ret_full) {
        snapshots->open++;
        link = list_pop_front(&snapshots->free);
    }
    uv_mutex_unlock(&snapshots->mutex);
    return link != NULL ? LIST_ENTRY(link, struct snapshot, link) : NULL;
}

static void put_back(struct snapshots *snapshots, struct snapshot *snapshot)
{
    uv_mutex_lock(&snapshots->mutex);
    snapshots->open--;
    if (snapshot != NULL) {
        list_push_front(&snapshots->free, &snapshot->link);
    }
    uv_mutex_unlock(&snapshots->mutex);
}

static enum err make(struct snapshots *snapshots, struct snapshot **ret, struct error *reterr)
{
    struct snapshot *snapshot = memory_zalloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "snapshot: out of memory");
    }
    snapshot->engine = snapshots->engine;
    list_link_init(&snapshot->link);
    enum err e = views_begin(engine_views(snapshots->engine), false, &snapshot->views, reterr);
    e = e != ERR_OK
            ? e
            : journal_reader_create(engine_journal(snapshots->engine), &snapshot->journal, reterr);
    e = e != ERR_OK ? e : journal_reader_begin(snapshot->journal, reterr);
    if (e != ERR_OK) {
        free_snapshot(snapshot);
        return e;
    }
    *ret = snapshot;
    return ERR_OK;
}

static enum err renew(struct snapshot *snapshot, struct error *reterr)
{
    enum err e = views_renew(snapshot->views, reterr);
    return e != ERR_OK ? e : journal_reader_begin(snapshot->journal, reterr);
}

enum err snapshot_open(struct snapshots *snapshots, struct snapshot **ret, struct error *reterr)
{
    bool full = false;
    struct snapshot *snapshot = take(snapshots, &full);
    if (full) {
        return error_set(reterr, ERR_BUSY, "too many reads at once");
    }
    enum err e = ERR_OK;
    if (snapshot == NULL) {
        e = make(snapshots, &snapshot, reterr);
    } else {
        e = renew(snapshot, reterr);
        if (e != ERR_OK) {
            free_snapshot(snapshot);
        }
    }
    if (e != ERR_OK) {
        put_back(snapshots, NULL);
        return e;
    }
    *ret = snapshot;
    return ERR_OK;
}

void snapshot_close(struct snapshots *snapshots, struct snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    views_reset((*snapshot)->views);
    journal_reader_end((*snapshot)->journal);
    put_back(snapshots, *snapshot);
    *snapshot = NULL;
}

enum err snapshot_seq(struct snapshot *snapshot, uint64_t *ret, struct error *reterr)
{
    struct journal_head position;
    enum err e = projector_position(snapshot->views, &position, reterr);
    if (e == ERR_OK) {
        *ret = position.seq;
    }
    return e;
}

enum err snapshot_definition(struct snapshot *snapshot,
                             uint64_t draft_seq,
                             const struct definition **ret,
                             struct error *reterr)
{
    return definitions_acquire(engine_definitions(snapshot->engine), snapshot->journal, draft_seq,
                               ret, reterr);
}

enum err snapshot_event(struct snapshot *snapshot,
                        uint64_t seq,
                        unsigned bodies,
                        struct arena *arena,
                        const struct recorded_event **ret,
                        unsigned *ret_absent,
                        struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    enum err e = journal_read(snapshot->journal, seq, &record, reterr);
    e = e != ERR_OK ? e
                    : journal_read_events(snapshot->journal, &record, bodies, arena, &events, NULL,
                                          ret_absent, reterr);
    if (e == ERR_OK) {
        *ret = &events[seq - record.first_seq];
    }
    return e;
}
