/*
 * flow_story: runs a flow against scripted answers and writes down what happens, as text.
 *
 * A script is a JSON map from a doing to its answer: "<reference>", "<reference>@<loop path>" or
 * either with "#<attempt>"; the most exact one that is there counts, else the answer is 200 with
 * an empty body. An answer is {"status": 500, "body": ..., "type": "..."} (a text body as it is,
 * all else as JSON) or "connection", "timeout", "refused", "large".
 *
 * A story is a list of lines, one for each entry and each effect:
 *
 *     trigger ok {...}                       a step has finished, with its result
 *     post@0#1 retried http_status: POST https://x answered 500
 *     log post@0: WARN text                  a line was logged
 *     start post@0 <id>:2:0                  an outside step is journaled as started
 *     > POST https://x/y {"a":1}             the request goes out
 *     > sleep 250 ms        > wait 1000 ms
 *     end ok {...}          end failed http_status at post: text
 *
 * Time stands at 1000 s when a story begins; an HTTP answer takes 10 ms, waits take what they take.
 *
 * Entries are drained before each effect, as runners must. `flow_story_run` keeps copies of them,
 * so that a later run can be resumed from any prefix.
 */
#ifndef DAYBOOK_TESTS_UNIT_CORE_FLOW_STORY_H
#define DAYBOOK_TESTS_UNIT_CORE_FLOW_STORY_H

#include "core/base/buf.h"
#include "core/flow/flow.h"

#define FLOW_STORY_ID_TEXT "00000000-0000-0000-0000-000000000000"

enum flow_story_item_kind {
    FLOW_STORY_STARTED,
    FLOW_STORY_FINISHED,
    FLOW_STORY_LOG,
    FLOW_STORY_EFFECT,
    FLOW_STORY_END,
};

/* One line. */
struct flow_story_item {
    enum flow_story_item_kind kind;
    const char *line;
    int64_t now_us;            /* when it came */
    struct flow_record record; /* FINISHED */
    struct flow_place place;   /* STARTED */
    const char *doing;         /* HTTP effects: place and attempt, to tell repeats */
};

struct flow_story {
    struct arena *arena; /* borrowed: everything lives here */
    const struct flow_definition *flow;
    const struct snapshot *snapshot;
    struct value script;
    struct value trigger;
    struct flow_limits limits;
    int64_t now_us;
    struct flow_story_item *items;
    size_t count;
    size_t capacity;
    uint32_t commits; /* FLOW_COMMIT seen */
    bool succeeded;
    bool stopped;
    int response_status;
    const char *response_body;
};

/** A story at its beginning: flow, snapshot, script and trigger body as JSON. */
struct flow_story flow_story(struct arena *arena,
                             const char *flow,
                             const char *snapshot,
                             const char *script,
                             const char *body);

/** Runs it to its end, or until `effects_max` effects of any kind were performed. */
void flow_story_run(struct flow_story *story,
                    const struct flow_history *history,
                    size_t effects_max);

/** All lines, each with its newline, zero-terminated. */
const char *flow_story_text(const struct flow_story *story);

/** As flow_story_text, from item `from` on. */
const char *flow_story_text_from(const struct flow_story *story, size_t from);

/** The history of the first `count` items, for resuming: their records, and the start that has no
 * end. */
struct flow_history flow_story_history(const struct flow_story *story, size_t count);

#endif
