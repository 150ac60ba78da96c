/*
 * http_client (inside).
 */
#ifndef DAYBOOK_API_HTTP_HTTP_CLIENT_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_CLIENT_PRIV_H

#include "api/http/http_multi_priv.h"
#include "api/http/http_transfer_priv.h"

#define HTTP_CLIENT_USER_AGENT_SIZE 128
#define HTTP_CLIENT_CA_FILE_SIZE    4096

struct http_client {
    uv_loop_t *loop;
    struct http_client_options options;
    char user_agent[HTTP_CLIENT_USER_AGENT_SIZE];
    char ca_file[HTTP_CLIENT_CA_FILE_SIZE]; /* empty: the system's */
    struct http_multi multi;

    struct list waiting;
    struct list running;
    struct list finished; /* results to deliver */
    struct http_budget requests;
    struct http_budget responses;
    struct http_client_stats stats; /* of it only `results`; the rest is filled in when asked */

    uv_idle_t deliverer; /* runs while `finished` holds something */
    uv_timer_t sweeper;  /* runs while `waiting` or `running` hold something */
    size_t handles_open; /* both, and the multi */
    bool delivering;
    bool closing;
    bool ending;
    void (*closed)(void *data);
    void *closed_data;
};

#endif
