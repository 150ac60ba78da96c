/*
 * machine: where a measurement was taken, without which its figures say nothing.
 */
#ifndef DAYBOOK_BENCH_MACHINE_H
#define DAYBOOK_BENCH_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

struct machine {
    unsigned cores; /* that this process may use */
    char cpu[100];  /* model; "unknown" */
    uint64_t memory_bytes;
    char kernel[100];      /* "Linux 6.1.0" */
    char file_system[100]; /* of the folder: "ext4 (rw,relatime) on /dev/vda" */
    bool in_memory;        /* that file system keeps nothing: its syncs are none */
    double load_average;   /* of the last minute: what else ran */
};

/** Finds out; `folder` is where the data will be. What cannot be found is "unknown" or 0. */
struct machine machine_describe(const char *folder);

#endif
