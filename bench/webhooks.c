#include "bench/webhooks.h"

#include "bench/payload.h"
#include "bench/small_file.h"
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

/* Of all requests together: 2,000 of the largest body. */
#define BYTES_MAX ((size_t)4096 << 20)

static enum err init(struct webhooks *webhooks, size_t count, struct error *reterr)
{
    *webhooks = (struct webhooks){.requests = memory_zalloc(count, sizeof(struct slice))};
    buf_init(&webhooks->bytes, BYTES_MAX);
    return webhooks->requests != NULL
               ? ERR_OK
               : error_set(reterr, ERR_NO_MEMORY, "no memory for %zu requests", count);
}

void webhooks_deinit(struct webhooks *webhooks)
{
    buf_deinit(&webhooks->bytes);
    memory_free(webhooks->requests);
    *webhooks = (struct webhooks){.count = 0};
}

/* Appends one; where it stands in the buffer is kept as an offset until all are there. */
static void add(struct webhooks *webhooks, const char *path, struct slice body)
{
    struct buf *out = &webhooks->bytes;
    size_t at = out->size;
    buf_printf(out,
               "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: acme-hooks/3.2\r\n"
               "Content-Type: application/json\r\nAccept: */*\r\nX-Request-Id: ",
               path);
    payload_put_uuid(out);
    buf_printf(out, "\r\nContent-Length: %zu\r\n\r\n", body.size);
    buf_put_slice(out, body);
    webhooks->requests[webhooks->count++] = (struct slice){NULL, out->size - at};
    webhooks->body_bytes += (double)body.size;
}

static enum err finish(struct webhooks *webhooks, struct error *reterr)
{
    enum err e = buf_check(&webhooks->bytes, "the requests", reterr);
    size_t at = 0;
    for (size_t i = 0; i < webhooks->count && e == ERR_OK; i++) {
        webhooks->requests[i].data = webhooks->bytes.data + at;
        at += webhooks->requests[i].size;
    }
    webhooks->body_bytes /= (double)webhooks->count;
    return e;
}

enum err webhooks_make(const char *path,
                       enum payload_shape shape,
                       size_t body_bytes,
                       struct webhooks *ret,
                       struct error *reterr)
{
    struct payload_source source = payload_source();
    struct buf body;
    buf_init(&body, LIMIT_WEBHOOK_BODY_BYTES_MAX);
    enum err e = init(ret, WEBHOOKS_MADE, reterr);
    for (size_t i = 0; i < WEBHOOKS_MADE && e == ERR_OK; i++) {
        buf_clear(&body);
        payload_put_sized(&source, &body, shape, body_bytes);
        e = buf_check(&body, "a body", reterr);
        add(ret, path, buf_slice(&body));
    }
    buf_deinit(&body);
    return e != ERR_OK ? e : finish(ret, reterr);
}

static enum err
add_lines(struct webhooks *webhooks, const char *path, struct slice text, struct error *reterr)
{
    struct slice rest = text;
    while (rest.size > 0 && webhooks->count < WEBHOOKS_CORPUS_MAX) {
        size_t end = slice_find(rest, SLICE("\n"));
        struct slice line = slice_trim(slice_of(rest.data, end < rest.size ? end : rest.size));
        if (line.size > 0) {
            add(webhooks, path, line);
        }
        rest = slice_from(rest, end < rest.size ? end + 1 : rest.size);
    }
    return webhooks->count > 0 ? finish(webhooks, reterr)
                               : error_set(reterr, ERR_INVALID, "it has no lines");
}

enum err
webhooks_load(const char *path, const char *corpus, struct webhooks *ret, struct error *reterr)
{
    struct buf text;
    buf_init(&text, WEBHOOKS_CORPUS_BYTES_MAX);
    *ret = (struct webhooks){.count = 0};
    enum err e = small_file_read(corpus, &text, reterr);
    e = e != ERR_OK ? e : init(ret, WEBHOOKS_CORPUS_MAX, reterr);
    e = e != ERR_OK ? e : add_lines(ret, path, buf_slice(&text), reterr);
    buf_deinit(&text);
    return e == ERR_OK ? e : error_wrap(reterr, e, "corpus %s", corpus);
}
