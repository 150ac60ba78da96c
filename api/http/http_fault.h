/*
 * http_fault: why a request cannot be served, and what is answered before its connection closes.
 *
 * Thread: any; it is a plain value.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_FAULT_H
#define DAYBOOK_API_HTTP_HTTP_FAULT_H

#include "core/base/error.h"

#include <stdbool.h>

#define HTTP_FAULT_TEXT_SIZE 160

struct http_fault {
    int status;                      /* 0: no fault */
    const char *code;                /* snake_case, static */
    char text[HTTP_FAULT_TEXT_SIZE]; /* a sentence for people */
};

/** Fills in a fault. Returns: false, so that a check can `return http_fault_set(...)`. */
bool http_fault_set(struct http_fault *fault, int status, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
