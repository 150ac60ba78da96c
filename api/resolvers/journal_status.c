/* Where the journal stands. */
#include "api/resolvers/bindings.h"
#include "api/resolvers/graph.h"
#include "projections/projector.h"

#include <sodium.h>

struct journal_node {
    struct journal_stats stats;
    struct journal_head head;
    uint64_t views_seq;
};

static enum err resolve_journal(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct reading *reading = graph_context_of(call)->reading;
    struct journal_node *node = ARENA_NEW(call->arena, struct journal_node);
    if (node == NULL) {
        return arena_error(call->arena, "the journal's status", reterr);
    }
    enum err e = journal_stats(engine_journal(reading->engine), &node->stats, reterr);
    e = e != ERR_OK ? e : journal_reader_head(reading->journal, &node->head, reterr);
    e = e != ERR_OK ? e : reading_seq(reading, &node->views_seq, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err resolve_bytes(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct journal_stats *stats = &((const struct journal_node *)call->parent)->stats;
    (void)reterr;
    *ret = gql_result_int((int64_t)(stats->journal_file_bytes + stats->blob_file_bytes));
    return ERR_OK;
}

static enum err resolve_head(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct journal_node *node = call->parent;
    char hex[2 * JOURNAL_LINK_BYTES + 1];
    (void)reterr;
    (void)sodium_bin2hex(hex, sizeof hex, node->head.link, JOURNAL_LINK_BYTES);
    *ret = gql_result_text(arena_copy(call->arena, slice_of_text(hex)));
    return ERR_OK;
}

static const struct gql_binding query_fields[] = {
    GQL_CALL("journal", resolve_journal),
};

static const struct gql_binding journal_fields[] = {
    GQL_CALL("bytesStored", resolve_bytes),
    GQL_CALL("chainHead", resolve_head),
    GQL_UINT64("records", struct journal_node, stats.records),
    GQL_UINT64("seq", struct journal_node, head.seq),
    GQL_UINT64("viewsSeq", struct journal_node, views_seq),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("JournalStatus", journal_fields),
};

const struct gql_bindings journal_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
};
