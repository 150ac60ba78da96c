/* The client of the local socket against peers that answer well, badly or not at all. */
#include "api/control_client.h"
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_dir.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A server that reads one request, answers it with given bytes and hangs up. */
struct peer {
    char dir[KIT_PATH_SIZE];
    int listener;
    pthread_t thread;
    const char *answer; /* NULL: none, until the client goes */
    size_t repeated;    /* 'x' behind it */
    char request[2048]; /* as it came */
};

static void *serve(void *data)
{
    struct peer *peer = data;
    size_t size = 0;
    int fd = accept(peer->listener, NULL, NULL);
    while (strstr(peer->request, "\r\n\r\n") == NULL && size < sizeof peer->request - 1) {
        ssize_t got = read(fd, peer->request + size, sizeof peer->request - 1 - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
    }
    char byte = 0;
    if (peer->answer == NULL) {
        (void)!read(fd, &byte, 1);
    } else if (send(fd, peer->answer, strlen(peer->answer), MSG_NOSIGNAL) > 0) {
        char filler[4096];
        memset(filler, 'x', sizeof filler);
        for (size_t left = peer->repeated; left > 0;) {
            ssize_t sent = send(fd, filler, left < 4096 ? left : 4096, MSG_NOSIGNAL);
            if (sent <= 0) {
                break;
            }
            left -= (size_t)sent;
        }
    }
    (void)close(fd);
    return NULL;
}

static struct sockaddr_un address_in(const char *dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/daybook.sock", dir);
    return address;
}

static void peer_start(struct peer *peer, const char *answer, size_t repeated)
{
    *peer = (struct peer){.answer = answer, .repeated = repeated};
    cr_assert_eq(kit_dir_create(peer->dir, NULL), ERR_OK);
    struct sockaddr_un address = address_in(peer->dir);
    peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(peer->listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(peer->listener, 4), 0);
    cr_assert_eq(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void peer_stop(struct peer *peer)
{
    cr_assert_eq(pthread_join(peer->thread, NULL), 0);
    (void)close(peer->listener);
    cr_assert_eq(kit_dir_remove(peer->dir, NULL), ERR_OK);
}

#define HEAD(status, type) "HTTP/1.1 " status "\r\nContent-Type: " type "\r\n"
#define JSON               "application/json"

/* ---- good ones ---- */

Test(control_client, asks_and_reads)
{
    struct peer peer;
    struct arena arena;
    struct control_client_answer answer;
    struct error error = {0};
    json_in_init();
    arena_init(&arena, MIB);
    peer_start(&peer, HEAD("200 OK", JSON) "Content-Length: 9\r\n\r\n{\"a\":[7]}", 0);
    struct control_client_request request = {peer.dir, "GET", "/control/status", {NULL, 0}, 0};
    enum err e = control_client_call(&request, &arena, &answer, &error);
    cr_assert_eq(e, ERR_OK, "%s", error.text);
    cr_assert_eq(answer.status, 200);
    cr_assert_eq(value_at(value_get(&answer.value, SLICE("a")), 0)->integer, 7);
    cr_assert_eq(control_client_check(&answer, NULL), ERR_OK);
    peer_stop(&peer);
    cr_assert(strncmp(peer.request, "GET /control/status HTTP/1.1\r\n", 30) == 0, "%s",
              peer.request);
    cr_assert(strstr(peer.request, "\r\nHost: localhost\r\n") != NULL);
    cr_assert(strstr(peer.request, "Content-Type") == NULL);
    arena_deinit(&arena);
}

/* Neither a proxy nor a file of the environment's. */
Test(control_client, sends_a_body_and_minds_no_environment)
{
    struct peer peer;
    struct arena arena;
    struct control_client_answer answer;
    struct error error = {0};
    json_in_init();
    arena_init(&arena, MIB);
    cr_assert_eq(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    cr_assert_eq(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    peer_start(&peer,
               HEAD("200 OK", JSON) "Transfer-Encoding: chunked\r\n\r\n"
                                    "2\r\n{}\r\n0\r\n\r\n",
               0);
    struct control_client_request request = {peer.dir, "POST", "/control/tokens",
                                             SLICE("{\"name\":\"x\"}"), 0};
    enum err e = control_client_call(&request, &arena, &answer, &error);
    cr_assert_eq(e, ERR_OK, "%s", error.text);
    cr_assert_eq(answer.value.type, VALUE_MAP);
    peer_stop(&peer);
    cr_assert(strncmp(peer.request, "POST /control/tokens HTTP/1.1\r\n", 31) == 0);
    cr_assert(strstr(peer.request, "\r\nContent-Type: application/json\r\n") != NULL);
    cr_assert(strstr(peer.request, "\r\nContent-Length: 12\r\n") != NULL);
    arena_deinit(&arena);
}

/* ---- bad ones ---- */

static const struct row {
    const char *answer;
    size_t repeated;
    enum err code;
    const char *message; /* behind "... on PATH: " */
} rows[] = {
    {"", 0, ERR_MALFORMED, "Empty reply from server"},
    {"hello\r\n\r\n", 0, ERR_MALFORMED, "Received HTTP/0.9 when not allowed"},
    {HEAD("200 OK", "text/html") "Content-Length: 2\r\n\r\n{}", 0, ERR_MALFORMED,
     "no JSON but \"text/html\""},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0, ERR_MALFORMED, "no JSON but \"\""},
    {HEAD("200 OK", JSON) "Content-Length: 2\r\n\r\n{]", 0, ERR_MALFORMED,
     "malformed JSON at line 1, column 2: string or '}' expected near ']'"},
    {HEAD("200 OK", JSON) "Content-Length: 9\r\n\r\n{}", 0, ERR_MALFORMED,
     "transfer closed with 7 bytes remaining to read"},
    {HEAD("200 OK", JSON) "Content-Length: 0\r\n\r\n", 0, ERR_MALFORMED,
     "malformed JSON at line 1, column 1: unexpected token near end of file"},
};

Test(control_client, finds_bad_answers)
{
    json_in_init();
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct peer peer;
        struct arena arena;
        struct control_client_answer answer;
        struct error error = {0};
        char message[1024];
        arena_init(&arena, MIB);
        peer_start(&peer, rows[i].answer, 0);
        struct control_client_request request = {peer.dir, "GET", "/", {NULL, 0}, 0};
        enum err e = control_client_call(&request, &arena, &answer, &error);
        cr_expect_eq(e, rows[i].code, "%s", rows[i].answer);
        (void)snprintf(message, sizeof message, "answer of the server on %s/daybook.sock: %s",
                       peer.dir, rows[i].message);
        cr_expect_str_eq(error.text, message);
        peer_stop(&peer);
        arena_deinit(&arena);
    }
}

/* With a length, and without one until memory would be full. */
Test(control_client, bounds_an_answer)
{
    static const char *const answers[] = {
        HEAD("200 OK", JSON) "Content-Length: 100000000\r\n\r\n\"", HEAD("200 OK", JSON) "\r\n\""};
    json_in_init();
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        struct peer peer;
        struct arena arena;
        struct control_client_answer answer;
        struct error error = {0};
        arena_init(&arena, MIB);
        peer_start(&peer, answers[i], 100000000);
        struct control_client_request request = {peer.dir, "GET", "/", {NULL, 0}, 0};
        cr_assert_eq(control_client_call(&request, &arena, &answer, &error), ERR_LIMIT, "%s",
                     error.text);
        cr_assert_str_eq(error.text, "the server's answer is over 8388608 bytes");
        peer_stop(&peer);
        arena_deinit(&arena);
    }
}

Test(control_client, does_not_wait_for_ever, .timeout = 20)
{
    struct peer peer;
    struct arena arena;
    struct control_client_answer answer;
    struct error error = {0};
    char message[1024];
    arena_init(&arena, MIB);
    peer_start(&peer, NULL, 0);
    struct control_client_request request = {peer.dir, "GET", "/", {NULL, 0}, 100};
    cr_assert_eq(control_client_call(&request, &arena, &answer, &error), ERR_TIMEOUT);
    (void)snprintf(message, sizeof message, "the server on %s/daybook.sock does not answer in time",
                   peer.dir);
    cr_assert_str_eq(error.text, message);
    peer_stop(&peer);
    arena_deinit(&arena);
}

/* ---- nobody there ---- */

static void expect_error(const char *dir, enum err code, const char *before, const char *behind)
{
    struct arena arena;
    struct control_client_answer answer;
    struct error error = {0};
    char text[1024];
    arena_init(&arena, MIB);
    struct control_client_request request = {dir, "GET", "/control/status", {NULL, 0}, 0};
    cr_assert_eq(control_client_call(&request, &arena, &answer, &error), code, "%s", error.text);
    (void)snprintf(text, sizeof text, "%s%s%s", before, dir, behind);
    cr_assert_str_eq(error.text, text);
    arena_deinit(&arena);
}

Test(control_client, tells_no_server_from_a_fault)
{
    char dir[KIT_PATH_SIZE];
    char missing[KIT_PATH_SIZE + 8];
    cr_assert_eq(kit_dir_create(dir, NULL), ERR_OK);
    (void)snprintf(missing, sizeof missing, "%s/x", dir);
    expect_error(missing, ERR_NOT_FOUND, "no server listens on ", "/daybook.sock");
    expect_error(dir, ERR_NOT_FOUND, "no server listens on ", "/daybook.sock");

    struct sockaddr_un address = address_in(dir); /* what a killed server leaves behind */
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(listener);
    expect_error(dir, ERR_NOT_FOUND, "no server listens on ", "/daybook.sock");

    if (geteuid() != 0) { /* whom nothing stops */
        cr_assert_eq(chmod(address.sun_path, 0), 0);
        expect_error(dir, ERR_DENIED, "connect to ", "/daybook.sock: it belongs to another user");
    }
    cr_assert_eq(kit_dir_remove(dir, NULL), ERR_OK);
}

Test(control_client, refuses_a_path_that_no_socket_can_have)
{
    char dir[120];
    memset(dir, 'x', sizeof dir);
    dir[sizeof dir - 1] = '\0';
    expect_error(dir, ERR_INVALID, "",
                 "/daybook.sock: the path is over the 107 bytes a socket may have: give the "
                 "directory by a shorter path");
}

/* ---- what an answer says ---- */

Test(control_client, gives_the_servers_own_sentence)
{
    static const struct {
        int status;
        enum err code;
    } statuses[] = {
        {400, ERR_INVALID}, {404, ERR_NOT_FOUND}, {503, ERR_BUSY}, {500, ERR_IO}, {301, ERR_IO}};
    struct value_member member = {SLICE("error"), value_text(SLICE("there is no such token"))};
    struct value body = value_map();
    body.map.members = &member;
    body.map.count = 1;
    for (size_t i = 0; i < ARRAY_COUNT(statuses); i++) {
        struct error error = {0};
        struct control_client_answer answer = {statuses[i].status, body};
        cr_assert_eq(control_client_check(&answer, &error), statuses[i].code);
        cr_assert_str_eq(error.text, "there is no such token");
        answer.value = value_null();
        cr_assert_eq(control_client_check(&answer, &error), statuses[i].code);
        cr_assert(slice_starts_with(slice_of_text(error.text),
                                    SLICE("the server answered with status ")));
    }
}
