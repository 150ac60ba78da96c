#include "api/routes/graphql_route.h"

#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_request.h"
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"

#include <sodium.h>

/* A costlier query goes to a pool thread whatever it asks for. */
#define LOOP_COST_MAX 2000

struct api_call {
    struct graphql_route *route;
    struct http_request *request;
    struct graph_context context;
    struct gql_operation *operation;
    struct buf out;
    unsigned char idempotency[32];
    unsigned char request_digest[32];
    uv_work_t work;
};

/* ---- answers ---- */

static void respond(struct http_request *request, int status, struct buf *body)
{
    struct http_header challenge = {SLICE("WWW-Authenticate"), SLICE("Bearer")};
    struct http_response response = {
        .status = status,
        .content_type = SLICE("application/json"),
        .headers = status == 401 ? &challenge : NULL,
        .header_count = status == 401 ? 1 : 0,
        .body_taken = body,
    };
    http_respond(request, &response);
}

static void
respond_errors(struct http_request *request, int status, const struct gql_errors *errors)
{
    struct buf out;
    buf_init(&out, GQL_RESPONSE_BYTES_MAX);
    gql_errors_answer(errors, &out);
    respond(request, status, &out);
    buf_deinit(&out);
}

static void respond_one(struct http_request *request, int status, enum err code, const char *text)
{
    struct gql_errors errors;
    gql_errors_init(&errors, request->arena, (struct slice){NULL, 0});
    (void)gql_errors_add(&errors, code, GQL_NOWHERE, "%s", text);
    respond_errors(request, status, &errors);
}

/* ---- head ---- */

static enum err authenticate(struct graphql_route *route,
                             struct http_request *request,
                             struct principal *ret,
                             struct error *reterr)
{
    struct readings *readings = route->graph->options.readings;
    struct engine *engine = route->graph->options.engine;
    struct reading *reading = NULL;
    enum err e = reading_open(readings, &reading, reterr);
    e = e != ERR_OK ? e
                    : auth_check(reading, http_request_header(request, "Authorization"),
                                 clock_wall_us(engine_clock(engine)), request->arena, ret, reterr);
    reading_close(readings, &reading);
    return e;
}

size_t graphql_route_on_head(struct graphql_route *route, struct http_request *request)
{
    struct principal *principal = ARENA_NEW(request->arena, struct principal);
    struct error error = {0};
    enum err e = principal != NULL ? authenticate(route, request, principal, &error)
                                   : error_set(&error, ERR_NO_MEMORY, "no memory for the request");
    if (e != ERR_OK) {
        respond_one(request, e == ERR_DENIED ? 401 : 503, e, error_text(&error));
        return HTTP_RESPONDED;
    }
    request->data = principal;
    return LIMIT_API_BODY_BYTES;
}

/* ---- running ---- */

static void finish(struct api_call *call)
{
    struct http_request *request = call->request;
    struct buf out = call->out;
    int status = call->context.key_reused ? 422 : 200;
    gql_operation_destroy(&call->operation);
    graph_context_deinit(&call->context);
    call->route->in_flight--;
    if (out.failed) {
        buf_deinit(&out);
        respond_one(request, 200, ERR_LIMIT, "the answer is too large: ask for less at a time");
        return;
    }
    respond(request, status, &out);
    buf_deinit(&out);
}

static void on_finished(struct gql_operation *operation, void *arg)
{
    (void)operation;
    finish(arg);
}

static void query_work(uv_work_t *work)
{
    struct api_call *call = LIST_ENTRY(work, struct api_call, work);
    enum gql_progress progress = gql_operation_run(call->operation, &call->out, NULL, NULL);
    ASSERT(progress == GQL_FINISHED); /* queries never wait */
}

static void query_done(uv_work_t *work, int status)
{
    (void)status; /* never canceled */
    finish(LIST_ENTRY(work, struct api_call, work));
}

/* Whether a root field may look at many rows. */
static bool is_list(struct slice root)
{
    static const char *const lists[] = {"customers",        "integrations", "instances",
                                        "executionResults", "logs",         "stepResults"};
    for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
        if (slice_is(root, lists[i])) {
            return true;
        }
    }
    return false;
}

static bool belongs_on_pool(const struct gql_operation *operation)
{
    bool list = false;
    for (size_t i = 0; i < gql_operation_root_count(operation); i++) {
        list = list || is_list(gql_operation_root_name(operation, i));
    }
    return gql_operation_kind(operation) == GQL_QUERY &&
           (list || gql_operation_cost(operation) > LOOP_COST_MAX);
}

static void run(struct api_call *call)
{
    uv_loop_t *loop = engine_loop(call->route->graph->options.engine);
    call->route->in_flight++;
    if (belongs_on_pool(call->operation) &&
        uv_queue_work(loop, &call->work, query_work, query_done) == 0) {
        return;
    }
    if (gql_operation_run(call->operation, &call->out, on_finished, call) == GQL_FINISHED) {
        finish(call);
    }
}

/* ---- idempotency ---- */

/* Scope is the token; the request is its query and variables, as they came. */
static enum err make_digests(struct api_call *call, struct slice given, struct error *reterr)
{
    struct journal *journal = engine_journal(call->route->graph->options.engine);
    struct arena *arena = call->request->arena;
    struct data_key key;
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    char token[UUID_TEXT_SIZE];
    uuid_format(call->context.principal.token, token);
    struct slice scope = arena_format(arena, "api:%s:%.*s", token, SLICE_ARGS(given));
    keyring_digest(&key, KEY_LOOKUP, scope, call->idempotency);
    keyring_digest(&key, KEY_LOOKUP, call->request->body, call->request_digest);
    sodium_memzero(&key, sizeof key);
    call->context.idempotency = slice_of(call->idempotency, sizeof call->idempotency);
    call->context.request = slice_of(call->request_digest, sizeof call->request_digest);
    return ERR_OK;
}

/* Reads the headers that go with mutations. Errors: ERR_INVALID, ERR_NOT_FOUND (no key). */
static enum err read_headers(struct api_call *call, struct error *reterr)
{
    struct slice key = http_request_header(call->request, "Idempotency-Key");
    struct slice reason = http_request_header(call->request, "Daybook-Reason");
    bool one = gql_operation_kind(call->operation) == GQL_MUTATION &&
               gql_operation_root_count(call->operation) == 1;
    if (reason.size > LIMIT_REASON_BYTES || !utf8_valid(reason)) {
        return error_set(reterr, ERR_INVALID,
                         "the header Daybook-Reason must be UTF-8 of at most %d bytes",
                         LIMIT_REASON_BYTES);
    }
    call->context.reason = reason;
    if (key.size > 0 && !one) {
        return error_set(reterr, ERR_INVALID,
                         "Idempotency-Key goes with a request of exactly one mutation field");
    }
    return key.size > 0 ? make_digests(call, key, reterr) : ERR_OK;
}

/* ---- request ---- */

static struct api_call *make_call(struct graphql_route *route, struct http_request *request)
{
    struct api_call *call = ARENA_NEW(request->arena, struct api_call);
    if (call == NULL) {
        respond_one(request, 503, ERR_NO_MEMORY, "no memory for the request");
        return NULL;
    }
    call->route = route;
    call->request = request;
    call->context = (struct graph_context){
        .graph = route->graph,
        .principal = *(const struct principal *)request->data,
        .correlation = engine_new_id(route->graph->options.engine),
    };
    buf_init(&call->out, GQL_RESPONSE_BYTES_MAX);
    return call;
}

/* Parses and prepares. Returns: the HTTP status of what is in `errors`; 0 when all is well. */
static int prepare(struct api_call *call, struct gql_errors *errors)
{
    struct gql_request body;
    struct gql_document *document = NULL;
    struct arena *arena = call->request->arena;
    if (gql_request_parse(call->request->body, arena, &body, errors) != ERR_OK) {
        return 400;
    }
    errors->source = body.query;
    if (documents_get(&call->route->documents, body.query, &document, errors) != ERR_OK) {
        return 200;
    }
    struct gql_operation_start start = {
        .name = body.operation_name,
        .variables = body.variables.type == VALUE_MAP ? &body.variables : NULL,
        .user = &call->context,
        .hooks = {graph_open, graph_close},
    };
    return gql_operation_create(document, &start, &call->operation, errors) == ERR_OK ? 0 : 200;
}

void graphql_route_on_request(struct graphql_route *route, struct http_request *request)
{
    struct gql_errors errors;
    struct api_call *call = make_call(route, request);
    if (call == NULL) {
        return;
    }
    gql_errors_init(&errors, request->arena, (struct slice){NULL, 0});
    int status = prepare(call, &errors);
    if (status != 0) {
        respond_errors(request, status, &errors);
        return;
    }
    struct error error = {0};
    enum err e = read_headers(call, &error);
    if (e != ERR_OK) {
        gql_operation_destroy(&call->operation);
        respond_one(request, 400, e, error_text(&error));
        return;
    }
    run(call);
}
