/*
 * One function for each owner of figures. What a figure means is its help text here; where it is
 * counted, the owner's header says.
 */
#include "api/metrics.h"

#include "api/diag.h"
#include "api/metrics_text.h"
#include "api/process_stats.h"
#include "api/server_priv.h"
#include "core/base/check.h"

/* The page has some 15 KiB. */
#define PAGE_BYTES_MAX (256 * KIB)

/* ---- the journal and the writer ---- */

static enum err put_journal(struct buf *out, struct server *server, struct error *reterr)
{
    static const char *const classes[] = {[BODY_STATE] = "state",
                                          [BODY_PAYLOAD] = "payload",
                                          [BODY_RESULT] = "result",
                                          [BODY_LOG] = "log"};
    _Static_assert(ARRAY_COUNT(classes) == BODY_CLASS_COUNT, "a name for each class of bodies");
    struct journal *journal = engine_journal(server->engine);
    struct journal_stats stats;
    uint64_t free_bytes = 0;
    enum err e = journal_stats(journal, &stats, reterr);
    e = e != ERR_OK ? e : journal_disk_free(journal, &free_bytes, reterr);
    if (e != ERR_OK) {
        return e;
    }
    metrics_text_gauge(out, "daybook_journal_seq", "Sequence of the last committed event.",
                       engine_head_seq(server->engine));
    metrics_text_gauge(out, "daybook_journal_records", "Records in the journal.", stats.records);
    metrics_text_family(out, "daybook_journal_bodies", "gauge",
                        "Bodies in the journal, by retention class.");
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        metrics_text_sample(out, "daybook_journal_bodies", "class", classes[i], stats.bodies[i]);
    }
    metrics_text_gauge(out, "daybook_journal_file_bytes",
                       "Pages in use of the journal without large bodies.",
                       stats.journal_file_bytes);
    metrics_text_gauge(out, "daybook_blobs_file_bytes", "Pages in use of large bodies.",
                       stats.blob_file_bytes);
    metrics_text_gauge(out, "daybook_disk_free_bytes", "Disk that is left for the journal.",
                       free_bytes);
    return ERR_OK;
}

static void put_commits(struct buf *out, const struct engine_stats *stats)
{
    metrics_text_histogram(out, "daybook_journal_sync_seconds",
                           "Time that a commit of the journal takes, its sync included.",
                           &stats->syncs);
    metrics_text_gauge_us(out, "daybook_journal_longest_sync_seconds",
                          "The longest commit of the journal since the start.",
                          stats->longest_sync_us);
    metrics_text_counter(out, "daybook_journal_slow_syncs_total",
                         "Commits of the journal that were slow enough for a warning.",
                         stats->slow_syncs);
    metrics_text_gauge_us(out, "daybook_journal_last_commit_timestamp_seconds",
                          "Time of the last commit since the start, 0 before the first.",
                          stats->last_commit_at_us);
}

static void put_commands(struct buf *out, const struct engine_stats *stats)
{
    static const char *const outcomes[] = {[COMMAND_DONE] = "done",
                                           [COMMAND_REPEATED] = "repeated",
                                           [COMMAND_REFUSED] = "refused",
                                           [COMMAND_FAILED] = "failed"};
    _Static_assert(ARRAY_COUNT(outcomes) == COMMAND_OUTCOME_COUNT, "a name for each outcome");
    metrics_text_family(out, "daybook_commands_total", "counter",
                        "Commands that the writer executed, by how they ended.");
    for (int i = 0; i < COMMAND_OUTCOME_COUNT; i++) {
        metrics_text_sample(out, "daybook_commands_total", "outcome", outcomes[i],
                            stats->outcomes[i]);
    }
    metrics_text_counter(out, "daybook_commands_appended_total",
                         "Commands that appended events to the journal.", stats->appends);
    metrics_text_counter(out, "daybook_commands_turned_away_total",
                         "Commands not taken: the queue was full, or the disk.",
                         stats->turned_away);
    metrics_text_gauge(out, "daybook_commands_queued", "Commands that wait for the writer.",
                       stats->queued_commands);
    metrics_text_gauge(out, "daybook_commands_queued_bytes",
                       "Memory of the commands that wait for the writer.", stats->queued_bytes);
}

/* ---- views ---- */

static enum err put_views(struct buf *out, struct server *server, struct error *reterr)
{
    struct reading *reading = NULL;
    uint64_t seq = 0;
    uint64_t open = 0;
    enum err e = reading_open(server->readings, &reading, reterr);
    e = e != ERR_OK ? e : reading_seq(reading, &seq, reterr);
    if (e == ERR_OK) {
        open = views_count(reading->views, VIEWS_EXECUTIONS_OPEN);
    }
    reading_close(server->readings, &reading);
    if (e != ERR_OK) {
        return e;
    }
    metrics_text_gauge(out, "daybook_views_seq", "Sequence of the last event folded into views.",
                       seq);
    metrics_text_gauge(out, "daybook_views_file_bytes", "Pages in use of the views.",
                       views_bytes(engine_views(server->engine)));
    metrics_text_gauge(out, "daybook_executions_open",
                       "Executions that have not ended: those that run and those that wait.", open);
    return ERR_OK;
}

/* ---- executions ---- */

static void put_executions(struct buf *out, const struct runner_stats *stats)
{
    static const char *const ends[] = {[EXECUTION_SUCCEEDED] = "succeeded",
                                       [EXECUTION_FAILED] = "failed",
                                       [EXECUTION_TIMED_OUT] = "timed_out",
                                       [EXECUTION_CANCELED] = "canceled"};
    _Static_assert(ARRAY_COUNT(ends) == EXECUTION_STATE_COUNT, "a name for each end");
    metrics_text_gauge(out, "daybook_executions_running", "Executions that run.", stats->running);
    metrics_text_counter(out, "daybook_executions_started_total",
                         "Executions that began to run, or went on after a restart.",
                         stats->started);
    metrics_text_counter(out, "daybook_executions_resumed_total",
                         "Executions that went on after a restart.", stats->resumed);
    metrics_text_family(out, "daybook_executions_finished_total", "counter",
                        "Executions that ran and ended, by how.");
    for (int i = EXECUTION_SUCCEEDED; i < EXECUTION_STATE_COUNT; i++) {
        metrics_text_sample(out, "daybook_executions_finished_total", "state", ends[i],
                            stats->ends[i]);
    }
    metrics_text_histogram(out, "daybook_execution_seconds",
                           "Time from the start of an execution to its end.", &stats->durations);
    metrics_text_gauge(out, "daybook_executions_payload_bytes",
                       "Memory set aside for the payloads of executions that run.",
                       stats->payload_bytes);
}

static void put_outbound(struct buf *out, const struct http_client_stats *stats)
{
    metrics_text_family(out, "daybook_outbound_requests_total", "counter",
                        "Requests of flows that ended: ok is an answer of any status.");
    for (int i = 0; i < HTTP_CLIENT_FAILURE_COUNT; i++) {
        metrics_text_sample(out, "daybook_outbound_requests_total", "result",
                            http_client_failure_name((enum http_client_failure)i),
                            stats->results[i]);
    }
    metrics_text_gauge(out, "daybook_outbound_requests_running", "Requests of flows under way.",
                       stats->running);
    metrics_text_gauge(out, "daybook_outbound_requests_waiting",
                       "Requests of flows that wait in line.", stats->waiting);
    metrics_text_gauge(out, "daybook_outbound_body_bytes",
                       "Memory of bodies of requests of flows and their answers.",
                       stats->request_bytes + stats->response_bytes);
}

/* ---- requests ---- */

static void put_webhooks(struct buf *out, const struct hook_stats *stats)
{
    metrics_text_counter(out, "daybook_webhooks_accepted_total", "Webhooks that became executions.",
                         stats->accepted);
    metrics_text_counter(out, "daybook_webhooks_repeated_total",
                         "Webhooks that repeated an earlier one, by their Idempotency-Key.",
                         stats->repeated);
    metrics_text_family(out, "daybook_webhooks_rejected_total", "counter",
                        "Webhooks that became no execution, by the code of the answer.");
    for (int i = 0; i < HOOK_REFUSAL_COUNT; i++) {
        metrics_text_sample(out, "daybook_webhooks_rejected_total", "code",
                            hook_refusal_code((enum hook_refusal)i), stats->refusals[i]);
    }
    metrics_text_histogram(out, "daybook_webhook_accept_seconds",
                           "Time from a complete webhook to its execution being durable.",
                           &stats->durations);
    metrics_text_gauge(out, "daybook_webhooks_waiting",
                       "Webhooks that wait for the result of their execution.", stats->waiting);
}

static void put_responses(struct buf *out, const struct http_server_stats *stats)
{
    static const char *const classes[] = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};
    _Static_assert(ARRAY_COUNT(classes) == ARRAY_COUNT(stats->responses), "a name for each class");
    metrics_text_family(out, "daybook_http_responses_total", "counter",
                        "Responses, by class of their status.");
    for (size_t i = 2; i < ARRAY_COUNT(classes); i++) {
        metrics_text_sample(out, "daybook_http_responses_total", "class", classes[i],
                            stats->responses[i]);
    }
}

static void put_http(struct buf *out, const struct http_server_stats *stats)
{
    metrics_text_gauge(out, "daybook_http_connections", "Connections of clients.",
                       stats->connections);
    metrics_text_counter(out, "daybook_http_connections_accepted_total", "Connections accepted.",
                         stats->accepted);
    metrics_text_counter(out, "daybook_http_connections_turned_away_total",
                         "Of these, those over the most that may be open.", stats->turned_away);
    metrics_text_counter(out, "daybook_http_requests_total", "Requests whose head was complete.",
                         stats->requests);
    metrics_text_counter(out, "daybook_http_malformed_total",
                         "Answers to what was no request: malformed, too large, too slow.",
                         stats->malformed);
    put_responses(out, stats);
    metrics_text_counter(out, "daybook_http_received_bytes_total", "Bytes received from clients.",
                         stats->received_bytes);
    metrics_text_counter(out, "daybook_http_sent_bytes_total", "Bytes sent to clients.",
                         stats->sent_bytes);
    metrics_text_gauge(out, "daybook_http_requests_in_flight", "Requests not answered yet.",
                       stats->in_flight);
    metrics_text_gauge(out, "daybook_http_body_bytes", "Memory of bodies of requests.",
                       stats->body_bytes);
    metrics_text_gauge(out, "daybook_http_output_bytes", "Answers that clients have not taken yet.",
                       stats->output_bytes);
}

/* ---- the process ---- */

static void put_process(struct buf *out, const struct server *server)
{
    struct process_stats stats = process_stats();
    metrics_text_family(out, "daybook_build_info", "gauge", "The version, always 1.");
    metrics_text_sample(out, "daybook_build_info", "version", DAYBOOK_VERSION, 1);
    metrics_text_gauge(out, "daybook_ready", "Whether work is taken, as /readyz says.",
                       server_unready(server) == NULL);
    metrics_text_gauge(out, "daybook_anonymous_memory_bytes",
                       "Resident memory without the pages of files: what the program itself holds.",
                       stats.anonymous_bytes);
    metrics_text_gauge(out, "process_resident_memory_bytes",
                       "Resident memory, with pages of the databases.", stats.resident_bytes);
    metrics_text_counter_us(out, "process_cpu_seconds_total", "Processor time, user and system.",
                            stats.cpu_us);
    metrics_text_gauge(out, "process_open_fds", "Open file descriptors.", stats.open_fds);
    metrics_text_gauge(out, "process_max_fds", "File descriptors that may be open.", stats.max_fds);
    metrics_text_gauge_us(out, "process_start_time_seconds", "Time of the start.",
                          server->started_wall_us);
}

static enum err put_all(struct buf *out, struct server *server, struct error *reterr)
{
    struct engine_stats engine = engine_stats(server->engine);
    struct runner_stats runner = runner_stats(server->runner);
    struct http_client_stats client = http_client_stats(server->client);
    struct hook_stats hook = hook_stats(server->hook);
    struct http_server_stats http;
    http_server_stats(server->http, &http);
    put_process(out, server);
    enum err e = put_journal(out, server, reterr);
    e = e != ERR_OK ? e : put_views(out, server, reterr);
    put_commits(out, &engine);
    put_commands(out, &engine);
    put_executions(out, &runner);
    put_outbound(out, &client);
    put_webhooks(out, &hook);
    put_http(out, &http);
    return e != ERR_OK ? e : buf_check(out, "the page of metrics", reterr);
}

void metrics_on_request(struct server *server, struct http_request *request)
{
    struct error error = {0};
    struct buf page;
    buf_init(&page, PAGE_BYTES_MAX);
    enum err e = put_all(&page, server, &error);
    if (e != ERR_OK) {
        diag_error("figures could not be read", diag_string("why", error_text(&error)));
        http_respond_error(request, e == ERR_BUSY ? 503 : 500, "unreadable", error_text(&error));
    } else {
        struct http_response response = {
            .status = 200, .content_type = SLICE(METRICS_TEXT_TYPE), .body = buf_slice(&page)};
        http_respond(request, &response);
    }
    buf_deinit(&page);
}
