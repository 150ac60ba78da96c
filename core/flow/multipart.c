#include "core/flow/multipart.h"

#include "core/base/buf.h"

#include <stdint.h>
#include <stdio.h>

/* RFC 2046 allows 70 bytes. */
#define BOUNDARY_SIZE  71
#define SEED_BYTES_MAX 60
#define TRIES_MAX      100

static bool occurs(const struct multipart_part *parts, uint32_t count, struct slice boundary)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slice_find(parts[i].data, boundary) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

/* Appends a number to the seed until nothing holds it. Returns: false when all numbers do, which
 * only bytes made for that can. */
static bool choose_boundary(const struct multipart_part *parts,
                            uint32_t count,
                            struct slice seed,
                            char ret_text[BOUNDARY_SIZE])
{
    size_t size = seed.size < SEED_BYTES_MAX ? seed.size : SEED_BYTES_MAX;
    for (size_t i = 0; i < size; i++) {
        char c = seed.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        ret_text[i] = (char)(plain ? c : '-');
    }
    for (unsigned number = 0; number < TRIES_MAX; number++) {
        (void)snprintf(ret_text + size, BOUNDARY_SIZE - size, "-%u", number);
        if (!occurs(parts, count, slice_of_text(ret_text))) {
            return true;
        }
    }
    return false;
}

static void put_quoted(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '"':
            buf_put_text(out, "%22");
            break;
        case '\r':
            buf_put_text(out, "%0D");
            break;
        case '\n':
            buf_put_text(out, "%0A");
            break;
        default:
            buf_put_char(out, text.data[i]);
        }
    }
}

static void put_part(struct buf *out, const struct multipart_part *part, const char *boundary)
{
    buf_printf(out, "--%s\r\nContent-Disposition: form-data; name=\"", boundary);
    put_quoted(out, part->name);
    if (part->file_name.data != NULL) {
        buf_put_text(out, "\"; filename=\"");
        put_quoted(out, part->file_name);
    }
    buf_put_text(out, "\"\r\n");
    if (part->content_type.size > 0) {
        buf_put_text(out, "Content-Type: ");
        put_quoted(out, part->content_type);
        buf_put_text(out, "\r\n");
    }
    buf_put_text(out, "\r\n");
    buf_put_slice(out, part->data);
    buf_put_text(out, "\r\n");
}

enum err multipart_write(const struct multipart_part *parts,
                         uint32_t count,
                         struct slice seed,
                         size_t bytes_max,
                         struct arena *arena,
                         struct slice *ret_body,
                         struct slice *ret_content_type,
                         struct error *reterr)
{
    char boundary[BOUNDARY_SIZE];
    if (!choose_boundary(parts, count, seed, boundary)) {
        return error_set(reterr, ERR_INVALID, "the form holds every boundary we could give it");
    }
    struct buf out;
    buf_init(&out, bytes_max);
    for (uint32_t i = 0; i < count; i++) {
        put_part(&out, &parts[i], boundary);
    }
    buf_printf(&out, "--%s--\r\n", boundary);
    enum err e = ERR_OK;
    if (out.failed) {
        e = out.no_memory ? error_set(reterr, ERR_NO_MEMORY, "the form: out of memory")
                          : error_set(reterr, ERR_INVALID, "the form is over %zu bytes", bytes_max);
    }
    struct slice body = {NULL, 0};
    struct slice type = {NULL, 0};
    if (e == ERR_OK) {
        body = arena_copy(arena, buf_slice(&out));
        type = arena_format(arena, "multipart/form-data; boundary=%s", boundary);
    }
    buf_deinit(&out);
    if (e == ERR_OK && (body.data == NULL || type.data == NULL)) {
        return arena_error(arena, "the form", reterr);
    }
    if (e == ERR_OK) {
        *ret_body = body;
        *ret_content_type = type;
    }
    return e;
}
