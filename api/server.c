#include "api/server.h"

#include "api/diag.h"
#include "api/server_priv.h"
#include "core/base/json_in.h"
#include "core/base/memory.h"
#include "core/base/quoted.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Exit status when the journal cannot go on: a restart recovers. */
#define EXIT_FATAL 3

/* How long answers may take to go out when nobody is waited for any more. */
#define SERVER_HURRY_MS 1000

static void on_fatal(void *data, const char *text)
{
    (void)data;
    diag_error("the process ends; the next start recovers from the journal",
               diag_string("why", text));
    _exit(EXIT_FATAL);
}

/* Told about twice a second while views are folded. */
static void on_progress(void *data, uint64_t seq, uint64_t head_seq)
{
    (void)data;
    diag_info("folding the journal into views", diag_int("seq", (int64_t)seq),
              diag_int("of", (int64_t)head_seq));
}

/* ---- putting it together ---- */

static enum err open_engine(struct server *server, struct error *reterr)
{
    const char *reason = "";
    const char *master = server->settings->master_key_file;
    struct engine_options options = {
        .data_dir = server->data_dir,
        .master_key_path = master[0] != '\0' ? master : NULL,
        .clock = clock_system(),
        .create = true,
        .progress = on_progress,
        .fatal = on_fatal,
    };
    enum err e = engine_create(server->loop, &options, &server->engine, &reason, reterr);
    e = e != ERR_OK ? e : readings_create(server->engine, &server->readings, reterr);
    if (e == ERR_OK) {
        diag_info("views are ready", diag_string("how", reason),
                  diag_int("seq", (int64_t)engine_head_seq(server->engine)));
    }
    return e;
}

static enum err open_client(struct server *server, struct error *reterr)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = server->settings->allow_private_targets;
    /* Whoever runs can send: a step that is journaled as started and waits in line would count as
     * in doubt after a crash, though it never went out. */
    options.transfers_max = RUNNER_SLOTS;
    return http_client_create(server->loop, &options, &server->client, reterr);
}

static enum err open_runner(struct server *server, struct error *reterr)
{
    struct runner_options options = {
        .engine = server->engine,
        .readings = server->readings,
        .client = server->client,
        .public_url = server->public_url,
        .execution_timeout_us = server->settings->execution_timeout_seconds * 1000000,
    };
    return runner_create(&options, &server->runner, reterr);
}

static enum err open_routes(struct server *server, struct error *reterr)
{
    const struct settings *settings = server->settings;
    struct hook_options hook = {
        .engine = server->engine,
        .readings = server->readings,
        .runner = server->runner,
        .body_bytes_max = (size_t)settings->max_body_bytes,
        .sync_wait_us = settings->sync_wait_seconds * 1000000,
        .waiting_max = (uint64_t)settings->max_waiting_executions,
    };
    struct graph_options graph = {
        .engine = server->engine,
        .readings = server->readings,
        .runner = server->runner,
        .public_url = server->public_url,
        .waiting_max = (uint64_t)settings->max_waiting_executions,
    };
    enum err e = graph_create(&graph, &server->graph, reterr);
    e = e != ERR_OK ? e : hook_create(&hook, &server->hook, reterr);
    if (e == ERR_OK) {
        server->api.graph = server->graph;
        documents_init(&server->api.documents, server->graph->schema);
        server->results = (struct results){server->engine, server->readings, server->runner};
    }
    return e;
}

/* ---- listening ---- */

/* "HOST:PORT", "[::1]:PORT". */
static enum err
split_listen(const char *listen, char ret_host[64], uint16_t *ret_port, struct error *reterr)
{
    const char *colon = strrchr(listen, ':');
    char *end = NULL;
    long port = colon != NULL ? strtol(colon + 1, &end, 10) : -1;
    size_t size = colon != NULL ? (size_t)(colon - listen) : 0;
    bool bracketed = size > 2 && listen[0] == '[' && listen[size - 1] == ']';
    if (colon == NULL || colon[1] == '\0' || *end != '\0' || port < 0 || port > 65535 ||
        size == 0 || size >= 64) {
        return error_set(reterr, ERR_INVALID,
                         "listen: \"%s\" is not HOST:PORT such as 127.0.0.1:7700", listen);
    }
    (void)snprintf(ret_host, 64, "%.*s", (int)(bracketed ? size - 2 : size),
                   bracketed ? listen + 1 : listen);
    *ret_port = (uint16_t)port;
    return ERR_OK;
}

static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

static enum err listen_unix(struct server *server, struct error *reterr)
{
    char path[4200];
    (void)snprintf(path, sizeof path, "%s/daybook.sock", server->data_dir);
    enum err e = http_server_listen_unix(server->http, path, reterr);
    if (e == ERR_INVALID) { /* a deep path does not fit a socket's name: go on without */
        diag_warn("no local socket: token, status and backup will not reach this server",
                  diag_string("why", error_text(reterr)));
        return ERR_OK;
    }
    return e;
}

/* What URLs handed out begin with, without "/" at the end. */
static enum err set_public_url(struct server *server, struct error *reterr)
{
    struct slice url = slice_of_text(server->settings->public_url);
    bool is_url =
        slice_starts_with(url, SLICE("http://")) || slice_starts_with(url, SLICE("https://"));
    while (slice_ends_with(url, SLICE("/"))) {
        url.size--;
    }
    if (url.size == 0) {
        url = slice_of_text(server->url);
    } else if (!is_url || url.size >= sizeof server->public_url) {
        return error_set(reterr, ERR_INVALID,
                         "public_url: an URL such as https://daybook.example.com of at most %zu "
                         "bytes is wanted; \"%s\" was given",
                         sizeof server->public_url - 1, quoted(url).text);
    }
    (void)snprintf(server->public_url, sizeof server->public_url, "%.*s", SLICE_ARGS(url));
    return ERR_OK;
}

static enum err
set_urls(struct server *server, const char *host, uint16_t port, struct error *reterr)
{
    bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(server->url, sizeof server->url, "http://%s%s%s:%u", is_v6 ? "[" : "", host,
                   is_v6 ? "]" : "", port);
    return set_public_url(server, reterr);
}

static enum err open_http(struct server *server, struct error *reterr)
{
    char host[64];
    uint16_t port = 0;
    struct http_server_options options;
    struct http_handler handler = {server_on_head, server_on_request, server};
    http_server_options_init(&options);
    options.connections_max = (size_t)server->settings->max_connections;
    enum err e = split_listen(server->settings->listen, host, &port, reterr);
    e = e != ERR_OK ? e
                    : http_server_create(server->loop, &options, &handler, &server->http, reterr);
    e = e != ERR_OK ? e : http_server_listen_tcp(server->http, host, port, &port, reterr);
    e = e != ERR_OK ? e : listen_unix(server, reterr);
    e = e != ERR_OK ? e : set_urls(server, host, port, reterr);
    if (e == ERR_OK && !is_loopback(host)) {
        diag_warn("listening beyond this machine without TLS: put a proxy that has it in front",
                  diag_string("listen", server->settings->listen));
    }
    return e;
}

/* ---- life ---- */

static enum err open_all(struct server *server, struct error *reterr)
{
    enum err e = data_lock_take(server->data_dir, true, &server->lock, reterr);
    e = e != ERR_OK ? e : open_engine(server, reterr);
    e = e != ERR_OK ? e : server_first_start(server, reterr);
    e = e != ERR_OK ? e : open_client(server, reterr);
    e = e != ERR_OK ? e : open_runner(server, reterr);
    e = e != ERR_OK ? e : open_routes(server, reterr);
    return e != ERR_OK ? e : open_http(server, reterr);
}

enum err server_create(const struct server_options *options,
                       struct server **ret,
                       char ret_url[100],
                       struct error *reterr)
{
    struct server *server = memory_zalloc(1, sizeof *server);
    if (server == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "server: out of memory");
    }
    (void)signal(SIGPIPE,
                 SIG_IGN); /* a client that went away is an error of write, no reason to die */
    json_in_init();
    server->loop = options->loop;
    server->settings = options->settings;
    server->lock.fd = -1;
    server->started_at_us = clock_monotonic_us(clock_system());
    server->started_wall_us = clock_wall_us(clock_system());
    (void)snprintf(server->data_dir, sizeof server->data_dir, "%s", options->data_dir);
    enum err e = open_all(server, reterr);
    if (e != ERR_OK) {
        /* Handles are open on the loop: close what there is in order, then free. */
        server_close(server);
        (void)uv_run(server->loop, UV_RUN_DEFAULT);
        server_destroy(&server);
        return e;
    }
    runner_begin(server->runner);
    server->ready = true;
    (void)snprintf(ret_url, 100, "%s", server->url);
    *ret = server;
    return ERR_OK;
}

/* ---- closing: http and (runner, then hook) side by side; then client, then engine ---- */

static void engine_closed(void *data)
{
    (void)data; /* nothing is left on the loop */
}

static void client_closed(void *data)
{
    struct server *server = data;
    if (server->engine != NULL) {
        engine_close(server->engine, engine_closed, server);
    }
}

static void maybe_close_rest(struct server *server)
{
    if (server->http != NULL || !server->work_closed || server->rest_closing) {
        return;
    }
    struct http_client *client = server->client;
    server->rest_closing = true;
    server->client = NULL;
    if (client != NULL) {
        http_client_close(client, client_closed, server);
    } else {
        client_closed(server);
    }
}

static void http_closed(void *data)
{
    struct server *server = data;
    server->http = NULL;
    maybe_close_rest(server);
}

static void hook_closed(void *data)
{
    struct server *server = data;
    server->work_closed = true;
    if (server->http != NULL) {
        /* Whoever waited for a flow is answered by now; what waits for the writer will be. */
        http_server_close_incoming(server->http, SERVER_HURRY_MS);
    }
    maybe_close_rest(server);
}

/* The runner is done: callers who still wait are told. */
static void runner_closed(void *data)
{
    struct server *server = data;
    if (server->hook != NULL) {
        hook_close(server->hook, hook_closed, server);
    } else {
        hook_closed(server);
    }
}

/* Somebody is in a hurry: what runs is parked, and nobody is waited for. */
static void close_sooner(struct server *server)
{
    if (server->runner != NULL && !server->work_closed) {
        runner_close_sooner(server->runner);
    }
    if (server->http != NULL) {
        http_server_close(server->http, SERVER_HURRY_MS, NULL, NULL);
    }
}

void server_close(struct server *server)
{
    if (server->closing) {
        close_sooner(server);
        return;
    }
    server->closing = true;
    if (server->http != NULL) {
        /* Stops accepting at once; what is in flight has as long as the runner. */
        http_server_close(server->http, SERVER_CLOSE_MS + 2000, http_closed, server);
    }
    if (server->runner != NULL && server->ready) {
        runner_close(server->runner, SERVER_CLOSE_MS, runner_closed, server);
    } else {
        runner_closed(server);
    }
}

void server_destroy(struct server **server)
{
    struct server *it = *server;
    if (it == NULL) {
        return;
    }
    if (it->graph != NULL) {
        documents_deinit(&it->api.documents);
    }
    graph_destroy(&it->graph);
    hook_destroy(&it->hook);
    runner_destroy(&it->runner);
    readings_destroy(&it->readings);
    engine_destroy(&it->engine);
    data_lock_release(&it->lock);
    memory_free(it);
    *server = NULL;
}
