/*
 * Settings from DATA/daybook.yml: libyaml's events, of which one map of single values is taken.
 *
 *     BEGIN ──map──► KEY ──name──► VALUE ──text──► KEY ... ──end of map──► END
 *
 * Everything else is refused where it stands. A file without a map (empty, or comments only) sets
 * nothing.
 */
#include "api/settings_priv.h"
#include "core/base/buf.h"
#include "core/base/quoted.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define PIECE_BYTES (4 * KIB)

enum state { STATE_BEGIN, STATE_KEY, STATE_VALUE, STATE_END };

struct reading {
    struct settings *settings;
    const char *path;
    struct slice text;
    enum state state;
    size_t index;                 /* of the setting whose value comes next */
    size_t lines[SETTINGS_COUNT]; /* where each stands, from 1; 0: nowhere yet */
    size_t line;                  /* of the event */
    bool ended;
    struct error *reterr;
};

/* ---- what is wrong, with its place ---- */

static enum err at_line(struct reading *reading, enum err e)
{
    return error_wrap(reading->reterr, e, "%s:%zu", reading->path, reading->line);
}

static enum err refuse(struct reading *reading, const char *text)
{
    const struct setting_info *rows = NULL;
    (void)settings_list(&rows);
    bool in_value = reading->state == STATE_VALUE;
    return at_line(reading, error_set(reading->reterr, ERR_INVALID, "%s%s%s",
                                      in_value ? rows[reading->index].name : "",
                                      in_value ? ": " : "", text));
}

static size_t line_of_byte(struct slice text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < text.size; i++) {
        line += text.data[i] == '\n';
    }
    return line;
}

static enum err refuse_syntax(struct reading *reading, const yaml_parser_t *parser)
{
    bool in_bytes = parser->error == YAML_READER_ERROR; /* which have an offset, and no mark */
    reading->line = in_bytes ? line_of_byte(reading->text, parser->problem_offset)
                             : parser->problem_mark.line + 1;
    if (parser->error == YAML_MEMORY_ERROR) {
        return at_line(reading, error_set(reading->reterr, ERR_NO_MEMORY, "out of memory"));
    }
    return at_line(reading, error_set(reading->reterr, ERR_INVALID, "this is not YAML: %s",
                                      parser->problem != NULL ? parser->problem : "no text"));
}

/* ---- events ---- */

static enum err take_key(struct reading *reading, struct slice key)
{
    const struct setting_info *rows = NULL;
    (void)settings_list(&rows);
    size_t index = settings_find(key);
    if (index == SETTINGS_COUNT) {
        return at_line(reading, settings_unknown(key, SETTING_FILE, reading->reterr));
    }
    if (reading->lines[index] != 0) {
        enum err e =
            error_set(reading->reterr, ERR_INVALID, "%s stands twice; the first is in line %zu",
                      rows[index].name, reading->lines[index]);
        return at_line(reading, e);
    }
    reading->lines[index] = reading->line;
    reading->index = index;
    reading->state = STATE_VALUE;
    return ERR_OK;
}

static bool is_null(const yaml_event_t *event, struct slice text)
{
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.size == 0 || slice_is(text, "~") || slice_is(text, "null"));
}

static enum err take_value(struct reading *reading, const yaml_event_t *event, struct slice text)
{
    if (is_null(event, text)) {
        return refuse(reading, "a value is wanted; there is none (\"\" is the empty text)");
    }
    enum err e =
        settings_assign(reading->settings, reading->index, text, SETTING_FILE, reading->reterr);
    reading->state = STATE_KEY;
    return e == ERR_OK ? e : at_line(reading, e);
}

static enum err on_scalar(struct reading *reading, const yaml_event_t *event)
{
    struct slice text = slice_of(event->data.scalar.value, event->data.scalar.length);
    if (event->data.scalar.anchor != NULL) {
        return refuse(reading, "anchors (&name) are not taken here; write the value itself");
    }
    if (event->data.scalar.tag != NULL) {
        return refuse(reading, "tags (!name) are not taken here; write the value itself");
    }
    switch (reading->state) {
    case STATE_KEY:
        return take_key(reading, text);
    case STATE_VALUE:
        return take_value(reading, event, text);
    case STATE_BEGIN:
    case STATE_END:
        break;
    }
    if (!is_null(event, text)) {
        return refuse(reading, "a map of names to values is wanted; one value was given");
    }
    reading->state = STATE_END;
    return ERR_OK;
}

static enum err on_map(struct reading *reading, const yaml_event_t *event)
{
    if (reading->state != STATE_BEGIN) {
        return refuse(reading, reading->state == STATE_KEY
                                   ? "a name is wanted; a map was given"
                                   : "one value is wanted; a map was given");
    }
    if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL) {
        return refuse(reading, "anchors (&name) and tags (!name) are not taken here");
    }
    reading->state = STATE_KEY;
    return ERR_OK;
}

static enum err on_list(struct reading *reading)
{
    return refuse(reading, reading->state == STATE_BEGIN
                               ? "a map of names to values is wanted; a list was given"
                           : reading->state == STATE_KEY ? "a name is wanted; a list was given"
                                                         : "one value is wanted; a list was given");
}

static enum err on_event(struct reading *reading, const yaml_event_t *event)
{
    reading->line = event->start_mark.line + 1;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(reading, event);
    case YAML_MAPPING_START_EVENT:
        return on_map(reading, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_list(reading);
    case YAML_ALIAS_EVENT:
        return refuse(reading, "aliases (*name) are not taken here; write the value itself");
    case YAML_MAPPING_END_EVENT:
        reading->state = STATE_END;
        return ERR_OK;
    case YAML_DOCUMENT_START_EVENT:
        return reading->state == STATE_BEGIN
                   ? ERR_OK
                   : refuse(reading, "a second document begins; settings are one document");
    case YAML_STREAM_END_EVENT:
        reading->ended = true;
        return ERR_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        break;
    }
    return ERR_OK;
}

static enum err read_events(struct reading *reading, yaml_parser_t *parser)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && !reading->ended) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0) {
            return refuse_syntax(reading, parser);
        }
        e = on_event(reading, &event);
        yaml_event_delete(&event);
    }
    return e;
}

enum err settings_take_file(struct settings *settings,
                            const char *path,
                            struct slice text,
                            struct error *reterr)
{
    yaml_parser_t parser;
    struct reading reading = {.settings = settings, .path = path, .text = text, .reterr = reterr};
    if (yaml_parser_initialize(&parser) == 0) {
        return error_set(reterr, ERR_NO_MEMORY, "%s: out of memory", path);
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.size > 0 ? text.data : ""),
                                 text.size);
    enum err e = read_events(&reading, &parser);
    yaml_parser_delete(&parser);
    return e;
}

/* ---- the file ---- */

/* Reads until the end or a piece past the limit. */
static enum err read_all(int fd, const char *path, struct buf *ret, struct error *reterr)
{
    while (ret->size <= SETTINGS_FILE_BYTES_MAX) {
        char *place = buf_reserve(ret, PIECE_BYTES);
        if (place == NULL) {
            return buf_check(ret, path, reterr);
        }
        ssize_t size = read(fd, place, PIECE_BYTES);
        if (size < 0 && errno != EINTR) {
            return error_set_sys(reterr, ERR_IO, errno, "read %s", path);
        }
        if (size == 0) {
            return ERR_OK;
        }
        ret->size += size > 0 ? (size_t)size : 0;
    }
    return error_set(reterr, ERR_LIMIT, "%s is over %zu bytes", path, SETTINGS_FILE_BYTES_MAX);
}

enum err settings_read_file(struct settings *settings, const char *path, struct error *reterr)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not stop the start */
    if (fd < 0) {
        return errno == ENOENT ? ERR_OK : error_set_sys(reterr, ERR_IO, errno, "open %s", path);
    }
    struct buf text;
    buf_init(&text, SETTINGS_FILE_BYTES_MAX + PIECE_BYTES);
    enum err e = read_all(fd, path, &text, reterr);
    (void)close(fd);
    e = e != ERR_OK ? e : settings_take_file(settings, path, buf_slice(&text), reterr);
    buf_deinit(&text);
    return e;
}
