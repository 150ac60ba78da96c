/*
 * shim: comes between the program under test and the C library (LD_PRELOAD), so that a test moves
 * the wall clock, fills the disk and breaks writes of a server that is built as users have it.
 *
 * What it pretends stands in a file that the test maps too (kit_shim.h). Without that file it does
 * nothing. Only what Daybook and LMDB call is covered: clock_gettime of the wall clock, fstatvfs,
 * fallocate, and writes to regular files behind standard error.
 *
 * Real calls are made as system calls: looking a function up by name may itself ask for the time.
 */
#include "tests/lib/kit_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define US_PER_S  1000000
#define NS_PER_US 1000

static struct kit_shim_state *state;

/* Root may do everything; a test of permissions needs somebody else. */
static void become_user(void)
{
    unsigned user = state != NULL ? atomic_load(&state->user) : 0;
    if (user == 0 || geteuid() != 0) {
        return;
    }
    if (setgroups(0, NULL) != 0 || setgid(user) != 0 || setuid(user) != 0) {
        _exit(126);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten with the user */
}

__attribute__((constructor)) static void map_state(void)
{
    const char *path = getenv(KIT_SHIM_VARIABLE);
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) {
        return;
    }
    void *map = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    state = map != MAP_FAILED ? map : NULL;
    (void)close(fd);
    become_user();
}

/* ---- time ---- */

/* tidy: clock, because this is what core/base/clock.c calls when a test moves the time */
int clock_gettime(clockid_t id, struct timespec *ret)
{
    int rc = (int)syscall(SYS_clock_gettime, id, ret);
    if (rc == 0 && id == CLOCK_REALTIME && state != NULL) {
        int64_t us = atomic_load(&state->clock_us) + (int64_t)ret->tv_sec * US_PER_S +
                     ret->tv_nsec / NS_PER_US;
        ret->tv_sec = us / US_PER_S;
        ret->tv_nsec = us % US_PER_S * NS_PER_US;
    }
    return rc;
}

/* ---- disk ---- */

int fstatvfs(int fd, struct statvfs *ret)
{
    struct statfs found;
    if (fstatfs(fd, &found) != 0) {
        return -1;
    }
    *ret = (struct statvfs){.f_bsize = (unsigned long)found.f_bsize,
                            .f_frsize = (unsigned long)found.f_frsize,
                            .f_blocks = found.f_blocks,
                            .f_bfree = found.f_bfree,
                            .f_bavail = found.f_bavail};
    int64_t free_bytes = state != NULL ? atomic_load(&state->free_bytes) : KIT_SHIM_TRUTH;
    if (free_bytes != KIT_SHIM_TRUTH) {
        ret->f_bavail = ret->f_bfree = (fsblkcnt_t)free_bytes / ret->f_frsize;
    }
    return 0;
}

/* Counts a failure. Returns: false when there is none. */
static bool failed(int error)
{
    if (error != 0) {
        (void)atomic_fetch_add(&state->failures, 1);
        errno = error;
    }
    return error != 0;
}

/* Whether a write to the file is to fail; errno is then set. */
static bool fails(int fd)
{
    int error = state != NULL ? atomic_load(&state->write_error) : 0;
    struct stat status;
    bool concerned =
        error != 0 && fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return failed(concerned ? error : 0);
}

static bool sync_fails(int fd)
{
    return fails(fd) || failed(state != NULL ? atomic_load(&state->sync_error) : 0);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return fails(fd) ? -1 : (ssize_t)syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return fails(fd) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return fails(fd) ? -1 : (ssize_t)syscall(SYS_writev, fd, pieces, count);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at)
{
    /* The high half of the offset is for machines of 32 bits. */
    return fails(fd) ? -1 : (ssize_t)syscall(SYS_pwritev, fd, pieces, count, at, 0L);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    return fails(fd) ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, size);
}

int fdatasync(int fd)
{
    return sync_fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return sync_fails(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}
