/*
 * customer_commands: creating, changing and deleting customers.
 *
 * Fill `base` (command_init) and the input, submit, and look at base.outcome in `done`.
 */
#ifndef DAYBOOK_API_COMMANDS_CUSTOMER_COMMANDS_H
#define DAYBOOK_API_COMMANDS_CUSTOMER_COMMANDS_H

#include "api/engine/writer.h"
#include "core/domain/customer.h"

/* The new customer's id is base.append_id. */
struct customer_create_command {
    struct command base;
    struct customer_create input; /* key and name_owner are found by execute */
};

struct customer_update_command {
    struct command base;
    struct uuid customer;
    struct customer_update input; /* name_owner is found by execute */
};

struct customer_delete_command {
    struct command base;
    struct uuid customer;
    uint64_t expected_version;
};

/* Their `execute`. Errors: ERR_NOT_FOUND for a customer that does not exist or is deleted. */
enum err
customer_command_create(struct command *command, struct writer *writer, struct error *reterr);
enum err
customer_command_update(struct command *command, struct writer *writer, struct error *reterr);
enum err
customer_command_delete(struct command *command, struct writer *writer, struct error *reterr);

#endif
