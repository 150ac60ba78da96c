/*
 * Starting, stopping and killing, with the stand-in as the program.
 */
#include "core/base/check.h"
#include "tests/lib/kit_client.h"
#include "tests/lib/kit_server.h"
#include "tests/lib/kit_time.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>

/* Before any test: the stand-in is the program under test here. */
__attribute__((constructor)) static void use_stand_in(void)
{
    (void)setenv("DAYBOOK_BINARY", KIT_PROGRAMS "/kit_stand_in", 1);
}

static enum err start_with(struct kit_server *server, const char *how, struct error *reterr)
{
    const char *const arguments[] = {how, NULL};
    return kit_server_start(server, how != NULL ? arguments : NULL, reterr);
}

static int status_of(const struct kit_server *server)
{
    struct kit_client client;
    struct kit_message message = {0};
    struct kit_request request = {.path = "/healthz"};
    kit_client_init(&client);
    client.port = server->port;
    enum err e = kit_client_request(&client, &request, &message, NULL);
    kit_client_deinit(&client);
    return e == ERR_OK ? message.status : -1;
}

Test(kit_server, starts_answers_stops)
{
    struct kit_server server;
    cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
    cr_assert_not(kit_server_running(&server));
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    cr_assert(kit_server_running(&server));
    cr_assert_str_eq(server.token, "stand-in-token");
    cr_assert_eq(status_of(&server), 200);
    cr_assert_eq(kit_server_stop(&server, NULL), ERR_OK);
    cr_assert_not(kit_server_running(&server));
    cr_assert(kit_server_logged(&server, "stopping"));
    cr_assert_eq(status_of(&server), -1);
    kit_server_deinit(&server);
}

Test(kit_server, comes_back_on_the_same_port_after_stop_and_kill)
{
    struct kit_server server;
    cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    int port = server.port;
    cr_assert_eq(kit_server_stop(&server, NULL), ERR_OK);
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    cr_assert_eq(server.port, port);
    cr_assert_eq(kit_server_kill(&server, NULL), ERR_OK);
    cr_assert_eq(status_of(&server), -1);
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    cr_assert_eq(server.port, port);
    cr_assert_eq(server.starts, 3);
    cr_assert_eq(status_of(&server), 200);
    cr_assert_eq(kit_server_stop(&server, NULL), ERR_OK);
    kit_server_deinit(&server);
}

Test(kit_server, one_that_dies_at_start_is_told_with_its_reason)
{
    struct kit_server server;
    struct error error = {0};
    cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
    cr_assert_eq(start_with(&server, "--die", &error), ERR_CLOSED);
    cr_assert_not_null(strstr(error_text(&error), "with code 3"));
    cr_assert_not_null(strstr(error_text(&error), "stop it first"));
    cr_assert_eq(server.pid, 0);
    kit_server_deinit(&server);
}

Test(kit_server, a_bad_end_and_a_sanitizers_finding_are_refused)
{
    static const char *const ways[] = {"--end-badly", "--complain"};
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        struct kit_server server;
        cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
        cr_assert_eq(start_with(&server, ways[i], NULL), ERR_OK);
        cr_assert_eq(kit_server_stop(&server, NULL), ERR_REFUSED, "%s", ways[i]);
        kit_server_deinit(&server);
    }
}

Test(kit_server, one_that_ended_by_itself_cannot_be_killed)
{
    struct kit_server server;
    cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    (void)kill(server.pid, SIGTERM);
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (kit_server_running(&server) && kit_time_left(deadline) > 0) {
        kit_time_pause(2);
    }
    cr_assert_eq(kit_server_kill(&server, NULL), ERR_REFUSED);
    kit_server_deinit(&server);
}

Test(kit_server, deinit_ends_what_runs_and_removes_the_folder)
{
    struct kit_server server;
    cr_assert_eq(kit_server_init(&server, NULL), ERR_OK);
    cr_assert_eq(start_with(&server, NULL, NULL), ERR_OK);
    kit_server_deinit(&server);
    cr_assert_eq(status_of(&server), -1);
    cr_assert_not(kit_server_logged(&server, "stopping"));
}

Test(kit_server, subcommands)
{
    const char *const good[] = {"verify", "--data", "x", NULL};
    const char *const bad[] = {"verfy", NULL};
    struct kit_output output;
    cr_assert_eq(kit_server_command(good, SLICE(""), &output, NULL), ERR_OK);
    cr_assert_eq(output.exit.code, 0);
    cr_assert(slice_is(buf_slice(&output.out), "7 records\n"));
    kit_program_output_deinit(&output);
    cr_assert_eq(kit_server_command(bad, SLICE(""), &output, NULL), ERR_OK);
    cr_assert_eq(output.exit.code, 2);
    kit_program_output_deinit(&output);
}
