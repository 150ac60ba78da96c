#include "api/runner/run_config.h"

#include "api/engine/definitions.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/memory.h"
#include "core/definition/config_value.h"
#include "core/flow/template.h"
#include "projections/as_of.h"
#include "projections/instances_view.h"

#include <sodium.h>
#include <stdlib.h>

struct entry {
    struct list_link link;
    struct uuid instance;
    uint64_t definition_seq;
    uint64_t config_seq;
    unsigned users;
    struct run_config config;
    struct arena arena; /* variables and their values */
};

struct run_configs {
    struct engine *engine;
    struct list used;
    struct list idle;
};

enum err run_configs_create(struct engine *engine, struct run_configs **ret, struct error *reterr)
{
    struct run_configs *configs = memory_zalloc(1, sizeof *configs);
    if (configs == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "run configs: out of memory");
    }
    configs->engine = engine;
    list_init(&configs->used);
    list_init(&configs->idle);
    *ret = configs;
    return ERR_OK;
}

/* Texts in the arena may be secrets. */
static void wipe(struct entry *entry)
{
    for (uint32_t i = 0; i < entry->config.config.count; i++) {
        const struct snapshot_connection *connection = entry->config.config.vars[i].connection;
        for (uint32_t k = 0; connection != NULL && k < connection->field_count; k++) {
            struct slice value = connection->fields[k].value;
            if (value.size > 0) {
                sodium_memzero((void *)(uintptr_t)value.data, value.size);
            }
        }
    }
}

static void free_entry(struct run_configs *configs, struct entry *entry)
{
    wipe(entry);
    definitions_release(engine_definitions(configs->engine), &entry->config.definition);
    arena_deinit(&entry->arena);
    memory_free(entry);
}

void run_configs_destroy(struct run_configs **configs)
{
    if (*configs == NULL) {
        return;
    }
    ASSERT(list_empty(&(*configs)->used));
    struct list_link *link = NULL;
    while ((link = list_pop_front(&(*configs)->idle)) != NULL) {
        free_entry(*configs, LIST_ENTRY(link, struct entry, link));
    }
    memory_free(*configs);
    *configs = NULL;
}

/* ---- loading ---- */

struct loading {
    struct reading *reading;
    struct entry *entry;
    struct config config; /* entries as of the sequence */
    struct arena scratch; /* events; emptied between variables */
};

/* The config entries as of the sequence: usually those deployed or those now, else folded. */
static enum err find_config(struct loading *it, uint64_t seq, struct error *reterr)
{
    struct instance instance;
    struct arena *arena = &it->entry->arena;
    enum err e =
        instances_view_get(it->reading->views, it->entry->instance, arena, &instance, reterr);
    if (e == ERR_OK && instance.deployed_seq == seq) {
        it->config = instance.deployed_config;
        return ERR_OK;
    }
    if (e == ERR_OK && instance.config_seq != seq) {
        e = as_of_instance(it->reading->views, it->reading->journal, it->entry->instance, seq,
                           arena, &instance, reterr);
    }
    it->config = instance.config;
    return e;
}

/* A text as the type its variable has. An empty text is nothing. */
static enum err typed_value(const struct config_var *var,
                            struct slice text,
                            struct arena *arena,
                            struct value *ret,
                            struct error *reterr)
{
    bool is_json = var->collection != COLLECTION_NONE || var->data_type == CONFIG_JSONFORM ||
                   var->data_type == CONFIG_OBJECTSELECTION ||
                   var->data_type == CONFIG_OBJECTFIELDMAP || var->data_type == CONFIG_NUMBER;
    if (text.size == 0 && (is_json || var->data_type == CONFIG_BOOLEAN)) {
        *ret = value_null();
        return ERR_OK;
    }
    if (is_json) {
        enum err e = json_in_parse(text, arena, ret, reterr);
        return e != ERR_OK ? error_wrap(reterr, e, "config variable \"%.*s\"", SLICE_ARGS(var->key))
                           : e;
    }
    if (var->data_type == CONFIG_BOOLEAN) {
        *ret = value_bool(slice_equal_nocase(text, SLICE("true")));
        return ERR_OK;
    }
    *ret = value_text(arena_copy(arena, text));
    return ERR_OK;
}

/* The state body of an event that set something. */
static enum err
open_state(struct loading *it, uint64_t seq, const struct value **ret, struct error *reterr)
{
    const struct recorded_event *event = NULL;
    unsigned absent = 0;
    enum err e =
        reading_event(it->reading, seq, 1U << BODY_STATE, &it->scratch, &event, &absent, reterr);
    if (e == ERR_OK && absent != 0) {
        return error_set(reterr, ERR_ERASED, "the config of this instance was erased");
    }
    if (e == ERR_OK) {
        *ret = &event->event.bodies[BODY_STATE];
    }
    return e;
}

/* What is set, else the default. What was set may be of another type in the version it now runs
 * with: it is judged again. Lives until the scratch memory is emptied. */
static enum err load_text(struct loading *it,
                          const struct config_var *var,
                          const struct config_entry *entry,
                          struct slice *ret,
                          struct error *reterr)
{
    const struct value *state = NULL;
    *ret = var->default_value;
    if (entry == NULL || entry->seq == 0) {
        return ERR_OK;
    }
    enum err e = open_state(it, entry->seq, &state, reterr);
    if (e == ERR_OK && !config_value_in(state, entry->identity, ret)) {
        return error_set(reterr, ERR_DAMAGED, "config variable \"%.*s\" is not where it was set",
                         SLICE_ARGS(var->key));
    }
    e = e != ERR_OK ? e : config_value_check_text(var, *ret, &it->scratch, ret, reterr);
    return e == ERR_INVALID
               ? error_wrap(reterr, e, "config variable \"%.*s\"", SLICE_ARGS(var->key))
               : e;
}

static enum err load_plain(struct loading *it,
                           const struct config_var *var,
                           const struct config_entry *entry,
                           struct snapshot_var *ret,
                           struct error *reterr)
{
    struct slice text = {NULL, 0};
    enum err e = load_text(it, var, entry, &text, reterr);
    return e != ERR_OK ? e : typed_value(var, text, &it->entry->arena, &ret->value, reterr);
}

/* The text of another variable that an input of a connection refers to. */
static enum err
load_referred(struct loading *it, struct slice key, struct slice *ret, struct error *reterr)
{
    const struct definition *definition = it->entry->config.definition;
    const struct config_var *var = definition_config_var(definition, key);
    *ret = (struct slice){NULL, 0};
    if (var == NULL || var->data_type == CONFIG_CONNECTION) {
        return ERR_OK;
    }
    return load_text(it, var, config_entry_for(&it->config, definition, var), ret, reterr);
}

/* A template of an input of a connection, which may refer to variables only. */
static enum err render_template(struct loading *it,
                                const struct input *input,
                                struct slice text,
                                struct slice *ret,
                                struct error *reterr)
{
    struct scope scope;
    struct error why = {0};
    enum err e = scope_init(&scope, &it->entry->config.config, 1, &it->scratch, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = template_render(text, &scope, &it->scratch, ret, &why);
    if (e != ERR_OK) { /* what is wrong with a secret would show a part of it */
        return error_set(reterr, e, "the template of the connection's input \"%.*s\"%s%s",
                         SLICE_ARGS(input->key), input->secret ? " cannot be filled in" : ": ",
                         input->secret ? "" : error_text(&why));
    }
    return ERR_OK;
}

static enum err load_field(struct loading *it,
                           const struct config_entry *entry,
                           const struct input *input,
                           struct snapshot_field *ret,
                           struct error *reterr)
{
    struct slice text = input->text;
    enum input_type type = input->type;
    enum err e = ERR_OK;
    for (uint32_t i = 0; entry != NULL && i < entry->input_count && e == ERR_OK; i++) {
        const struct value *state = NULL;
        if (slice_equal(entry->inputs[i].name, input->key) && entry->inputs[i].has_value) {
            e = open_state(it, entry->inputs[i].seq, &state, reterr);
            if (e == ERR_OK) {
                (void)config_input_in(state, entry->identity, input->key, &text, &type);
            }
        }
    }
    if (e == ERR_OK && type == INPUT_CONFIGVAR) {
        e = load_referred(it, text, &text, reterr);
    } else if (e == ERR_OK && type == INPUT_TEMPLATE) {
        e = render_template(it, input, text, &text, reterr);
    }
    ret->name = input->key;
    ret->secret = input->secret;
    ret->value = arena_copy(&it->entry->arena, text);
    return e;
}

static enum err load_connection(struct loading *it,
                                const struct config_var *var,
                                const struct config_entry *entry,
                                struct snapshot_var *ret,
                                struct error *reterr)
{
    struct arena *arena = &it->entry->arena;
    struct snapshot_connection *connection = ARENA_NEW(arena, struct snapshot_connection);
    struct snapshot_field *fields = ARENA_ARRAY(arena, struct snapshot_field, var->input_count);
    if (connection == NULL || fields == NULL) {
        return arena_error(arena, "the config of an execution", reterr);
    }
    *connection = (struct snapshot_connection){
        .key = var->connection.key, .config_var_key = var->key, .fields = fields};
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < var->input_count && e == ERR_OK; i++) {
        e = load_field(it, entry, &var->inputs[i], &fields[connection->field_count++], reterr);
    }
    ret->connection = connection;
    return e;
}

/* Variables of the one kind or the other, into their places. */
static enum err load_kind(struct loading *it, bool connections, struct error *reterr)
{
    const struct definition *definition = it->entry->config.definition;
    struct snapshot *config = &it->entry->config.config;
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < definition->config_var_count && e == ERR_OK; i++) {
        const struct config_var *var = &definition->config_vars[i];
        const struct config_entry *entry = config_entry_for(&it->config, definition, var);
        struct snapshot_var *ret = &config->vars[i];
        if ((var->data_type == CONFIG_CONNECTION) != connections) {
            continue;
        }
        e = connections ? load_connection(it, var, entry, ret, reterr)
                        : load_plain(it, var, entry, ret, reterr);
        arena_reset(&it->scratch);
    }
    return e;
}

/* Connections last: their inputs may refer to other variables. */
static enum err load_vars(struct loading *it, struct error *reterr)
{
    const struct definition *definition = it->entry->config.definition;
    struct snapshot *config = &it->entry->config.config;
    config->vars =
        ARENA_ARRAY(&it->entry->arena, struct snapshot_var, definition->config_var_count);
    if (config->vars == NULL) {
        return arena_error(&it->entry->arena, "the config of an execution", reterr);
    }
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        config->vars[config->count++].key = definition->config_vars[i].key;
    }
    enum err e = load_kind(it, false, reterr);
    e = e != ERR_OK ? e : load_kind(it, true, reterr);
    if (e == ERR_OK && arena_exhausted(&it->entry->arena)) {
        e = arena_error(&it->entry->arena, "the config of an execution", reterr);
    }
    return e;
}

static enum err load(struct reading *reading, struct entry *entry, struct error *reterr)
{
    struct loading it = {.reading = reading, .entry = entry};
    arena_init(&it.scratch, RUN_CONFIG_BYTES_MAX);
    enum err e =
        reading_definition(reading, entry->definition_seq, &entry->config.definition, reterr);
    e = e != ERR_OK ? e : find_config(&it, entry->config_seq, reterr);
    e = e != ERR_OK ? e : load_vars(&it, reterr);
    arena_deinit(&it.scratch);
    return e;
}

/* ---- the cache ---- */

static struct entry *
find(struct list *list, struct uuid instance, uint64_t definition, uint64_t config)
{
    LIST_FOR_EACH(link, list)
    {
        struct entry *entry = LIST_ENTRY(link, struct entry, link);
        if (entry->config_seq == config && entry->definition_seq == definition &&
            uuid_equal(entry->instance, instance)) {
            return entry;
        }
    }
    return NULL;
}

static struct entry *
take(struct run_configs *configs, struct uuid instance, uint64_t definition, uint64_t config)
{
    struct entry *entry = find(&configs->used, instance, definition, config);
    if (entry == NULL) {
        entry = find(&configs->idle, instance, definition, config);
        if (entry == NULL) {
            return NULL;
        }
        list_remove(&configs->idle, &entry->link);
        list_push_front(&configs->used, &entry->link);
    }
    return entry;
}

enum err run_configs_acquire(struct run_configs *configs,
                             struct reading *reading,
                             struct uuid instance,
                             uint64_t definition,
                             uint64_t config,
                             const struct run_config **ret,
                             struct error *reterr)
{
    struct entry *entry = take(configs, instance, definition, config);
    if (entry != NULL) {
        entry->users++;
        *ret = &entry->config;
        return ERR_OK;
    }
    entry = memory_zalloc(1, sizeof *entry);
    if (entry == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "run config: out of memory");
    }
    entry->instance = instance;
    entry->definition_seq = definition;
    entry->config_seq = config;
    entry->users = 1;
    arena_init(&entry->arena, RUN_CONFIG_BYTES_MAX);
    enum err e = load(reading, entry, reterr);
    if (e != ERR_OK) {
        free_entry(configs, entry);
        return e;
    }
    list_push_front(&configs->used, &entry->link);
    *ret = &entry->config;
    return ERR_OK;
}

void run_configs_release(struct run_configs *configs, const struct run_config **config)
{
    if (*config == NULL) {
        return;
    }
    struct entry *entry = LIST_ENTRY((uintptr_t)*config, struct entry, config);
    *config = NULL;
    if (--entry->users > 0) {
        return;
    }
    list_remove(&configs->used, &entry->link);
    list_push_back(&configs->idle, &entry->link);
    if (configs->idle.count > RUN_CONFIGS_IDLE_MAX) {
        struct list_link *oldest = list_pop_front(&configs->idle);
        free_entry(configs, LIST_ENTRY(oldest, struct entry, link));
    }
}
