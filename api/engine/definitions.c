#include "api/engine/definitions.h"

#include "core/base/check.h"
#include "core/base/list.h"
#include "core/base/memory.h"
#include "core/domain/integration.h"

#include <uv.h>

/* A draft's state body: 4 MiB of text, its secrets, and the decoded tree around them. */
#define BODY_ARENA_BYTES (32 * MIB)

struct entry {
    struct list_link link; /* in `used` or in `idle`, most recently released last */
    uint64_t draft_seq;
    struct definition *definition;
    unsigned users;
};

struct definitions {
    struct journal *journal;
    uv_mutex_t mutex; /* guards the lists; parsing happens outside it */
    struct list used;
    struct list idle;
};

enum err definitions_create(struct journal *journal, struct definitions **ret, struct error *reterr)
{
    struct definitions *definitions = memory_zalloc(1, sizeof *definitions);
    if (definitions == NULL || uv_mutex_init(&definitions->mutex) != 0) {
        memory_free(definitions);
        return error_set(reterr, ERR_NO_MEMORY, "definitions: out of memory");
    }
    definitions->journal = journal;
    list_init(&definitions->used);
    list_init(&definitions->idle);
    *ret = definitions;
    return ERR_OK;
}

static void free_entry(struct entry *entry)
{
    definition_destroy(&entry->definition);
    memory_free(entry);
}

void definitions_destroy(struct definitions **definitions)
{
    if (*definitions == NULL) {
        return;
    }
    ASSERT(list_empty(&(*definitions)->used));
    struct list_link *link = NULL;
    while ((link = list_pop_front(&(*definitions)->idle)) != NULL) {
        free_entry(LIST_ENTRY(link, struct entry, link));
    }
    uv_mutex_destroy(&(*definitions)->mutex);
    memory_free(*definitions);
    *definitions = NULL;
}

static struct entry *find(struct list *list, uint64_t draft_seq)
{
    LIST_FOR_EACH(link, list)
    {
        struct entry *entry = LIST_ENTRY(link, struct entry, link);
        if (entry->draft_seq == draft_seq) {
            return entry;
        }
    }
    return NULL;
}

/* Under the mutex. */
static const struct definition *take(struct definitions *definitions, uint64_t draft_seq)
{
    struct entry *entry = find(&definitions->used, draft_seq);
    if (entry == NULL) {
        entry = find(&definitions->idle, draft_seq);
        if (entry == NULL) {
            return NULL;
        }
        list_remove(&definitions->idle, &entry->link);
        list_push_back(&definitions->used, &entry->link);
    }
    entry->users++;
    return entry->definition;
}

/* The state body of the draft_imported at `draft_seq`, decoded. */
static enum err read_draft(struct journal_reader *reader,
                           uint64_t draft_seq,
                           struct arena *arena,
                           const struct value **ret_state,
                           struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    enum err e = journal_read(reader, draft_seq, &record, reterr);
    if (e == ERR_OK) {
        e = journal_read_events(reader, &record, 1U << BODY_STATE, arena, &events, NULL, NULL,
                                reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    const struct recorded_event *event = &events[draft_seq - record.first_seq];
    const struct value *state = &event->event.bodies[BODY_STATE];
    if (event->event.type != EVENT_DRAFT_IMPORTED || state->type != VALUE_MAP) {
        return error_set(reterr, ERR_NOT_FOUND, "no definition at sequence %llu",
                         (unsigned long long)draft_seq);
    }
    *ret_state = state;
    return ERR_OK;
}

static enum err
parse(const struct value *state, struct arena *arena, struct definition **ret, struct error *reterr)
{
    struct definition_secrets secrets = integration_secrets_of(arena, state);
    struct problem_list problems;
    problem_list_init(&problems, arena);
    struct slice text = value_get_text(state, SLICE("definition"));
    enum err e = definition_parse(text, &secrets, &problems, ret, reterr);
    if (e == ERR_INVALID && !problem_none(&problems)) {
        /* It was valid when it was imported: this program has become stricter since. */
        struct error inner;
        IGNORE(problem_error(&problems, ERR_INVALID, &inner));
        return error_set(reterr, ERR_INVALID, "the stored definition is not valid any more: %s",
                         error_text(&inner));
    }
    return e;
}

static enum err load(struct journal_reader *reader,
                     uint64_t draft_seq,
                     struct definition **ret,
                     struct error *reterr)
{
    struct arena arena;
    arena_init(&arena, BODY_ARENA_BYTES);
    const struct value *state = NULL;
    enum err e = read_draft(reader, draft_seq, &arena, &state, reterr);
    e = e != ERR_OK ? e : parse(state, &arena, ret, reterr);
    arena_deinit(&arena);
    return e;
}

/* Keeps a parsed definition, unless another thread was faster. */
static enum err keep(struct definitions *definitions,
                     uint64_t draft_seq,
                     struct definition **definition,
                     const struct definition **ret,
                     struct error *reterr)
{
    struct entry *entry = memory_zalloc(1, sizeof *entry);
    if (entry == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "definitions: out of memory");
    }
    uv_mutex_lock(&definitions->mutex);
    const struct definition *other = take(definitions, draft_seq);
    if (other == NULL) {
        *entry = (struct entry){.draft_seq = draft_seq, .definition = *definition, .users = 1};
        list_push_back(&definitions->used, &entry->link);
        *ret = *definition;
        *definition = NULL;
        entry = NULL;
    } else {
        *ret = other;
    }
    uv_mutex_unlock(&definitions->mutex);
    memory_free(entry);
    return ERR_OK;
}

enum err definitions_acquire(struct definitions *definitions,
                             struct journal_reader *reader,
                             uint64_t draft_seq,
                             const struct definition **ret,
                             struct error *reterr)
{
    uv_mutex_lock(&definitions->mutex);
    const struct definition *found = take(definitions, draft_seq);
    uv_mutex_unlock(&definitions->mutex);
    if (found != NULL) {
        *ret = found;
        return ERR_OK;
    }
    struct definition *definition = NULL;
    enum err e = load(reader, draft_seq, &definition, reterr);
    e = e != ERR_OK ? e : keep(definitions, draft_seq, &definition, ret, reterr);
    definition_destroy(&definition);
    return e;
}

void definitions_release(struct definitions *definitions, const struct definition **definition)
{
    if (*definition == NULL) {
        return;
    }
    struct entry *dropped = NULL;
    uv_mutex_lock(&definitions->mutex);
    LIST_FOR_EACH(link, &definitions->used)
    {
        struct entry *entry = LIST_ENTRY(link, struct entry, link);
        if (entry->definition == *definition && --entry->users == 0) {
            list_remove(&definitions->used, link);
            list_push_back(&definitions->idle, link);
        }
    }
    if (definitions->idle.count > DEFINITIONS_IDLE_MAX) {
        dropped = LIST_ENTRY(list_pop_front(&definitions->idle), struct entry, link);
    }
    uv_mutex_unlock(&definitions->mutex);
    if (dropped != NULL) {
        free_entry(dropped);
    }
    *definition = NULL;
}
