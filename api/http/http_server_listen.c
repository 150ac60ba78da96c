/* Listening sockets: TCP by address, and the unix socket of the local tools. A socket left behind
 * by a killed process is taken over; a living one is not. Failures name the address. */
#include "api/http/http_conn_priv.h"
#include "core/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections the kernel completes before they are accepted; the system may cut it
 * (net.core.somaxconn). */
#define BACKLOG 1024

/* Addresses and paths one server listens on. */
#define LISTENERS_MAX 8

/* Connections over the limit that are told so at one time; more are closed without a word. */
#define TURNED_AWAY_MAX 64

/* Beyond connections_max, for unix sockets: the operator's own tools get in when the server is
 * full. */
#define LOCAL_RESERVE 16

struct http_server_listener {
    struct list_link link;
    struct http_server *server;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    bool local;
    bool waiting; /* a connection could not be accepted for lack of memory; libuv keeps it */
};

static void accept_one(struct http_server_listener *listener)
{
    struct http_server *server = listener->server;
    size_t present = server->conns.count + server->orphans.count - server->turning_away;
    size_t max = server->options.connections_max + (listener->local ? LOCAL_RESERVE : 0);
    struct http_conn *conn = http_conn_create(server, listener->local);
    listener->waiting = conn == NULL;
    if (conn == NULL) {
        return;
    }
    server->stats.accepted++;
    if (uv_accept(&listener->uv.stream, &conn->uv.stream) != 0) {
        http_conn_close(conn);
    } else if (present < max) {
        http_conn_open(conn);
    } else if (server->turning_away < TURNED_AWAY_MAX) {
        server->stats.turned_away++;
        http_conn_turn_away(conn);
    } else {
        server->stats.turned_away++;
        http_conn_close(conn);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    if (status == 0) {
        accept_one(stream->data);
    }
}

void http_server_listen_retry(struct http_server *server)
{
    LIST_FOR_EACH(link, &server->listeners)
    {
        struct http_server_listener *listener = LIST_ENTRY(link, struct http_server_listener, link);
        if (listener->waiting) {
            accept_one(listener);
        }
    }
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct http_server_listener *listener = handle->data;
    struct http_server *server = listener->server;
    list_remove(&server->listeners, &listener->link);
    memory_free(listener);
    http_server_maybe_closed(server);
}

void http_server_listen_end(struct http_server *server)
{
    LIST_FOR_EACH(link, &server->listeners)
    {
        struct http_server_listener *listener = LIST_ENTRY(link, struct http_server_listener, link);
        if (!uv_is_closing(&listener->uv.handle)) { /* it is, if it could not listen */
            uv_close(&listener->uv.handle, on_listener_closed);
        }
    }
}

static enum err make_listener(struct http_server *server,
                              bool local,
                              struct http_server_listener **ret_listener,
                              struct error *reterr)
{
    if (server->listeners.count >= LISTENERS_MAX || server->closing) {
        return error_set(reterr, ERR_LIMIT, "a server listens on at most %d addresses",
                         LISTENERS_MAX);
    }
    struct http_server_listener *listener = memory_zalloc(1, sizeof *listener);
    if (listener == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "out of memory");
    }
    int status = local ? uv_pipe_init(server->loop, &listener->uv.pipe, 0)
                       : uv_tcp_init(server->loop, &listener->uv.tcp);
    if (status != 0) {
        memory_free(listener);
        return error_set_sys(reterr, ERR_IO, -status, "make a socket");
    }
    listener->server = server;
    listener->local = local;
    listener->uv.handle.data = listener;
    list_push_back(&server->listeners, &listener->link);
    *ret_listener = listener;
    return ERR_OK;
}

static enum err listen_failed(struct http_server_listener *listener,
                              int status,
                              const char *what,
                              struct error *reterr)
{
    uv_close(&listener->uv.handle, on_listener_closed);
    return error_set_sys(reterr, status == UV_EADDRINUSE ? ERR_EXISTS : ERR_IO, -status,
                         "listen on %s", what);
}

static int bound_port(const uv_tcp_t *tcp, uint16_t *ret_port)
{
    struct sockaddr_storage address = {0};
    int size = sizeof address;
    int status = uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &size);
    if (status == 0) {
        *ret_port = address.ss_family == AF_INET6
                        ? ntohs(((const struct sockaddr_in6 *)&address)->sin6_port)
                        : ntohs(((const struct sockaddr_in *)&address)->sin_port);
    }
    return status;
}

static bool read_address(const char *host, uint16_t port, struct sockaddr_storage *ret_address)
{
    const char *literal = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    return uv_ip4_addr(literal, port, (struct sockaddr_in *)ret_address) == 0 ||
           uv_ip6_addr(literal, port, (struct sockaddr_in6 *)ret_address) == 0;
}

enum err http_server_listen_tcp(struct http_server *server,
                                const char *host,
                                uint16_t port,
                                uint16_t *ret_port,
                                struct error *reterr)
{
    struct sockaddr_storage address = {0};
    if (!read_address(host, port, &address)) {
        return error_set(reterr, ERR_INVALID,
                         "listen on %s: give an address such as 127.0.0.1, ::1 or 0.0.0.0", host);
    }
    struct http_server_listener *listener;
    enum err code = make_listener(server, false, &listener, reterr);
    if (code != ERR_OK) {
        return error_wrap(reterr, code, "listen on %s port %u", host, port);
    }
    char what[96];
    (void)snprintf(what, sizeof what, "%.80s port %u", host, port);
    int status = uv_tcp_bind(&listener->uv.tcp, (const struct sockaddr *)&address, 0);
    status = status == 0 ? uv_listen(&listener->uv.stream, BACKLOG, on_connection) : status;
    status = status == 0 ? bound_port(&listener->uv.tcp, ret_port) : status;
    return status == 0 ? ERR_OK : listen_failed(listener, status, what, reterr);
}

/* A socket file that a process left behind when it was killed. */
static enum err remove_left_socket(const char *path, struct error *reterr)
{
    struct stat found;
    if (lstat(path, &found) != 0) {
        return ERR_OK; /* nothing there; any other trouble shows when binding */
    }
    if (!S_ISSOCK(found.st_mode)) {
        return error_set(reterr, ERR_EXISTS, "listen on %s: the file is there and is no socket",
                         path);
    }
    if (unlink(path) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "listen on %s: remove the old socket", path);
    }
    return ERR_OK;
}

enum err http_server_listen_unix(struct http_server *server, const char *path, struct error *reterr)
{
    size_t longest = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
    if (strlen(path) > longest) {
        /* libuv 1.44 would cut it and listen somewhere else. */
        return error_set(reterr, ERR_INVALID,
                         "listen on %s: the path of a socket has at most %zu bytes", path, longest);
    }
    enum err code = remove_left_socket(path, reterr);
    if (code != ERR_OK) {
        return code;
    }
    struct http_server_listener *listener;
    code = make_listener(server, true, &listener, reterr);
    if (code != ERR_OK) {
        return error_wrap(reterr, code, "listen on %s", path);
    }
    /* Nobody can connect between the two: before uv_listen it refuses everybody. */
    int status = uv_pipe_bind(&listener->uv.pipe, path);
    status =
        status == 0 && chmod(path, S_IRUSR | S_IWUSR) != 0 ? uv_translate_sys_error(errno) : status;
    status = status == 0 ? uv_listen(&listener->uv.stream, BACKLOG, on_connection) : status;
    return status == 0 ? ERR_OK : listen_failed(listener, status, path, reterr);
}
