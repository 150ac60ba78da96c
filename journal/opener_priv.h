/*
 * opener: bodies out of their rows: unseal, decompress, length. The caller has decoded the storage
 * header, found the key, and compares the digest afterwards.
 */
#ifndef DAYBOOK_JOURNAL_OPENER_PRIV_H
#define DAYBOOK_JOURNAL_OPENER_PRIV_H

#include "core/base/arena.h"
#include "journal/body_priv.h"

/* What opening needs beside the bytes; belongs to one thread at a time. */
struct opener {
    struct dictionary_set *dictionaries; /* borrowed */
    struct uuid journal_id;
    ZSTD_DCtx *decompressor; /* made when first needed */
    struct buf work;
};

/** Readies an opener. */
void opener_init(struct opener *opener,
                 struct dictionary_set *dictionaries,
                 struct uuid journal_id);

/** Frees what it holds. Takes a zeroed one too. */
void opener_deinit(struct opener *opener);

/**
 * Opens an inline body whose header was decoded: seal, decompression, length. Errors: ERR_DAMAGED,
 * ERR_UNSUPPORTED (a dictionary that the set has not), ERR_LIMIT (arena), ERR_NO_MEMORY.
 */
MUST_USE enum err opener_open_inline(struct opener *opener,
                                     const struct data_key *key,
                                     const struct body_place *place,
                                     const struct body_header *header,
                                     struct slice stored,
                                     struct arena *arena,
                                     struct slice *ret,
                                     struct error *reterr);

/** Opens chunk `index`, in order from 0. `first` is the header of chunk 0. */
MUST_USE enum err opener_add_chunk(struct opener *opener,
                                   const struct data_key *key,
                                   const struct body_place *place,
                                   const struct body_header *first,
                                   uint32_t index,
                                   struct slice stored,
                                   struct error *reterr);

/** All chunks are added: decompresses them. */
MUST_USE enum err opener_finish_blob(struct opener *opener,
                                     const struct body_header *first,
                                     struct arena *arena,
                                     struct slice *ret,
                                     struct error *reterr);

#endif
