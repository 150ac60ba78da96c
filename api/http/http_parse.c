#include "api/http/http_parse.h"

#include "api/http/http_head.h"
#include "core/base/check.h"

/* Buffers of at most this size are kept from one request to the next. */
#define KEPT_BYTES ((size_t)16 * 1024)

static int take_target(llhttp_t *machine, const char *at, size_t size);
static int take_name(llhttp_t *machine, const char *at, size_t size);
static int take_value(llhttp_t *machine, const char *at, size_t size);
static int end_head(llhttp_t *machine);
static int begin_chunk(llhttp_t *machine);
static int take_data(llhttp_t *machine, const char *at, size_t size);
static int end_message(llhttp_t *machine);

static const llhttp_settings_t settings = {
    .on_url = take_target,
    .on_header_field = take_name,
    .on_header_value = take_value,
    .on_headers_complete = end_head,
    .on_chunk_header = begin_chunk,
    .on_body = take_data,
    .on_message_complete = end_message,
};

void http_parse_init(struct http_parse *parse,
                     const struct http_parse_limits *limits,
                     struct http_request *request,
                     struct arena *arena,
                     struct http_budget *budget)
{
    *parse = (struct http_parse){.limits = *limits, .request = request, .arena = arena};
    buf_init(&parse->head, limits->head_bytes_max);
    http_body_init(&parse->body, budget);
    http_parse_reset(parse);
}

void http_parse_deinit(struct http_parse *parse)
{
    http_body_deinit(&parse->body);
    buf_deinit(&parse->head);
}

void http_parse_trim(struct http_parse *parse)
{
    ASSERT(parse->stage == HTTP_PARSE_IN_HEAD && parse->head.size == 0);
    http_parse_deinit(parse);
}

void http_parse_reset(struct http_parse *parse)
{
    llhttp_init(&parse->machine, HTTP_REQUEST, &settings);
    parse->machine.data = parse;
    parse->stage = HTTP_PARSE_IN_HEAD;
    parse->fault.status = 0;
    parse->lines = (struct http_lines){0};
    parse->body_bytes = 0;
    parse->discarding = false;
    parse->chunk_too_large = false;
    parse->framing_bytes = 0;
    parse->framing_excess = 0;
    parse->skipped_line = false;
    buf_clear(&parse->head);
    buf_clear(&parse->body.bytes);
    if (parse->head.capacity > KEPT_BYTES) {
        buf_deinit(&parse->head);
    }
    if (parse->body.bytes.capacity > KEPT_BYTES) {
        http_body_deinit(&parse->body);
    }
}

static enum http_parse_step broken(struct http_parse *parse)
{
    ASSERT(parse->fault.status != 0);
    parse->stage = HTTP_PARSE_BROKEN;
    return HTTP_PARSE_FAILED;
}

static bool out_of_memory(struct http_parse *parse)
{
    return http_fault_set(&parse->fault, 503, "overloaded",
                          "The server has no memory for the request now");
}

/* ---- the head ---- */

static struct http_parse *parse_of(llhttp_t *machine)
{
    return machine->data;
}

/* Two readers took the request line apart, the one of http_head and llhttp: they must agree. */
static int take_target(llhttp_t *machine, const char *at, size_t size)
{
    struct slice target = parse_of(machine)->request->target;
    return target.data == at && target.size == size ? 0 : -1;
}

/* llhttp reports names and values of trailers here too: those are dropped. */
static int take_name(llhttp_t *machine, const char *at, size_t size)
{
    struct http_parse *parse = parse_of(machine);
    if (parse->stage != HTTP_PARSE_IN_HEAD) {
        return 0;
    }
    size_t index = parse->request->header_count;
    ASSERT(index < parse->headers_room);
    parse->headers[index] = (struct http_header){slice_of(at, size), slice_of(at + size, 0)};
    parse->request->header_count = index + 1;
    return 0;
}

/* The head is in one piece, so each value comes in one piece; white space behind it comes along. */
static int take_value(llhttp_t *machine, const char *at, size_t size)
{
    struct http_parse *parse = parse_of(machine);
    if (parse->stage != HTTP_PARSE_IN_HEAD) {
        return 0;
    }
    ASSERT(parse->request->header_count > 0);
    parse->headers[parse->request->header_count - 1].value = slice_trim(slice_of(at, size));
    return 0;
}

static int end_head(llhttp_t *machine)
{
    struct http_request *request = parse_of(machine)->request;
    request->keep_alive = llhttp_should_keep_alive(machine) != 0;
    request->chunked = (machine->flags & F_CHUNKED) != 0;
    request->content_length = request->chunked ? 0 : machine->content_length;
    /* An Upgrade offer is declined by answering as if it were not there (RFC 9110 section 7.8). */
    machine->upgrade = 0;
    return HPE_PAUSED;
}

static bool llhttp_fault(struct http_parse *parse, llhttp_errno_t code)
{
    const char *reason = llhttp_get_error_reason(&parse->machine);
    bool told = reason != NULL && reason[0] != '\0';
    return http_fault_set(&parse->fault, 400, "malformed_request",
                          "The request is not valid HTTP/1.1: %s",
                          told ? reason : llhttp_errno_name(code));
}

/* The guard has counted the lines: request line, headers, empty line. */
static bool make_room_for_headers(struct http_parse *parse)
{
    ASSERT(parse->lines.count >= 2);
    size_t count = parse->lines.count - 2;
    if (count > parse->limits.header_count_max) {
        return http_fault_set(&parse->fault, 431, "too_many_headers",
                              "A request may have %zu headers", parse->limits.header_count_max);
    }
    parse->headers_room = count;
    parse->headers = arena_zalloc(parse->arena, count, sizeof *parse->headers);
    return parse->headers != NULL || out_of_memory(parse);
}

static bool read_whole_head(struct http_parse *parse)
{
    struct http_request *request = parse->request;
    struct slice head = buf_slice(&parse->head);
    request->head = head;
    request->expects_continue = false;
    request->body = (struct slice){NULL, 0};
    request->header_count = 0;
    if (!make_room_for_headers(parse) || !http_head_read_line(request, &parse->fault)) {
        return false;
    }
    request->headers = parse->headers;
    llhttp_errno_t code = llhttp_execute(&parse->machine, head.data, head.size);
    bool whole = llhttp_get_error_pos(&parse->machine) == head.data + head.size;
    if (code != HPE_PAUSED || !whole) {
        return llhttp_fault(parse, code);
    }
    return http_head_check_fields(request, &parse->fault);
}

static bool head_too_large(struct http_parse *parse)
{
    size_t max = parse->limits.head_bytes_max;
    if (parse->lines.count == 0) {
        return http_fault_set(&parse->fault, 414, "target_too_long",
                              "The request line is over %zu bytes", max);
    }
    return http_fault_set(&parse->fault, 431, "head_too_large",
                          "The request line and headers are over %zu bytes", max);
}

/* RFC 9112 section 2.2: one empty line before the request line is forgiven. */
static bool is_forgiven_line(struct http_parse *parse)
{
    if (parse->head.size != 2 || parse->skipped_line) {
        return false;
    }
    parse->skipped_line = true;
    buf_clear(&parse->head);
    parse->lines = (struct http_lines){0};
    return true;
}

static enum http_parse_step
read_head(struct http_parse *parse, struct slice input, size_t *ret_taken)
{
    size_t all = 0;
    for (;;) {
        struct slice rest = slice_from(input, all);
        size_t room = parse->limits.head_bytes_max - parse->head.size;
        rest.size = rest.size < room ? rest.size : room;
        size_t taken = 0;
        enum http_lines_result result = http_lines_feed(&parse->lines, rest, &taken, &parse->fault);
        buf_put(&parse->head, rest.data, taken);
        all += taken;
        *ret_taken = all;
        if (result == HTTP_LINES_BAD || (parse->head.failed && !out_of_memory(parse))) {
            return broken(parse);
        }
        if (result == HTTP_LINES_EMPTY && is_forgiven_line(parse)) {
            continue;
        }
        if (result == HTTP_LINES_EMPTY) {
            break;
        }
        if (parse->head.size == parse->limits.head_bytes_max && !head_too_large(parse)) {
            return broken(parse);
        }
        return HTTP_PARSE_MORE;
    }
    if (parse->lines.count < 2 || !read_whole_head(parse)) {
        if (parse->fault.status == 0) {
            (void)http_fault_set(&parse->fault, 400, "malformed_request",
                                 "There is no request line");
        }
        return broken(parse);
    }
    parse->stage = HTTP_PARSE_AT_BODY;
    return HTTP_PARSE_HEAD;
}

/* ---- the body ---- */

static void begin_body(struct http_parse *parse, size_t body_bytes_max)
{
    ASSERT(parse->stage == HTTP_PARSE_AT_BODY);
    parse->body_bytes_max = body_bytes_max;
    parse->body_left = parse->request->content_length;
    if (parse->request->chunked) {
        parse->stage = HTTP_PARSE_IN_CHUNKS;
        parse->lines = (struct http_lines){0};
        llhttp_resume(&parse->machine);
    } else {
        parse->stage = HTTP_PARSE_IN_LENGTH;
    }
}

static bool body_too_large(struct http_parse *parse)
{
    return http_fault_set(&parse->fault, 413, "body_too_large",
                          "The request body is over %zu bytes", parse->body_bytes_max);
}

bool http_parse_accept(struct http_parse *parse, size_t body_bytes_max)
{
    begin_body(parse, body_bytes_max);
    if (parse->request->content_length > body_bytes_max) {
        (void)body_too_large(parse);
        (void)broken(parse);
        return false;
    }
    return true;
}

bool http_parse_discard(struct http_parse *parse, size_t body_bytes_max)
{
    if (parse->request->content_length > body_bytes_max) {
        return false;
    }
    begin_body(parse, body_bytes_max);
    parse->discarding = true;
    return true;
}

static bool store(struct http_parse *parse, const char *at, size_t size)
{
    if (size > parse->body_bytes_max - parse->body_bytes) {
        return body_too_large(parse);
    }
    parse->body_bytes += size;
    if (parse->discarding) {
        return true;
    }
    size_t most =
        parse->request->chunked ? parse->body_bytes_max : (size_t)parse->request->content_length;
    enum err code = http_body_put(&parse->body, at, size, most);
    if (code == ERR_BUSY) {
        return http_fault_set(&parse->fault, 503, "overloaded",
                              "Too many request bodies are being received now");
    }
    return code == ERR_OK || out_of_memory(parse);
}

static enum http_parse_step finish(struct http_parse *parse)
{
    parse->stage = HTTP_PARSE_AT_END;
    parse->request->body = buf_slice(&parse->body.bytes);
    return HTTP_PARSE_DONE;
}

static enum http_parse_step
read_length(struct http_parse *parse, struct slice input, size_t *ret_taken)
{
    size_t size = parse->body_left < input.size ? (size_t)parse->body_left : input.size;
    *ret_taken = size;
    if (size > 0 && !store(parse, input.data, size)) {
        return broken(parse);
    }
    parse->body_left -= size;
    return parse->body_left == 0 ? finish(parse) : HTTP_PARSE_MORE;
}

/* Shows the guard the bytes of framing from framing_start to `end` and counts them. */
static bool check_framing(struct http_parse *parse, const char *end)
{
    ASSERT(end >= parse->framing_start);
    struct slice rest = slice_of(parse->framing_start, (size_t)(end - parse->framing_start));
    parse->framing_start = end;
    parse->framing_bytes += rest.size;
    while (rest.size > 0) {
        size_t taken = 0;
        if (http_lines_feed(&parse->lines, rest, &taken, &parse->fault) == HTTP_LINES_BAD) {
            return false;
        }
        rest = slice_from(rest, taken);
    }
    size_t excess = parse->framing_bytes > HTTP_PARSE_CHUNK_BYTES
                        ? parse->framing_bytes - HTTP_PARSE_CHUNK_BYTES
                        : 0;
    if (parse->framing_excess + excess > HTTP_PARSE_FRAMING_BYTES) {
        return http_fault_set(&parse->fault, 431, "chunk_framing_too_large",
                              "Chunk extensions and trailers are over %zu bytes",
                              HTTP_PARSE_FRAMING_BYTES);
    }
    return true;
}

/* Refused when its size is known, not when its bytes are there. The fault is set by read_chunks,
 * behind the check of the line this size stands in: one order, however the input is cut. */
static int begin_chunk(llhttp_t *machine)
{
    struct http_parse *parse = parse_of(machine);
    parse->chunk_too_large = machine->content_length > parse->body_bytes_max - parse->body_bytes;
    return parse->chunk_too_large ? -1 : 0;
}

/* Data of a chunk: the framing before it is complete. */
static int take_data(llhttp_t *machine, const char *at, size_t size)
{
    struct http_parse *parse = parse_of(machine);
    if (!check_framing(parse, at)) {
        return -1;
    }
    if (parse->framing_bytes > HTTP_PARSE_CHUNK_BYTES) {
        parse->framing_excess += parse->framing_bytes - HTTP_PARSE_CHUNK_BYTES;
    }
    parse->framing_bytes = 0;
    parse->framing_start = at + size;
    return store(parse, at, size) ? 0 : -1;
}

static int end_message(llhttp_t *machine)
{
    (void)machine;
    return HPE_PAUSED;
}

static enum http_parse_step
read_chunks(struct http_parse *parse, struct slice input, size_t *ret_taken)
{
    *ret_taken = 0;
    if (input.size == 0) {
        return HTTP_PARSE_MORE;
    }
    parse->framing_start = input.data;
    llhttp_errno_t code = llhttp_execute(&parse->machine, input.data, input.size);
    const char *end =
        code == HPE_OK ? input.data + input.size : llhttp_get_error_pos(&parse->machine);
    *ret_taken = (size_t)(end - input.data);
    if (parse->fault.status != 0 || !check_framing(parse, end) ||
        (parse->chunk_too_large && !body_too_large(parse))) {
        return broken(parse);
    }
    if (code == HPE_OK) {
        return HTTP_PARSE_MORE;
    }
    if (code != HPE_PAUSED) {
        (void)llhttp_fault(parse, code);
        return broken(parse);
    }
    return finish(parse);
}

enum http_parse_step
http_parse_feed(struct http_parse *parse, struct slice input, size_t *ret_taken)
{
    *ret_taken = 0;
    switch (parse->stage) {
    case HTTP_PARSE_IN_HEAD:
        return read_head(parse, input, ret_taken);
    case HTTP_PARSE_IN_LENGTH:
        return read_length(parse, input, ret_taken);
    case HTTP_PARSE_IN_CHUNKS:
        return read_chunks(parse, input, ret_taken);
    case HTTP_PARSE_BROKEN:
        return HTTP_PARSE_FAILED;
    case HTTP_PARSE_AT_BODY:
    case HTTP_PARSE_AT_END:
        break;
    }
    UNREACHABLE("fed between a step and the call that must follow it");
}
