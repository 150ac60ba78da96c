#include "core/flow/flow_priv.h"

#include "core/base/memory.h"
#include "core/base/utf8.h"

#include <stdio.h>

#define ENTRIES_FIRST 16

static enum err no_memory(struct error *reterr)
{
    return error_set(reterr, ERR_NO_MEMORY, "the journal entries of a run: out of memory");
}

static enum err grow(struct flow_run *run, struct error *reterr)
{
    size_t capacity = run->entry_capacity == 0 ? ENTRIES_FIRST : run->entry_capacity * 2;
    struct flow_entry *entries = memory_realloc(run->entries, capacity * sizeof *entries);
    if (entries == NULL) {
        return no_memory(reterr);
    }
    run->entries = entries;
    run->entry_capacity = capacity;
    return ERR_OK;
}

/* Copies a text of an entry; false when memory is gone. The empty text needs none. */
static bool keep(struct flow_run *run, struct slice *text)
{
    if (text->size == 0) {
        *text = SLICE("");
        return true;
    }
    *text = arena_copy(&run->entry_arena, *text);
    run->entry_bytes += text->size;
    return text->data != NULL;
}

static enum err add(struct flow_run *run, const struct flow_entry *entry, struct error *reterr)
{
    if (run->entry_count == run->entry_capacity) {
        enum err e = grow(run, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    struct flow_entry copy = *entry;
    bool kept = keep(run, &copy.branch) && keep(run, &copy.error_text) &&
                keep(run, &copy.message) && keep(run, &copy.idempotency_key);
    if (!kept) {
        return no_memory(reterr);
    }
    run->entry_bytes += entry->result != NULL && !entry->derived ? entry->result->bytes : 0;
    /* The holder's count is not part of what an entry's reader may touch. */
    copy.result = result_hold((struct result *)(uintptr_t)entry->result);
    run->entries[run->entry_count++] = copy;
    return ERR_OK;
}

struct flow_entry
flow_entry_of_step(const struct flow_run *run, enum step_status status, int64_t now_us)
{
    return (struct flow_entry){.place = run->place,
                               .step = run->step,
                               .started_us = run->started_us,
                               .finished_us = now_us,
                               .status = status};
}

enum err
flow_entry_finished(struct flow_run *run, const struct flow_entry *entry, struct error *reterr)
{
    struct flow_entry finished = *entry;
    finished.kind = FLOW_STEP_FINISHED;
    if (flow_history_reported(run, entry->step, &entry->place)) {
        return ERR_OK;
    }
    finished.recorded = flow_history_find(run, entry->step, &entry->place) != NULL;
    return add(run, &finished, reterr);
}

enum err flow_entry_started(struct flow_run *run, int64_t now_us, bool again, struct error *reterr)
{
    struct flow_entry entry = {.kind = FLOW_STEP_STARTED,
                               .place = run->place,
                               .step = run->step,
                               .started_us = now_us,
                               .again = again};
    if (run->has_request) {
        entry.request = &run->request;
        entry.idempotency_key = run->request.idempotency_key;
    }
    return add(run, &entry, reterr);
}

/* The message, cut at a character when it is too long, with a mark that says so. */
static struct slice cut(struct flow_run *run, struct slice message)
{
    if (message.size <= FLOW_LOG_MESSAGE_BYTES_MAX) {
        return message;
    }
    size_t size = FLOW_LOG_MESSAGE_BYTES_MAX;
    while (size > 0 && ((unsigned char)message.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return arena_format(&run->entry_arena, "%.*s... (cut: the message had %zu bytes)", (int)size,
                        message.data, message.size);
}

enum err flow_entry_log(struct flow_run *run,
                        enum log_level level,
                        struct slice message,
                        int64_t now_us,
                        struct error *reterr)
{
    char text[ERROR_TEXT_SIZE];
    struct slice shown = cut(run, message);
    if (shown.data == NULL && message.size > 0) {
        return no_memory(reterr);
    }
    run->log_lines++;
    run->log_bytes += shown.size;
    if (run->log_lines > run->limits.log_lines_max) {
        (void)snprintf(text, sizeof text, "runaway flow: it logs over %u lines",
                       run->limits.log_lines_max);
        return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(text), now_us, reterr);
    }
    if (run->log_bytes > run->limits.log_bytes_max) {
        (void)snprintf(text, sizeof text, "runaway flow: it logs over %zu bytes",
                       run->limits.log_bytes_max);
        return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(text), now_us, reterr);
    }
    if (flow_history_reported(run, run->step, &run->place)) {
        return ERR_OK;
    }
    struct flow_entry entry = flow_entry_of_step(run, STEP_OK, now_us);
    entry.kind = FLOW_LOG_LINE;
    entry.level = level;
    entry.message = shown;
    return add(run, &entry, reterr);
}

void flow_entry_clear(struct flow_run *run)
{
    for (size_t i = 0; i < run->entry_count; i++) {
        struct result *held = (struct result *)(uintptr_t)run->entries[i].result;
        result_release(&held);
    }
    run->entry_count = 0;
    run->entry_bytes = 0;
    arena_reset(&run->entry_arena);
}
