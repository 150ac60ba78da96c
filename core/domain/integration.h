/*
 * integration: a definition with its history: one draft that imports replace, and numbered versions
 * that publishing makes of it, immutable for ever.
 *
 *     none --created--> draft --draft_imported--> draft' ...
 *                         \--published--> version 1, 2, 3 ... (each may be marked unavailable)
 *
 * State bodies:
 *   integration.draft_imported: {definition, secrets: [{path, value}], mark, name, description,
 *       category, labels, flows: [identity]}. `definition` has its secrets blanked; `mark` is a
 * keyed fingerprint of text and secrets together, by which an unchanged draft is known.
 * integration.published: {comment, attributes}.
 *
 * Every integration has a system instance, on which its draft is tested.
 */
#ifndef DAYBOOK_CORE_DOMAIN_INTEGRATION_H
#define DAYBOOK_CORE_DOMAIN_INTEGRATION_H

#include "core/definition/definition.h"
#include "core/domain/decision.h"

#define INTEGRATION_MARK_BYTES 16

struct integration {
    struct uuid id;
    uint64_t version; /* events so far; 0: there is none */
    struct uuid system_instance;
    uint64_t draft_seq;        /* sequence of the draft_imported that is the draft */
    uint64_t latest_version;   /* 0: never published */
    uint64_t latest_available; /* newest version that is available; 0: none */
    int64_t created_at_us;
    int64_t updated_at_us;
    struct slice draft_mark;
    struct slice published_mark; /* of the latest version; empty when there is none */
    struct slice name;
    struct slice description;
    struct slice category;
    struct text_list labels;
    struct text_list flows; /* identities of the draft's flows */
    uint64_t *unavailable;  /* numbers of the versions that are not available */
    uint32_t unavailable_count;
};

struct integration_version {
    uint64_t number;
    struct uuid id;
    uint64_t draft_seq; /* the draft_imported it is made of */
    bool is_available;
    int64_t created_at_us;
    struct uuid created_by; /* user; zero: the system or an operator */
    struct slice comment;
    struct slice attributes; /* JSON text, or empty */
    /* what the draft said when it was published */
    struct slice name;
    struct slice description;
    struct slice category;
    struct text_list labels;
};

struct integration_import {
    const struct definition *definition;
    struct slice mark; /* INTEGRATION_MARK_BYTES */
    uint64_t expected_version;
    struct uuid name_owner;      /* integration that has this name already; zero: none */
    struct uuid system_instance; /* for a new integration */
};

struct integration_publish {
    uint64_t expected_version;
    struct slice comment;
    struct slice attributes; /* JSON text, or empty */
    struct uuid version_id;
};

/** The state body of draft_imported. Texts borrow from the definition. */
struct value
integration_draft_body(struct arena *arena, const struct definition *definition, struct slice mark);

/** Decides integration.created (when `integration` has version 0) and draft_imported, or nothing
 * when the draft has the same mark. */
void integration_decide_import(const struct integration *integration,
                               const struct integration_import *command,
                               struct decision *decision);

/** Decides integration.published; an unchanged draft is refused. */
void integration_decide_publish(const struct integration *integration,
                                const struct integration_publish *command,
                                struct decision *decision);

/** Decides integration.availability_changed; no change, no event. Number 0 is the draft, which is
 * refused. */
void integration_decide_availability(const struct integration *integration,
                                     const struct integration_version *version,
                                     bool available,
                                     uint64_t expected_version,
                                     struct decision *decision);

/** The secrets in a draft_imported state body. */
struct definition_secrets integration_secrets_of(struct arena *arena, const struct value *state);

/** The integration after an event. New lists are in `arena`, texts borrow from the event. */
void integration_evolve(struct integration *integration,
                        const struct recorded_event *event,
                        struct arena *arena);

/** The version after integration.published or availability_changed; `integration` is what it is
 * after the same event. Texts borrow from both. */
void integration_version_evolve(struct integration_version *version,
                                const struct integration *integration,
                                const struct recorded_event *event);

/* Rows of views: positional MessagePack out and in; texts borrow. Errors: ERR_MALFORMED, ERR_LIMIT.
 */
void integration_put(struct buf *out, const struct integration *integration);
MUST_USE enum err integration_get(struct slice bytes,
                                  struct uuid id,
                                  struct arena *arena,
                                  struct integration *ret,
                                  struct error *reterr);
void integration_version_put(struct buf *out, const struct integration_version *version);
MUST_USE enum err integration_version_get(struct slice bytes,
                                          struct arena *arena,
                                          struct integration_version *ret,
                                          struct error *reterr);

#endif
