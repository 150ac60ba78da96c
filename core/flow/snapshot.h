/*
 * snapshot: the configuration one execution runs with, as it was when the execution began.
 *
 * The runner fills it from the instance's deployment and keeps it until the run is destroyed; a
 * run only borrows it. Plain variables carry a value of any type, connections carry named fields.
 *
 * A secret field is used for one thing only: to build the credentials of an outbound request. No
 * expression, template or condition can read it: as a value, a connection shows its public fields
 * alone (snapshot_connection_value). So no log line and no step result can hold a secret by the
 * flow's own doing.
 *
 * Thread: read-only after it is filled.
 */
#ifndef DAYBOOK_CORE_FLOW_SNAPSHOT_H
#define DAYBOOK_CORE_FLOW_SNAPSHOT_H

#include "core/base/arena.h"
#include "core/base/slice.h"
#include "core/base/value.h"

#include <stdbool.h>
#include <stdint.h>

/* One input of a connection: "username", "apiKey" ... */
struct snapshot_field {
    struct slice name;
    struct slice value;
    bool secret; /* everything the catalogue of components does not call public */
};

struct snapshot_connection {
    struct slice key;            /* which kind: "basic", "apiKey", "oauth2" ... */
    struct slice config_var_key; /* the variable it stands under */
    struct snapshot_field *fields;
    uint32_t field_count;
    struct slice access_token; /* OAuth 2.0, always secret; empty when there is none */
};

struct snapshot_var {
    struct slice key;                             /* as definitions refer to it: "Ledger URL" */
    struct value value;                           /* null when not set; unused for a connection */
    const struct snapshot_connection *connection; /* NULL for a plain variable */
};

struct snapshot {
    struct snapshot_var *vars;
    uint32_t count;
};

/** The variable of a key. Returns: NULL when there is none. */
const struct snapshot_var *snapshot_find(const struct snapshot *snapshot, struct slice key);

/** The field of a connection by name. Returns: the empty slice when there is none. */
struct slice snapshot_field(const struct snapshot_connection *connection, const char *name);

/**
 * A connection as expressions see it: {key, configVarKey, fields: {public ones}}. Texts are
 * borrowed from the snapshot. Returns: null when `arena` is exhausted.
 */
struct value snapshot_connection_value(const struct snapshot_connection *connection,
                                       struct arena *arena);

#endif
