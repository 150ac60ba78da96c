/* customer: every command in every state. */
#include "core/base/limits.h"
#include "core/domain/customer.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define ACME   "customer.created {'key':7,'name':'Acme'}"
#define GONE   ACME "\ncustomer.deleted"
#define SYSTEM "customer.created {'key':1,'is_system':true,'name':'System'}"

#define RENAME(to)                                                                                 \
    {                                                                                              \
        .name = { true, TEXT(to) }                                                                 \
    }

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    customer_evolve(state, event, arena);
}

/* ---- create ---- */

struct create_row {
    struct customer_create when;
    const char *words; /* labels */
    const char *taken_by;
    const char *then;
};

static const struct create_row create_rows[] = {
    {{.name = TEXT("Acme"), .key = 7}, "", "", "customer.created {'key':7,'name':'Acme'}"},
    {{.name = TEXT("A"), .external_id = TEXT("a-1"), .description = TEXT("two\nlines"), .key = 7},
     "gold,eu",
     "",
     "customer.created {'key':7,'name':'A','externalId':'a-1','description':'two\\nlines',"
     "'labels':['gold','eu']}"},
    {{.name = TEXT("System"), .key = 1, .is_system = true},
     "",
     "",
     "customer.created {'key':1,'is_system':true,'name':'System'}"},
    {{.name = TEXT("")}, "", "", "refused name: must not be empty"},
    {{.name = TEXT(" \t")}, "", "", "refused name: must not be empty"},
    {{.name = TEXT("a\tb")}, "", "", "refused name: must be UTF-8 text without control characters"},
    {{.name = TEXT("\xff")}, "", "", "refused name: must be UTF-8 text without control characters"},
    {{.name = TEXT("Acme"), .external_id = TEXT("\xff"), .description = TEXT("\xfe")},
     "a,",
     "",
     "refused externalId: must be UTF-8 text\nrefused description: must be UTF-8 text"},
    {{.name = TEXT("Acme")}, "a, ,b", "", "refused labels: must not be empty"},
    {{.name = TEXT("Acme")},
     "",
     "other",
     "refused name: a customer named \"Acme\" exists already: "
     "Q3VzdG9tZXI6NmY3NDY4NjUtNzIwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"},
};

Test(customer, create)
{
    for (size_t i = 0; i < sizeof create_rows / sizeof *create_rows; i++) {
        const struct create_row *row = &create_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct customer_create when = row->when;
        when.labels = domain_kit_words(&kit, row->words);
        when.name_owner = domain_kit_id(row->taken_by);
        customer_decide_create(&when, &kit.decision);
        domain_kit_then(&kit, NULL, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- update ---- */

struct update_row {
    const char *given;
    struct customer_update when;
    const char *taken_by;
    const char *then;
};

static const struct update_row update_rows[] = {
    {ACME, {.expected_version = 0}, "", ""},
    {ACME, RENAME("Acme"), "self", ""},
    {ACME, RENAME("Beta"), "", "customer.updated {'name':'Beta'}"},
    {ACME, {.expected_version = 1, .name = {true, TEXT("B")}}, "", "customer.updated {'name':'B'}"},
    {ACME, RENAME(""), "", "refused name: must not be empty"},
    {ACME, RENAME("Beta"), "other",
     "refused name: a customer named \"Beta\" exists already: "
     "Q3VzdG9tZXI6NmY3NDY4NjUtNzIwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"},
    {ACME, {.external_id = {true, TEXT("x")}}, "", "customer.updated {'externalId':'x'}"},
    {ACME "\ncustomer.updated {'externalId':'x','description':'d'}",
     {.external_id = {true, TEXT("")}, .description = {true, TEXT("d")}},
     "",
     "customer.updated {'externalId':''}"},
    {ACME, {.description = {true, TEXT("\xff")}}, "", "refused description: must be UTF-8 text"},
    {ACME "\ncustomer.updated {'name':'Beta'}",
     {.expected_version = 1, .name = {true, TEXT("")}},
     "",
     "refused expectedVersion: is 1, but the current streamVersion is 2: read it again and decide "
     "anew\nrefused name: must not be empty"},
    {SYSTEM, RENAME("Mine"), "", "refused __all__: the system customer cannot be changed"},
    {SYSTEM, {.expected_version = 0}, "", "refused __all__: the system customer cannot be changed"},
    {GONE, RENAME("Again"), "", "refused __all__: the customer is deleted"},
    {GONE, {.expected_version = 0}, "", "refused __all__: the customer is deleted"},
    {"", RENAME("Acme"), "", "refused __all__: there is no such customer"},
};

Test(customer, update)
{
    for (size_t i = 0; i < sizeof update_rows / sizeof *update_rows; i++) {
        const struct update_row *row = &update_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct customer customer = {.version = 0};
        struct customer_update when = row->when;
        when.name_owner = domain_kit_id(row->taken_by);
        domain_kit_given(&kit, row->given, evolve, &customer);
        customer_decide_update(&customer, &when, &kit.decision);
        domain_kit_then(&kit, row->given, row->then);
        if (!decision_refused(&kit.decision)) {
            domain_kit_happen(&kit, evolve, &customer);
            when.expected_version = 0;
            when.name_owner = customer.id;
            customer_decide_update(&customer, &when, &kit.decision);
            domain_kit_then(&kit, "what is so already", "");
        }
        domain_kit_end(&kit);
    }
}

Test(customer, labels_are_replaced_whole)
{
    struct domain_kit kit;
    struct customer customer = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, ACME, evolve, &customer);
    const char *const steps[][2] = {{"a,b", "customer.updated {'labels':['a','b']}"},
                                    {"a,b", ""},
                                    {"b,a", "customer.updated {'labels':['b','a']}"},
                                    {"", "customer.updated {'labels':[]}"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct customer_update when = {.labels = {true, domain_kit_words(&kit, steps[i][0])}};
        customer_decide_update(&customer, &when, &kit.decision);
        domain_kit_then(&kit, steps[i][0], steps[i][1]);
        domain_kit_happen(&kit, evolve, &customer);
    }
    domain_kit_end(&kit);
}

Test(customer, sizes)
{
    struct domain_kit kit;
    domain_kit_begin(&kit);
    struct customer_create when = {.name = domain_kit_letters(&kit, LIMIT_NAME_BYTES),
                                   .external_id = domain_kit_letters(&kit, LIMIT_NAME_BYTES),
                                   .description =
                                       domain_kit_letters(&kit, LIMIT_DESCRIPTION_BYTES)};
    when.labels.items = ARENA_ARRAY(&kit.arena, struct slice, LIMIT_LABELS + 1);
    for (; when.labels.count < LIMIT_LABELS; when.labels.count++) {
        when.labels.items[when.labels.count] = when.name;
    }
    customer_decide_create(&when, &kit.decision);
    cr_expect_eq(kit.decision.count, 1);
    cr_expect(!decision_refused(&kit.decision));
    decision_init(&kit.decision, &kit.arena);
    when.name = when.external_id = domain_kit_letters(&kit, LIMIT_NAME_BYTES + 1);
    when.description = domain_kit_letters(&kit, LIMIT_DESCRIPTION_BYTES + 1);
    when.labels.items[when.labels.count++] = SLICE("x");
    customer_decide_create(&when, &kit.decision);
    domain_kit_then(&kit, NULL,
                    "refused name: has 201 bytes, at most 200 are allowed\n"
                    "refused externalId: has 201 bytes, at most 200 are allowed\n"
                    "refused description: has 16385 bytes, at most 16384 are allowed\n"
                    "refused labels: has 51 labels, at most 50 are allowed");
    domain_kit_end(&kit);
}

/* ---- delete ---- */

struct delete_row {
    const char *given;
    struct customer_delete when;
    const char *then;
};

static const struct delete_row delete_rows[] = {
    {ACME, {.expected_version = 0}, "customer.deleted"},
    {ACME, {.expected_version = 1}, "customer.deleted"},
    {ACME,
     {.expected_version = 3},
     "refused expectedVersion: is 3, but the current streamVersion is 1: read it again and decide "
     "anew"},
    {ACME,
     {.instance_count = 2},
     "refused __all__: the customer has 2 instances: delete them before the customer"},
    {SYSTEM, {.expected_version = 0}, "refused __all__: the system customer cannot be deleted"},
    {GONE, {.expected_version = 0}, "refused __all__: the customer is deleted"},
    {"", {.expected_version = 0}, "refused __all__: there is no such customer"},
};

Test(customer, delete)
{
    for (size_t i = 0; i < sizeof delete_rows / sizeof *delete_rows; i++) {
        const struct delete_row *row = &delete_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct customer customer = {.version = 0};
        domain_kit_given(&kit, row->given, evolve, &customer);
        customer_decide_delete(&customer, &row->when, &kit.decision);
        domain_kit_then(&kit, row->given, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- what becomes of it ---- */

static enum err
reread(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct customer customer;
    enum err e = customer_get(bytes, domain_kit_id("self"), arena, &customer, reterr);
    if (e == ERR_OK) {
        customer_put(out, &customer);
    }
    return e;
}

Test(customer, evolves)
{
    struct domain_kit kit;
    struct customer customer = {.version = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit, ACME "\ncustomer.updated {'externalId':'x','labels':['a']}", evolve,
                     &customer);
    cr_expect(uuid_equal(customer.id, domain_kit_id("self")));
    cr_expect_eq(customer.version, 2);
    cr_expect_eq(customer.key, 7);
    cr_expect_eq(customer.created_at_us, 1000000);
    cr_expect_eq(customer.updated_at_us, 2000000);
    cr_expect(slice_is(customer.name, "Acme"));
    cr_expect(slice_is(customer.external_id, "x"));
    cr_expect(!customer.is_deleted && !customer.is_system);
    customer_put(&row, &customer);
    domain_kit_row(&kit, &row, reread);
    domain_kit_given(&kit, "customer.deleted", evolve, &customer);
    cr_expect(customer.is_deleted);
    cr_expect_eq(customer.version, 3);
    cr_expect(slice_is(customer.name, "Acme"), "who it was stays until its key is destroyed");
    buf_deinit(&row);
    domain_kit_end(&kit);
}

Test(customer, evolves_without_its_bodies)
{
    struct domain_kit kit;
    struct customer customer = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, "customer.created {'key':7}\ncustomer.updated", evolve, &customer);
    cr_expect_eq(customer.version, 2);
    cr_expect_eq(customer.key, 7);
    cr_expect_eq(customer.name.size, 0);
    domain_kit_end(&kit);
}
