#include "api/process_stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* "size resident shared ..." in pages (proc(5)); shared are those backed by files. */
static void read_memory(struct process_stats *ret)
{
    char text[256] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (size <= 0) {
        return;
    }
    char *at = text;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    (void)strtoull(at, &at, 10);
    uint64_t resident = strtoull(at, &at, 10);
    uint64_t shared = strtoull(at, &at, 10);
    ret->resident_bytes = resident * page;
    ret->anonymous_bytes = resident > shared ? (resident - shared) * page : 0;
}

static int64_t time_us(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void read_usage(struct process_stats *ret)
{
    struct rusage usage;
    struct rlimit files;
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        ret->cpu_us = time_us(&usage.ru_utime) + time_us(&usage.ru_stime);
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        ret->max_fds = files.rlim_cur;
    }
}

/* The folder holds ".", ".." and the descriptor that reads it besides. */
static void count_files(struct process_stats *ret)
{
    DIR *dir = opendir("/proc/self/fd");
    uint64_t count = 0;
    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    ret->open_fds = count > 3 ? count - 3 : 0;
}

struct process_stats process_stats(void)
{
    struct process_stats stats = {0};
    read_memory(&stats);
    read_usage(&stats);
    count_files(&stats);
    return stats;
}
