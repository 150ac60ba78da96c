/* The commands of a world, one function for each decider. */
#include "core/domain/access.h"
#include "core/domain/customer.h"
#include "core/domain/deploy_notice.h"
#include "core/domain/instance.h"
#include "core/domain/integration.h"
#include "core/domain/log_line.h"
#include "projections/access_view.h"
#include "projections/customers_view.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"
#include "tests/unit/projections/world.h"

static struct decision fresh(struct world *world)
{
    struct decision decision;
    decision_init(&decision, &world->scratch);
    return decision;
}

static struct stream_ref journal_owner(struct world *world)
{
    return (struct stream_ref){STREAM_JOURNAL, journal_id(world->kit.base.journal)};
}

static uint64_t journal_key(struct world *world)
{
    return journal_own_key(world->kit.base.journal);
}

/* ---- customers ---- */

static void create_customer(struct world *world)
{
    struct views_txn *txn = views_kit_read(&world->kit);
    struct customer_create create = {.name = world_text(world),
                                     .external_id = world_text(world),
                                     .description = world_text(world),
                                     .labels = world_labels(world),
                                     .key = world_key(world)};
    cr_assert_eq(customers_view_by_name(txn, create.name, &create.name_owner, NULL), ERR_OK);
    views_end(&txn);
    struct decision decision = fresh(world);
    customer_decide_create(&create, &decision);
    struct stream_ref stream = {STREAM_CUSTOMER, kit_id(&world->kit.base)};
    if (world_append(world, &decision, stream, stream, create.key, 0)) {
        world_remember(world, &world->customers, stream.id);
    }
}

static void
decide_customer(struct world *world, const struct customer *customer, struct decision *decision)
{
    struct views_txn *txn = views_kit_read(&world->kit);
    if (world_below(world, 4) == 0) {
        struct customer_delete delete = {.expected_version =
                                             world_expected(world, customer->version)};
        cr_assert_eq(
            instances_view_count_of_customer(txn, customer->id, 9, &delete.instance_count, NULL),
            ERR_OK);
        customer_decide_delete(customer, &delete, decision);
    } else {
        struct customer_update update = {
            .expected_version = world_expected(world, customer->version),
            .name = {world_below(world, 2) == 0, world_text(world)},
            .external_id = {world_below(world, 2) == 0, world_text(world)},
            .labels = {world_below(world, 2) == 0, world_labels(world)}};
        cr_assert_eq(customers_view_by_name(txn, update.name.text, &update.name_owner, NULL),
                     ERR_OK);
        customer_decide_update(customer, &update, decision);
    }
    views_end(&txn);
}

void world_customer(struct world *world)
{
    if (world_below(world, 3) == 0) {
        create_customer(world);
        return;
    }
    struct customer customer = {.id = world_pick(world, &world->customers)};
    struct views_txn *txn = views_kit_read(&world->kit);
    IGNORE(customers_view_get(txn, customer.id, &world->scratch, &customer, NULL)); /* or none */
    views_end(&txn);
    struct decision decision = fresh(world);
    decide_customer(world, &customer, &decision);
    struct stream_ref stream = {STREAM_CUSTOMER, customer.id};
    (void)world_append(world, &decision, stream, stream, customer.key, customer.version);
}

/* ---- integrations ---- */

const struct definition *world_definition(struct world *world, uint64_t draft_seq)
{
    struct journal_reader *reader = views_kit_reader(&world->kit);
    struct record_view record;
    struct recorded_event *events = NULL;
    cr_assert_eq(journal_read(reader, draft_seq, &record, NULL), ERR_OK);
    cr_assert_eq(journal_read_events(reader, &record, 1U << BODY_STATE, &world->scratch, &events,
                                     NULL, NULL, NULL),
                 ERR_OK);
    const struct value *state = &events[draft_seq - record.first_seq].event.bodies[BODY_STATE];
    struct slice text = value_get_text(state, SLICE("definition"));
    const struct definition *found = NULL;
    for (size_t i = 0; i < WORLD_DEFINITIONS_MAX; i++) {
        if (slice_equal(text, world->definitions[i]->text)) {
            found = world->definitions[i];
        }
    }
    journal_reader_destroy(&reader);
    cr_assert_not_null(found);
    return found;
}

static struct uuid *fresh_ids(struct world *world, size_t count)
{
    struct uuid *ids = ARENA_ARRAY(&world->scratch, struct uuid, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = kit_id(&world->kit.base);
    }
    return ids;
}

/* The second record of an import: the system instance is made, or gets new flows. */
static void decide_system(struct world *world,
                          const struct integration *integration,
                          const struct definition *definition,
                          struct instance *instance,
                          struct decision *decision)
{
    struct uuid *ids = fresh_ids(world, definition->flow_count);
    if (integration->version == 0) {
        struct instance_create create = {.integration = integration->id,
                                         .definition = definition,
                                         .customer = world->system_customer,
                                         .name = definition->name,
                                         .is_system = true,
                                         .key = world_key(world),
                                         .fresh_ids = ids};
        instance->key = create.key;
        instance_decide_create(&create, decision);
        world_remember(world, &world->instances, instance->id);
        return;
    }
    struct views_txn *txn = views_kit_read(&world->kit);
    cr_assert_eq(
        instances_view_get(txn, integration->system_instance, &world->scratch, instance, NULL),
        ERR_OK);
    views_end(&txn);
    instance_decide_new_flows(instance, definition, ids, decision);
}

/* One command of one or two records. */
static void append_import(struct world *world,
                          const struct integration *integration,
                          const struct definition *definition,
                          struct uuid system_instance,
                          const struct decision *decision)
{
    struct instance instance = {.id = system_instance};
    struct decision system = fresh(world);
    decide_system(world, integration, definition, &instance, &system);
    struct append_record records[2] = {{.stream = {STREAM_INTEGRATION, integration->id},
                                        .owner = journal_owner(world),
                                        .key = journal_key(world),
                                        .first_stream_version = integration->version + 1,
                                        .events = decision->events,
                                        .event_count = decision->count},
                                       {.stream = {STREAM_INSTANCE, instance.id},
                                        .owner = {STREAM_INSTANCE, instance.id},
                                        .key = instance.key,
                                        .first_stream_version = instance.version + 1,
                                        .events = system.events,
                                        .event_count = system.count}};
    struct append append = kit_append(&world->kit.base);
    append.records = records;
    append.record_count = system.count > 0 ? 2 : 1;
    if (world_below(world, 3) == 0) {
        char *digest = arena_zalloc(&world->scratch, 1, 32);
        append.idempotency = append.request = slice_of(digest, 32);
    }
    (void)views_kit_append(&world->kit, &append);
    world->appended++;
}

static void import(struct world *world, const struct integration *integration)
{
    uint64_t draw = world_below(world, WORLD_DEFINITIONS_MAX);
    char *mark = arena_zalloc(&world->scratch, 1, INTEGRATION_MARK_BYTES);
    mark[0] = (char)draw;
    struct integration_import when = {
        .definition = world->definitions[draw],
        .mark = slice_of(mark, INTEGRATION_MARK_BYTES),
        .expected_version = world_expected(world, integration->version),
        .system_instance = kit_id(&world->kit.base),
    };
    struct decision decision = fresh(world);
    integration_decide_import(integration, &when, &decision);
    if (decision_refused(&decision) || decision.count == 0) {
        return;
    }
    append_import(world, integration, when.definition, when.system_instance, &decision);
    if (integration->version == 0) {
        world_remember(world, &world->integrations, integration->id);
    }
}

static void decide_versions(struct world *world,
                            const struct integration *integration,
                            struct decision *decision)
{
    uint64_t expected = world_expected(world, integration->version);
    struct integration_version version = {.number = world_below(world, 4)};
    if (world_below(world, 2) == 0) {
        struct integration_publish publish = {.expected_version = expected,
                                              .comment = world_text(world),
                                              .version_id = kit_id(&world->kit.base)};
        integration_decide_publish(integration, &publish, decision);
        return;
    }
    struct views_txn *txn = views_kit_read(&world->kit);
    IGNORE(integrations_view_version(txn, integration->id, version.number, &world->scratch,
                                     &version, NULL)); /* or there is none */
    views_end(&txn);
    integration_decide_availability(integration, &version, world_below(world, 2) == 0, expected,
                                    decision);
}

void world_integration(struct world *world)
{
    struct integration integration = {.id = world_pick(world, &world->integrations)};
    if (world->integrations.count < 3 && world_below(world, 2) == 0) {
        integration.id = kit_id(&world->kit.base);
    }
    struct views_txn *txn = views_kit_read(&world->kit);
    IGNORE(integrations_view_get(txn, integration.id, &world->scratch, &integration, NULL));
    views_end(&txn);
    if (integration.version == 0 || world_below(world, 2) == 0) {
        import(world, &integration);
        return;
    }
    struct decision decision = fresh(world);
    decide_versions(world, &integration, &decision);
    struct stream_ref stream = {STREAM_INTEGRATION, integration.id};
    (void)world_append(world, &decision, stream, journal_owner(world), journal_key(world),
                       integration.version);
}

/* ---- instances ---- */

/* Assignments of which some are right for some definitions. */
static size_t draw_config(struct world *world, struct config_assignment ret[3])
{
    static const char *const inputs[] = {"[{\"name\":\"u\",\"value\":\"ada\"}]",
                                         "[{\"name\":\"p\",\"value\":\"\"}]", "[]"};
    size_t count = 0;
    if (world_below(world, 2) == 0) {
        ret[count++] = (struct config_assignment){
            .key = SLICE("Url"), .has_value = true, .value = world_text(world)};
    }
    if (world_below(world, 2) == 0) {
        ret[count++] = (struct config_assignment){
            .key = SLICE("Count"), .has_value = true, .value = SLICE("7")};
    }
    if (world_below(world, 2) == 0) {
        ret[count++] =
            (struct config_assignment){.key = SLICE("Conn"),
                                       .has_inputs = true,
                                       .inputs = slice_of_text(inputs[world_below(world, 3)])};
    }
    return count;
}

/* A version of the integration, 0 for its draft, with its definition. */
static const struct definition *
definition_of(struct world *world, struct uuid integration, uint64_t number)
{
    uint64_t seq = 0;
    struct views_txn *txn = views_kit_read(&world->kit);
    enum err e =
        integrations_view_definition_seq(txn, integration, number, &world->scratch, &seq, NULL);
    views_end(&txn);
    return e == ERR_OK ? world_definition(world, seq) : NULL;
}

static void create_instance(struct world *world)
{
    struct config_assignment assignments[3];
    struct instance_create create = {
        .integration = world_pick(world, &world->integrations),
        .integration_version = 1 + world_below(world, 3),
        .customer = world_pick(world, &world->customers),
        .name = world_text(world),
        .labels = world_labels(world),
        .assignments = assignments,
        .assignment_count = draw_config(world, assignments),
        .marker = &domain_kit_marker,
    };
    create.definition = definition_of(world, create.integration, create.integration_version);
    if (create.definition == NULL) {
        return;
    }
    create.key = world_key(world);
    create.fresh_ids = fresh_ids(world, create.definition->flow_count);
    struct decision decision = fresh(world);
    instance_decide_create(&create, &decision);
    struct stream_ref stream = {STREAM_INSTANCE, kit_id(&world->kit.base)};
    if (world_append(world, &decision, stream, stream, create.key, 0)) {
        world_remember(world, &world->instances, stream.id);
    }
}

static void
update_instance(struct world *world, const struct instance *instance, struct decision *decision)
{
    struct config_assignment assignments[3];
    struct slice digest = SLICE("0123456789abcdef0123456789abcdef");
    struct instance_flow_keys keys = {SLICE("F"), {&digest, (uint32_t)world_below(world, 2)}};
    uint64_t move = world_below(world, 3) == 0 ? 1 + world_below(world, 3) : 0;
    struct instance_update update = {
        .expected_version = world_expected(world, instance->revision),
        .name = {world_below(world, 3) == 0, world_text(world)},
        .description = {world_below(world, 3) == 0, world_text(world)},
        .labels = {world_below(world, 3) == 0, world_labels(world)},
        .has_enabled = world_below(world, 3) == 0,
        .enabled = world_below(world, 2) == 0,
        .new_version = move,
        .new_definition = move != 0 ? definition_of(world, instance->integration, move) : NULL,
        .has_config = world_below(world, 2) == 0,
        .replace_config = world_below(world, 3) == 0,
        .assignments = assignments,
        .assignment_count = draw_config(world, assignments),
        .marker = &domain_kit_marker,
        .flow_keys = &keys,
        .flow_key_count = world_below(world, 3) == 0,
    };
    update.definition =
        update.new_definition != NULL
            ? update.new_definition
            : definition_of(world, instance->integration, instance->integration_version);
    update.fresh_ids = fresh_ids(world, update.definition->flow_count);
    instance_decide_update(instance, &update, decision);
}

static void
deploy_instance(struct world *world, const struct instance *instance, struct decision *decision)
{
    struct instance_deploy deploy = {
        .expected_version = world_expected(world, instance->revision),
        .definition = definition_of(world, instance->integration, instance->integration_version),
        .version_available = world_below(world, 4) != 0};
    instance_decide_deploy(instance, &deploy, decision);
    if (!decision_refused(decision)) {
        deploy_notice_decide(deploy.definition, world->kit.base.clock.wall, decision);
    }
}

void world_instance(struct world *world)
{
    struct instance instance = {.id = world_pick(world, &world->instances)};
    struct views_txn *txn = views_kit_read(&world->kit);
    enum err e = instances_view_get(txn, instance.id, &world->scratch, &instance, NULL);
    views_end(&txn);
    if (e == ERR_NOT_FOUND || world_below(world, 4) == 0) {
        create_instance(world);
        return;
    }
    struct decision decision = fresh(world);
    uint64_t draw = world_below(world, 6);
    if (draw == 0) {
        struct event *event = decision_add(&decision, EVENT_INVOCATION_REJECTED);
        event->facts.invocation_rejected.count = 1 + world_below(world, 5);
    } else if (draw < 3) {
        deploy_instance(world, &instance, &decision);
    } else {
        update_instance(world, &instance, &decision);
    }
    struct stream_ref stream = {STREAM_INSTANCE, instance.id};
    (void)world_append(world, &decision, stream, stream, instance.key, instance.version);
}

/* ---- executions ---- */

static void queue(struct world *world, const struct instance *instance)
{
    struct decision decision = fresh(world);
    struct event *event = decision_add(&decision, EVENT_EXECUTION_QUEUED);
    event->facts.execution_queued = (struct facts_execution_queued){
        .flow = world_below(world, 3), .config = instance->deployed_seq, .size = 7};
    if (world->executions.count > 0 && world_below(world, 3) == 0) {
        event->facts.execution_queued.replay_of = world_pick(world, &world->executions);
    }
    event->bodies[BODY_PAYLOAD] = value_binary(SLICE("payload"));
    if (world_below(world, 6) == 0) {
        struct event *end = decision_add(&decision, EVENT_EXECUTION_FINISHED);
        end->facts.execution_finished.state = EXECUTION_FAILED;
        decision_put_text(&decision, end, "error", SLICE("no JSON"));
    }
    struct stream_ref stream = {STREAM_EXECUTION, kit_id(&world->kit.base)};
    struct stream_ref owner = {STREAM_INSTANCE, instance->id};
    if (world_append(world, &decision, stream, owner, instance->key, 0)) {
        world_remember(world, &world->executions, stream.id);
    }
}

/* An event of a run, at some time before now. */
static void add_event(struct world *world, struct decision *decision)
{
    static const enum event_type types[] = {EVENT_EXECUTION_STARTED, EVENT_STEP_STARTED,
                                            EVENT_STEP_FINISHED,     EVENT_STEP_FINISHED,
                                            EVENT_EXECUTION_LOGGED,  EVENT_EXECUTION_RESUMED,
                                            EVENT_EXECUTION_FINISHED};
    enum event_type type = types[world_below(world, sizeof types / sizeof *types)];
    struct event *event = decision_add(decision, type);
    event->occurred_at_us = world->kit.base.clock.wall - (int64_t)(world_below(world, 3) * 700000);
    if (type == EVENT_STEP_FINISHED) {
        event->facts.step_finished = (struct facts_step_finished){.step = world_below(world, 9),
                                                                  .loop_path = SLICE("3.0"),
                                                                  .duration_us = 5,
                                                                  .status = world_below(world, 4)};
        event->bodies[BODY_RESULT] = value_text(SLICE("result"));
    } else if (type == EVENT_EXECUTION_LOGGED) {
        event->facts.execution_logged.levels = SLICE("\2\4");
        event->bodies[BODY_LOG] = value_list();
    } else if (type == EVENT_EXECUTION_FINISHED) {
        event->facts.execution_finished.state = 2 + world_below(world, 4);
        decision_put_text(decision, event, "error", SLICE("it failed"));
    }
}

void world_execution(struct world *world)
{
    struct execution execution = {.id = world_pick(world, &world->executions)};
    struct instance instance = {.id = world_pick(world, &world->instances)};
    struct views_txn *txn = views_kit_read(&world->kit);
    enum err e = executions_view_get(txn, execution.id, &world->scratch, &execution, NULL);
    bool is_new = e != ERR_OK || world_below(world, 4) == 0;
    struct uuid owner = is_new ? instance.id : execution.instance;
    e = instances_view_get(txn, owner, &world->scratch, &instance, NULL);
    views_end(&txn);
    if (e != ERR_OK) {
        return;
    }
    if (is_new) {
        queue(world, &instance);
        return;
    }
    struct decision decision = fresh(world);
    for (uint64_t left = 1 + world_below(world, 4); left > 0; left--) {
        add_event(world, &decision);
    }
    struct decision refusal = fresh(world);
    execution_decide_progress(&execution, decision.events, decision.count, &refusal);
    if (!decision_refused(&refusal)) {
        (void)world_append(world, &decision, (struct stream_ref){STREAM_EXECUTION, execution.id},
                           (struct stream_ref){STREAM_INSTANCE, owner}, instance.key,
                           execution.version);
    }
}

/* ---- who works here ---- */

static void make_token(struct world *world)
{
    char *digest = arena_alloc(&world->scratch, ACCESS_DIGEST_BYTES);
    struct token_create create = {.user = world_pick(world, &world->users),
                                  .role = ROLE_ADMIN,
                                  .digest = slice_of(digest, ACCESS_DIGEST_BYTES),
                                  .name = world_text(world)};
    for (size_t i = 0; i < ACCESS_DIGEST_BYTES; i++) {
        digest[i] = (char)world_below(world, 256);
    }
    struct decision decision = fresh(world);
    token_decide_create(&create, &decision);
    struct stream_ref stream = {STREAM_TOKEN, kit_id(&world->kit.base)};
    if (world_append(world, &decision, stream, journal_owner(world), journal_key(world), 0)) {
        world_remember(world, &world->tokens, stream.id);
    }
}

static void make_user(struct world *world)
{
    struct decision decision = fresh(world);
    user_decide_create(world_text(world), world_text(world), ROLE_ADMIN, &decision);
    struct stream_ref stream = {STREAM_USER, kit_id(&world->kit.base)};
    if (world_append(world, &decision, stream, journal_owner(world), journal_key(world), 0)) {
        world_remember(world, &world->users, stream.id);
    }
}

void world_access(struct world *world)
{
    uint64_t draw = world_below(world, 3);
    if (draw < 2) {
        (draw == 0 ? make_user : make_token)(world);
        return;
    }
    struct token token = {.id = world_pick(world, &world->tokens)};
    struct views_txn *txn = views_kit_read(&world->kit);
    IGNORE(access_view_token(txn, token.id, &world->scratch, &token, NULL)); /* or none */
    views_end(&txn);
    struct decision decision = fresh(world);
    token_decide_revoke(&token, &decision);
    (void)world_append(world, &decision, (struct stream_ref){STREAM_TOKEN, token.id},
                       journal_owner(world), journal_key(world), token.version);
}
