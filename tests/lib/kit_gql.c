#include "tests/lib/kit_gql.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"

#define BODY_BYTES_MAX ((size_t)64 << 20)

static void write_variables(struct json_out *json, const struct kit_gql_variable *variables)
{
    json_out_begin_object(json);
    for (; variables->name != NULL; variables++) {
        json_out_key(json, variables->name);
        if (variables->text != NULL) {
            json_out_string(json, variables->text);
        } else if (variables->json != NULL) {
            json_out_raw(json, slice_of_text(variables->json));
        } else {
            json_out_int(json, variables->integer);
        }
    }
    json_out_end_object(json);
}

enum err kit_gql_run(struct kit_client *client,
                     const char *token,
                     const char *query,
                     const struct kit_gql_variable *variables,
                     struct arena *arena,
                     struct kit_message *ret_message,
                     struct value *ret,
                     struct error *reterr)
{
    struct buf body;
    buf_init(&body, BODY_BYTES_MAX);
    struct json_out json = json_out(&body);
    json_out_begin_object(&json);
    json_out_member_string(&json, "query", query);
    json_out_key(&json, "variables");
    write_variables(&json, variables);
    json_out_end_object(&json);
    struct kit_request request = {.path = "/api", .token = token, .body = buf_slice(&body)};
    enum err e = buf_check(&body, "the GraphQL request", reterr);
    if (e == ERR_OK) {
        e = kit_client_request(client, &request, ret_message, reterr);
    }
    if (e == ERR_OK) {
        e = json_in_parse(ret_message->body, arena, ret, reterr);
    }
    buf_deinit(&body);
    return e;
}
