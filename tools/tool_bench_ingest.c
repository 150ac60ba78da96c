/*
 * daybook bench ingest: durable webhook acknowledgements a second.
 *
 * The rows are printed as they come; with --json all of it at the end.
 */
#include "bench/ingest_report.h"
#include "bench/interrupt.h"
#include "bench/payload.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "tools/answer.h"
#include "tools/tool_bench_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS_MAX 3600
#define PATH_BYTES  4096

static const struct option table[] = {
    {"connections", "LIST", "a row for each number of connections (default: 1,16,64,256)"},
    {"seconds", "N", "measured for each row (default: 10)"},
    {"warm-up", "N", "seconds of load before, not counted (default: 2)"},
    {"body", "BYTES", "size of each webhook's body, 64 B to 8 MiB (default: 1024)"},
    {"unseen", NULL,
     "made-up bodies with names of members that no other sender uses and no dictionary knows"},
    {"with-step", NULL,
     "a flow with a step that writes a log line, which is run; without: of a trigger alone, which "
     "ends as it begins"},
    {"corpus", "FILE", "bodies from a file with one JSON text a line, instead of made-up ones"},
    {"folder", "DIR",
     "where data directories are made and removed (default: $TMPDIR or /var/tmp): should be the "
     "disk that matters"},
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "bench ingest",
    .text = "Starts \"daybook serve\" on a fresh data directory, deploys a flow without steps and "
            "sends it\n"
            "webhooks over HTTP: how many a second are acknowledged, each of them on disk by then. "
            "Then\n"
            "the same bytes are appended to a plain file, to tell how far that is from the disk's "
            "own\n"
            "speed. Load and server share the machine. bench/README.md tells how to read it.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "bench ingest\n"
                "bench ingest --connections 64 --seconds 30 --folder /var/lib\n"
                "bench ingest --corpus payloads.ndjson --json",
    .found = "some webhooks were answered with an error",
};

/* ---- options ---- */

/* "1,16,64". Returns: false when it is no such list. */
static bool read_list(const char *text, struct ingest_options *ret)
{
    const char *rest = text;
    for (ret->row_count = 0; ret->row_count < INGEST_ROWS_MAX;) {
        char *end = NULL;
        unsigned long number = *rest >= '0' && *rest <= '9' ? strtoul(rest, &end, 10) : 0;
        if (number < 1 || number > LOAD_CONNECTIONS_MAX) {
            return false;
        }
        ret->connections[ret->row_count++] = (unsigned)number;
        if (*end == '\0') {
            return true;
        }
        if (*end != ',') {
            return false;
        }
        rest = end + 1;
    }
    return false;
}

static const char *folder_of(const struct options *options)
{
    const char *folder = options_get(options, "folder");
    folder = folder != NULL ? folder : getenv("TMPDIR");
    return folder != NULL && folder[0] != '\0' ? folder : "/var/tmp";
}

static bool read_options(struct options *options, struct ingest_options *ret)
{
    const char *list = options_get(options, "connections");
    *ret = (struct ingest_options){.folder = folder_of(options),
                                   .corpus = options_get(options, "corpus"),
                                   .unseen = options_has(options, "unseen"),
                                   .with_step = options_has(options, "with-step"),
                                   .body_bytes = 1024,
                                   .seconds = 10,
                                   .warm_up_seconds = 2};
    if (!read_list(list != NULL ? list : "1,16,64,256", ret)) {
        options->exit = tool_misused(usage.command,
                                     "--connections %s: up to %d numbers from 1 to %d, with commas "
                                     "between them, as in 1,16,64",
                                     list, INGEST_ROWS_MAX, LOAD_CONNECTIONS_MAX);
        return false;
    }
    return options_number(options, "seconds", 1, SECONDS_MAX, &ret->seconds) &&
           options_number(options, "warm-up", 0, SECONDS_MAX, &ret->warm_up_seconds) &&
           options_number(options, "body", PAYLOAD_BYTES_MIN, LIMIT_WEBHOOK_BODY_BYTES,
                          &ret->body_bytes);
}

/* ---- measuring ---- */

struct call {
    const struct options *options;
    struct ingest_options ingest;
    struct machine machine;
    struct ingest_row rows[INGEST_ROWS_MAX];
    bool is_json;
    int exit;
};

static void print(struct call *call, struct buf *text)
{
    int code = answer_text(call->options, text);
    call->exit = code != TOOL_DONE ? code : call->exit;
    (void)fflush(stdout); /* the next row takes a while */
    buf_clear(text);
}

static enum err measure_rows(struct call *call, struct buf *text, struct error *reterr)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < call->ingest.row_count && e == ERR_OK; i++) {
        struct ingest_row *row = &call->rows[i];
        e = ingest_measure(&call->ingest, call->ingest.connections[i], row, reterr);
        if (e == ERR_OK && !call->is_json) {
            ingest_report_row(text, row);
            print(call, text);
        }
        call->exit = row->load.refused > 0 && call->exit == TOOL_DONE ? TOOL_FOUND : call->exit;
    }
    return e;
}

static int measure(struct call *call)
{
    struct error error;
    struct buf text;
    buf_init(&text, ANSWER_TEXT_BYTES);
    call->machine = machine_describe(call->ingest.folder);
    if (!call->is_json) {
        ingest_report_head(&text, &call->ingest, &call->machine);
        print(call, &text);
    }
    enum err e = measure_rows(call, &text, &error);
    if (e == ERR_OK && call->is_json) {
        ingest_report_json(&text, &call->ingest, &call->machine, call->rows,
                           call->ingest.row_count);
        print(call, &text);
    }
    buf_deinit(&text);
    return e == ERR_OK ? call->exit : tool_fail(usage.command, &error);
}

static int run(struct options *options)
{
    static struct call call; /* its histograms are too large for a stack */
    static char program[PATH_BYTES];
    call.options = options;
    call.is_json = options_has(options, "json");
    if (!read_options(options, &call.ingest)) {
        return options->exit;
    }
    /* Not "/proc/self/exe" itself: in the child that would be right too, but in its list of
     * processes and messages nobody would know what it is. */
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    if (size <= 0) {
        return tool_misused(usage.command, "the program's own file cannot be found");
    }
    call.ingest.program = program;
    json_in_init();
    interrupt_watch();
    return measure(&call);
}

int tool_bench_ingest(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
