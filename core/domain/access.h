/*
 * access: the organization, its users and their API tokens.
 *
 * Tokens are random and shown once; the journal and the views hold keyed digests. One role for now:
 * an admin may do everything.
 */
#ifndef DAYBOOK_CORE_DOMAIN_ACCESS_H
#define DAYBOOK_CORE_DOMAIN_ACCESS_H

#include "core/domain/decision.h"

/* Numbers are stored. */
enum role {
    ROLE_NONE = 0,
    ROLE_ADMIN = 1,
};

#define ACCESS_DIGEST_BYTES 32

struct organization {
    struct uuid id;
    int64_t created_at_us;
    struct slice name;
};

struct user {
    struct uuid id;
    enum role role;
    int64_t created_at_us;
    struct slice name;
    struct slice email;
};

struct token {
    struct uuid id;
    uint64_t version; /* events so far; 0: there is none */
    struct uuid user;
    struct uuid customer; /* zero: the organization's */
    enum role role;
    bool is_revoked;
    int64_t created_at_us;
    int64_t expires_at_us; /* 0: never */
    struct slice digest;   /* ACCESS_DIGEST_BYTES */
    struct slice name;
};

struct token_create {
    struct uuid user;
    enum role role;
    int64_t expires_at_us; /* 0: never */
    struct slice digest;
    struct slice name;
    int64_t now_us;
};

/** "admin". Returns: "none" for other numbers. */
const char *role_name(enum role role);

/** The role of a name, ROLE_NONE when there is none. */
enum role role_of(struct slice name);

/** Decides organization.created. */
void organization_decide_create(struct slice name, struct decision *decision);

/** Decides user.created. */
void user_decide_create(struct slice name,
                        struct slice email,
                        enum role role,
                        struct decision *decision);

/** Decides token.created. */
void token_decide_create(const struct token_create *command, struct decision *decision);

/** Decides token.revoked; revoking again does nothing. */
void token_decide_revoke(const struct token *token, struct decision *decision);

/** Whether the token may be used at `now_us`. */
bool token_is_valid(const struct token *token, int64_t now_us);

/* Each state after an event; texts borrow from the event. */
void organization_evolve(struct organization *organization, const struct recorded_event *event);
void user_evolve(struct user *user, const struct recorded_event *event);
void token_evolve(struct token *token, const struct recorded_event *event);

/* Rows of views: positional MessagePack out and in; texts borrow. Errors: ERR_MALFORMED, ERR_LIMIT.
 */
void organization_put(struct buf *out, const struct organization *organization);
MUST_USE enum err organization_get(struct slice bytes,
                                   struct arena *arena,
                                   struct organization *ret,
                                   struct error *reterr);
void user_put(struct buf *out, const struct user *user);
MUST_USE enum err user_get(struct slice bytes,
                           struct uuid id,
                           struct arena *arena,
                           struct user *ret,
                           struct error *reterr);
void token_put(struct buf *out, const struct token *token);
MUST_USE enum err token_get(struct slice bytes,
                            struct uuid id,
                            struct arena *arena,
                            struct token *ret,
                            struct error *reterr);

#endif
