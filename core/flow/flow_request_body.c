/*
 * The body of a request: `data` as it is or as JSON, or a form of `formData` and `fileData`.
 */
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/flow/coerce.h"
#include "core/flow/flow_request_priv.h"
#include "core/flow/multipart.h"

/* Sets the body, and its type unless the flow gave one. */
static enum err
set_body(struct flow_request_rendering *rendering, struct slice body, struct slice content_type)
{
    struct flow_request *request = rendering->request;
    if (body.size > FLOW_REQUEST_BODY_BYTES_MAX) {
        return error_set(rendering->reterr, ERR_INVALID, "the body is over %zu bytes",
                         FLOW_REQUEST_BODY_BYTES_MAX);
    }
    request->has_body = true;
    request->body = body;
    if (flow_headers_find(&request->headers, "Content-Type") != NULL) {
        return ERR_OK;
    }
    struct flow_header header = {SLICE("Content-Type"), content_type, false};
    return flow_headers_set(&request->headers, header, rendering->reterr);
}

/* {data: <binary>, contentType: <text>}: a file as triggers and other steps give it. */
static bool is_file(const struct value *value)
{
    const struct value *data = value_get(value, SLICE("data"));
    return data != NULL && data->type == VALUE_BINARY &&
           value_get_text(value, SLICE("contentType")).size > 0;
}

static enum err set_text(struct flow_request_rendering *rendering, struct slice text)
{
    work_add(&rendering->scope->work, text.size);
    enum err e = json_in_check(text, NULL);
    if (e == ERR_NO_MEMORY) {
        return error_set(rendering->reterr, e, "input \"data\": out of memory");
    }
    return set_body(rendering, text,
                    e == ERR_OK ? SLICE("application/json") : SLICE("text/plain; charset=utf-8"));
}

static enum err set_json(struct flow_request_rendering *rendering, const struct value *value)
{
    struct slice text = json_out_to_arena(rendering->arena, value);
    if (text.data == NULL) {
        return arena_error(rendering->arena, "input \"data\"", rendering->reterr);
    }
    work_add(&rendering->scope->work, text.size);
    return set_body(rendering, text, SLICE("application/json"));
}

static enum err set_data(struct flow_request_rendering *rendering, const struct value *value)
{
    if (is_file(value)) {
        return set_body(rendering, value_get(value, SLICE("data"))->bytes,
                        value_get_text(value, SLICE("contentType")));
    }
    if (value->type == VALUE_BINARY) {
        return set_body(rendering, value->bytes, SLICE("application/octet-stream"));
    }
    if (value->type == VALUE_TEXT) {
        return set_text(rendering, value->bytes);
    }
    return set_json(rendering, value);
}

/* ---- forms ---- */

static enum err set_part(struct flow_request_rendering *rendering,
                         const struct coerce_pair *pair,
                         bool is_a_file,
                         struct multipart_part *part)
{
    const struct value *value = pair->value;
    *part = (struct multipart_part){.name = pair->name};
    if (is_file(value)) {
        part->content_type = value_get_text(value, SLICE("contentType"));
        value = value_get(value, SLICE("data"));
    } else if (value->type == VALUE_BINARY) {
        part->content_type = SLICE("application/octet-stream");
    }
    if (is_a_file) {
        part->file_name = pair->name;
    }
    return coerce_text(value, rendering->arena, &part->data, rendering->reterr);
}

struct form {
    struct coerce_pair *fields;
    uint32_t field_count;
    struct coerce_pair *files;
    uint32_t file_count;
};

static enum err get_pairs(struct flow_request_rendering *rendering,
                          const char *key,
                          struct coerce_pair **ret_pairs,
                          uint32_t *ret_count)
{
    struct value value = value_null();
    enum err e = flow_request_input(rendering, key, &value);
    return e == ERR_OK ? coerce_pairs(&value, key, rendering->arena, ret_pairs, ret_count,
                                      rendering->reterr)
                       : e;
}

static enum err get_form(struct flow_request_rendering *rendering, struct form *form)
{
    enum err e = get_pairs(rendering, "formData", &form->fields, &form->field_count);
    return e == ERR_OK ? get_pairs(rendering, "fileData", &form->files, &form->file_count) : e;
}

static enum err set_parts(struct flow_request_rendering *rendering,
                          const struct form *form,
                          struct multipart_part **ret_parts)
{
    uint32_t count = form->field_count + form->file_count;
    struct multipart_part *parts = ARENA_ARRAY(rendering->arena, struct multipart_part, count);
    if (parts == NULL) {
        return arena_error(rendering->arena, "a form", rendering->reterr);
    }
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        bool is_field = i < form->field_count;
        const struct coerce_pair *pair =
            is_field ? &form->fields[i] : &form->files[i - form->field_count];
        e = set_part(rendering, pair, !is_field, &parts[i]);
    }
    *ret_parts = parts;
    return e;
}

static enum err set_form(struct flow_request_rendering *rendering, const struct form *form)
{
    struct multipart_part *parts = NULL;
    struct slice body = {NULL, 0};
    struct slice content_type = {NULL, 0};
    enum err e = set_parts(rendering, form, &parts);
    if (e == ERR_OK) {
        e = multipart_write(parts, form->field_count + form->file_count,
                            rendering->terms->idempotency_key, FLOW_REQUEST_BODY_BYTES_MAX,
                            rendering->arena, &body, &content_type, rendering->reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    work_add(&rendering->scope->work, body.size);
    /* The boundary must be the one in the body: a type that was given cannot know it. */
    struct flow_header header = {SLICE("Content-Type"), content_type, false};
    e = flow_headers_set(&rendering->request->headers, header, rendering->reterr);
    return e == ERR_OK ? set_body(rendering, body, content_type) : e;
}

enum err flow_request_add_body(struct flow_request_rendering *rendering)
{
    struct value data = value_null();
    struct form form = {.fields = NULL};
    enum err e = flow_request_input(rendering, "data", &data);
    if (e == ERR_OK) {
        e = get_form(rendering, &form);
    }
    if (e != ERR_OK) {
        return e;
    }
    bool is_form = form.field_count + form.file_count > 0;
    if (is_form && !coerce_is_empty(&data)) {
        return error_set(rendering->reterr, ERR_INVALID,
                         "\"data\" and \"formData\" or \"fileData\" are given; a request can have "
                         "only one body");
    }
    if (is_form) {
        return set_form(rendering, &form);
    }
    return coerce_is_empty(&data) ? ERR_OK : set_data(rendering, &data);
}
