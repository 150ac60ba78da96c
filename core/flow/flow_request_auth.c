/*
 * Credentials: what a connection's fields become.
 *
 *     an OAuth 2.0 access token                   Authorization: Bearer <token>
 *     accessToken, bearerToken, token,
 *     personalAccessToken                         Authorization: Bearer <it>
 *     apiKey with headerName                      <headerName>: <apiKey>
 *     apiKey with authorizationMethod, authType
 *       or scheme "Basic"                         Authorization: Basic <apiKey>
 *     apiKey                                      Authorization: Bearer <apiKey>
 *     username, password                          Authorization: Basic base64(username:password)
 *
 * The first line that fits counts. The fields decide, not the connection's key, because components
 * of many makers name theirs as they like. A connection with none of these is an error: a request
 * that goes out without the credentials its author asked for is worse than none.
 */
#include "core/base/check.h"
#include "core/flow/expression.h"
#include "core/flow/flow_request_priv.h"

#include <sodium.h>

/* A shorter text is no secret that could be told from any other text. */
#define SECRET_BYTES_MIN 4

static struct slice
first_field(const struct snapshot_connection *connection, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct slice value = snapshot_field(connection, names[i]);
        if (value.size > 0) {
            return value;
        }
    }
    return (struct slice){NULL, 0};
}

static enum err set_secret(struct flow_request_rendering *rendering,
                           struct slice name,
                           const char *prefix,
                           struct slice secret)
{
    struct slice value =
        arena_format(rendering->arena, "%s%.*s", prefix, SLICE_ARGS(slice_trim(secret)));
    if (value.data == NULL) {
        return arena_error(rendering->arena, "credentials", rendering->reterr);
    }
    struct flow_header header = {name, value, true};
    enum err e = flow_headers_set(&rendering->request->headers, header, rendering->reterr);
    return e != ERR_OK ? error_wrap(rendering->reterr, e, "credentials") : ERR_OK;
}

static enum err set_basic(struct flow_request_rendering *rendering, struct slice user)
{
    const int variant = sodium_base64_VARIANT_ORIGINAL;
    struct slice password = snapshot_field(rendering->request->connection, "password");
    struct slice both =
        arena_format(rendering->arena, "%.*s:%.*s", SLICE_ARGS(user), SLICE_ARGS(password));
    size_t size = sodium_base64_encoded_len(both.size, variant);
    char *text = arena_alloc(rendering->arena, size);
    if (both.data == NULL || text == NULL) {
        return arena_error(rendering->arena, "credentials", rendering->reterr);
    }
    (void)sodium_bin2base64(text, size, (const unsigned char *)both.data, both.size, variant);
    return set_secret(rendering, SLICE("Authorization"), "Basic ", slice_of_text(text));
}

static enum err set_api_key(struct flow_request_rendering *rendering, struct slice key)
{
    static const char *const schemes[] = {"authorizationMethod", "authType", "scheme"};
    const struct snapshot_connection *connection = rendering->request->connection;
    struct slice header_name = snapshot_field(connection, "headerName");
    if (header_name.size > 0) {
        return set_secret(rendering, header_name, "", key);
    }
    struct slice scheme = first_field(connection, schemes, ARRAY_COUNT(schemes));
    bool basic = slice_equal_nocase(scheme, SLICE("basic"));
    return set_secret(rendering, SLICE("Authorization"), basic ? "Basic " : "Bearer ", key);
}

static enum err find_connection(struct flow_request_rendering *rendering)
{
    return expression_connection(definition_input(rendering->step, "connection"), rendering->scope,
                                 &rendering->request->connection, rendering->reterr);
}

enum err flow_request_add_credentials(struct flow_request_rendering *rendering)
{
    static const char *const tokens[] = {"accessToken", "bearerToken", "token",
                                         "personalAccessToken"};
    enum err e = find_connection(rendering);
    const struct snapshot_connection *connection = rendering->request->connection;
    if (e != ERR_OK || connection == NULL) {
        return e;
    }
    struct slice token = connection->access_token.size > 0
                             ? connection->access_token
                             : first_field(connection, tokens, ARRAY_COUNT(tokens));
    if (token.size > 0) {
        return set_secret(rendering, SLICE("Authorization"), "Bearer ", token);
    }
    struct slice key = snapshot_field(connection, "apiKey");
    if (key.size > 0) {
        return set_api_key(rendering, key);
    }
    struct slice user = snapshot_field(connection, "username");
    if (user.size > 0) {
        return set_basic(rendering, user);
    }
    return error_set(rendering->reterr, ERR_INVALID,
                     "connection \"%.*s\" has no credentials a request can carry: it needs an "
                     "access token, apiKey, or username and password",
                     SLICE_ARGS(connection->config_var_key));
}

/* ---- masking ---- */

/* The texts that must not be quoted: secret fields, the token, and secret headers with and without
 * their scheme. */
struct secrets {
    const struct flow_request *request;
    uint32_t index;
};

static bool next_secret(struct secrets *secrets, struct slice *ret)
{
    const struct snapshot_connection *connection = secrets->request->connection;
    const struct flow_headers *headers = &secrets->request->headers;
    uint32_t fields = connection != NULL ? connection->field_count : 0;
    uint32_t at = secrets->index++;
    *ret = (struct slice){NULL, 0};
    if (at < fields) {
        *ret = connection->fields[at].secret ? connection->fields[at].value : *ret;
        return true;
    }
    at -= fields;
    if (at == 0) {
        *ret = connection != NULL ? connection->access_token : *ret;
        return true;
    }
    at -= 1;
    if (at / 2 >= headers->count) {
        return false;
    }
    if (headers->items[at / 2].secret) {
        struct slice value = headers->items[at / 2].value;
        const char *space = value.size > 0 ? memchr(value.data, ' ', value.size) : NULL;
        size_t scheme = space != NULL && at % 2 == 1 ? (size_t)(space - value.data) + 1 : 0;
        *ret = slice_from(value, scheme);
    }
    return true;
}

/* The longest secret that `text` begins with. Returns: its size, 0 when there is none. */
static size_t secret_at(const struct flow_request *request, struct slice text)
{
    struct secrets secrets = {request, 0};
    struct slice secret = {NULL, 0};
    size_t longest = 0;
    while (next_secret(&secrets, &secret)) {
        struct slice trimmed = slice_trim(secret);
        if (trimmed.size >= SECRET_BYTES_MIN && trimmed.size > longest &&
            slice_starts_with(text, trimmed)) {
            longest = trimmed.size;
        }
    }
    return longest;
}

struct slice
flow_request_mask(const struct flow_request *request, struct slice text, struct arena *arena)
{
    char *out = arena_text(arena, text);
    size_t size = 0;
    if (out == NULL) {
        return (struct slice){NULL, 0};
    }
    for (size_t at = 0; at < text.size;) {
        size_t secret = secret_at(request, slice_from(text, at));
        if (secret == 0) {
            out[size++] = text.data[at++];
            continue;
        }
        memcpy(out + size, "***", 3); /* never longer than the secret it stands for */
        size += 3;
        at += secret;
    }
    return slice_of(out, size);
}

size_t flow_request_secret_bytes_max(const struct flow_request *request)
{
    struct secrets secrets = {request, 0};
    struct slice secret = {NULL, 0};
    size_t longest = 0;
    while (next_secret(&secrets, &secret)) {
        longest = secret.size > longest ? secret.size : longest;
    }
    return longest;
}
