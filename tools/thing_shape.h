/*
 * thing_shape: a thing's state as the map that is printed, and as text for people.
 *
 * No secret is in it: inputs of connections and API keys are shown as fingerprints, which tell only
 * whether one changed. Values of other config variables are opened from the journal; what was
 * erased says so.
 */
#ifndef DAYBOOK_TOOLS_THING_SHAPE_H
#define DAYBOOK_TOOLS_THING_SHAPE_H

#include "tools/thing.h"

/* Bodies opened so far for values, by sequence. */
struct thing_bodies;

struct thing_shaping {
    const struct data *data;
    const struct thing *thing;
    uint64_t seq; /* the state is that behind this event */
    bool alone;   /* what the thing's own stream says and nothing else: for comparing two states */
    struct arena *arena;
    struct thing_bodies *bodies; /* begins as NULL */
};

/** The state as a map. Errors: those of opening bodies, ERR_LIMIT (arena). */
MUST_USE enum err thing_shape(struct thing_shaping *shaping,
                              const struct thing_state *state,
                              struct value *ret,
                              struct error *reterr);

/** Appends what thing_shape made as text for people. */
void thing_shape_put(const struct value *map, struct arena *arena, struct buf *out);

/** The state body of the event at `seq`; NULL when it has none any more. */
MUST_USE enum err thing_shape_state_body(struct thing_shaping *shaping,
                                         uint64_t seq,
                                         const struct value **ret,
                                         struct error *reterr);

#endif
