/*
 * bench_rebuild: how many events a second the views take when they are built from the journal.
 *
 *     bench_rebuild DIR [EXECUTIONS]
 *
 * DIR is made and filled when it is not there, and left, so that the same journal can be measured
 * again. It holds executions (100,000 unless said otherwise) of 100 instances as the runner writes
 * them: nine events in four records each, three of them steps with a result and one a log line.
 * They are written interleaved, ten at a time.
 * Measured are reading alone, reading with everything decoded, and the rebuild (rebuild_all); each
 * on one thread, by the clock and by the processor's time, which other programs on the machine
 * disturb less.
 */
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/random.h"
#include "projections/rebuild.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define EXECUTIONS_DEFAULT   100000
#define INSTANCES            100
#define AT_A_TIME            10
#define RECORDS_OF_EXECUTION 4
#define BATCH_COMMANDS       1000
#define FIRST_KEY            2

struct bench {
    const char *dir;
    struct journal *journal;
    struct id_source ids;
    struct uuid instances[INSTANCES];
    uint64_t commands; /* in the open batch */
    struct error error;
};

static void must(struct bench *bench, enum err e, const char *doing)
{
    if (e != ERR_OK) {
        (void)fprintf(stderr, "bench_rebuild: %s: %s\n", doing, error_text(&bench->error));
        exit(3);
    }
}

static struct uuid new_id(struct bench *bench)
{
    return id_next(&bench->ids, clock_wall_us(clock_system()));
}

/* Wall and processor time, to be taken before and after. */
struct moment {
    int64_t wall_us;
    int64_t cpu_us;
};

static int64_t us_of(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static struct moment now(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (struct moment){clock_monotonic_us(clock_system()),
                           us_of(usage.ru_utime) + us_of(usage.ru_stime)};
}

/* ---- filling ---- */

static void commit_if(struct bench *bench, bool wanted)
{
    if (wanted && bench->commands > 0) {
        must(bench, journal_commit(bench->journal, &bench->error), "commit");
        bench->commands = 0;
    }
}

static void append(struct bench *bench, struct uuid id, struct append_record *record)
{
    struct append append = {.id = id, .records = record, .record_count = 1};
    struct append_result result;
    commit_if(bench, bench->commands == BATCH_COMMANDS);
    if (bench->commands++ == 0) {
        must(bench, journal_begin(bench->journal, &bench->error), "begin");
    }
    must(bench, journal_append(bench->journal, &append, &result, &bench->error), "append");
}

static void add_instance(struct bench *bench, size_t index)
{
    struct uuid id = new_id(bench);
    uint64_t key = FIRST_KEY + index;
    struct event event = {.type = EVENT_INSTANCE_CREATED,
                          .facts.instance_created = {.version = 1, .key = key}};
    struct append_record record = {.stream = {STREAM_INSTANCE, id},
                                   .owner = {STREAM_INSTANCE, id},
                                   .key = key,
                                   .first_stream_version = 1,
                                   .events = &event,
                                   .event_count = 1};
    must(bench, keyring_reserve(journal_keyring(bench->journal), key, &bench->error), "reserve");
    append(bench, id, &record);
    bench->instances[index] = id;
}

/* An execution on its way: which record comes next. */
struct running {
    struct uuid id;
    size_t instance;
    uint64_t version;
};

static void append_part(struct bench *bench, struct running *it, struct event *events, size_t count)
{
    struct append_record record = {.stream = {STREAM_EXECUTION, it->id},
                                   .owner = {STREAM_INSTANCE, bench->instances[it->instance]},
                                   .key = FIRST_KEY + it->instance,
                                   .first_stream_version = it->version + 1,
                                   .events = events,
                                   .event_count = count};
    append(bench, it->version == 0 ? it->id : new_id(bench), &record);
    it->version += count;
}

static struct event finished_step(uint64_t step)
{
    struct event event = {.type = EVENT_STEP_FINISHED,
                          .facts.step_finished = {.step = step, .duration_us = 81234, .size = 512}};
    event.bodies[BODY_RESULT] = value_text(SLICE("{\"id\":4711,\"state\":\"accepted\"}"));
    return event;
}

static void append_record_of(struct bench *bench, struct running *it, int part)
{
    static const unsigned char digest[32] = {0x5a};
    struct event started = {
        .type = EVENT_STEP_STARTED,
        .facts.step_started = {.step = (uint64_t)part,
                               .request_digest = slice_of(digest, sizeof digest)}};
    struct event logged = {.type = EVENT_EXECUTION_LOGGED,
                           .facts.execution_logged.levels = SLICE("\2")};
    logged.bodies[BODY_LOG] = value_text(SLICE("parcel 4711 accepted"));
    struct event queued = {
        .type = EVENT_EXECUTION_QUEUED,
        .facts.execution_queued = {.flow = 1, .definition = 7, .config = 9, .size = 1024}};
    queued.bodies[BODY_PAYLOAD] = value_text(SLICE("{\"parcel\":4711}"));
    struct event first[] = {queued};
    struct event second[] = {{.type = EVENT_EXECUTION_STARTED}, started};
    struct event third[] = {finished_step(1), started};
    struct event fourth[] = {
        finished_step(2),
        finished_step(3),
        logged,
        {.type = EVENT_EXECUTION_FINISHED, .facts.execution_finished = {.state = 2, .steps = 3}}};
    struct event *const events[] = {first, second, third, fourth};
    static const size_t counts[] = {1, 2, 2, 4};
    append_part(bench, it, events[part], counts[part]);
}

static void fill(struct bench *bench, uint64_t executions)
{
    for (size_t i = 0; i < INSTANCES; i++) {
        add_instance(bench, i);
    }
    for (uint64_t first = 0; first < executions; first += AT_A_TIME) {
        struct running running[AT_A_TIME];
        for (int part = 0; part < RECORDS_OF_EXECUTION; part++) {
            for (size_t i = 0; i < AT_A_TIME; i++) {
                if (part == 0) {
                    running[i] = (struct running){new_id(bench), (first + i * 7) % INSTANCES, 0};
                }
                append_record_of(bench, &running[i], part);
            }
        }
    }
    commit_if(bench, true);
}

/* ---- measuring ---- */

static void report(const char *what, uint64_t events, struct moment began)
{
    struct moment end = now();
    double wall = (double)(end.wall_us - began.wall_us) / 1e6;
    double cpu = (double)(end.cpu_us - began.cpu_us) / 1e6;
    (void)printf("%-10s %9.0f events/s, %9.0f a processor second (%" PRIu64
                 " events, %.2f s, %.2f s of processor)\n",
                 what, (double)events / wall, (double)events / cpu, events, wall, cpu);
}

/* Reads every record, decoded or not. */
static void measure_reading(struct bench *bench, bool decode)
{
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct arena arena;
    uint64_t events = 0;
    struct moment began = now();
    arena_init(&arena, MIB);
    must(bench, journal_reader_create(bench->journal, &reader, &bench->error), "read");
    must(bench, journal_reader_begin(reader, &bench->error), "read");
    while (journal_next(reader, &record, &bench->error) == ERR_OK) {
        struct recorded_event *decoded = NULL;
        enum err e = !decode ? ERR_OK
                             : journal_read_events(reader, &record, 0, &arena, &decoded, NULL, NULL,
                                                   &bench->error);
        must(bench, e, "decode");
        events += record.event_count;
        arena_reset(&arena);
    }
    journal_reader_destroy(&reader);
    arena_deinit(&arena);
    report(decode ? "decoding" : "reading", events, began);
}

static void measure_rebuild(struct bench *bench)
{
    struct rebuild_options options = {.data_dir = bench->dir};
    char path[4096];
    struct stat file;
    struct moment began = now();
    must(bench, rebuild_all(bench->journal, &options, &bench->error), "rebuild");
    report("rebuilding", journal_head(bench->journal).seq, began);
    (void)snprintf(path, sizeof path, "%s/views/data.mdb", bench->dir);
    if (stat(path, &file) == 0) {
        (void)printf("views      %9.0f bytes an event\n",
                     (double)file.st_size / (double)journal_head(bench->journal).seq);
    }
}

int main(int argc, char **argv)
{
    struct bench bench = {.dir = argc > 1 ? argv[1] : NULL};
    uint64_t executions = argc > 2 ? strtoull(argv[2], NULL, 10) : EXECUTIONS_DEFAULT;
    if (argc < 2 || argc > 3 || executions == 0) {
        (void)fprintf(stderr, "usage: bench_rebuild DIR [EXECUTIONS]\n");
        return 2;
    }
    bool is_new = mkdir(bench.dir, 0700) == 0;
    struct journal_options options = {
        .data_dir = bench.dir, .clock = clock_system(), .create = is_new};
    must(&bench, random_init(&bench.error), "random numbers");
    must(&bench, journal_open(&options, &bench.journal, &bench.error), "open");
    if (is_new) {
        struct moment began = now();
        fill(&bench, executions);
        report("writing", journal_head(bench.journal).seq, began);
    }
    measure_reading(&bench, false);
    measure_reading(&bench, true);
    measure_rebuild(&bench);
    journal_close(&bench.journal);
    return 0;
}
