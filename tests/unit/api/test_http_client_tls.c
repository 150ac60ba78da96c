/* https: only to whom a trusted certificate names, and never down to http by a redirect. The server
 * is `openssl s_server` with a certificate made for the occasion; without it the tests are skipped.
 */
#include "tests/unit/api/http_client_rig.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct tls {
    char folder[32];
    char certificate[64];
    pid_t server;
    unsigned port;
};

static void run_in(const char *folder, const char *command)
{
    char line[512];
    (void)snprintf(line, sizeof line, "cd %s && %s", folder, command);
    cr_assert_eq(system(line), 0, "%s", command);
}

/* Starts the server and reads the port it has picked from its output. */
static void serve(struct tls *tls)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    tls->server = fork();
    if (tls->server == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        if (chdir(tls->folder) == 0) {
            (void)execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-key", "key",
                         "-cert", "certificate", "-HTTP", (char *)NULL);
        }
        _exit(127);
    }
    (void)close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    char line[256];
    while (tls->port == 0 && fgets(line, sizeof line, output) != NULL) {
        (void)sscanf(line, "ACCEPT 127.0.0.1:%u", &tls->port);
    }
    (void)fclose(output);
    cr_assert_neq(tls->port, 0, "openssl s_server does not start");
}

/* Files are whole answers. */
static void write_answer(const struct tls *tls, const char *name, const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", tls->folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_neq(file, NULL);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void tls_start(struct tls *tls)
{
    if (system("openssl version >/dev/null 2>&1") != 0) {
        cr_skip_test("openssl is not installed");
    }
    memset(tls, 0, sizeof *tls);
    (void)snprintf(tls->folder, sizeof tls->folder, "/tmp/daybook-tls-XXXXXX");
    cr_assert_neq(mkdtemp(tls->folder), NULL);
    (void)snprintf(tls->certificate, sizeof tls->certificate, "%s/certificate", tls->folder);
    run_in(tls->folder, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key "
                        "-out certificate -days 1 2>/dev/null");
    write_answer(tls, "plain", "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
    write_answer(
        tls, "down",
        "HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    serve(tls);
}

static void tls_stop(struct tls *tls)
{
    (void)kill(tls->server, SIGKILL);
    (void)waitpid(tls->server, NULL, 0);
    run_in(tls->folder, "rm key certificate plain down");
    cr_assert_eq(rmdir(tls->folder), 0);
}

static void check(const struct tls *tls,
                  const char *ca_file,
                  const char *host,
                  const char *path,
                  enum http_client_failure failure)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.ca_file = ca_file;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    (void)snprintf(url, sizeof url, "https://%s:%u/%s", host, tls->port, path);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, failure, "%s: %s", url, answer.error);
    cr_assert_eq(slice_is(buf_slice(&answer.body), "secret"), failure == HTTP_CLIENT_OK);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client_tls, certificates_and_redirects, .timeout = 60)
{
    struct tls tls;
    tls_start(&tls);
    check(&tls, tls.certificate, "localhost", "plain", HTTP_CLIENT_OK);
    check(&tls, NULL, "localhost", "plain", HTTP_CLIENT_TLS);                /* not trusted */
    check(&tls, tls.certificate, "127.0.0.1", "plain", HTTP_CLIENT_TLS);     /* another name */
    check(&tls, "/nonexistent", "localhost", "plain", HTTP_CLIENT_TLS);      /* nothing trusted */
    check(&tls, tls.certificate, "localhost", "down", HTTP_CLIENT_REDIRECT); /* to http */
    tls_stop(&tls);
}
