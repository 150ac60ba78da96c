/* What journal_kit.h says; nftw removes directories, `cp -r` copies them. */
#include "tests/unit/journal/journal_kit.h"

#include "core/base/buf.h"
#include "core/base/codec.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "journal/file_priv.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_BYTES (256 * MIB)

/* ---- life ---- */

void kit_prepare(struct kit *kit)
{
    *kit = (struct kit){.journal = NULL};
    cr_assert_eq(random_init(&kit->error), ERR_OK);
    (void)snprintf(kit->dir, sizeof kit->dir, "/tmp/daybook-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(kit->dir));
    clock_manual_init(&kit->clock, KIT_NOW_US);
    arena_init(&kit->arena, ARENA_BYTES);
    kit->options = (struct journal_options){.data_dir = kit->dir,
                                            .clock = &kit->clock.clock,
                                            .map_bytes = (uint64_t)1 << 30,
                                            .reserve_bytes = 1,
                                            .create = true};
}

void kit_open(struct kit *kit)
{
    enum err e = journal_open(&kit->options, &kit->journal, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
}

void kit_begin(struct kit *kit)
{
    kit_prepare(kit);
    kit_open(kit);
}

void kit_close(struct kit *kit)
{
    journal_close(&kit->journal);
}

void kit_reopen(struct kit *kit)
{
    kit_close(kit);
    kit_open(kit);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void kit_remove(const char *dir)
{
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void kit_end(struct kit *kit)
{
    kit_close(kit);
    kit_remove(kit->dir);
    arena_deinit(&kit->arena);
}

void kit_copy(const char *from, const char *to)
{
    char command[256];
    (void)snprintf(command, sizeof command, "cp -r %s %s", from, to);
    cr_assert_eq(system(command), 0);
}

/* ---- making ---- */

struct uuid kit_id(struct kit *kit)
{
    return id_next(&kit->ids, kit->clock.wall);
}

struct stream_ref kit_owner(unsigned char number)
{
    struct stream_ref owner = {.kind = STREAM_INSTANCE};
    memset(owner.id.bytes, number, sizeof owner.id.bytes);
    return owner;
}

void kit_batch(struct kit *kit)
{
    cr_assert_eq(journal_begin(kit->journal, &kit->error), ERR_OK, "%s", kit->error.text);
}

void kit_commit(struct kit *kit)
{
    cr_assert_eq(journal_commit(kit->journal, &kit->error), ERR_OK, "%s", kit->error.text);
}

struct slice kit_noise(struct kit *kit, size_t size, unsigned seed)
{
    unsigned char key[randombytes_SEEDBYTES] = {(unsigned char)seed, (unsigned char)(seed >> 8)};
    char *bytes = arena_alloc(&kit->arena, size + 1);
    cr_assert_not_null(bytes);
    randombytes_buf_deterministic(bytes, size, key);
    return slice_of(bytes, size);
}

struct slice kit_payload(struct kit *kit, struct slice body)
{
    struct buf out;
    buf_init(&out, BODY_RAW_BYTES_MAX);
    codec_put_list(&out, 1);
    codec_put_list(&out, 3);
    codec_put_u64(&out, 1);
    codec_put_binary(&out, SLICE("POST /trigger/x HTTP/1.1\r\nHost: h\r\n\r\n"));
    codec_put_binary(&out, body);
    cr_assert(!out.failed);
    struct slice copy = arena_copy(&kit->arena, buf_slice(&out));
    buf_deinit(&out);
    cr_assert_not_null(copy.data);
    return copy;
}

struct append kit_append(struct kit *kit)
{
    return (struct append){
        .id = kit_id(kit),
        .actor = {.kind = ACTOR_USER, .user = {{0x11}}, .token = {{0x22}}},
    };
}

static void seal(struct kit *kit,
                 const struct body_place *place,
                 uint64_t key,
                 struct slice raw,
                 struct sealed_body *ret)
{
    struct sealer *sealer = NULL;
    struct data_key data_key;
    cr_assert_eq(sealer_create(kit->journal, &sealer, &kit->error), ERR_OK);
    cr_assert_eq(keyring_get(journal_keyring(kit->journal), key, &data_key, &kit->error), ERR_OK,
                 "%s", kit->error.text);
    enum err e = body_seal(sealer, &data_key, place, raw, ret, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    sealer_destroy(&sealer);
}

uint64_t
kit_put_execution(struct kit *kit, struct stream_ref owner, uint64_t key, struct slice body)
{
    struct append append = {.id = kit_id(kit), .actor = {.kind = ACTOR_WEBHOOK}};
    struct body_place place = {append.id, 0, BODY_PAYLOAD};
    struct sealed_body sealed = {.raw_bytes = 0};
    seal(kit, &place, key, kit_payload(kit, body), &sealed);
    struct event event = {
        .type = EVENT_EXECUTION_QUEUED,
        .facts.execution_queued = {.flow = 1, .definition = 3, .size = body.size}};
    struct append_record record = {.stream = {STREAM_EXECUTION, append.id},
                                   .owner = owner,
                                   .key = key,
                                   .first_stream_version = 1,
                                   .events = &event,
                                   .event_count = 1,
                                   .sealed = {[BODY_PAYLOAD] = &sealed}};
    struct append_result result;
    append.records = &record;
    append.record_count = 1;
    enum err e = journal_append(kit->journal, &append, &result, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    cr_assert_null(sealed.stored.data, "a successful append takes the body");
    return result.last_seq;
}

uint64_t
kit_add_execution(struct kit *kit, struct stream_ref owner, uint64_t key, struct slice body)
{
    kit_batch(kit);
    uint64_t seq = kit_put_execution(kit, owner, key, body);
    kit_commit(kit);
    return seq;
}

uint64_t kit_add_step(struct kit *kit, struct stream_ref owner, uint64_t key, const char *text)
{
    struct append append = {.id = kit_id(kit), .actor = {.kind = ACTOR_SYSTEM}};
    struct event events[2] = {
        {.type = EVENT_STEP_FINISHED, .facts.step_finished = {.step = 1, .size = strlen(text)}},
        {.type = EVENT_EXECUTION_LOGGED, .facts.execution_logged = {.levels = SLICE("\2")}}};
    events[0].bodies[BODY_RESULT] = value_text(slice_of_text(text));
    events[1].bodies[BODY_LOG] = value_text(slice_of_text(text));
    struct append_record record = {.stream = {STREAM_EXECUTION, {{0x33}}},
                                   .owner = owner,
                                   .key = key,
                                   .first_stream_version = 2,
                                   .events = events,
                                   .event_count = 2};
    struct append_result result;
    append.records = &record;
    append.record_count = 1;
    kit_batch(kit);
    enum err e = journal_append(kit->journal, &append, &result, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    kit_commit(kit);
    return result.last_seq;
}

/* ---- reading ---- */

enum err kit_open_body(struct kit *kit, uint64_t seq, enum body_class body_class, struct slice *ret)
{
    struct journal_reader *reader = NULL;
    struct record_view record;
    cr_assert_eq(journal_reader_create(kit->journal, &reader, &kit->error), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, &kit->error), ERR_OK);
    enum err e = journal_read(reader, seq, &record, &kit->error);
    if (e == ERR_OK) {
        e = journal_open_body(reader, &record, body_class, &kit->arena, ret, &kit->error);
    }
    journal_reader_end(reader);
    journal_reader_destroy(&reader);
    return e;
}

struct recorded_event *
kit_read(struct kit *kit, uint64_t seq, struct slice *ret_reason, unsigned *ret_absent)
{
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct recorded_event *events = NULL;
    cr_assert_eq(journal_reader_create(kit->journal, &reader, &kit->error), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, &kit->error), ERR_OK);
    enum err e = journal_read(reader, seq, &record, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    struct slice reason;
    e = journal_read_events(reader, &record, JOURNAL_BODIES_ALL, &kit->arena, &events, &reason,
                            ret_absent, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    if (ret_reason != NULL) {
        *ret_reason = reason;
    }
    /* Byte facts point into the snapshot, which ends here. */
    for (unsigned i = 0; i < record.event_count; i++) {
        if (events[i].event.type == EVENT_EXECUTION_LOGGED) {
            fact_bytes *levels = &events[i].event.facts.execution_logged.levels;
            *levels = arena_copy(&kit->arena, *levels);
        }
    }
    journal_reader_end(reader);
    journal_reader_destroy(&reader);
    return events;
}

/* ---- verify ---- */

struct verify_report *kit_verify(struct kit *kit)
{
    cr_assert_null(kit->journal);
    struct verify_options options = {.journal = kit->options};
    struct verify_report *report = arena_zalloc(&kit->arena, 1, sizeof *report);
    enum err e = verify_run(&options, report, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    return report;
}

void kit_assert_sound(struct kit *kit)
{
    const struct verify_report *report = kit_verify(kit);
    for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        (void)fprintf(stderr, "finding at %llu: %s\n", (unsigned long long)report->findings[i].seq,
                      report->findings[i].text);
    }
    cr_assert_eq(report->finding_count, 0);
}

/* ---- vectors ---- */

/* The text behind "name:" up to the next name, "#" or the end; empty when it is not there. */
static struct slice find_vector(struct slice text, const char *name)
{
    struct slice found = {NULL, 0};
    while (text.size > 0) {
        size_t end = slice_find(text, SLICE("\n"));
        struct slice line = end == SIZE_MAX ? text : slice_of(text.data, end);
        size_t colon = slice_find(line, SLICE(":"));
        if (colon != SIZE_MAX && found.data != NULL) {
            return slice_of(found.data, (size_t)(line.data - found.data));
        }
        if (colon != SIZE_MAX && slice_is(slice_of(line.data, colon), name)) {
            found = slice_of(line.data + colon + 1, 0);
        }
        text = slice_from(text, line.size + 1);
        if (found.data != NULL) {
            found.size = (size_t)(line.data + line.size - found.data);
        }
    }
    return found;
}

struct slice kit_vector(struct kit *kit, const char *file, const char *name)
{
    char path[512];
    struct buf text;
    (void)snprintf(path, sizeof path, "%s/tests/unit/journal/vectors/%s", DAYBOOK_SOURCE_DIR, file);
    buf_init(&text, MIB);
    cr_assert_eq(file_read(path, &text, &kit->error), ERR_OK, "%s", kit->error.text);
    struct slice hex = find_vector(buf_slice(&text), name);
    unsigned char *bytes = arena_alloc(&kit->arena, hex.size / 2 + 1);
    size_t size = 0;
    if (hex.size > 0) {
        cr_assert_eq(
            sodium_hex2bin(bytes, hex.size / 2 + 1, hex.data, hex.size, " \n", &size, NULL), 0,
            "%s is no hex", name);
    }
    buf_deinit(&text);
    return slice_of(bytes, size);
}

static void print_hex(const char *label, struct slice bytes)
{
    (void)fprintf(stderr, "%s (%zu):", label, bytes.size);
    for (size_t i = 0; i < bytes.size; i++) {
        (void)fprintf(stderr, "%s%02x", i % 32 == 0 ? "\n    " : "", (unsigned char)bytes.data[i]);
    }
    (void)fprintf(stderr, "\n");
}

void kit_assert_vector(struct kit *kit, const char *file, const char *name, struct slice bytes)
{
    struct slice wanted = kit_vector(kit, file, name);
    if (!slice_equal(wanted, bytes)) {
        (void)fprintf(stderr, "%s, %s:\n", file, name);
        print_hex("wanted", wanted);
        print_hex("got", bytes);
        cr_assert_fail("%s of %s is another: the format changed", name, file);
    }
}
