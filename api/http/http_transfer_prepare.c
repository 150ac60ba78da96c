/*
 * The readying of one hop: what libcurl is told, and what it calls back while the hop runs.
 *
 * The callbacks only keep what comes and refuse what is too much; nothing of libcurl is called from
 * them but getters. What a refusal means is read in http_transfer_conclude.c.
 */
#include "api/http/http_address.h"
#include "api/http/http_client_priv.h"

#include <sys/socket.h>

/* ---- what libcurl calls while it runs ---- */

/* The resolved address, each one tried, each hop: the only place where the rule can hold. */
static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct http_client_transfer *transfer = data;
    const struct http_client_options *options = &transfer->client->options;
    enum http_address_kind kind = http_address_kind(&address->addr);
    bool allowed = options->allow_private_targets || kind == HTTP_ADDRESS_PUBLIC;
    if (options->address_allowed != NULL) {
        allowed = options->address_allowed(&address->addr, options->address_data);
    }
    if (!allowed) {
        char text[HTTP_ADDRESS_TEXT_SIZE];
        http_address_text(&address->addr, text);
        transfer->address_refused = true;
        IGNORE(error_set(&transfer->address_text, ERR_DENIED,
                         "connect to %s: requests to %s (%s) are not allowed, only to public "
                         "addresses, unless the operator sets allow_private_targets",
                         transfer->target.host, text, http_address_kind_text(kind)));
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* One header line with its CRLF; also the status line, the empty line, and trailers. */
static size_t on_header(char *at, size_t size, size_t count, void *data)
{
    struct http_client_transfer *transfer = data;
    struct slice line = slice_of(at, size * count);
    if (transfer->body.bytes.size > 0) {
        return line.size; /* a trailer */
    }
    if (slice_starts_with(line, SLICE("HTTP/"))) {
        buf_clear(&transfer->head); /* 100 Continue stood before */
        transfer->head_complete = false;
    }
    if (slice_trim(line).size == 0) {
        transfer->head_complete = true;
    }
    if (!transfer->head_complete) {
        buf_put_slice(&transfer->head, line);
    }
    transfer->head_too_large = transfer->head.failed;
    return transfer->head_too_large ? 0 : line.size;
}

/* The announced length, or the limit. */
static size_t expected_bytes(const struct http_client_transfer *transfer)
{
    curl_off_t length = -1;
    size_t max = transfer->request.response_bytes_max;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length >= 0 && (size_t)length < max ? (size_t)length : max;
}

static size_t on_data(char *at, size_t size, size_t count, void *data)
{
    struct http_client_transfer *transfer = data;
    size_t bytes = size * count;
    if (bytes > transfer->request.response_bytes_max - transfer->body.bytes.size) {
        transfer->body_too_large = true;
        return 0; /* makes libcurl end the transfer with CURLE_WRITE_ERROR */
    }
    transfer->body_error = http_body_put(&transfer->body, at, bytes, expected_bytes(transfer));
    return transfer->body_error == ERR_OK ? bytes : 0;
}

/* ---- readying a hop ---- */

static bool is_one_of(struct slice name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_equal_nocase(name, slice_of_text(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Bound to the origin they were meant for. */
static bool is_for_origin(struct slice name)
{
    static const char *const names[] = {"Authorization", "Cookie",    "Proxy-Authorization",
                                        "Api-Key",       "X-Api-Key", "Host"};
    return is_one_of(name, names, ARRAY_COUNT(names));
}

/* Describe a body that is not sent any more. */
static bool is_about_body(struct slice name)
{
    static const char *const names[] = {"Content-Type", "Content-Encoding", "Content-Language",
                                        "Content-Location", "Digest"};
    return is_one_of(name, names, ARRAY_COUNT(names));
}

static bool add_line(struct http_client_transfer *transfer, const char *line)
{
    struct curl_slist *lines = line == NULL ? NULL : curl_slist_append(transfer->lines, line);
    if (lines == NULL) {
        return false;
    }
    transfer->lines = lines;
    return true;
}

/* To libcurl "Name:" means to leave a header out, and "Name;" one that is empty. */
static bool add_header(struct http_client_transfer *transfer, const struct http_header *header)
{
    struct arena_mark mark = arena_mark(&transfer->arena);
    struct slice line = header->value.size == 0
                            ? arena_format(&transfer->arena, "%.*s;", SLICE_ARGS(header->name))
                            : arena_format(&transfer->arena, "%.*s: %.*s", SLICE_ARGS(header->name),
                                           SLICE_ARGS(header->value));
    bool good = add_line(transfer, line.data); /* libcurl keeps a copy */
    arena_rewind(&transfer->arena, mark);
    return good;
}

static bool sends_body(const struct http_client_transfer *transfer)
{
    return !transfer->bodiless && transfer->request.body.data != NULL &&
           !slice_is(transfer->request.method, "HEAD");
}

static bool add_headers(struct http_client_transfer *transfer)
{
    const struct http_client_request *request = &transfer->request;
    bool typed = false;
    for (size_t i = 0; i < request->header_count; i++) {
        struct slice name = request->headers[i].name;
        bool left_out = http_header_is_framing(name) || slice_equal_nocase(name, SLICE("Expect")) ||
                        (!transfer->same_origin && is_for_origin(name)) ||
                        (transfer->bodiless && is_about_body(name));
        if (!left_out && !add_header(transfer, &request->headers[i])) {
            return false;
        }
        typed = typed || slice_equal_nocase(name, SLICE("Content-Type"));
    }
    for (size_t i = 0; transfer->same_origin && i < request->secret_header_count; i++) {
        if (!http_header_is_framing(request->secret_headers[i].name) &&
            !add_header(transfer, &request->secret_headers[i])) {
            return false;
        }
    }
    /* libcurl would wait a second for a 100, and would call any body a form. */
    return add_line(transfer, "Expect:") && (typed || add_line(transfer, "Content-Type:"));
}

static bool wants_length(struct slice method)
{
    return slice_is(method, "POST") || slice_is(method, "PUT") || slice_is(method, "PATCH");
}

static bool set_method(struct http_client_transfer *transfer)
{
    CURL *easy = transfer->easy;
    struct slice method = transfer->bodiless ? SLICE("GET") : transfer->request.method;
    struct slice body = sends_body(transfer) ? transfer->request.body : SLICE("");
    if (slice_is(method, "HEAD")) {
        return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    }
    bool good = true;
    if (sends_body(transfer) || wants_length(method)) {
        good &= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data) == CURLE_OK;
        good &=
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size) == CURLE_OK;
    }
    /* A slice of the arena or a literal: zero-terminated both. */
    good &= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.data) == CURLE_OK;
    return good;
}

static bool set_callbacks(struct http_client_transfer *transfer)
{
    CURL *easy = transfer->easy;
    bool good = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_text) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
    return good;
}

static bool set_limits(struct http_client_transfer *transfer, uint64_t now_ms)
{
    const struct http_client_options *options = &transfer->client->options;
    CURL *easy = transfer->easy;
    long left_ms = (long)(transfer->deadline_ms - now_ms);
    long stall_s = (long)options->stall_timeout_s;
    curl_off_t max = (curl_off_t)transfer->request.response_bytes_max;
    bool good = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms) ==
            CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, stall_s > 0 ? 1L : 0L) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stall_s) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, max) == CURLE_OK;
    return good;
}

static bool set_manners(struct http_client_transfer *transfer)
{
    CURL *easy = transfer->easy;
    bool good = curl_easy_setopt(easy, CURLOPT_URL, transfer->target.url) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_USERAGENT, transfer->client->user_agent) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK; /* done here */
    good &= curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK; /* not the environment's */
    good &= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
    good &= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    if (transfer->client->options.ca_file != NULL) {
        good &= curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->client->ca_file) == CURLE_OK;
    }
    /* Giving up while a name is looked up would else wait for the looking thread: the whole loop
     * would stand for as long as the name server is silent. */
    good &= curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
    return good;
}

static void forget_answer(struct http_client_transfer *transfer)
{
    buf_clear(&transfer->head);
    http_body_deinit(&transfer->body);
    transfer->head_complete = false;
    transfer->curl_text[0] = '\0';
    transfer->address_refused = false;
    curl_slist_free_all(transfer->lines);
    transfer->lines = NULL;
}

enum err
http_transfer_prepare(struct http_client_transfer *transfer, uint64_t now_ms, struct error *reterr)
{
    if (transfer->easy == NULL) {
        transfer->easy = curl_easy_init();
    } else {
        curl_easy_reset(transfer->easy);
    }
    forget_answer(transfer);
    if (transfer->easy == NULL || !add_headers(transfer) || !set_method(transfer) ||
        !set_callbacks(transfer) || !set_limits(transfer, now_ms) || !set_manners(transfer)) {
        return error_set(reterr, ERR_NO_MEMORY, "request %s: out of memory", transfer->target.host);
    }
    return ERR_OK;
}
