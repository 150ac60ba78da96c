#include "bench/ingest.h"

#include "bench/figures.h"
#include "bench/floor.h"
#include "bench/interrupt.h"
#include "bench/ping_flow.h"
#include "bench/server_process.h"
#include "bench/webhooks.h"
#include "core/base/clock.h"

#include <poll.h>

#define SECOND_US     ((int64_t)1000000)
#define DRAIN_US      (120 * SECOND_US)
#define DRAIN_POLL_MS 5
#define FLOOR_US      SECOND_US

struct measuring {
    const struct ingest_options *options;
    struct ingest_row *row;
    struct server_process server;
    struct ask *ask;
    struct webhooks webhooks;
    struct load *load;
    struct server_usage usage_before;
    struct server_usage usage_after;
    struct figures idle;    /* before the first webhook */
    struct figures before;  /* the measured time */
    struct figures after;   /* the last acknowledgement */
    struct figures drained; /* all executions have ended */
};

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

/* ---- before ---- */

static enum err make_webhooks(struct measuring *it, const char *path, struct error *reterr)
{
    const struct ingest_options *options = it->options;
    return options->corpus != NULL
               ? webhooks_load(path, options->corpus, &it->webhooks, reterr)
               : webhooks_make(path, options->unseen ? PAYLOAD_UNSEEN : PAYLOAD_USUAL,
                               options->body_bytes, &it->webhooks, reterr);
}

/* A server with a deployed flow and nothing done yet; what it takes then. */
static enum err prepare(struct measuring *it, struct error *reterr)
{
    char path[PING_FLOW_PATH_SIZE];
    struct server_usage usage = {0};
    enum err e =
        server_process_start(it->options->program, it->options->folder, &it->server, reterr);
    e = e != ERR_OK ? e : ask_create(it->server.url, it->server.token, &it->ask, reterr);
    e = e != ERR_OK ? e : ping_flow_deploy(it->ask, it->options->with_step, path, reterr);
    e = e != ERR_OK ? e : figures_read(it->ask, &it->idle, reterr);
    e = e != ERR_OK ? e : server_process_usage(&it->server, &usage, reterr);
    it->row->idle_resident_bytes = usage.resident_bytes;
    it->row->idle_anonymous_bytes = usage.anonymous_bytes;
    return e != ERR_OK ? e : make_webhooks(it, path, reterr);
}

/* ---- the load ---- */

static enum err load_server(struct measuring *it, struct error *reterr)
{
    struct load_options options = {.port = it->server.port,
                                   .requests = it->webhooks.requests,
                                   .request_count = it->webhooks.count,
                                   .connections = it->row->connections};
    struct load_result *result = &it->row->load;
    int64_t warm_up_us = (int64_t)it->options->warm_up_seconds * SECOND_US;
    enum err e = load_create(&options, &it->load, reterr);
    if (e == ERR_OK && warm_up_us > 0) {
        e = load_run(it->load, warm_up_us, result, reterr);
    }
    e = e != ERR_OK ? e : figures_read(it->ask, &it->before, reterr);
    e = e != ERR_OK ? e : server_process_usage(&it->server, &it->usage_before, reterr);
    if (e == ERR_OK) {
        e = load_run(it->load, (int64_t)it->options->seconds * SECOND_US, result, reterr);
    }
    return e != ERR_OK ? e : figures_read(it->ask, &it->after, reterr);
}

/* Waits until every execution has ended: their records are among the bytes and their work among the
 * processor time. */
static enum err drain(struct measuring *it, struct error *reterr)
{
    int64_t began = now_us();
    it->drained = it->after;
    enum err e = ERR_OK;
    while (e == ERR_OK && it->drained.open > 0) {
        if (now_us() - began > DRAIN_US) {
            return error_set(reterr, ERR_TIMEOUT, "%llu executions have not ended after 2 minutes",
                             (unsigned long long)it->drained.open);
        }
        (void)poll(NULL, 0, DRAIN_POLL_MS);
        e = interrupt_check(reterr);
        e = e != ERR_OK ? e : figures_read(it->ask, &it->drained, reterr);
    }
    it->row->drain_us = now_us() - began;
    return e != ERR_OK ? e : server_process_usage(&it->server, &it->usage_after, reterr);
}

/* ---- what it comes to ---- */

static double per(double sum, uint64_t count)
{
    return count > 0 ? sum / (double)count : 0;
}

static void conclude(struct measuring *it)
{
    struct ingest_row *row = it->row;
    uint64_t webhooks = it->drained.webhooks - it->before.webhooks;
    row->body_bytes = it->webhooks.body_bytes;
    row->acks_per_second = row->load.elapsed_us > 0 ? (double)row->load.acks * (double)SECOND_US /
                                                          (double)row->load.elapsed_us
                                                    : 0;
    row->finished = it->after.finished - it->before.finished;
    row->backlog = it->after.open;
    row->commits = it->after.commits - it->before.commits;
    row->webhooks_a_commit = per((double)(it->after.webhooks - it->before.webhooks), row->commits);
    row->journal_bytes = per((double)(it->drained.journal_file_bytes - it->idle.journal_file_bytes),
                             it->drained.webhooks - it->idle.webhooks);
    row->views_bytes = per((double)(it->drained.views_file_bytes - it->idle.views_file_bytes),
                           it->drained.webhooks - it->idle.webhooks);
    row->resident_bytes = it->usage_after.resident_bytes;
    row->anonymous_bytes = it->usage_after.anonymous_bytes;
    row->server_cpu_us = per((double)(it->usage_after.cpu_us - it->usage_before.cpu_us), webhooks);
    row->load_cpu_us = per((double)row->load.cpu_us, row->load.acks);
}

/* The disk alone, with batches as the server's were; the server stands still meanwhile. */
static enum err measure_floor(struct measuring *it, struct error *reterr)
{
    struct ingest_row *row = it->row;
    double batch_bytes = row->journal_bytes * row->webhooks_a_commit;
    enum err e = floor_measure(it->server.folder, (size_t)batch_bytes, FLOOR_US,
                               &row->floor_batch_us, reterr);
    if (e == ERR_OK && row->floor_batch_us > 0) {
        row->floor_per_second = row->webhooks_a_commit * (double)SECOND_US / row->floor_batch_us;
    }
    return e;
}

enum err ingest_measure(const struct ingest_options *options,
                        unsigned connections,
                        struct ingest_row *ret,
                        struct error *reterr)
{
    struct measuring it = {.options = options, .row = ret};
    *ret = (struct ingest_row){.connections = connections};
    enum err e = prepare(&it, reterr);
    e = e != ERR_OK ? e : load_server(&it, reterr);
    load_destroy(&it.load);
    e = e != ERR_OK ? e : drain(&it, reterr);
    if (e == ERR_OK) {
        conclude(&it);
        e = measure_floor(&it, reterr);
    }
    ask_destroy(&it.ask);
    webhooks_deinit(&it.webhooks);
    server_process_stop(&it.server);
    return e;
}
