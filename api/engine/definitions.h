/*
 * definitions: parsed integration definitions, kept by the sequence of the draft_imported that
 * brought them. A definition never changes, so an entry is right for ever; old ones fall out by
 * use.
 *
 * Thread: any; readers share. A definition stays valid until it is released.
 */
#ifndef DAYBOOK_API_ENGINE_DEFINITIONS_H
#define DAYBOOK_API_ENGINE_DEFINITIONS_H

#include "core/definition/definition.h"
#include "journal/journal.h"

/* Definitions kept that nobody uses at the moment. */
#define DEFINITIONS_IDLE_MAX 64

struct definitions;

/** An empty cache over a journal, which must outlive it. Errors: ERR_NO_MEMORY. */
MUST_USE enum err
definitions_create(struct journal *journal, struct definitions **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. Nothing may be in use. Takes NULL too. */
void definitions_destroy(struct definitions **definitions);

/**
 * The definition of a draft, read and parsed if need be with `reader` (whose snapshot must hold
 * it). Returns: a definition to be given back with definitions_release. Errors: ERR_NOT_FOUND,
 * ERR_ERASED, ERR_DAMAGED.
 */
MUST_USE enum err definitions_acquire(struct definitions *definitions,
                                      struct journal_reader *reader,
                                      uint64_t draft_seq,
                                      const struct definition **ret,
                                      struct error *reterr);

/** Gives a definition back and sets the pointer to NULL. Takes NULL too. */
void definitions_release(struct definitions *definitions, const struct definition **definition);

#endif
