/*
 * kit_target: one thread, one poll loop. A connection is reading, or has an answer that waits for
 * its time, or hangs for good. The mutex covers the answers and the records, nothing else; a pipe
 * wakes the loop to end it.
 */
#include "tests/lib/kit_target.h"
#include "core/base/buf.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "tests/lib/kit_time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_BYTES_MAX ((size_t)80 << 20)
#define PARSE_BYTES_MAX   ((size_t)100 << 20)
#define READ_BYTES        65536
#define WAIT_POLL_MS      2

/* The pipe and the listening socket stand before the connections in the poll set. */
#define POLL_WAKE        0
#define POLL_LISTEN      1
#define POLL_CONNECTIONS 2

struct connection {
    int fd; /* -1: free */
    unsigned number;
    struct buf in;
    bool went_ahead; /* 100 Continue is sent for this request */
    bool hangs;
    bool answers; /* an answer waits */
    int64_t answer_at_ms;
    struct kit_answer answer;
    bool close_after;
};

struct rule {
    const char *path;
    size_t left; /* SIZE_MAX: for ever */
    struct kit_answer answer;
};

struct record {
    struct slice bytes;
    int64_t at_ms;
    unsigned connection;
};

struct kit_target {
    pthread_t thread;
    int wake[2];
    int listener;
    int port;
    unsigned connection_count;
    struct connection connections[KIT_TARGET_CONNECTIONS_MAX];

    pthread_mutex_t mutex; /* over what follows */
    struct arena memory;   /* of records */
    struct rule rules[KIT_TARGET_ANSWERS_MAX];
    size_t rule_count;
    struct record records[KIT_TARGET_REQUESTS_MAX];
    size_t record_count;
};

static void close_connection(struct connection *connection)
{
    (void)close(connection->fd);
    buf_deinit(&connection->in);
    *connection = (struct connection){.fd = -1};
}

static void send_all(struct connection *connection, struct slice bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(connection->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent <= 0 && errno != EINTR) {
            connection->close_after = true;
            return;
        }
        bytes = slice_from(bytes, sent > 0 ? (size_t)sent : 0);
    }
}

static struct kit_answer find_answer(struct kit_target *target, struct slice path)
{
    for (size_t i = 0; i < target->rule_count; i++) {
        struct rule *rule = &target->rules[i];
        if (rule->left == 0 || !slice_starts_with(path, slice_of_text(rule->path))) {
            continue;
        }
        rule->left -= rule->left != SIZE_MAX;
        return rule->answer;
    }
    return (struct kit_answer){.headers = "Content-Type: application/json\r\n",
                               .body = "{\"ok\": true}"};
}

/* Records the request in `in` and decides its answer. */
static void take_request(struct kit_target *target,
                         struct connection *connection,
                         const struct kit_message *message)
{
    (void)pthread_mutex_lock(&target->mutex);
    struct slice bytes = {0};
    if (target->record_count < KIT_TARGET_REQUESTS_MAX) {
        bytes = arena_copy(&target->memory, slice_of(connection->in.data, message->size));
    }
    if (bytes.data != NULL) {
        target->records[target->record_count++] =
            (struct record){bytes, kit_time_ms(), connection->number};
    }
    connection->answer = find_answer(target, message->target);
    (void)pthread_mutex_unlock(&target->mutex);
    connection->hangs = connection->answer.kind == KIT_ANSWER_HANG;
    connection->answers = !connection->hangs;
    connection->answer_at_ms = kit_time_ms() + connection->answer.delay_ms;
    connection->close_after = !message->keep_alive;
    connection->went_ahead = false;
    buf_consume(&connection->in, message->size);
}

/* Looks whether a whole request is there. */
static void read_request(struct kit_target *target, struct connection *connection)
{
    struct arena arena;
    struct kit_message message;
    bool complete = false;
    arena_init(&arena, PARSE_BYTES_MAX);
    enum err e = kit_message_parse(buf_slice(&connection->in), KIT_REQUEST, false, &arena, &message,
                                   &complete, NULL);
    if (e != ERR_OK) {
        close_connection(connection);
    } else if (complete) {
        take_request(target, connection, &message);
    } else if (message.wants_go_ahead && !connection->went_ahead) {
        connection->went_ahead = true;
        send_all(connection, SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    arena_deinit(&arena);
}

static void read_connection(struct kit_target *target, struct connection *connection)
{
    char *at = buf_reserve(&connection->in, READ_BYTES);
    ssize_t got = at != NULL ? recv(connection->fd, at, READ_BYTES, MSG_DONTWAIT) : 0;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        close_connection(connection);
        return;
    }
    connection->in.size += (size_t)got;
    if (!connection->hangs && !connection->answers) {
        read_request(target, connection);
    }
}

static void write_answer(const struct kit_answer *answer, struct buf *out)
{
    const char *body = answer->body != NULL ? answer->body : "";
    buf_printf(out, "HTTP/1.1 %d Scripted\r\n%sContent-Length: %zu\r\n\r\n%s",
               answer->status != 0 ? answer->status : 200,
               answer->headers != NULL ? answer->headers : "", strlen(body), body);
}

static void send_answer(struct kit_target *target, struct connection *connection)
{
    struct buf out;
    buf_init(&out, REQUEST_BYTES_MAX);
    connection->answers = false;
    if (connection->answer.kind != KIT_ANSWER_CLOSE) {
        write_answer(&connection->answer, &out);
        struct slice bytes = buf_slice(&out);
        bool half = connection->answer.kind == KIT_ANSWER_HALF;
        send_all(connection, slice_of(bytes.data, half ? bytes.size / 2 : bytes.size));
    }
    if (connection->answer.kind != KIT_ANSWER || connection->close_after) {
        close_connection(connection);
    } else if (connection->in.size > 0) {
        read_request(target, connection); /* a pipelined one */
    }
    buf_deinit(&out);
}

static void accept_connection(struct kit_target *target)
{
    for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
        struct connection *connection = &target->connections[i];
        if (connection->fd < 0) {
            connection->fd = accept4(target->listener, NULL, NULL, SOCK_CLOEXEC);
            connection->number = connection->fd >= 0 ? ++target->connection_count : 0;
            buf_init(&connection->in, REQUEST_BYTES_MAX);
            return;
        }
    }
}

/* Sends the answers that are due. Returns: milliseconds until the next one, -1 when none waits. */
static int send_due_answers(struct kit_target *target)
{
    int next = -1;
    for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
        struct connection *connection = &target->connections[i];
        if (connection->fd >= 0 && connection->answers &&
            kit_time_left(connection->answer_at_ms) == 0) {
            send_answer(target, connection);
        }
        if (connection->fd >= 0 && connection->answers) {
            int left = kit_time_left(connection->answer_at_ms);
            next = next < 0 || left < next ? left : next;
        }
    }
    return next;
}

static void *target_work(void *argument)
{
    struct kit_target *target = argument;
    struct pollfd fds[POLL_CONNECTIONS + KIT_TARGET_CONNECTIONS_MAX];
    for (;;) {
        int timeout_ms = send_due_answers(target);
        bool room = false;
        for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
            room = room || target->connections[i].fd < 0;
            fds[POLL_CONNECTIONS + i] =
                (struct pollfd){.fd = target->connections[i].fd, .events = POLLIN};
        }
        fds[POLL_WAKE] = (struct pollfd){.fd = target->wake[0], .events = POLLIN};
        fds[POLL_LISTEN] = (struct pollfd){.fd = room ? target->listener : -1, .events = POLLIN};
        (void)poll(fds, ARRAY_COUNT(fds), timeout_ms);
        if (fds[POLL_WAKE].revents != 0) {
            return NULL;
        }
        if (fds[POLL_LISTEN].revents != 0) {
            accept_connection(target);
        }
        for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
            if (fds[POLL_CONNECTIONS + i].fd >= 0 && fds[POLL_CONNECTIONS + i].revents != 0) {
                read_connection(target, &target->connections[i]);
            }
        }
    }
}

static enum err listen_on(struct kit_target *target, int port, struct error *reterr)
{
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    target->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (target->listener < 0 ||
        setsockopt(target->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(target->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(target->listener, KIT_TARGET_CONNECTIONS_MAX) != 0 ||
        getsockname(target->listener, (struct sockaddr *)&address, &size) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "listen on 127.0.0.1:%d", port);
    }
    target->port = ntohs(address.sin_port);
    return ERR_OK;
}

static void free_target(struct kit_target *target)
{
    const int fds[] = {target->listener, target->wake[0], target->wake[1]};
    for (size_t i = 0; i < ARRAY_COUNT(fds); i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
    for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
        if (target->connections[i].fd >= 0) {
            close_connection(&target->connections[i]);
        }
    }
    arena_deinit(&target->memory);
    (void)pthread_mutex_destroy(&target->mutex);
    memory_free(target);
}

enum err kit_target_create(struct kit_target **ret, int port, struct error *reterr)
{
    struct kit_target *target = memory_zalloc(1, sizeof *target);
    if (target == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a target server");
    }
    target->listener = target->wake[0] = target->wake[1] = -1;
    for (size_t i = 0; i < KIT_TARGET_CONNECTIONS_MAX; i++) {
        target->connections[i].fd = -1;
    }
    arena_init(&target->memory, KIT_TARGET_MEMORY_BYTES);
    (void)pthread_mutex_init(&target->mutex, NULL);
    enum err e = listen_on(target, port, reterr);
    if (e == ERR_OK && pipe2(target->wake, O_CLOEXEC) != 0) {
        e = error_set_sys(reterr, ERR_IO, errno, "make a pipe");
    }
    if (e == ERR_OK && pthread_create(&target->thread, NULL, target_work, target) != 0) {
        e = error_set(reterr, ERR_IO, "start a thread");
    }
    if (e != ERR_OK) {
        free_target(target);
        return e;
    }
    *ret = target;
    return ERR_OK;
}

void kit_target_destroy(struct kit_target **target)
{
    if (*target == NULL) {
        return;
    }
    ssize_t written = write((*target)->wake[1], "x", 1);
    ASSERT(written == 1);
    (void)pthread_join((*target)->thread, NULL);
    free_target(*target);
    *target = NULL;
}

int kit_target_port(const struct kit_target *target)
{
    return target->port;
}

void kit_target_answer(struct kit_target *target,
                       const char *path,
                       size_t times,
                       struct kit_answer answer)
{
    (void)pthread_mutex_lock(&target->mutex);
    ASSERT(target->rule_count < KIT_TARGET_ANSWERS_MAX);
    target->rules[target->rule_count++] =
        (struct rule){path, times == 0 ? SIZE_MAX : times, answer};
    (void)pthread_mutex_unlock(&target->mutex);
}

/* The target in the recorded bytes: between the first two spaces. */
static bool record_matches(const struct record *record, const char *path)
{
    size_t space = slice_find(record->bytes, SLICE(" "));
    return slice_starts_with(slice_from(record->bytes, space + 1), slice_of_text(path));
}

size_t kit_target_count(struct kit_target *target, const char *path)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&target->mutex);
    for (size_t i = 0; i < target->record_count; i++) {
        count += record_matches(&target->records[i], path);
    }
    (void)pthread_mutex_unlock(&target->mutex);
    return count;
}

bool kit_target_wait(struct kit_target *target, const char *path, size_t count, int timeout_ms)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    while (kit_target_count(target, path) < count) {
        if (kit_time_left(deadline) == 0) {
            return false;
        }
        kit_time_pause(WAIT_POLL_MS);
    }
    return true;
}

bool kit_target_request(struct kit_target *target,
                        const char *path,
                        size_t index,
                        struct arena *arena,
                        struct kit_received *ret)
{
    struct slice bytes = {0};
    (void)pthread_mutex_lock(&target->mutex);
    for (size_t i = 0; bytes.data == NULL && i < target->record_count; i++) {
        const struct record *record = &target->records[i];
        if (record_matches(record, path) && index-- == 0) {
            bytes = arena_copy(arena, record->bytes);
            ret->at_ms = record->at_ms;
            ret->connection = record->connection;
        }
    }
    (void)pthread_mutex_unlock(&target->mutex);
    bool complete = false;
    return bytes.data != NULL &&
           kit_message_parse(bytes, KIT_REQUEST, true, arena, &ret->message, &complete, NULL) ==
               ERR_OK &&
           complete;
}
