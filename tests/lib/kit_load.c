/*
 * kit_load: a thread with a poll loop. A connection is idle, or waits for the answer of one
 * request; idle ones take the next number. A broken connection leaves its request UNKNOWN and, if
 * told to reconnect, tries again until the load is stopped.
 */
#include "tests/lib/kit_load.h"
#include "core/base/check.h"
#include "core/base/clock.h"
#include "core/base/memory.h"
#include "tests/lib/kit_client.h"
#include "tests/lib/kit_time.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define TURN_MS       20 /* how often the loop looks for a stop and retries connections */
#define REQUEST_BYTES ((size_t)1 << 20)
#define WAIT_POLL_MS  2
#define PERCENT       100

struct lane {
    struct kit_client client;
    bool waits;
    bool dead; /* broke, and is not to reconnect */
    size_t number;
    int64_t sent_us;
};

struct kit_load {
    struct kit_load_options options;
    pthread_t thread;
    bool joined;
    atomic_bool stop;
    atomic_bool done;
    atomic_size_t accepted;
    size_t next; /* number of the next request; the thread's until it is joined */
    int64_t started_us;
    int64_t ended_us;
    struct lane lanes[KIT_LOAD_CONNECTIONS_MAX];
    struct kit_load_request requests[KIT_LOAD_REQUESTS_MAX];
};

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

static void end_lane(struct kit_load *load, struct lane *lane)
{
    int port = lane->client.port;
    kit_client_deinit(&lane->client);
    kit_client_init(&lane->client);
    lane->client.port = port;
    lane->waits = false;
    lane->dead = !load->options.reconnect;
}

/* Writes a text with the number in the place of each '#'. */
static void expand(const char *text, size_t number, struct buf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '#') {
            buf_printf(out, "%zu", number);
        } else {
            buf_put_char(out, *text);
        }
    }
}

void kit_load_write_body(const struct kit_load *load, size_t number, struct buf *out)
{
    expand(load->options.body != NULL ? load->options.body : "{\"n\": #}", number, out);
}

void kit_load_write_headers(const struct kit_load *load, size_t number, struct buf *out)
{
    expand(load->options.headers != NULL ? load->options.headers : "", number, out);
    buf_put_char(out, '\0');
}

static void send_next(struct kit_load *load, struct lane *lane)
{
    if (lane->client.fd < 0 &&
        kit_client_connect(&lane->client, load->options.port, NULL) != ERR_OK) {
        lane->dead = !load->options.reconnect;
        return;
    }
    struct buf headers;
    struct buf body;
    struct buf bytes;
    buf_init(&headers, REQUEST_BYTES);
    buf_init(&body, REQUEST_BYTES);
    buf_init(&bytes, REQUEST_BYTES);
    kit_load_write_headers(load, load->next, &headers);
    kit_load_write_body(load, load->next, &body);
    struct kit_request request = {
        .path = load->options.path, .headers = headers.data, .body = buf_slice(&body)};
    kit_client_write_request(&lane->client, &request, &bytes);
    lane->number = load->next++;
    lane->sent_us = now_us();
    load->requests[lane->number].outcome = KIT_LOAD_UNKNOWN;
    buf_clear(&lane->client.sent);
    if (kit_client_send(&lane->client, buf_slice(&bytes), NULL) == ERR_OK) {
        lane->waits = true;
    } else {
        end_lane(load, lane);
    }
    buf_deinit(&headers);
    buf_deinit(&body);
    buf_deinit(&bytes);
}

static void
record_answer(struct kit_load *load, struct lane *lane, const struct kit_message *message)
{
    struct kit_load_request *request = &load->requests[lane->number];
    struct slice id = kit_message_header(message, "prismatic-executionid");
    request->status = message->status;
    request->latency_us = now_us() - lane->sent_us;
    bool named = id.size > 0 && id.size < sizeof request->execution;
    if (named) {
        memcpy(request->execution, id.data, id.size);
    }
    const char *proof = load->options.proof;
    bool proven =
        proof == NULL ? named : slice_find(message->body, slice_of_text(proof)) != SIZE_MAX;
    if (message->status == 200 && proven) {
        request->outcome = KIT_LOAD_ACCEPTED;
        (void)atomic_fetch_add(&load->accepted, 1);
    } else {
        request->outcome = KIT_LOAD_REFUSED;
    }
}

/* Takes the answer that is arriving. Small ones come whole; a part is waited for. */
static void read_answer(struct kit_load *load, struct lane *lane)
{
    struct kit_message message;
    struct arena_mark mark = arena_mark(&lane->client.arena);
    enum err e = kit_client_receive(&lane->client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL);
    if (e != ERR_OK) {
        end_lane(load, lane);
        return;
    }
    record_answer(load, lane, &message);
    lane->waits = false;
    if (message.keep_alive) {
        arena_rewind(&lane->client.arena, mark);
        lane->client.last = (struct kit_message){0};
    } else {
        end_lane(load, lane);
        lane->dead = false;
    }
}

/* Gives idle lanes their next request. Returns: whether any lane waits or may yet work. */
static bool feed_lanes(struct kit_load *load)
{
    bool busy = false;
    bool more = !atomic_load(&load->stop);
    for (size_t i = 0; i < load->options.connections; i++) {
        struct lane *lane = &load->lanes[i];
        bool overdue = lane->waits && now_us() - lane->sent_us > KIT_PATIENCE_MS * (int64_t)1000;
        if (overdue) {
            end_lane(load, lane);
        }
        if (!lane->waits && !lane->dead && more && load->next < load->options.request_count) {
            send_next(load, lane);
            busy = busy || !lane->dead;
        }
        busy = busy || lane->waits;
    }
    return busy;
}

static void *load_work(void *argument)
{
    struct kit_load *load = argument;
    struct pollfd fds[KIT_LOAD_CONNECTIONS_MAX];
    while (feed_lanes(load)) {
        for (size_t i = 0; i < load->options.connections; i++) {
            struct lane *lane = &load->lanes[i];
            fds[i] = (struct pollfd){.fd = lane->waits ? lane->client.fd : -1, .events = POLLIN};
        }
        (void)poll(fds, load->options.connections, TURN_MS);
        for (size_t i = 0; i < load->options.connections; i++) {
            if (fds[i].fd >= 0 && fds[i].revents != 0) {
                read_answer(load, &load->lanes[i]);
            }
        }
    }
    load->ended_us = now_us();
    atomic_store(&load->done, true);
    return NULL;
}

enum err
kit_load_create(struct kit_load **ret, const struct kit_load_options *options, struct error *reterr)
{
    ASSERT(options->connections > 0 && options->connections <= KIT_LOAD_CONNECTIONS_MAX);
    ASSERT(options->request_count <= KIT_LOAD_REQUESTS_MAX);
    struct kit_load *load = memory_zalloc(1, sizeof *load);
    if (load == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a load");
    }
    load->options = *options;
    if (options->request_count == 0) {
        load->options.request_count = KIT_LOAD_REQUESTS_MAX;
    }
    for (size_t i = 0; i < KIT_LOAD_CONNECTIONS_MAX; i++) {
        kit_client_init(&load->lanes[i].client);
    }
    load->started_us = now_us();
    if (pthread_create(&load->thread, NULL, load_work, load) != 0) {
        memory_free(load);
        return error_set(reterr, ERR_IO, "start a thread");
    }
    *ret = load;
    return ERR_OK;
}

void kit_load_stop(struct kit_load *load)
{
    if (!load->joined) {
        atomic_store(&load->stop, true);
        (void)pthread_join(load->thread, NULL);
        load->joined = true;
    }
}

void kit_load_destroy(struct kit_load **load)
{
    if (*load == NULL) {
        return;
    }
    kit_load_stop(*load);
    for (size_t i = 0; i < KIT_LOAD_CONNECTIONS_MAX; i++) {
        kit_client_deinit(&(*load)->lanes[i].client);
    }
    memory_free(*load);
    *load = NULL;
}

size_t kit_load_accepted(const struct kit_load *load)
{
    return atomic_load(&load->accepted);
}

bool kit_load_wait(const struct kit_load *load, size_t accepted, int timeout_ms)
{
    int64_t deadline = kit_time_ms() + timeout_ms;
    while (kit_load_accepted(load) < accepted && !atomic_load(&load->done)) {
        if (kit_time_left(deadline) == 0) {
            return false;
        }
        kit_time_pause(WAIT_POLL_MS);
    }
    return true;
}

const struct kit_load_request *kit_load_requests(const struct kit_load *load, size_t *ret_count)
{
    ASSERT(load->joined);
    *ret_count = load->next;
    return load->requests;
}

static int compare_latencies(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

int64_t kit_load_latency_us(const struct kit_load *load, unsigned percent)
{
    ASSERT(load->joined && percent <= PERCENT);
    int64_t *sorted = memory_zalloc(load->next + 1, sizeof *sorted);
    ASSERT(sorted != NULL);
    size_t count = 0;
    for (size_t i = 0; i < load->next; i++) {
        if (load->requests[i].outcome == KIT_LOAD_ACCEPTED) {
            sorted[count++] = load->requests[i].latency_us;
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_latencies);
    int64_t latency = count > 0 ? sorted[(count - 1) * percent / PERCENT] : 0;
    memory_free(sorted);
    return latency;
}

void kit_load_describe(const struct kit_load *load)
{
    size_t count = 0;
    size_t outcomes[KIT_LOAD_REFUSED + 1] = {0};
    int refused_with = 0;
    const struct kit_load_request *requests = kit_load_requests(load, &count);
    for (size_t i = 0; i < count; i++) {
        outcomes[requests[i].outcome]++;
        refused_with = requests[i].outcome == KIT_LOAD_REFUSED ? requests[i].status : refused_with;
    }
    double seconds = (double)(load->ended_us - load->started_us) / 1e6;
    (void)fprintf(
        stderr,
        "load: %zu sent over %zu connections in %.2f s: %zu accepted (%.0f/s), %zu refused (last: "
        "%d), %zu unknown; p50 %.1f ms, p99 %.1f ms\n",
        count, load->options.connections, seconds, outcomes[KIT_LOAD_ACCEPTED],
        seconds > 0 ? (double)outcomes[KIT_LOAD_ACCEPTED] / seconds : 0.0,
        outcomes[KIT_LOAD_REFUSED], refused_with, outcomes[KIT_LOAD_UNKNOWN],
        (double)kit_load_latency_us(load, 50) / 1e3, (double)kit_load_latency_us(load, 99) / 1e3);
}
