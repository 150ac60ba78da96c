#include "core/domain/integration.h"

#include "core/base/json_in.h"
#include "core/base/limits.h"

static struct value secrets_value(struct arena *arena, const struct definition_secrets *secrets)
{
    struct value list = value_list();
    for (uint32_t i = 0; i < secrets->count; i++) {
        struct value item = value_map();
        (void)value_map_put(arena, &item, SLICE("path"), value_text(secrets->items[i].path));
        (void)value_map_put(arena, &item, SLICE("value"), value_text(secrets->items[i].value));
        (void)value_list_push(arena, &list, item);
    }
    return list;
}

static struct value flows_value(struct arena *arena, const struct definition *definition)
{
    struct value list = value_list();
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        (void)value_list_push(arena, &list, value_text(definition->flows[i].identity));
    }
    return list;
}

struct value
integration_draft_body(struct arena *arena, const struct definition *definition, struct slice mark)
{
    struct value body = value_map();
    struct text_list labels = {definition->labels, definition->label_count};
    (void)value_map_put(arena, &body, SLICE("name"), value_text(definition->name));
    (void)value_map_put(arena, &body, SLICE("description"), value_text(definition->description));
    (void)value_map_put(arena, &body, SLICE("category"), value_text(definition->category));
    (void)value_map_put(arena, &body, SLICE("labels"), text_list_value(arena, labels));
    (void)value_map_put(arena, &body, SLICE("flows"), flows_value(arena, definition));
    (void)value_map_put(arena, &body, SLICE("mark"), value_binary(mark));
    (void)value_map_put(arena, &body, SLICE("definition"), value_text(definition->text));
    (void)value_map_put(arena, &body, SLICE("secrets"), secrets_value(arena, &definition->secrets));
    return body;
}

struct definition_secrets integration_secrets_of(struct arena *arena, const struct value *state)
{
    struct definition_secrets secrets = {NULL, 0};
    const struct value *list = value_get(state, SLICE("secrets"));
    if (list == NULL || list->type != VALUE_LIST || list->list.count == 0) {
        return secrets;
    }
    secrets.items = ARENA_ARRAY(arena, struct definition_secret, list->list.count);
    for (uint32_t i = 0; secrets.items != NULL && i < list->list.count; i++) {
        secrets.items[secrets.count++] = (struct definition_secret){
            .path = value_get_text(&list->list.items[i], SLICE("path")),
            .value = value_get_text(&list->list.items[i], SLICE("value")),
        };
    }
    return secrets;
}

static void check_name(const struct integration *integration,
                       const struct integration_import *command,
                       struct decision *decision)
{
    decision_check_name(decision, "name", command->definition->name);
    decision_check_text(decision, "description", command->definition->description,
                        LIMIT_DESCRIPTION_BYTES);
    bool taken =
        !uuid_is_zero(command->name_owner) && !uuid_equal(command->name_owner, integration->id);
    if (taken) {
        char id[ID_TEXT_SIZE];
        id_encode("Integration", command->name_owner, id);
        decision_refuse(decision, "name",
                        "an integration named \"%.*s\" exists already: %s; to replace its draft, "
                        "import with that integrationId",
                        SLICE_ARGS(command->definition->name), id);
    }
}

void integration_decide_import(const struct integration *integration,
                               const struct integration_import *command,
                               struct decision *decision)
{
    (void)decision_check_version(decision, command->expected_version, integration->version);
    check_name(integration, command, decision);
    if (decision_refused(decision)) {
        return;
    }
    if (integration->version == 0) {
        struct event *created = decision_add(decision, EVENT_INTEGRATION_CREATED);
        created->facts.integration_created.system_instance = command->system_instance;
    } else if (slice_equal(integration->draft_mark, command->mark)) {
        return;
    }
    struct event *imported = decision_add(decision, EVENT_DRAFT_IMPORTED);
    imported->facts.draft_imported = (struct facts_draft_imported){
        .definition_version = (uint64_t)command->definition->version,
        .flows = command->definition->flow_count,
    };
    imported->bodies[BODY_STATE] =
        integration_draft_body(decision->arena, command->definition, command->mark);
}

static void check_attributes(struct slice attributes, struct decision *decision)
{
    struct error error = {0};
    size_t before = decision->problems.count;
    decision_check_text(decision, "attributes", attributes, LIMIT_DESCRIPTION_BYTES);
    bool is_text = decision->problems.count == before;
    if (is_text && attributes.size > 0 && json_in_check(attributes, &error) != ERR_OK) {
        decision_refuse(decision, "attributes", "must be a JSON text: %s", error_text(&error));
    }
}

void integration_decide_publish(const struct integration *integration,
                                const struct integration_publish *command,
                                struct decision *decision)
{
    (void)decision_check_version(decision, command->expected_version, integration->version);
    if (integration->version == 0) {
        decision_refuse(decision, PROBLEM_ALL, "there is no such integration");
    }
    decision_check_text(decision, "comment", command->comment, LIMIT_DESCRIPTION_BYTES);
    check_attributes(command->attributes, decision);
    bool unchanged = integration->latest_version > 0 &&
                     slice_equal(integration->draft_mark, integration->published_mark);
    if (unchanged) {
        decision_refuse(decision, PROBLEM_ALL,
                        "the draft equals version %llu, which is published already: import a "
                        "changed definition first",
                        (unsigned long long)integration->latest_version);
    }
    if (decision_refused(decision)) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_INTEGRATION_PUBLISHED);
    event->facts.integration_published = (struct facts_integration_published){
        .version = integration->latest_version + 1,
        .version_id = command->version_id,
        .draft = integration->draft_seq,
    };
    decision_put_text(decision, event, "comment", command->comment);
    decision_put_text(decision, event, "attributes", command->attributes);
}

void integration_decide_availability(const struct integration *integration,
                                     const struct integration_version *version,
                                     bool available,
                                     uint64_t expected_version,
                                     struct decision *decision)
{
    (void)decision_check_version(decision, expected_version, integration->version);
    if (version->number == 0) {
        decision_refuse(decision, "id", "is the draft's: give that of the version to be marked");
    } else if (version->number > integration->latest_version) {
        decision_refuse(decision, "id", "there is no such version");
    }
    if (decision_refused(decision) || version->is_available == available) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_AVAILABILITY_CHANGED);
    event->facts.availability_changed =
        (struct facts_availability_changed){.version = version->number, .available = available};
}

static void apply_draft(struct integration *integration,
                        const struct recorded_event *event,
                        struct arena *arena)
{
    const struct value *state = &event->event.bodies[BODY_STATE];
    const struct value *mark = value_get(state, SLICE("mark"));
    integration->draft_seq = event->seq;
    integration->draft_mark =
        mark != NULL && mark->type == VALUE_BINARY ? mark->bytes : (struct slice){NULL, 0};
    integration->name = value_get_text(state, SLICE("name"));
    integration->description = value_get_text(state, SLICE("description"));
    integration->category = value_get_text(state, SLICE("category"));
    integration->labels = text_list_of(arena, value_get(state, SLICE("labels")));
    integration->flows = text_list_of(arena, value_get(state, SLICE("flows")));
}

static bool is_unavailable(const struct integration *integration, uint64_t number)
{
    for (uint32_t i = 0; i < integration->unavailable_count; i++) {
        if (integration->unavailable[i] == number) {
            return true;
        }
    }
    return false;
}

static void apply_availability(struct integration *integration,
                               const struct facts_availability_changed *facts,
                               struct arena *arena)
{
    uint64_t *fresh = ARENA_ARRAY(arena, uint64_t, integration->unavailable_count + (size_t)1);
    uint32_t count = 0;
    if (fresh == NULL) {
        return; /* the arena remembers, its owner checks */
    }
    for (uint32_t i = 0; i < integration->unavailable_count; i++) {
        if (integration->unavailable[i] != facts->version) {
            fresh[count++] = integration->unavailable[i];
        }
    }
    if (!facts->available) {
        fresh[count++] = facts->version;
    }
    integration->unavailable = fresh;
    integration->unavailable_count = count;
    integration->latest_available = integration->latest_version;
    while (is_unavailable(integration, integration->latest_available)) {
        integration->latest_available--; /* to 0, which no version has */
    }
}

void integration_evolve(struct integration *integration,
                        const struct recorded_event *event,
                        struct arena *arena)
{
    integration->version = event->stream_version;
    integration->updated_at_us = event->recorded_at_us;
    if (event->event.type == EVENT_INTEGRATION_CREATED) {
        integration->id = event->stream.id;
        integration->created_at_us = event->recorded_at_us;
        integration->system_instance = event->event.facts.integration_created.system_instance;
    } else if (event->event.type == EVENT_DRAFT_IMPORTED) {
        apply_draft(integration, event, arena);
    } else if (event->event.type == EVENT_INTEGRATION_PUBLISHED) {
        integration->latest_version = event->event.facts.integration_published.version;
        integration->latest_available = integration->latest_version;
        integration->published_mark = integration->draft_mark;
    } else if (event->event.type == EVENT_AVAILABILITY_CHANGED) {
        apply_availability(integration, &event->event.facts.availability_changed, arena);
    }
}

void integration_version_evolve(struct integration_version *version,
                                const struct integration *integration,
                                const struct recorded_event *event)
{
    if (event->event.type == EVENT_AVAILABILITY_CHANGED) {
        version->is_available = event->event.facts.availability_changed.available;
        return;
    }
    const struct facts_integration_published *facts = &event->event.facts.integration_published;
    const struct value *state = &event->event.bodies[BODY_STATE];
    *version = (struct integration_version){
        .number = facts->version,
        .id = facts->version_id,
        .draft_seq = facts->draft,
        .is_available = true,
        .created_at_us = event->recorded_at_us,
        .created_by = event->actor.user,
        .comment = value_get_text(state, SLICE("comment")),
        .attributes = value_get_text(state, SLICE("attributes")),
        .name = integration->name,
        .description = integration->description,
        .category = integration->category,
        .labels = integration->labels,
    };
}

static void put_unavailable(struct buf *out, const struct integration *integration)
{
    codec_put_list(out, integration->unavailable_count);
    for (uint32_t i = 0; i < integration->unavailable_count; i++) {
        codec_put_u64(out, integration->unavailable[i]);
    }
}

static void
take_unavailable(struct codec_reader *reader, struct integration *integration, struct arena *arena)
{
    const struct value *list = codec_take(reader);
    if (list == NULL || list->type != VALUE_LIST) {
        reader->bad = true;
        return;
    }
    struct codec_reader numbers = codec_reader(list);
    integration->unavailable = ARENA_ARRAY(arena, uint64_t, list->list.count);
    while (integration->unavailable != NULL && codec_more(&numbers) && !numbers.bad) {
        integration->unavailable[integration->unavailable_count++] = codec_take_u64(&numbers);
    }
    reader->bad = reader->bad || numbers.bad;
}

void integration_put(struct buf *out, const struct integration *integration)
{
    codec_put_list(out, 15);
    codec_put_u64(out, integration->version);
    codec_put_uuid(out, integration->system_instance);
    codec_put_u64(out, integration->draft_seq);
    codec_put_u64(out, integration->latest_version);
    codec_put_u64(out, integration->latest_available);
    codec_put_int(out, integration->created_at_us);
    codec_put_int(out, integration->updated_at_us);
    codec_put_binary(out, integration->draft_mark);
    codec_put_binary(out, integration->published_mark);
    codec_put_text(out, integration->name);
    codec_put_text(out, integration->description);
    codec_put_text(out, integration->category);
    text_list_put(out, integration->labels);
    text_list_put(out, integration->flows);
    put_unavailable(out, integration);
}

enum err integration_get(struct slice bytes,
                         struct uuid id,
                         struct arena *arena,
                         struct integration *ret,
                         struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct integration integration = {.id = id};
    integration.version = codec_take_u64(&reader);
    integration.system_instance = codec_take_uuid(&reader);
    integration.draft_seq = codec_take_u64(&reader);
    integration.latest_version = codec_take_u64(&reader);
    integration.latest_available = codec_take_u64(&reader);
    integration.created_at_us = codec_take_int(&reader);
    integration.updated_at_us = codec_take_int(&reader);
    integration.draft_mark = codec_take_binary(&reader);
    integration.published_mark = codec_take_binary(&reader);
    integration.name = codec_take_text(&reader);
    integration.description = codec_take_text(&reader);
    integration.category = codec_take_text(&reader);
    integration.labels = text_list_take(&reader, arena);
    integration.flows = text_list_take(&reader, arena);
    take_unavailable(&reader, &integration, arena);
    e = codec_check(&reader, "integration", reterr);
    if (e == ERR_OK) {
        *ret = integration;
    }
    return e;
}

void integration_version_put(struct buf *out, const struct integration_version *version)
{
    codec_put_list(out, 12);
    codec_put_u64(out, version->number);
    codec_put_uuid(out, version->id);
    codec_put_u64(out, version->draft_seq);
    codec_put_bool(out, version->is_available);
    codec_put_int(out, version->created_at_us);
    codec_put_uuid(out, version->created_by);
    codec_put_text(out, version->comment);
    codec_put_text(out, version->attributes);
    codec_put_text(out, version->name);
    codec_put_text(out, version->description);
    codec_put_text(out, version->category);
    text_list_put(out, version->labels);
}

enum err integration_version_get(struct slice bytes,
                                 struct arena *arena,
                                 struct integration_version *ret,
                                 struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct integration_version version = {0};
    version.number = codec_take_u64(&reader);
    version.id = codec_take_uuid(&reader);
    version.draft_seq = codec_take_u64(&reader);
    version.is_available = codec_take_bool(&reader);
    version.created_at_us = codec_take_int(&reader);
    version.created_by = codec_take_uuid(&reader);
    version.comment = codec_take_text(&reader);
    version.attributes = codec_take_text(&reader);
    version.name = codec_take_text(&reader);
    version.description = codec_take_text(&reader);
    version.category = codec_take_text(&reader);
    version.labels = text_list_take(&reader, arena);
    e = codec_check(&reader, "integration version", reterr);
    if (e == ERR_OK) {
        *ret = version;
    }
    return e;
}
