/* The answers of a webhook. */
#include "api/routes/hook_priv.h"
#include "api/runner/run_config.h"
#include "core/base/check.h"
#include "core/base/json_out.h"

#define ID_HEADER "prismatic-executionid"

static struct http_header id_header(struct arena *arena, struct uuid execution)
{
    return (struct http_header){SLICE(ID_HEADER),
                                id_text(arena, "InstanceExecutionResult", execution)};
}

static void respond_json(struct http_request *request,
                         int status,
                         const struct http_header *headers,
                         size_t header_count,
                         struct slice body)
{
    struct http_response response = {
        .status = status,
        .content_type = SLICE("application/json"),
        .headers = headers,
        .header_count = header_count,
        .body = body,
    };
    http_respond(request, &response);
}

void hook_respond_error(struct http_request *request,
                        struct uuid execution,
                        int status,
                        const char *code,
                        const char *text)
{
    struct http_header header = id_header(request->arena, execution);
    struct buf body;
    buf_init(&body, 4096);
    struct json_out json = json_out(&body);
    json_out_begin_object(&json);
    json_out_member_string(&json, "error", text);
    json_out_member_string(&json, "code", code);
    json_out_member_text(&json, "executionId", header.value);
    json_out_end_object(&json);
    respond_json(request, status, &header, 1, buf_slice(&body));
    buf_deinit(&body);
}

/* ---- refusals ---- */

static const struct {
    int status;
    const char *code;
} refusals[] = {
#define HOOK_REFUSAL(NAME, status, code) [HOOK_REFUSAL_##NAME] = {(status), (code)},
#include "api/routes/hook_refusals.def"
#undef HOOK_REFUSAL
};

const char *hook_refusal_code(enum hook_refusal refusal)
{
    ASSERT((unsigned)refusal < HOOK_REFUSAL_COUNT);
    return refusals[refusal].code;
}

/* RFC 9110, 15.5.6 and 10.2.1: a 405 must have Allow, and an empty one says that no method goes. */
static void respond_no_method(struct http_request *request, const char *code, const char *text)
{
    struct http_header allow = {SLICE("Allow"), SLICE("")};
    struct buf body;
    buf_init(&body, 4096);
    struct json_out json = json_out(&body);
    json_out_begin_object(&json);
    json_out_member_string(&json, "error", text);
    json_out_member_string(&json, "code", code);
    json_out_end_object(&json);
    respond_json(request, 405, &allow, 1, buf_slice(&body));
    buf_deinit(&body);
}

void hook_refuse(struct hook *hook,
                 struct http_request *request,
                 enum hook_refusal refusal,
                 const char *text)
{
    hook->stats.rejected++;
    hook->stats.refusals[refusal]++;
    if (refusals[refusal].status == 405) {
        respond_no_method(request, hook_refusal_code(refusal), text);
    } else {
        http_respond_error(request, refusals[refusal].status, hook_refusal_code(refusal), text);
    }
}

void hook_refuse_invocation(struct hook *hook,
                            struct http_request *request,
                            enum invocation_refusal reason)
{
    switch (reason) {
    case INVOCATION_PAUSED:
        hook_refuse(hook, request, HOOK_REFUSAL_INSTANCE_PAUSED, "the instance is paused");
        return;
    case INVOCATION_NOT_DEPLOYED:
        hook_refuse(hook, request, HOOK_REFUSAL_INSTANCE_NOT_DEPLOYED,
                    "the instance was never deployed");
        return;
    case INVOCATION_QUEUE_FULL:
        hook_refuse(hook, request, HOOK_REFUSAL_FLOW_QUEUE_FULL,
                    "too many executions of this flow wait");
        return;
    case INVOCATION_CHANGED:
    case INVOCATION_TAKEN:
        break;
    }
    hook_refuse(hook, request, HOOK_REFUSAL_INSTANCE_CHANGING,
                "the instance is being deployed: send it again");
}

/* ---- what became an execution ---- */

static void respond_default(struct http_request *request, struct uuid execution)
{
    struct http_header header = id_header(request->arena, execution);
    struct slice body =
        arena_format(request->arena, "{\"executionId\":\"%.*s\"}", SLICE_ARGS(header.value));
    respond_json(request, 200, &header, 1, body);
}

/* What a flow says, with the execution's id among the headers. */
static void
respond_flow(struct http_request *request, struct uuid execution, const struct flow_response *flow)
{
    struct http_header headers[FLOW_HEADERS_MAX + 1];
    size_t count = 0;
    headers[count++] = id_header(request->arena, execution);
    for (uint32_t i = 0; i < flow->headers.count; i++) {
        const struct flow_header *header = &flow->headers.items[i];
        if (!slice_equal_nocase(header->name, SLICE(ID_HEADER))) { /* ours is the true one */
            headers[count++] = (struct http_header){header->name, header->value};
        }
    }
    struct slice body = flow->default_body
                            ? arena_format(request->arena, "{\"executionId\":\"%.*s\"}",
                                           SLICE_ARGS(headers[0].value))
                            : flow->body;
    struct http_response response = {
        .status = flow->status,
        .content_type = flow->content_type,
        .headers = headers,
        .header_count = count,
        .body = body,
    };
    http_respond(request, &response);
}

void hook_respond_accepted(struct hook_call *call, struct uuid execution)
{
    struct http_request *request = call->request;
    struct flow_response response;
    struct error error = {0};
    if (!call->invocation.admission.has_own_response ||
        runner_trigger_response(call->hook->options.runner, execution, request->arena, &response,
                                &error) != ERR_OK) {
        /* A response that cannot be made is the flow's fault; the execution stands and tells. */
        respond_default(request, execution);
        return;
    }
    respond_flow(request, execution, &response);
}

void hook_respond_outcome(struct http_request *request, const struct runner_outcome *outcome)
{
    if (outcome->response != NULL) {
        respond_flow(request, outcome->execution, outcome->response);
        return;
    }
    const char *code =
        outcome->state == EXECUTION_SUCCEEDED ? "response_too_large" : "execution_failed";
    const char *text = arena_text(request->arena, outcome->error);
    hook_respond_error(request, outcome->execution, 500, code,
                       text != NULL && text[0] != '\0' ? text : "the execution failed");
}

/* Why the answer of an execution that has ended cannot be given, or was a failure. */
static void
respond_failure(struct http_request *request, struct uuid execution, const struct error *error)
{
    switch ((int)error->code) {
    case ERR_REFUSED:
        hook_respond_error(request, execution, 500, "execution_failed", error_text(error));
        return;
    case ERR_BUSY:
        hook_respond_error(request, execution, 503, "overloaded", error_text(error));
        return;
    case ERR_LIMIT:
        hook_respond_error(request, execution, 500, "response_too_large", error_text(error));
        return;
    default:
        hook_respond_error(request, execution, 500, "internal", error_text(error));
    }
}

/* The stored end of an execution. A success answers with the last step's result, as it did before.
 */
bool hook_respond_repeated(struct hook_call *call, struct uuid execution)
{
    struct http_request *request = call->request;
    struct flow_response response;
    struct error error = {0};
    bool ended = false;
    enum err e = runner_stored_response(call->hook->options.runner, execution, request->arena,
                                        &response, &ended, &error);
    if (e != ERR_OK) {
        error.code = e;
        respond_failure(request, execution, &error);
    } else if (ended) {
        respond_flow(request, execution, &response);
    }
    return e != ERR_OK || ended;
}
