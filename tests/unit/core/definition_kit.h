/*
 * definition_kit: parses definitions in tests and holds what came of it. One struct, freed by
 * definition_kit_free at the end of the test's body.
 */
#ifndef DAYBOOK_TESTS_UNIT_CORE_DEFINITION_KIT_H
#define DAYBOOK_TESTS_UNIT_CORE_DEFINITION_KIT_H

#include "core/definition/definition.h"

struct definition_kit {
    struct arena arena; /* of the problems and what tests put there */
    struct problem_list problems;
    struct definition *definition; /* NULL when it was refused */
    enum err result;
    struct error error;
};

/** Parses `text`. */
struct definition_kit definition_kit_parse(struct slice text,
                                           const struct definition_secrets *stored);

/** Frees everything. */
void definition_kit_free(struct definition_kit *kit);

/** All problems as "field: message" lines; valid until definition_kit_free. */
const char *definition_kit_problems(struct definition_kit *kit);

/** The file at `path` below the source directory, in `arena`; fails the test when it is not there.
 */
struct slice definition_kit_file(struct arena *arena, const char *path);

/** A copy of `text` with the first `from` replaced by `to`; fails the test when there is none. */
struct slice
definition_kit_replace(struct arena *arena, struct slice text, const char *from, const char *to);

/* Where a piece of YAML goes: into a definition that is right but for it. */
enum definition_place {
    PLACE_ROOT,  /* it is the whole text */
    PLACE_TOP,   /* keys of the root, from line 3 on */
    PLACE_VARS,  /* items of requiredConfigVars, from line 4 on, not indented */
    PLACE_FLOWS, /* items of flows, from line 9 on, not indented */
    PLACE_FLOW,  /* keys of a flow "F" with a webhook trigger, from line 10 on, two blanks */
    PLACE_STEPS, /* steps behind a trigger "Start", from line 12 on, two blanks */
};

/** The definition with `piece` in it. Its config variables are Url (string), Flag (boolean), Conn
 * (connection) and Plan (schedule), except with PLACE_TOP and PLACE_VARS. */
struct slice
definition_kit_text(struct arena *arena, enum definition_place place, const char *piece);

/* A piece and all problems it makes, as definition_kit_problems writes them. */
struct definition_row {
    enum definition_place place;
    const char *piece;
    const char *problems; /* "": it is right */
};

/** Parses every row and compares. */
void definition_kit_check(const struct definition_row *rows, size_t count);

#endif
