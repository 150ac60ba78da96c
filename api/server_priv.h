/*
 * server_priv: the parts of a server, shared by the files that put them together.
 */
#ifndef DAYBOOK_API_SERVER_PRIV_H
#define DAYBOOK_API_SERVER_PRIV_H

#include "api/data_lock.h"
#include "api/http/http_server.h"
#include "api/routes/graphql_route.h"
#include "api/routes/hook.h"
#include "api/routes/results.h"
#include "api/server.h"

#define SERVER_URL_SIZE 300

struct server {
    uv_loop_t *loop;
    const struct settings *settings;
    char data_dir[4096];
    char url[100];                    /* as bound */
    char public_url[SERVER_URL_SIZE]; /* what URLs handed out begin with */
    int64_t started_at_us;            /* monotonic */
    int64_t started_wall_us;
    struct data_lock lock;
    struct engine *engine;
    struct readings *readings;
    struct http_client *client;
    struct runner *runner;
    struct hook *hook;
    struct graph *graph;
    struct graphql_route api;
    struct results results;
    struct http_server *http;
    bool ready;
    bool closing;
    bool work_closed; /* runner and hook have nothing left */
    bool rest_closing;
};

/** The first start: organization, user, system customer, DATA/admin.token. Runs the loop until they
 * are durable; does nothing when they are there. */
MUST_USE enum err server_first_start(struct server *server, struct error *reterr);

/** The routes. */
size_t server_on_head(struct http_request *request, void *server);
void server_on_request(struct http_request *request, void *server);

/* Why a server takes no work, for /readyz. */
struct server_unready {
    const char *code; /* "disk_full" */
    const char *text;
};

/** Why the server takes no work now. Returns: NULL when it does, else a static reason. */
const struct server_unready *server_unready(const struct server *server);

#endif
