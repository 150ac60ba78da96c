/*
 * component: the catalogue of built-in components: which actions and triggers there are, which
 * inputs they read, and which inputs of a connection are public.
 *
 * Definitions may name components that are not here: they import, are kept and exported, and fail
 * when they run, with a sentence that names them.
 */
#ifndef DAYBOOK_CORE_DEFINITION_COMPONENT_H
#define DAYBOOK_CORE_DEFINITION_COMPONENT_H

#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* What the interpreter does for an action. */
enum action_kind {
    ACTION_TRIGGER,      /* gives the trigger's result; nothing to run */
    ACTION_HTTP,         /* http.httpGet, httpPost ...: an effect */
    ACTION_SLEEP,        /* sleep.sleep: an effect */
    ACTION_WRITE_LOG,    /* log.writeLog */
    ACTION_STOP,         /* stop-execution.stopExecution */
    ACTION_BRANCH_EXPR,  /* branch.branchOnExpression */
    ACTION_BRANCH_VALUE, /* branch.branchOnValue */
    ACTION_LOOP_ITEMS,   /* loop.loopOverItems */
    ACTION_LOOP_TIMES,   /* loop.loopNTimes */
    ACTION_BREAK_LOOP,   /* loop.breakLoop */
};

struct component_input {
    const char *key;
    bool required;
};

struct component_action {
    const char *component; /* "http" */
    const char *key;       /* "httpGet" */
    const char *label;
    enum action_kind kind;
    const char *http_method; /* ACTION_HTTP with a fixed method; NULL otherwise */
    const struct component_input *inputs;
    size_t input_count;
    bool is_trigger;
    bool is_scheduled; /* a schedule trigger */
};

/** The built-in action of a component. Returns: NULL when it is not built in. */
const struct component_action *component_find(struct slice component, struct slice key);

/** Whether a component of that name is built in. */
bool component_known(struct slice component);

/**
 * Whether an input of a connection may be shown: user names, URLs, scopes and the like are public,
 * everything the catalogue does not name is secret.
 */
bool component_input_is_public(struct slice component, struct slice connection, struct slice input);

#endif
