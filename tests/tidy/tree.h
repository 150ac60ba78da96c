/*
 * tree: walks the repository, applies the rules to every file, and measures the code's shape.
 */
#ifndef DAYBOOK_TESTS_TIDY_TREE_H
#define DAYBOOK_TESTS_TIDY_TREE_H

#include "core/base/error.h"
#include "tests/tidy/report.h"

/**
 * Checks the tree whose root is the current folder and prints findings and figures.
 * Errors: ERR_IO when a folder or file cannot be read, ERR_LIMIT for a file over 4 MiB.
 */
MUST_USE enum err tree_check(struct report *report, struct error *reterr);

#endif
