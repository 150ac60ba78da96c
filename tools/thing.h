/*
 * thing: whatever has an outside id: which stream tells of it, and its state now, as of a sequence,
 * or event by event.
 *
 * Now comes from the views; as of a sequence the thing's stream is folded with the same functions
 * that make the views.
 */
#ifndef DAYBOOK_TOOLS_THING_H
#define DAYBOOK_TOOLS_THING_H

#include "core/domain/access.h"
#include "core/domain/customer.h"
#include "core/domain/execution.h"
#include "core/domain/instance.h"
#include "core/domain/integration.h"
#include "tools/data.h"

enum thing_kind {
    THING_CUSTOMER,
    THING_INTEGRATION,
    THING_VERSION, /* of an integration */
    THING_INSTANCE,
    THING_FLOW_CONFIG, /* of an instance */
    THING_EXECUTION,
    THING_USER,
    THING_ORGANIZATION,
};

struct thing {
    enum thing_kind kind;
    struct uuid id;           /* as given */
    struct stream_ref stream; /* whose events tell of it */
    uint64_t number;          /* of a version */
    uint32_t place;           /* of a flow config in its instance */
};

/* Which members count, the thing's kind says; a version has its integration too, a flow config its
 * instance. */
struct thing_state {
    struct customer customer;
    struct integration integration;
    struct integration_version version;
    struct instance instance;
    struct execution execution;
    struct user user;
    struct organization organization;
};

/**
 * The thing of an outside id. Errors: ERR_INVALID (no id of a kind we know), ERR_NOT_FOUND.
 */
MUST_USE enum err
thing_find(const struct data *data, struct slice id, struct thing *ret, struct error *reterr);

/** Its state now. Texts live in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err thing_now(const struct data *data,
                            const struct thing *thing,
                            struct arena *arena,
                            struct thing_state *ret,
                            struct error *reterr);

/** Its state behind event `seq`. Errors: ERR_NOT_FOUND when it did not exist yet. */
MUST_USE enum err thing_as_of(const struct data *data,
                              const struct thing *thing,
                              uint64_t seq,
                              struct arena *arena,
                              struct thing_state *ret,
                              struct error *reterr);

/** A state before the first event. */
struct thing_state thing_before(const struct thing *thing);

/** Whether an event of the stream concerns the thing, and the state behind it. New lists are in
 * `arena`, texts borrow from the event. */
bool thing_evolve(const struct thing *thing,
                  struct thing_state *state,
                  const struct recorded_event *event,
                  struct arena *arena);

/** Whether the thing is there in this state. */
bool thing_exists(const struct thing *thing, const struct thing_state *state);

/** "Instance": the type in its outside id. */
const char *thing_type(enum thing_kind kind);

/** "instance", "flow config": for people. */
const char *thing_name(enum thing_kind kind);

#endif
