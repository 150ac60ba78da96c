/* The first start of a data directory. */
#include "api/auth.h"
#include "api/commands/access_commands.h"
#include "api/data_dir.h"
#include "api/server_priv.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "projections/access_view.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define PATH_BYTES 4200

struct first_start {
    struct bootstrap_command command;
    struct arena arena;
    bool done;
};

static bool has_organization(struct server *server, struct arena *arena)
{
    struct reading *reading = NULL;
    struct organization organization;
    bool there = reading_open(server->readings, &reading, NULL) == ERR_OK &&
                 access_view_organization(reading->views, arena, &organization, NULL) == ERR_OK;
    reading_close(server->readings, &reading);
    return there;
}

/* Writes DATA/admin.token, 0600, synced: before the token is valid, so that it cannot be lost. */
static enum err write_token(const struct server *server, const char *token, struct error *reterr)
{
    char path[PATH_BYTES];
    char line[AUTH_TOKEN_SIZE + 1];
    (void)snprintf(path, sizeof path, "%s/admin.token", server->data_dir);
    int size = snprintf(line, sizeof line, "%s\n", token);
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, line, (size_t)size) == size && fsync(fd) == 0;
    int fault = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    sodium_memzero(line, sizeof line);
    return written ? data_dir_sync(server->data_dir, reterr)
                   : error_set_sys(reterr, ERR_IO, fault, "write %s", path);
}

static void on_done(struct command *command)
{
    struct first_start *it = LIST_ENTRY(command, struct first_start, command.base);
    it->done = true;
}

static enum err outcome_of(const struct command *command, struct error *reterr)
{
    if (command->outcome == COMMAND_REFUSED) {
        return problem_error(&command->problems, ERR_INVALID, reterr);
    }
    if (command->outcome == COMMAND_FAILED) {
        *reterr = command->error;
        return command->error.code;
    }
    return ERR_OK;
}

static enum err run(struct server *server, struct first_start *it, struct error *reterr)
{
    struct bootstrap_command *command = &it->command;
    command->base.execute = access_command_bootstrap;
    command->base.done = on_done;
    command->base.arena = &it->arena;
    command->base.append_id = engine_new_id(server->engine);
    command->organization_name = slice_of_text(server->settings->organization);
    command->user_name = SLICE("Admin");
    command->user_email = SLICE("admin@localhost");
    command->user = engine_new_id(server->engine);
    command->customer = engine_new_id(server->engine);
    command->token = engine_new_id(server->engine);
    enum err e = engine_submit(server->engine, &command->base, reterr);
    while (e == ERR_OK && !it->done) {
        (void)uv_run(server->loop, UV_RUN_ONCE); /* nothing else lives on the loop yet */
    }
    return e != ERR_OK ? e : outcome_of(&command->base, reterr);
}

enum err server_first_start(struct server *server, struct error *reterr)
{
    struct first_start it = {.done = false};
    char token[AUTH_TOKEN_SIZE];
    unsigned char digest[ACCESS_DIGEST_BYTES];
    arena_init(&it.arena, MIB);
    enum err e = ERR_OK;
    if (!has_organization(server, &it.arena)) {
        e = auth_new_token(engine_journal(server->engine), token, digest, reterr);
        e = e != ERR_OK ? e : write_token(server, token, reterr);
        e = e != ERR_OK ? e : failpoint_check(FAILPOINT_FIRST_START_AFTER_TOKEN, reterr);
        it.command.token_digest = slice_of(digest, sizeof digest);
        e = e != ERR_OK ? e : run(server, &it, reterr);
    }
    sodium_memzero(token, sizeof token);
    arena_deinit(&it.arena);
    return e != ERR_OK ? error_wrap(reterr, e, "first start") : e;
}
