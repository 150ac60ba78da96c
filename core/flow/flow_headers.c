#include "core/flow/flow_headers.h"

#include "core/base/check.h"

/* Names in messages are cut to this. */
#define SHOWN_BYTES_MAX 60

enum err flow_headers_init(struct flow_headers *headers, struct arena *arena, struct error *reterr)
{
    struct flow_header *items = ARENA_ARRAY(arena, struct flow_header, FLOW_HEADERS_MAX);
    if (items == NULL) {
        return arena_error(arena, "headers", reterr);
    }
    *headers = (struct flow_headers){.items = items, .capacity = FLOW_HEADERS_MAX};
    return ERR_OK;
}

static bool is_token(struct slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return name.size > 0;
}

static bool has_controls(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return true;
        }
    }
    return false;
}

bool flow_headers_is_reserved(struct slice name)
{
    static const char *const reserved[] = {
        "connection", "content-length",    "expect", "host", "keep-alive", "te", "proxy-connection",
        "trailer",    "transfer-encoding", "upgrade"};
    for (size_t i = 0; i < ARRAY_COUNT(reserved); i++) {
        if (slice_equal_nocase(name, slice_of_text(reserved[i]))) {
            return true;
        }
    }
    return false;
}

static struct flow_header *find(const struct flow_headers *headers, struct slice name)
{
    for (uint32_t i = 0; i < headers->count; i++) {
        if (slice_equal_nocase(headers->items[i].name, name)) {
            return &headers->items[i];
        }
    }
    return NULL;
}

struct flow_header *flow_headers_find(const struct flow_headers *headers, const char *name)
{
    return find(headers, slice_of_text(name));
}

enum err
flow_headers_set(struct flow_headers *headers, struct flow_header header, struct error *reterr)
{
    struct slice name = header.name;
    int shown = (int)(name.size < SHOWN_BYTES_MAX ? name.size : SHOWN_BYTES_MAX);
    if (!is_token(name)) {
        return error_set(reterr, ERR_INVALID, "\"%.*s\" is not the name of a header", shown,
                         name.size > 0 ? name.data : "");
    }
    if (has_controls(header.value)) {
        return error_set(reterr, ERR_INVALID,
                         "the value of header \"%.*s\" has a control character", shown, name.data);
    }
    if (header.value.size > FLOW_HEADER_BYTES_MAX) {
        return error_set(reterr, ERR_INVALID, "the value of header \"%.*s\" is over %zu bytes",
                         shown, name.data, FLOW_HEADER_BYTES_MAX);
    }
    struct flow_header *place = find(headers, name);
    if (place == NULL) {
        if (headers->count == headers->capacity) {
            return error_set(reterr, ERR_INVALID, "there are over %u headers", headers->capacity);
        }
        place = &headers->items[headers->count++];
    }
    *place = header;
    return ERR_OK;
}
