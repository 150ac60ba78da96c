/*
 * domain_kit: given events, when a command comes, then these events or this refusal. Events are
 * written as text, so that a row of a table reads as a sentence:
 *
 *     {"customer.created {'name':'Acme','key':7}", rename_to("Beta"),
 *      "customer.updated {'name':'Beta'}"}
 *
 * An event is its name and a JSON map, with ' for ", of the facts that are not zero and of the
 * members of its state body; 'log' is its log body. A member is a fact when the catalogue has one
 * of that name and type. In both, 'x' of a uuid is the id that domain_kit_id("x") gives, '#x' are
 * the bytes "x", and '@x' the 16 bytes of such an id. Several events stand on lines of their own.
 *
 * A refusal is "refused <field>: <message>", one line for each problem; nothing to do is "".
 *
 * Event n of a kit has the sequence n and is recorded n seconds after 1970.
 */
#ifndef DAYBOOK_TESTS_UNIT_CORE_DOMAIN_KIT_H
#define DAYBOOK_TESTS_UNIT_CORE_DOMAIN_KIT_H

#include "core/definition/definition.h"
#include "core/domain/config.h"
#include "core/domain/decision.h"

/* A slice in a table: SLICE is no constant. */
#define TEXT(literal)                                                                              \
    {                                                                                              \
        ("" literal), sizeof(literal) - 1                                                          \
    }

/* A flow of a definition, with a webhook and nothing behind it. */
#define DOMAIN_KIT_FLOW(name)                                                                      \
    "- name: " name "\n"                                                                           \
    "  steps:\n"                                                                                   \
    "  - {name: Start, isTrigger: true, action: {key: webhook, component: {key: "                  \
    "webhook-triggers}}}\n"

#define DOMAIN_KIT_DEFINITIONS_MAX 8

struct domain_kit {
    struct arena arena;
    struct decision decision; /* of the command that is tried */
    uint64_t seq;             /* of the last event */
    uint64_t version;         /* of the stream */
    struct definition *definitions[DOMAIN_KIT_DEFINITIONS_MAX];
    size_t definition_count;
};

/* An evolve of any decider. */
typedef void (*domain_kit_evolve_cb)(void *state,
                                     const struct recorded_event *event,
                                     struct arena *arena);

/* Marks a config value with its own bytes where they are short, "|" for the zeros between. */
extern const struct config_marker domain_kit_marker;

/** A kit without events. */
void domain_kit_begin(struct domain_kit *kit);

/** Frees it. */
void domain_kit_end(struct domain_kit *kit);

/** The id of a name of at most 16 bytes; the zero id of "". */
struct uuid domain_kit_id(const char *name);

/** A text list of words with commas between: "a,b". */
struct text_list domain_kit_words(struct domain_kit *kit, const char *words);

/** A text of `size` letters. */
struct slice domain_kit_letters(struct domain_kit *kit, size_t size);

/** The definition of a text behind "definitionVersion: 7\nname: N\n"; the kit frees it. */
const struct definition *domain_kit_definition(struct domain_kit *kit, const char *yaml);

/** The events of lines, at most `max`. Returns: how many. */
size_t
domain_kit_parse(struct domain_kit *kit, const char *lines, struct event *ret_events, size_t max);

/** The next event of the stream; it is right until the kit ends. */
const struct recorded_event *domain_kit_event(struct domain_kit *kit, const char *text);

/** Lets events (a line each; NULL or "": none) happen to a state. */
void domain_kit_given(struct domain_kit *kit,
                      const char *lines,
                      domain_kit_evolve_cb evolve,
                      void *state);

/** Lets what was decided happen to a state, and empties the decision. */
void domain_kit_happen(struct domain_kit *kit, domain_kit_evolve_cb evolve, void *state);

/** The names of the decided events, with commas between, or the refusal. */
const char *domain_kit_names(struct domain_kit *kit);

/** The decision as text. */
const char *domain_kit_outcome(struct domain_kit *kit);

/** Demands that the decision reads `then`; `given` names the row. */
void domain_kit_then(struct domain_kit *kit, const char *given, const char *then);

/* Reads a row and writes it again. */
typedef enum err (*domain_kit_reread_cb)(struct slice row,
                                         struct arena *arena,
                                         struct buf *out,
                                         struct error *reterr);

/** Demands that a row is read and written again as it was, and that a row with a place missing or
 * of another type is refused. */
void domain_kit_row(struct domain_kit *kit, const struct buf *row, domain_kit_reread_cb reread);

#endif
