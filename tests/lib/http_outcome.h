/*
 * http_outcome: everything a run of the HTTP parser brought out, as one text, so that two runs over
 * the same bytes, cut differently, can be compared.
 *
 * Used by the parser's unit tests and its fuzz target. Header-only: both link nothing more.
 */
#ifndef DAYBOOK_TESTS_LIB_HTTP_OUTCOME_H
#define DAYBOOK_TESTS_LIB_HTTP_OUTCOME_H

#include "api/http/http_parse.h"
#include "core/base/memory.h"

#include <stdio.h>

struct http_outcome {
    struct buf text;     /* every request and the fault, readable */
    size_t done_count;   /* complete requests */
    int status;          /* of the fault, 0 without */
    const char *code;    /* of the fault, "" without */
    struct buf body;     /* of the last complete request */
    bool unfinished;     /* the input ended inside a request */
    size_t budget_left;  /* used bytes of the budget after everything was freed: 0 */
    size_t stored_bytes; /* the most the budget ever was charged with */
};

struct http_outcome_options {
    struct http_parse_limits limits;
    size_t body_bytes_max;
    size_t budget_bytes;
    /* Size of the next piece to feed; `at` is the offset in the input. NULL: all at once. */
    size_t (*piece)(const void *state, size_t at);
    const void *state;
};

static inline struct http_outcome_options http_outcome_defaults(void)
{
    return (struct http_outcome_options){
        .limits = {65536, 100}, .body_bytes_max = 1 << 20, .budget_bytes = 1 << 21};
}

static inline size_t http_outcome_single_bytes(const void *state, size_t at)
{
    (void)state;
    (void)at;
    return 1;
}

/* One cut, at the size_t `state` points at. */
static inline size_t http_outcome_one_cut(const void *state, size_t at)
{
    size_t cut = *(const size_t *)state;
    return at < cut ? cut - at : SIZE_MAX;
}

static inline void http_outcome_deinit(struct http_outcome *outcome)
{
    buf_deinit(&outcome->text);
    buf_deinit(&outcome->body);
}

static inline void http_outcome_put(struct buf *text, const char *name, struct slice value)
{
    buf_printf(text, "%s[%s%zu]=", name, value.data == NULL ? "null " : "", value.size);
    buf_put_slice(text, value);
    buf_put_char(text, '\n');
}

static inline void http_outcome_request(struct buf *text, const struct http_request *request)
{
    http_outcome_put(text, "head", request->head);
    http_outcome_put(text, "method", request->method);
    http_outcome_put(text, "target", request->target);
    http_outcome_put(text, "path", request->path);
    http_outcome_put(text, "query", request->query);
    for (size_t i = 0; i < request->header_count; i++) {
        http_outcome_put(text, "name", request->headers[i].name);
        http_outcome_put(text, "value", request->headers[i].value);
    }
    buf_printf(text, "HTTP/1.%d keep_alive=%d chunked=%d expects=%d length=%llu\n",
               request->minor_version, request->keep_alive, request->chunked,
               request->expects_continue, (unsigned long long)request->content_length);
    http_outcome_put(text, "body", request->body.size == 0 ? slice_of("", 0) : request->body);
}

/* One step's worth. Returns: false when the parser broke. */
static inline bool http_outcome_step(struct http_outcome *outcome,
                                     struct http_parse *parse,
                                     struct arena *arena,
                                     size_t body_bytes_max,
                                     enum http_parse_step step)
{
    switch (step) {
    case HTTP_PARSE_MORE:
        return true;
    case HTTP_PARSE_HEAD:
        (void)!http_parse_accept(parse, body_bytes_max); /* a fault comes with the next feed */
        return true;
    case HTTP_PARSE_DONE:
        outcome->done_count++;
        http_outcome_request(&outcome->text, parse->request);
        buf_clear(&outcome->body);
        buf_put_slice(&outcome->body, parse->request->body);
        http_parse_reset(parse);
        arena_reset(arena);
        return true;
    case HTTP_PARSE_FAILED:
        break;
    }
    outcome->status = parse->fault.status;
    outcome->code = parse->fault.code;
    buf_printf(&outcome->text, "fault %d %s %s\n", parse->fault.status, parse->fault.code,
               parse->fault.text);
    return false;
}

/** Feeds `input` to a parser in pieces and writes down what comes out. Free with
 * http_outcome_deinit. */
static inline struct http_outcome http_outcome_run(struct slice input,
                                                   const struct http_outcome_options *options)
{
    struct http_outcome outcome = {.code = ""};
    buf_init(&outcome.text, SIZE_MAX);
    buf_init(&outcome.body, SIZE_MAX);
    struct http_budget budget = {0, options->budget_bytes};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct http_request request = {0};
    struct http_parse parse;
    http_parse_init(&parse, &options->limits, &request, &arena, &budget);

    size_t at = 0;
    bool good = true;
    bool between = true; /* HEAD and DONE come without more input */
    while (good && (at < input.size || between)) {
        size_t size = options->piece == NULL ? SIZE_MAX : options->piece(options->state, at);
        size_t left = input.size - at;
        size = size < left ? size : left;
        /* A copy of exactly this size: reading past it is an error of the sanitizer. */
        char *piece = memory_alloc(size + (size == 0));
        memcpy(piece, input.data + at, size);
        size_t taken = 0;
        enum http_parse_step step = http_parse_feed(&parse, slice_of(piece, size), &taken);
        memory_free(piece);
        ASSERT(taken <= size && (step != HTTP_PARSE_MORE || taken == size));
        at += taken;
        good = http_outcome_step(&outcome, &parse, &arena, options->body_bytes_max, step);
        between = step == HTTP_PARSE_HEAD;
        if (budget.used_bytes > outcome.stored_bytes) {
            outcome.stored_bytes = budget.used_bytes;
        }
    }
    outcome.unfinished = good && (http_parse_begun(&parse) || http_parse_in_body(&parse));
    buf_printf(&outcome.text, "unfinished=%d\n", outcome.unfinished);
    http_parse_deinit(&parse);
    arena_deinit(&arena);
    outcome.budget_left = budget.used_bytes;
    return outcome;
}

#endif
