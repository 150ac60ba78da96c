/*
 * daybook serve: the server, in the foreground, until SIGTERM or SIGINT.
 *
 *     settings -> logging -> server_create -> "daybook: listening on ..." -> loop
 *     SIGTERM, SIGINT -> server_close -> the loop runs empty -> exit code 0
 *     again           -> server_close -> what still runs is parked at once -> exit code 0
 *
 * A signal that comes before the ready line ends the process at once, with exit code 0: the journal
 * can be cut anywhere.
 */
#include "api/diag.h"
#include "api/server.h"
#include "core/base/check.h"
#include "tools/data.h"
#include "tools/setting_options.h"
#include "tools/tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors beside those of clients: databases, outgoing requests, logs. */
#define OWN_DESCRIPTORS 512

struct serving {
    uv_loop_t loop;
    uv_signal_t signals[2]; /* of closing_signals */
    struct server *server;
};

/* ---- before it starts ---- */

static void begin_logging(const struct settings *settings)
{
    int level = diag_level_of(slice_of_text(settings->log_level));
    ASSERT(level >= 0); /* the settings admit no other */
    bool is_json = slice_is(slice_of_text(settings->log_format), "json");
    diag_set((enum diag_level)level, is_json ? DIAG_JSON : DIAG_TEXT);
}

/* Shells often allow 1,024 open files where many more are possible. */
static void raise_descriptors(const struct settings *settings)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)settings->max_connections + OWN_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
        diag_warn("few files may be open: connections over that are refused; raise ulimit -n",
                  diag_int("limit", (int64_t)limit.rlim_cur), diag_int("wanted", (int64_t)wanted));
    }
}

/* ---- signals ---- */

static const int closing_signals[] = {SIGTERM, SIGINT};

/* While it starts: views may take minutes to build, and nobody watches the loop. */
static void end_at_once(int number)
{
    static const char text[] = "daybook serve: told to end while it started\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(TOOL_DONE);
}

/* Without this a signal would end it as if it had failed; as process 1 of a container it would not
 * even do that. */
static void heed_signals_early(void)
{
    struct sigaction action = {.sa_handler = end_at_once};
    for (size_t i = 0; i < ARRAY_COUNT(closing_signals); i++) {
        (void)sigaction(closing_signals[i], &action, NULL); /* fails only for wrong arguments */
    }
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct serving *serving = handle->data;
    diag_info("closing", diag_string("signal", number == SIGINT ? "SIGINT" : "SIGTERM"));
    server_close(serving->server);
}

/* They are watched to the end, so that one that comes while it closes does not cut that off. */
static enum err watch_signals(struct serving *serving, struct error *reterr)
{
    int rc = 0;
    for (size_t i = 0; i < ARRAY_COUNT(closing_signals) && rc == 0; i++) {
        rc = uv_signal_init(&serving->loop, &serving->signals[i]);
        serving->signals[i].data = serving;
        rc = rc != 0 ? rc : uv_signal_start(&serving->signals[i], on_signal, closing_signals[i]);
        uv_unref((uv_handle_t *)&serving->signals[i]); /* the loop ends without them */
    }
    return rc == 0 ? ERR_OK : error_set(reterr, ERR_IO, "watch signals: %s", uv_strerror(rc));
}

static void unwatch_signals(struct serving *serving)
{
    for (size_t i = 0; i < ARRAY_COUNT(closing_signals); i++) {
        uv_close((uv_handle_t *)&serving->signals[i], NULL);
    }
    (void)uv_run(&serving->loop, UV_RUN_DEFAULT);
}

/* ---- serving ---- */

static enum err say_ready(const char *url, struct error *reterr)
{
    bool said = printf("daybook: listening on %s\n", url) > 0 && fflush(stdout) == 0;
    return said ? ERR_OK : error_set(reterr, ERR_IO, "write to standard output");
}

static enum err listen_until_signal(struct serving *serving, const char *url, struct error *reterr)
{
    enum err e = watch_signals(serving, reterr);
    e = e != ERR_OK ? e : say_ready(url, reterr);
    if (e == ERR_OK) {
        (void)uv_run(&serving->loop, UV_RUN_DEFAULT);
        unwatch_signals(serving);
    }
    /* After an error the process ends with what it has open: every part can be cut. */
    return e;
}

static enum err
serve(const struct options *options, const struct settings *settings, struct error *reterr)
{
    struct serving serving = {.server = NULL};
    char url[100];
    int rc = uv_loop_init(&serving.loop);
    if (rc != 0) {
        return error_set(reterr, ERR_IO, "start the event loop: %s", uv_strerror(rc));
    }
    struct server_options server = {&serving.loop, options_data(options), settings};
    enum err e = server_create(&server, &serving.server, url, reterr);
    if (e == ERR_OK) {
        e = listen_until_signal(&serving, url, reterr);
        if (e != ERR_OK) {
            return e;
        }
        server_destroy(&serving.server);
    }
    ASSERT(uv_loop_close(&serving.loop) == 0); /* nothing may be left on it */
    return e;
}

static int run(const struct options *options)
{
    struct settings settings;
    struct error error;
    enum err e = data_settings(options, &settings, &error);
    if (e == ERR_OK) {
        data_guard("serve", options_data(options), false);
        begin_logging(&settings);
        heed_signals_early();
        diag_info("starting", diag_string("version", DAYBOOK_VERSION),
                  diag_string("data", options_data(options)));
        raise_descriptors(&settings);
        e = serve(options, &settings, &error);
    }
    settings_deinit(&settings);
    return e == ERR_OK ? TOOL_DONE : tool_fail("serve", &error);
}

int tool_serve(int argc, char **argv)
{
    struct option table[OPTIONS_MAX] = {OPTION_DATA};
    struct usage usage = {
        .command = "serve",
        .text =
            "Serves a data directory, which is made at the first start. Prints \"daybook: "
            "listening\n"
            "on URL\" when it is ready; the admin token is then in DIR/admin.token. SIGTERM and\n"
            "SIGINT (Ctrl-C) close it: what runs has 10 seconds, what remains goes on at the next\n"
            "start. A second one does not wait for what runs.\n\n"
            "Each setting may also stand in the environment (DAYBOOK_LISTEN ...) and in\n"
            "DIR/daybook.yml (listen: ...); flags win over the environment, that over the file.\n"
            "\"daybook config\" prints what is in force.",
        .options = table,
        .option_count = setting_options_add(table, 1),
        .examples =
            "serve --data /var/lib/daybook\n"
            "serve --listen 127.0.0.1:0 --log-format json\n"
            "serve --public-url https://daybook.example.com --master-key-file /run/secrets/key",
    };
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
