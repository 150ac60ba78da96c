/*
 * process_stats: what the kernel counts of this process, by the names every Prometheus client
 * library uses.
 */
#ifndef DAYBOOK_API_PROCESS_STATS_H
#define DAYBOOK_API_PROCESS_STATS_H

#include <stdint.h>

/* What cannot be read is 0. */
struct process_stats {
    uint64_t resident_bytes;  /* with the pages of the databases that the kernel keeps for us */
    uint64_t anonymous_bytes; /* without them: what the program itself holds */
    int64_t cpu_us;           /* user and system */
    uint64_t open_fds;
    uint64_t max_fds;
};

/** Reads them: a few system calls, and one for every few hundred open files. Thread: any. */
struct process_stats process_stats(void);

#endif
