/*
 * access_commands: the first start, and API tokens.
 */
#ifndef DAYBOOK_API_COMMANDS_ACCESS_COMMANDS_H
#define DAYBOOK_API_COMMANDS_ACCESS_COMMANDS_H

#include "api/engine/writer.h"
#include "core/domain/access.h"

/* Makes organization, first user, system customer and first token in one append. Does nothing when
 * there is an organization already. */
struct bootstrap_command {
    struct command base;
    struct slice organization_name;
    struct slice user_name;
    struct slice user_email;
    struct slice token_digest; /* ACCESS_DIGEST_BYTES */
    struct uuid user;          /* ids for the new things; the organization's is base.append_id */
    struct uuid customer;
    struct uuid token;
};

/* The new token's id is base.append_id. */
struct token_create_command {
    struct command base;
    struct token_create input; /* user: zero means the first user */
};

struct token_revoke_command {
    struct command base;
    struct uuid token;
};

/* Their `execute`. */
enum err
access_command_bootstrap(struct command *command, struct writer *writer, struct error *reterr);
enum err token_command_create(struct command *command, struct writer *writer, struct error *reterr);
enum err token_command_revoke(struct command *command, struct writer *writer, struct error *reterr);

#endif
