/*
 * definition_dump: everything a definition says, as text: two are the same if their dumps are.
 * Lines are left out, because cutting a secret out of the text moves them. For unit tests and the
 * fuzz target, each of which includes this once.
 */
#ifndef DAYBOOK_TESTS_LIB_DEFINITION_DUMP_H
#define DAYBOOK_TESTS_LIB_DEFINITION_DUMP_H

#include "core/base/buf.h"
#include "core/base/json_out.h"
#include "core/definition/definition.h"

static void dump_text(struct buf *out, const char *name, struct slice text)
{
    buf_printf(out, "%s=%zu:", name, text.size);
    buf_put_slice(out, text);
    buf_put_char(out, '\n');
}

static void dump_value(struct buf *out, const char *name, const struct value *value)
{
    struct json_out json = json_out(out);
    buf_printf(out, "%s=", name);
    json_out_value(&json, value);
    buf_put_char(out, '\n');
}

static void dump_visibility(struct buf *out, const struct visibility *v)
{
    buf_printf(out, "visibility=%d%d%d\n", v->org_only, v->visible_to_org_deployer,
               v->visible_to_customer_deployer);
}

static void dump_component(struct buf *out, const struct component_ref *ref)
{
    dump_text(out, "component", ref->component);
    dump_text(out, "key", ref->key);
    dump_text(out, "version", ref->version);
    dump_text(out, "signature", ref->signature);
    buf_printf(out, "public=%d\n", ref->is_public);
}

static void dump_input(struct buf *out, const struct input *input)
{
    dump_text(out, "input", input->key);
    dump_text(out, "name", input->name);
    buf_printf(out, "type=%d secret=%d items=%u\n", (int)input->type, input->secret,
               input->item_count);
    dump_text(out, "text", input->text);
    dump_visibility(out, &input->visibility);
    dump_value(out, "meta", &input->meta);
    if (input->name_input != NULL) {
        buf_put_text(out, "name_input:\n");
        dump_input(out, input->name_input);
    }
    for (uint32_t i = 0; i < input->item_count; i++) {
        dump_input(out, &input->items[i]);
    }
}

static void dump_inputs(struct buf *out, const struct input *inputs, uint32_t count)
{
    buf_printf(out, "inputs=%u\n", count);
    for (uint32_t i = 0; i < count; i++) {
        dump_input(out, &inputs[i]);
    }
}

static void dump_steps(struct buf *out, const struct step *steps, uint32_t count);

static void dump_step(struct buf *out, const struct step *step)
{
    dump_text(out, "step", step->name);
    dump_text(out, "reference", step->reference);
    dump_text(out, "stable", step->stable_key);
    dump_text(out, "description", step->description);
    buf_printf(out, "index=%u trigger=%d builtin=%d\n", step->index, step->is_trigger,
               step->builtin != NULL);
    dump_component(out, &step->action);
    dump_inputs(out, step->inputs, step->input_count);
    buf_printf(out, "schedule=%d %d %d\n", step->schedule.given, (int)step->schedule.type,
               (int)step->schedule.schedule_type);
    dump_text(out, "cron", step->schedule.text);
    dump_text(out, "zone", step->schedule.time_zone);
    buf_printf(out, "error=%d %d %d %d %d\n", (int)step->error.handler, step->error.max_attempts,
               step->error.delay_seconds, step->error.exponential_backoff,
               step->error.ignore_final_error);
    dump_steps(out, step->steps, step->step_count);
    buf_printf(out, "branches=%u\n", step->branch_count);
    for (uint32_t i = 0; i < step->branch_count; i++) {
        dump_text(out, "branch", step->branches[i].name);
        dump_steps(out, step->branches[i].steps, step->branches[i].step_count);
    }
}

static void dump_steps(struct buf *out, const struct step *steps, uint32_t count)
{
    buf_printf(out, "steps=%u\n", count);
    for (uint32_t i = 0; i < count; i++) {
        dump_step(out, &steps[i]);
    }
}

static void dump_flow(struct buf *out, const struct flow_definition *flow)
{
    dump_text(out, "flow", flow->name);
    dump_text(out, "stable", flow->stable_key);
    dump_text(out, "identity", flow->identity);
    dump_text(out, "description", flow->description);
    buf_printf(out, "index=%u synchronous=%d security=%d agent=%d trigger=%d total=%u\n",
               flow->index, flow->is_synchronous, (int)flow->security, flow->is_agent_flow,
               (int)flow->trigger_kind, flow->total_step_count);
    for (uint32_t i = 0; i < flow->organization_key_count; i++) {
        dump_text(out, "organization_key", flow->organization_keys[i]);
    }
    buf_printf(out, "retry=%d %d %d %d\n", flow->retry.given, flow->retry.max_attempts,
               flow->retry.delay_minutes, flow->retry.exponential_backoff);
    dump_text(out, "unique", flow->retry.unique_request_id);
    buf_printf(out, "queue=%d %d %d %d\n", flow->queue.given, flow->queue.fifo,
               flow->queue.singleton, flow->queue.concurrency_limit);
    dump_text(out, "dedupe", flow->queue.dedupe_id);
    dump_value(out, "schemas", &flow->schemas);
    dump_steps(out, flow->steps, flow->step_count);
}

static void dump_var(struct buf *out, const struct config_var *var)
{
    dump_text(out, "var", var->key);
    dump_text(out, "stable", var->stable_key);
    dump_text(out, "identity", var->identity);
    dump_text(out, "description", var->description);
    buf_printf(out, "type=%d collection=%d has_default=%d code=%d schedule=%d source=%d\n",
               (int)var->data_type, (int)var->collection, var->has_default, (int)var->code_language,
               (int)var->schedule_type, var->has_data_source);
    dump_text(out, "default", var->default_value);
    dump_text(out, "zone", var->time_zone);
    for (uint32_t i = 0; i < var->pick_list_count; i++) {
        dump_text(out, "choice", var->pick_list[i]);
    }
    dump_visibility(out, &var->visibility);
    dump_value(out, "meta", &var->meta);
    dump_component(out, &var->connection);
    dump_text(out, "template", var->connection_template);
    dump_text(out, "scoped", var->scoped_config_var);
    dump_text(out, "on_premise", var->on_premise);
    dump_component(out, &var->data_source);
    dump_inputs(out, var->inputs, var->input_count);
}

static void dump_pages(struct buf *out, const struct definition *definition)
{
    for (uint32_t i = 0; i < definition->page_count; i++) {
        const struct config_page *page = &definition->pages[i];
        dump_text(out, "page", page->name);
        dump_text(out, "tagline", page->tagline);
        buf_printf(out, "user_level=%d elements=%u\n", page->user_level, page->element_count);
        for (uint32_t k = 0; k < page->element_count; k++) {
            buf_printf(out, "type=%d ", (int)page->elements[k].type);
            dump_text(out, "value", page->elements[k].value);
        }
    }
}

/* Writes the definition to `out`: the model and the secrets, without the text. */
static void definition_dump(struct buf *out, const struct definition *definition)
{
    buf_printf(out, "version=%d endpoint=%d native=%d\n", definition->version,
               (int)definition->endpoint_type, definition->is_code_native);
    dump_text(out, "name", definition->name);
    dump_text(out, "description", definition->description);
    dump_text(out, "documentation", definition->documentation);
    dump_text(out, "category", definition->category);
    dump_text(out, "external", definition->external_version);
    dump_text(out, "preprocess", definition->preprocess_flow_name);
    for (uint32_t i = 0; i < definition->label_count; i++) {
        dump_text(out, "label", definition->labels[i]);
    }
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        dump_var(out, &definition->config_vars[i]);
    }
    dump_pages(out, definition);
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        dump_flow(out, &definition->flows[i]);
    }
    for (uint32_t i = 0; i < definition->secrets.count; i++) {
        dump_text(out, "secret", definition->secrets.items[i].path);
        dump_text(out, "is", definition->secrets.items[i].value);
    }
}

#endif
