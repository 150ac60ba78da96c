/*
 * multipart: bodies of type multipart/form-data (RFC 7578).
 *
 * The boundary is made from a seed, not drawn, so that a repeated request has the same bytes; it is
 * lengthened until it stands in none of the parts, so that no payload can end its part early.
 *
 * Thread: any.
 */
#ifndef DAYBOOK_CORE_FLOW_MULTIPART_H
#define DAYBOOK_CORE_FLOW_MULTIPART_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdint.h>

struct multipart_part {
    struct slice name;
    struct slice file_name;    /* data NULL: a plain field */
    struct slice content_type; /* empty: none given */
    struct slice data;
};

/**
 * Writes body and Content-Type value into `arena`. Quotes and line ends in names are
 * percent-encoded, as browsers do. At most 60 bytes of `seed` are used, what is no letter or digit
 * as "-".
 * Errors: ERR_INVALID (over `bytes_max`; parts made to hold every boundary), ERR_LIMIT (arena),
 * ERR_NO_MEMORY.
 */
MUST_USE enum err multipart_write(const struct multipart_part *parts,
                                  uint32_t count,
                                  struct slice seed,
                                  size_t bytes_max,
                                  struct arena *arena,
                                  struct slice *ret_body,
                                  struct slice *ret_content_type,
                                  struct error *reterr);

#endif
