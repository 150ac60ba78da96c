#include "api/http/http_fault.h"

#include <stdarg.h>
#include <stdio.h>

bool http_fault_set(struct http_fault *fault, int status, const char *code, const char *format, ...)
{
    fault->status = status;
    fault->code = code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, args);
    va_end(args);
    return false;
}
