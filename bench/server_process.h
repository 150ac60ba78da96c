/*
 * server_process: a real server to be measured: `daybook serve` as a process of its own, on a fresh
 * data directory and a free port of 127.0.0.1.
 *
 *     server_process_start ─► ... ─► server_process_stop: killed, its folder removed
 *
 * It dies with this process, however that ends (PR_SET_PDEATHSIG), and Ctrl-C does not reach it: it
 * has a process group of its own, so that whoever measures can clear away in order.
 *
 * Thread: the one that started it.
 */
#ifndef DAYBOOK_BENCH_SERVER_PROCESS_H
#define DAYBOOK_BENCH_SERVER_PROCESS_H

#include "core/base/error.h"

#include <stdint.h>
#include <sys/types.h>

#define SERVER_PROCESS_PATH_SIZE 4096

struct server_process {
    char folder[SERVER_PROCESS_PATH_SIZE];    /* its data, log and standard output; "": none */
    char data[SERVER_PROCESS_PATH_SIZE + 16]; /* folder/data */
    char url[100];                            /* without a slash at the end */
    uint16_t port;
    char token[128]; /* Admin's */
    pid_t pid;       /* 0: does not run */
};

/* What the kernel counts of it. */
struct server_usage {
    uint64_t resident_bytes;  /* with the pages of its databases that are mapped */
    uint64_t anonymous_bytes; /* without them */
    int64_t cpu_us;           /* user and system, all threads */
};

/**
 * Runs `program` in a new folder under `parent` and waits until it is ready. Errors: ERR_IO;
 * ERR_CLOSED with the end of its log when it ends before; ERR_TIMEOUT; ERR_CANCELED after Ctrl-C.
 * After an error nothing runs and nothing is left.
 */
MUST_USE enum err server_process_start(const char *program,
                                       const char *parent,
                                       struct server_process *ret,
                                       struct error *reterr);

/** Kills it and removes its folder. Takes a zeroed one too, and may be called again. */
void server_process_stop(struct server_process *process);

/** Reads the kernel's figures. Errors: ERR_IO when it is gone. */
MUST_USE enum err server_process_usage(const struct server_process *process,
                                       struct server_usage *ret,
                                       struct error *reterr);

#endif
