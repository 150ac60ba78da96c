#include "api/routes/results.h"

#include "api/capability.h"
#include "api/http/http_header.h"
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/limits.h"
#include "core/domain/trigger.h"

#define RESULTS_PATH SLICE("/results/")

/* A decoded step result of 64 MiB and its encoding. */
#define ARENA_BYTES ((size_t)512 * MIB)
#define BODY_BYTES  (LIMIT_STEP_RESULT_BYTES + MIB)

/* One request, on a pool thread: a result may be a blob of many MiB. */
struct results_call {
    const struct results *results;
    struct http_request *request;
    struct capability capability;
    struct arena arena;
    struct buf body;
    struct slice content_type;
    enum err code;
    struct error error;
    uv_work_t work;
};

static void respond_error(struct http_request *request, enum err code, const char *text)
{
    switch ((int)code) {
    case ERR_NOT_FOUND:
        http_respond_error(request, 404, "result_not_found", text);
        return;
    case ERR_EXPIRED:
        http_respond_error(request, 410, "payload_expired", text);
        return;
    case ERR_ERASED:
        http_respond_error(request, 410, "payload_erased", text);
        return;
    case ERR_NOT_STORED:
        http_respond_error(request, 410, "payload_not_stored", text);
        return;
    case ERR_BUSY:
        http_respond_error(request, 503, "overloaded", text);
        return;
    default:
        http_respond_error(request, 500, "internal", text);
    }
}

/* What `data` still is of a content type: text and bytes as they came. What was parsed is a value,
 * which clients would otherwise parse once more. */
static struct slice type_of(const struct value *data, struct slice content_type)
{
    bool raw = data->type == VALUE_TEXT || data->type == VALUE_BINARY;
    return raw && !http_header_type_is_json(content_type) ? content_type : SLICE("");
}

/* {data, contentType}, exactly these. */
static void
put_result(struct results_call *call, const struct value *data, struct slice content_type)
{
    call->content_type = SLICE("application/msgpack");
    codec_put_map(&call->body, 2);
    codec_put_text(&call->body, SLICE("data"));
    codec_put_value(&call->body, data);
    codec_put_text(&call->body, SLICE("contentType"));
    codec_put_text(&call->body, type_of(data, content_type));
}

/* The event a capability names, with one body, which must be there. The sequence alone would not
 * do: in a journal that was restored from before, it may be given to somebody else's event now. */
static enum err read_event(struct results_call *call,
                           enum event_type type,
                           enum body_class body_class,
                           const struct recorded_event **ret,
                           struct error *reterr)
{
    struct reading *reading = NULL;
    const struct recorded_event *event = NULL;
    enum err e = reading_open(call->results->readings, &reading, reterr);
    e = e != ERR_OK
            ? e
            : reading_event(reading, call->capability.seq, 0, &call->arena, &event, NULL, reterr);
    if (e == ERR_OK &&
        (event->event.type != type || !uuid_equal(event->stream.id, call->capability.execution))) {
        e = error_set(reterr, ERR_NOT_FOUND, "the execution of this URL is not there");
    }
    e = e != ERR_OK ? e
                    : reading_event_with(reading, call->capability.seq, body_class, &call->arena,
                                         ret, reterr);
    reading_close(call->results->readings, &reading);
    return e;
}

static enum err read_step(struct results_call *call, struct error *reterr)
{
    const struct recorded_event *event = NULL;
    enum err e = read_event(call, EVENT_STEP_FINISHED, BODY_RESULT, &event, reterr);
    if (e != ERR_OK) {
        return e;
    }
    static const struct value nothing;
    const struct value *result = &event->event.bodies[BODY_RESULT];
    const struct value *data = value_get(result, SLICE("data"));
    put_result(call, data != NULL ? data : &nothing, value_get_text(result, SLICE("contentType")));
    return ERR_OK;
}

static enum err read_payload(struct results_call *call, struct error *reterr)
{
    const struct recorded_event *event = NULL;
    struct slice head;
    struct slice body;
    struct trigger *trigger = ARENA_NEW(&call->arena, struct trigger);
    enum err e = trigger != NULL
                     ? read_event(call, EVENT_EXECUTION_QUEUED, BODY_PAYLOAD, &event, reterr)
                     : arena_error(&call->arena, "a payload", reterr);
    e = e != ERR_OK ? e
                    : trigger_get_body(&event->event.bodies[BODY_PAYLOAD], &head, &body, reterr);
    e = e != ERR_OK ? e : trigger_parse(head, body, trigger, reterr);
    if (e == ERR_OK) {
        call->content_type = trigger->content_type.size > 0 ? trigger->content_type
                                                            : SLICE("application/octet-stream");
        buf_put_slice(&call->body, body);
    }
    return e;
}

static void work(uv_work_t *work)
{
    struct results_call *call = LIST_ENTRY(work, struct results_call, work);
    call->code = call->capability.kind == CAPABILITY_STEP_RESULT ? read_step(call, &call->error)
                                                                 : read_payload(call, &call->error);
    if (call->code == ERR_OK) {
        call->code = buf_check(&call->body, "the result", &call->error);
    }
}

/* What anybody sent by webhook must not run in a browser as if this server had made it, and the URL
 * is as good as the body. */
static const struct http_header careful[] = {
    {{"X-Content-Type-Options", 22}, {"nosniff", 7}},
    {{"Content-Security-Policy", 23}, {"default-src 'none'; sandbox", 27}},
    {{"Referrer-Policy", 15}, {"no-referrer", 11}},
    {{"Cache-Control", 13}, {"no-store", 8}},
};

static void answer(struct results_call *call)
{
    struct http_request *request = call->request;
    struct arena arena = call->arena;
    if (call->code == ERR_OK) {
        struct http_response response = {.status = 200,
                                         .content_type = call->content_type,
                                         .headers = careful,
                                         .header_count = ARRAY_COUNT(careful),
                                         .body_taken = &call->body};
        http_respond(request, &response);
    } else {
        struct buf body = call->body;
        respond_error(request, call->code, error_text(&call->error));
        buf_deinit(&body);
    }
    arena_deinit(&arena); /* the call is gone with its request; this was not in it */
}

static void done(uv_work_t *work, int status)
{
    (void)status; /* never canceled */
    answer(LIST_ENTRY(work, struct results_call, work));
}

/* Results of triggers are computed by the runner, on the loop. */
static void answer_trigger(struct results_call *call)
{
    struct value value;
    call->code = runner_trigger_value(call->results->runner, call->capability.execution,
                                      &call->arena, &value, &call->error);
    if (call->code == ERR_OK) {
        put_result(call, &value, SLICE(""));
        call->code = buf_check(&call->body, "the result", &call->error);
    }
    answer(call);
}

void results_on_request(const struct results *results, struct http_request *request)
{
    struct results_call *call = ARENA_NEW(request->arena, struct results_call);
    struct engine *engine = results->engine;
    struct error error = {0};
    if (call == NULL) {
        http_respond_error(request, 503, "overloaded", "no memory for the request");
        return;
    }
    call->results = results;
    call->request = request;
    enum err e =
        capability_open(engine_journal(engine), slice_from(request->path, RESULTS_PATH.size),
                        clock_wall_us(engine_clock(engine)), &call->capability, &error);
    if (e != ERR_OK) {
        respond_error(request, e, error_text(&error));
        return;
    }
    arena_init(&call->arena, ARENA_BYTES);
    buf_init(&call->body, BODY_BYTES);
    if (call->capability.kind == CAPABILITY_TRIGGER_RESULT) {
        answer_trigger(call);
    } else if (uv_queue_work(engine_loop(engine), &call->work, work, done) != 0) {
        call->code = error_set(&call->error, ERR_BUSY, "no thread to read the result");
        answer(call);
    }
}
