/*
 * http_lines: a guard over the raw bytes of heads, chunk sizes and trailers. Pure, any cut.
 *
 * Readers of HTTP disagree about line ends: one takes a bare LF, another a bare CR, a third joins a
 * line that begins with a space to the one before. Such disagreement between a proxy and the
 * server behind it is what request smuggling lives on. This guard lets through only what all
 * read the same way (RFC 9112 sections 2.2, 5.2 and 11.2): a CR stands only before LF, an LF only
 * behind CR, there is no NUL, no line begins with a space or tab.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_LINES_H
#define DAYBOOK_API_HTTP_HTTP_LINES_H

#include "api/http/http_fault.h"
#include "core/base/slice.h"

struct http_lines {
    size_t count;      /* line ends seen */
    size_t line_bytes; /* of the present line, without CR and LF */
    bool after_cr;
};

enum http_lines_result {
    HTTP_LINES_MORE,  /* all input taken */
    HTTP_LINES_EMPTY, /* taken up to and with the CRLF of an empty line */
    HTTP_LINES_BAD,   /* see the fault */
};

/** Takes bytes up to the end of the next empty line. Begin with a zeroed struct. Writes how many
 * bytes were taken. */
MUST_USE enum http_lines_result http_lines_feed(struct http_lines *lines,
                                                struct slice input,
                                                size_t *ret_taken,
                                                struct http_fault *fault);

#endif
