#include "core/domain/customer.h"

#include "core/base/limits.h"

static void refuse_taken_name(struct decision *decision, struct slice name, struct uuid owner)
{
    char id[ID_TEXT_SIZE];
    id_encode("Customer", owner, id);
    decision_refuse(decision, "name", "a customer named \"%.*s\" exists already: %s",
                    SLICE_ARGS(name), id);
}

void customer_decide_create(const struct customer_create *command, struct decision *decision)
{
    decision_check_name(decision, "name", command->name);
    decision_check_text(decision, "externalId", command->external_id, LIMIT_NAME_BYTES);
    decision_check_text(decision, "description", command->description, LIMIT_DESCRIPTION_BYTES);
    decision_check_labels(decision, command->labels);
    if (!uuid_is_zero(command->name_owner)) {
        refuse_taken_name(decision, command->name, command->name_owner);
    }
    if (decision_refused(decision)) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_CUSTOMER_CREATED);
    event->facts.customer_created =
        (struct facts_customer_created){.key = command->key, .is_system = command->is_system};
    decision_put_text(decision, event, "name", command->name);
    if (command->external_id.size > 0) {
        decision_put_text(decision, event, "externalId", command->external_id);
    }
    if (command->description.size > 0) {
        decision_put_text(decision, event, "description", command->description);
    }
    if (command->labels.count > 0) {
        decision_put(decision, event, "labels", text_list_value(decision->arena, command->labels));
    }
}

/* Whether it is there to be changed: a deleted customer stays deleted. */
static void check_present(const struct customer *customer, struct decision *decision)
{
    if (customer->version == 0) {
        decision_refuse(decision, PROBLEM_ALL, "there is no such customer");
    } else if (customer->is_deleted) {
        decision_refuse(decision, PROBLEM_ALL, "the customer is deleted");
    }
}

/* Puts a text into the event when it was given and differs. */
static void put_change(struct decision *decision,
                       struct event *event,
                       const char *key,
                       const struct optional_text *wanted,
                       struct slice current)
{
    if (wanted->given && !slice_equal(wanted->text, current)) {
        decision_put_text(decision, event, key, wanted->text);
    }
}

static void check_update(const struct customer *customer,
                         const struct customer_update *command,
                         struct decision *decision)
{
    if (command->name.given) {
        decision_check_name(decision, "name", command->name.text);
        if (!uuid_is_zero(command->name_owner) && !uuid_equal(command->name_owner, customer->id)) {
            refuse_taken_name(decision, command->name.text, command->name_owner);
        }
    }
    if (command->external_id.given) {
        decision_check_text(decision, "externalId", command->external_id.text, LIMIT_NAME_BYTES);
    }
    if (command->description.given) {
        decision_check_text(decision, "description", command->description.text,
                            LIMIT_DESCRIPTION_BYTES);
    }
    if (command->labels.given) {
        decision_check_labels(decision, command->labels.list);
    }
    if (customer->is_system) {
        decision_refuse(decision, PROBLEM_ALL, "the system customer cannot be changed");
    }
}

void customer_decide_update(const struct customer *customer,
                            const struct customer_update *command,
                            struct decision *decision)
{
    (void)decision_check_version(decision, command->expected_version, customer->version);
    check_present(customer, decision);
    check_update(customer, command, decision);
    if (decision_refused(decision)) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_CUSTOMER_UPDATED);
    put_change(decision, event, "name", &command->name, customer->name);
    put_change(decision, event, "externalId", &command->external_id, customer->external_id);
    put_change(decision, event, "description", &command->description, customer->description);
    if (command->labels.given && !text_list_equal(command->labels.list, customer->labels)) {
        decision_put(decision, event, "labels",
                     text_list_value(decision->arena, command->labels.list));
    }
    if (event->bodies[BODY_STATE].type == VALUE_NULL) {
        decision->count--; /* nothing changes */
    }
}

void customer_decide_delete(const struct customer *customer,
                            const struct customer_delete *command,
                            struct decision *decision)
{
    (void)decision_check_version(decision, command->expected_version, customer->version);
    check_present(customer, decision);
    if (customer->is_system) {
        decision_refuse(decision, PROBLEM_ALL, "the system customer cannot be deleted");
    }
    if (command->instance_count > 0) {
        decision_refuse(decision, PROBLEM_ALL,
                        "the customer has %llu instances: delete them before the customer",
                        (unsigned long long)command->instance_count);
    }
    if (!decision_refused(decision)) {
        (void)decision_add(decision, EVENT_CUSTOMER_DELETED);
    }
}

static void apply_state(struct customer *customer, const struct value *state, struct arena *arena)
{
    const struct value *name = value_get(state, SLICE("name"));
    const struct value *external_id = value_get(state, SLICE("externalId"));
    const struct value *description = value_get(state, SLICE("description"));
    const struct value *labels = value_get(state, SLICE("labels"));
    customer->name = name != NULL ? value_text_of(name) : customer->name;
    customer->external_id =
        external_id != NULL ? value_text_of(external_id) : customer->external_id;
    customer->description =
        description != NULL ? value_text_of(description) : customer->description;
    customer->labels = labels != NULL ? text_list_of(arena, labels) : customer->labels;
}

void customer_evolve(struct customer *customer,
                     const struct recorded_event *event,
                     struct arena *arena)
{
    customer->version = event->stream_version;
    customer->updated_at_us = event->recorded_at_us;
    if (event->event.type == EVENT_CUSTOMER_CREATED) {
        customer->id = event->stream.id;
        customer->key = event->event.facts.customer_created.key;
        customer->is_system = event->event.facts.customer_created.is_system;
        customer->created_at_us = event->recorded_at_us;
    } else if (event->event.type == EVENT_CUSTOMER_DELETED) {
        customer->is_deleted = true;
    }
    apply_state(customer, &event->event.bodies[BODY_STATE], arena);
}

void customer_erase(struct customer *customer)
{
    static const struct slice nothing;
    customer->name = nothing;
    customer->external_id = nothing;
    customer->description = nothing;
    customer->labels = (struct text_list){NULL, 0};
}

void customer_put(struct buf *out, const struct customer *customer)
{
    codec_put_list(out, 10);
    codec_put_u64(out, customer->version);
    codec_put_u64(out, customer->key);
    codec_put_bool(out, customer->is_system);
    codec_put_bool(out, customer->is_deleted);
    codec_put_int(out, customer->created_at_us);
    codec_put_int(out, customer->updated_at_us);
    codec_put_text(out, customer->name);
    codec_put_text(out, customer->external_id);
    codec_put_text(out, customer->description);
    text_list_put(out, customer->labels);
}

enum err customer_get(struct slice bytes,
                      struct uuid id,
                      struct arena *arena,
                      struct customer *ret,
                      struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    /* Initialisers are evaluated in no order that C promises: take the places one by one. */
    struct customer customer = {.id = id};
    customer.version = codec_take_u64(&reader);
    customer.key = codec_take_u64(&reader);
    customer.is_system = codec_take_bool(&reader);
    customer.is_deleted = codec_take_bool(&reader);
    customer.created_at_us = codec_take_int(&reader);
    customer.updated_at_us = codec_take_int(&reader);
    customer.name = codec_take_text(&reader);
    customer.external_id = codec_take_text(&reader);
    customer.description = codec_take_text(&reader);
    customer.labels = text_list_take(&reader, arena);
    e = codec_check(&reader, "customer", reterr);
    if (e == ERR_OK) {
        *ret = customer;
    }
    return e;
}
