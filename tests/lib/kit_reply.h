/*
 * kit_reply: demands on what GraphQL answers: a list read as one text, the problems of a payload,
 * the error of a request.
 *
 *     EXPECT_LIST(data, "customers.nodes", "name", "Acme, Beta");
 *     EXPECT_PROBLEM(data, "createCustomer", "name", "exists already");
 *     EXPECT_NO_PROBLEMS(data, "createCustomer");
 *     EXPECT_ERROR(GQL_ERRORS(story, "..."), "Customer not found");
 *
 * Thread: the test's own, as for all demands.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_REPLY_H
#define DAYBOOK_TESTS_LIB_KIT_REPLY_H

#include "tests/lib/kit_expect.h"

/* The items of a list, each its value at a path (empty: itself), joined by ", ". Texts stand as
 * they are, everything else as JSON. */
#define EXPECT_LIST(value, path, member, wanted)                                                   \
    kit_reply_list(__FILE__, __LINE__, (value), (path), (member), (wanted))

/* The payload has exactly one entry for the field, one of whose messages holds the text. */
#define EXPECT_PROBLEM(value, payload, field, text)                                                \
    kit_reply_problem(__FILE__, __LINE__, (value), (payload), (field), (text))

/* The payload has no problems. */
#define EXPECT_NO_PROBLEMS(value, payload)                                                         \
    kit_reply_no_problems(__FILE__, __LINE__, (value), (payload))

/* The first error of an answer holds the text. */
#define EXPECT_ERROR(answer, text) kit_reply_error(__FILE__, __LINE__, (answer), (text))

/* ---- demands: use the macros above, which fill in the place ---- */

void kit_reply_list(const char *file,
                    int line,
                    const struct value *value,
                    const char *path,
                    const char *member,
                    const char *wanted);
void kit_reply_problem(const char *file,
                       int line,
                       const struct value *value,
                       const char *payload,
                       const char *field,
                       const char *text);
void kit_reply_no_problems(const char *file,
                           int line,
                           const struct value *value,
                           const char *payload);
void kit_reply_error(const char *file, int line, const struct value *answer, const char *text);

#endif
