#include "api/http/http_header.h"

#include "core/base/check.h"

const struct http_header *
http_header_find(const struct http_header *headers, size_t count, const char *name)
{
    struct slice wanted = slice_of_text(name);
    for (size_t i = 0; i < count; i++) {
        if (slice_equal_nocase(headers[i].name, wanted)) {
            return &headers[i];
        }
    }
    return NULL;
}

struct slice http_header_value(const struct http_header *headers, size_t count, const char *name)
{
    const struct http_header *header = http_header_find(headers, count, name);
    return header == NULL ? (struct slice){NULL, 0} : header->value;
}

bool http_header_has_token(struct slice value, const char *token)
{
    struct slice wanted = slice_of_text(token);
    while (value.size > 0) {
        const char *comma = memchr(value.data, ',', value.size);
        size_t size = comma == NULL ? value.size : (size_t)(comma - value.data);
        if (slice_equal_nocase(slice_trim(slice_of(value.data, size)), wanted)) {
            return true;
        }
        value = slice_from(value, comma == NULL ? size : size + 1);
    }
    return false;
}

static bool is_token_byte(unsigned char byte)
{
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
        (byte >= 'A' && byte <= 'Z')) {
        return true;
    }
    return byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL;
}

bool http_header_name_valid(struct slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (!is_token_byte((unsigned char)name.data[i])) {
            return false;
        }
    }
    return name.size > 0;
}

bool http_header_value_valid(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

bool http_header_is_framing(struct slice name)
{
    static const char *const framing[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
        "Upgrade",        "Trailer",           "TE",         "Proxy-Connection",
    };
    for (size_t i = 0; i < ARRAY_COUNT(framing); i++) {
        if (slice_equal_nocase(name, slice_of_text(framing[i]))) {
            return true;
        }
    }
    return false;
}

struct slice http_header_media_type(struct slice content_type)
{
    const char *semicolon =
        content_type.size == 0 ? NULL : memchr(content_type.data, ';', content_type.size);
    if (semicolon != NULL) {
        content_type.size = (size_t)(semicolon - content_type.data);
    }
    return slice_trim(content_type);
}

bool http_header_type_is(struct slice content_type, const char *media_type)
{
    return slice_equal_nocase(http_header_media_type(content_type), slice_of_text(media_type));
}

bool http_header_type_is_json(struct slice content_type)
{
    struct slice type = http_header_media_type(content_type);
    struct slice suffix = SLICE("+json");
    if (slice_equal_nocase(type, SLICE("application/json"))) {
        return true;
    }
    return type.size > suffix.size && memchr(type.data, '/', type.size) != NULL &&
           slice_equal_nocase(slice_from(type, type.size - suffix.size), suffix);
}
