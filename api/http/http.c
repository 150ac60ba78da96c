#include "api/http/http.h"

#include "api/http/http_conn_priv.h"
#include "api/http/http_status.h"

#include <stdio.h>

/* Responses up to this size are always taken; larger ones only within output_total_bytes_max. */
#define SMALL_BYTES ((size_t)64 * 1024)

static struct slice body_of(const struct http_response *response)
{
    if (http_status_is_bodiless(response->status)) {
        return (struct slice){NULL, 0};
    }
    return response->body_taken != NULL ? buf_slice(response->body_taken) : response->body;
}

/* Why this response cannot go out, as the fault that goes out instead. Returns: whether there is
 * one. */
static bool is_unfit(const struct http_server *server,
                     const struct http_response *response,
                     struct http_fault *fault)
{
    const char *flaw = http_response_flaw(response);
    size_t size = body_of(response).size;
    if (flaw != NULL) {
        return !http_fault_set(fault, 500, "bad_response", "%s", flaw);
    }
    if (size > server->options.response_bytes_max) {
        return !http_fault_set(fault, 500, "response_too_large", "The answer is over %zu bytes",
                               server->options.response_bytes_max);
    }
    if (size > SMALL_BYTES &&
        server->stats.output_bytes + size > server->options.output_total_bytes_max) {
        return !http_fault_set(fault, 503, "overloaded",
                               "Too many answers are waiting for slow clients now");
    }
    return false;
}

static void
send_response(struct http_conn *conn, const struct http_response *response, bool retry_later)
{
    struct http_server *server = conn->server;
    const struct http_request *request = &conn->request;
    struct slice body = body_of(response);
    bool close = http_conn_must_close(conn) || response->close;
    struct http_response_frame frame = {
        .date = slice_of_text(server->date),
        .body_size = body.size,
        .close = close,
        .say_keep_alive = request->minor_version == 0,
        .retry_later = retry_later,
    };
    http_response_put_head(&conn->out, response, &frame);
    server->stats.responses[response->status / 100]++;
    bool silent = slice_is(request->method, "HEAD") || body.size == 0;
    if (silent) {
        http_conn_respond(conn, (struct slice){NULL, 0}, NULL, close);
    } else {
        http_conn_respond(conn, body, response->body_taken, close);
    }
}

/* The headers of a response that is only too large stay: they may name what the request made. */
static void send_fault(struct http_conn *conn,
                       const struct http_fault *fault,
                       const struct http_response *instead_of)
{
    struct buf body;
    buf_init(&body, SIZE_MAX);
    http_response_put_error(&body, fault->code, fault->text);
    struct http_response response = {
        .status = fault->status, .content_type = SLICE("application/json"), .body_taken = &body};
    if (http_response_flaw(instead_of) == NULL) {
        response.headers = instead_of->headers;
        response.header_count = instead_of->header_count;
    }
    send_response(conn, &response, fault->status == 503);
    buf_deinit(&body);
}

void http_respond(struct http_request *request, const struct http_response *response)
{
    struct http_conn *conn = http_conn_of(request);
    ASSERT(conn->state == HTTP_CONN_ASKING || conn->state == HTTP_CONN_HANDLER || conn->held);
    struct buf *taken = response->body_taken;
    if (conn->in_flight && conn->server != NULL) {
        conn->server->stats.in_flight--;
    }
    conn->in_flight = false;
    if (conn->held) {
        http_conn_release(conn);
    } else {
        struct http_fault fault;
        if (is_unfit(conn->server, response, &fault)) {
            send_fault(conn, &fault, response);
        } else {
            send_response(conn, response, false);
        }
    }
    if (taken != NULL) {
        buf_deinit(taken);
    }
}

void http_respond_error(struct http_request *request,
                        int status,
                        const char *code,
                        const char *text)
{
    struct buf body;
    buf_init(&body, SIZE_MAX);
    http_response_put_error(&body, code, text);
    struct http_header retry = {SLICE("Retry-After"), SLICE("1")};
    struct http_response response = {.status = status,
                                     .content_type = SLICE("application/json"),
                                     .headers = &retry,
                                     .header_count = status == 429 || status == 503 ? 1 : 0,
                                     .body_taken = &body};
    http_respond(request, &response);
}

bool http_request_gone(const struct http_request *request)
{
    return http_conn_of(request)->state == HTTP_CONN_CLOSING;
}

static void peer_text(const struct sockaddr_storage *address, char ret_peer[HTTP_PEER_SIZE])
{
    char host[64] = "";
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        (void)uv_ip6_name(in6, host, sizeof host);
        (void)snprintf(ret_peer, HTTP_PEER_SIZE, "[%s]:%u", host, ntohs(in6->sin6_port));
    } else {
        const struct sockaddr_in *in = (const void *)address;
        (void)uv_ip4_name(in, host, sizeof host);
        (void)snprintf(ret_peer, HTTP_PEER_SIZE, "%s:%u", host, ntohs(in->sin_port));
    }
}

void http_request_peer(const struct http_request *request, char ret_peer[HTTP_PEER_SIZE])
{
    const struct http_conn *conn = http_conn_of(request);
    struct sockaddr_storage address = {0};
    int size = sizeof address;
    if (conn->local) {
        (void)snprintf(ret_peer, HTTP_PEER_SIZE, "local");
    } else if (conn->state == HTTP_CONN_CLOSING ||
               uv_tcp_getpeername(&conn->uv.tcp, (struct sockaddr *)&address, &size) != 0) {
        (void)snprintf(ret_peer, HTTP_PEER_SIZE, "gone");
    } else {
        peer_text(&address, ret_peer);
    }
}
