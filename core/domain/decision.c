#include "core/domain/decision.h"

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"

void decision_init(struct decision *decision, struct arena *arena)
{
    decision->arena = arena;
    decision->count = 0;
    problem_list_init(&decision->problems, arena);
}

struct event *decision_add(struct decision *decision, enum event_type type)
{
    ASSERT(decision->count < DECISION_EVENTS_MAX);
    struct event *event = &decision->events[decision->count++];
    *event = (struct event){.type = type};
    return event;
}

void decision_put(struct decision *decision,
                  struct event *event,
                  const char *key,
                  struct value value)
{
    struct value *state = &event->bodies[BODY_STATE];
    if (state->type == VALUE_NULL) {
        *state = value_map();
    }
    /* An exhausted arena makes the decision a refused one. */
    (void)value_map_put(decision->arena, state, slice_of_text(key), value);
}

void decision_put_text(struct decision *decision,
                       struct event *event,
                       const char *key,
                       struct slice text)
{
    decision_put(decision, event, key, value_text(text));
}

static bool has_control_character(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

void decision_check_name(struct decision *decision, const char *field, struct slice name)
{
    if (slice_trim(name).size == 0) {
        decision_refuse(decision, field, "must not be empty");
    } else if (name.size > LIMIT_NAME_BYTES) {
        decision_refuse(decision, field, "has %zu bytes, at most %d are allowed", name.size,
                        LIMIT_NAME_BYTES);
    } else if (!utf8_valid(name) || has_control_character(name)) {
        decision_refuse(decision, field, "must be UTF-8 text without control characters");
    }
}

void decision_check_text(struct decision *decision,
                         const char *field,
                         struct slice text,
                         size_t bytes_max)
{
    if (text.size > bytes_max) {
        decision_refuse(decision, field, "has %zu bytes, at most %zu are allowed", text.size,
                        bytes_max);
    } else if (!utf8_valid(text)) {
        decision_refuse(decision, field, "must be UTF-8 text");
    }
}

void decision_check_labels(struct decision *decision, struct text_list labels)
{
    if (labels.count > LIMIT_LABELS) {
        decision_refuse(decision, "labels", "has %u labels, at most %d are allowed", labels.count,
                        LIMIT_LABELS);
        return;
    }
    for (uint32_t i = 0; i < labels.count; i++) {
        decision_check_name(decision, "labels", labels.items[i]);
    }
}

bool decision_check_version(struct decision *decision, uint64_t expected, uint64_t current)
{
    if (expected == 0 || expected == current) {
        return true;
    }
    if (expected == DECISION_NO_VERSION) {
        decision_refuse(decision, "expectedVersion",
                        "is below 1, but the current streamVersion is %llu: read it again and "
                        "decide anew",
                        (unsigned long long)current);
        return false;
    }
    decision_refuse(decision, "expectedVersion",
                    "is %llu, but the current streamVersion is %llu: read it again and decide anew",
                    (unsigned long long)expected, (unsigned long long)current);
    return false;
}
