/*
 * decision: what a decider answers to a command: events, or why not.
 *
 * Deciders are pure: `x_decide_verb(state, command, decision)` looks at the state and adds either
 * events or problems. `x_evolve(state, event)` is the other half: the state after the event.
 * Whoever calls loads the state, gives the decision an arena, and appends the events. No event and
 * no problem means that there was nothing to do, which is a success.
 */
#ifndef DAYBOOK_CORE_DOMAIN_DECISION_H
#define DAYBOOK_CORE_DOMAIN_DECISION_H

#include "core/base/arena.h"
#include "core/base/problem.h"
#include "core/base/text_list.h"
#include "core/event/event.h"

/* Events of one decision about one stream; commands that need more are split by their maker. */
#define DECISION_EVENTS_MAX 16

struct decision {
    struct arena *arena; /* holds bodies and texts */
    struct event events[DECISION_EVENTS_MAX];
    size_t count;
    struct problem_list problems;
};

/** An empty decision. */
void decision_init(struct decision *decision, struct arena *arena);

/** Adds an event of a type, facts zero. Returns: it, to be filled. */
struct event *decision_add(struct decision *decision, enum event_type type);

/** Adds a problem with one field. */
#define decision_refuse(decision, field, ...)                                                      \
    problem_add(&(decision)->problems, slice_of_text(field), __VA_ARGS__)

/** Whether there are problems, or parts found no memory: then events do not count. */
static inline bool decision_refused(const struct decision *decision)
{
    return !problem_none(&decision->problems) || arena_exhausted(decision->arena);
}

/** Adds text `key` to the state body of `event`. */
void decision_put_text(struct decision *decision,
                       struct event *event,
                       const char *key,
                       struct slice text);

/** Adds any value `key` to the state body of `event`. */
void decision_put(struct decision *decision,
                  struct event *event,
                  const char *key,
                  struct value value);

/* A text a command may give: absent means "leave as it is". */
struct optional_text {
    bool given;
    struct slice text;
};

/* As optional_text for labels. */
struct optional_list {
    bool given;
    struct text_list list;
};

/** A name: 1 to LIMIT_NAME_BYTES bytes of UTF-8 without control characters. Adds a problem if not.
 */
void decision_check_name(struct decision *decision, const char *field, struct slice name);

/** A text to `bytes_max` bytes of UTF-8. Adds a problem if not. */
void decision_check_text(struct decision *decision,
                         const char *field,
                         struct slice text,
                         size_t bytes_max);

/** Labels: to LIMIT_LABELS, each a name. Adds problems if not. */
void decision_check_labels(struct decision *decision, struct text_list labels);

/* An expected version that is none: what was given is below 1, with which versions begin. */
#define DECISION_NO_VERSION UINT64_MAX

/**
 * The caller's expected stream version (0: none given) against the one there is; a problem naming
 * the current one if they differ. Returns: whether they agree.
 */
bool decision_check_version(struct decision *decision, uint64_t expected, uint64_t current);

#endif
