/*
 * template_text: the text of a "template" input, taken apart.
 *
 *     {{#Ledger URL}}/parcels/{{$parcelTrigger.results.body.data.parcelId}}
 *
 * {{# }} holds a config variable's key, {{$ }} a reference (reference_path.h), both up to the next
 * "}}"; blanks at their ends do not count. Everything else is literal, also "{{" before any other
 * character: JSON bodies and other people's templates pass through.
 */
#ifndef DAYBOOK_CORE_DEFINITION_TEMPLATE_TEXT_H
#define DAYBOOK_CORE_DEFINITION_TEMPLATE_TEXT_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

enum template_part_type {
    TEMPLATE_LITERAL,    /* `text` as it stands */
    TEMPLATE_CONFIG_VAR, /* `text` is a key */
    TEMPLATE_REFERENCE,  /* `text` is a path */
};

struct template_part {
    enum template_part_type type;
    struct slice text; /* a part of the template */
};

struct template_text {
    struct slice text; /* borrowed */
    size_t at;         /* of the next part */
};

/** A walk along `text` (borrowed). */
static inline struct template_text template_text(struct slice text)
{
    return (struct template_text){text, 0};
}

/** The next part. An unclosed {{# or {{$ is literal here. Returns: false at the end. */
bool template_text_next(struct template_text *template, struct template_part *ret_part);

/** Whether `text` is well-formed: every {{# and {{$ closed and not empty, every reference a path.
 * Thread: any. Errors: ERR_INVALID, naming what is wrong and where. */
MUST_USE enum err template_text_check(struct slice text, struct error *reterr);

#endif
