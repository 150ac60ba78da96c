/*
 * reference_name: how a step is called in references: its name in camel case.
 *
 *     Fetch Parcel                    fetchParcel
 *     Find & Replace                  findReplace
 *     Execution - Get AFTER           executionGetAfter
 *     Add 1 to current page value     add1ToCurrentPageValue
 *     OAuth2 Token                    oAuth2Token
 *     Größe holen                     grosseHolen
 *
 * References are written by design tools, which use lodash's camelCase; the rules here are worked
 * out from its documented behaviour: words are split at everything that is no letter or digit, at
 * the border of letters and digits ("1st" and its like stay whole), before a capital that follows a
 * small letter and before the last capital of a run that goes on small. Apostrophes vanish; Latin
 * letters (to U+017F) lose their marks. Letters of other scripts stay as they are.
 */
#ifndef DAYBOOK_CORE_DEFINITION_REFERENCE_NAME_H
#define DAYBOOK_CORE_DEFINITION_REFERENCE_NAME_H

#include "core/base/arena.h"
#include "core/base/slice.h"

/**
 * The reference name of a step called `name` (UTF-8), in `arena`. Thread: any.
 * Returns: the empty slice when the name has no letter or digit; data NULL over the arena's cap.
 */
struct slice reference_name(struct arena *arena, struct slice name);

#endif
