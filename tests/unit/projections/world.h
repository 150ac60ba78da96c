/*
 * world: random but seeded commands over all deciders, on a journal with live views. What happens
 * depends on the seed alone.
 *
 * Each step draws a command, loads its state from the views as a command does, decides, and appends
 * what was decided. Many draws are refused, or change nothing, and that is as it should be. The
 * clock moves, by now and then days, so that idempotency keys end.
 *
 * After each command the rows of all customers, integrations and instances are kept as the views
 * showed them, to be compared with what "as of" says later.
 */
#ifndef DAYBOOK_TESTS_UNIT_PROJECTIONS_WORLD_H
#define DAYBOOK_TESTS_UNIT_PROJECTIONS_WORLD_H

#include "tests/unit/projections/views_kit.h"

#define WORLD_POOL_MAX        12
#define WORLD_DEFINITIONS_MAX 4

/* Things of one kind that were made. */
struct world_pool {
    struct uuid ids[WORLD_POOL_MAX];
    size_t count;
};

/* A row as the views showed it from `seq` on. */
struct world_row {
    struct world_row *before;
    uint64_t seq;
    struct stream_ref stream;
    struct slice row;
};

struct world {
    struct views_kit kit;
    uint64_t state; /* of the random numbers */
    struct world_pool customers;
    struct world_pool integrations;
    struct world_pool instances;
    struct world_pool executions;
    struct world_pool users;
    struct world_pool tokens;
    const struct definition *definitions[WORLD_DEFINITIONS_MAX];
    uint64_t next_key;
    struct uuid system_customer;
    struct world_row *rows; /* newest first */
    struct arena memory;    /* of rows and drafts */
    struct arena scratch;   /* of one command */
    uint64_t appended;      /* commands that led to events */
};

/** A new world, with its first customer, the system's. */
void world_begin(struct world *world, uint64_t seed);

/** Ends it. */
void world_end(struct world *world);

/** One command, or one thing that happens to the server. */
void world_step(struct world *world);

/** A number below `limit`. */
uint64_t world_below(struct world *world, uint64_t limit);

/** One of a pool, or an id that is in none. */
struct uuid world_pick(struct world *world, const struct world_pool *pool);

/** Remembers an id, in the place of a random one when the pool is full. */
void world_remember(struct world *world, struct world_pool *pool, struct uuid id);

/** Appends a decision about a stream, unless it is refused or empty. Returns: whether. */
bool world_append(struct world *world,
                  const struct decision *decision,
                  struct stream_ref stream,
                  struct stream_ref owner,
                  uint64_t key,
                  uint64_t version);

/** The number of a new data key. */
uint64_t world_key(struct world *world);

/** A short text, one of few, so that names meet. */
struct slice world_text(struct world *world);

/** A few labels. */
struct text_list world_labels(struct world *world);

/** The expected version of a command: mostly none, sometimes right, sometimes stale. */
uint64_t world_expected(struct world *world, uint64_t current);

/** The definition that the draft at a sequence brought. */
const struct definition *world_definition(struct world *world, uint64_t draft_seq);

/* One command each, drawn and done. */
void world_customer(struct world *world);
void world_integration(struct world *world);
void world_instance(struct world *world);
void world_execution(struct world *world);
void world_access(struct world *world);

#endif
