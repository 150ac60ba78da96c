/*
 * definition_names: how the enums of definition.h are spelled in definitions. The API shows the
 * same words in capitals.
 */
#ifndef DAYBOOK_CORE_DEFINITION_DEFINITION_NAMES_H
#define DAYBOOK_CORE_DEFINITION_DEFINITION_NAMES_H

#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* The words of one enum, by its values. NULL: that value cannot be written ("not given"). */
struct definition_names {
    const char *const *texts;
    size_t count;
};

extern const struct definition_names definition_names_endpoint_type; /* enum endpoint_type */
extern const struct definition_names
    definition_names_endpoint_security;                              /* enum endpoint_security */
extern const struct definition_names definition_names_data_type;     /* enum config_data_type */
extern const struct definition_names definition_names_collection;    /* enum config_collection */
extern const struct definition_names definition_names_code_language; /* enum code_language */
extern const struct definition_names definition_names_schedule_type; /* enum schedule_type */
extern const struct definition_names definition_names_input_type;    /* enum input_type */
extern const struct definition_names definition_names_error_handler; /* enum error_handler */
extern const struct definition_names definition_names_page_element;  /* enum page_element_type */

/** The word of an enum's value. Returns: "" where none can be written. */
const char *definition_names_text(const struct definition_names *names, size_t value);

/** The value of a word, case ignored when `any_case`. Returns: false when it is none of them. */
bool definition_names_find(const struct definition_names *names,
                           struct slice word,
                           bool any_case,
                           size_t *ret_value);

#endif
