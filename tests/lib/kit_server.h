/*
 * kit_server: the real program, serving a fresh folder on a free port, started, stopped, killed and
 * started again by a test.
 *
 *   kit_server_init     makes the folder; nothing runs
 *   kit_server_start    starts, waits for the ready line, reads address and admin token: both of
 *                       kit_server_launch and kit_server_await_ready
 *   kit_server_stop     SIGTERM; it must end with 0 and leave no finding of a sanitizer in its log
 *   kit_server_kill     SIGKILL; nothing is written or closed
 *   kit_server_deinit   kills what runs, removes the folder unless it is to be kept
 *
 * The program is $DAYBOOK_BINARY, else the one built beside the tests. A start after the first asks
 * for the same port, so that URLs given out before stay right.
 *
 * Thread: one, the same for all calls (the server dies with the thread that started it).
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_SERVER_H
#define DAYBOOK_TESTS_LIB_KIT_SERVER_H

#include "tests/lib/kit_dir.h"
#include "tests/lib/kit_program.h"

/* A start may rebuild views, a stop waits 10 s for what runs; sanitizers make both slower. */
#define KIT_SERVER_START_MS 120000
#define KIT_SERVER_STOP_MS  30000

struct kit_server {
    char folder[KIT_PATH_SIZE];        /* of this test */
    char data[KIT_PATH_SIZE + 16];     /* the data directory in it */
    char log_path[KIT_PATH_SIZE + 16]; /* standard error of all starts */
    char out_path[KIT_PATH_SIZE + 16]; /* standard output of all starts */
    char url[64];                      /* "http://127.0.0.1:40123" */
    char token[256];                   /* of the user Admin */
    int port;                          /* 0 before the first start */
    pid_t pid;                         /* 0 when none runs */
    unsigned starts;
    size_t out_from; /* where this start's part of the two files begins */
    size_t log_from;
    bool keep_folder;
};

/** The path of the program under test. Returns: a static string. */
const char *kit_server_binary(void);

/** Makes the folder. Errors: ERR_IO. */
MUST_USE enum err kit_server_init(struct kit_server *server, struct error *reterr);

/** Kills, removes the folder unless keep_folder. Takes a zeroed one too. */
void kit_server_deinit(struct kit_server *server);

/**
 * Starts the program and waits until it is ready. `arguments` come behind `serve --data DIR
 * --listen ADDRESS`, up to a NULL; may be NULL. Errors: ERR_CLOSED when it ends instead, with the
 * end of its log; ERR_TIMEOUT.
 */
MUST_USE enum err
kit_server_start(struct kit_server *server, const char *const *arguments, struct error *reterr);

/** As kit_server_start without the waiting. Errors: ERR_IO. */
MUST_USE enum err
kit_server_launch(struct kit_server *server, const char *const *arguments, struct error *reterr);

/** Waits until a launched program is ready. Errors: as kit_server_start. */
MUST_USE enum err kit_server_await_ready(struct kit_server *server, struct error *reterr);

/** Sends it a signal. */
void kit_server_signal(const struct kit_server *server, int signal);

/**
 * Waits until the program ends by itself, or by a signal already sent. *ret may then be looked at;
 * a sanitizer's finding is an error. Errors: ERR_TIMEOUT (it runs on), ERR_REFUSED.
 */
MUST_USE enum err
kit_server_await_end(struct kit_server *server, struct kit_exit *ret, struct error *reterr);

/** SIGTERM. Errors: ERR_TIMEOUT; ERR_REFUSED when it ends with another code than 0 or complains. */
MUST_USE enum err kit_server_stop(struct kit_server *server, struct error *reterr);

/** SIGKILL, and waits for the end. Errors: ERR_REFUSED when it had ended before by itself. */
MUST_USE enum err kit_server_kill(struct kit_server *server, struct error *reterr);

/** Whether it still runs: false also when it has ended and nobody has asked how yet. */
bool kit_server_running(const struct kit_server *server);

/** Whether the log so far holds `text`. */
bool kit_server_logged(const struct kit_server *server, const char *text);

/** Whether what the newest start has logged so far holds `text`. */
bool kit_server_logged_now(const struct kit_server *server, const char *text);

/**
 * Runs a subcommand to its end: {"verify", "--data", server->data, NULL}. *ret must be released by
 * kit_program_output_deinit in every case. Errors: as kit_program_run.
 */
MUST_USE enum err kit_server_command(const char *const *arguments,
                                     struct slice input,
                                     struct kit_output *ret,
                                     struct error *reterr);

/** Prints the last lines of the log to standard error. */
void kit_server_describe(const struct kit_server *server);

#endif
