/*
 * engine_kit: an engine on a loop of its own, without a socket, and commands of which each does one
 * simple thing. Every test tears down in its own body: engine_kit_end.
 *
 *     engine_kit_begin(&kit);
 *     engine_kit_submit(&kit, &command, ENGINE_KIT_SAY);
 *     engine_kit_wait(&kit, 1);
 *     cr_expect_eq(command.base.outcome, COMMAND_DONE);
 *     engine_kit_end(&kit);
 */
#ifndef DAYBOOK_TESTS_UNIT_API_ENGINE_KIT_H
#define DAYBOOK_TESTS_UNIT_API_ENGINE_KIT_H

#include "api/engine/engine.h"
#include "api/engine/writer.h"

struct engine_kit {
    char dir[64];
    uv_loop_t loop;
    struct clock_manual clock; /* stands still; move it while no engine is open */
    struct engine_options options;
    struct engine *engine;
    const char *reason; /* why the views were used or built */
    struct error error;
    size_t done;   /* done callbacks since the kit began */
    size_t closed; /* close callbacks */
};

/* What a command's execute does. */
enum engine_kit_doing {
    ENGINE_KIT_SAY,     /* appends user.created */
    ENGINE_KIT_SAY_BIG, /* the same with 500 KiB of body */
    ENGINE_KIT_NOTHING,
    ENGINE_KIT_REFUSE, /* problem "name: no" */
    ENGINE_KIT_FAIL,   /* ERR_NOT_FOUND "no such thing" */
    ENGINE_KIT_HOLD,   /* keeps the writer until engine_kit_let_go; appends nothing */
    ENGINE_KIT_CRAMPED /* appends with an arena that is too small */
};

struct engine_kit_command {
    struct command base;
    struct engine_kit *kit;
    struct arena arena;
    enum engine_kit_doing doing;
    size_t times; /* executed */
    size_t place; /* in the order of done callbacks, from 1; 0: not done */
    bool seen;    /* when it was done, views and journal had what it appended */
    uv_sem_t held;
    uv_sem_t let_go;
};

/** A new data directory with an engine. */
void engine_kit_begin(struct engine_kit *kit);

/** A kit whose engine is not open yet: options may be changed. */
void engine_kit_prepare(struct engine_kit *kit);

/** Opens the engine. */
void engine_kit_open(struct engine_kit *kit);

/** Closes the engine and waits until it is closed. */
void engine_kit_close(struct engine_kit *kit);

/** Closes what is open and removes the directory. */
void engine_kit_end(struct engine_kit *kit);

/** Readies a command; engine_submit it, or use engine_kit_submit. */
void engine_kit_command(struct engine_kit *kit,
                        struct engine_kit_command *command,
                        enum engine_kit_doing doing);

/** Readies a command and submits it, which must be taken. */
void engine_kit_submit(struct engine_kit *kit,
                       struct engine_kit_command *command,
                       enum engine_kit_doing doing);

/** Gives it an idempotency key and a request, each a byte 32 times. */
void engine_kit_key(struct engine_kit_command *command, char key, char request);

/** Turns the loop until `done` callbacks came since the kit began. */
void engine_kit_wait(struct engine_kit *kit, size_t done);

/** Submits a command that holds the writer, and waits until it does. */
void engine_kit_hold(struct engine_kit *kit, struct engine_kit_command *holder);

/** Lets the writer go on. */
void engine_kit_let_go(struct engine_kit_command *holder);

/** Frees what a command has. */
void engine_kit_free(struct engine_kit_command *commands, size_t count);

/** One say, done. Returns: its first sequence. */
uint64_t engine_kit_say(struct engine_kit *kit);

/** Whether the engine's views equal a fold of its journal; closes and opens it for that. */
void engine_kit_demand_rebuilt(struct engine_kit *kit);

#endif
