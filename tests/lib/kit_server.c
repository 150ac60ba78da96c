#include "tests/lib/kit_server.h"
#include "core/base/check.h"
#include "tests/lib/kit_time.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LOG_BYTES_MAX ((size_t)256 << 20)
#define LOG_LINES     25 /* shown of a failing test's server */
#define READY_PREFIX  "daybook: listening on "
#define COMMAND_MS    120000
#define READY_POLL_MS 3
#define SERVE_WORDS   6 /* program serve --data DIR --listen ADDRESS */

/* Sanitizers print one of these; some of them let the program end with 0. */
static const char *const complaints[] = {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer",
                                         "runtime error:", "UndefinedBehaviorSanitizer"};

const char *kit_server_binary(void)
{
    const char *path = getenv("DAYBOOK_BINARY");
    return path != NULL && path[0] != '\0' ? path : DAYBOOK_BINARY;
}

enum err kit_server_init(struct kit_server *server, struct error *reterr)
{
    *server = (struct kit_server){0};
    enum err e = kit_dir_create(server->folder, reterr);
    if (e != ERR_OK) {
        return e;
    }
    (void)snprintf(server->data, sizeof server->data, "%s/data", server->folder);
    (void)snprintf(server->log_path, sizeof server->log_path, "%s/server.log", server->folder);
    (void)snprintf(server->out_path, sizeof server->out_path, "%s/server.out", server->folder);
    return ERR_OK;
}

void kit_server_deinit(struct kit_server *server)
{
    if (server->pid > 0) {
        struct kit_exit end;
        (void)kill(server->pid, SIGKILL);
        /* Nothing can be done about a process that SIGKILL does not end. */
        IGNORE(kit_program_wait(server->pid, KIT_PATIENCE_MS, &end, NULL));
        server->pid = 0;
    }
    if (server->folder[0] != '\0' && !server->keep_folder) {
        /* A folder left behind harms nobody; the next line of the test matters more. */
        IGNORE(kit_dir_remove(server->folder, NULL));
    }
}

/* The last lines of the log, in `log`. */
static struct slice log_end(const struct kit_server *server, struct buf *log, size_t lines)
{
    if (kit_dir_read(server->log_path, log, NULL) != ERR_OK) {
        return SLICE("(no log)");
    }
    size_t from = log->size;
    while (from > 0 && lines > 0) {
        from--;
        lines -= log->data[from] == '\n' && from + 1 < log->size;
    }
    return slice_from(buf_slice(log), from);
}

void kit_server_describe(const struct kit_server *server)
{
    struct buf log;
    buf_init(&log, LOG_BYTES_MAX);
    struct slice end = log_end(server, &log, LOG_LINES);
    (void)fprintf(stderr, "---- log of the server (%s)\n%.*s\n", server->log_path, SLICE_ARGS(end));
    buf_deinit(&log);
}

static bool logged(const struct kit_server *server, size_t from, const char *text)
{
    struct buf log;
    buf_init(&log, LOG_BYTES_MAX);
    bool found = kit_dir_read(server->log_path, &log, NULL) == ERR_OK &&
                 slice_find(slice_from(buf_slice(&log), from), slice_of_text(text)) != SIZE_MAX;
    buf_deinit(&log);
    return found;
}

bool kit_server_logged(const struct kit_server *server, const char *text)
{
    return logged(server, 0, text);
}

bool kit_server_logged_now(const struct kit_server *server, const char *text)
{
    return logged(server, server->log_from, text);
}

/* The address in the ready line of this start. Returns: false while it is not there. */
static bool read_ready_line(struct kit_server *server, struct buf *out)
{
    buf_clear(out);
    if (kit_dir_read(server->out_path, out, NULL) != ERR_OK) {
        return false;
    }
    struct slice rest = slice_from(buf_slice(out), server->out_from);
    size_t at = slice_find(rest, SLICE(READY_PREFIX));
    if (at == SIZE_MAX) {
        return false;
    }
    rest = slice_from(rest, at + sizeof READY_PREFIX - 1);
    size_t end = slice_find(rest, SLICE("\n"));
    if (end == SIZE_MAX || end >= sizeof server->url) {
        return false;
    }
    memcpy(server->url, rest.data, end);
    server->url[end] = '\0';
    const char *colon = strrchr(server->url, ':');
    server->port = colon != NULL ? (int)strtol(colon + 1, NULL, 10) : 0;
    return server->port > 0;
}

static enum err read_token(struct kit_server *server, struct error *reterr)
{
    char path[KIT_PATH_SIZE + 32];
    struct buf bytes;
    buf_init(&bytes, sizeof server->token - 1);
    (void)snprintf(path, sizeof path, "%s/admin.token", server->data);
    enum err e = kit_dir_read(path, &bytes, reterr);
    struct slice token = slice_trim(buf_slice(&bytes));
    if (e == ERR_OK && token.size == 0) {
        e = error_set(reterr, ERR_INVALID, "%s is empty", path);
    }
    if (e == ERR_OK) {
        memcpy(server->token, token.data, token.size);
        server->token[token.size] = '\0';
    }
    buf_deinit(&bytes);
    return e;
}

/* The error of a server that ended where it should not have, with the end of its log. */
static enum err describe_end(struct kit_server *server,
                             enum err code,
                             struct kit_exit end,
                             const char *when,
                             struct error *reterr)
{
    struct buf log;
    buf_init(&log, LOG_BYTES_MAX);
    struct slice said = log_end(server, &log, 3);
    enum err e = error_set(reterr, code, "the server ended %s with code %d, signal %d: %.*s", when,
                           end.code, end.signal, SLICE_ARGS(said));
    buf_deinit(&log);
    return e;
}

static enum err wait_until_ready(struct kit_server *server, struct error *reterr)
{
    int64_t deadline = kit_time_ms() + KIT_SERVER_START_MS;
    struct buf out;
    buf_init(&out, LOG_BYTES_MAX);
    enum err e = ERR_OK;
    while (e == ERR_OK && !read_ready_line(server, &out)) {
        struct kit_exit end;
        if (kit_program_wait(server->pid, 0, &end, NULL) == ERR_OK) {
            server->pid = 0;
            e = describe_end(server, ERR_CLOSED, end, "before it was ready", reterr);
        } else if (kit_time_left(deadline) == 0) {
            e = error_set(reterr, ERR_TIMEOUT, "no line '%s...' within %d ms", READY_PREFIX,
                          KIT_SERVER_START_MS);
        } else {
            kit_time_pause(READY_POLL_MS);
        }
    }
    buf_deinit(&out);
    return e;
}

static size_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

enum err
kit_server_launch(struct kit_server *server, const char *const *arguments, struct error *reterr)
{
    ASSERT(server->pid == 0);
    char listen[32];
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%d", server->port);
    const char *words[KIT_PROGRAM_ARGUMENTS_MAX + 1] = {kit_server_binary(), "serve",    "--data",
                                                        server->data,        "--listen", listen};
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        ASSERT(SERVE_WORDS + i < KIT_PROGRAM_ARGUMENTS_MAX);
        words[SERVE_WORDS + i] = arguments[i];
    }
    server->starts++;
    server->out_from = size_of(server->out_path);
    server->log_from = size_of(server->log_path);
    return kit_program_start(words, "/dev/null", server->out_path, server->log_path, &server->pid,
                             reterr);
}

enum err kit_server_await_ready(struct kit_server *server, struct error *reterr)
{
    enum err e = wait_until_ready(server, reterr);
    return e == ERR_OK ? read_token(server, reterr) : e;
}

enum err
kit_server_start(struct kit_server *server, const char *const *arguments, struct error *reterr)
{
    enum err e = kit_server_launch(server, arguments, reterr);
    return e == ERR_OK ? kit_server_await_ready(server, reterr) : e;
}

/* Whether a sanitizer has spoken; says which. */
static enum err check_log(const struct kit_server *server, struct error *reterr)
{
    for (size_t i = 0; i < ARRAY_COUNT(complaints); i++) {
        if (kit_server_logged(server, complaints[i])) {
            return error_set(reterr, ERR_REFUSED, "the server's log holds '%s'; see %s",
                             complaints[i], server->log_path);
        }
    }
    return ERR_OK;
}

void kit_server_signal(const struct kit_server *server, int signal)
{
    ASSERT(server->pid > 0);
    (void)kill(server->pid, signal);
}

enum err kit_server_await_end(struct kit_server *server, struct kit_exit *ret, struct error *reterr)
{
    ASSERT(server->pid > 0);
    enum err e = kit_program_wait(server->pid, KIT_SERVER_STOP_MS, ret, reterr);
    if (e != ERR_OK) {
        return e;
    }
    server->pid = 0;
    return check_log(server, reterr);
}

enum err kit_server_stop(struct kit_server *server, struct error *reterr)
{
    struct kit_exit end;
    kit_server_signal(server, SIGTERM);
    enum err e = kit_server_await_end(server, &end, reterr);
    if (e == ERR_OK && end.code != 0) {
        return describe_end(server, ERR_REFUSED, end, "on SIGTERM", reterr);
    }
    return e;
}

enum err kit_server_kill(struct kit_server *server, struct error *reterr)
{
    ASSERT(server->pid > 0);
    struct kit_exit end;
    bool ended_before = kit_program_wait(server->pid, 0, &end, NULL) == ERR_OK;
    if (!ended_before) {
        (void)kill(server->pid, SIGKILL);
        enum err e = kit_program_wait(server->pid, KIT_PATIENCE_MS, &end, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    server->pid = 0;
    if (end.signal != SIGKILL) {
        return describe_end(server, ERR_REFUSED, end, "before it was killed", reterr);
    }
    return check_log(server, reterr);
}

bool kit_server_running(const struct kit_server *server)
{
    siginfo_t ended = {0};
    /* Looks without taking the exit code away from stop and kill. */
    int options = WEXITED | WNOHANG | WNOWAIT;
    return server->pid > 0 && waitid(P_PID, (id_t)server->pid, &ended, options) == 0 &&
           ended.si_pid == 0;
}

enum err kit_server_command(const char *const *arguments,
                            struct slice input,
                            struct kit_output *ret,
                            struct error *reterr)
{
    const char *words[KIT_PROGRAM_ARGUMENTS_MAX + 1] = {kit_server_binary()};
    for (size_t i = 0; arguments[i] != NULL; i++) {
        ASSERT(i + 1 < KIT_PROGRAM_ARGUMENTS_MAX);
        words[i + 1] = arguments[i];
    }
    return kit_program_run(words, input, COMMAND_MS, ret, reterr);
}
