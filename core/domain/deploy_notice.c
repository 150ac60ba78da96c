#include "core/domain/deploy_notice.h"

#include "core/domain/execution.h"

#define TEXT_BYTES_MAX 1000

/* Appends "a", "b" ... with commas between. */
static void add_item(struct buf *text, const char *item)
{
    if (text->size > 0) {
        buf_put_text(text, ", ");
    }
    buf_put_text(text, item);
}

static void list_of_flow(const struct flow_definition *flow, struct buf *text)
{
    const struct step *trigger = &flow->steps[0];
    if (flow->retry.given && flow->retry.max_attempts > 0) {
        add_item(text, "retryConfig");
    }
    if (flow->queue.given) {
        add_item(text, "queueConfig");
    }
    if (flow->trigger_kind == TRIGGER_SCHEDULE || trigger->schedule.given) {
        add_item(text, "its schedule");
    }
    if (flow->trigger_kind == TRIGGER_DEPLOY) {
        add_item(text, "its deploy trigger");
    }
    if (flow->trigger_kind == TRIGGER_REMOVE) {
        add_item(text, "its remove trigger");
    }
    if (flow->trigger_kind == TRIGGER_OTHER) {
        add_item(text, "its trigger");
    }
}

static void
add_line(struct decision *decision, struct value *lines, int64_t now_us, struct slice message)
{
    struct value line = value_list();
    (void)value_list_push(decision->arena, &line, value_int(now_us));
    (void)value_list_push(decision->arena, &line, value_text(message));
    (void)value_list_push(decision->arena, lines, line);
}

static void add_flow(struct decision *decision,
                     struct value *lines,
                     int64_t now_us,
                     const struct flow_definition *flow)
{
    struct buf text;
    buf_init(&text, TEXT_BYTES_MAX);
    list_of_flow(flow, &text);
    if (text.size > 0) {
        add_line(decision, lines, now_us,
                 arena_format(decision->arena,
                              "Flow \"%.*s\": this server does not act on %.*s; it is kept and "
                              "exported",
                              SLICE_ARGS(flow->name), SLICE_ARGS(buf_slice(&text))));
    }
    buf_deinit(&text);
}

static bool has_data_source(const struct definition *definition)
{
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        if (definition->config_vars[i].has_data_source) {
            return true;
        }
    }
    return false;
}

void deploy_notice_decide(const struct definition *definition,
                          int64_t now_us,
                          struct decision *decision)
{
    struct value lines = value_list();
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        add_flow(decision, &lines, now_us, &definition->flows[i]);
    }
    if (has_data_source(definition)) {
        add_line(decision, &lines, now_us,
                 SLICE("Config variables with a data source: this server does not fetch choices; "
                       "values are taken as given"));
    }
    if (lines.list.count == 0) {
        return;
    }
    char *levels = arena_alloc(decision->arena, lines.list.count);
    if (levels == NULL) {
        return; /* the exhausted arena makes the decision a refused one */
    }
    memset(levels, LOG_LEVEL_WARN, lines.list.count);
    struct event *event = decision_add(decision, EVENT_INSTANCE_LOGGED);
    event->facts.instance_logged.levels = slice_of(levels, lines.list.count);
    event->bodies[BODY_LOG] = lines;
}
