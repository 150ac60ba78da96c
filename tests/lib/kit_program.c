#include "tests/lib/kit_program.h"
#include "tests/lib/kit_dir.h"
#include "tests/lib/kit_time.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS         3
#define EXEC_FAILED     127
#define ENVIRONMENT_MAX 512
#define OUTPUT_OPTIONS  (O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)

/* The environment without what Criterion tells its own children, and would tell ours. */
static void copy_environment(const char *ret_environment[ENVIRONMENT_MAX + 1])
{
    size_t count = 0;
    for (char **entry = environ; *entry != NULL && count < ENVIRONMENT_MAX; entry++) {
        if (strncmp(*entry, "BXFI_", 5) != 0) {
            ret_environment[count++] = *entry;
        }
    }
    ret_environment[count] = NULL;
}

/* In the child, between fork and exec: only what is safe beside other threads. */
__attribute__((noreturn)) static void
become(const char *const *arguments, const char *const *environment, const int fds[3], pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    bool ready = getppid() == parent; /* else it died before we asked */
    for (int i = 0; ready && i < 3; i++) {
        ready = dup2(fds[i], i) == i;
    }
    if (ready) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)execve(arguments[0], (char *const *)(uintptr_t)arguments,
                     (char *const *)(uintptr_t)environment);
    }
    _exit(EXEC_FAILED);
}

enum err kit_program_start(const char *const *arguments,
                           const char *in_path,
                           const char *out_path,
                           const char *err_path,
                           pid_t *ret_pid,
                           struct error *reterr)
{
    if (access(arguments[0], X_OK) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "run %s", arguments[0]);
    }
    const int fds[3] = {open(in_path, O_RDONLY | O_CLOEXEC), open(out_path, OUTPUT_OPTIONS, 0600),
                        open(err_path, OUTPUT_OPTIONS, 0600)};
    const char *environment[ENVIRONMENT_MAX + 1];
    pid_t parent = getpid();
    copy_environment(environment);
    bool opened = fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0;
    pid_t pid = opened ? fork() : -1;
    if (pid == 0) {
        become(arguments, environment, fds, parent);
    }
    int sys = errno;
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
    if (pid < 0) {
        return error_set_sys(reterr, ERR_IO, sys, "start %s", arguments[0]);
    }
    *ret_pid = pid;
    return ERR_OK;
}

enum err kit_program_wait(pid_t pid, int timeout_ms, struct kit_exit *ret, struct error *reterr)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    for (;;) {
        int status = 0;
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid) {
            *ret = (struct kit_exit){.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                                     .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
            return ERR_OK;
        }
        if (ended < 0 && errno != EINTR) {
            return error_set_sys(reterr, ERR_IO, errno, "wait for process %d", (int)pid);
        }
        if (kit_time_left(deadline) == 0) {
            return error_set(reterr, ERR_TIMEOUT, "process %d has not ended within %d ms", (int)pid,
                             timeout_ms);
        }
        kit_time_pause(POLL_MS);
    }
}

/* The run itself, with its files in `folder`. */
static enum err run_in(const char *folder,
                       const char *const *arguments,
                       struct slice input,
                       int timeout_ms,
                       struct kit_output *ret,
                       struct error *reterr)
{
    char in[KIT_PATH_SIZE + 8];
    char out[KIT_PATH_SIZE + 8];
    char err[KIT_PATH_SIZE + 8];
    (void)snprintf(in, sizeof in, "%s/in", folder);
    (void)snprintf(out, sizeof out, "%s/out", folder);
    (void)snprintf(err, sizeof err, "%s/err", folder);
    pid_t pid = 0;
    enum err e = kit_dir_write(in, input, reterr);
    if (e == ERR_OK) {
        e = kit_program_start(arguments, in, out, err, &pid, reterr);
    }
    if (e == ERR_OK) {
        e = kit_program_wait(pid, timeout_ms, &ret->exit, reterr);
        if (e == ERR_TIMEOUT) {
            (void)kill(pid, SIGKILL);
            IGNORE(kit_program_wait(pid, KIT_PATIENCE_MS, &ret->exit, NULL)); /* it was killed */
        }
    }
    if (e == ERR_OK) {
        e = kit_dir_read(out, &ret->out, reterr);
    }
    if (e == ERR_OK) {
        e = kit_dir_read(err, &ret->err, reterr);
    }
    return e;
}

enum err kit_program_run(const char *const *arguments,
                         struct slice input,
                         int timeout_ms,
                         struct kit_output *ret,
                         struct error *reterr)
{
    *ret = (struct kit_output){0};
    buf_init(&ret->out, KIT_PROGRAM_OUTPUT_MAX);
    buf_init(&ret->err, KIT_PROGRAM_OUTPUT_MAX);
    char folder[KIT_PATH_SIZE];
    enum err e = kit_dir_create(folder, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = run_in(folder, arguments, input, timeout_ms, ret, reterr);
    enum err removed = kit_dir_remove(folder, e == ERR_OK ? reterr : NULL);
    return e != ERR_OK ? e : removed;
}

void kit_program_output_deinit(struct kit_output *output)
{
    buf_deinit(&output->out);
    buf_deinit(&output->err);
}
