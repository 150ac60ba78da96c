/*
 * config_value: is this a value for that config variable?
 *
 * Values are texts; the variable's data type says what may stand in them:
 *
 *     string           any text
 *     number           25, -1.5, 1e3
 *     boolean          true or false, in any case; kept small
 *     date             2026-01-31
 *     timestamp        2026-01-31T12:00:00Z, RFC 3339 with a zone
 *     picklist         one of pickList; any text when a data source gives the choices
 *     code             json: a JSON text; xml, html and others: any text
 *     schedule         cron of five fields (core/flow/cron.h), with a schedule type and a time zone
 *     jsonForm         a JSON text
 *     objectSelection  a JSON list of {object: {key, ...}, ...}
 *     objectFieldMap   a JSON object with the list `fields`
 *     connection       none: it has inputs (config_connection_parse)
 *
 * collectionType valuelist makes it a JSON list of such values, keyvaluelist a JSON list of
 * {key, value}. The empty text is a value of every type: "nothing".
 *
 * Happy path: config_value_check gives the value as it is to be kept, in the caller's arena:
 * without blanks around it (texts, code and choices keep theirs), booleans small, collections
 * written anew as JSON. On failure the sentence names the rule and what was given. Inputs of
 * connections are never shown.
 */
#ifndef DAYBOOK_CORE_DEFINITION_CONFIG_VALUE_H
#define DAYBOOK_CORE_DEFINITION_CONFIG_VALUE_H

#include "core/definition/definition.h"

/* Items of one collection. */
#define CONFIG_VALUE_ITEMS_MAX 2000

/* A value with what belongs to it in schedules. */
struct config_value {
    struct slice value;
    struct slice schedule_type; /* schedules only: a word of enum schedule_type; empty: not given */
    struct slice time_zone;     /* schedules only: empty: not given */
};

/**
 * Checks a value, and brings it into the form in which it is kept.
 * Takes: `given` is borrowed; what *ret holds is in `arena` or part of `given`. Thread: any.
 * Errors: ERR_INVALID with the sentence "config variable "Max Parcels": ..."; ERR_LIMIT,
 * ERR_NO_MEMORY (arena).
 */
MUST_USE enum err config_value_check(const struct config_var *var,
                                     const struct config_value *given,
                                     struct arena *arena,
                                     struct config_value *ret,
                                     struct error *reterr);

/** As config_value_check for the text alone, without the variable's name in the sentence. */
MUST_USE enum err config_value_check_text(const struct config_var *var,
                                          struct slice text,
                                          struct arena *arena,
                                          struct slice *ret,
                                          struct error *reterr);

/* One input of a connection as a caller sets it. */
struct config_connection_input {
    struct slice name;
    enum input_type type; /* INPUT_VALUE, INPUT_CONFIGVAR or INPUT_TEMPLATE */
    struct slice value;
    bool secret;
};

struct config_connection {
    struct config_connection_input *items;
    uint32_t count;
};

/**
 * Reads the inputs of a connection out of the JSON text [{"name", "type", "value"}, ...]. `type`
 * may be missing and is "value" then. Names must be inputs of the definition's connection, if it
 * lists any, and stand once. Takes: everything in *ret is in `arena`. Thread: any. Errors:
 * ERR_INVALID, naming variable, input and rule, never a value; ERR_LIMIT, ERR_NO_MEMORY (arena).
 */
MUST_USE enum err config_connection_parse(const struct config_var *var,
                                          struct slice json,
                                          struct arena *arena,
                                          struct config_connection *ret,
                                          struct error *reterr);

/* How a connection becomes usable. */
enum connection_kind {
    CONNECTION_PLAIN,         /* once its inputs have values */
    CONNECTION_OAUTH2_CLIENT, /* client credentials: the program signs in by itself */
    CONNECTION_OAUTH2_CODE,   /* authorization code: a person signs in */
};

/** The kind of a connection, by its inputs: authorizeUrl and tokenUrl, or tokenUrl alone. */
enum connection_kind config_connection_kind(const struct config_var *var);

/* What is known of a variable's value without opening it. */
struct config_presence {
    bool has_value;              /* plain variables: set, even to the empty text */
    const struct slice *inputs;  /* connections: names of inputs that were set */
    const bool *inputs_nonempty; /* connections: whether to more than the empty text */
    size_t input_count;
    bool is_authorized; /* OAuth 2.0: a token was obtained; organisation-wide: it is set up */
};

/**
 * Whether the variable lacks what it needs before a deployment.
 * Returns: true and in *ret_reason why ("it has neither a value nor a default"), a static text.
 */
bool config_value_is_missing(const struct config_var *var,
                             const struct config_presence *presence,
                             const char **ret_reason);

#endif
