/*
 * integrations_view: integrations with their drafts, published versions by number and by id, names,
 * and the flow nodes of drafts and versions.
 *
 * A flow's outside id is derived: from the integration's id for the draft, from the version's id
 * for a version, and the flow's identity. The table of flow nodes leads back.
 */
#ifndef DAYBOOK_PROJECTIONS_INTEGRATIONS_VIEW_H
#define DAYBOOK_PROJECTIONS_INTEGRATIONS_VIEW_H

#include "core/domain/integration.h"
#include "projections/projection.h"

extern const struct projection integrations_view;

/** One integration; texts live in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err integrations_view_get(struct views_txn *txn,
                                        struct uuid id,
                                        struct arena *arena,
                                        struct integration *ret,
                                        struct error *reterr);

/** Which integration has this name; the zero id when none has. */
MUST_USE enum err integrations_view_by_name(struct views_txn *txn,
                                            struct slice name,
                                            struct uuid *ret,
                                            struct error *reterr);

/** A version by number; texts live in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err integrations_view_version(struct views_txn *txn,
                                            struct uuid integration,
                                            uint64_t number,
                                            struct arena *arena,
                                            struct integration_version *ret,
                                            struct error *reterr);

/** What an outside integration id means: the draft (number 0) or a version. Errors: ERR_NOT_FOUND.
 */
MUST_USE enum err integrations_view_resolve(struct views_txn *txn,
                                            struct uuid id,
                                            struct uuid *ret_integration,
                                            uint64_t *ret_number,
                                            struct error *reterr);

/** All versions of an integration, newest first, in `arena`. Returns: their number in *ret_count.
 */
MUST_USE enum err integrations_view_versions(struct views_txn *txn,
                                             struct uuid integration,
                                             struct arena *arena,
                                             struct integration_version **ret,
                                             size_t *ret_count,
                                             struct error *reterr);

/** The outside id of a flow of a node (integration id or version id). */
struct uuid integrations_view_flow_id(struct uuid node, struct slice identity);

/** What an outside flow id means; the identity lives in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err integrations_view_flow(struct views_txn *txn,
                                         struct uuid flow_id,
                                         struct arena *arena,
                                         struct uuid *ret_integration,
                                         uint64_t *ret_number,
                                         struct slice *ret_identity,
                                         struct error *reterr);

/** The sequence of the draft_imported that a version (0: the draft) consists of. */
MUST_USE enum err integrations_view_definition_seq(struct views_txn *txn,
                                                   struct uuid integration,
                                                   uint64_t number,
                                                   struct arena *arena,
                                                   uint64_t *ret_seq,
                                                   struct error *reterr);

#endif
