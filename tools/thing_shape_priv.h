/*
 * thing_shape, its parts: instances and executions have files of their own.
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

/** Adds the members of an instance. */
MUST_USE enum err thing_shape_instance(struct thing_shaping *shaping,
                                       const struct instance *instance,
                                       struct shape *shape,
                                       struct error *reterr);

/** Adds the members of a flow config, which the instance has. */
void thing_shape_flow_config(struct thing_shaping *shaping,
                             const struct instance *instance,
                             struct shape *shape);

/** Adds {id, name} of another thing; the name unless it is empty. */
void thing_shape_put_relation(struct thing_shaping *shaping,
                              struct shape *shape,
                              const char *key,
                              const char *type,
                              struct uuid id,
                              struct slice name);

/** The name of another thing as of the state; none when it has none any more. */
struct slice thing_shape_customer_name(struct thing_shaping *shaping, struct uuid id);
struct slice thing_shape_integration_name(struct thing_shaping *shaping, struct uuid id);

#endif
