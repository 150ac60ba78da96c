/*
 * http: what a handler of HTTP requests sees: the request, the response, and the call between.
 *
 * The server knows no routes. It asks one handler twice for each request:
 *
 *     head complete ──► on_head(request) ──► a body limit: read the body ──► on_request(request)
 *                             │                                                    │
 *                             └─► http_respond, HTTP_RESPONDED                     └─► http_respond
 *                                 (401, 404, 405, 413: no body is read)                now or later
 *
 * Life of a request: from on_head until http_respond returns, which must come exactly once. It
 * stays valid in between even when the client has gone or the server has closed: then responding
 * only releases it. If the body never arrives (client gone, too slow, too large), on_request is
 * not called and nothing else is: so on_head keeps what it found in request->arena and
 * request->data, never anywhere that needs freeing.
 *
 * Thread: all of it on the loop's thread.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_H
#define DAYBOOK_API_HTTP_HTTP_H

#include "api/http/http_header.h"
#include "core/base/arena.h"
#include "core/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct http_request {
    uint64_t number; /* counts the server's requests from 1; for logs */
    bool local;      /* came over a unix socket: from this machine, from who may open it */

    struct slice head;   /* request line, headers and empty line, byte for byte as received */
    struct slice method; /* this and what follows point into head */
    struct slice target; /* as it stands in the request line */
    struct slice path;   /* of the target, still percent-encoded; "/" or "*" at least */
    struct slice query;  /* behind "?", still encoded; data is NULL when there is no "?" */
    const struct http_header *headers; /* in order, repeated ones too */
    size_t header_count;

    int minor_version;       /* 0 or 1, of HTTP/1 */
    bool keep_alive;         /* the client is willing to send another */
    bool chunked;            /* the length of the body is not known beforehand */
    bool expects_continue;   /* the client waits for a 100 before it sends the body */
    uint64_t content_length; /* bytes announced; 0 when chunked or without a body */

    struct slice body; /* complete in on_request, without chunk framing; empty in on_head */

    struct arena *arena; /* for the handler, freed after the response; capped */
    void *data;          /* the handler's own, NULL at first */
};

struct http_response {
    int status;
    struct slice content_type; /* empty: no such header */
    /* Further headers. Left out are those that frame the message (http_header_is_framing), Date,
     * and a second Content-Type: they are written by the server. */
    const struct http_header *headers;
    size_t header_count;
    struct slice body;      /* borrowed until http_respond returns */
    struct buf *body_taken; /* instead of `body`: its bytes are taken over, it is left empty */
    bool close;             /* close the connection afterwards */
};

/* What on_head returns once it has responded. */
#define HTTP_RESPONDED SIZE_MAX

struct http_handler {
    /* The head is complete; the body has not been read. Returns: how many bytes the body may have
     * (more is answered with 413), or HTTP_RESPONDED after http_respond. */
    size_t (*on_head)(struct http_request *request, void *data);

    /* The request is complete. Respond before returning or later. */
    void (*on_request)(struct http_request *request, void *data);

    void *data;
};

/** Answers a request and ends its life: `request` is invalid afterwards. Never calls the handler
 * back, so it may be called from anywhere on the loop. A response that HTTP cannot carry (status
 * outside 200..599, an invalid header) or that is over the server's limit is replaced by a 500
 * or 503 that says so; one that is only too large keeps its headers.
 * Thread: the loop's.
 * Takes: response->body_taken; all else is borrowed until return. */
void http_respond(struct http_request *request, const struct http_response *response);

/** As http_respond with the body {"error": text, "code": code}; 429 and 503 ask for another
 * try in a second. Thread: the loop's. */
void http_respond_error(struct http_request *request,
                        int status,
                        const char *code,
                        const char *text);

/** Whether nobody will read the answer: the connection broke or the server was closed. A client
 * that only finished sending is not gone. Thread: the loop's. */
bool http_request_gone(const struct http_request *request);

/** The value of a header of the request, or the empty slice with data NULL. Thread: any. */
static inline struct slice http_request_header(const struct http_request *request, const char *name)
{
    return http_header_value(request->headers, request->header_count, name);
}

/* "[" an IPv6 address with a zone "]:" port, and a zero. */
#define HTTP_PEER_SIZE 80

/** Who sent it: "192.0.2.1:4711", "[2001:db8::1]:4711", "local", or "gone". Thread: the loop's. */
void http_request_peer(const struct http_request *request, char ret_peer[HTTP_PEER_SIZE]);

#endif
