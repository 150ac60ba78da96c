/*
 * writer_priv: the writer's insides, shared by writer.c (what commands may do) and engine.c (which
 * runs the thread).
 */
#ifndef DAYBOOK_API_ENGINE_WRITER_PRIV_H
#define DAYBOOK_API_ENGINE_WRITER_PRIV_H

#include "api/engine/definitions.h"
#include "api/engine/open_counts.h"
#include "api/engine/writer.h"
#include "projections/instance_cache.h"

/* Definitions that the commands of one batch look at. */
#define WRITER_DEFINITIONS_MAX 64

/* Memory for folding one record. */
#define WRITER_ARENA_BYTES (64 * MIB)
#define WRITER_ROW_BYTES   (16 * MIB)

struct writer {
    struct journal *journal;
    struct views *views;
    struct definitions *definitions;
    struct journal_reader *reader; /* for definitions; a snapshot per batch, taken when needed */
    bool reader_open;
    struct views_txn *txn; /* of the batch */
    struct arena arena;    /* of the record being folded */
    struct buf row;
    struct instance_cache *instances;
    struct open_counts open;
    uint64_t next_key;
    uint64_t committed_seq; /* what the reader can see */
    int64_t now_us;
    bool appended;  /* something in this batch */
    bool must_end;  /* an append or fold failed half-way */
    bool must_wait; /* a command needs what this batch has not committed yet */
    const struct definition *held[WRITER_DEFINITIONS_MAX];
    size_t held_count;
};

/** Readies next_key and the open counts from the views. */
MUST_USE enum err writer_load(struct writer *writer, struct error *reterr);

/** Gives back what the batch held. */
void writer_end_batch(struct writer *writer);

#endif
