#include "tests/lib/kit_client.h"
#include "core/base/check.h"
#include "tests/lib/kit_time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_BYTES_MAX   ((size_t)128 << 20)
#define SENT_BYTES_MAX ((size_t)16 << 10)
#define SEND_SECONDS   20   /* a server that takes nothing for so long has hung */
#define DESCRIBE_BYTES 2000 /* of a request and of an answer, in a failing test's output */

void kit_client_init(struct kit_client *client)
{
    *client = (struct kit_client){.fd = -1};
    buf_init(&client->in, IN_BYTES_MAX);
    buf_init(&client->sent, SENT_BYTES_MAX);
    arena_init(&client->arena, KIT_CLIENT_MEMORY_BYTES);
}

static void disconnect(struct kit_client *client)
{
    if (client->fd >= 0) {
        (void)close(client->fd);
    }
    client->fd = -1;
    client->ended = false;
    buf_clear(&client->in);
}

void kit_client_deinit(struct kit_client *client)
{
    disconnect(client);
    buf_deinit(&client->in);
    buf_deinit(&client->sent);
    arena_deinit(&client->arena);
}

enum err kit_client_connect(struct kit_client *client, int port, struct error *reterr)
{
    disconnect(client);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return error_set_sys(reterr, ERR_CLOSED, errno, "make a socket");
    }
    int on = 1;
    struct timeval patience = {.tv_sec = SEND_SECONDS};
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int sys = errno;
        (void)close(fd);
        return error_set_sys(reterr, ERR_CLOSED, sys, "connect to 127.0.0.1:%d", port);
    }
    client->fd = fd;
    client->port = port;
    return ERR_OK;
}

/* Keeps the beginning of what is sent, for messages. */
static void remember(struct kit_client *client, struct slice bytes)
{
    size_t room = SENT_BYTES_MAX - client->sent.size;
    buf_put(&client->sent, bytes.data, bytes.size < room ? bytes.size : room);
}

enum err kit_client_send(struct kit_client *client, struct slice bytes, struct error *reterr)
{
    remember(client, bytes);
    while (bytes.size > 0) {
        ssize_t sent = send(client->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return error_set_sys(reterr, ERR_CLOSED, errno, "send %zu bytes", bytes.size);
        }
        bytes = slice_from(bytes, (size_t)sent);
    }
    return ERR_OK;
}

enum err kit_client_send_slowly(struct kit_client *client,
                                struct slice bytes,
                                size_t piece_bytes,
                                int pause_ms,
                                struct error *reterr)
{
    ASSERT(piece_bytes > 0);
    while (bytes.size > 0) {
        size_t size = bytes.size < piece_bytes ? bytes.size : piece_bytes;
        enum err e = kit_client_send(client, slice_of(bytes.data, size), reterr);
        if (e != ERR_OK) {
            return e;
        }
        bytes = slice_from(bytes, size);
        if (bytes.size > 0) {
            kit_time_pause(pause_ms);
        }
    }
    return ERR_OK;
}

void kit_client_end(struct kit_client *client)
{
    (void)shutdown(client->fd, SHUT_WR);
}

/* Waits for bytes and takes them. Returns: ERR_OK also when the server closed (ended is set). */
static enum err receive_some(struct kit_client *client, int64_t deadline_ms, struct error *reterr)
{
    struct pollfd wait = {.fd = client->fd, .events = POLLIN};
    int ready = poll(&wait, 1, kit_time_left(deadline_ms));
    if (ready < 0 && errno == EINTR) {
        return ERR_OK;
    }
    if (ready == 0) {
        return error_set(reterr, ERR_TIMEOUT, "no answer in time; %zu bytes of it came",
                         client->in.size);
    }
    char *at = buf_reserve(&client->in, 65536);
    if (at == NULL) {
        return buf_check(&client->in, "the answer", reterr);
    }
    ssize_t got = recv(client->fd, at, 65536, 0);
    if (got > 0) {
        client->in.size += (size_t)got;
    } else if (got == 0) {
        client->ended = true;
    } else if (errno != EINTR) {
        client->ended = true;
        return error_set_sys(reterr, ERR_CLOSED, errno, "read the answer, of which %zu bytes came",
                             client->in.size);
    }
    return ERR_OK;
}

/* Moves a complete message out of `in`, so that its slices stay valid. */
static enum err keep_message(struct kit_client *client,
                             enum kit_message_kind kind,
                             size_t size,
                             struct kit_message *ret,
                             struct error *reterr)
{
    struct slice bytes = arena_copy(&client->arena, slice_of(client->in.data, size));
    if (bytes.data == NULL) {
        return arena_error(&client->arena, "the answers of one client", reterr);
    }
    bool complete = false;
    buf_consume(&client->in, size);
    return kit_message_parse(bytes, kind, true, &client->arena, ret, &complete, reterr);
}

enum err kit_client_receive(struct kit_client *client,
                            enum kit_message_kind kind,
                            int timeout_ms,
                            struct kit_message *ret,
                            struct error *reterr)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    struct kit_message *message = &client->last;
    for (;;) {
        bool complete = false;
        struct arena_mark mark = arena_mark(&client->arena);
        enum err e = kit_message_parse(buf_slice(&client->in), kind, client->ended, &client->arena,
                                       message, &complete, reterr);
        size_t size = message->size;
        arena_rewind(&client->arena, mark);
        if (e == ERR_OK && complete) {
            e = keep_message(client, kind, size, message, reterr);
            if (e == ERR_OK && message->status < 200) {
                continue;
            }
            *ret = *message;
            return e;
        }
        if (e == ERR_OK && client->ended) {
            e = error_set(reterr, ERR_CLOSED, "the server closed the connection, %zu bytes into %s",
                          client->in.size, "its answer");
        }
        if (e == ERR_OK) {
            e = receive_some(client, deadline, reterr);
        }
        if (e != ERR_OK) {
            *message = (struct kit_message){0};
            return e;
        }
    }
}

enum err kit_client_read_until(struct kit_client *client,
                               const char *text,
                               int timeout_ms,
                               struct error *reterr)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    while (slice_find(buf_slice(&client->in), slice_of_text(text)) == SIZE_MAX) {
        if (client->ended) {
            return error_set(reterr, ERR_CLOSED, "the stream ended without '%s'", text);
        }
        enum err e = receive_some(client, deadline, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}

bool kit_client_closed(struct kit_client *client, int timeout_ms)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    while (!client->ended && client->in.size == 0) {
        struct error error = {0};
        enum err e = receive_some(client, deadline, &error);
        if (e == ERR_TIMEOUT) {
            return false;
        }
    }
    return client->in.size == 0;
}

void kit_client_write_request(const struct kit_client *client,
                              const struct kit_request *request,
                              struct buf *out)
{
    const char *fallback = request->body.size > 0 ? "POST" : "GET";
    buf_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n",
               request->method != NULL ? request->method : fallback, request->path, client->port);
    if (request->token != NULL) {
        buf_printf(out, "Authorization: Bearer %s\r\n", request->token);
    }
    if (request->content_type != NULL || request->body.size > 0) {
        buf_printf(out, "Content-Type: %s\r\n",
                   request->content_type != NULL ? request->content_type : "application/json");
    }
    if (request->headers != NULL) {
        buf_put_text(out, request->headers);
    }
    buf_printf(out, "Content-Length: %zu\r\n\r\n", request->body.size);
    buf_put_slice(out, request->body);
}

/* Whether the server has closed a connection that stood idle. Looks, and takes nothing. */
static bool is_stale(const struct kit_client *client)
{
    char byte;
    return client->fd >= 0 && recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

enum err kit_client_request(struct kit_client *client,
                            const struct kit_request *request,
                            struct kit_message *ret,
                            struct error *reterr)
{
    struct buf bytes;
    buf_init(&bytes, IN_BYTES_MAX);
    buf_clear(&client->sent);
    kit_client_write_request(client, request, &bytes);
    enum err e = buf_check(&bytes, "the request", reterr);
    if (e == ERR_OK && (client->fd < 0 || is_stale(client))) {
        e = kit_client_connect(client, client->port, reterr);
    }
    bool head = request->method != NULL && strcmp(request->method, "HEAD") == 0;
    if (e == ERR_OK) {
        e = kit_client_send(client, buf_slice(&bytes), reterr);
        /* A server that refuses a body answers before it has read it; the answer still counts. */
        enum err answered = kit_client_receive(client, head ? KIT_RESPONSE_TO_HEAD : KIT_RESPONSE,
                                               KIT_PATIENCE_MS, ret, e == ERR_OK ? reterr : NULL);
        e = answered == ERR_OK || e == ERR_OK ? answered : e;
    }
    if (e != ERR_OK || !client->last.keep_alive) {
        disconnect(client);
    }
    buf_deinit(&bytes);
    return e;
}

static void print_part(const char *title, struct slice bytes)
{
    size_t shown = bytes.size < DESCRIBE_BYTES ? bytes.size : DESCRIBE_BYTES;
    (void)fprintf(stderr, "---- %s (%zu bytes)\n%.*s%s\n", title, bytes.size, (int)shown,
                  shown > 0 ? bytes.data : "", shown < bytes.size ? " ..." : "");
}

void kit_client_describe(const struct kit_client *client)
{
    print_part("sent", buf_slice(&client->sent));
    print_part("answer: head", client->last.head);
    print_part("answer: body", client->last.body);
}
