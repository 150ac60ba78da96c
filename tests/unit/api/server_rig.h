/*
 * server_rig: a whole server in a thread of its own, on a fresh folder and a free port, for tests
 * that ask it over TCP and over its local socket.
 */
#ifndef DAYBOOK_TESTS_UNIT_API_SERVER_RIG_H
#define DAYBOOK_TESTS_UNIT_API_SERVER_RIG_H

#include "api/control_client.h"
#include "api/server.h"
#include "core/base/arena.h"
#include "tests/lib/kit_client.h"
#include "tests/lib/kit_dir.h"

struct server_rig {
    struct settings settings; /* change them before server_rig_start */
    char dir[KIT_PATH_SIZE];
    char url[100];
    int port;
    enum err err; /* of server_create */
    struct error error;
    struct arena arena; /* of answers */
    struct kit_client client;
    struct server *server; /* the thread's, as all below */
    uv_loop_t loop;
    uv_async_t stop;
    uv_thread_t thread;
    uv_sem_t started;
};

/** Makes the folder, settings with a free port. */
void server_rig_init(struct server_rig *rig);

/** Starts the server and waits until it serves. */
void server_rig_start(struct server_rig *rig);

/** As server_rig_start for a server that may fail to. Returns: what server_create does; rig->error
 * says why. */
MUST_USE enum err server_rig_try(struct server_rig *rig);

/** Stops it, waits, frees, removes the folder. */
void server_rig_stop(struct server_rig *rig);

/** Asks over the local socket; the answer must be JSON. `body` may be NULL. Returns: its status. */
int server_rig_control(struct server_rig *rig,
                       const char *method,
                       const char *path,
                       const char *body,
                       struct value *ret);

/** Asks over TCP with GET. `token` may be NULL. */
struct kit_message server_rig_get(struct server_rig *rig, const char *path, const char *token);

/** The token of the first start. Lives in rig->arena. */
const char *server_rig_token(struct server_rig *rig);

#endif
