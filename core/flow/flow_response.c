#include "core/flow/flow_response.h"

#include "core/base/json_out.h"
#include "core/flow/coerce.h"
#include "core/flow/expression.h"

#define STATUS_DEFAULT       200
#define STATUS_MIN           200
#define STATUS_MAX           599

#define CONTENT_TYPE_DEFAULT "application/json"

struct rendering {
    const struct step *step;
    struct scope *scope;
    struct arena *arena;
    struct flow_response *response; /* being built */
    struct error *reterr;
};

static enum err get(struct rendering *rendering, const char *key, struct value *ret)
{
    enum err e = expression_evaluate(definition_input(rendering->step, key), rendering->scope,
                                     rendering->arena, ret, rendering->reterr);
    return e != ERR_OK ? error_wrap(rendering->reterr, e, "input \"%s\"", key) : ERR_OK;
}

static enum err add_status(struct rendering *rendering)
{
    struct value value = value_null();
    int64_t status = STATUS_DEFAULT;
    enum err e = get(rendering, "statusCode", &value);
    if (e == ERR_OK) {
        e = coerce_int(&value, "statusCode", STATUS_DEFAULT, STATUS_MIN, STATUS_MAX, &status,
                       rendering->reterr);
    }
    rendering->response->status = (int)status;
    return e;
}

static enum err add_header(struct rendering *rendering, const struct coerce_pair *pair)
{
    struct flow_response *response = rendering->response;
    struct slice text = {NULL, 0};
    if (flow_headers_is_reserved(pair->name)) {
        return ERR_OK;
    }
    enum err e = coerce_text(pair->value, rendering->arena, &text, rendering->reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct flow_header header = {pair->name, slice_trim(text), false};
    e = flow_headers_set(&response->headers, header, rendering->reterr);
    if (e == ERR_OK && slice_equal_nocase(pair->name, SLICE("Content-Type"))) {
        response->content_type = header.value;
        response->headers.count--; /* never kept, so always new, so the last one */
    }
    return e;
}

static enum err add_headers(struct rendering *rendering)
{
    struct value value = value_null();
    struct coerce_pair *pairs = NULL;
    uint32_t count = 0;
    enum err e =
        flow_headers_init(&rendering->response->headers, rendering->arena, rendering->reterr);
    if (e == ERR_OK) {
        e = get(rendering, "headers", &value);
    }
    if (e == ERR_OK) {
        e = coerce_pairs(&value, "headers", rendering->arena, &pairs, &count, rendering->reterr);
    }
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        e = add_header(rendering, &pairs[i]);
    }
    return e;
}

/* The contentType input wins over a header of that name. */
static enum err add_content_type(struct rendering *rendering)
{
    struct flow_response *response = rendering->response;
    struct value value = value_null();
    struct slice text = {NULL, 0};
    enum err e = get(rendering, "contentType", &value);
    if (e == ERR_OK) {
        e = coerce_text(&value, rendering->arena, &text, rendering->reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (text.size == 0) {
        text =
            response->content_type.size > 0 ? response->content_type : SLICE(CONTENT_TYPE_DEFAULT);
    }
    /* Set and taken back: this checks it by the rules of every other header. */
    struct flow_header header = {SLICE("Content-Type"), slice_trim(text), false};
    e = flow_headers_set(&response->headers, header, rendering->reterr);
    if (e == ERR_OK) {
        response->headers.count--;
        response->content_type = header.value;
    }
    return e;
}

static enum err add_body(struct rendering *rendering, const char *key)
{
    struct value value = value_null();
    enum err e = get(rendering, key, &value);
    if (e == ERR_OK) {
        e = coerce_text(&value, rendering->arena, &rendering->response->body, rendering->reterr);
    }
    rendering->response->default_body = e == ERR_OK && coerce_is_empty(&value);
    return e;
}

static enum err render(const struct step *step,
                       const char *body_key,
                       struct scope *scope,
                       struct arena *arena,
                       struct flow_response *ret,
                       struct error *reterr)
{
    struct flow_response response = {.status = STATUS_DEFAULT};
    struct rendering rendering = {step, scope, arena, &response, reterr};
    enum err e = add_status(&rendering);
    if (e == ERR_OK) {
        e = add_headers(&rendering);
    }
    if (e == ERR_OK) {
        e = add_content_type(&rendering);
    }
    if (e == ERR_OK) {
        e = add_body(&rendering, body_key);
    }
    if (e == ERR_OK) {
        *ret = response;
    }
    return e;
}

enum err flow_response_of_trigger(const struct flow_definition *flow,
                                  const struct snapshot *snapshot,
                                  const struct value *trigger,
                                  struct arena *arena,
                                  struct flow_response *ret,
                                  struct error *reterr)
{
    const struct step *step = &flow->steps[0];
    struct scope scope;
    enum err e = scope_init(&scope, snapshot, 1, arena, reterr);
    if (e != ERR_OK) {
        return e;
    }
    scope_add(&scope, step->reference, false);
    scope.steps[0].results = trigger;
    return render(step, "body", &scope, arena, ret, reterr);
}

enum err flow_response_of_stop(const struct step *step,
                               struct scope *scope,
                               struct arena *arena,
                               struct flow_response *ret,
                               struct error *reterr)
{
    enum err e = render(step, "jsonBody", scope, arena, ret, reterr);
    if (e == ERR_OK) {
        ret->default_body = false; /* a stop without a body answers with an empty one */
    }
    return e;
}

enum err flow_response_of_value(const struct value *value,
                                struct arena *arena,
                                struct flow_response *ret,
                                struct error *reterr)
{
    struct slice body = json_out_to_arena(arena, value);
    if (body.data == NULL) {
        return arena_error(arena, "the answer", reterr);
    }
    *ret = (struct flow_response){
        .status = STATUS_DEFAULT, .content_type = SLICE(CONTENT_TYPE_DEFAULT), .body = body};
    return ERR_OK;
}
