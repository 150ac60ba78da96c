/*
 * integration_commands: importing drafts, publishing versions, their availability.
 *
 * An import is prepared off the loop thread (integration_import_prepare): the text is parsed with
 * the secrets the present draft has, and a large state body is sealed as a blob. `execute` refuses
 * when the draft changed in between (ERR_CONFLICT: the maker prepares again).
 */
#ifndef DAYBOOK_API_COMMANDS_INTEGRATION_COMMANDS_H
#define DAYBOOK_API_COMMANDS_INTEGRATION_COMMANDS_H

#include "api/engine/reading.h"
#include "api/engine/writer.h"
#include "core/domain/integration.h"

struct integration_import_command {
    struct command base; /* base.append_id is the id of a new integration */
    bool is_new;
    struct uuid integration; /* whose draft is replaced, when not new */
    struct slice text;
    uint64_t expected_version; /* of the caller; 0: none */
    /* ---- filled by integration_import_prepare ---- */
    struct definition *definition;
    struct problem_list parse_problems;
    uint64_t base_version; /* the integration's version it was prepared against */
    unsigned char mark[INTEGRATION_MARK_BYTES];
    struct sealed_body sealed; /* of the state body, when it is large */
    bool is_sealed;
    struct uuid system_instance; /* id for a new one */
    struct uuid *flow_ids;       /* fresh ones, one a flow */
};

/**
 * Parses and seals. Thread: any but the loop's when the text is large. The arena of the command is
 * used. Returns: ERR_OK also with parse_problems. Errors: ERR_NOT_FOUND (no such integration),
 * ERR_LIMIT.
 */
MUST_USE enum err integration_import_prepare(struct integration_import_command *command,
                                             struct reading *reading,
                                             struct sealer *sealer,
                                             struct error *reterr);

/** Frees what prepare made. */
void integration_import_deinit(struct integration_import_command *command);

struct integration_publish_command {
    struct command base;
    struct uuid integration;
    struct integration_publish input; /* version_id is given by the maker */
    uint64_t version;                 /* the number it got */
};

struct integration_availability_command {
    struct command base;
    struct uuid integration;
    uint64_t version;
    bool available;
    uint64_t expected_version;
};

/* Their `execute`. */
enum err
integration_command_import(struct command *command, struct writer *writer, struct error *reterr);
enum err
integration_command_publish(struct command *command, struct writer *writer, struct error *reterr);
enum err integration_command_availability(struct command *command,
                                          struct writer *writer,
                                          struct error *reterr);

#endif
