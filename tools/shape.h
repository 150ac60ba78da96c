/*
 * shape: builds the map that a command answers with. The map is printed as JSON as it is, or as a
 * table for people (table.h): one truth, two faces.
 *
 * Members appear in the order they are added. Memory that runs out shows at the end, by
 * arena_exhausted.
 */
#ifndef DAYBOOK_TOOLS_SHAPE_H
#define DAYBOOK_TOOLS_SHAPE_H

#include "core/base/id.h"
#include "core/base/text_list.h"
#include "core/base/value.h"

struct shape {
    struct arena *arena;
    struct value map;
};

/** An empty one. */
struct shape shape_in(struct arena *arena);

/* Each adds one member; keys are literals. Texts are borrowed. */
void shape_text(struct shape *shape, const char *key, struct slice text);
void shape_string(struct shape *shape, const char *key, const char *text);
void shape_int(struct shape *shape, const char *key, int64_t number);
void shape_u64(struct shape *shape, const char *key, uint64_t number);
void shape_bool(struct shape *shape, const char *key, bool boolean);
void shape_null(struct shape *shape, const char *key);
void shape_value(struct shape *shape, const char *key, struct value value);
void shape_texts(struct shape *shape, const char *key, struct text_list texts);

/** Microseconds since 1970 as RFC 3339; 0 as null. */
void shape_time(struct shape *shape, const char *key, int64_t us);

/** An outside id, base64 of "Type:uuid"; the zero uuid as null. */
void shape_id(struct shape *shape, const char *key, const char *type, struct uuid id);

/** Bytes as hexadecimal digits; none as null. */
void shape_hex(struct shape *shape, const char *key, struct slice bytes);

/** Bytes as hexadecimal digits, in `arena`. */
struct slice shape_hex_text(struct arena *arena, struct slice bytes);

/** Adds the map to a list. */
void shape_push(struct shape *shape, struct value *list);

#endif
