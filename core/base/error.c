#include "core/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} codes[] = {
#define ERR(name, text) {#name, text},
#include "core/base/error_codes.def"
#undef ERR
};

#define CODE_COUNT (sizeof codes / sizeof codes[0])

const char *error_code_text(enum err code)
{
    return (size_t)code < CODE_COUNT ? codes[code].text : "unknown error";
}

const char *error_code_name(enum err code)
{
    return (size_t)code < CODE_COUNT ? codes[code].name : "UNKNOWN";
}

enum err error_set(struct error *reterr, enum err code, const char *format, ...)
{
    if (reterr == NULL) {
        return code;
    }
    reterr->code = code;
    reterr->sys = 0;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reterr->text, sizeof reterr->text, format, args);
    va_end(args);
    return code;
}

enum err error_set_sys(struct error *reterr, enum err code, int sys, const char *format, ...)
{
    if (reterr == NULL) {
        return code;
    }
    va_list args;
    va_start(args, format);
    int written = vsnprintf(reterr->text, sizeof reterr->text, format, args);
    va_end(args);
    size_t at = written < 0 ? 0 : (size_t)written;
    if (at < sizeof reterr->text) {
        char reason[128];
        /* The GNU strerror_r: may return a static string and leave the buffer alone. */
        const char *text = strerror_r(sys, reason, sizeof reason);
        (void)snprintf(reterr->text + at, sizeof reterr->text - at, ": %s", text);
    }
    reterr->code = code;
    reterr->sys = sys;
    return code;
}

enum err error_wrap(struct error *reterr, enum err code, const char *format, ...)
{
    if (reterr == NULL) {
        return code;
    }
    char inner[ERROR_TEXT_SIZE];
    (void)snprintf(inner, sizeof inner, "%s",
                   reterr->code == code ? error_text(reterr) : error_code_text(code));
    va_list args;
    va_start(args, format);
    int written = vsnprintf(reterr->text, sizeof reterr->text, format, args);
    va_end(args);
    size_t at = written < 0 ? 0 : (size_t)written;
    if (at < sizeof reterr->text) {
        (void)snprintf(reterr->text + at, sizeof reterr->text - at, ": %s", inner);
    }
    reterr->code = code;
    return code;
}

enum err error_recode(struct error *reterr, enum err code)
{
    if (reterr != NULL) {
        reterr->code = code;
    }
    return code;
}

void error_clear(struct error *error)
{
    error->code = ERR_OK;
    error->sys = 0;
    error->text[0] = '\0';
}

const char *error_text(const struct error *error)
{
    return error->text[0] != '\0' ? error->text : error_code_text(error->code);
}
