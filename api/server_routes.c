/* The one table of routes. */
#include "api/control.h"
#include "api/metrics.h"
#include "api/server_priv.h"
#include "core/base/check.h"

enum method {
    METHOD_GET = 1,
    METHOD_POST = 2,
    METHOD_PUT = 4,
    METHOD_PATCH = 8,
    METHOD_DELETE = 16
};

struct route {
    const char *path; /* ends in "*": everything that begins so */
    unsigned methods;
    bool local; /* over the unix socket only */
    size_t (*on_head)(struct server *server, struct http_request *request);
    void (*on_request)(struct server *server, struct http_request *request);
};

static const struct {
    const char *name;
    enum method method;
} methods[] = {{"GET", METHOD_GET},
               {"POST", METHOD_POST},
               {"PUT", METHOD_PUT},
               {"PATCH", METHOD_PATCH},
               {"DELETE", METHOD_DELETE}};

/* Bodies of routes that read none. */
#define NO_BODY ((size_t)0)

/* ---- small ones ---- */

static void
respond_text(struct http_request *request, int status, struct slice type, struct slice text)
{
    struct http_response response = {.status = status, .content_type = type, .body = text};
    http_respond(request, &response);
}

static size_t no_body(struct server *server, struct http_request *request)
{
    (void)server;
    (void)request;
    return NO_BODY;
}

static void on_health(struct server *server, struct http_request *request)
{
    (void)server;
    respond_text(request, 200, SLICE("text/plain"), SLICE("ok\n"));
}

const struct server_unready *server_unready(const struct server *server)
{
    static const struct server_unready closing = {"closing", "the server is shutting down"};
    static const struct server_unready starting = {"starting", "the server is not ready yet"};
    static const struct server_unready full = {
        "disk_full", "the disk is nearly full: nothing new is accepted until there is room"};
    return server->closing                       ? &closing
           : !server->ready                      ? &starting
           : engine_disk_is_full(server->engine) ? &full
                                                 : NULL;
}

static void on_ready(struct server *server, struct http_request *request)
{
    const struct server_unready *why = server_unready(server);
    if (why != NULL) {
        http_respond_error(request, 503, why->code, why->text);
    } else {
        respond_text(request, 200, SLICE("text/plain"), SLICE("ready\n"));
    }
}

static void on_schema(struct server *server, struct http_request *request)
{
    (void)server;
    respond_text(request, 200, SLICE("text/plain; charset=utf-8"), graph_schema_text());
}

/* ---- those with files of their own ---- */

static size_t api_head(struct server *server, struct http_request *request)
{
    return graphql_route_on_head(&server->api, request);
}

static void api_request(struct server *server, struct http_request *request)
{
    graphql_route_on_request(&server->api, request);
}

static size_t hook_head(struct server *server, struct http_request *request)
{
    return hook_on_head(server->hook, request);
}

static void hook_request(struct server *server, struct http_request *request)
{
    hook_on_request(server->hook, request);
}

static void results_request(struct server *server, struct http_request *request)
{
    results_on_request(&server->results, request);
}

static size_t metrics_head(struct server *server, struct http_request *request)
{
    size_t limit = graphql_route_on_head(&server->api, request); /* the same tokens */
    return limit == HTTP_RESPONDED ? limit : NO_BODY;
}

static size_t control_head(struct server *server, struct http_request *request)
{
    (void)server;
    (void)request;
    return CONTROL_BODY_BYTES_MAX;
}

#define ANY_METHOD (METHOD_GET | METHOD_POST | METHOD_PUT | METHOD_PATCH | METHOD_DELETE)

static const struct route table[] = {
    {"/trigger/*", ANY_METHOD, false, hook_head, hook_request}, /* most requests: found first */
    {"/api", METHOD_POST, false, api_head, api_request},
    {"/api/", METHOD_POST, false, api_head, api_request},
    {"/api/schema.graphql", METHOD_GET, false, no_body, on_schema},
    {"/results/*", METHOD_GET, false, no_body, results_request},
    {"/healthz", METHOD_GET, false, no_body, on_health},
    {"/readyz", METHOD_GET, false, no_body, on_ready},
    {"/metrics", METHOD_GET, false, metrics_head, metrics_on_request},
    {"/control/status", METHOD_GET, true, no_body, control_on_status},
    {"/control/tokens", METHOD_GET | METHOD_POST, true, control_head, control_on_tokens},
    {"/control/tokens/*", METHOD_DELETE, true, no_body, control_on_token},
};

static bool matches(const struct route *route, const struct http_request *request)
{
    struct slice path = slice_of_text(route->path);
    if (route->local && !request->local) {
        return false;
    }
    if (slice_ends_with(path, SLICE("*"))) {
        return slice_starts_with(request->path, slice_of(path.data, path.size - 1));
    }
    return slice_equal(request->path, path);
}

static const struct route *find(const struct http_request *request)
{
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        if (matches(&table[i], request)) {
            return &table[i];
        }
    }
    return NULL;
}

static unsigned method_of(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++) {
        if (slice_is(name, methods[i].name)) {
            return methods[i].method;
        }
    }
    return 0;
}

static void respond_wrong_method(const struct route *route, struct http_request *request)
{
    struct buf allow;
    buf_init(&allow, 64);
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++) {
        if ((route->methods & methods[i].method) != 0) {
            buf_printf(&allow, "%s%s", allow.size > 0 ? ", " : "", methods[i].name);
        }
    }
    struct http_header header = {SLICE("Allow"), buf_slice(&allow)};
    struct http_response response = {
        .status = 405,
        .content_type = SLICE("application/json"),
        .headers = &header,
        .header_count = 1,
        .body = SLICE("{\"error\":\"the method does not go with this route: see Allow\","
                      "\"code\":\"method_not_allowed\"}"),
    };
    http_respond(request, &response);
    buf_deinit(&allow);
}

size_t server_on_head(struct http_request *request, void *server)
{
    const struct route *route = find(request);
    if (route == NULL) {
        http_respond_error(request, 404, "not_found", "there is no such route");
        return HTTP_RESPONDED;
    }
    if ((route->methods & method_of(request->method)) == 0) {
        respond_wrong_method(route, request);
        return HTTP_RESPONDED;
    }
    return route->on_head(server, request);
}

void server_on_request(struct http_request *request, void *server)
{
    const struct route *route = find(request);
    ASSERT(route != NULL); /* on_head found it */
    route->on_request(server, request);
}
