/*
 * http_rig: a real HTTP server on a loop, and clients made of plain sockets, all on one thread.
 *
 * The clients never block: whenever one would wait, the rig turns the loop. What the handler does
 * is chosen by the path:
 *
 *     /echo...       200 with the body of the request
 *     /later...      held until rig_respond_held
 *     /early...      401 from on_head, before the body is read
 *     /limit/N       accepts N bytes, then as /echo
 *     /large/N       200 with N bytes of 'x', handed over as a buffer
 *     /lent/N        the same, lent
 *     /split         a header that holds a line end
 *     /framed        headers that the server writes itself
 *     /empty         204
 *     /head          200 with the head of the request as body
 *     /redirect/N?U  status N with Location: U
 *     /close         200, closing
 *     /status/N      N
 */
#ifndef DAYBOOK_TESTS_UNIT_API_HTTP_RIG_H
#define DAYBOOK_TESTS_UNIT_API_HTTP_RIG_H

#include "api/http/http_server.h"

#define RIG_HELD_MAX 256

/* A whole request without a body. */
#define RIG_GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

struct rig {
    uv_loop_t loop;
    struct http_server *server; /* NULL once closed */
    struct http_server_options options;
    uint16_t port;
    struct http_request *held[RIG_HELD_MAX];
    size_t held_count;
    size_t heads;    /* on_head calls */
    size_t requests; /* on_request calls */
    bool last_local;
    char last_peer[HTTP_PEER_SIZE];
    uint64_t last_number;
    struct buf last_head;
    struct buf last_body;
    bool closed;
};

/** The defaults, but with a sweep every 5 ms. */
void rig_options(struct http_server_options *options);

/** A loop and a server on 127.0.0.1, any port. NULL: rig_options. */
void rig_start(struct rig *rig, const struct http_server_options *options);

/** Closes the server if it still runs, checks that nothing is left on the loop. */
void rig_stop(struct rig *rig);

/** Turns the loop for about `ms` milliseconds. */
void rig_turn(struct rig *rig, int ms);

/** Turns the loop until `done(state)`, at most 5 s. Returns: whether it was done. */
bool rig_turn_until(struct rig *rig, bool (*done)(void *state), void *state);

/** Begins to close the server. */
void rig_close(struct rig *rig, uint64_t deadline_ms);

/** Answers held request `index` with 200 and `text`. */
void rig_respond_held(struct rig *rig, size_t index, const char *text);

/** What the server says of itself. */
struct http_server_stats rig_stats(const struct rig *rig);

/** A connected, non-blocking socket. */
int rig_connect(struct rig *rig);

/** The same to a unix socket. */
int rig_connect_unix(struct rig *rig, const char *path);

/** Sends all of it, turning the loop. Returns: false when the peer broke the connection. */
bool rig_send(struct rig *rig, int peer, const void *data, size_t size);

/** As rig_send for a text; fails the test when it cannot be sent. */
void rig_say(struct rig *rig, int peer, const char *text);

/** Reads until the text so far holds `count` times `mark`, or the end. The result is
 * zero-terminated in `*text`. Returns: false at the end of input, a reset, or after 5 s. */
bool rig_read(struct rig *rig, int peer, struct buf *text, const char *mark, size_t count);

/** Reads to the end. Returns: true at a clean end, false for a reset or after 5 s. */
bool rig_read_end(struct rig *rig, int peer, struct buf *text);

/** Closes a client's socket; `reset` sends RST instead of FIN. */
void rig_hang_up(int peer, bool reset);

/** One exchange on its own connection: sends, reads to the end. Returns: what came. */
struct buf rig_exchange(struct rig *rig, const char *text);

/** An empty buffer without a maximum. */
struct buf rig_buf(void);

/** How often `needle` stands in `text`. */
size_t rig_count(const struct buf *text, const char *needle);

#endif
