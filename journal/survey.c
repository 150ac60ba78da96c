#include "journal/survey.h"

/* Records read in one snapshot: some milliseconds. */
#define SNAPSHOT_RECORDS 10000
#define ARENA_BYTES      (32 * MIB) /* a record has up to 4,096 events */

struct surveying {
    struct journal_reader *reader;
    struct survey *survey;
    struct arena arena;
    survey_progress_cb progress;
    void *progress_data;
};

static enum err
count_events(struct surveying *it, const struct record_view *record, struct error *reterr)
{
    struct recorded_event *events = NULL;
    arena_reset(&it->arena);
    enum err e =
        journal_read_events(it->reader, record, 0, &it->arena, &events, NULL, NULL, reterr);
    for (unsigned i = 0; e == ERR_OK && i < record->event_count; i++) {
        unsigned type = (unsigned)events[i].event.type;
        it->survey->events_of[type < SURVEY_TYPES ? type : 0]++;
    }
    return e;
}

static enum err count_body(struct surveying *it,
                           const struct record_view *record,
                           enum body_class body_class,
                           struct error *reterr)
{
    struct body_size size;
    struct survey_bodies *bodies = &it->survey->bodies[body_class];
    if (record->digests[body_class].size == 0) {
        return ERR_OK;
    }
    enum err e = journal_body_size(it->reader, record, body_class, &size, reterr);
    if (e == ERR_NOT_FOUND) {
        bodies->absent++;
        return ERR_OK;
    }
    if (e == ERR_OK) {
        bodies->count++;
        bodies->blobs += record->is_blob[body_class];
        bodies->raw_bytes += size.raw_bytes;
        bodies->stored_bytes += size.stored_bytes;
    }
    return e;
}

static enum err
count_record(struct surveying *it, const struct record_view *record, struct error *reterr)
{
    struct survey *survey = it->survey;
    enum err e = count_events(it, record, reterr);
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        e = count_body(it, record, (enum body_class)i, reterr);
    }
    survey->records++;
    survey->events += record->event_count;
    survey->commands += record->part + 1 == record->part_count;
    survey->record_bytes += record->bytes.size;
    survey->oldest_us = survey->oldest_us == 0 ? record->recorded_at_us : survey->oldest_us;
    survey->newest_us = record->recorded_at_us;
    return e;
}

/* Counts some records behind `seq`, in a snapshot of their own. Returns: the last one through
 * *ret_seq. */
static enum err
count_some(struct surveying *it, uint64_t seq, uint64_t *ret_seq, struct error *reterr)
{
    struct record_view record;
    enum err e = journal_reader_begin(it->reader, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = journal_read(it->reader, seq + 1, &record, reterr);
    for (size_t i = 1; e == ERR_OK; i++) {
        e = count_record(it, &record, reterr);
        *ret_seq = record.last_seq;
        if (i == SNAPSHOT_RECORDS || record.last_seq >= it->survey->head_seq) {
            break;
        }
        e = e == ERR_OK ? journal_next(it->reader, &record, reterr) : e;
    }
    journal_reader_end(it->reader);
    return e;
}

static enum err find_head(struct surveying *it, struct error *reterr)
{
    struct journal_head head;
    enum err e = journal_reader_begin(it->reader, reterr);
    if (e == ERR_OK) {
        e = journal_reader_head(it->reader, &head, reterr);
        journal_reader_end(it->reader);
    }
    if (e == ERR_OK) {
        it->survey->head_seq = head.seq;
    }
    return e;
}

static enum err count_all(struct surveying *it, struct error *reterr)
{
    uint64_t seq = 0;
    enum err e = find_head(it, reterr);
    while (e == ERR_OK && seq < it->survey->head_seq) {
        e = count_some(it, seq, &seq, reterr);
        if (it->progress != NULL) {
            it->progress(it->progress_data, seq, it->survey->head_seq);
        }
    }
    return e;
}

enum err survey_run(struct journal *journal,
                    survey_progress_cb progress,
                    void *progress_data,
                    struct survey *ret,
                    struct error *reterr)
{
    struct survey survey = {.records = 0};
    struct surveying it = {.survey = &survey, .progress = progress, .progress_data = progress_data};
    arena_init(&it.arena, ARENA_BYTES);
    enum err e = journal_reader_create(journal, &it.reader, reterr);
    e = e == ERR_OK ? count_all(&it, reterr) : e;
    journal_reader_destroy(&it.reader);
    arena_deinit(&it.arena);
    if (e == ERR_OK) {
        *ret = survey;
    }
    return e;
}
