/*
 * customer: a customer of the organization: unique name, optional external id, description, labels.
 *
 * One system customer is made at the first start; it owns the test instances of all integrations.
 *
 *     none --created--> present --updated--> present --deleted--> deleted (final)
 */
#ifndef DAYBOOK_CORE_DOMAIN_CUSTOMER_H
#define DAYBOOK_CORE_DOMAIN_CUSTOMER_H

#include "core/domain/decision.h"

struct customer {
    struct uuid id;
    uint64_t version; /* events so far; 0: there is none */
    uint64_t key;     /* number of its data key */
    bool is_system;
    bool is_deleted;
    int64_t created_at_us;
    int64_t updated_at_us;
    struct slice name;
    struct slice external_id;
    struct slice description;
    struct text_list labels;
};

struct customer_create {
    struct slice name;
    struct slice external_id;
    struct slice description;
    struct text_list labels;
    bool is_system;
    uint64_t key;
    struct uuid name_owner; /* who has this name already; zero: nobody */
};

struct customer_update {
    uint64_t expected_version;
    struct optional_text name;
    struct optional_text external_id;
    struct optional_text description;
    struct optional_list labels;
    struct uuid name_owner; /* who has the new name already; zero: nobody */
};

struct customer_delete {
    uint64_t expected_version;
    uint64_t instance_count; /* instances it still has */
};

/** Decides customer.created. */
void customer_decide_create(const struct customer_create *command, struct decision *decision);

/** Decides customer.updated with what really changes. */
void customer_decide_update(const struct customer *customer,
                            const struct customer_update *command,
                            struct decision *decision);

/** Decides customer.deleted; refused while the customer has instances. */
void customer_decide_delete(const struct customer *customer,
                            const struct customer_delete *command,
                            struct decision *decision);

/** The customer after an event. Texts borrow from the event. */
void customer_evolve(struct customer *customer,
                     const struct recorded_event *event,
                     struct arena *arena);

/** The customer without what its bodies told: its key is destroyed. */
void customer_erase(struct customer *customer);

/** Appends it as positional MessagePack, for views. */
void customer_put(struct buf *out, const struct customer *customer);

/** Reads what customer_put wrote; texts borrow from `bytes`. Errors: ERR_MALFORMED, ERR_LIMIT. */
MUST_USE enum err customer_get(struct slice bytes,
                               struct uuid id,
                               struct arena *arena,
                               struct customer *ret,
                               struct error *reterr);

#endif
