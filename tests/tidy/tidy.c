/*
 * tidy: checks the house style of the whole tree, from the root of the tree:
 *
 *     tidy               all rules on all files; prints findings and the code's figures
 *     tidy --self-test   every rule on its bad and good snippets
 *
 * Exit codes: 0 nothing found, 1 something found, 2 wrong usage, 3 could not run. What needs other
 * programs (formatting, shell scripts) is in the script `run` beside this file.
 */
#include "tests/tidy/self_test.h"
#include "tests/tidy/tree.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--self-test") == 0) {
        return self_test_run() ? 0 : 1;
    }
    if (argc != 1) {
        (void)fprintf(stderr, "usage: tidy [--self-test], from the root of the tree\n");
        return 2;
    }
    struct report report = {0};
    struct error error = {0};
    if (tree_check(&report, &error) != ERR_OK) {
        (void)fprintf(stderr, "tidy: %s\n", error_text(&error));
        return 3;
    }
    printf("%zu findings\n", report.count);
    return report.count == 0 ? 0 : 1;
}
