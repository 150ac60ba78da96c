#include "api/diag.h"

#include "core/base/clock.h"
#include "core/base/json_out.h"
#include "core/base/time_text.h"

#include <unistd.h>

#define LINE_BYTES_MAX ((size_t)8 * 1024)

static enum diag_level lowest = DIAG_INFO;
static enum diag_format form = DIAG_TEXT;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

void diag_set(enum diag_level level, enum diag_format format)
{
    lowest = level;
    form = format;
}

int diag_level_of(struct slice name)
{
    for (int i = 0; i < (int)(sizeof level_names / sizeof level_names[0]); i++) {
        if (slice_is(name, level_names[i])) {
            return i;
        }
    }
    return -1;
}

/* A text value: in quotes when it has blanks, quotes or control characters. */
static void put_text_value(struct buf *line, struct slice text)
{
    bool plain = text.size > 0;
    for (size_t i = 0; i < text.size && plain; i++) {
        plain = text.data[i] > ' ' && text.data[i] != '"' && text.data[i] != '=';
    }
    if (plain) {
        buf_put_slice(line, text);
        return;
    }
    struct json_out quoted = json_out(line);
    json_out_text(&quoted, text);
}

static void put_text(struct buf *line,
                     const char *time,
                     enum diag_level level,
                     const char *message,
                     const struct diag_field *fields,
                     size_t count)
{
    buf_printf(line, "%s %s %s", time, level_names[level], message);
    for (size_t i = 0; i < count; i++) {
        buf_printf(line, " %s=", fields[i].key);
        if (fields[i].is_number) {
            buf_printf(line, "%lld", (long long)fields[i].number);
        } else {
            put_text_value(line, fields[i].text);
        }
    }
}

static void put_json(struct buf *line,
                     const char *time,
                     enum diag_level level,
                     const char *message,
                     const struct diag_field *fields,
                     size_t count)
{
    struct json_out json = json_out(line);
    json_out_begin_object(&json);
    json_out_member_string(&json, "time", time);
    json_out_member_string(&json, "level", level_names[level]);
    json_out_member_string(&json, "message", message);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].is_number) {
            json_out_member_int(&json, fields[i].key, fields[i].number);
        } else {
            json_out_member_text(&json, fields[i].key, fields[i].text);
        }
    }
    json_out_end_object(&json);
}

void diag_write(enum diag_level level,
                const char *message,
                const struct diag_field *fields,
                size_t count)
{
    if (level < lowest) {
        return;
    }
    char time[TIME_TEXT_SIZE];
    time_text_format(clock_wall_us(clock_system()), time);
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX);
    if (form == DIAG_JSON) {
        put_json(&line, time, level, message, fields, count);
    } else {
        put_text(&line, time, level, message, fields, count);
    }
    if (line.failed) { /* over the longest line: what it was about is enough */
        buf_clear(&line);
        buf_printf(&line, "%s %s %s", time, level_names[level], message);
    }
    buf_put_char(&line, '\n');
    if (write(STDERR_FILENO, line.data, line.size) < 0) {
        /* Nobody listens; there is no better place to say so. */
    }
    buf_deinit(&line);
}
