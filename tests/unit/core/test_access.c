/* access: the organization, users, tokens: every command, and which tokens are good. */
#include "core/base/limits.h"
#include "core/domain/access.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define NOW 1000
#define TOKEN                                                                                      \
    "token.created {'user':'ada','role':1,'expires_at':2000,'digest':'#secret','name':'laptop'}"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    (void)arena;
    token_evolve(state, event);
}

/* ---- organization and users ---- */

struct name_row {
    struct slice name;
    struct slice email;
    enum role role;
    const char *organization; /* what comes of an organization of that name */
    const char *user;
};

static const struct name_row name_rows[] = {
    {TEXT("Ada"), TEXT("a@b"), ROLE_ADMIN, "organization.created {'name':'Ada'}",
     "user.created {'role':1,'name':'Ada','email':'a@b'}"},
    {TEXT("Ada"), TEXT(""), ROLE_NONE, "organization.created {'name':'Ada'}",
     "refused role: must be \"admin\""},
    {TEXT(""), TEXT("\xff"), ROLE_ADMIN, "refused name: must not be empty",
     "refused name: must not be empty\nrefused email: must be UTF-8 text"},
    {TEXT("a\nb"), TEXT(""), ROLE_ADMIN,
     "refused name: must be UTF-8 text without control characters",
     "refused name: must be UTF-8 text without control characters"},
};

Test(access, organizations_and_users_are_made)
{
    for (size_t i = 0; i < sizeof name_rows / sizeof *name_rows; i++) {
        const struct name_row *row = &name_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        organization_decide_create(row->name, &kit.decision);
        domain_kit_then(&kit, "an organization", row->organization);
        decision_init(&kit.decision, &kit.arena);
        user_decide_create(row->name, row->email, row->role, &kit.decision);
        domain_kit_then(&kit, "a user", row->user);
        domain_kit_end(&kit);
    }
}

/* ---- tokens ---- */

struct token_row {
    struct token_create when;
    const char *then;
};

static const struct token_row token_rows[] = {
    {{.role = ROLE_ADMIN, .expires_at_us = 2000, .digest = TEXT("secret"), .name = TEXT("laptop")},
     TOKEN},
    {{.role = ROLE_ADMIN, .digest = TEXT("d"), .name = TEXT("n")},
     "token.created {'user':'ada','role':1,'digest':'#d','name':'n'}"},
    {{.role = ROLE_ADMIN, .expires_at_us = NOW + 1, .digest = TEXT("d"), .name = TEXT("n")},
     "token.created {'user':'ada','role':1,'expires_at':1001,'digest':'#d','name':'n'}"},
    {{.role = ROLE_ADMIN, .expires_at_us = NOW, .digest = TEXT("d"), .name = TEXT("n")},
     "refused expires: must lie in the future"},
    {{.role = ROLE_ADMIN, .expires_at_us = -1, .digest = TEXT("d"), .name = TEXT("n")},
     "refused expires: must lie in the future"},
    {{.digest = TEXT("d")}, "refused name: must not be empty\nrefused role: must be \"admin\""},
};

Test(access, tokens_are_made)
{
    for (size_t i = 0; i < sizeof token_rows / sizeof *token_rows; i++) {
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct token_create when = token_rows[i].when;
        when.user = domain_kit_id("ada");
        when.now_us = NOW;
        token_decide_create(&when, &kit.decision);
        domain_kit_then(&kit, NULL, token_rows[i].then);
        domain_kit_end(&kit);
    }
}

Test(access, tokens_are_revoked_once)
{
    static const char *const rows[][2] = {{TOKEN, "token.revoked"},
                                          {TOKEN "\ntoken.revoked", ""},
                                          {"", "refused __all__: there is no such token"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        struct token token = {.version = 0};
        domain_kit_begin(&kit);
        domain_kit_given(&kit, rows[i][0], evolve, &token);
        token_decide_revoke(&token, &kit.decision);
        domain_kit_then(&kit, rows[i][0], rows[i][1]);
        domain_kit_end(&kit);
    }
}

Test(access, tokens_are_good_until_they_expire_or_are_revoked)
{
    struct domain_kit kit;
    struct token token = {.version = 0};
    domain_kit_begin(&kit);
    cr_expect(!token_is_valid(&token, 0), "there is none");
    domain_kit_given(&kit, TOKEN, evolve, &token);
    cr_expect(token_is_valid(&token, 0));
    cr_expect(token_is_valid(&token, 1999));
    cr_expect(!token_is_valid(&token, 2000));
    token.expires_at_us = 0;
    cr_expect(token_is_valid(&token, INT64_MAX));
    domain_kit_given(&kit, "token.revoked", evolve, &token);
    cr_expect(!token_is_valid(&token, 0));
    cr_expect_eq(token.version, 2);
    cr_expect(slice_is(token.name, "laptop"), "revoking keeps what it was");
    domain_kit_end(&kit);
}

/* ---- rows ---- */

static enum err
reread_token(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct token token;
    enum err e = token_get(bytes, domain_kit_id("self"), arena, &token, reterr);
    if (e == ERR_OK) {
        token_put(out, &token);
    }
    return e;
}

static enum err
reread_user(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct user user;
    enum err e = user_get(bytes, domain_kit_id("self"), arena, &user, reterr);
    if (e == ERR_OK) {
        user_put(out, &user);
    }
    return e;
}

static enum err
reread_organization(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct organization organization;
    enum err e = organization_get(bytes, arena, &organization, reterr);
    if (e == ERR_OK) {
        organization_put(out, &organization);
    }
    return e;
}

Test(access, rows)
{
    struct domain_kit kit;
    struct token token = {.version = 0};
    struct user user = {.role = ROLE_NONE};
    struct organization organization = {.created_at_us = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    organization_evolve(&organization, domain_kit_event(&kit, "organization.created {'name':'O'}"));
    cr_expect(slice_is(organization.name, "O"));
    organization_put(&row, &organization);
    domain_kit_row(&kit, &row, reread_organization);
    user_evolve(&user,
                domain_kit_event(&kit, "user.created {'role':1,'name':'Ada','email':'a@b'}"));
    cr_expect_eq(user.role, ROLE_ADMIN);
    cr_expect(slice_is(user.email, "a@b"));
    buf_clear(&row);
    user_put(&row, &user);
    domain_kit_row(&kit, &row, reread_user);
    kit.version = 0;
    domain_kit_given(&kit, TOKEN, evolve, &token);
    cr_expect(uuid_equal(token.user, domain_kit_id("ada")));
    cr_expect(slice_is(token.digest, "secret"));
    buf_clear(&row);
    token_put(&row, &token);
    domain_kit_row(&kit, &row, reread_token);
    buf_deinit(&row);
    domain_kit_end(&kit);
}

Test(access, roles_have_names)
{
    cr_expect_str_eq(role_name(ROLE_ADMIN), "admin");
    cr_expect_str_eq(role_name(ROLE_NONE), "none");
    cr_expect_eq(role_of(SLICE("Admin")), ROLE_ADMIN);
    cr_expect_eq(role_of(SLICE("none")), ROLE_NONE);
    cr_expect_eq(role_of(SLICE("")), ROLE_NONE);
}
