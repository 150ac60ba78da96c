#include "tools/alone.h"

#include "core/base/check.h"
#include "tools/tool.h"

#include <stdio.h>
#include <unistd.h>

/* The journal cannot go on: what was committed is safe, the next start sees what is there. */
static void on_fatal(void *data, const char *text)
{
    const struct options *options = data;
    (void)fprintf(stderr, "daybook %s: the journal cannot be written, nothing was done: %s\n",
                  options->usage->command, text);
    _exit(TOOL_FAILED);
}

static enum err
open_engine(struct alone *alone, const struct options *options, struct error *reterr)
{
    const char *reason = "";
    const char *master = alone->settings.master_key_file;
    struct engine_options engine = {
        .data_dir = options_data(options),
        .master_key_path = master[0] != '\0' ? master : NULL,
        .clock = clock_system(),
        .progress = progress_update,
        .progress_data = &alone->progress,
        .fatal = on_fatal,
        .fatal_data = (void *)(uintptr_t)options,
    };
    progress_begin(&alone->progress, "building the views", clock_system());
    enum err e = engine_create(&alone->loop, &engine, &alone->engine, &reason, reterr);
    progress_end(&alone->progress);
    return e;
}

enum err alone_open(const struct options *options, struct alone *ret, struct error *reterr)
{
    *ret = (struct alone){.lock = {.fd = -1}};
    data_guard(options->usage->command, options_data(options), false);
    enum err e = data_settings(options, &ret->settings, reterr);
    e = e != ERR_OK ? e : data_check(options_data(options), reterr);
    e = e != ERR_OK ? e : data_lock_take(options_data(options), false, &ret->lock, reterr);
    if (e != ERR_OK) {
        return e;
    }
    int rc = uv_loop_init(&ret->loop);
    if (rc != 0) {
        return error_set(reterr, ERR_IO, "start the event loop: %s", uv_strerror(rc));
    }
    ret->has_loop = true;
    return open_engine(ret, options, reterr);
}

static void on_done(struct command *command)
{
    (void)command; /* the loop is asked to stop by alone_run, which looks at the outcome */
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

enum err alone_run(struct alone *alone, struct command *command, struct error *reterr)
{
    command->done = on_done;
    command->actor = (struct actor){.kind = ACTOR_OPERATOR};
    command->append_id = engine_new_id(alone->engine);
    uint64_t before = engine_stats(alone->engine).commands;
    enum err e = engine_submit(alone->engine, command, reterr);
    while (e == ERR_OK && engine_stats(alone->engine).commands == before) {
        (void)uv_run(&alone->loop, UV_RUN_ONCE);
    }
    return e == ERR_OK ? outcome_of(command, reterr) : e;
}

static void on_closed(void *data)
{
    (void)data; /* nothing is left on the loop, so it ends */
}

void alone_close(struct alone *alone)
{
    if (alone->engine != NULL) {
        engine_close(alone->engine, on_closed, NULL);
        (void)uv_run(&alone->loop, UV_RUN_DEFAULT);
        engine_destroy(&alone->engine);
    }
    if (alone->has_loop) {
        ASSERT(uv_loop_close(&alone->loop) == 0);
        alone->has_loop = false;
    }
    data_lock_release(&alone->lock);
    settings_deinit(&alone->settings);
}
