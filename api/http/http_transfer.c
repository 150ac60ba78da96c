#include "api/http/http_transfer_priv.h"

#include "api/http/http_client_priv.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <stdarg.h>
#include <stdio.h>

/* Copies of URL and headers, header lines as sent, and the result's headers, beside the body. */
#define COPIES_BYTES_MAX       MIB

#define METHOD_BYTES_MAX       32

#define TIMEOUT_MS_DEFAULT     60000
#define RESPONSE_BYTES_DEFAULT (64 * MIB)

/* ---- making one ---- */

static enum err check_headers(const struct http_header *headers, size_t count, struct error *reterr)
{
    for (size_t i = 0; i < count; i++) {
        if (!http_header_name_valid(headers[i].name)) {
            return error_set(reterr, ERR_INVALID, "\"%.*s\" is not a valid header name",
                             headers[i].name.size < 100 ? (int)headers[i].name.size : 100,
                             headers[i].name.data != NULL ? headers[i].name.data : "");
        }
        if (!http_header_value_valid(headers[i].value)) {
            /* The value may be a secret: only its name is told. */
            return error_set(reterr, ERR_INVALID,
                             "the value of header %.*s holds a line end or control character",
                             headers[i].name.size < 100 ? (int)headers[i].name.size : 100,
                             headers[i].name.data);
        }
    }
    return ERR_OK;
}

static enum err check_request(const struct http_client_request *request, struct error *reterr)
{
    if (request->method.size > METHOD_BYTES_MAX ||
        (request->method.size > 0 && !http_header_name_valid(request->method))) {
        return error_set(reterr, ERR_INVALID, "the method must be a word such as GET or POST");
    }
    enum err code = check_headers(request->headers, request->header_count, reterr);
    return code != ERR_OK
               ? code
               : check_headers(request->secret_headers, request->secret_header_count, reterr);
}

static const struct http_header *
copy_headers(struct arena *arena, const struct http_header *headers, size_t count)
{
    struct http_header *copies = ARENA_ARRAY(arena, struct http_header, count);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i].name = arena_copy(arena, headers[i].name);
        copies[i].value = arena_copy(arena, headers[i].value);
    }
    return copies;
}

static enum err copy_request(struct http_client_transfer *transfer,
                             const struct http_client_request *request,
                             struct error *reterr)
{
    struct arena *arena = &transfer->arena;
    struct http_client_request *copy = &transfer->request;
    *copy = *request;
    copy->method = request->method.size > 0 ? arena_copy(arena, request->method) : SLICE("GET");
    copy->headers = copy_headers(arena, request->headers, request->header_count);
    copy->secret_headers =
        copy_headers(arena, request->secret_headers, request->secret_header_count);
    if (request->body.data != NULL) {
        copy->body = arena_copy(arena, request->body);
    }
    copy->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS_DEFAULT;
    copy->response_bytes_max =
        request->response_bytes_max > 0 ? request->response_bytes_max : RESPONSE_BYTES_DEFAULT;
    enum err code = http_target_read(arena, request->url, &transfer->target, reterr);
    if (arena_exhausted(arena)) {
        return error_set(reterr, ERR_NO_MEMORY,
                         "no memory for the request, or its headers are "
                         "over 1 MiB");
    }
    copy->url = slice_of_text(transfer->target.url);
    return code;
}

enum err http_transfer_create(struct http_client *client,
                              const struct http_client_request *request,
                              struct http_client_transfer **ret_transfer,
                              struct error *reterr)
{
    enum err code = check_request(request, reterr);
    if (code != ERR_OK) {
        return code;
    }
    struct http_client_transfer *transfer = memory_zalloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "out of memory");
    }
    transfer->client = client;
    transfer->same_origin = true;
    list_link_init(&transfer->link);
    arena_init(&transfer->arena, request->body.size + COPIES_BYTES_MAX);
    buf_init(&transfer->head, HTTP_TRANSFER_HEAD_BYTES);
    http_body_init(&transfer->body, &client->responses);
    code = copy_request(transfer, request, reterr);
    if (code != ERR_OK) {
        http_transfer_destroy(transfer);
        return code;
    }
    transfer->result.body = &transfer->body.bytes;
    transfer->result.url = transfer->request.url;
    *ret_transfer = transfer;
    return ERR_OK;
}

void http_transfer_destroy(struct http_client_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->lines);
    buf_deinit(&transfer->head);
    http_body_deinit(&transfer->body);
    arena_deinit(&transfer->arena);
    memory_free(transfer);
}

void http_transfer_fail(struct http_client_transfer *transfer,
                        enum http_client_failure failure,
                        enum err code,
                        const char *format,
                        ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct http_client_result *result = &transfer->result;
    result->failure = failure;
    result->code = code;
    IGNORE(error_set(&result->error, code, "%s", text));
    result->status = 0;
    result->header_count = 0;
    buf_clear(&transfer->body.bytes);
}
