/*
 * Customers: made, changed, found again by every filter and order, and deleted once nothing is
 * theirs any more.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define CUSTOMER                                                                                   \
    "customer { id name externalId description labels streamVersion isSystem createdAt updatedAt " \
    "}"

static const struct value *create(struct kit_story *story, const char *input)
{
    return GQL(story,
               "mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { " CUSTOMER
               " errors { field messages } clientMutationId } }",
               {"input", .json = input});
}

static const struct value *update(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story,
               "mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) { " CUSTOMER
               " errors { field messages } } }",
               {"input", .json = kit_story_text(story, "{\"id\": \"%s\"%s}", id, members)});
}

static const struct value *
remove_customer(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story,
               "mutation($input: DeleteCustomerInput!) { deleteCustomer(input: $input) { " CUSTOMER
               " errors { field messages } } }",
               {"input", .json = kit_story_text(story, "{\"id\": \"%s\"%s}", id, members)});
}

/* The names that a list with these arguments gives. */
static void expect_names(struct kit_story *story, const char *arguments, const char *names)
{
    const char *query =
        kit_story_text(story, "{ customers(%s) { nodes { name } totalCount } }", arguments);
    const struct value *data = GQL(story, query);
    STEP("customers(%s)", arguments);
    EXPECT_LIST(data, "customers.nodes", "name", names);
    EXPECT_INT(data, "customers.totalCount", (int64_t)kit_path_count(data, "customers.nodes"));
}

TEST(customers, are_made_changed_and_deleted)
{
    STEP("made with everything");
    const struct value *made =
        create(story, "{\"name\": \"Acme\", \"externalId\": \"a-1\", \"description\": \"First\", "
                      "\"labels\": [\"vip\", \"eu\"], \"clientMutationId\": \"m1\"}");
    EXPECT_NO_PROBLEMS(made, "createCustomer");
    EXPECT_TEXT(made, "createCustomer.clientMutationId", "m1");
    EXPECT_TEXT(made, "createCustomer.customer.externalId", "a-1");
    EXPECT_LIST(made, "createCustomer.customer.labels", "", "vip, eu");
    EXPECT_INT(made, "createCustomer.customer.streamVersion", 1);
    EXPECT_BOOL(made, "createCustomer.customer.isSystem", false);
    const char *id = TEXT_AT(made, "createCustomer.customer.id");

    STEP("only what is given changes; an empty external id is none; null is not given");
    const struct value *changed =
        update(story, id, ", \"externalId\": \"\", \"labels\": [], \"expectedVersion\": 1");
    EXPECT_NO_PROBLEMS(changed, "updateCustomer");
    EXPECT_TEXT(changed, "updateCustomer.customer.name", "Acme");
    EXPECT_TEXT(changed, "updateCustomer.customer.description", "First");
    EXPECT_NULL(changed, "updateCustomer.customer.externalId");
    EXPECT_COUNT(changed, "updateCustomer.customer.labels", 0);
    EXPECT_INT(changed, "updateCustomer.customer.streamVersion", 2);
    const struct value *same =
        update(story, id, ", \"name\": null, \"description\": \"First\", \"labels\": null");
    EXPECT_INT(same, "updateCustomer.customer.streamVersion", 2);
    EXPECT_TEXT(same, "updateCustomer.customer.updatedAt",
                TEXT_AT(changed, "updateCustomer.customer.updatedAt"));

    STEP("deleted: shown once more, then gone, and the name is free again");
    const struct value *deleted = remove_customer(story, id, ", \"expectedVersion\": 2");
    EXPECT_TEXT(deleted, "deleteCustomer.customer.id", id);
    EXPECT_NO_PROBLEMS(deleted, "deleteCustomer");
    EXPECT_ERROR(
        GQL_ERRORS(story, "query($id: ID!) { customer(id: $id) { id } }", {"id", .text = id}),
        "Customer not found");
    EXPECT_ERROR(GQL_ERRORS(story,
                            "mutation($id: ID!) { updateCustomer(input: {id: $id, name: \"X\"}) "
                            "{ errors { field } } }",
                            {"id", .text = id}),
                 "Customer not found");
    EXPECT_ERROR(GQL_ERRORS(story,
                            "mutation($id: ID!) { deleteCustomer(input: {id: $id}) "
                            "{ errors { field } } }",
                            {"id", .text = id}),
                 "Customer not found");
    expect_names(story, "first: 10", "");
    EXPECT_NO_PROBLEMS(create(story, "{\"name\": \"Acme\"}"), "createCustomer");
}

TEST(customers, have_all_their_problems_named_at_once)
{
    const char *acme = kit_story_customer(story, "Acme");
    const char *long_name = kit_story_text(story, "%0201d", 0);
    const char *long_text = kit_story_text(story, "%016385d", 0);
    const struct value *data =
        create(story, kit_story_text(story,
                                     "{\"name\": \" \", \"externalId\": \"%s\", \"description\": "
                                     "\"%s\", \"labels\": [\"\", \"%s\"]}",
                                     long_name, long_text, long_name));
    EXPECT_NULL(data, "createCustomer.customer");
    EXPECT_COUNT(data, "createCustomer.errors", 4);
    EXPECT_PROBLEM(data, "createCustomer", "name", "must not be empty");
    EXPECT_PROBLEM(data, "createCustomer", "externalId", "has 201 bytes, at most 200");
    EXPECT_PROBLEM(data, "createCustomer", "description", "has 16385 bytes, at most 16384");
    EXPECT_LIST(data, "createCustomer.errors[3].messages", "",
                "must not be empty, has 201 bytes, at most 200 are allowed");

    STEP(
        "a name that is taken names its owner, names differ by case, external ids need not differ");
    EXPECT_PROBLEM(create(story, "{\"name\": \"Acme\"}"), "createCustomer", "name", acme);
    EXPECT_PROBLEM(create(story, "{\"name\": \"Ac\\nme\"}"), "createCustomer", "name",
                   "control characters");
    EXPECT_NO_PROBLEMS(create(story, "{\"name\": \"ACME\", \"externalId\": \"x\"}"),
                       "createCustomer");
    EXPECT_NO_PROBLEMS(create(story, "{\"name\": \"Beta\", \"externalId\": \"x\"}"),
                       "createCustomer");
    expect_names(story, "externalId: \"x\"", "ACME, Beta");

    STEP("a stale version is refused together with everything else, naming the current one");
    const struct value *stale =
        update(story, acme, ", \"name\": \"Beta\", \"expectedVersion\": 7, \"labels\": [\"\"]");
    EXPECT_COUNT(stale, "updateCustomer.errors", 3);
    EXPECT_PROBLEM(stale, "updateCustomer", "expectedVersion",
                   "is 7, but the current streamVersion is 1");
    EXPECT_PROBLEM(stale, "updateCustomer", "name", "a customer named \"Beta\" exists already");
    EXPECT_PROBLEM(update(story, acme, ", \"expectedVersion\": 0"), "updateCustomer",
                   "expectedVersion", "is below 1, but the current streamVersion is 1");
    EXPECT_PROBLEM(remove_customer(story, acme, ", \"expectedVersion\": 2"), "deleteCustomer",
                   "expectedVersion", "the current streamVersion is 1");
    EXPECT_NO_PROBLEMS(update(story, acme, ", \"name\": \"Acme\""), "updateCustomer");
}

static size_t keyring_bytes(struct kit_story *story)
{
    struct buf keyring;
    buf_init(&keyring, (size_t)1 << 24);
    EXPECT_OK(
        kit_dir_read(kit_story_text(story, "%s/keyring", story->server.data), &keyring, KIT_ERROR));
    size_t bytes = keyring.size;
    buf_deinit(&keyring);
    return bytes;
}

/* A document of many refused mutations. */
static const char *many_refused(struct kit_story *story)
{
    const char *text = "mutation {";
    for (int i = 0; i < 60; i++) {
        text = kit_story_text(
            story, "%s m%d: createCustomer(input: {name: \" \"}) { errors { field } }", text, i);
    }
    return kit_story_text(story, "%s }", text);
}

/* Each customer has a data key of its own, of a reserve in a file that is written whole. */
TEST(customers, that_are_refused_take_no_keys)
{
    (void)kit_story_customer(story, "Acme");
    size_t before = keyring_bytes(story);
    const char *refused = many_refused(story);
    for (int i = 0; i < 5; i++) {
        EXPECT_LIST(GQL(story, refused), "m59.errors", "field", "name");
    }
    (void)kit_story_customer(story, "Beta");
    EXPECT_THAT(keyring_bytes(story) == before, "the keyring grew from %zu to %zu bytes", before,
                keyring_bytes(story));
}

static const char echo[] = KIT_DEFINITION("Echo") "flows:\n" KIT_FLOW("Only");

TEST(customers, are_not_deleted_while_they_have_instances)
{
    struct kit_instance instance = kit_story_instance(story, echo, "Acme", NULL);
    const struct value *refused = remove_customer(story, instance.customer, "");
    EXPECT_NULL(refused, "deleteCustomer.customer");
    EXPECT_PROBLEM(refused, "deleteCustomer", "__all__", "has 1 instances");

    STEP("its instances are listed below it, in any order");
    const struct value *data =
        GQL(story,
            "query($id: ID!) { customer(id: $id) { instances(first: 1, orderBy: {field: NAME, "
            "direction: DESC}) { nodes { id name customer { id } } totalCount } } }",
            {"id", .text = instance.customer});
    EXPECT_LIST(data, "customer.instances.nodes", "id", instance.id);
    EXPECT_TEXT(data, "customer.instances.nodes[0].customer.id", instance.customer);
    EXPECT_INT(data, "customer.instances.totalCount", 1);

    STEP("the system customer is listed only when asked for, and stays as it is");
    expect_names(story, "first: 9", "Acme");
    const struct value *system =
        GQL(story, "{ customers(isSystem: true) { nodes { id isSystem } } }");
    EXPECT_LIST(system, "customers.nodes", "isSystem", "true");
    const char *id = TEXT_AT(system, "customers.nodes[0].id");
    EXPECT_PROBLEM(update(story, id, ", \"name\": \"Mine\""), "updateCustomer", "__all__",
                   "cannot be changed");
    EXPECT_PROBLEM(remove_customer(story, id, ""), "deleteCustomer", "__all__",
                   "cannot be deleted");
}

/* The time at which a customer was made or changed. */
static const char *time_of(struct kit_story *story, const char *name, const char *field)
{
    const struct value *data = GQL(
        story, "query($name: String) { customers(name: $name) { nodes { createdAt updatedAt } } }",
        {"name", .text = name});
    return TEXT_AT(data, kit_story_text(story, "customers.nodes[0].%s", field));
}

TEST(customers, are_found_by_every_filter)
{
    (void)create(story,
                 "{\"name\": \"Zeta\", \"externalId\": \"E1\", \"description\": \"the LAST of "
                 "all\", \"labels\": [\"vip\", \"eu\"]}");
    (void)create(story, "{\"name\": \"acme\", \"description\": \"small\", \"labels\": [\"vip\"]}");
    (void)create(story, "{\"name\": \"Beta Acme\", \"externalId\": \"E2\"}");
    const struct value *first = GQL(story, "{ customers(first: 1) { nodes { id } } }");
    (void)update(story, TEXT_AT(first, "customers.nodes[0].id"),
                 ", \"description\": \"the LAST of all.\"");

    expect_names(story, "name: null, externalId: null, labels_Contains: null",
                 "Zeta, acme, Beta Acme");
    expect_names(story, "name: \"acme\"", "acme");
    expect_names(story, "name: \"ACME\"", "");
    expect_names(story, "name_Icontains: \"ACM\"", "acme, Beta Acme");
    expect_names(story, "name_Istartswith: \"BE\"", "Beta Acme");
    expect_names(story, "externalId: \"E1\"", "Zeta");
    expect_names(story, "externalId: \"e1\"", "");
    expect_names(story, "externalId_Isnull: true", "acme");
    expect_names(story, "externalId_Isnull: false", "Zeta, Beta Acme");
    expect_names(story, "description_Icontains: \"last OF\"", "Zeta");
    expect_names(story, "labels_Contains: \"vip\"", "Zeta, acme");
    expect_names(story, "labels_Contains: \"VIP\"", "");
    expect_names(story, "labels_Contains: \"eu\", name_Icontains: \"z\"", "Zeta");
    expect_names(story, "isSystem: false, labels_Contains: \"eu\", name_Icontains: \"a\", first: 5",
                 "Zeta");

    const char *created = time_of(story, "acme", "createdAt");
    const char *updated = time_of(story, "Zeta", "updatedAt");
    expect_names(story, kit_story_text(story, "createdAt_Gte: \"%s\"", created), "acme, Beta Acme");
    expect_names(story, kit_story_text(story, "createdAt_Lte: \"%s\"", created), "Zeta, acme");
    expect_names(story, kit_story_text(story, "updatedAt_Gte: \"%s\"", updated), "Zeta");
    expect_names(story, kit_story_text(story, "updatedAt_Lte: \"%s\"", created), "acme");

    expect_names(story, "orderBy: {field: NAME, direction: ASC}", "Beta Acme, Zeta, acme");
    expect_names(story, "orderBy: {field: NAME, direction: DESC}", "acme, Zeta, Beta Acme");
    expect_names(story, "sortBy: {field: DESCRIPTION, direction: ASC}", "Beta Acme, acme, Zeta");
    expect_names(story, "sortBy: [{field: CREATED_AT, direction: DESC}]", "Beta Acme, acme, Zeta");
    expect_names(story, "sortBy: [{field: UPDATED_AT, direction: ASC}]", "acme, Beta Acme, Zeta");
    EXPECT_ERROR(GQL_ERRORS(story, "{ customers(createdAt_Gte: \"yesterday\") { totalCount } }"),
                 "expected a time");
}

/* One page by its arguments. Returns: the connection. */
static const struct value *page(struct kit_story *story, const char *arguments)
{
    const struct value *data =
        GQL(story, kit_story_text(story,
                                  "{ customers(%s) { nodes { name } edges { cursor node { name } } "
                                  "totalCount pageInfo { startCursor endCursor hasNextPage "
                                  "hasPreviousPage } } }",
                                  arguments));
    STEP("customers(%s)", arguments);
    return VALUE_AT(data, "customers");
}

static void
expect_page(const struct value *page, const char *names, bool has_previous, bool has_next)
{
    EXPECT_LIST(page, "nodes", "name", names);
    EXPECT_LIST(page, "edges", "node.name", names);
    EXPECT_BOOL(page, "pageInfo.hasPreviousPage", has_previous);
    EXPECT_BOOL(page, "pageInfo.hasNextPage", has_next);
    EXPECT_INT(page, "totalCount", 5);
    size_t count = kit_path_count(page, "edges");
    if (count > 0) {
        EXPECT_TEXT(page, "pageInfo.startCursor", TEXT_AT(page, "edges[0].cursor"));
        const struct value *last = value_at(VALUE_AT(page, "edges"), count - 1);
        EXPECT_TEXT(page, "pageInfo.endCursor", TEXT_AT(last, "cursor"));
    }
}

static void walk_both_ways(struct kit_story *story, const char *order, const char *const names[5])
{
    const struct value *first =
        page(story, kit_story_text(story, "first: 2%s, after: \"\"", order));
    expect_page(first, kit_story_text(story, "%s, %s", names[0], names[1]), false, true);
    const struct value *second =
        page(story, kit_story_text(story, "first: 2%s, after: \"%s\"", order,
                                   TEXT_AT(first, "pageInfo.endCursor")));
    expect_page(second, kit_story_text(story, "%s, %s", names[2], names[3]), true, true);
    const struct value *last = page(story, kit_story_text(story, "first: 2%s, after: \"%s\"", order,
                                                          TEXT_AT(second, "pageInfo.endCursor")));
    expect_page(last, names[4], true, false);
    const struct value *back = page(story, kit_story_text(story, "last: 3%s, before: \"%s\"", order,
                                                          TEXT_AT(last, "pageInfo.startCursor")));
    expect_page(back, kit_story_text(story, "%s, %s, %s", names[1], names[2], names[3]), true,
                true);
    const struct value *begin =
        page(story, kit_story_text(story, "last: 3%s, before: \"%s\"", order,
                                   TEXT_AT(back, "pageInfo.startCursor")));
    expect_page(begin, names[0], false, true);
}

TEST(customers, are_paged_both_ways_in_every_order)
{
    static const char *const rising[] = {"c1", "c2", "c3", "c4", "c5"};
    static const char *const falling[] = {"c5", "c4", "c3", "c2", "c1"};
    for (int i = 0; i < 5; i++) {
        (void)kit_story_customer(story, rising[i]);
    }
    walk_both_ways(story, "", rising);
    walk_both_ways(story, ", orderBy: {field: NAME, direction: DESC}", falling);
    expect_page(page(story, "first: 0"), "", false, true);
    expect_page(page(story, "offset: 3"), "c4, c5", true, false);
    expect_page(page(story, "last: 2, offset: 1"), "c3, c4", true, true);
    expect_page(page(story, "offset: 3, sortBy: {field: NAME, direction: ASC}"), "c4, c5", true,
                false);
    expect_page(page(story, "last: 2, offset: 1, sortBy: {field: NAME, direction: ASC}"), "c3, c4",
                true, true);
}

TEST(customers, come_a_hundred_at_a_time)
{
    const char *mutation =
        "mutation($name: String!) { createCustomer(input: {name: $name}) { errors { field } } }";
    for (int i = 0; i < 103; i++) {
        (void)GQL(story, mutation, {"name", .text = kit_story_text(story, "c%03d", i)});
    }
    static const char *const arguments[] = {"first: 1000", "first: 2147483647", "after: \"\""};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        const struct value *connection = page(story, arguments[i]);
        EXPECT_COUNT(connection, "nodes", 100);
        EXPECT_BOOL(connection, "pageInfo.hasNextPage", true);
        EXPECT_INT(connection, "totalCount", 103);
        const struct value *rest =
            page(story,
                 kit_story_text(story, "after: \"%s\"", TEXT_AT(connection, "pageInfo.endCursor")));
        EXPECT_LIST(rest, "nodes", "name", "c100, c101, c102");
        EXPECT_BOOL(rest, "pageInfo.hasNextPage", false);
    }
}

TEST(customers, pages_refuse_what_cannot_be_meant)
{
    (void)kit_story_customer(story, "Acme");
    EXPECT_ERROR(GQL_ERRORS(story, "{ customers(first: -1) { totalCount } }"),
                 "must not be negative");
    EXPECT_ERROR(GQL_ERRORS(story, "{ customers(first: 1, last: 1) { totalCount } }"), "not both");
    EXPECT_ERROR(GQL_ERRORS(story, "{ customers(after: \"!\") { totalCount } }"),
                 "\"after\" is no cursor of this server");
    STEP("a cursor as long as a key of the store is refused, and the server goes on");
    char cursor[512] = "";
    for (size_t size = 100; size < sizeof cursor; size += 103) {
        memset(cursor, '_', size);
        cursor[size] = '\0';
        EXPECT_ERROR(
            GQL_ERRORS(story,
                       "query($c: String) { customers(last: 1, before: $c) { nodes { id } } }",
                       {"c", .text = cursor}),
            "\"before\" is no cursor of this server");
    }
    expect_names(story, "last: 3", "Acme");
}
