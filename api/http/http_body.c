#include "api/http/http_body.h"

/* First allocation of a body whose end is far or unknown. */
#define BYTES_FIRST ((size_t)4096)

void http_body_init(struct http_body *body, struct http_budget *budget)
{
    *body = (struct http_body){.budget = budget};
    buf_init(&body->bytes, SIZE_MAX);
}

void http_body_deinit(struct http_body *body)
{
    buf_deinit(&body->bytes);
    http_budget_give(body->budget, body->charged_bytes);
    body->charged_bytes = 0;
}

void http_body_disown(struct http_body *body)
{
    http_budget_give(body->budget, body->charged_bytes);
    body->charged_bytes = 0;
    body->budget = NULL;
}

static size_t next_capacity(const struct http_body *body, size_t needed, size_t most)
{
    size_t capacity = body->bytes.capacity;
    size_t wanted = capacity < BYTES_FIRST ? BYTES_FIRST : capacity * 2;
    wanted = wanted < most ? wanted : most;
    return wanted > needed ? wanted : needed;
}

/* Charged before it is allocated: the budget is never passed, not even for a moment. */
static enum err make_room(struct http_body *body, size_t needed, size_t most)
{
    if (needed <= body->bytes.capacity) {
        return ERR_OK;
    }
    size_t capacity = next_capacity(body, needed, most);
    size_t more = capacity - body->charged_bytes;
    if (!http_budget_take(body->budget, more)) {
        return ERR_BUSY;
    }
    if (!buf_grow(&body->bytes, capacity)) {
        http_budget_give(body->budget, more);
        return ERR_NO_MEMORY;
    }
    body->charged_bytes = capacity;
    return ERR_OK;
}

enum err http_body_put(struct http_body *body, const char *data, size_t size, size_t most)
{
    enum err code = make_room(body, body->bytes.size + size, most);
    if (code == ERR_OK) {
        buf_put(&body->bytes, data, size);
        ASSERT(!body->bytes.failed);
    }
    return code;
}
