/*
 * The members are checked one after the other; what is wrong first is said.
 */
#include "api/graphql/gql_request.h"

#include "core/base/json_in.h"

static enum err fail(struct gql_errors *errors, enum err code, const char *sentence)
{
    (void)gql_errors_add(errors, code, GQL_NOWHERE, "%s", sentence);
    return code;
}

static enum err
read_json(struct slice body, struct arena *arena, struct value *ret, struct gql_errors *errors)
{
    struct error error = {0};
    enum err e = json_in_parse(body, arena, ret, &error);
    if (e == ERR_OK) {
        return ERR_OK;
    }
    return fail(errors, e == ERR_INVALID ? ERR_MALFORMED : e, error.text);
}

/* A member that may be left out or null, but is of one type otherwise. */
static bool optional(const struct value *object, struct slice key, enum value_type type)
{
    const struct value *member = value_get(object, key);
    return value_is_null(member) || member->type == type;
}

enum err gql_request_parse(struct slice body,
                           struct arena *arena,
                           struct gql_request *ret,
                           struct gql_errors *errors)
{
    struct value object = value_null();
    enum err e = read_json(body, arena, &object, errors);
    if (e != ERR_OK) {
        return e;
    }
    if (object.type != VALUE_MAP) {
        return fail(errors, ERR_INVALID, "the body must be a JSON object with a member \"query\"");
    }
    const struct value *query = value_get(&object, SLICE("query"));
    if (query == NULL || query->type != VALUE_TEXT) {
        return fail(errors, ERR_INVALID, "the body lacks the member \"query\", a text");
    }
    if (!optional(&object, SLICE("variables"), VALUE_MAP)) {
        return fail(errors, ERR_INVALID, "\"variables\" must be an object or null");
    }
    if (!optional(&object, SLICE("operationName"), VALUE_TEXT)) {
        return fail(errors, ERR_INVALID, "\"operationName\" must be a text or null");
    }
    const struct value *variables = value_get(&object, SLICE("variables"));
    ret->query = query->bytes;
    ret->operation_name = value_get_text(&object, SLICE("operationName"));
    ret->variables = variables != NULL ? *variables : value_null();
    return ERR_OK;
}
