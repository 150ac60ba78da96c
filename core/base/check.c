#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *function, const char *text)
{
    (void)fprintf(stderr, "daybook: assertion failed: %s:%d: %s: %s\n", file, line, function, text);
    abort();
}
