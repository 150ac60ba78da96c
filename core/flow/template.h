/*
 * template: text with holes: `{{#Ledger URL}}/parcels/{{$trigger.results.body.data.id}}`.
 *
 * Holes are filled by the rules of coerce_put_text; how they are found is told in
 * core/definition/template_text.h. A missing path renders as nothing; a config variable or a step
 * that does not exist is an error, as everywhere (expression.h).
 *
 * A template is taken apart and rendered in one pass, straight from the definition's text; nothing
 * is compiled ahead, because finding the holes costs less than filling them.
 */
#ifndef DAYBOOK_CORE_FLOW_TEMPLATE_H
#define DAYBOOK_CORE_FLOW_TEMPLATE_H

#include "core/flow/scope.h"

/* The longest text a template may give. */
#define TEMPLATE_BYTES_MAX (16 * 1024 * 1024)

/**
 * Renders `text` into `arena`.
 * Errors: as expression_evaluate; ERR_LIMIT (over
 * TEMPLATE_BYTES_MAX, arena, work); ERR_NO_MEMORY.
 */
MUST_USE enum err template_render(struct slice text,
                                  struct scope *scope,
                                  struct arena *arena,
                                  struct slice *ret,
                                  struct error *reterr);

#endif
