/*
 * The end of one hop: an answer, a redirect to follow, or a failure and its sentence.
 */
#include "api/http/http_client_priv.h"

static void fail_to_connect(struct http_client_transfer *transfer)
{
    long os_error = 0;
    if (transfer->address_refused) {
        http_transfer_fail(transfer, HTTP_CLIENT_ADDRESS_REFUSED, ERR_DENIED, "%s",
                           transfer->address_text.text);
        return;
    }
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
    http_transfer_fail(transfer, HTTP_CLIENT_CONNECT, ERR_IO, "connect to %s port %s: %s",
                       transfer->target.host, transfer->target.port,
                       os_error != 0 ? strerror((int)os_error) : transfer->curl_text);
}

/* One of our own callbacks has ended it. */
static void fail_to_keep(struct http_client_transfer *transfer)
{
    const char *host = transfer->target.host;
    if (transfer->head_too_large) {
        http_transfer_fail(transfer, HTTP_CLIENT_TOO_LARGE, ERR_LIMIT,
                           "answer of %s: its headers are over %zu bytes", host,
                           HTTP_TRANSFER_HEAD_BYTES);
    } else if (transfer->body_error != ERR_OK) {
        http_transfer_fail(transfer, HTTP_CLIENT_OVERLOADED, transfer->body_error,
                           "answer of %s: no memory is left for answers now", host);
    } else {
        http_transfer_fail(transfer, HTTP_CLIENT_TOO_LARGE, ERR_LIMIT,
                           "answer of %s: its body is over %zu bytes", host,
                           transfer->request.response_bytes_max);
    }
}

static bool is_tls_error(CURLcode code)
{
    static const CURLcode codes[] = {
        CURLE_SSL_CONNECT_ERROR,   CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER,          CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_CRL_BADFILE,
        CURLE_SSL_ISSUER_ERROR,    CURLE_SSL_INVALIDCERTSTATUS,    CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED,           CURLE_SSL_ENGINE_INITFAILED};
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        if (codes[i] == code) {
            return true;
        }
    }
    return false;
}

static void fail_by_code(struct http_client_transfer *transfer, CURLcode code)
{
    const char *host = transfer->target.host;
    const char *told =
        transfer->curl_text[0] != '\0' ? transfer->curl_text : curl_easy_strerror(code);
    if (code == CURLE_COULDNT_CONNECT) {
        fail_to_connect(transfer);
    } else if (code == CURLE_WRITE_ERROR || code == CURLE_FILESIZE_EXCEEDED) {
        fail_to_keep(transfer);
    } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
        http_transfer_fail(transfer, HTTP_CLIENT_RESOLVE, ERR_IO, "resolve %s: %s", host, told);
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        http_transfer_fail(transfer, HTTP_CLIENT_TIMEOUT, ERR_TIMEOUT,
                           "request %s: no complete answer in time: %s", host, told);
    } else if (code == CURLE_OUT_OF_MEMORY) {
        http_transfer_fail(transfer, HTTP_CLIENT_OVERLOADED, ERR_NO_MEMORY,
                           "request %s: out of memory", host);
    } else if (is_tls_error(code)) {
        http_transfer_fail(transfer, HTTP_CLIENT_TLS, ERR_IO, "TLS with %s: %s", host, told);
    } else {
        http_transfer_fail(transfer, HTTP_CLIENT_BROKEN, ERR_IO, "answer of %s: %s", host, told);
    }
}

/* Splits the next line off, without its line end. */
static bool next_line(struct slice *rest, struct slice *ret_line)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL) {
        return false;
    }
    size_t size = (size_t)(end - rest->data);
    *ret_line = slice_of(rest->data, size);
    *rest = slice_from(*rest, size + 1);
    return true;
}

static size_t count_lines(struct slice text)
{
    size_t count = 0;
    struct slice line;
    while (next_line(&text, &line)) {
        count++;
    }
    return count;
}

/* The kept lines as headers; the status line and what has no colon are left out. */
static bool read_headers(struct http_client_transfer *transfer)
{
    struct slice rest = buf_slice(&transfer->head);
    struct http_header *headers =
        ARENA_ARRAY(&transfer->arena, struct http_header, count_lines(rest));
    size_t count = 0;
    struct slice line;
    while (headers != NULL && next_line(&rest, &line)) {
        const char *colon = line.size == 0 ? NULL : memchr(line.data, ':', line.size);
        if (colon == NULL || slice_starts_with(line, SLICE("HTTP/")) || colon == line.data) {
            continue;
        }
        size_t size = (size_t)(colon - line.data);
        headers[count].name = slice_of(line.data, size);
        headers[count].value = slice_trim(slice_from(line, size + 1));
        count++;
    }
    transfer->result.headers = headers;
    transfer->result.header_count = count;
    return headers != NULL;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* RFC 9110 section 15.4: after 303 always, after 301 and 302 from POST, as everybody does. */
static bool turns_into_get(const struct http_client_transfer *transfer, long status)
{
    struct slice method = transfer->request.method;
    return (status == 303 && !slice_is(method, "HEAD")) ||
           ((status == 301 || status == 302) && slice_is(method, "POST"));
}

/* Readies the next hop, or fails. */
static bool follow(struct http_client_transfer *transfer, long status, const char *url)
{
    struct http_target next;
    struct error error;
    const char *host = transfer->target.host;
    if (transfer->result.redirect_count >= transfer->request.redirects_max) {
        http_transfer_fail(transfer, HTTP_CLIENT_REDIRECT, ERR_REFUSED,
                           "answer of %s: more than %u redirects", host,
                           transfer->request.redirects_max);
        return false;
    }
    if (http_target_read(&transfer->arena, slice_of_text(url), &next, &error) != ERR_OK) {
        http_transfer_fail(transfer, HTTP_CLIENT_REDIRECT, ERR_REFUSED, "redirect of %s: %s", host,
                           error.text);
        return false;
    }
    if (strcmp(transfer->target.scheme, "https") == 0 && strcmp(next.scheme, "http") == 0) {
        http_transfer_fail(transfer, HTTP_CLIENT_REDIRECT, ERR_REFUSED,
                           "redirect of %s: it leads from https to http", host);
        return false;
    }
    transfer->same_origin =
        transfer->same_origin && http_target_same_origin(&transfer->target, &next);
    transfer->bodiless = transfer->bodiless || turns_into_get(transfer, status);
    transfer->target = next;
    transfer->result.url = slice_of_text(next.url);
    transfer->result.redirect_count++;
    return true;
}

bool http_transfer_conclude(struct http_client_transfer *transfer, CURLcode code)
{
    if (code != CURLE_OK) {
        fail_by_code(transfer, code);
        return false;
    }
    long status = 0;
    char *url = NULL;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &url);
    if (is_redirect(status) && url != NULL && transfer->request.redirects_max > 0) {
        return follow(transfer, status, url);
    }
    transfer->result.status = (int)status;
    if (!read_headers(transfer)) {
        http_transfer_fail(transfer, HTTP_CLIENT_OVERLOADED, ERR_NO_MEMORY,
                           "answer of %s: out of memory", transfer->target.host);
    }
    return false;
}
