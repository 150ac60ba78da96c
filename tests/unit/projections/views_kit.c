/* What views_kit.h says. */
#include "tests/unit/projections/views_kit.h"

#include <ctype.h>
#include <stdio.h>

#define ARENA_BYTES (64 * MIB)
#define ROW_BYTES   (16 * MIB)
#define TEXT_BYTES  (64 * MIB)
#define EVENTS_MAX  32

/* ---- life ---- */

static void demand(struct views_kit *kit, enum err e)
{
    cr_assert_eq(e, ERR_OK, "%s", error_text(&kit->base.error));
}

struct rebuild_options views_kit_options(const struct views_kit *kit)
{
    return (struct rebuild_options){.data_dir = kit->base.dir, .map_bytes = (uint64_t)1 << 30};
}

static void open_views(struct views_kit *kit)
{
    struct rebuild_options options = views_kit_options(kit);
    demand(kit, rebuild_or_open(kit->base.journal, &options, &kit->views, &kit->trust, &kit->reason,
                                &kit->base.error));
}

void views_kit_begin(struct views_kit *kit)
{
    *kit = (struct views_kit){.views = NULL};
    domain_kit_begin(&kit->words);
    arena_init(&kit->arena, ARENA_BYTES);
    buf_init(&kit->row, ROW_BYTES);
    kit_begin(&kit->base);
    open_views(kit);
}

void views_kit_open(struct views_kit *kit)
{
    kit_open(&kit->base);
    open_views(kit);
}

void views_kit_die(struct views_kit *kit)
{
    trust_end(&kit->trust);
    views_close(&kit->views);
    kit_close(&kit->base);
}

void views_kit_close(struct views_kit *kit)
{
    demand(kit, trust_finish(kit->trust, kit->views, &kit->base.error));
    views_kit_die(kit);
}

void views_kit_end(struct views_kit *kit)
{
    char dir[128];
    (void)snprintf(dir, sizeof dir, "%s/views", kit->base.dir);
    trust_forget(dir);
    trust_end(&kit->trust);
    views_close(&kit->views);
    kit_end(&kit->base);
    buf_deinit(&kit->row);
    arena_deinit(&kit->arena);
    domain_kit_end(&kit->words);
}

/* ---- appending ---- */

uint64_t views_kit_append(struct views_kit *kit, struct append *append)
{
    struct error *error = &kit->base.error;
    struct append_result result;
    struct views_txn *txn = NULL;
    kit_batch(&kit->base);
    views_kit_catch_up(kit); /* a step of the clock is committed when the batch begins */
    demand(kit, views_begin(kit->views, true, &txn, error));
    demand(kit, journal_append(kit->base.journal, append, &result, error));
    struct projection_context context = {.txn = txn, .arena = &kit->arena, .row = &kit->row};
    demand(kit, projector_apply_append(&context, append, &result, error));
    kit_commit(&kit->base);
    struct journal_head head = journal_head(kit->base.journal);
    demand(kit, projector_set_position(txn, &head, error));
    trust_note(kit->trust, views_txn_number(txn));
    demand(kit, views_commit(&txn, error));
    return result.last_seq;
}

/* The key an event gives to its stream; 0: none. */
static uint64_t key_of(const struct event *event)
{
    if (event->type == EVENT_CUSTOMER_CREATED) {
        return event->facts.customer_created.key;
    }
    return event->type == EVENT_INSTANCE_CREATED ? event->facts.instance_created.key : 0;
}

static struct views_kit_stream *find(struct views_kit *kit, struct stream_ref stream)
{
    for (size_t i = 0; i < kit->stream_count; i++) {
        if (stream_equal(kit->streams[i].stream, stream)) {
            return &kit->streams[i];
        }
    }
    return NULL;
}

static struct views_kit_stream *
add(struct views_kit *kit, struct stream_ref stream, const struct event *first)
{
    struct journal *journal = kit->base.journal;
    struct stream_ref self = {STREAM_JOURNAL, journal_id(journal)};
    uint64_t key = key_of(first);
    cr_assert_lt(kit->stream_count, VIEWS_KIT_STREAMS_MAX);
    struct views_kit_stream *it = &kit->streams[kit->stream_count++];
    *it = (struct views_kit_stream){.stream = stream, .owner = stream, .key = key};
    if (key == 0) {
        it->owner = self;
        it->key = journal_own_key(journal);
    } else {
        demand(kit, keyring_reserve(journal_keyring(journal), key, &kit->base.error));
    }
    return it;
}

static uint64_t say(struct views_kit *kit,
                    const struct views_kit_stream *owner,
                    const char *name,
                    const char *lines)
{
    struct event events[EVENTS_MAX];
    size_t count = domain_kit_parse(&kit->words, lines, events, EVENTS_MAX);
    const struct event_info *info = event_info((uint64_t)events[0].type);
    struct stream_ref stream = {info->stream, domain_kit_id(name)};
    struct views_kit_stream *it = find(kit, stream);
    it = it != NULL ? it : add(kit, stream, &events[0]);
    if (owner != NULL) {
        it->owner = owner->stream;
        it->key = owner->key;
    }
    struct append_record record = {.stream = it->stream,
                                   .owner = it->owner,
                                   .key = it->key,
                                   .first_stream_version = it->version + 1,
                                   .events = events,
                                   .event_count = count};
    struct append append = kit_append(&kit->base);
    append.records = &record;
    append.record_count = 1;
    append.idempotency = kit->idempotency;
    append.request = kit->request;
    kit->idempotency = kit->request = (struct slice){NULL, 0};
    it->version += count;
    return views_kit_append(kit, &append);
}

uint64_t views_kit_say(struct views_kit *kit, const char *name, const char *lines)
{
    return say(kit, NULL, name, lines);
}

uint64_t
views_kit_say_of(struct views_kit *kit, const char *instance, const char *name, const char *lines)
{
    struct stream_ref owner = {STREAM_INSTANCE, domain_kit_id(instance)};
    const struct views_kit_stream *it = find(kit, owner);
    cr_assert_not_null(it, "there is no instance %s", instance);
    return say(kit, it, name, lines);
}

/* ---- what the journal does by itself ---- */

void views_kit_destroy_key(struct views_kit *kit, uint64_t key, struct stream_ref owner)
{
    struct append append = kit_append(&kit->base);
    demand(kit, journal_destroy_key(kit->base.journal, key, owner, &append, &kit->base.error));
}

void views_kit_expire(struct views_kit *kit, enum body_class body_class)
{
    struct append append = kit_append(&kit->base);
    struct append_result result;
    struct expiry expiry = {
        .body_class = body_class, .up_to = journal_head(kit->base.journal).seq, .policy_days = 90};
    demand(kit, journal_expire(kit->base.journal, &expiry, &append, &result, &kit->base.error));
    for (bool more = true; more;) {
        demand(kit, journal_expire_continue(kit->base.journal, &more, &kit->base.error));
    }
}

void views_kit_catch_up(struct views_kit *kit)
{
    demand(kit, projector_catch_up(kit->views, kit->base.journal, NULL, NULL, &kit->base.error));
}

/* ---- reading ---- */

struct views_txn *views_kit_read(struct views_kit *kit)
{
    struct views_txn *txn = NULL;
    demand(kit, views_begin(kit->views, false, &txn, &kit->base.error));
    return txn;
}

struct journal_reader *views_kit_reader(struct views_kit *kit)
{
    struct journal_reader *reader = NULL;
    demand(kit, journal_reader_create(kit->base.journal, &reader, &kit->base.error));
    demand(kit, journal_reader_begin(reader, &kit->base.error));
    return reader;
}

static void put_hex(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        buf_printf(out, "%02x", (unsigned char)bytes.data[i]);
    }
}

/* Printable bytes as they are, runs of zeros as one dot, others as \xx. */
static void put_readable(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        bool again = i > 0 && bytes.data[i - 1] == '\0';
        if (isprint(c) != 0) {
            buf_put_char(out, (char)c);
        } else if (c != 0) {
            buf_printf(out, "\\%02x", c);
        } else if (!again) {
            buf_put_char(out, '.');
        }
    }
}

typedef void (*put_cb)(struct buf *out, struct slice bytes);

static void put_table(struct views_kit *kit,
                      struct views_txn *txn,
                      enum views_table table,
                      put_cb put,
                      struct buf *out)
{
    struct views_cursor cursor;
    demand(kit, views_cursor_open(txn, table, &cursor, &kit->base.error));
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0});
    for (; found; found = views_cursor_next(&cursor)) {
        if (put == put_hex) {
            buf_printf(out, "%s ", views_table_name(table));
        }
        put(out, cursor.key);
        buf_put_text(out, " -> ");
        put(out, cursor.row);
        buf_put_char(out, '\n');
    }
    cr_assert(!cursor.fault);
    views_cursor_close(&cursor);
}

static const char *text_of(struct views_kit *kit, struct buf *out)
{
    cr_assert(!out->failed);
    const char *text = arena_text(&kit->words.arena, buf_slice(out));
    cr_assert_not_null(text);
    buf_deinit(out);
    return text;
}

const char *views_kit_dump(struct views_kit *kit, struct views *views)
{
    struct buf out;
    struct views_txn *txn = NULL;
    buf_init(&out, TEXT_BYTES);
    demand(kit, views_begin(views, false, &txn, &kit->base.error));
    for (int table = 0; table < VIEWS_TABLE_COUNT; table++) {
        if (table != VIEWS_META) {
            put_table(kit, txn, (enum views_table)table, put_hex, &out);
        }
    }
    views_end(&txn);
    return text_of(kit, &out);
}

const char *views_kit_rows(struct views_kit *kit, enum views_table table)
{
    struct buf out;
    struct views_txn *txn = views_kit_read(kit);
    buf_init(&out, TEXT_BYTES);
    put_table(kit, txn, table, put_readable, &out);
    views_end(&txn);
    return text_of(kit, &out);
}

/* ---- comparing ---- */

/* Folds the whole journal into a directory of its own. */
static const char *dump_fold(struct views_kit *kit)
{
    char dir[128];
    struct views *views = NULL;
    struct views_txn *txn = NULL;
    (void)snprintf(dir, sizeof dir, "%s/views.test", kit->base.dir);
    struct views_options options = {.dir = dir, .map_bytes = (uint64_t)1 << 30, .create = true};
    demand(kit, views_open(&options, &views, &kit->base.error));
    demand(kit, views_begin(views, true, &txn, &kit->base.error));
    demand(kit, projector_set_versions(txn, &kit->base.error));
    demand(kit, views_commit(&txn, &kit->base.error));
    demand(kit, projector_catch_up(views, kit->base.journal, NULL, NULL, &kit->base.error));
    const char *text = views_kit_dump(kit, views);
    views_close(&views);
    kit_remove(dir);
    return text;
}

/* The first line in which the texts differ. */
static void explain(const char *live, const char *fold)
{
    size_t line = 0;
    for (size_t i = 0; live[i] != '\0' && live[i] == fold[i]; i++) {
        line = live[i] == '\n' ? i + 1 : line;
    }
    (void)fprintf(stderr, "live: %.*s\nfold: %.*s\n", (int)strcspn(live + line, "\n"), live + line,
                  (int)strcspn(fold + line, "\n"), fold + line);
}

void views_kit_demand_rebuilt(struct views_kit *kit, const char *when)
{
    struct rebuild_options options = views_kit_options(kit);
    struct rebuild_check check;
    struct arena_mark mark = arena_mark(&kit->words.arena);
    const char *live = views_kit_dump(kit, kit->views);
    const char *fold = dump_fold(kit);
    if (strcmp(live, fold) != 0) {
        explain(live, fold);
        cr_assert_fail("%s: the live views differ from a fold of the journal", when);
    }
    arena_rewind(&kit->words.arena, mark);
    /* LMDB must not open an environment twice in one process: the check opens the live one. */
    views_kit_close(kit);
    kit_open(&kit->base);
    demand(kit, rebuild_compare(kit->base.journal, &options, NULL, &check, &kit->base.error));
    cr_assert(check.equal, "%s: %s", when, check.difference);
    cr_assert_eq(check.seq, journal_head(kit->base.journal).seq, "%s", when);
    kit_close(&kit->base);
    views_kit_open(kit);
}
