#include "tests/lib/kit_shim.h"
#include "core/base/check.h"
#include "tests/lib/kit_story.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define US_PER_S ((int64_t)1000000)

static struct kit_shim_state *state;

/* Adds to a variable of the environment. */
static void extend(const char *name, const char *more, char separator)
{
    char text[4096];
    const char *before = getenv(name);
    if (before != NULL) {
        (void)snprintf(text, sizeof text, "%s%c%s", before, separator, more);
    }
    (void)setenv(name, before != NULL ? text : more, 1);
}

void kit_shim_begin(struct kit_story *story)
{
    char path[KIT_PATH_SIZE + 16];
    (void)snprintf(path, sizeof path, "%s/shim", story->server.folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    EXPECT(fd >= 0 && ftruncate(fd, sizeof *state) == 0);
    void *map = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    EXPECT(map != MAP_FAILED);
    (void)fchmod(fd, 0666); /* whoever the program becomes maps it too */
    (void)close(fd);
    state = map;
    kit_shim_free_bytes(KIT_SHIM_TRUTH);
    (void)setenv(KIT_SHIM_VARIABLE, path, 1);
    (void)setenv("LD_PRELOAD", DAYBOOK_SHIM, 1);
    /* The sanitizer wants to be the first library there is. Everything it must see still gets to
     * it.
     */
    extend("ASAN_OPTIONS", "verify_asan_link_order=0", ':');
}

void kit_shim_move_clock(int64_t seconds)
{
    (void)atomic_fetch_add(&state->clock_us, seconds * US_PER_S);
}

void kit_shim_free_bytes(int64_t bytes)
{
    atomic_store(&state->free_bytes, bytes);
}

void kit_shim_write_error(int error)
{
    atomic_store(&state->write_error, error);
}

void kit_shim_become(unsigned user)
{
    atomic_store(&state->user, user);
}

void kit_shim_sync_error(int error)
{
    atomic_store(&state->sync_error, error);
}

uint64_t kit_shim_failures(void)
{
    return atomic_load(&state->failures);
}
