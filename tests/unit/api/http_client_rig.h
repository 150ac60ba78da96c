/*
 * http_client_rig: an HTTP client on the loop of an http_rig, and answers to look at.
 */
#ifndef DAYBOOK_TESTS_UNIT_API_HTTP_CLIENT_RIG_H
#define DAYBOOK_TESTS_UNIT_API_HTTP_CLIENT_RIG_H

#include "api/http/http_client.h"
#include "tests/unit/api/http_rig.h"

/* What came back, copied out of the callback. */
struct answer {
    size_t calls;
    enum err code;
    enum http_client_failure failure;
    int status;
    unsigned redirects;
    char error[ERROR_TEXT_SIZE];
    struct buf body;
    struct buf headers; /* "name=value\n" each */
    char url[300];
};

struct client_rig {
    struct rig rig;
    struct http_client *client;
    struct http_client_options options;
    bool closed;
};

/** A rig, and a client on its loop. NULL: the defaults, but private targets are allowed. */
void client_rig_start(struct client_rig *fixture, const struct http_client_options *options);

/** Closes both and checks that nothing is left. */
void client_rig_stop(struct client_rig *fixture);

/** For http_client_close: marks the fixture as closed. */
void client_rig_on_closed(void *data);

/** For rig_turn_until, with a fixture. */
bool client_rig_closed(void *state);

/** An answer to wait for. */
void client_rig_answer_init(struct answer *answer);
void client_rig_answer_deinit(struct answer *answer);

/** For http_client_start, with an answer. */
void client_rig_on_answer(struct http_client_result *result, void *data);

/** For rig_turn_until, with an answer. */
bool client_rig_answered(void *state);

/** The URL of a path of the rig's server, written into `text`. */
struct slice
client_rig_url(const struct client_rig *fixture, const char *path, char *text, size_t size);

/** Starts a request and waits for its end. Free the answer. */
void client_rig_exchange(struct client_rig *fixture,
                         const struct http_client_request *request,
                         struct answer *answer);

/** The same for a GET that follows up to five redirects. */
void client_rig_get(struct client_rig *fixture, const char *url, struct answer *answer);

#endif
