/*
 * The walk in a child process. What the child has to say comes over a pipe as messages of one type
 * byte and a fixed body:
 *
 *     'P'  progress: seq u64, head seq u64     at least about twice a second
 *     'R'  the report, and the end
 *     'E'  the error that makes a walk impossible, and the end
 *
 * A pipe that ends without 'R' or 'E' is a child that died; a pipe that is silent for a minute is
 * one that hangs in damaged pages, and is ended. Both are findings.
 *
 * The child opens its own environments: it never touches one that its parent has open.
 */
#include "journal/verify.h"

#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/verify_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any single step of the walk takes on a slow disk. */
#define SILENCE_MS_MAX 60000

struct progress {
    uint64_t seq;
    uint64_t head_seq;
};

/* ---- the pipe ---- */

static bool write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t written = write(fd, at, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

static void send_message(int fd, char type, const void *body, size_t size)
{
    /* A parent that is gone needs no report. */
    if (!write_all(fd, &type, 1) || !write_all(fd, body, size)) {
        _exit(1);
    }
}

enum arrival { ARRIVED, ENDED, SILENT };

static enum arrival read_all(int fd, void *data, size_t size)
{
    char *at = data;
    while (size > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, SILENCE_MS_MAX);
        if (ready == 0) {
            return SILENT;
        }
        ssize_t got = ready < 0 ? -1 : read(fd, at, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return ENDED;
        }
        at += got;
        size -= (size_t)got;
    }
    return ARRIVED;
}

/* ---- the child ---- */

static void send_progress(void *data, uint64_t seq, uint64_t head_seq)
{
    struct progress progress = {seq, head_seq};
    send_message(*(int *)data, 'P', &progress, sizeof progress);
}

__attribute__((noreturn)) static void run_child(const struct verify_options *options, int fd)
{
    struct verify_options mine = *options;
    struct error error = {.code = ERR_OK};
    struct verify_report *report = memory_zalloc(1, sizeof *report);
    enum err e = report != NULL ? ERR_OK : error_set(&error, ERR_NO_MEMORY, "out of memory");
    mine.progress = send_progress;
    mine.progress_data = &fd;
    if (e == ERR_OK) {
        e = verify_walk_all(&mine, report, &error);
    }
    if (e == ERR_OK) {
        send_message(fd, 'R', report, sizeof *report);
    } else {
        send_message(fd, 'E', &error, sizeof error);
    }
    _exit(0);
}

/* ---- the parent ---- */

/* What came of listening to the child. */
struct outcome {
    bool finished;
    enum arrival last;
    enum err code;
    struct progress progress;
};

static void hear(int fd,
                 const struct verify_options *options,
                 struct verify_report *report,
                 struct outcome *outcome,
                 struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    char type = 0;
    while ((outcome->last = read_all(fd, &type, 1)) == ARRIVED) {
        if (type == 'P') {
            outcome->last = read_all(fd, &outcome->progress, sizeof outcome->progress);
            if (outcome->last == ARRIVED && options->progress != NULL) {
                options->progress(options->progress_data, outcome->progress.seq,
                                  outcome->progress.head_seq);
            }
            continue;
        }
        bool is_report = type == 'R';
        outcome->last =
            is_report ? read_all(fd, report, sizeof *report) : read_all(fd, &error, sizeof error);
        outcome->finished = outcome->last == ARRIVED;
        outcome->code = is_report ? ERR_OK : error.code;
        if (outcome->finished && !is_report && reterr != NULL) {
            *reterr = error;
        }
        return;
    }
}

static void explain_death(const struct outcome *outcome, int status, struct verify_report *report)
{
    *report = (struct verify_report){.events = outcome->progress.seq};
    if (outcome->last == SILENT) {
        verify_find(report, outcome->progress.seq,
                    "the walk hung behind this sequence: pages of the file are damaged");
    } else if (WIFSIGNALED(status)) {
        verify_find(report, outcome->progress.seq,
                    "the walk crashed behind this sequence (signal %d): pages of the file are "
                    "damaged",
                    WTERMSIG(status));
    } else {
        verify_find(
            report, outcome->progress.seq,
            "the walk ended behind this sequence (status %d): pages of the file are damaged",
            WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
}

static enum err supervise(pid_t child,
                          int fd,
                          const struct verify_options *options,
                          struct verify_report *ret,
                          struct error *reterr)
{
    struct verify_report *report = memory_zalloc(1, sizeof *report);
    struct outcome outcome = {.finished = false};
    int status = 0;
    if (report != NULL) {
        hear(fd, options, report, &outcome, reterr);
    }
    if (!outcome.finished) {
        (void)kill(child, SIGKILL); /* it is dead, hangs, or nobody will hear it */
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (report == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a report");
    }
    if (!outcome.finished) {
        explain_death(&outcome, status, report);
    }
    enum err e = outcome.finished ? outcome.code : ERR_OK;
    if (e == ERR_OK) {
        *ret = *report;
    }
    memory_free(report);
    return e;
}

enum err
verify_run(const struct verify_options *options, struct verify_report *ret, struct error *reterr)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "make a pipe");
    }
    (void)fflush(NULL); /* what is buffered must not be written by the child too */
    pid_t child = fork();
    if (child < 0) {
        int sys = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return error_set_sys(reterr, ERR_IO, sys, "start a process to walk in");
    }
    if (child == 0) {
        (void)close(ends[0]);
        run_child(options, ends[1]);
    }
    (void)close(ends[1]);
    enum err e = supervise(child, ends[0], options, ret, reterr);
    (void)close(ends[0]);
    return e;
}
