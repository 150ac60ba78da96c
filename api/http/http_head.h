/*
 * http_head: the rules of a head that llhttp does not know or leaves to its caller, and the taking
 * apart of its target. Pure.
 *
 * The line guard has let the bytes through before; between the two calls below llhttp reads the
 * head and fills in the headers.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_HEAD_H
#define DAYBOOK_API_HTTP_HTTP_HEAD_H

#include "api/http/http.h"
#include "api/http/http_fault.h"

/** Takes the request line of request->head apart: method, target, minor_version, path, query.
 * Exactly one space between the three parts, HTTP/1.0 or HTTP/1.1 (RFC 9112 section 3); a target
 * that is a path, or an absolute http or https URI without user, or "*" with OPTIONS. CONNECT is
 * not served. Returns: false with the fault set (400, 501, 505). */
MUST_USE bool http_head_read_line(struct http_request *request, struct http_fault *fault);

/** Checks what the headers say about the message, and fills in expects_continue: one Host in 1.1
 * and never two, at most one Transfer-Encoding, which is "chunked" and in 1.1 only, no empty
 * names. Content-Length is llhttp's. Returns: false with the fault set (400, 417, 501). */
MUST_USE bool http_head_check_fields(struct http_request *request, struct http_fault *fault);

#endif
