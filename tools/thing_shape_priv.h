/*
 * thing_shape, its parts: executions have a file of their own.
 */
#ifndef DAYBOOK_TOOLS_THING_SHAPE_PRIV_H
#define DAYBOOK_TOOLS_THING_SHAPE_PRIV_H

#include "tools/shape.h"
#include "tools/thing_shape.h"

/** Adds the members of an execution. */
MUST_USE enum err thing_shape_execution(struct thing_shaping *shaping,
                                        const struct execution *execution,
                                        struct shape *shape,
                                        struct error *reterr);

/** The name of another thing as of the state; none when it has none any more. */
struct slice thing_shape_customer_name(struct thing_shaping *shaping, struct uuid id);
struct slice thing_shape_integration_name(struct thing_shaping *shaping, struct uuid id);

#endif
