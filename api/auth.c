#include "api/auth.h"

#include "core/base/random.h"
#include "projections/access_view.h"

#include <sodium.h>

#define TOKEN_RANDOM_BYTES 32
#define TOKEN_BYTES_MAX    200
#define BEARER             SLICE("Bearer ")

enum err auth_digest(struct journal *journal,
                     struct slice token,
                     unsigned char ret[ACCESS_DIGEST_BYTES],
                     struct error *reterr)
{
    struct data_key key;
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    if (e == ERR_OK) {
        keyring_digest(&key, KEY_LOOKUP, token, ret);
        sodium_memzero(&key, sizeof key);
    }
    return e;
}

enum err auth_new_token(struct journal *journal,
                        char ret_token[AUTH_TOKEN_SIZE],
                        unsigned char ret_digest[ACCESS_DIGEST_BYTES],
                        struct error *reterr)
{
    unsigned char secret[TOKEN_RANDOM_BYTES];
    size_t prefix = strlen(AUTH_TOKEN_PREFIX);
    random_fill(secret, sizeof secret);
    memcpy(ret_token, AUTH_TOKEN_PREFIX, prefix);
    (void)sodium_bin2base64(ret_token + prefix, AUTH_TOKEN_SIZE - prefix, secret, sizeof secret,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof secret);
    return auth_digest(journal, slice_of_text(ret_token), ret_digest, reterr);
}

/* The token of a header value. Errors: ERR_DENIED. */
static enum err bearer_token(struct slice authorization, struct slice *ret, struct error *reterr)
{
    if (authorization.size == 0) {
        return error_set(reterr, ERR_DENIED,
                         "no token: send the header \"Authorization: Bearer <token>\"");
    }
    bool bearer = authorization.size > BEARER.size &&
                  slice_equal_nocase(slice_of(authorization.data, BEARER.size), BEARER);
    struct slice token = slice_trim(slice_from(authorization, BEARER.size));
    if (!bearer || token.size == 0 || token.size > TOKEN_BYTES_MAX) {
        return error_set(reterr, ERR_DENIED, "the Authorization header is not \"Bearer <token>\"");
    }
    *ret = token;
    return ERR_OK;
}

enum err auth_check(struct reading *reading,
                    struct slice authorization,
                    int64_t now_us,
                    struct arena *arena,
                    struct principal *ret,
                    struct error *reterr)
{
    struct slice text;
    struct token token;
    unsigned char digest[ACCESS_DIGEST_BYTES];
    enum err e = bearer_token(authorization, &text, reterr);
    e = e != ERR_OK ? e : auth_digest(engine_journal(reading->engine), text, digest, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = access_view_token_by_digest(reading->views, slice_of(digest, sizeof digest), arena, &token,
                                    reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, ERR_DENIED, "the token is not known here");
    }
    if (e == ERR_OK && !token_is_valid(&token, now_us)) {
        return error_set(reterr, ERR_DENIED, "the token is %s",
                         token.is_revoked ? "revoked" : "expired");
    }
    if (e == ERR_OK) {
        *ret = (struct principal){
            .token = token.id,
            .user = token.user,
            .customer = token.customer,
            .role = token.role,
            .token_digest = token.digest,
        };
    }
    return e;
}
