/*
 * definition: what an integration is: its flows, the config variables each instance is asked for,
 * and the pages they are asked on. Read from YAML (definitionVersion 7, see README.md of this
 * folder).
 *
 * One text makes one immutable `struct definition` with everything in its own arena. It keeps:
 *
 *   - the text with its secrets blanked, which is what exports show and the journal's "definition"
 * holds;
 *   - the secrets taken out of it, by name, which travel beside it sealed;
 *   - the model below, with the line of everything a message may point at.
 *
 * A blank secret in a text that replaces another definition means "keep the one you have": the
 * caller passes the stored secrets to definition_parse and gets the merged set back.
 *
 * Nothing here fails halfway: definition_parse either gives a definition or at least one problem,
 * and collects all problems, each with path, line and what would be right.
 *
 * Thread: a definition is read-only after parsing and may be shared.
 */
#ifndef DAYBOOK_CORE_DEFINITION_DEFINITION_H
#define DAYBOOK_CORE_DEFINITION_DEFINITION_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/problem.h"
#include "core/base/slice.h"
#include "core/base/value.h"

#include <stdbool.h>
#include <stdint.h>

/* Bounds of one definition; over them the text is refused with the bound in the sentence. */
#define DEFINITION_FLOWS_MAX       200
#define DEFINITION_STEPS_MAX       2000 /* of one flow, nested ones included */
#define DEFINITION_NESTING_MAX     10   /* loops and branches inside each other */
#define DEFINITION_CONFIG_VARS_MAX 500
#define DEFINITION_BRANCHES_MAX    100 /* of one step */
#define DEFINITION_INPUTS_MAX      200 /* of one step */
#define DEFINITION_COMPLEX_MAX     20  /* complex inputs and lists inside each other: conditions */
#define DEFINITION_NODES_MAX       200000 /* YAML nodes after aliases are expanded */
#define DEFINITION_MEMORY_BYTES    ((size_t)128 * 1024 * 1024) /* of one model */

enum endpoint_type {
    ENDPOINT_FLOW_SPECIFIC,
    ENDPOINT_INSTANCE_SPECIFIC,
    ENDPOINT_SHARED_INSTANCE,
};

enum endpoint_security {
    SECURITY_CUSTOMER_OPTIONAL, /* what a flow without the key gets */
    SECURITY_UNSECURED,
    SECURITY_CUSTOMER_REQUIRED,
    SECURITY_ORGANIZATION,
};

enum config_data_type {
    CONFIG_STRING,
    CONFIG_NUMBER,
    CONFIG_BOOLEAN,
    CONFIG_DATE,
    CONFIG_TIMESTAMP,
    CONFIG_PICKLIST,
    CONFIG_CODE,
    CONFIG_SCHEDULE,
    CONFIG_JSONFORM,
    CONFIG_OBJECTSELECTION,
    CONFIG_OBJECTFIELDMAP,
    CONFIG_CONNECTION,
    CONFIG_CREDENTIAL,
};

enum config_collection {
    COLLECTION_NONE,
    COLLECTION_VALUELIST,
    COLLECTION_KEYVALUELIST,
};

enum code_language { CODE_NONE, CODE_JSON, CODE_XML, CODE_HTML };

enum schedule_type {
    SCHEDULE_UNSET,
    SCHEDULE_NONE,
    SCHEDULE_ONCE,
    SCHEDULE_CUSTOM,
    SCHEDULE_MINUTE,
    SCHEDULE_HOUR,
    SCHEDULE_DAY,
    SCHEDULE_WEEK,
};

/* Who may see and set a config variable or one input of a connection. */
struct visibility {
    bool org_only;
    bool visible_to_org_deployer;
    bool visible_to_customer_deployer;
};

/* The numbers are kept with the inputs of connections: new types come last. */
enum input_type {
    INPUT_VALUE,      /* `text` is the literal */
    INPUT_CONFIGVAR,  /* `text` is a config variable's key, "" for none */
    INPUT_REFERENCE,  /* `text` is a path: step.results.a.b */
    INPUT_TEMPLATE,   /* `text` has {{#Key}} and {{$path}} in it */
    INPUT_COMPLEX,    /* `items` */
    INPUT_LIST,       /* `items`: a plain nested list, as conditions have them */
    INPUT_DATASOURCE, /* kept, not evaluated */
};

/* One input of a step or connection, or one item inside a complex input. An item that is written as
 * a bare text (the "and" and "equal" of conditions) is an INPUT_VALUE without a name; a null item
 * is the empty INPUT_VALUE. */
struct input {
    struct slice key;         /* of a step's input; empty for items */
    struct slice name;        /* literal name of a key-value item; empty when none */
    struct input *name_input; /* name given as an input of its own; NULL when literal or none */
    enum input_type type;
    struct slice text;
    struct input *items;
    uint32_t item_count;
    bool secret; /* a connection's input whose value is never shown */
    struct visibility visibility;
    struct value meta; /* map as written, or null */
    uint32_t line;
};

struct component_ref {
    struct slice component; /* "http" */
    struct slice key;       /* "httpGet" */
    struct slice version;   /* "LATEST" or a number; empty when a signature is given */
    struct slice signature; /* code-native definitions; empty otherwise */
    bool is_public;
};

struct component_action; /* core/definition/component.h */

enum error_handler { HANDLER_FAIL, HANDLER_IGNORE, HANDLER_RETRY };

struct error_config {
    enum error_handler handler;
    int32_t max_attempts;  /* retries, 0-5 */
    int32_t delay_seconds; /* 0-60 */
    bool exponential_backoff;
    bool ignore_final_error;
};

struct schedule_definition {
    bool given;
    enum input_type type; /* INPUT_VALUE: `text` is cron; INPUT_CONFIGVAR: a key */
    struct slice text;
    enum schedule_type schedule_type;
    struct slice time_zone; /* IANA name; empty means UTC */
};

struct step;

struct branch {
    struct slice name; /* "Else" is the fall-through */
    struct step *steps;
    uint32_t step_count;
};

struct step {
    struct slice name;
    struct slice reference; /* name in camel case: how results are addressed */
    struct slice stable_key;
    struct slice description;
    uint32_t index; /* position in document order within the flow, trigger 0; unique */
    struct component_ref action;
    const struct component_action *builtin; /* NULL: unknown here, fails when it runs */
    struct input *inputs;
    uint32_t input_count;
    bool is_trigger;
    struct schedule_definition schedule;
    struct error_config error;
    struct step *steps; /* body of a loop */
    uint32_t step_count;
    struct branch *branches;
    uint32_t branch_count;
    uint32_t line;
};

struct retry_config {
    bool given;
    int32_t max_attempts;  /* 0-10 */
    int32_t delay_minutes; /* 0-60 */
    bool exponential_backoff;
    struct slice unique_request_id; /* reference path; empty when none */
};

struct queue_config {
    bool given;
    bool fifo;
    bool singleton;
    int32_t concurrency_limit; /* 2-15; 0 when not given */
    struct slice dedupe_id;    /* reference path; empty when none */
};

/* The kind of a flow's trigger, as far as starting it goes. */
enum trigger_kind {
    TRIGGER_WEBHOOK,
    TRIGGER_SCHEDULE,
    TRIGGER_DEPLOY,
    TRIGGER_REMOVE,
    TRIGGER_OTHER, /* a component's own, cross-flow ...: no webhook starts it */
};

struct flow_definition {
    struct slice name;
    struct slice stable_key;
    struct slice identity; /* stable key, else name: what stays across versions */
    struct slice description;
    uint32_t index; /* position in the definition */
    bool is_synchronous;
    enum endpoint_security security;
    struct slice *organization_keys; /* the keys themselves, never shown; blank ones are left out */
    uint32_t organization_key_count;
    struct retry_config retry;
    struct queue_config queue;
    struct value schemas; /* as written, or null */
    bool is_agent_flow;
    enum trigger_kind trigger_kind;
    struct step *steps; /* steps[0] is the trigger */
    uint32_t step_count;
    uint32_t total_step_count; /* nested ones included */
    uint32_t line;
};

struct config_var {
    struct slice key;
    struct slice stable_key;
    struct slice identity; /* stable key, else key */
    struct slice description;
    enum config_data_type data_type;
    enum config_collection collection;
    bool has_default; /* the key stands there, even if empty */
    struct slice default_value;
    struct slice *pick_list;
    uint32_t pick_list_count;
    enum code_language code_language;
    enum schedule_type schedule_type;
    struct slice time_zone;
    struct visibility visibility;
    struct value meta; /* map as written, or null */
    /* connections */
    struct component_ref connection; /* empty component for organisation-wide ones */
    struct slice connection_template;
    struct slice scoped_config_var; /* useScopedConfigVar; empty when none */
    struct slice on_premise;        /* "disallowed", "allowed", "required" */
    /* data sources */
    bool has_data_source;
    struct component_ref data_source;
    struct input *inputs; /* of the connection or the data source */
    uint32_t input_count;
    uint32_t line;
};

enum page_element_type { ELEMENT_CONFIG_VAR, ELEMENT_HTML, ELEMENT_JSON_FORM };

struct page_element {
    enum page_element_type type;
    struct slice value;
};

struct config_page {
    struct slice name;
    struct slice tagline;
    bool user_level;
    struct page_element *elements;
    uint32_t element_count;
};

/* A secret taken out of a definition's text, under a path that stays when lines move:
 *
 *     configVar/<identity>/<input>        the value of a connection's input
 *     configVar/<identity>/<input>/<n>    the n-th literal inside a complex one, counted from 0
 *     flow/<identity>/key/<n>             the n-th of organizationApiKeys, counted from 0
 *
 * "/" and "%" inside an identity or input key are written %2F and %25, so that no two places share
 * a path. Blank values are left out. */
struct definition_secret {
    struct slice path;
    struct slice value;
};

struct definition_secrets {
    struct definition_secret *items;
    uint32_t count;
};

struct definition {
    struct arena arena; /* holds everything below */
    struct slice text;  /* as imported, secrets blanked */
    int32_t version;    /* definitionVersion */
    struct slice name;
    struct slice description;
    struct slice documentation;
    struct slice category;
    struct slice *labels;
    uint32_t label_count;
    struct slice external_version; /* `version` of a code-native definition */
    bool is_code_native;
    enum endpoint_type endpoint_type;
    struct slice preprocess_flow_name;
    struct config_var *config_vars;
    uint32_t config_var_count;
    struct config_page *pages;
    uint32_t page_count;
    struct flow_definition *flows;
    uint32_t flow_count;
    struct definition_secrets secrets; /* of the text and, where it was blank, of `stored` */
};

/**
 * Reads and checks a definition.
 *
 * `stored`: secrets of the definition it replaces, or NULL. Takes: copies everything it keeps.
 * Returns: ERR_OK with *ret (free with definition_destroy) and no problem added; or ERR_INVALID
 * with every problem added to `problems` (field: path and line, "flows[0].steps[2].inputs.url (line
 * 41)"; syntax errors, which have no path, come under "__all__" with line and column in the
 * message); or, with nothing but `reterr` set, ERR_NO_MEMORY or ERR_LIMIT (over
 * DEFINITION_MEMORY_BYTES). Too large, too deep and too many are problems, not errors.
 * Thread: any.
 */
MUST_USE enum err definition_parse(struct slice text,
                                   const struct definition_secrets *stored,
                                   struct problem_list *problems,
                                   struct definition **ret,
                                   struct error *reterr);

/** Frees a definition and sets the pointer to NULL. Takes NULL too. */
void definition_destroy(struct definition **definition);

/** The flow of an identity (stable key, else name). Returns: NULL when there is none. */
const struct flow_definition *definition_flow(const struct definition *definition,
                                              struct slice identity);

/** The flow of a name. Returns: NULL when there is none. */
const struct flow_definition *definition_flow_named(const struct definition *definition,
                                                    struct slice name);

/** The config variable of a key. Returns: NULL when there is none. */
const struct config_var *definition_config_var(const struct definition *definition,
                                               struct slice key);

/** The step of a flow by its index, nested ones too. Returns: NULL when there is none. */
const struct step *definition_step(const struct flow_definition *flow, uint32_t index);

/** The input of a step by key. Returns: NULL when it was not given. */
const struct input *definition_input(const struct step *step, const char *key);

#endif
