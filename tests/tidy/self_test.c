/*
 * self_test: the table of cases. A case names the one rule that must speak, or NULL for none. The
 * text may hold FILL once: it is replaced by as many lines of code as the case asks for.
 */
#include "tests/tidy/self_test.h"
#include "core/base/buf.h"
#include "core/base/check.h"
#include "tests/tidy/rule.h"

#include <stdio.h>

#define HEAD   "/*\n * x: for the test.\n */\n"
#define HEADER HEAD "#ifndef DAYBOOK_CORE_X_H\n#define DAYBOOK_CORE_X_H\n"
#define END    "#endif\n"
#define FILL   "@"

struct self_test_case {
    const char *rule;
    const char *path;
    const char *text;
    size_t fill_lines;
};

static const struct self_test_case cases[] = {
    /* lengths */
    {NULL, "core/x.c", HEAD "static int x(void)\n{\n" FILL "}\n", 67},
    {"function-length", "core/x.c", HEAD "static int x(void)\n{\n" FILL "}\n", 68},
    {"function-length", "core/x.c", HEAD "static int\nx(int a,\n  int b)\n{\n" FILL "}\n", 66},
    {"function-length", "core/x.h",
     HEADER "/** X. */\nstatic inline int x(void)\n{\n" FILL "}\n" END, 68},
    {NULL, "core/x.c",
     HEAD "/* tidy: long, because one table. */\nstatic int x(void)\n{\n" FILL "}\n", 90},
    {NULL, "core/x.c",
     HEAD "static int x(void)\n{\n/* tidy: long, because one table. */\n" FILL "}\n", 90},
    {"function-length", "core/x.c",
     HEAD "static int y(void)\n{\n/* tidy: long, because. */\n}\n\nstatic int x(void)\n{\n" FILL
          "}\n",
     90},
    {"file-length", "core/x.c", HEAD FILL, 998},
    {NULL, "core/x.c", HEAD FILL, 997},
    /* shape */
    {"head-comment", "core/x.c", "int x;\n", 0},
    {"head-comment", "core/x.c", "/** Not a head. */\nint x;\n", 0},
    {"head-comment", "core/x.c", "#include \"core/y.h\"\n", 0},
    {NULL, "core/x.c", "#include \"core/x.h\"\n", 0},
    {NULL, "core/x_y.c", "#include \"core/base/buf.h\"\n#include \"core/x_priv.h\"\n", 0},
    {"head-comment", "core/xy.c", "#include \"core/x_priv.h\"\n", 0},
    {"head-comment", "tests/unit/core/x.c", "#include \"core/x.h\"\n", 0},
    {NULL, "core/x.h", HEADER END, 0},
    {"header-guard", "core/x.h", HEAD "#pragma once\n", 0},
    {"header-guard", "core/y.h", HEADER END, 0},
    {"header-guard", "core/x.h", HEADER END "int x;\n", 0},
    {"leftover", "core/x.c",
     HEAD "/* TO"
          "DO: this */\n",
     0},
    {"leftover", "core/x.c",
     HEAD "/* FIX"
          "ME */\n",
     0},
    {"leftover", "core/x.c",
     HEAD "/* X"
          "XX */\n",
     0},
    {NULL, "core/x.c", HEAD "static char path[] = \"x-XXXXXX\";\n", 0},
    /* includes */
    {NULL, "journal/x.c", HEAD "#include \"core/base/buf.h\"\n", 0},
    {NULL, "tools/x.c", HEAD "#include \"bench/append.h\"\n", 0},
    {"include-direction", "core/x.c", HEAD "#include \"journal/y.h\"\n", 0},
    {"include-direction", "journal/x.c", HEAD "#include \"projections/y.h\"\n", 0},
    {"include-direction", "projections/x.c", HEAD "#include \"api/y.h\"\n", 0},
    {"include-direction", "api/x.c", HEAD "#  include \"tools/y.h\"\n", 0},
    {"include-direction", "api/x.c", HEAD "#include \"tests/lib/y.h\"\n", 0},
    {"include-root", "core/x.c", HEAD "#include \"y.h\"\n", 0},
    {"include-root", "core/x.c", HEAD "#include \"../y.h\"\n", 0},
    {NULL, "journal/x.c", HEAD "#include \"journal/y_priv.h\"\n", 0},
    {NULL, "tests/unit/journal/x.c", HEAD "#include \"journal/y_priv.h\"\n", 0},
    {"private-header", "projections/x.c", HEAD "#include \"journal/y_priv.h\"\n", 0},
    {"private-header", "api/x.c", HEAD "#include \"api/graphql/y_priv.h\"\n", 0},
    {"foreign-header", "core/x.c", HEAD "#include <uv.h>\n", 0},
    {"foreign-header", "core/x.c", HEAD "#include <lmdb.h>\n", 0},
    {"foreign-header", "projections/x.c", HEAD "#include <curl/curl.h>\n", 0},
    {NULL, "api/x.c", HEAD "#include <uv.h>\n", 0},
    {NULL, "bench/x.c",
     HEAD "#include <lmdb.h> /* tidy: foreign, because it is what we compare with */\n", 0},
    /* calls */
    {"banned-call", "core/x.c", HEAD "static int x = atoi(\"1\");\n", 0},
    {"banned-call", "tests/x.c", HEAD "static int x = sprintf (a, \"1\");\n", 0},
    {NULL, "core/x.c", HEAD "/* strcpy(a, b) */\nstatic char *x = \"strcpy(a, b)\";\n", 0},
    {NULL, "core/x.c", HEAD "static int x = my_atoi(1);\n", 0},
    {"clock", "api/x.c", HEAD "static int x = clock_gettime(0, 0);\n", 0},
    {"clock", "tests/x.c", HEAD "static int x = time(NULL);\n", 0},
    {NULL, "api/x.c", HEAD "static int x = table.time(0) + table->time(0) + time;\n", 0},
    {NULL, "core/base/clock.c", HEAD "static int x = clock_gettime(0, 0);\n", 0},
    {"heap", "api/x.c", HEAD "static void *x = malloc(1);\n", 0},
    {"heap", "api/x.c", HEAD "#define X free(1)\n", 0},
    {NULL, "core/base/memory.c", HEAD "static void *x = malloc(1);\n", 0},
    {NULL, "api/x.c", HEAD "/* tidy: heap, because libz does */\nstatic int x = free(1);\n", 0},
    {"heap", "api/x.c", HEAD "/* tidy: heap */\nstatic int x = free(1);\n", 0},
    {"lmdb", "api/x.c", HEAD "static int x = mdb_env_open(0);\n", 0},
    {"lmdb", "journal/journal.c", HEAD "static MDB_env *x;\n", 0},
    {NULL, "journal/store.c", HEAD "static MDB_env *x;\n", 0},
    {NULL, "projections/view_store.c", HEAD "static MDB_env *x;\n", 0},
    /* documentation */
    {"doc-comment", "core/x.h", HEADER "void x_do(int a);\n" END, 0},
    {"doc-comment", "core/x.h", HEADER "/* X. */\nvoid x_do(int a);\n" END, 0},
    {"doc-comment", "core/x.h", HEADER "/** X. */\n\nvoid x_do(int a);\n" END, 0},
    {"doc-comment", "core/x.h", HEADER "/** X. */\nvoid x_do(int a);\n\nvoid x_y(void);\n" END, 0},
    {"doc-comment", "core/x.h", HEADER "static inline int x_do(void)\n{\n    return 1;\n}\n" END,
     0},
    {"doc-comment", "core/x.h", HEADER "/* ---- reading ---- */\n\nvoid x_y(void);\n" END, 0},
    {NULL, "core/x.h", HEADER "/* ---- reading: in order ---- */\n\nvoid x_y(void);\n" END, 0},
    {NULL, "core/x.h", HEADER "/** X. */\nvoid x_do(int a);\nvoid x_y(int a);\n" END, 0},
    {NULL, "core/x.h", HEADER "/* Both. */\nvoid x_do(int a);\nvoid x_y(int a);\n" END, 0},
    {"doc-comment", "core/x.h",
     HEADER "/* Both. */\nvoid x_do(int a);\nvoid x_y(int a);\n\nvoid x_z(int a);\n" END, 0},
    {NULL, "core/x.h", HEADER "struct y;\n\n/** Y. */\nvoid y_do(struct y *y);\n" END, 0},
    {NULL, "core/x.h", HEADER "struct y_ref {\n    int a;\n};\n\n/** Y. */\nvoid y_do(void);\n" END,
     0},
    {NULL, "core/x.h", HEADER "/**\n * X.\n */\n__attribute__((noreturn)) void\nx_do(int a);\n" END,
     0},
    {NULL, "core/x.h", HEADER "struct x {\n    int (*f)(int);\n};\ntypedef int (*x_cb)(int);\n" END,
     0},
    {NULL, "core/x_priv.h",
     HEAD
     "#ifndef DAYBOOK_CORE_X_PRIV_H\n#define DAYBOOK_CORE_X_PRIV_H\nvoid x_do(int a);\n#endif\n",
     0},
    {NULL, "tests/x.h",
     HEAD
     "#ifndef DAYBOOK_TESTS_X_H\n#define DAYBOOK_TESTS_X_H\n\nstatic void do_it(void)\n{\n}\n" END,
     0},
    /* names */
    {"symbol-noun", "core/x.h", HEADER "/** Y. */\nvoid do_x(int a);\n" END, 0},
    {"symbol-noun", "core/x.h", HEADER "/** Y. */\nvoid y_do(struct y *y);\n" END, 0},
    {NULL, "core/x.h",
     HEADER "struct y {\n    int a;\n};\n\n/** Y. */\nvoid y_do(struct y *y);\n" END, 0},
    {NULL, "core/x.h",
     HEADER "/** Y. tidy: noun, because a library asks for it. */\nvoid do_x(int a);\n" END, 0},
};

static void expand(const struct self_test_case *test, struct buf *ret)
{
    for (const char *c = test->text; *c != '\0'; c++) {
        if (*c != FILL[0]) {
            buf_put_char(ret, *c);
            continue;
        }
        for (size_t i = 0; i < test->fill_lines; i++) {
            buf_put_text(ret, "    ;\n");
        }
    }
}

static bool run_case(const struct self_test_case *test)
{
    struct buf text;
    struct arena arena;
    struct source source;
    struct report report = {.quiet = true};
    buf_init(&text, 1 << 20);
    arena_init(&arena, 4 << 20);
    expand(test, &text);
    bool ready = source_init(&source, slice_of_text(test->path), buf_slice(&text), &arena);
    if (ready) {
        rule_all(&source, &report);
    }
    size_t expected = test->rule != NULL ? 1 : 0;
    bool right = ready && report.count == expected &&
                 (expected == 0 || strcmp(report.rules[0], test->rule) == 0);
    if (!right) {
        printf("self-test: %s expected, %zu findings (%s) in %s:\n%.400s\n",
               test->rule != NULL ? test->rule : "nothing", report.count,
               report.count > 0 ? report.rules[0] : "none", test->path, test->text);
    }
    arena_deinit(&arena);
    buf_deinit(&text);
    return right;
}

bool self_test_run(void)
{
    size_t wrong = 0;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        wrong += !run_case(&cases[i]);
    }
    printf("self-test: %zu cases, %zu wrong\n", ARRAY_COUNT(cases), wrong);
    return wrong == 0;
}
