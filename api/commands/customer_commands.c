#include "api/commands/customer_commands.h"

#include "projections/customers_view.h"
#include "projections/instances_view.h"

static struct stream_ref customer_stream(struct uuid id)
{
    return (struct stream_ref){STREAM_CUSTOMER, id};
}

/* Loads a customer that may be changed. */
static enum err load(struct writer *writer,
                     struct command *command,
                     struct uuid id,
                     struct customer *ret,
                     struct error *reterr)
{
    enum err e = customers_view_get(writer_views(writer), id, command->arena, ret, reterr);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && ret->is_deleted)) {
        return error_set(reterr, ERR_NOT_FOUND, "Customer not found");
    }
    return e;
}

enum err
customer_command_create(struct command *command, struct writer *writer, struct error *reterr)
{
    struct customer_create_command *it = LIST_ENTRY(command, struct customer_create_command, base);
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e =
        customers_view_by_name(writer_views(writer), it->input.name, &it->input.name_owner, reterr);
    e = e != ERR_OK ? e : writer_new_key(writer, &it->input.key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    customer_decide_create(&it->input, &decision);
    struct stream_ref stream = customer_stream(command->append_id);
    return writer_append_decision(writer, command, &decision, stream, stream, it->input.key, 0,
                                  reterr);
}

enum err
customer_command_update(struct command *command, struct writer *writer, struct error *reterr)
{
    struct customer_update_command *it = LIST_ENTRY(command, struct customer_update_command, base);
    struct customer customer;
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load(writer, command, it->customer, &customer, reterr);
    if (e == ERR_OK && it->input.name.given) {
        e = customers_view_by_name(writer_views(writer), it->input.name.text, &it->input.name_owner,
                                   reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    customer_decide_update(&customer, &it->input, &decision);
    struct stream_ref stream = customer_stream(customer.id);
    return writer_append_decision(writer, command, &decision, stream, stream, customer.key,
                                  customer.version, reterr);
}

enum err
customer_command_delete(struct command *command, struct writer *writer, struct error *reterr)
{
    struct customer_delete_command *it = LIST_ENTRY(command, struct customer_delete_command, base);
    struct customer customer;
    struct customer_delete input = {.expected_version = it->expected_version};
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = load(writer, command, it->customer, &customer, reterr);
    e = e != ERR_OK ? e
                    : instances_view_count_of_customer(writer_views(writer), customer.id,
                                                       UINT64_MAX, &input.instance_count, reterr);
    if (e != ERR_OK) {
        return e;
    }
    customer_decide_delete(&customer, &input, &decision);
    struct stream_ref stream = customer_stream(customer.id);
    return writer_append_decision(writer, command, &decision, stream, stream, customer.key,
                                  customer.version, reterr);
}
