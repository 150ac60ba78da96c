/*
 * Sockets are watched edge-triggered and registered once, so a request costs one write, one read
 * and its share of an epoll_wait. An edge comes again only after new bytes, so a read that filled
 * its buffer is repeated.
 */
#include "bench/load.h"

#include "bench/interrupt.h"
#include "bench/response.h"
#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/memory.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 256
#define POLL_MS    200 /* between two looks at Ctrl-C */
#define SILENCE_US ((int64_t)30 * 1000000)

struct connection {
    int fd;
    struct slice unsent;
    int64_t began_us;
    struct response response;
};

struct load {
    struct load_options options;
    int epoll;
    size_t next; /* request */
    struct connection *connections;
    /* ---- of one run ---- */
    unsigned in_flight;
    int64_t now_us;
    int64_t deadline_us;
    struct load_result *result;
};

/* ---- opening ---- */

static enum err connect_one(struct load *load, struct connection *connection, struct error *reterr)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(load->options.port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                .data = {.ptr = connection}};
    int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "connect to 127.0.0.1:%u",
                             (unsigned)load->options.port);
    }
    return ERR_OK;
}

static enum err open_all(struct load *load, struct error *reterr)
{
    unsigned count = load->options.connections;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->connections = memory_zalloc(count, sizeof *load->connections);
    if (load->epoll < 0 || load->connections == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for %u connections", count);
    }
    for (unsigned i = 0; i < count; i++) {
        load->connections[i].fd = -1;
    }
    enum err e = ERR_OK;
    for (unsigned i = 0; i < count && e == ERR_OK; i++) {
        e = connect_one(load, &load->connections[i], reterr);
    }
    return e;
}

enum err load_create(const struct load_options *options, struct load **ret, struct error *reterr)
{
    ASSERT(options->request_count > 0);
    if (options->connections < 1 || options->connections > LOAD_CONNECTIONS_MAX) {
        return error_set(reterr, ERR_INVALID, "%u connections; 1 to %d are possible",
                         options->connections, LOAD_CONNECTIONS_MAX);
    }
    struct load *load = memory_zalloc(1, sizeof *load);
    if (load == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for the load");
    }
    load->options = *options;
    enum err e = open_all(load, reterr);
    if (e != ERR_OK) {
        load_destroy(&load);
        return e;
    }
    *ret = load;
    return ERR_OK;
}

void load_destroy(struct load **load)
{
    if (*load == NULL) {
        return;
    }
    for (unsigned i = 0; (*load)->connections != NULL && i < (*load)->options.connections; i++) {
        if ((*load)->connections[i].fd >= 0) {
            (void)close((*load)->connections[i].fd);
        }
    }
    if ((*load)->epoll >= 0) {
        (void)close((*load)->epoll);
    }
    memory_free((*load)->connections);
    memory_free(*load);
    *load = NULL;
}

/* ---- sending ---- */

static enum err send_unsent(struct connection *connection, struct error *reterr)
{
    while (connection->unsent.size > 0) {
        ssize_t sent = send(connection->fd, connection->unsent.data, connection->unsent.size,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            return ERR_OK; /* epoll tells when there is room */
        }
        if (sent < 0 && errno != EINTR) {
            return error_set_sys(reterr, ERR_IO, errno, "send a request");
        }
        connection->unsent = slice_from(connection->unsent, sent > 0 ? (size_t)sent : 0);
    }
    return ERR_OK;
}

static enum err send_next(struct load *load, struct connection *connection, struct error *reterr)
{
    connection->unsent = load->options.requests[load->next++ % load->options.request_count];
    connection->began_us = load->now_us;
    response_reset(&connection->response);
    load->in_flight++;
    return send_unsent(connection, reterr);
}

/* ---- answers ---- */

static enum err take_answer(struct load *load, struct connection *connection, struct error *reterr)
{
    struct load_result *result = load->result;
    load->now_us = clock_monotonic_us(clock_system());
    load->in_flight--;
    if (connection->response.status == 200) {
        result->acks++;
        latency_add(&result->latency, load->now_us - connection->began_us);
    } else if (result->refused++ == 0) {
        result->refused_status = connection->response.status;
    }
    return load->now_us < load->deadline_us ? send_next(load, connection, reterr) : ERR_OK;
}

static enum err receive(struct load *load, struct connection *connection, struct error *reterr)
{
    char bytes[16384];
    ssize_t got = sizeof bytes;
    while (got == (ssize_t)sizeof bytes) {
        got = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return ERR_OK;
        }
        if (got <= 0) {
            return error_set_sys(reterr, ERR_CLOSED, got < 0 ? errno : ECONNRESET,
                                 "the server closed a connection under load");
        }
        switch (response_feed(&connection->response, slice_of(bytes, (size_t)got))) {
        case RESPONSE_MORE:
            break;
        case RESPONSE_DONE:
            return take_answer(load, connection, reterr);
        case RESPONSE_BROKEN:
            return error_set(reterr, ERR_MALFORMED, "an answer of the server is not understood");
        }
    }
    return ERR_OK;
}

static enum err take_event(struct load *load, const struct epoll_event *event, struct error *reterr)
{
    struct connection *connection = event->data.ptr;
    enum err e = ERR_OK;
    if (connection->unsent.size > 0 && (event->events & EPOLLOUT) != 0) {
        e = send_unsent(connection, reterr);
    }
    if (e == ERR_OK && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
        e = receive(load, connection, reterr);
    }
    return e;
}

/* ---- a run ---- */

/* Waits for events and takes them. */
static enum err turn(struct load *load, struct error *reterr)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(load->epoll, events, EVENTS_MAX, POLL_MS);
    enum err e = interrupt_check(reterr);
    for (int i = 0; i < count && e == ERR_OK; i++) {
        e = take_event(load, &events[i], reterr);
    }
    bool silent = clock_monotonic_us(clock_system()) - load->now_us > SILENCE_US;
    if (e == ERR_OK && count == 0 && silent) {
        return error_set(reterr, ERR_TIMEOUT, "the server gave no answer for 30 seconds");
    }
    return e;
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

enum err
load_run(struct load *load, int64_t duration_us, struct load_result *ret, struct error *reterr)
{
    int64_t cpu_before = cpu_us();
    int64_t began = clock_monotonic_us(clock_system());
    enum err e = ERR_OK;
    *ret = (struct load_result){0};
    load->result = ret;
    load->in_flight = 0;
    load->now_us = began;
    load->deadline_us = began + duration_us;
    for (unsigned i = 0; i < load->options.connections && e == ERR_OK; i++) {
        e = send_next(load, &load->connections[i], reterr);
    }
    while (e == ERR_OK && load->in_flight > 0) {
        e = turn(load, reterr);
    }
    ret->elapsed_us = load->now_us - began;
    ret->cpu_us = cpu_us() - cpu_before;
    return e;
}
