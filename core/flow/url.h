/*
 * url: the little that flows need of URLs (RFC 3986) and URL-encoded forms.
 *
 * Thread: any.
 */
#ifndef DAYBOOK_CORE_FLOW_URL_H
#define DAYBOOK_CORE_FLOW_URL_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/value.h"

/** Appends `text` with everything but letters, digits, "-", ".", "_" and "~" percent-encoded. */
void url_put_encoded(struct buf *out, struct slice text);

/**
 * Takes what a flow gave as URL into `out`: http or https, white space around it and a fragment
 * left out, spaces and bytes that no URL may hold percent-encoded.
 * Errors: ERR_INVALID: another scheme, no host, control characters.
 */
MUST_USE enum err url_put_clean(struct buf *out, struct slice text, struct error *reterr);

/** A URL without user, password, query and fragment. Returns: text in `arena`; data NULL with it
 * exhausted. */
struct slice url_shown(struct slice url, struct arena *arena);

/**
 * Appends the pairs of a query string or URL-encoded form to a map, decoded ("+" is a space; a "%"
 * that no two hexadecimal digits follow stands for itself; a byte that is no UTF-8 becomes U+FFFD).
 * A name that comes again gets a list. Returns: false with `arena` exhausted.
 */
bool url_form_decode(struct slice form, struct arena *arena, struct value *map);

#endif
