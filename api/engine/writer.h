/*
 * writer: what a command's execute may do, on the writer thread.
 *
 * It sees the newest state (views of everything appended before it, in this batch too), decides,
 * and appends all its records with one call. Commit, sync and answers are the engine's business.
 */
#ifndef DAYBOOK_API_ENGINE_WRITER_H
#define DAYBOOK_API_ENGINE_WRITER_H

#include "api/engine/command.h"
#include "core/domain/decision.h"
#include "core/domain/instance.h"
#include "journal/journal.h"
#include "projections/projector.h"

struct definitions;

/** The views as they are now, for loading state. */
struct views_txn *writer_views(struct writer *writer);

/** The journal, for keys. */
struct journal *writer_journal(struct writer *writer);

/** Wall time of this batch, microseconds. */
int64_t writer_now_us(const struct writer *writer);

/** An instance as it is now; valid until the next call and the next append. Errors: ERR_NOT_FOUND.
 */
MUST_USE enum err writer_instance(struct writer *writer,
                                  struct uuid id,
                                  const struct instance **ret,
                                  struct error *reterr);

/**
 * Number of a data key for a new owner, never given before.
 * Errors: ERR_IO when the reserve cannot be written.
 */
MUST_USE enum err writer_new_key(struct writer *writer, uint64_t *ret, struct error *reterr);

/**
 * A parsed definition by the sequence of its draft_imported. One that was imported in this batch is
 * not readable yet: then the batch is committed first (the command starts anew, with ERR_BUSY
 * returned here that execute must pass on).
 */
MUST_USE enum err writer_definition(struct writer *writer,
                                    uint64_t draft_seq,
                                    const struct definition **ret,
                                    struct error *reterr);

/**
 * Appends the records with the command's id, actor, reason and digests, and folds them into the
 * views. Once per command. Errors: ERR_LIMIT (nothing happened); others end the process.
 */
MUST_USE enum err writer_append(struct writer *writer,
                                struct command *command,
                                struct append_record *records,
                                size_t count,
                                struct error *reterr);

/** As writer_append for one stream that owns itself or is owned by `owner`, from a decision. A
 * decision without events appends nothing. */
MUST_USE enum err writer_append_decision(struct writer *writer,
                                         struct command *command,
                                         const struct decision *decision,
                                         struct stream_ref stream,
                                         struct stream_ref owner,
                                         uint64_t key,
                                         uint64_t version,
                                         struct error *reterr);

/** Executions of a flow that are not final yet. */
uint64_t writer_open_executions(struct writer *writer, struct uuid instance, uint64_t flow);

#endif
