#include "tests/unit/api/http_rig.h"

#include "core/base/check.h"
#include "core/base/limits.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 5000

/* ---- the handler ---- */

static bool path_begins(const struct http_request *request, const char *prefix)
{
    return slice_starts_with(request->path, slice_of_text(prefix));
}

static size_t number_behind(const struct http_request *request, const char *prefix)
{
    char digits[32] = "";
    struct slice rest = slice_from(request->path, strlen(prefix));
    memcpy(digits, rest.data, rest.size < 31 ? rest.size : 31);
    return strtoul(digits, NULL, 10);
}

static size_t on_head(struct http_request *request, void *data)
{
    struct rig *rig = data;
    rig->heads++;
    rig->last_local = request->local;
    rig->last_number = request->number;
    http_request_peer(request, rig->last_peer);
    buf_clear(&rig->last_head);
    buf_put_slice(&rig->last_head, request->head);
    request->data = arena_alloc(request->arena, 10); /* freed with the request */
    if (path_begins(request, "/early")) {
        http_respond_error(request, 401, "key_required", "This needs a key");
        return HTTP_RESPONDED;
    }
    return path_begins(request, "/limit/") ? number_behind(request, "/limit/") : 16 * MIB;
}

static void respond_large(struct http_request *request)
{
    bool taken = path_begins(request, "/large/");
    size_t size = number_behind(request, taken ? "/large/" : "/lent/");
    struct buf body = rig_buf();
    memset(buf_reserve(&body, size), 'x', size);
    body.size = size;
    struct http_header made = {SLICE("X-Made"), SLICE("thing 7")};
    struct http_response response = {.status = 200, .headers = &made, .header_count = 1};
    if (taken) {
        response.body_taken = &body;
    } else {
        response.body = buf_slice(&body);
    }
    http_respond(request, &response);
    cr_assert(!taken || body.data == NULL, "the buffer was not taken over");
    buf_deinit(&body);
}

static void respond_specially(struct http_request *request)
{
    const struct http_header split[] = {{SLICE("X"), SLICE("a\r\nY: b")}};
    const struct http_header framed[] = {{SLICE("content-length"), SLICE("99")},
                                         {SLICE("Transfer-Encoding"), SLICE("chunked")},
                                         {SLICE("Connection"), SLICE("upgrade")},
                                         {SLICE("Content-Type"), SLICE("text/html")},
                                         {SLICE("X-Own"), SLICE("kept")}};
    const struct http_header location[] = {{SLICE("Location"), request->query}};
    struct http_response response = {.status = 200, .body = SLICE("ok")};
    if (path_begins(request, "/split")) {
        response.headers = split;
        response.header_count = ARRAY_COUNT(split);
    } else if (path_begins(request, "/framed")) {
        response.content_type = SLICE("text/plain");
        response.headers = framed;
        response.header_count = ARRAY_COUNT(framed);
    } else if (path_begins(request, "/empty")) {
        response.status = 204;
    } else if (path_begins(request, "/status/")) {
        response.status = (int)number_behind(request, "/status/");
    } else if (path_begins(request, "/redirect/")) {
        response.status = (int)number_behind(request, "/redirect/");
        response.headers = location;
        response.header_count = 1;
    } else if (path_begins(request, "/head")) {
        response.body = request->head;
    } else if (path_begins(request, "/close")) {
        response.close = true;
    } else {
        response.body = request->body; /* echo */
    }
    http_respond(request, &response);
}

static void on_request(struct http_request *request, void *data)
{
    struct rig *rig = data;
    rig->requests++;
    buf_clear(&rig->last_body);
    buf_put_slice(&rig->last_body, request->body);
    cr_assert_neq(request->data, NULL);
    if (path_begins(request, "/later")) {
        cr_assert_lt(rig->held_count, RIG_HELD_MAX);
        rig->held[rig->held_count++] = request;
    } else if (path_begins(request, "/large/") || path_begins(request, "/lent/")) {
        respond_large(request);
    } else {
        respond_specially(request);
    }
}

void rig_respond_held(struct rig *rig, size_t index, const char *text)
{
    cr_assert_lt(index, rig->held_count);
    cr_assert_neq(rig->held[index], NULL, "responded twice");
    struct http_response response = {.status = 200, .body = slice_of_text(text)};
    http_respond(rig->held[index], &response);
    rig->held[index] = NULL;
}

/* ---- the loop ---- */

void rig_options(struct http_server_options *options)
{
    http_server_options_init(options);
    options->sweep_interval_ms = 5;
}

void rig_start(struct rig *rig, const struct http_server_options *options)
{
    memset(rig, 0, sizeof *rig);
    rig_options(&rig->options);
    if (options != NULL) {
        rig->options = *options;
    }
    rig->last_head = rig_buf();
    rig->last_body = rig_buf();
    cr_assert_eq(uv_loop_init(&rig->loop), 0);
    struct http_handler handler = {on_head, on_request, rig};
    struct error error;
    cr_assert_eq(http_server_create(&rig->loop, &rig->options, &handler, &rig->server, &error),
                 ERR_OK, "%s", error.text);
    cr_assert_eq(http_server_listen_tcp(rig->server, "127.0.0.1", 0, &rig->port, &error), ERR_OK,
                 "%s", error.text);
    cr_assert_neq(rig->port, 0);
}

static void on_closed(void *data)
{
    struct rig *rig = data;
    cr_assert_not(rig->closed, "closed twice");
    rig->closed = true;
    rig->server = NULL;
}

void rig_close(struct rig *rig, uint64_t deadline_ms)
{
    http_server_close(rig->server, deadline_ms, on_closed, rig);
    cr_assert_not(rig->closed, "called back before it returned");
}

static bool is_closed(void *state)
{
    return ((struct rig *)state)->closed;
}

void rig_stop(struct rig *rig)
{
    if (!rig->closed) {
        rig_close(rig, 0);
    }
    cr_assert(rig_turn_until(rig, is_closed, rig), "the server does not close");
    for (size_t i = 0; i < rig->held_count; i++) {
        if (rig->held[i] != NULL) {
            cr_assert(http_request_gone(rig->held[i]));
            rig_respond_held(rig, i, "too late");
        }
    }
    buf_deinit(&rig->last_head);
    buf_deinit(&rig->last_body);
    cr_assert_eq(uv_run(&rig->loop, UV_RUN_NOWAIT), 0);
    cr_assert_eq(uv_loop_close(&rig->loop), 0, "something is left on the loop");
}

static int64_t now_ms(void)
{
    return clock_monotonic_us(clock_system()) / 1000;
}

/* One turn, then a pause of up to 1 ms unless `peer` has something. */
static void turn(struct rig *rig, int peer, short events)
{
    (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
    struct pollfd fd = {.fd = peer, .events = events};
    (void)poll(&fd, peer >= 0, 1);
}

void rig_turn(struct rig *rig, int ms)
{
    int64_t end = now_ms() + ms;
    do {
        turn(rig, -1, 0);
    } while (now_ms() < end);
}

bool rig_turn_until(struct rig *rig, bool (*done)(void *state), void *state)
{
    int64_t end = now_ms() + PATIENCE_MS;
    while (!done(state) && now_ms() < end) {
        turn(rig, -1, 0);
    }
    return done(state);
}

struct http_server_stats rig_stats(const struct rig *rig)
{
    struct http_server_stats stats;
    http_server_stats(rig->server, &stats);
    return stats;
}

struct buf rig_buf(void)
{
    struct buf buf;
    buf_init(&buf, SIZE_MAX);
    return buf;
}

/* ---- clients ---- */

int rig_connect(struct rig *rig)
{
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(rig->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* The kernel completes it; the server accepts when the loop turns. */
    cr_assert_eq(connect(peer, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
    return peer;
}

int rig_connect_unix(struct rig *rig, const char *path)
{
    (void)rig;
    int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    cr_assert_eq(connect(peer, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
    return peer;
}

bool rig_send(struct rig *rig, int peer, const void *data, size_t size)
{
    int64_t end = now_ms() + PATIENCE_MS;
    size_t sent = 0;
    while (sent < size && now_ms() < end) {
        ssize_t some = send(peer, (const char *)data + sent, size - sent, MSG_NOSIGNAL);
        if (some < 0 && errno != EAGAIN) {
            return false;
        }
        sent += some < 0 ? 0 : (size_t)some;
        turn(rig, peer, POLLOUT);
    }
    return sent == size;
}

void rig_say(struct rig *rig, int peer, const char *text)
{
    cr_assert(rig_send(rig, peer, text, strlen(text)), "cannot send: %s", strerror(errno));
}

/* Returns: 1 for more bytes, 0 at the end, -1 for a reset, -2 when it took too long. */
static int read_some(struct rig *rig, int peer, struct buf *text, int64_t end)
{
    while (now_ms() < end) {
        char *at = buf_reserve(text, 65537);
        ssize_t size = recv(peer, at, 65536, 0);
        if (size > 0) {
            text->size += (size_t)size;
            text->data[text->size] = '\0';
            return 1;
        }
        if (size == 0) {
            at[0] = '\0';
            return 0;
        }
        if (errno != EAGAIN) {
            return -1;
        }
        turn(rig, peer, POLLIN);
    }
    return -2;
}

/* Not by memmem: the sanitizer looks at all that is left in each call, which is quadratic. */
size_t rig_count(const struct buf *text, const char *needle)
{
    size_t size = strlen(needle);
    size_t count = 0;
    for (size_t at = 0; size > 0 && at + size <= text->size;) {
        bool found = text->data[at] == needle[0] && memcmp(text->data + at, needle, size) == 0;
        count += found;
        at += found ? size : 1;
    }
    return count;
}

bool rig_read(struct rig *rig, int peer, struct buf *text, const char *mark, size_t count)
{
    int64_t end = now_ms() + PATIENCE_MS;
    while (rig_count(text, mark) < count) {
        if (read_some(rig, peer, text, end) != 1) {
            return false;
        }
    }
    return true;
}

bool rig_read_end(struct rig *rig, int peer, struct buf *text)
{
    int64_t end = now_ms() + PATIENCE_MS;
    int result;
    do {
        result = read_some(rig, peer, text, end);
    } while (result == 1);
    return result == 0;
}

void rig_hang_up(int peer, bool reset)
{
    struct linger linger = {.l_onoff = reset, .l_linger = 0};
    (void)setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    (void)close(peer);
}

struct buf rig_exchange(struct rig *rig, const char *text)
{
    struct buf answer = rig_buf();
    int peer = rig_connect(rig);
    rig_say(rig, peer, text);
    cr_assert(rig_read_end(rig, peer, &answer), "no clean end after: %.60s\ngot: %.200s", text,
              answer.data);
    rig_hang_up(peer, false);
    return answer;
}
