/*
 * auth: who is calling. API tokens are random, shown once, and found again by a keyed digest.
 *
 *     dbt_<43 characters of base64url>      32 random bytes
 *
 * Looking a digest up in a table takes time that depends on the digest, which tells nothing about
 * the token: the digest's key never leaves the server.
 */
#ifndef DAYBOOK_API_AUTH_H
#define DAYBOOK_API_AUTH_H

#include "api/engine/reading.h"
#include "core/domain/access.h"

#define AUTH_TOKEN_PREFIX "dbt_"
#define AUTH_TOKEN_SIZE   (sizeof AUTH_TOKEN_PREFIX - 1 + 43 + 1) /* with its zero */

/* The caller of a request. */
struct principal {
    struct uuid token;
    struct uuid user;
    struct uuid customer; /* zero: the organization's */
    enum role role;
    struct slice token_digest; /* scope of idempotency keys */
};

/** Makes a new token and its digest. Thread: any. Errors: those of keyring_get. */
MUST_USE enum err auth_new_token(struct journal *journal,
                                 char ret_token[AUTH_TOKEN_SIZE],
                                 unsigned char ret_digest[ACCESS_DIGEST_BYTES],
                                 struct error *reterr);

/** The digest of a token's text. */
MUST_USE enum err auth_digest(struct journal *journal,
                              struct slice token,
                              unsigned char ret[ACCESS_DIGEST_BYTES],
                              struct error *reterr);

/**
 * Who a header "Authorization: Bearer <token>" names.
 * Errors: ERR_DENIED with a sentence for the client: missing, malformed, unknown, expired or
 * revoked.
 */
MUST_USE enum err auth_check(struct reading *reading,
                             struct slice authorization,
                             int64_t now_us,
                             struct arena *arena,
                             struct principal *ret,
                             struct error *reterr);

#endif
