/*
 * rule: the house style as functions that look at one C file and report what breaks it.
 *
 * Each rule has a name that stands in its findings and in the self-test. Those that a good reason
 * may break are excused by a comment on the line or the line above, which must give the reason:
 *
 *     long    a function over the hard limit        heap    malloc and its family
 *     lmdb    mdb_* outside the two stores          call    a banned function
 *     clock   asking for the time                   noun    a symbol with another prefix
 *     foreign a library of another layer
 *
 * Tables of names stand at the top of the file of the rules that use them.
 */
#ifndef DAYBOOK_TESTS_TIDY_RULE_H
#define DAYBOOK_TESTS_TIDY_RULE_H

#include "tests/tidy/report.h"
#include "tests/tidy/source.h"

/* Lines a function and a file may have. */
#define RULE_FUNCTION_LINES_MAX 70
#define RULE_FILE_LINES_MAX     1000

/** All rules below on one C file. */
void rule_all(const struct source *source, struct report *report);

/** file-length: for code, C or shell; data and prose may be long. */
void rule_length(const struct source *source, struct report *report);

/** leftover: for every text file. */
void rule_any_text(const struct source *source, struct report *report);

/** head-comment, header-guard. */
void rule_shape(const struct source *source, struct report *report);

/** include-root, include-direction, private-header, foreign-header. */
void rule_include(const struct source *source, struct report *report);

/** The name between the delimiters of an #include line. Returns: empty when it is none. */
struct slice rule_included(struct slice line, char open, char close);

/** banned-call, lmdb, clock, heap. */
void rule_call(const struct source *source, struct report *report);

/** function-length. */
void rule_function(const struct source *source, struct report *report);

/** doc-comment: the functions of a public header say what they do. */
void rule_doc(const struct source *source, struct report *report);

/** symbol-noun: what other files can see begins with the file's noun. */
void rule_noun(const struct source *source, struct report *report);

#endif
