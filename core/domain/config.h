/*
 * config: the config variables of an instance: what was set, by whom the values are checked, what
 * is missing.
 *
 * Only what somebody *set* is kept; defaults stay with the definition, so that a new version's
 * defaults reach the instances that never chose. Entries are kept by the variable's identity
 * (stable key, else key), which is how they carry over to another version.
 *
 * Views hold no value: an entry says at which sequence the value was set (the event's state body is
 * opened on demand) and a 16-byte keyed mark that tells whether it changed. Comparing marks is what
 * `needsDeploy` is derived from.
 *
 * In the state body of instance.created and instance.config_changed:
 *
 *   config: {identity: {value, mark, scheduleType, timeZone},       plain variables
 *            identity: {inputs: {name: [value, mark, type], ...}}}  connections: changed inputs
 * only unset:  [identity, ...]                                         back to the default
 */
#ifndef DAYBOOK_CORE_DOMAIN_CONFIG_H
#define DAYBOOK_CORE_DOMAIN_CONFIG_H

#include "core/definition/definition.h"
#include "core/domain/decision.h"

#define CONFIG_MARK_BYTES 16

/* One input of a connection that was set. */
struct config_input {
    struct slice name;
    uint64_t seq;      /* event whose body has the value */
    struct slice mark; /* CONFIG_MARK_BYTES */
    bool has_value;    /* not set to the empty text */
};

/* One variable that was set. */
struct config_entry {
    struct slice identity; /* of the variable when this was set first; never changes */
    struct slice alias;    /* the stable key the variable got later; empty: none */
    uint64_t seq;          /* event whose body has the value; 0 for a connection */
    struct slice mark;     /* empty for a connection */
    struct slice schedule_type;
    struct slice time_zone;
    struct config_input *inputs; /* of a connection */
    uint32_t input_count;
};

struct config {
    struct config_entry *entries;
    uint32_t count;
};

/* What a caller wants one variable to be. */
struct config_assignment {
    struct slice key;
    bool has_value;
    struct slice value;
    bool has_inputs;
    struct slice inputs; /* JSON text [{name, type, value}, ...] */
    struct slice schedule_type;
    struct slice time_zone;
};

/* Makes the mark of a value: a keyed digest under the instance's key. */
struct config_marker {
    void (*mark)(void *state, struct slice bytes, unsigned char ret[CONFIG_MARK_BYTES]);
    void *state;
};

/**
 * Checks assignments against the definition and adds what changes to `event`'s state body.
 * `replace`: variables that are not assigned return to their default; inputs of a connection that
 * are not given stay, because nobody can read them back. Problems have the variable's key as field
 * ("configVariables.Region"). Returns: whether anything changes.
 */
bool config_decide(const struct definition *definition,
                   const struct config *current,
                   const struct config_assignment *assignments,
                   size_t count,
                   bool replace,
                   const struct config_marker *marker,
                   struct event *event,
                   struct decision *decision);

/** The config after an event's state body. New entries are in `arena`, texts borrow. */
void config_evolve(struct config *config,
                   const struct value *state,
                   uint64_t seq,
                   struct arena *arena);

/** The entry of an identity. Returns: NULL when it was never set. */
const struct config_entry *config_entry_of(const struct config *config, struct slice identity);

/** The entry of a variable of a definition: that of its identity, else the one that was made when
 * the variable had a key only and no stable key. Returns: NULL when it was never set. */
const struct config_entry *config_entry_for(const struct config *config,
                                            const struct definition *definition,
                                            const struct config_var *var);

/** The stable keys that variables have got since they were set: {identity: stable key}. */
struct value config_aliases(const struct config *config,
                            const struct definition *definition,
                            struct arena *arena);

/** Same values, by marks, order aside. */
bool config_equal(const struct config *a, const struct config *b);

/** Whether one variable lacks what it needs. `ret_reason` says what. */
bool config_is_missing(const struct config_var *var,
                       const struct config_entry *entry,
                       const char **ret_reason);

/** The text an event's state body holds for the entry of a plain variable. Returns: false when it
 * has none. */
bool config_value_in(const struct value *state, struct slice identity, struct slice *ret);

/** The text and type it holds for one input of a connection. Returns: false when it has none. */
bool config_input_in(const struct value *state,
                     struct slice identity,
                     struct slice input,
                     struct slice *ret,
                     enum input_type *ret_type);

/** Appends it as positional MessagePack. */
void config_put(struct buf *out, const struct config *config);

/** Takes it from a reader. */
struct config config_take(struct codec_reader *reader, struct arena *arena);

#endif
