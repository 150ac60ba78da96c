/*
 * reference_path: the text behind "reference" inputs and {{$...}} in templates, taken apart.
 *
 *     parcelTrigger.results.body.data.items[0].name
 *     eachItem.currentItem.headers.Content-Type
 *     listFiles.results.entries.0.[".tag"]
 *
 *     path    = name { "." name | [ "." ] bracket }
 *     bracket = "[" digits "]" | "[" quote text quote "]"       (quote: " or ', the same twice)
 *     name    = one or more bytes, no control character, none of . [ ]
 *
 * A backslash has no meaning: a key with one kind of quotes in it is written in the other. Whether
 * a segment is a key or a list's index is decided by the value it meets.
 *
 * The first segment is a step's reference name, the second "results", or inside a loop
 * "currentItem" or "index"; that is checked elsewhere.
 */
#ifndef DAYBOOK_CORE_DEFINITION_REFERENCE_PATH_H
#define DAYBOOK_CORE_DEFINITION_REFERENCE_PATH_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* Segments of one path. */
#define REFERENCE_PATH_SEGMENTS_MAX 64

struct reference_path {
    struct slice text; /* borrowed */
    size_t at;         /* of the next segment */
};

/** A walk along `text` (borrowed), which reference_path_check has passed. */
static inline struct reference_path reference_path(struct slice text)
{
    return (struct reference_path){text, 0};
}

/** The next segment without its dots, brackets and quotes, a part of the text. Returns: false at
 * the end, or where the text is malformed. */
bool reference_path_next(struct reference_path *path, struct slice *ret_segment);

/** Whether `text` is a path. Thread: any. Errors: ERR_INVALID, naming what is wrong and where. */
MUST_USE enum err reference_path_check(struct slice text, struct error *reterr);

#endif
