/*
 * stand_in: stands in for the server in the kit's own tests: the same command line, ready line,
 * token file and reaction to SIGTERM, and nothing behind it. It answers every request alike,
 * through the kit's target server.
 *
 *     stand_in serve --data DIR --listen HOST:PORT [HOW]
 *     stand_in verify --data DIR
 *
 * HOW: --die (ends with 3 before it is ready), --end-badly (ends with 4 on SIGTERM), --complain
 * (writes what a sanitizer would, ends with 0).
 */
#include "core/base/check.h"
#include "tests/lib/kit_dir.h"
#include "tests/lib/kit_target.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN  "stand-in-token"
#define ANSWER "{\"data\": {\"journal\": {\"seq\": 7}, \"echo\": [{\"id\": \"a\"}]}}"

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return "";
}

static bool has(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void write_token(const char *data)
{
    char path[KIT_PATH_SIZE];
    (void)mkdir(data, 0700);
    (void)snprintf(path, sizeof path, "%s/admin.token", data);
    enum err e = kit_dir_write(path, SLICE(TOKEN "\n"), NULL);
    ASSERT(e == ERR_OK);
}

static int serve(int argc, char **argv)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    if (has(argc, argv, "--die")) {
        (void)fprintf(stderr, "data is served by process 4711; stop it first\n");
        return 3;
    }
    write_token(option(argc, argv, "--data"));
    const char *colon = strrchr(option(argc, argv, "--listen"), ':');
    struct kit_target *target = NULL;
    struct error error = {0};
    int port = colon != NULL ? (int)strtol(colon + 1, NULL, 10) : 0;
    if (kit_target_create(&target, port, &error) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", error_text(&error));
        return 3;
    }
    kit_target_answer(target, "/api", 0, (struct kit_answer){.body = ANSWER});
    kit_target_answer(target, "/trigger/", 0,
                      (struct kit_answer){.headers = "prismatic-executionid: RXhlY3V0aW9uOjE=\r\n",
                                          .body = "{\"executionId\": \"RXhlY3V0aW9uOjE=\"}"});
    (void)printf("daybook: listening on http://127.0.0.1:%d\n", kit_target_port(target));
    (void)fflush(stdout);
    int signal = 0;
    (void)sigwait(&signals, &signal);
    (void)fprintf(stderr, "%s\n",
                  has(argc, argv, "--complain") ? "x.c:1:1: runtime error: shift" : "stopping");
    kit_target_destroy(&target);
    return has(argc, argv, "--end-badly") ? 4 : 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "serve") == 0) {
        return serve(argc, argv);
    }
    if (argc > 1 && strcmp(argv[1], "verify") == 0) {
        (void)printf("7 records\n");
        return 0;
    }
    return 2;
}
