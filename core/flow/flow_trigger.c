#include "core/flow/flow_trigger.h"

#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/time_text.h"
#include "core/base/utf8.h"
#include "core/flow/url.h"

#define MASK "***"

/* The value being built; `fits` turns false when the arena is exhausted, and is checked once. */
struct building {
    struct arena *arena;
    bool fits;
};

static void put(struct building *building, struct value *map, const char *key, struct value value)
{
    building->fits =
        value_map_put(building->arena, map, slice_of_text(key), value) && building->fits;
}

/* A text, or null when it is empty: what a schedule has not is missing, not "". */
static struct value text_or_null(struct slice text)
{
    return text.size > 0 ? value_text(text) : value_null();
}

bool flow_trigger_header_is_secret(struct slice name)
{
    static const char *const secrets[] = {"api-key", "authorization", "proxy-authorization",
                                          "cookie"};
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
        if (slice_equal_nocase(name, slice_of_text(secrets[i]))) {
            return true;
        }
    }
    return false;
}

/* ---- the request ---- */

static struct slice header_of(const struct flow_trigger_facts *facts, const char *name)
{
    for (uint32_t i = 0; i < facts->header_count; i++) {
        if (slice_equal_nocase(facts->headers[i].name, slice_of_text(name))) {
            return facts->headers[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

static struct value *find_nocase(struct value *map, struct slice name)
{
    for (uint32_t i = 0; i < map->map.count; i++) {
        if (slice_equal_nocase(map->map.members[i].key, name)) {
            return &map->map.members[i].value;
        }
    }
    return NULL;
}

static struct value headers_value(struct building *building, const struct flow_trigger_facts *facts)
{
    struct value map = value_map();
    for (uint32_t i = 0; i < facts->header_count; i++) {
        const struct flow_header *header = &facts->headers[i];
        bool secret = flow_trigger_header_is_secret(header->name);
        struct value *earlier = find_nocase(&map, header->name);
        struct slice text = secret ? SLICE(MASK) : utf8_of_latin1(header->value, building->arena);
        if (earlier == NULL) {
            building->fits = value_map_put(building->arena, &map, header->name, value_text(text)) &&
                             building->fits;
        } else if (!secret) {
            earlier->bytes = arena_format(building->arena, "%.*s, %.*s", SLICE_ARGS(earlier->bytes),
                                          SLICE_ARGS(text));
        }
    }
    return map;
}

/* The type without its parameters: "application/json" of "application/json; charset=utf-8". */
static struct slice bare_type(struct slice content_type)
{
    const char *end =
        content_type.size > 0 ? memchr(content_type.data, ';', content_type.size) : NULL;
    if (end != NULL) {
        content_type.size = (size_t)(end - content_type.data);
    }
    return slice_trim(content_type);
}

static bool is_json_type(struct slice type)
{
    return slice_equal_nocase(type, SLICE("application/json")) ||
           (type.size > 5 && slice_equal_nocase(slice_from(type, type.size - 5), SLICE("+json")));
}

static struct value unparsed(struct slice body)
{
    return utf8_valid(body) ? value_text(body) : value_binary(body);
}

static enum err body_data(struct building *building,
                          struct slice body,
                          struct slice content_type,
                          struct value *ret,
                          struct error *reterr)
{
    struct slice type = bare_type(content_type);
    *ret = body.size > 0 ? unparsed(body) : value_null();
    if (body.size > 0 && slice_equal_nocase(type, SLICE("application/x-www-form-urlencoded"))) {
        *ret = value_map();
        building->fits = url_form_decode(body, building->arena, ret) && building->fits;
    } else if (body.size > 0 && (type.size == 0 || is_json_type(type))) {
        enum err e = json_in_parse(body, building->arena, ret, reterr);
        if (e == ERR_NO_MEMORY) {
            return e;
        }
    }
    return ERR_OK;
}

static enum err add_request(struct building *building,
                            const struct flow_trigger_facts *facts,
                            struct value *map,
                            struct error *reterr)
{
    struct slice content_type = utf8_of_latin1(header_of(facts, "Content-Type"), building->arena);
    struct value query = value_map();
    struct value raw = value_map();
    struct value body = value_map();
    struct value data = value_null();
    enum err e = body_data(building, facts->body, content_type, &data, reterr);
    if (e != ERR_OK) {
        return e;
    }
    building->fits = url_form_decode(facts->query, building->arena, &query) && building->fits;
    put(building, &raw, "data", value_binary(facts->body));
    put(building, &raw, "contentType", text_or_null(content_type));
    put(building, &body, "data", data);
    put(building, &body, "contentType", text_or_null(content_type));
    put(building, map, "headers", headers_value(building, facts));
    put(building, map, "queryParameters", query);
    put(building, map, "rawBody", raw);
    put(building, map, "body", body);
    put(building, map, "pathFragment",
        value_text(utf8_repair(facts->path_fragment, building->arena)));
    return ERR_OK;
}

/* ---- who and where ---- */

static void
add_context(struct building *building, const struct flow_trigger_facts *facts, struct value *map)
{
    struct value customer = value_map();
    put(building, &customer, "id", text_or_null(facts->customer.id));
    put(building, &customer, "externalId", text_or_null(facts->customer.external_id));
    put(building, &customer, "name", text_or_null(facts->customer.name));
    put(building, map, "customer", customer);
    struct value instance = value_map();
    put(building, &instance, "id", text_or_null(facts->instance.id));
    put(building, &instance, "name", text_or_null(facts->instance.name));
    put(building, map, "instance", instance);
    put(building, map, "user", value_null());
    struct value integration = value_map();
    put(building, &integration, "id", text_or_null(facts->integration.id));
    put(building, &integration, "name", text_or_null(facts->integration.name));
    put(building, &integration, "versionSequenceId",
        text_or_null(facts->integration.version_sequence_id));
    put(building, &integration, "externalVersion",
        text_or_null(facts->integration.external_version));
    put(building, map, "integration", integration);
    struct value flow = value_map();
    put(building, &flow, "id", text_or_null(facts->flow.id));
    put(building, &flow, "name", text_or_null(facts->flow.name));
    put(building, &flow, "stableId", text_or_null(facts->flow.stable_id));
    put(building, map, "flow", flow);
}

static void
add_execution(struct building *building, const struct flow_trigger_facts *facts, struct value *map)
{
    char started[TIME_TEXT_SIZE];
    time_text_format(facts->started_us, started);
    struct slice started_at = arena_copy(building->arena, slice_of_text(started));
    put(building, map, "webhookUrls",
        facts->webhook_urls != NULL ? *facts->webhook_urls : value_map());
    put(building, map, "webhookApiKeys", value_map()); /* secrets: never filled */
    put(building, map, "invokeUrl", text_or_null(facts->invoke_url));
    put(building, map, "executionId", text_or_null(facts->execution_id));
    put(building, map, "startedAt", value_text(started_at));
    put(building, map, "globalDebug", value_bool(facts->debug));
}

enum err flow_trigger_value(const struct flow_trigger_facts *facts,
                            struct arena *arena,
                            struct value *ret,
                            struct error *reterr)
{
    struct building building = {arena, true};
    struct value map = value_map();
    enum err e = add_request(&building, facts, &map, reterr);
    if (e != ERR_OK) {
        return e;
    }
    add_context(&building, facts, &map);
    add_execution(&building, facts, &map);
    if (!building.fits || arena_exhausted(arena)) {
        return arena_error(arena, "the trigger's result", reterr);
    }
    *ret = map;
    return ERR_OK;
}
