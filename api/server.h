/*
 * server: the whole program behind `daybook serve`: engine, runner, HTTP, put together on one loop.
 *
 *     server_create   lock DATA, open the engine (views may be rebuilt), first start makes the
 *                     organization, the user Admin and DATA/admin.token; listen; runner begins
 *     ...             uv_run
 *     server_close    stop accepting; what runs may finish for some seconds or is parked; close
 *
 * Besides TCP it listens on DATA/daybook.sock (0600) for commands of this machine (control.h).
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_SERVER_H
#define DAYBOOK_API_SERVER_H

#include "api/settings.h"
#include "core/base/error.h"

#include <stdint.h>
#include <uv.h>

/* How long SIGTERM lets running executions and requests go on. */
#define SERVER_CLOSE_MS 10000

struct server;

struct server_options {
    uv_loop_t *loop;
    const char *data_dir;
    const struct settings *settings;
};

/**
 * Makes a server that serves. `ret_url` gets "http://127.0.0.1:PORT" as really bound.
 * Errors: ERR_BUSY (DATA is served by another process, naming its pid), ERR_EXISTS (address in
 * use), those of opening the engine.
 */
MUST_USE enum err server_create(const struct server_options *options,
                                struct server **ret,
                                char ret_url[100],
                                struct error *reterr);

/** Closes in order; the loop runs out of work when it is done. Called again, it no longer waits for
 * what runs. */
void server_close(struct server *server);

/** Frees a closed server; sets the pointer to NULL. Takes NULL too. */
void server_destroy(struct server **server);

#endif
