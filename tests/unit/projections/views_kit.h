/*
 * views_kit: a journal with live views over it, for tests. What is said to happen is appended and
 * folded as the engine does it; what the views hold is compared with what a fold of the journal
 * gives.
 *
 * Events are texts as in domain_kit.h, and streams are named: views_kit_say(kit, "acme",
 * "customer.created {'key':2,'name':'Acme'}") is a command of one record about the customer
 * domain_kit_id("acme"). Keys are given in order from 2 on (VIEWS_KIT_KEY).
 *
 * Every test tears down in its own body.
 */
#ifndef DAYBOOK_TESTS_UNIT_PROJECTIONS_VIEWS_KIT_H
#define DAYBOOK_TESTS_UNIT_PROJECTIONS_VIEWS_KIT_H

#include "projections/rebuild.h"
#include "tests/unit/core/domain_kit.h"
#include "tests/unit/journal/journal_kit.h"

/* The first data key that nobody has. */
#define VIEWS_KIT_KEY         2

#define VIEWS_KIT_STREAMS_MAX 256

/* What the kit knows of a stream, to append to it. */
struct views_kit_stream {
    struct stream_ref stream;
    struct stream_ref owner;
    uint64_t key;
    uint64_t version;
};

struct views_kit {
    struct kit base;         /* journal, clock, directory */
    struct domain_kit words; /* reads events */
    struct views *views;
    struct trust *trust;
    const char *reason; /* what rebuild_or_open said last */
    struct arena arena; /* of folding */
    struct buf row;
    struct views_kit_stream streams[VIEWS_KIT_STREAMS_MAX];
    size_t stream_count;
    /* of the next command; emptied by it */
    struct slice idempotency;
    struct slice request;
};

/** A new journal with its views. */
void views_kit_begin(struct views_kit *kit);

/** Closes and removes everything. */
void views_kit_end(struct views_kit *kit);

/** Opens journal and views after views_kit_close or views_kit_die; `kit->reason` says how. */
void views_kit_open(struct views_kit *kit);

/** Closes both as a server that ends does. */
void views_kit_close(struct views_kit *kit);

/** Closes both as if the process had died: no sync, no mark. */
void views_kit_die(struct views_kit *kit);

/** The options of rebuild.h for this kit. */
struct rebuild_options views_kit_options(const struct views_kit *kit);

/** Appends a command and folds it in the same batch, as the engine does. Returns: its last event.
 */
uint64_t views_kit_append(struct views_kit *kit, struct append *append);

/** A command of one record: events about one stream, which owns itself, or belongs to the journal
 * (integrations, users, tokens, the organization). Returns: its last event. */
uint64_t views_kit_say(struct views_kit *kit, const char *name, const char *lines);

/** As views_kit_say for a stream that is owned by an instance: executions. */
uint64_t
views_kit_say_of(struct views_kit *kit, const char *instance, const char *name, const char *lines);

/** Destroys a data key in the journal; the views have not seen it yet. */
void views_kit_destroy_key(struct views_kit *kit, uint64_t key, struct stream_ref owner);

/** Lets bodies of a class expire up to the head; the views have not seen it yet. */
void views_kit_expire(struct views_kit *kit, enum body_class body_class);

/** Folds what the journal wrote about itself. */
void views_kit_catch_up(struct views_kit *kit);

/** A reading transaction; views_end it. */
struct views_txn *views_kit_read(struct views_kit *kit);

/** A reader with a snapshot; journal_reader_destroy it. */
struct journal_reader *views_kit_reader(struct views_kit *kit);

/** Every row of every table but meta as text, a line each: table, key, row, in hex. */
const char *views_kit_dump(struct views_kit *kit, struct views *views);

/** The rows of one table as text, a line each, ids by their names where they have one. */
const char *views_kit_rows(struct views_kit *kit, enum views_table table);

/** Demands that the live views equal those that a fold of the journal makes, byte for byte; by
 * comparing here and by rebuild_compare. */
void views_kit_demand_rebuilt(struct views_kit *kit, const char *when);

#endif
