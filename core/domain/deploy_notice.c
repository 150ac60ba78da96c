#include "core/domain/deploy_notice.h"

#include "core/domain/log_line.h"

#define TEXT_BYTES_MAX 1000

_Static_assert(DEFINITION_FLOWS_MAX + 1 <= DEPLOY_NOTICE_EVENTS_MAX * LOG_LINE_COUNT_MAX,
               "every line has its place");
_Static_assert(DEPLOY_NOTICE_EVENTS_MAX + 1 <= DECISION_EVENTS_MAX, "beside instance.deployed");

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

/* One event for as many lines from `first` on as an event may have. */
static void add_event(struct decision *decision, const struct value *lines, uint32_t first)
{
    uint32_t left = lines->list.count - first;
    uint32_t count = left < LOG_LINE_COUNT_MAX ? left : LOG_LINE_COUNT_MAX;
    struct value some = value_list();
    char levels[LOG_LINE_COUNT_MAX];
    memset(levels, LOG_LEVEL_WARN, count);
    for (uint32_t i = 0; i < count; i++) {
        (void)value_list_push(decision->arena, &some, lines->list.items[first + i]);
    }
    struct event *event = decision_add(decision, EVENT_INSTANCE_LOGGED);
    event->facts.instance_logged.levels = arena_copy(decision->arena, slice_of(levels, count));
    event->bodies[BODY_LOG] = some;
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
    for (uint32_t at = 0; at < lines.list.count; at += LOG_LINE_COUNT_MAX) {
        add_event(decision, &lines, at);
    }
}
