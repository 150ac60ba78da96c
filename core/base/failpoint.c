#include "core/base/failpoint.h"

#include "core/base/check.h"
#include "core/base/slice.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum action { ACTION_NONE, ACTION_CRASH, ACTION_ERROR, ACTION_SLEEP };

/* Longest sleep and highest hit that can be asked for: a test that needs more is wrong. */
#define NUMBER_MAX 1000000

struct armed {
    enum action action;
    uint32_t sleep_ms;
    uint32_t on_hit; /* 0: every one */
    atomic_uint hits;
};

static struct armed points[FAILPOINT_COUNT];

bool failpoint_armed;

static const char *const names[FAILPOINT_COUNT] = {
#define FAILPOINT(NAME, name) [FAILPOINT_##NAME] = (name),
#include "core/base/failpoint.def"
#undef FAILPOINT
};

/* Splits `text` at the first `separator`; what stands behind it goes to *ret_rest. */
static struct slice cut(struct slice text, char separator, struct slice *ret_rest)
{
    size_t at = slice_find(text, slice_of(&separator, 1));
    *ret_rest = at == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(text, at + 1);
    return at == SIZE_MAX ? text : slice_of(text.data, at);
}

static bool parse_number(struct slice text, uint32_t *ret)
{
    uint32_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > NUMBER_MAX) {
            return false;
        }
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    *ret = number;
    return text.size > 0 && number > 0 && number <= NUMBER_MAX;
}

static bool parse_action(struct slice text, struct armed *point)
{
    struct slice hit;
    struct slice argument;
    struct slice action = cut(cut(text, '@', &hit), '=', &argument);
    bool plain = argument.data == NULL;
    bool sleeps = slice_is(action, "sleep") && parse_number(argument, &point->sleep_ms);
    point->action = slice_is(action, "crash") && plain   ? ACTION_CRASH
                    : slice_is(action, "error") && plain ? ACTION_ERROR
                    : sleeps                             ? ACTION_SLEEP
                                                         : ACTION_NONE;
    point->on_hit = sleeps ? 0 : 1;
    bool hit_good = hit.data == NULL || parse_number(hit, &point->on_hit);
    return point->action != ACTION_NONE && hit_good;
}

static struct armed *find(struct slice name)
{
    for (size_t i = 0; i < FAILPOINT_COUNT; i++) {
        if (slice_is(name, names[i])) {
            return &points[i];
        }
    }
    return NULL;
}

static enum err arm_one(struct slice text, struct error *reterr)
{
    struct slice action;
    struct slice name = cut(text, ':', &action);
    struct armed *point = find(name);
    if (point == NULL) {
        return error_set(reterr, ERR_INVALID, "there is no failpoint \"%.*s\"", SLICE_ARGS(name));
    }
    if (!parse_action(action, point)) {
        point->action = ACTION_NONE;
        return error_set(reterr, ERR_INVALID,
                         "\"%.*s\" is not crash, error or sleep=MILLISECONDS, with @N or without",
                         SLICE_ARGS(action));
    }
    failpoint_armed = true;
    return ERR_OK;
}

enum err failpoint_arm(const char *spec, struct error *reterr)
{
    failpoint_armed = false;
    for (size_t i = 0; i < FAILPOINT_COUNT; i++) {
        points[i].action = ACTION_NONE;
        atomic_store(&points[i].hits, 0);
    }
    struct slice rest = slice_of_text(spec);
    while (rest.size > 0) {
        enum err e = arm_one(cut(rest, ',', &rest), reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}

/* Dies as by kill -9: no handler, no flushing, nothing of the process runs on. */
static void crash(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;) {
        (void)pause();
    }
}

static void sleep_ms(uint32_t ms)
{
    struct timespec duration = {ms / 1000, (long)(ms % 1000) * 1000000};
    (void)nanosleep(&duration, NULL);
}

bool failpoint_reached(enum failpoint failpoint)
{
    ASSERT((unsigned)failpoint < FAILPOINT_COUNT);
    struct armed *point = &points[failpoint];
    if (point->action == ACTION_NONE) {
        return false;
    }
    unsigned hit = atomic_fetch_add(&point->hits, 1) + 1;
    if (point->on_hit != 0 && hit != point->on_hit) {
        return false;
    }
    if (point->action == ACTION_CRASH) {
        crash();
    }
    if (point->action == ACTION_SLEEP) {
        sleep_ms(point->sleep_ms);
    }
    return point->action == ACTION_ERROR;
}

enum err failpoint_check(enum failpoint failpoint, struct error *reterr)
{
    if (!failpoint_hit(failpoint)) {
        return ERR_OK;
    }
    return error_set(reterr, ERR_IO, "failpoint %s", names[failpoint]);
}
