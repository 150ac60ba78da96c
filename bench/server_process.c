#include "bench/server_process.h"

#include "bench/interrupt.h"
#include "bench/small_file.h"
#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_PREFIX      "daybook: listening on "
#define READY_US          ((int64_t)60 * 1000000)
#define READY_POLL_MS     5
#define FILE_BYTES_MAX    (1 * MIB)
#define OPEN_FOLDERS_MAX  16
#define EXEC_FAILED       127
#define LOG_SHOWN_BYTES   300
#define CPU_FIELDS_BEFORE 11 /* of /proc/PID/stat, behind the name: utime comes next */

/* ---- the folder ---- */

static enum err
make_folder(struct server_process *process, const char *parent, struct error *reterr)
{
    char path[SERVER_PROCESS_PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/daybook-bench-XXXXXX", parent);
    if (size < 0 || (size_t)size >= sizeof path) {
        return error_set(reterr, ERR_INVALID, "the path %s is too long", parent);
    }
    if (mkdtemp(path) == NULL) {
        return error_set_sys(reterr, ERR_IO, errno, "make a folder in %s", parent);
    }
    memcpy(process->folder, path, (size_t)size + 1);
    (void)snprintf(process->data, sizeof process->data, "%s/data", path);
    return ERR_OK;
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found;
    (void)kind;
    (void)place;
    return remove(path);
}

static void remove_folder(struct server_process *process)
{
    if (process->folder[0] != '\0' &&
        nftw(process->folder, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) != 0) {
        (void)fprintf(stderr, "daybook bench: %s could not be removed: %s\n", process->folder,
                      strerror(errno));
    }
    process->folder[0] = '\0';
}

static int open_output(const struct server_process *process, const char *name)
{
    char path[SERVER_PROCESS_PATH_SIZE + 16];
    (void)snprintf(path, sizeof path, "%s/%s", process->folder, name);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static enum err read_output(const struct server_process *process,
                            const char *name,
                            struct buf *ret,
                            struct error *reterr)
{
    char path[SERVER_PROCESS_PATH_SIZE + 16];
    (void)snprintf(path, sizeof path, "%s/%s", process->folder, name);
    return small_file_read(path, ret, reterr);
}

/* ---- starting ---- */

/* In the child: becomes the server, or ends. */
__attribute__((noreturn)) static void become(const char *program,
                                             const struct server_process *process,
                                             const int outputs[2],
                                             pid_t parent)
{
    const char *const arguments[] = {program,       "serve",    "--data",
                                     process->data, "--listen", "127.0.0.1:0",
                                     "--log-level", "warn",     NULL};
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && dup2(outputs[0], STDOUT_FILENO) >= 0 &&
        dup2(outputs[1], STDERR_FILENO) >= 0) {
        (void)execv(program, (char *const *)(uintptr_t)arguments);
    }
    _exit(EXEC_FAILED);
}

static enum err spawn(struct server_process *process, const char *program, struct error *reterr)
{
    const int outputs[2] = {open_output(process, "out"), open_output(process, "log")};
    pid_t parent = getpid();
    pid_t pid = outputs[0] >= 0 && outputs[1] >= 0 ? fork() : -1;
    if (pid == 0) {
        become(program, process, outputs, parent);
    }
    int sys = errno;
    for (size_t i = 0; i < ARRAY_COUNT(outputs); i++) {
        if (outputs[i] >= 0) {
            (void)close(outputs[i]);
        }
    }
    if (pid < 0) {
        return error_set_sys(reterr, ERR_IO, sys, "start %s", program);
    }
    process->pid = pid;
    return ERR_OK;
}

/* ---- until it is ready ---- */

/* The address in the ready line. Returns: false while it is not there. */
static bool read_url(struct server_process *process)
{
    struct buf out;
    buf_init(&out, FILE_BYTES_MAX);
    bool found = false;
    if (read_output(process, "out", &out, NULL) == ERR_OK) {
        struct slice line = buf_slice(&out);
        size_t end = slice_find(line, SLICE("\n"));
        struct slice url =
            slice_from(slice_of(line.data, end < line.size ? end : 0), sizeof READY_PREFIX - 1);
        found = slice_starts_with(line, SLICE(READY_PREFIX)) && url.size > 0 &&
                url.size < sizeof process->url;
        if (found) {
            memcpy(process->url, url.data, url.size);
        }
    }
    buf_deinit(&out);
    const char *colon = strrchr(process->url, ':');
    process->port = (uint16_t)(colon != NULL ? strtoul(colon + 1, NULL, 10) : 0);
    return found;
}

static enum err read_token(struct server_process *process, struct error *reterr)
{
    struct buf bytes;
    buf_init(&bytes, sizeof process->token - 1);
    enum err e = read_output(process, "data/admin.token", &bytes, reterr);
    struct slice token = slice_trim(buf_slice(&bytes));
    if (e == ERR_OK) {
        memcpy(process->token, token.data, token.size);
    }
    buf_deinit(&bytes);
    return e;
}

/* The error of a server that ended too early, with the end of what it said. */
static enum err describe_end(const struct server_process *process, int status, struct error *reterr)
{
    struct buf log;
    buf_init(&log, FILE_BYTES_MAX);
    IGNORE(read_output(process, "log", &log, NULL)); /* without a log the status must do */
    struct slice all = slice_trim(buf_slice(&log));
    struct slice shown =
        slice_from(all, all.size > LOG_SHOWN_BYTES ? all.size - LOG_SHOWN_BYTES : 0);
    enum err e =
        error_set(reterr, ERR_CLOSED, "the server ended (status %d) before it was ready: %.*s",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), SLICE_ARGS(shown));
    buf_deinit(&log);
    return e;
}

static enum err await_ready(struct server_process *process, struct error *reterr)
{
    int64_t deadline = clock_monotonic_us(clock_system()) + READY_US;
    while (!read_url(process)) {
        int status = 0;
        enum err e = interrupt_check(reterr);
        if (e != ERR_OK) {
            return e;
        }
        if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
            process->pid = 0;
            return describe_end(process, status, reterr);
        }
        if (clock_monotonic_us(clock_system()) > deadline) {
            return error_set(reterr, ERR_TIMEOUT, "the server was not ready within a minute");
        }
        (void)poll(NULL, 0, READY_POLL_MS);
    }
    return read_token(process, reterr);
}

enum err server_process_start(const char *program,
                              const char *parent,
                              struct server_process *ret,
                              struct error *reterr)
{
    *ret = (struct server_process){.pid = 0};
    enum err e = make_folder(ret, parent, reterr);
    e = e != ERR_OK ? e : spawn(ret, program, reterr);
    e = e != ERR_OK ? e : await_ready(ret, reterr);
    if (e != ERR_OK) {
        server_process_stop(ret);
    }
    return e;
}

void server_process_stop(struct server_process *process)
{
    if (process->pid > 0) {
        (void)kill(process->pid, SIGKILL);
        while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        process->pid = 0;
    }
    remove_folder(process);
}

/* ---- figures ---- */

static enum err read_proc(const struct server_process *process,
                          const char *name,
                          struct buf *ret,
                          struct error *reterr)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)process->pid, name);
    buf_clear(ret);
    enum err e = small_file_read(path, ret, reterr);
    buf_put_char(ret, '\0'); /* for strtoull and sscanf */
    return e != ERR_OK ? e : buf_check(ret, path, reterr);
}

/* "VmRSS:     1234 kB" */
static uint64_t kilobytes_of(const struct buf *status, const char *name)
{
    const char *at = strstr(status->data, name);
    return at != NULL ? strtoull(at + strlen(name), NULL, 10) * KIB : 0;
}

static int64_t cpu_us_of(const struct buf *stat)
{
    const char *at = strrchr(stat->data, ')'); /* the name may hold anything */
    for (int i = 0; at != NULL && i <= CPU_FIELDS_BEFORE; i++) {
        at = strchr(at + 1, ' ');
    }
    if (at == NULL) {
        return 0;
    }
    char *rest = NULL;
    uint64_t ticks = strtoull(at, &rest, 10);
    ticks += strtoull(rest, NULL, 10);
    return (int64_t)(ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

enum err server_process_usage(const struct server_process *process,
                              struct server_usage *ret,
                              struct error *reterr)
{
    struct buf text;
    buf_init(&text, FILE_BYTES_MAX);
    enum err e = read_proc(process, "status", &text, reterr);
    if (e == ERR_OK) {
        ret->resident_bytes = kilobytes_of(&text, "VmRSS:");
        ret->anonymous_bytes = kilobytes_of(&text, "RssAnon:");
        e = read_proc(process, "stat", &text, reterr);
    }
    if (e == ERR_OK) {
        ret->cpu_us = cpu_us_of(&text);
    }
    buf_deinit(&text);
    return e;
}
