#include "api/http/http_head.h"

#include "core/base/check.h"

static bool malformed(struct http_fault *fault, const char *text)
{
    return http_fault_set(fault, 400, "malformed_request", "%s", text);
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
read_version(struct http_request *request, struct slice version, struct http_fault *fault)
{
    struct slice name = SLICE("HTTP/");
    if (version.size != 8 || !slice_starts_with(version, name) || version.data[6] != '.' ||
        !is_digit(version.data[5]) || !is_digit(version.data[7])) {
        return malformed(fault, "The request line must end with HTTP/1.1 or HTTP/1.0");
    }
    if (version.data[5] != '1' || version.data[7] > '1') {
        return http_fault_set(fault, 505, "http_version_not_supported",
                              "This server speaks HTTP/1.1 and HTTP/1.0");
    }
    request->minor_version = version.data[7] - '0';
    return true;
}

/* The part of an absolute URI behind its scheme, or the empty slice with data NULL. */
static struct slice behind_scheme(struct slice target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++) {
        struct slice scheme = slice_of_text(schemes[i]);
        if (target.size >= scheme.size &&
            slice_equal_nocase(slice_of(target.data, scheme.size), scheme)) {
            return slice_from(target, scheme.size);
        }
    }
    return (struct slice){NULL, 0};
}

/* Bytes a host and port may have (RFC 3986 section 3.2.2). A wrong mix of them is nobody's danger
 * here: nothing is looked up by this name. */
static bool host_valid(struct slice host)
{
    for (size_t i = 0; i < host.size; i++) {
        char byte = host.data[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!letter && !is_digit(byte) &&
            (byte == '\0' || strchr("-._~%!$&'()*+,;=:[]", byte) == NULL)) {
            return false;
        }
    }
    return true;
}

static void split_query(struct http_request *request, struct slice path)
{
    const char *mark = path.size == 0 ? NULL : memchr(path.data, '?', path.size);
    size_t size = mark == NULL ? path.size : (size_t)(mark - path.data);
    request->path = size == 0 ? SLICE("/") : slice_of(path.data, size);
    request->query = mark == NULL ? (struct slice){NULL, 0} : slice_from(path, size + 1);
}

static bool
read_absolute_target(struct http_request *request, struct slice rest, struct http_fault *fault)
{
    size_t size = 0;
    while (size < rest.size && rest.data[size] != '/' && rest.data[size] != '?') {
        size++;
    }
    if (size == 0 || !host_valid(slice_of(rest.data, size))) {
        return malformed(fault, "The target must name a host, without user and password");
    }
    split_query(request, slice_from(rest, size));
    return true;
}

static bool read_target(struct http_request *request, struct http_fault *fault)
{
    struct slice target = request->target;
    if (memchr(target.data, '#', target.size) != NULL) {
        return malformed(fault, "The target must not have a fragment (#)");
    }
    if (target.data[0] == '/') {
        split_query(request, target);
        return true;
    }
    if (slice_is(target, "*") && slice_is(request->method, "OPTIONS")) {
        request->path = target;
        request->query = (struct slice){NULL, 0};
        return true;
    }
    struct slice rest = behind_scheme(target);
    if (rest.data == NULL) {
        return malformed(fault, "The target must be a path or an http or https URL");
    }
    return read_absolute_target(request, rest, fault);
}

bool http_head_read_line(struct http_request *request, struct http_fault *fault)
{
    struct slice head = request->head;
    const char *cr = memchr(head.data, '\r', head.size);
    struct slice line = slice_of(head.data, cr == NULL ? head.size : (size_t)(cr - head.data));
    const char *first = line.size == 0 ? NULL : memchr(line.data, ' ', line.size);
    const char *last = line.size == 0 ? NULL : memrchr(line.data, ' ', line.size);
    if (first == NULL || first == line.data || last <= first + 1 ||
        memchr(first + 1, ' ', (size_t)(last - first - 1)) != NULL) {
        return malformed(fault, "The request line must be a method, a target and a version, with "
                                "one space between");
    }
    request->method = slice_of(line.data, (size_t)(first - line.data));
    request->target = slice_of(first + 1, (size_t)(last - first - 1));
    size_t version_at = (size_t)(last + 1 - line.data);
    if (!read_version(request, slice_from(line, version_at), fault)) {
        return false;
    }
    if (slice_is(request->method, "CONNECT")) {
        return http_fault_set(fault, 501, "method_not_supported", "This server is not a proxy");
    }
    return read_target(request, fault);
}

/* A coding other than chunked cannot be undone here; if chunked is not the last one, not even the
 * end of the body is known (RFC 9112 section 6.1 and 6.3). */
static bool check_transfer_encoding(const struct http_request *request,
                                    struct slice value,
                                    struct http_fault *fault)
{
    if (request->minor_version == 0) {
        return malformed(fault, "Transfer-Encoding does not exist in HTTP/1.0");
    }
    if (slice_equal_nocase(value, SLICE("chunked"))) {
        return true;
    }
    const char *comma = value.size == 0 ? NULL : memrchr(value.data, ',', value.size);
    struct slice last =
        comma == NULL ? value : slice_trim(slice_from(value, (size_t)(comma + 1 - value.data)));
    if (!slice_equal_nocase(last, SLICE("chunked"))) {
        return malformed(fault, "The last Transfer-Encoding must be chunked");
    }
    return http_fault_set(fault, 501, "transfer_encoding_not_supported",
                          "No Transfer-Encoding but chunked is supported");
}

static bool check_expect(struct http_request *request, struct slice value, struct http_fault *fault)
{
    if (request->minor_version == 0) {
        return true; /* RFC 9110 section 10.1.1: ignored */
    }
    if (!slice_equal_nocase(value, SLICE("100-continue"))) {
        return http_fault_set(fault, 417, "expectation_failed",
                              "No expectation but 100-continue can be met");
    }
    request->expects_continue = true;
    return true;
}

static bool check_hosts(const struct http_request *request, size_t hosts, struct http_fault *fault)
{
    if (hosts > 1 || (hosts == 0 && request->minor_version == 1)) {
        return malformed(fault, hosts == 0 ? "A Host header is required in HTTP/1.1"
                                           : "There must be one Host header, not several");
    }
    return true;
}

bool http_head_check_fields(struct http_request *request, struct http_fault *fault)
{
    size_t hosts = 0;
    size_t encodings = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        struct slice name = request->headers[i].name;
        struct slice value = request->headers[i].value;
        bool good = true;
        if (name.size == 0) {
            good = malformed(fault, "A header must have a name");
        } else if (slice_equal_nocase(name, SLICE("Host"))) {
            hosts++;
            good = host_valid(value) || malformed(fault, "The Host header is not a host");
        } else if (slice_equal_nocase(name, SLICE("Transfer-Encoding"))) {
            good = ++encodings == 1 ? check_transfer_encoding(request, value, fault)
                                    : malformed(fault, "There must be one Transfer-Encoding");
        } else if (slice_equal_nocase(name, SLICE("Expect"))) {
            good = check_expect(request, value, fault);
        }
        if (!good) {
            return false;
        }
    }
    return check_hosts(request, hosts, fault);
}
