/*
 * bench_journal: how fast the journal takes webhooks, and how many bytes one costs.
 *
 *     bench_journal DIR [--corpus FILE]
 *
 * DIR must not exist; it is made, filled and left. A webhook is two commands, as the engine appends
 * them: execution.queued with a payload sealed beforehand, and execution.finished without a body.
 * Sealing is measured apart: it happens on other threads. Payloads are made up: a head of about 250
 * bytes and a JSON order or contact of about 1 KiB, with random ids, of shapes that the built-in
 * dictionary was not trained on. With --corpus, lines of JSON in a file are sealed too (one
 * {"event": ..., "payload": ...} a line), and their ratio is printed.
 */
#include "bench/payload.h"
#include "core/base/buf.h"
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "journal/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PAYLOADS    2000
#define KEY         2
#define MEASURE_US  3000000
#define COMMITS_MAX 100000
#define CORPUS_LINE ((size_t)1 << 20)

struct bench {
    struct journal *journal;
    struct sealer *sealer;
    struct data_key key;
    struct id_source ids;
    struct buf raw[PAYLOADS]; /* [[1, head, body]] */
    size_t next;
    struct payload_source source;
    struct error error;
};

static void must(struct bench *bench, enum err e, const char *doing)
{
    if (e != ERR_OK) {
        (void)fprintf(stderr, "bench_journal: %s: %s\n", doing, error_text(&bench->error));
        exit(3);
    }
}

/* ---- payloads ---- */

static void put_head(struct buf *out, size_t body_bytes)
{
    char id[ID_TEXT_SIZE];
    id_encode("InstanceFlowConfig", id_random(), id);
    buf_printf(out,
               "POST /trigger/%s HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: acme/3.2\r\n"
               "Content-Type: application/json\r\nAccept: */*\r\nX-Request-Id: ",
               id);
    payload_put_uuid(out);
    buf_printf(out, "\r\nContent-Length: %zu\r\n\r\n", body_bytes);
}

/* [[1, head, body]], as an execution keeps what triggered it. */
static void put_payload(struct buf *out, struct slice body)
{
    struct buf head;
    buf_init(&head, LIMIT_HEAD_BYTES);
    put_head(&head, body.size);
    codec_put_list(out, 1);
    codec_put_list(out, 3);
    codec_put_u64(out, 1);
    codec_put_binary(out, buf_slice(&head));
    codec_put_binary(out, body);
    ASSERT(!out->failed && !head.failed);
    buf_deinit(&head);
}

static void make_payloads(struct bench *bench)
{
    struct buf body;
    buf_init(&body, LIMIT_WEBHOOK_BODY_BYTES);
    for (size_t i = 0; i < PAYLOADS; i++) {
        buf_clear(&body);
        if (i % 2 == 0) {
            payload_put_order(&bench->source, &body);
        } else {
            payload_put_contact(&bench->source, &body);
        }
        buf_init(&bench->raw[i], LIMIT_WEBHOOK_BODY_BYTES);
        put_payload(&bench->raw[i], buf_slice(&body));
    }
    buf_deinit(&body);
}

/* ---- sealing ---- */

static struct uuid new_id(struct bench *bench)
{
    return id_next(&bench->ids, clock_wall_us(clock_system()));
}

static struct sealed_body seal(struct bench *bench, struct uuid append_id, struct slice raw)
{
    struct body_place place = {append_id, 0, BODY_PAYLOAD};
    struct sealed_body body;
    must(bench, body_seal(bench->sealer, &bench->key, &place, raw, &body, &bench->error), "seal");
    return body;
}

static void measure_sealing(struct bench *bench)
{
    uint64_t raw = 0;
    uint64_t stored = 0;
    uint64_t by_kind[2] = {0, 0};
    int64_t start = clock_monotonic_us(clock_system());
    for (size_t i = 0; i < PAYLOADS; i++) {
        struct sealed_body body = seal(bench, new_id(bench), buf_slice(&bench->raw[i]));
        raw += body.raw_bytes;
        stored += body.stored_bytes;
        by_kind[i % 2] += body.stored_bytes;
        sealed_body_deinit(&body);
    }
    int64_t taken = clock_monotonic_us(clock_system()) - start;
    (void)printf("sealing: %.1f us each, %" PRIu64 " raw bytes -> %" PRIu64
                 " stored (%.2f times smaller); orders %" PRIu64 ", contacts %" PRIu64 "\n",
                 (double)taken / PAYLOADS, raw / PAYLOADS, stored / PAYLOADS,
                 (double)raw / (double)stored, by_kind[0] * 2 / PAYLOADS,
                 by_kind[1] * 2 / PAYLOADS);
}

/* ---- appending ---- */

static void append_queued(struct bench *bench, struct uuid id, struct sealed_body *body)
{
    struct event event = {
        .type = EVENT_EXECUTION_QUEUED,
        .facts.execution_queued = {
            .flow = 2, .definition = 1200, .config = 34567, .invoke = 1, .size = body->raw_bytes}};
    struct append_record record = {.stream = {STREAM_EXECUTION, id},
                                   .owner = {STREAM_INSTANCE, {{7}}},
                                   .key = KEY,
                                   .first_stream_version = 1,
                                   .events = &event,
                                   .event_count = 1,
                                   .sealed = {[BODY_PAYLOAD] = body}};
    struct append append = {
        .id = id, .actor = {.kind = ACTOR_WEBHOOK}, .records = &record, .record_count = 1};
    struct append_result result;
    must(bench, journal_append(bench->journal, &append, &result, &bench->error), "append");
}

static void append_finished(struct bench *bench, struct uuid execution)
{
    struct event event = {.type = EVENT_EXECUTION_FINISHED,
                          .facts.execution_finished = {.state = 2, .steps = 3}};
    struct append_record record = {.stream = {STREAM_EXECUTION, execution},
                                   .owner = {STREAM_INSTANCE, {{7}}},
                                   .key = KEY,
                                   .first_stream_version = 2,
                                   .events = &event,
                                   .event_count = 1};
    struct append append = {.id = new_id(bench), .records = &record, .record_count = 1};
    struct append_result result;
    must(bench, journal_append(bench->journal, &append, &result, &bench->error), "append");
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

struct batch {
    struct uuid ids[1024];
    struct sealed_body bodies[1024];
};

/* Seals what a batch of `records` records needs, outside the measured time. */
static void prepare_batch(struct bench *bench, struct batch *batch, size_t records)
{
    for (size_t i = 0; i < (records + 1) / 2; i++) {
        batch->ids[i] = new_id(bench);
        batch->bodies[i] =
            seal(bench, batch->ids[i], buf_slice(&bench->raw[bench->next++ % PAYLOADS]));
    }
}

/* Appends and commits one batch. Returns: microseconds of the writer's thread. */
static int64_t write_batch(struct bench *bench, struct batch *batch, size_t records, bool odd)
{
    int64_t start = clock_monotonic_us(clock_system());
    must(bench, journal_begin(bench->journal, &bench->error), "begin");
    for (size_t i = 0; i < records; i++) {
        /* One record a batch: queued and finished in turn. */
        bool finishes = records == 1 ? odd : i % 2 == 1;
        if (finishes) {
            append_finished(bench, batch->ids[i / 2]);
        } else {
            append_queued(bench, batch->ids[i / 2], &batch->bodies[i / 2]);
        }
    }
    must(bench, journal_commit(bench->journal, &bench->error), "commit");
    return clock_monotonic_us(clock_system()) - start;
}

static void measure_batches(struct bench *bench, size_t records)
{
    static struct batch batch;
    static int64_t times[COMMITS_MAX];
    size_t commits = 0;
    int64_t spent = 0;
    struct journal_stats before;
    struct journal_stats after;
    must(bench, journal_stats(bench->journal, &before, &bench->error), "stats");
    while (spent < MEASURE_US && commits < COMMITS_MAX) {
        prepare_batch(bench, &batch, records);
        times[commits] = write_batch(bench, &batch, records, commits % 2 == 1);
        if (records == 1 && commits % 2 == 1) {
            sealed_body_deinit(&batch.bodies[0]);
        }
        spent += times[commits++];
    }
    must(bench, journal_stats(bench->journal, &after, &bench->error), "stats");
    qsort(times, commits, sizeof *times, compare_times);
    uint64_t count = (uint64_t)commits * records;
    (void)printf("batch %4zu: %8.0f records/s, %8.0f webhooks/s, commit p50 %6" PRId64
                 " us p99 %6" PRId64 " us, %4.0f bytes of file a webhook\n",
                 records, (double)count * 1e6 / (double)spent, (double)count * 5e5 / (double)spent,
                 times[commits / 2], times[commits * 99 / 100],
                 2.0 * (double)(after.journal_file_bytes - before.journal_file_bytes) /
                     (double)count);
}

/* What two records of a webhook take, keys included. */
static void measure_bytes(struct bench *bench)
{
    struct uuid id = new_id(bench);
    struct sealed_body body = seal(bench, id, buf_slice(&bench->raw[0]));
    uint64_t stored = body.stored_bytes;
    must(bench, journal_begin(bench->journal, &bench->error), "begin");
    uint64_t before = journal_head(bench->journal).seq;
    append_queued(bench, id, &body);
    append_finished(bench, id);
    must(bench, journal_commit(bench->journal, &bench->error), "commit");
    struct journal_reader *reader = NULL;
    struct record_view one;
    struct record_view two;
    must(bench, journal_reader_create(bench->journal, &reader, &bench->error), "read");
    must(bench, journal_reader_begin(reader, &bench->error), "read");
    must(bench, journal_read(reader, before + 1, &one, &bench->error), "read");
    must(bench, journal_read(reader, before + 2, &two, &bench->error), "read");
    (void)printf("bytes: queued record %zu, payload body %" PRIu64 ", finished record %zu\n",
                 one.bytes.size, stored, two.bytes.size);
    journal_reader_destroy(&reader);
}

/* ---- corpus ---- */

static void seal_line(struct bench *bench, struct slice line, uint64_t *raw, uint64_t *stored)
{
    struct arena arena;
    struct value value;
    arena_init(&arena, 64 * MIB);
    if (json_in_parse(line, &arena, &value, NULL) == ERR_OK) {
        const struct value *payload = value_get(&value, SLICE("payload"));
        struct slice text = json_out_to_arena(&arena, payload != NULL ? payload : &value);
        struct buf out;
        buf_init(&out, LIMIT_WEBHOOK_BODY_BYTES);
        put_payload(&out, text);
        struct sealed_body body = seal(bench, new_id(bench), buf_slice(&out));
        *raw += body.raw_bytes;
        *stored += body.stored_bytes;
        sealed_body_deinit(&body);
        buf_deinit(&out);
    }
    arena_deinit(&arena);
}

static void measure_corpus(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = memory_alloc(CORPUS_LINE);
    uint64_t raw = 0;
    uint64_t stored = 0;
    uint64_t count = 0;
    if (file == NULL || line == NULL) {
        (void)fprintf(stderr, "bench_journal: cannot read %s\n", path);
        exit(3);
    }
    while (fgets(line, CORPUS_LINE, file) != NULL) {
        seal_line(bench, slice_of_text(line), &raw, &stored);
        count++;
    }
    (void)printf("corpus: %" PRIu64 " payloads, %" PRIu64 " raw bytes -> %" PRIu64
                 " stored each (%.2f times smaller)\n",
                 count, raw / count, stored / count, (double)raw / (double)stored);
    memory_free(line);
    (void)fclose(file);
}

int main(int count, char **words)
{
    static struct bench bench;
    if (count != 2 && !(count == 4 && strcmp(words[2], "--corpus") == 0)) {
        (void)fprintf(stderr, "usage: bench_journal DIR [--corpus FILE]\n");
        return 2;
    }
    struct journal_options options = {
        .data_dir = words[1], .clock = clock_system(), .create = true};
    json_in_init();
    bench.source = payload_source();
    must(&bench, journal_open(&options, &bench.journal, &bench.error), "open");
    must(&bench, sealer_create(bench.journal, &bench.sealer, &bench.error), "open");
    must(&bench, keyring_get(journal_keyring(bench.journal), KEY, &bench.key, &bench.error),
         "open");
    make_payloads(&bench);
    measure_sealing(&bench);
    if (count == 4) {
        measure_corpus(&bench, words[3]);
    }
    measure_bytes(&bench);
    measure_batches(&bench, 1);
    measure_batches(&bench, 8);
    measure_batches(&bench, 64);
    measure_batches(&bench, 512);
    for (size_t i = 0; i < PAYLOADS; i++) {
        buf_deinit(&bench.raw[i]);
    }
    sealer_destroy(&bench.sealer);
    journal_close(&bench.journal);
    return 0;
}
