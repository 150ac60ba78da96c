/*
 * kit_program: runs another program, in the background or to its end.
 *
 * Every program started here dies with the test that started it (the kernel sees to it), also when
 * the test is aborted. Standard output and standard error go to files, so that nothing ever blocks
 * on a full pipe.
 *
 * Thread: the one that starts a program must outlive it, else it dies with that thread.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_PROGRAM_H
#define DAYBOOK_TESTS_LIB_KIT_PROGRAM_H

#include "core/base/buf.h"
#include "core/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

#define KIT_PROGRAM_OUTPUT_MAX    ((size_t)256 << 20)
#define KIT_PROGRAM_ARGUMENTS_MAX 32

/* How a program ended. */
struct kit_exit {
    int code;   /* exit code; -1 when a signal ended it */
    int signal; /* 0 when it ended by itself */
};

/* What a program said and how it ended. */
struct kit_output {
    struct kit_exit exit;
    struct buf out; /* standard output */
    struct buf err; /* standard error */
};

/**
 * Starts `arguments[0]`, a path, with the arguments behind it, up to a NULL. Its output is appended
 * to the two files. Errors: ERR_IO.
 */
MUST_USE enum err kit_program_start(const char *const *arguments,
                                    const char *in_path,
                                    const char *out_path,
                                    const char *err_path,
                                    pid_t *ret_pid,
                                    struct error *reterr);

/** Waits until the program ends. Errors: ERR_TIMEOUT; then it goes on. */
MUST_USE enum err
kit_program_wait(pid_t pid, int timeout_ms, struct kit_exit *ret, struct error *reterr);

/**
 * Runs a program to its end, with `input` on its standard input. *ret must be released by
 * kit_program_output_deinit in every case. Errors: ERR_IO, ERR_TIMEOUT (the program is killed).
 */
MUST_USE enum err kit_program_run(const char *const *arguments,
                                  struct slice input,
                                  int timeout_ms,
                                  struct kit_output *ret,
                                  struct error *reterr);

/** Frees what a run left. Takes a zeroed one too. */
void kit_program_output_deinit(struct kit_output *output);

#endif
