#include "core/domain/config.h"

#include "core/base/limits.h"
#include "core/definition/config_value.h"

#include <stdio.h>

/* ---- finding ---- */

const struct config_entry *config_entry_of(const struct config *config, struct slice identity)
{
    for (uint32_t i = 0; i < config->count; i++) {
        if (slice_equal(config->entries[i].identity, identity)) {
            return &config->entries[i];
        }
    }
    return NULL;
}

static const struct config_entry *entry_of_alias(const struct config *config, struct slice alias)
{
    for (uint32_t i = 0; i < config->count; i++) {
        if (config->entries[i].alias.size > 0 && slice_equal(config->entries[i].alias, alias)) {
            return &config->entries[i];
        }
    }
    return NULL;
}

/* Whether another variable goes by this identity. */
static bool is_anothers(const struct definition *definition,
                        const struct config_var *var,
                        struct slice identity)
{
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        const struct config_var *other = &definition->config_vars[i];
        if (other != var && slice_equal(other->identity, identity)) {
            return true;
        }
    }
    return false;
}

const struct config_entry *config_entry_for(const struct config *config,
                                            const struct definition *definition,
                                            const struct config_var *var)
{
    const struct config_entry *found = config_entry_of(config, var->identity);
    found = found != NULL ? found : entry_of_alias(config, var->identity);
    return found == NULL && !is_anothers(definition, var, var->key)
               ? config_entry_of(config, var->key)
               : found;
}

struct value config_aliases(const struct config *config,
                            const struct definition *definition,
                            struct arena *arena)
{
    struct value aliases = value_map();
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        const struct config_var *var = &definition->config_vars[i];
        const struct config_entry *entry = config_entry_for(config, definition, var);
        if (entry != NULL && !slice_equal(entry->identity, var->identity) &&
            !slice_equal(entry->alias, var->identity)) {
            (void)value_map_put(arena, &aliases, entry->identity, value_text(var->identity));
        }
    }
    return aliases;
}

static const struct config_input *input_of(const struct config_entry *entry, struct slice name)
{
    for (uint32_t i = 0; entry != NULL && i < entry->input_count; i++) {
        if (slice_equal(entry->inputs[i].name, name)) {
            return &entry->inputs[i];
        }
    }
    return NULL;
}

bool config_value_in(const struct value *state, struct slice identity, struct slice *ret)
{
    const struct value *item = value_get(value_get(state, SLICE("config")), identity);
    const struct value *value = value_get(item, SLICE("value"));
    if (value == NULL || value->type != VALUE_TEXT) {
        return false;
    }
    *ret = value->bytes;
    return true;
}

bool config_input_in(const struct value *state,
                     struct slice identity,
                     struct slice input,
                     struct slice *ret,
                     enum input_type *ret_type)
{
    const struct value *item = value_get(value_get(state, SLICE("config")), identity);
    const struct value *found = value_get(value_get(item, SLICE("inputs")), input);
    const struct value *text = value_at(found, 0);
    if (text == NULL || text->type != VALUE_TEXT) {
        return false;
    }
    *ret = text->bytes;
    *ret_type = (enum input_type)value_int_of(value_at(found, 2), INPUT_VALUE);
    return true;
}

/* ---- deciding ---- */

struct deciding {
    const struct definition *definition;
    const struct config *current;
    const struct config_marker *marker;
    struct decision *decision;
    struct value config; /* what changes, for the event */
};

/* What the variable is known by: what is set already keeps its name. */
static struct slice identity_of(const struct deciding *it, const struct config_var *var)
{
    const struct config_entry *entry = config_entry_for(it->current, it->definition, var);
    return entry != NULL ? entry->identity : var->identity;
}

static void refuse(struct deciding *it, struct slice key, const char *text)
{
    struct slice field = arena_format(it->decision->arena, "configVariables.%.*s", SLICE_ARGS(key));
    problem_add(&it->decision->problems, field, "%s", text);
}

/* The mark of some texts, each ended by a zero byte. Returns: CONFIG_MARK_BYTES in the arena. */
static struct slice make_mark(struct deciding *it, const struct slice *texts, size_t count)
{
    struct buf bytes;
    buf_init(&bytes, 4 * LIMIT_CONFIG_VALUE_BYTES);
    for (size_t i = 0; i < count; i++) {
        buf_put_slice(&bytes, texts[i]);
        buf_put_char(&bytes, '\0');
    }
    unsigned char mark[CONFIG_MARK_BYTES];
    it->marker->mark(it->marker->state, buf_slice(&bytes), mark);
    if (bytes.failed) { /* a mark of half a value would be that of another */
        decision_refuse(it->decision, "configVariables", "no memory for a value");
    }
    buf_deinit(&bytes);
    return arena_copy(it->decision->arena, slice_of(mark, sizeof mark));
}

static void decide_plain(struct deciding *it,
                         const struct config_var *var,
                         const struct config_assignment *assignment)
{
    struct arena *arena = it->decision->arena;
    struct config_value given = {assignment->value, assignment->schedule_type,
                                 assignment->time_zone};
    struct config_value kept;
    struct error error;
    enum err e = config_value_check(var, &given, arena, &kept, &error);
    if (e != ERR_OK) {
        refuse(it, var->key, error_text(&error));
        return;
    }
    struct slice texts[3] = {kept.value, kept.schedule_type, kept.time_zone};
    struct slice mark = make_mark(it, texts, 3);
    const struct config_entry *old = config_entry_for(it->current, it->definition, var);
    if (old != NULL && slice_equal(old->mark, mark)) {
        return;
    }
    struct value item = value_map();
    (void)value_map_put(arena, &item, SLICE("value"), value_text(kept.value));
    (void)value_map_put(arena, &item, SLICE("mark"), value_binary(mark));
    if (kept.schedule_type.size > 0) {
        (void)value_map_put(arena, &item, SLICE("scheduleType"), value_text(kept.schedule_type));
    }
    if (kept.time_zone.size > 0) {
        (void)value_map_put(arena, &item, SLICE("timeZone"), value_text(kept.time_zone));
    }
    (void)value_map_put(arena, &it->config, identity_of(it, var), item);
}

/* One input of a connection as an item of the event, if it changes. */
static void put_input(struct deciding *it,
                      const struct config_entry *old,
                      const struct config_connection_input *input,
                      struct value *inputs)
{
    struct arena *arena = it->decision->arena;
    char type = (char)('0' + (int)input->type);
    struct slice texts[2] = {input->value, slice_of(&type, 1)};
    struct slice mark = make_mark(it, texts, 2);
    const struct config_input *before = input_of(old, input->name);
    if (before != NULL && slice_equal(before->mark, mark)) {
        return;
    }
    struct value item = value_list();
    (void)value_list_push(arena, &item, value_text(input->value));
    (void)value_list_push(arena, &item, value_binary(mark));
    (void)value_list_push(arena, &item, value_int((int64_t)input->type));
    (void)value_map_put(arena, inputs, input->name, item);
}

/* A connection that lists no inputs takes any name: all that were ever set are bounded. */
static bool has_room(struct deciding *it,
                     const struct config_var *var,
                     const struct config_entry *old,
                     const struct config_connection *connection)
{
    uint32_t count = old != NULL ? old->input_count : 0;
    for (uint32_t i = 0; i < connection->count; i++) {
        count += input_of(old, connection->items[i].name) == NULL;
    }
    if (count > DEFINITION_INPUTS_MAX) {
        char text[80];
        (void)snprintf(text, sizeof text, "would have %u inputs, at most %d are allowed", count,
                       DEFINITION_INPUTS_MAX);
        refuse(it, var->key, text);
    }
    return count <= DEFINITION_INPUTS_MAX;
}

static void decide_connection(struct deciding *it,
                              const struct config_var *var,
                              const struct config_assignment *assignment)
{
    struct config_connection connection;
    struct error error;
    enum err e =
        config_connection_parse(var, assignment->inputs, it->decision->arena, &connection, &error);
    if (e != ERR_OK) {
        refuse(it, var->key, error_text(&error));
        return;
    }
    const struct config_entry *old = config_entry_for(it->current, it->definition, var);
    struct value inputs = value_map();
    if (!has_room(it, var, old, &connection)) {
        return;
    }
    for (uint32_t i = 0; i < connection.count; i++) {
        put_input(it, old, &connection.items[i], &inputs);
    }
    if (inputs.map.count > 0) {
        struct value item = value_map();
        (void)value_map_put(it->decision->arena, &item, SLICE("inputs"), inputs);
        (void)value_map_put(it->decision->arena, &it->config, identity_of(it, var), item);
    }
}

static void decide_one(struct deciding *it, const struct config_assignment *assignment)
{
    const struct config_var *var = definition_config_var(it->definition, assignment->key);
    bool is_connection =
        var != NULL && (var->data_type == CONFIG_CONNECTION || var->data_type == CONFIG_CREDENTIAL);
    if (var == NULL) {
        refuse(it, assignment->key, "the integration has no config variable of this key");
    } else if (is_connection && assignment->has_value) {
        refuse(it, var->key, "is a connection: give its inputs as `values`, not a `value`");
    } else if (!is_connection && assignment->has_inputs) {
        refuse(it, var->key, "is no connection: give a `value`, not `values`");
    } else if (assignment->has_inputs) {
        decide_connection(it, var, assignment);
    } else if (assignment->has_value) {
        decide_plain(it, var, assignment);
    }
}

static bool is_assigned(const struct deciding *it,
                        const struct config_assignment *assignments,
                        size_t count,
                        struct slice identity)
{
    for (size_t i = 0; i < count; i++) {
        const struct config_var *var = definition_config_var(it->definition, assignments[i].key);
        if (var != NULL && slice_equal(identity_of(it, var), identity)) {
            return true;
        }
    }
    return false;
}

static void
refuse_repeated(struct deciding *it, const struct config_assignment *assignments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (slice_equal(assignments[i].key, assignments[k].key)) {
                refuse(it, assignments[i].key, "is given twice");
                break;
            }
        }
    }
}

bool config_decide(const struct definition *definition,
                   const struct config *current,
                   const struct config_assignment *assignments,
                   size_t count,
                   bool replace,
                   const struct config_marker *marker,
                   struct event *event,
                   struct decision *decision)
{
    struct deciding it = {definition, current, marker, decision, value_map()};
    struct value unset = value_list();
    if (count > DEFINITION_CONFIG_VARS_MAX) {
        decision_refuse(decision, "configVariables", "has %zu entries, at most %d are allowed",
                        count, DEFINITION_CONFIG_VARS_MAX);
        return false;
    }
    refuse_repeated(&it, assignments, count);
    for (size_t i = 0; i < count; i++) {
        decide_one(&it, &assignments[i]);
    }
    for (uint32_t i = 0; replace && i < current->count; i++) {
        struct slice identity = current->entries[i].identity;
        if (!is_assigned(&it, assignments, count, identity)) {
            (void)value_list_push(decision->arena, &unset, value_text(identity));
        }
    }
    if (it.config.map.count > 0) {
        decision_put(decision, event, "config", it.config);
    }
    if (unset.list.count > 0) {
        decision_put(decision, event, "unset", unset);
    }
    return it.config.map.count > 0 || unset.list.count > 0;
}

/* ---- evolving: never in place, because the deployed config may share the arrays ---- */

static bool is_unset(const struct value *unset, struct slice identity)
{
    for (uint32_t i = 0; unset != NULL && unset->type == VALUE_LIST && i < unset->list.count; i++) {
        if (slice_equal(value_text_of(&unset->list.items[i]), identity)) {
            return true;
        }
    }
    return false;
}

static struct slice binary_of(const struct value *value)
{
    return value != NULL && value->type == VALUE_BINARY ? value->bytes : (struct slice){NULL, 0};
}

static void apply_inputs(struct config_entry *entry,
                         const struct value *inputs,
                         uint64_t seq,
                         struct arena *arena)
{
    struct config_input *grown =
        ARENA_ARRAY(arena, struct config_input, entry->input_count + inputs->map.count);
    if (grown == NULL) {
        return; /* the arena remembers, its owner checks */
    }
    if (entry->input_count > 0) {
        memcpy(grown, entry->inputs, entry->input_count * sizeof *grown);
    }
    entry->inputs = grown;
    for (uint32_t i = 0; i < inputs->map.count; i++) {
        const struct value_member *member = &inputs->map.members[i];
        struct config_input *input = (struct config_input *)(uintptr_t)input_of(entry, member->key);
        if (input == NULL) {
            input = &entry->inputs[entry->input_count++];
        }
        *input = (struct config_input){
            .name = member->key,
            .seq = seq,
            .mark = binary_of(value_at(&member->value, 1)),
            .has_value = value_text_of(value_at(&member->value, 0)).size > 0,
        };
    }
}

/* A variable may have another type in another version: what is set replaces what was of that. */
static void
apply_entry(struct config_entry *entry, const struct value *item, uint64_t seq, struct arena *arena)
{
    const struct value *inputs = value_get(item, SLICE("inputs"));
    bool is_connection = inputs != NULL && inputs->type == VALUE_MAP;
    struct config_entry fresh = {.identity = entry->identity, .alias = entry->alias};
    if (is_connection) {
        fresh.inputs = entry->inputs;
        fresh.input_count = entry->input_count;
        apply_inputs(&fresh, inputs, seq, arena);
    } else {
        fresh.seq = seq;
        fresh.mark = binary_of(value_get(item, SLICE("mark")));
        fresh.schedule_type = value_get_text(item, SLICE("scheduleType"));
        fresh.time_zone = value_get_text(item, SLICE("timeZone"));
    }
    *entry = fresh;
}

static void apply_alias(struct config_entry *entry, const struct value *aliases)
{
    const struct value *alias = value_get(aliases, entry->identity);
    entry->alias = alias != NULL ? value_text_of(alias) : entry->alias;
}

void config_evolve(struct config *config,
                   const struct value *state,
                   uint64_t seq,
                   struct arena *arena)
{
    const struct value *changes = value_get(state, SLICE("config"));
    const struct value *unset = value_get(state, SLICE("unset"));
    const struct value *aliases = value_get(state, SLICE("aliases"));
    bool has_changes = changes != NULL && changes->type == VALUE_MAP;
    if (!has_changes && unset == NULL && aliases == NULL) {
        return;
    }
    size_t room = config->count + (has_changes ? changes->map.count : 0);
    struct config fresh = {.entries = ARENA_ARRAY(arena, struct config_entry, room)};
    if (fresh.entries == NULL) {
        return; /* the arena remembers, its owner checks */
    }
    for (uint32_t i = 0; i < config->count; i++) {
        if (!is_unset(unset, config->entries[i].identity)) {
            fresh.entries[fresh.count++] = config->entries[i];
            apply_alias(&fresh.entries[fresh.count - 1], aliases);
        }
    }
    for (uint32_t i = 0; has_changes && i < changes->map.count; i++) {
        const struct value_member *member = &changes->map.members[i];
        struct config_entry *entry =
            (struct config_entry *)(uintptr_t)config_entry_of(&fresh, member->key);
        if (entry == NULL) {
            entry = &fresh.entries[fresh.count++];
            entry->identity = member->key;
        }
        apply_entry(entry, &member->value, seq, arena);
    }
    *config = fresh;
}

/* ---- comparing ---- */

static bool same_inputs(const struct config_entry *a, const struct config_entry *b)
{
    if (a->input_count != b->input_count) {
        return false;
    }
    for (uint32_t i = 0; i < a->input_count; i++) {
        const struct config_input *other = input_of(b, a->inputs[i].name);
        if (other == NULL || !slice_equal(other->mark, a->inputs[i].mark)) {
            return false;
        }
    }
    return true;
}

bool config_equal(const struct config *a, const struct config *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        const struct config_entry *other = config_entry_of(b, a->entries[i].identity);
        if (other == NULL || !slice_equal(other->mark, a->entries[i].mark) ||
            !same_inputs(&a->entries[i], other)) {
            return false;
        }
    }
    return true;
}

bool config_is_missing(const struct config_var *var,
                       const struct config_entry *entry,
                       const char **ret_reason)
{
    struct slice names[DEFINITION_INPUTS_MAX];
    bool nonempty[DEFINITION_INPUTS_MAX];
    struct config_presence presence = {.inputs = names, .inputs_nonempty = nonempty};
    if (entry != NULL) {
        presence.has_value = entry->seq != 0;
        for (uint32_t i = 0; i < entry->input_count && i < DEFINITION_INPUTS_MAX; i++) {
            names[i] = entry->inputs[i].name;
            nonempty[i] = entry->inputs[i].has_value;
            presence.input_count++;
        }
    }
    return config_value_is_missing(var, &presence, ret_reason);
}

/* ---- rows ---- */

static void put_entry(struct buf *out, const struct config_entry *entry)
{
    codec_put_list(out, 7);
    codec_put_text(out, entry->identity);
    codec_put_text(out, entry->alias);
    codec_put_u64(out, entry->seq);
    codec_put_binary(out, entry->mark);
    codec_put_text(out, entry->schedule_type);
    codec_put_text(out, entry->time_zone);
    codec_put_list(out, entry->input_count);
    for (uint32_t i = 0; i < entry->input_count; i++) {
        const struct config_input *input = &entry->inputs[i];
        codec_put_list(out, 4);
        codec_put_text(out, input->name);
        codec_put_u64(out, input->seq);
        codec_put_binary(out, input->mark);
        codec_put_bool(out, input->has_value);
    }
}

void config_put(struct buf *out, const struct config *config)
{
    codec_put_list(out, config->count);
    for (uint32_t i = 0; i < config->count; i++) {
        put_entry(out, &config->entries[i]);
    }
}

static void
take_inputs(struct config_entry *entry, const struct value *list, struct arena *arena, bool *bad)
{
    if (list == NULL || list->type != VALUE_LIST) {
        *bad = true;
        return;
    }
    entry->inputs = ARENA_ARRAY(arena, struct config_input, list->list.count);
    for (uint32_t i = 0; entry->inputs != NULL && i < list->list.count; i++) {
        struct codec_reader reader = codec_reader(&list->list.items[i]);
        struct config_input *input = &entry->inputs[entry->input_count++];
        input->name = codec_take_text(&reader);
        input->seq = codec_take_u64(&reader);
        input->mark = codec_take_binary(&reader);
        input->has_value = codec_take_bool(&reader);
        *bad = *bad || reader.bad;
    }
}

struct config config_take(struct codec_reader *reader, struct arena *arena)
{
    struct config config = {NULL, 0};
    const struct value *list = codec_take(reader);
    if (list == NULL || list->type != VALUE_LIST) {
        reader->bad = true;
        return config;
    }
    config.entries = ARENA_ARRAY(arena, struct config_entry, list->list.count);
    for (uint32_t i = 0; config.entries != NULL && i < list->list.count; i++) {
        struct codec_reader item = codec_reader(&list->list.items[i]);
        struct config_entry *entry = &config.entries[config.count++];
        entry->identity = codec_take_text(&item);
        entry->alias = codec_take_text(&item);
        entry->seq = codec_take_u64(&item);
        entry->mark = codec_take_binary(&item);
        entry->schedule_type = codec_take_text(&item);
        entry->time_zone = codec_take_text(&item);
        take_inputs(entry, codec_take(&item), arena, &item.bad);
        reader->bad = reader->bad || item.bad;
    }
    return config;
}
