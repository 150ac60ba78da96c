/*
 * daybook verify: walks everything in the journal and says what is wrong with it.
 *
 * Without the keys bodies are only held against their checksums: a body that somebody exchanged
 * together with its checksum is not noticed then, and that is said.
 */
#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/verify.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/progress.h"
#include "tools/shape.h"
#include "tools/tool.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static const struct option table[] = {
    OPTION_DATA,
    {"expect", "SEQ:HASH",
     "what an earlier verify printed as chain head and was kept elsewhere: shows a cut tail and a "
     "chain that was written anew"},
    {"without-keys", NULL, "do not open bodies, even if keyring and master key are there"},
    OPTION_MASTER,
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "verify",
    .text =
        "Walks every record, the chain, every body and blob, and says what was changed, lost or\n"
        "damaged. Works beside a running server. Prints counts and the chain's head: keep that\n"
        "somewhere else and give it to the next call with --expect.\n\n"
        "Without the keys it works too: bodies are then held against their checksums alone.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "verify --data /var/lib/daybook\n"
                "verify --expect 4711:5f1c...",
    .found = "damage, or another chain than expected",
};

struct call {
    const struct options *options;
    struct settings settings;
    struct verify_options verify;
    bool has_keys;
    char keys_missing[DATA_PATH_SIZE];
    struct progress progress;
    struct verify_report *report;
    struct arena arena;
};

/* ---- the call ---- */

/* "4711:5f1c...": a sequence and 64 hexadecimal digits. */
static bool read_expected(const char *text, struct verify_options *ret)
{
    char *end = NULL;
    size_t size = 0;
    errno = 0;
    ret->expect_seq = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (ret->expect_seq == 0 || errno != 0 || *end != ':' ||
        strlen(end + 1) != 2 * sizeof ret->expect_link) {
        return false;
    }
    return sodium_hex2bin(ret->expect_link, sizeof ret->expect_link, end + 1, strlen(end + 1), NULL,
                          &size, NULL) == 0 &&
           size == sizeof ret->expect_link;
}

static enum err prepare(struct call *call, struct error *reterr)
{
    const char *dir = options_data(call->options);
    enum err e = data_settings(call->options, &call->settings, reterr);
    e = e != ERR_OK ? e : data_check(dir, reterr);
    if (e != ERR_OK) {
        return e;
    }
    call->has_keys = false;
    if (options_has(call->options, "without-keys")) {
        (void)snprintf(call->keys_missing, sizeof call->keys_missing, "--without-keys says so");
    } else {
        call->has_keys = data_has_keys(dir, &call->settings, call->keys_missing);
    }
    call->verify.journal = data_journal_options(dir, &call->settings);
    call->verify.journal.without_keys = !call->has_keys;
    call->verify.progress = progress_update;
    call->verify.progress_data = &call->progress;
    return ERR_OK;
}

/* ---- the answer ---- */

static void shape_counts(const struct call *call, struct shape *shape)
{
    const struct verify_report *report = call->report;
    shape_u64(shape, "records", report->records);
    shape_u64(shape, "events", report->events);
    shape_u64(shape, "commands", report->commands);
    shape_u64(shape, "bodies", report->bodies);
    shape_u64(shape, "bodiesOpened", report->bodies_opened);
    shape_u64(shape, "bodiesUnopened", report->bodies_unopened);
    shape_u64(shape, "bodiesErased", report->bodies_erased);
    shape_u64(shape, "bodiesExpired", report->bodies_expired);
    shape_u64(shape, "bodiesNotStored", report->bodies_not_stored);
    shape_u64(shape, "blobs", report->blobs);
}

static struct value shape_findings(const struct call *call, struct arena *arena)
{
    const struct verify_report *report = call->report;
    struct value list = value_list();
    for (size_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        struct shape finding = shape_in(arena);
        shape_u64(&finding, "seq", report->findings[i].seq);
        shape_string(&finding, "text", report->findings[i].text);
        shape_push(&finding, &list);
    }
    return list;
}

static struct value shape_report(struct call *call)
{
    const struct journal_head *head = &call->report->head;
    struct shape shape = shape_in(&call->arena);
    struct slice link = shape_hex_text(&call->arena, slice_of(head->link, sizeof head->link));
    shape_bool(&shape, "ok", call->report->finding_count == 0);
    shape_counts(call, &shape);
    shape_text(&shape, "head",
               arena_format(&call->arena, "%" PRIu64 ":%.*s", head->seq, SLICE_ARGS(link)));
    shape_u64(&shape, "seq", head->seq);
    shape_text(&shape, "link", link);
    shape_time(&shape, "recordedAt", head->recorded_at_us);
    shape_bool(&shape, "keys", call->has_keys);
    shape_u64(&shape, "findingCount", call->report->finding_count);
    shape_value(&shape, "findings", shape_findings(call, &call->arena));
    return shape.map;
}

static void put_findings(const struct call *call, struct buf *out)
{
    const struct verify_report *report = call->report;
    for (size_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        const struct verify_finding *finding = &report->findings[i];
        struct value text = value_text(slice_of_text(finding->text));
        if (finding->seq != 0) {
            buf_printf(out, "sequence %" PRIu64 ": ", finding->seq);
        }
        table_put_cell(out, &text, TABLE_TEXT, TABLE_LINE_MAX);
        buf_put_char(out, '\n');
    }
    if (report->finding_count > VERIFY_FINDINGS_MAX) {
        buf_printf(out, "... and %" PRIu64 " more\n", report->finding_count - VERIFY_FINDINGS_MAX);
    }
}

static void put_verdict(const struct call *call, struct buf *out)
{
    uint64_t count = call->report->finding_count;
    if (!call->has_keys) {
        buf_printf(
            out,
            "without keys (%s): bodies were held against their checksums alone; one that was "
            "exchanged together with its checksum would not show\n",
            call->keys_missing);
    }
    if (count == 0) {
        buf_put_text(out, "nothing is wrong\n");
    } else {
        buf_printf(out, "%" PRIu64 " problem%s found\n", count, count == 1 ? "" : "s");
    }
}

static int print(struct call *call)
{
    static const struct table_column lines[] = {
        {"records", "records", TABLE_COUNT},
        {"events", "events", TABLE_COUNT},
        {"commands", "commands", TABLE_COUNT},
        {"bodies", "bodies", TABLE_COUNT},
        {"  opened", "bodiesOpened", TABLE_COUNT},
        {"  not opened", "bodiesUnopened", TABLE_COUNT},
        {"  erased", "bodiesErased", TABLE_COUNT},
        {"  expired", "bodiesExpired", TABLE_COUNT},
        {"  not stored", "bodiesNotStored", TABLE_COUNT},
        {"blobs", "blobs", TABLE_COUNT},
        {"recorded at", "recordedAt", TABLE_TIME},
        {"chain head", "head", TABLE_TEXT},
    };
    struct value report = shape_report(call);
    if (options_has(call->options, "json")) {
        return answer_json(call->options, &report);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    table_put_sheet(&out, &report, lines, ARRAY_COUNT(lines));
    put_findings(call, &out);
    put_verdict(call, &out);
    int code = answer_text(call->options, &out);
    buf_deinit(&out);
    return code;
}

static int verify(struct call *call)
{
    struct error error;
    enum err e = prepare(call, &error);
    if (e == ERR_OK) {
        progress_begin(&call->progress, "verify", clock_system());
        e = verify_run(&call->verify, call->report, &error);
        progress_end(&call->progress);
    }
    if (e == ERR_DAMAGED) { /* so damaged that no walk is possible */
        (void)tool_fail("verify", &error);
        return TOOL_FOUND;
    }
    if (e != ERR_OK) {
        return tool_fail("verify", &error);
    }
    int code = print(call);
    return code == TOOL_DONE && call->report->finding_count > 0 ? TOOL_FOUND : code;
}

static int run(const struct options *options)
{
    struct call call = {.options = options};
    const char *expected = options_get(options, "expect");
    if (expected != NULL && !read_expected(expected, &call.verify)) {
        return tool_misused("verify",
                            "--expect: \"%s\" is no SEQ:HASH, such as the chain head that verify "
                            "prints: a sequence, a colon, 64 hexadecimal digits",
                            expected);
    }
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    call.report = memory_zalloc(1, sizeof *call.report);
    int code = TOOL_FAILED;
    if (call.report != NULL) {
        code = verify(&call);
    } else {
        code = tool_fail("verify", &(struct error){.code = ERR_NO_MEMORY, .text = "out of memory"});
    }
    memory_free(call.report);
    settings_deinit(&call.settings);
    arena_deinit(&call.arena);
    return code;
}

int tool_verify(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
