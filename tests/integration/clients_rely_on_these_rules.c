/*
 * What programs that speak to /api rely on, whatever they ask for: how failures look, what
 * variables mean, which limits hold, what a key and a reason in the headers do.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#include "core/base/json_in.h"

/* Posts a body as it is. Returns: the answer, with *ret as its JSON. */
static struct kit_message
post(struct kit_story *story, const char *headers, const char *body, const struct value **ret)
{
    struct kit_message answer;
    struct value *value = ARENA_NEW(&story->arena, struct value);
    struct kit_request request = {.method = "POST",
                                  .path = "/api",
                                  .token = story->server.token,
                                  .headers = headers,
                                  .body = slice_of_text(body)};
    EXPECT_OK(kit_client_request(&story->client, &request, &answer, KIT_ERROR));
    EXPECT_OK(json_in_parse(answer.body, &story->arena, value, KIT_ERROR));
    *ret = value;
    return answer;
}

TEST(rules, a_body_that_is_no_request_is_refused)
{
    static const char *const bodies[] = {
        "{",
        "",
        "[]",
        "\"{ __typename }\"",
        "{}",
        "{\"query\": 1}",
        "{\"query\": null}",
        "{\"query\": \"{ __typename }\", \"variables\": []}",
    };
    const struct value *data = NULL;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        STEP("a body of %s", bodies[i]);
        struct kit_message answer = post(story, NULL, bodies[i], &data);
        EXPECT_STATUS(&answer, 400);
        EXPECT(TEXT_AT(data, "errors[0].message")[0] != '\0');
        EXPECT_NULL(data, "data");
    }
    STEP("and without a token");
    struct kit_message answer;
    static const char *const tokens[] = {NULL, "x", ""};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        struct kit_request request = {
            .path = "/api", .token = tokens[i], .body = SLICE("{\"query\": \"{ __typename }\"}")};
        EXPECT_OK(kit_client_request(&story->client, &request, &answer, KIT_ERROR));
        EXPECT_STATUS(&answer, 401);
        EXPECT(slice_find(answer.body, SLICE("\"errors\"")) != SIZE_MAX);
        EXPECT(slice_is(kit_message_header(&answer, "WWW-Authenticate"), "Bearer"));
    }
}

TEST(rules, a_root_that_fails_leaves_no_data)
{
    (void)kit_story_customer(story, "Acme");
    const struct value *answer =
        GQL_ERRORS(story, "{ customers { nodes { name } }\n  gone: customer(id: \"x\") { name } }");
    EXPECT_COUNT(answer, "errors", 1);
    EXPECT_TEXT(answer, "errors[0].message", "Customer not found");
    EXPECT_TEXT(answer, "errors[0].path[0]", "gone");
    EXPECT_INT(answer, "errors[0].locations[0].line", 2);
    EXPECT_INT(answer, "errors[0].locations[0].column", 3);
    EXPECT_TEXT(answer, "errors[0].extensions.code", "NOT_FOUND");

    STEP("below the root, a failure is null in its place");
    static const char seven[] = KIT_DEFINITION("Seven") "flows:\n" KIT_FLOW("Only");
    const char *version = kit_story_publish(story, seven);
    const struct value *data = NULL;
    (void)post(
        story, NULL,
        kit_story_text(story,
                       "{\"query\": \"{ integration(id: \\\"%s\\\") { name definition(version: "
                       "6) } }\"}",
                       version),
        &data);
    EXPECT_TEXT(data, "data.integration.name", "Seven");
    EXPECT_NULL(data, "data.integration.definition");
    EXPECT_TEXT(data, "errors[0].path[1]", "definition");
}

TEST(rules, mutations_stop_at_the_first_that_fails)
{
    const struct value *answer = GQL_ERRORS(
        story,
        "mutation { one: createCustomer(input: {name: \"One\"}) { errors { field } } refused: "
        "createCustomer(input: {name: \"\"}) { errors { field } } fails: deleteCustomer(input: "
        "{id: "
        "\"x\"}) { errors { field } } never: createCustomer(input: {name: \"Never\"}) { errors "
        "{ field } } }");
    EXPECT_ERROR(answer, "Customer not found");
    EXPECT_TEXT(answer, "errors[0].path[0]", "fails");
    EXPECT_LIST(answer, "extensions.completed", "", "one, refused");
    EXPECT_LIST(GQL(story, "{ customers { nodes { name } } }"), "customers.nodes", "name", "One");
}

TEST(rules, variables_are_taken_as_they_are_meant)
{
    (void)kit_story_customer(story, "Acme");
    (void)kit_story_customer(story, "Beta");
    STEP("undeclared ones are ignored, explicit null means absent");
    const struct value *data =
        GQL(story,
            "query($name: String, $first: Int, $after: String) { customers(name: $name, first: "
            "$first, after: $after) { nodes { name } } }",
            {"name", .json = "null"}, {"first", .json = "null"}, {"after", .text = ""},
            {"undeclared", .json = "{\"deep\": [1, {}]}"});
    EXPECT_LIST(data, "customers.nodes", "name", "Acme, Beta");
    STEP("one value where a list is wanted is a list of one");
    data = GQL(story,
               "mutation($labels: [String]) { createCustomer(input: {name: "
               "\"Labelled\", labels: $labels}) { customer { labels } errors { field } } }",
               {"labels", .text = "one"});
    EXPECT_LIST(data, "createCustomer.customer.labels", "", "one");
}

TEST(rules, variables_that_do_not_fit_are_named)
{
    const struct value *answer = GQL_ERRORS(
        story,
        "query($first: Int!, $id: ID!, $order: CustomerOrder) { customers(first: $first, orderBy: "
        "$order) { totalCount } customer(id: $id) { id } }",
        {"first", .text = "many"}, {"order", .json = "{\"field\": \"SIZE\", \"up\": 1}"});
    EXPECT_COUNT(answer, "errors", 5);
    EXPECT_ERROR(answer, "variable \"$first\"");
    EXPECT(strstr(kit_expect_show(answer), "$order\\\" at \\\"field") != NULL);
    EXPECT(strstr(kit_expect_show(answer), "\\\"up\\\" is not defined") != NULL);
    EXPECT(strstr(kit_expect_show(answer), "many") == NULL);
}

TEST(rules, documents_are_validated_whole_with_places)
{
    const struct value *answer =
        GQL_ERRORS(story, "query Q {\n  customers(size: 3) { nodes { shoeSize } }\n  nothing\n  "
                          "customer { ...Missing }\n}");
    EXPECT(kit_path_count(answer, "errors") >= 5);
    const char *all = kit_expect_show(answer);
    static const char *const messages[] = {
        "Cannot query field \\\"shoeSize\\\" on type \\\"Customer\\\"", "nothing", "size",
        "Missing",

        "\"id\\\""};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        EXPECT_THAT(strstr(all, messages[i]) != NULL, "no %s in %s", messages[i], all);
    }
    for (size_t i = 0; i < kit_path_count(answer, "errors"); i++) {
        const struct value *error = value_at(VALUE_AT(answer, "errors"), i);
        EXPECT(value_int_of(kit_path_find(error, "locations[0].line"), 0) > 0);
        EXPECT(value_int_of(kit_path_find(error, "locations[0].column"), 0) > 0);
    }
    EXPECT_ERROR(GQL_ERRORS(story, "query($n: Int) { customers { totalCount } }"),
                 "variable \"$n\" is not used");
    EXPECT_ERROR(GQL_ERRORS(story, "{ customers { nodes { name }"), "syntax error");
}

TEST(rules, what_the_language_has_is_served)
{
    (void)kit_story_customer(story, "Acme");
    const struct value *data = GQL(
        story,
        "query Q($yes: Boolean!, $no: Boolean!) { a: customers { ...C } customers(first: 1) { "
        "... on CustomerConnection { total: totalCount } nodes { __typename name @skip(if: $yes) "
        "externalId @include(if: $no) id } } } fragment C on CustomerConnection { nodes { ...N } } "
        "fragment N on Node { id }",
        {"yes", .json = "true"}, {"no", .json = "false"});
    EXPECT_INT(data, "customers.total", 1);
    EXPECT_TEXT(data, "customers.nodes[0].__typename", "Customer");
    EXPECT_NULL(data, "customers.nodes[0].name");
    EXPECT_NULL(data, "customers.nodes[0].externalId");
    EXPECT_TEXT(data, "a.nodes[0].id", TEXT_AT(data, "customers.nodes[0].id"));
    STEP("several operations: one is named");
    const struct value *answer = NULL;
    (void)post(story, NULL,
               "{\"query\": \"query A { a: __typename } query B { b: __typename }\", "
               "\"operationName\": \"B\"}",
               &answer);
    EXPECT_TEXT(answer, "data.b", "RootQuery");
    (void)post(story, NULL, "{\"query\": \"query A { a: __typename } query B { b: __typename }\"}",
               &answer);
    EXPECT_ERROR(answer, "operationName");
    STEP("introspection");
    data =
        GQL(story, "{ __schema { queryType { name } mutationType { name } types { name } } __type("
                   "name: \"ExecutionStatus\") { kind enumValues { name } } }");
    EXPECT_TEXT(data, "__schema.queryType.name", "RootQuery");
    EXPECT_TEXT(data, "__schema.mutationType.name", "RootMutation");
    EXPECT(kit_path_count(data, "__schema.types") > 80);
    EXPECT_LIST(data, "__type.enumValues", "name", "ERROR, PENDING, QUEUED, SUCCESS");
}

/* A text repeated. */
static const char *repeat(struct kit_story *story, const char *text, int times)
{
    size_t size = strlen(text);
    char *all = arena_alloc(&story->arena, size * (size_t)times + 1);
    EXPECT(all != NULL);
    for (int i = 0; i < times; i++) {
        memcpy(all + (size_t)i * size, text, size);
    }
    all[size * (size_t)times] = '\0';
    return all;
}

TEST(rules, what_is_too_much_is_refused)
{
    STEP("depth");
    const char *deep = kit_story_text(story, "{ customers { nodes { %s id %s } } }",
                                      repeat(story, "instances { nodes { customer { ", 6),
                                      repeat(story, "} } } ", 6));
    EXPECT_ERROR(GQL_ERRORS(story, deep), "21 levels deep, at most 20");
    STEP("fields");
    const char *wide = "{";
    for (int i = 0; i < 8; i++) {
        wide = kit_story_text(story, "%s c%d: customers(first: 1) { ...F }", wide, i);
    }
    wide = kit_story_text(story, "%s } fragment F on CustomerConnection { %s }", wide,
                          repeat(story, "nodes { id name } ", 100));
    EXPECT_ERROR(GQL_ERRORS(story, wide), "more than 2000 fields");
    STEP("text");
    EXPECT_ERROR(GQL_ERRORS(story, kit_story_text(story, "{ __typename %s }",
                                                  repeat(story, "          ", 6554))),
                 "at most 65536");
    STEP("what it may come to");
    EXPECT_ERROR(
        GQL_ERRORS(
            story,
            "{ customers { nodes { instances { nodes { integration { versionSequence { nodes "
            "{ flows { nodes { id } } } } } } } } } }"),
        "ask for smaller pages");
    EXPECT_NO_PROBLEMS(GQL(story,
                           "mutation { createCustomer(input: {name: \"Still here\"}) { errors "
                           "{ field } } }"),
                       "createCustomer");
}

#define CREATE(name)                                                                               \
    "{\"query\": \"mutation($name: String!) { createCustomer(input: {name: $name}) { customer { "  \
    "id name } errors { field messages } } }\", \"variables\": {\"name\": \"" name "\"}}"

TEST(rules, a_key_makes_a_mutation_happen_once)
{
    static const char key[] = "Idempotency-Key: first-of-all\r\n";
    const struct value *first = NULL;
    const struct value *again = NULL;
    (void)post(story, key, CREATE("Acme"), &first);
    EXPECT_COUNT(first, "data.createCustomer.errors", 0);
    const char *id = TEXT_AT(first, "data.createCustomer.customer.id");
    const struct value *before = GQL(story, "{ journal { seq } }");
    (void)post(story, key, CREATE("Acme"), &again);
    EXPECT_TEXT(again, "data.createCustomer.customer.id", id);
    EXPECT_INT(GQL(story, "{ journal { seq } }"), "journal.seq",
               VALUE_AT(before, "journal.seq")->integer);

    STEP("another request under the same key; without a key; under another");
    struct kit_message answer = post(story, key, CREATE("Other"), &again);
    EXPECT_STATUS(&answer, 422);
    EXPECT_NULL(again, "data");
    EXPECT_ERROR(again, "this Idempotency-Key was used for another request");
    EXPECT_TEXT(again, "errors[0].extensions.code", "IDEMPOTENCY_KEY_REUSED");
    (void)post(story, NULL, CREATE("Acme"), &again);
    EXPECT_TEXT(again, "data.createCustomer.errors[0].field", "name");
    (void)post(story, "Idempotency-Key: second\r\n", CREATE("Other"), &again);
    EXPECT_COUNT(again, "data.createCustomer.errors", 0);

    STEP("killed and started again, it still knows");
    kit_story_kill(story);
    kit_story_start(story);
    (void)post(story, key, CREATE("Acme"), &again);
    EXPECT_TEXT(again, "data.createCustomer.customer.id", id);
    answer = post(story, key, CREATE("Third"), &again);
    EXPECT_STATUS(&answer, 422);

    STEP("what was refused was not done, and may be tried again");
    (void)post(story, "Idempotency-Key: third\r\n", CREATE(""), &again);
    EXPECT_TEXT(again, "data.createCustomer.errors[0].field", "name");
    (void)post(story, "Idempotency-Key: third\r\n", CREATE("Third"), &again);
    EXPECT_COUNT(again, "data.createCustomer.errors", 0);

    STEP("a key goes with one mutation field");
    static const char *const others[] = {
        "{\"query\": \"mutation { a: createCustomer(input: {name: \\\"A\\\"}) { errors { field } } "
        "b: createCustomer(input: {name: \\\"B\\\"}) { errors { field } } }\"}",
        "{\"query\": \"{ customers { totalCount } }\"}",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        answer = post(story, "Idempotency-Key: fourth\r\n", others[i], &again);
        EXPECT_STATUS(&answer, 400);
        EXPECT_ERROR(again, "exactly one mutation field");
    }
    EXPECT_LIST(GQL(story, "{ customers { nodes { name } } }"), "customers.nodes", "name",
                "Acme, Other, Third");
}

static const char echo[] = KIT_DEFINITION("Echo") "flows:\n" KIT_FLOW("Echo");

/* What a mutation of the kind gives under a key, at the place. */
static const char *
keyed(struct kit_story *story, const char *key, const char *mutation, const char *path)
{
    const struct value *data = NULL;
    const char *headers = kit_story_text(story, "Idempotency-Key: %s\r\n", key);
    const char *body = kit_story_text(story, "{\"query\": \"mutation { %s }\"}", mutation);
    (void)post(story, headers, body, &data);
    EXPECT_NULL(data, "errors");
    return TEXT_AT(data, path);
}

TEST(rules, a_key_works_with_every_kind_of_mutation)
{
    struct kit_instance instance = kit_story_instance(story, echo, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *run = kit_story_call(story, kit_story_webhook(story, &instance, "Echo"), "{}");
    (void)kit_story_await(story, run);
    const char *flow = TEXT_AT(instance.flow_configs, "[0].id");
    struct {
        const char *mutation;
        const char *path;
    } kinds[] = {
        {kit_story_text(
             story, "replayExecution(input: {id: \\\"%s\\\"}) { instanceExecutionResult { id } }",
             run),
         "data.replayExecution.instanceExecutionResult.id"},
        {kit_story_text(story,
                        "testInstanceFlowConfig(input: {id: \\\"%s\\\"}) { "
                        "testInstanceFlowConfigResult { execution { id } } }",
                        flow),
         "data.testInstanceFlowConfig.testInstanceFlowConfigResult.execution.id"},
        {kit_story_text(
             story,
             "createInstance(input: {name: \\\"Two\\\", customer: \\\"%s\\\", integration: "
             "\\\"%s\\\"}) { instance { id } }",
             instance.customer, instance.version),
         "data.createInstance.instance.id"},
        {"importIntegration(input: {definition: \\\"definitionVersion: 7\\\\nname: Two\\\\nflows: "
         "[{name: A, steps: [{name: T, isTrigger: true, action: {key: webhook, component: {key: "
         "webhook-triggers}}}]}]\\\"}) { integration { id } }",
         "data.importIntegration.integration.id"},
        {kit_story_text(
             story, "deployInstance(input: {id: \\\"%s\\\"}) { instance { id lastDeployedAt } }",
             instance.id),
         "data.deployInstance.instance.lastDeployedAt"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        STEP("%s", kinds[i].mutation);
        const char *key = kit_story_text(story, "key-%zu", i);
        const char *first = keyed(story, key, kinds[i].mutation, kinds[i].path);
        const char *again = keyed(story, key, kinds[i].mutation, kinds[i].path);
        EXPECT_THAT(strcmp(first, again) == 0, "%s, then %s", first, again);
    }
    EXPECT_INT(GQL(story,
                   "query($id: ID!) { executionResults(instance: $id) { totalCount } instance("
                   "id: $id) { deployedVersion } }",
                   {"id", .text = instance.id}),
               "instance.deployedVersion", 2);
    EXPECT_INT(GQL(story, "{ executionResults { totalCount } }"), "executionResults.totalCount", 3);
}

TEST(rules, a_reason_is_kept_with_the_events)
{
    const struct value *data = NULL;
    (void)post(story, "Daybook-Reason: ticket 7 \xe2\x80\x93 asked for\r\n", CREATE("Acme"), &data);
    const char *id = TEXT_AT(data, "data.createCustomer.customer.id");
    const char *const arguments[] = {"history", "--data", story->server.data, id, NULL};
    struct kit_output output;
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == 0, "%.*s", SLICE_ARGS(buf_slice(&output.err)));
    EXPECT_THAT(slice_find(buf_slice(&output.out), SLICE("ticket 7 \xe2\x80\x93 asked for")) !=
                    SIZE_MAX,
                "no reason in %.*s", SLICE_ARGS(buf_slice(&output.out)));
    EXPECT(slice_find(buf_slice(&output.out), SLICE("Admin")) != SIZE_MAX);
    kit_program_output_deinit(&output);

    const char *headers = kit_story_text(story, "Daybook-Reason: %s\r\n", repeat(story, "x", 501));
    struct kit_message answer = post(story, headers, CREATE("Beta"), &data);
    EXPECT_STATUS(&answer, 400);
    EXPECT_ERROR(data, "at most 500 bytes");
    answer = post(story, "Daybook-Reason: \xff\r\n", CREATE("Beta"), &data);
    EXPECT_STATUS(&answer, 400);
    EXPECT_INT(GQL(story, "{ customers { totalCount } }"), "customers.totalCount", 1);
}

TEST(rules, ids_of_another_kind_are_not_found)
{
    struct kit_instance instance = kit_story_instance(story, echo, "Acme", NULL);
    /* "Customer:..." in capitals, without padding, with something behind it, of another type */
    const char *const ids[] = {
        "Q1VTVE9NRVI6MDFhMjE1MDMtZGFkNS03MDAxLTk2NzAtM2ZiZTRhOGQ0MjFm",
        instance.id,
        kit_story_text(story, "%sAA", instance.customer),
        kit_story_text(story, " %s", instance.customer),
        "Customer:01a21503-dad5-7001-9670-3fbe4a8d421f",
        "",
        "=",
        "Q3VzdG9tZXI6MDFhMjE1MDMtZGFkNS03MDAxLTk2NzAtM2ZiZTRhOGQ0MjFm", /* nobody's */
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        STEP("the id '%s'", ids[i]);
        EXPECT_ERROR(GQL_ERRORS(story, "query($id: ID!) { customer(id: $id) { id } }",
                                {"id", .text = ids[i]}),
                     "Customer not found");
    }
    EXPECT_TEXT(GQL(story, "query($id: ID!) { customer(id: $id) { id } }",
                    {"id", .text = instance.customer}),
                "customer.id", instance.customer);
    static const char *const others[][2] = {{"instance", "Instance not found"},
                                            {"integration", "Integration not found"},
                                            {"executionResult", "Execution not found"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        EXPECT_ERROR(GQL_ERRORS(story, kit_story_text(story, "{ %s(id: \"%s\") { id } }",
                                                      others[i][0], instance.customer)),
                     others[i][1]);
    }
}

TEST(rules, the_schema_is_served_as_it_is_written)
{
    struct buf file;
    struct kit_message answer;
    struct kit_request request = {.path = "/api/schema.graphql"};
    buf_init(&file, (size_t)1 << 20);
    EXPECT_OK(kit_dir_read(DAYBOOK_SOURCE_DIR "/api/resolvers/schema.graphql", &file, KIT_ERROR));
    EXPECT_OK(kit_client_request(&story->client, &request, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 200);
    EXPECT(slice_equal(answer.body, buf_slice(&file)));
    buf_deinit(&file);
    STEP("whoever the token belongs to, and where the journal stands");
    const struct value *data = GQL(
        story, "{ authenticatedUser { id name email tenantId customer { id } org { id name } } "
               "organization { id name } journal { seq viewsSeq records chainHead bytesStored } }");
    EXPECT_TEXT(data, "authenticatedUser.name", "Admin");
    EXPECT_TEXT(data, "authenticatedUser.org.id", TEXT_AT(data, "organization.id"));
    EXPECT_NULL(data, "authenticatedUser.customer");
    EXPECT(strlen(TEXT_AT(data, "journal.chainHead")) == 64);
    EXPECT_INT(data, "journal.viewsSeq", VALUE_AT(data, "journal.seq")->integer);
}
