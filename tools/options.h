/*
 * options: the words behind a subcommand, taken apart by a table that also makes its help.
 *
 *     --name VALUE    --name=VALUE    --switch    OPERAND ...    -- (what follows are operands)
 *
 * Of an option given twice the last counts. Anything wrong is said on standard error, with the
 * nearest name where there is one, and ends the call with exit code 2.
 *
 *     static const struct option table[] = {OPTION_DATA, OPTION_JSON};
 *     static const struct usage usage = {.command = "stats", .options = table, ...};
 *     struct options options;
 *     if (!options_parse(&usage, argc, argv, &options)) {
 *         return options.exit;
 *     }
 */
#ifndef DAYBOOK_TOOLS_OPTIONS_H
#define DAYBOOK_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_MAX          64 /* of one subcommand */
#define OPTIONS_OPERANDS_MAX 8

struct option {
    const char *name;  /* "as-of" */
    const char *value; /* what the help calls its value, "TIME"; NULL: a switch, takes none */
    const char *text;  /* what it does, default and range included */
};

/* Everything the help of a subcommand says. */
struct usage {
    const char *command;  /* "token create" */
    const char *operands; /* "ID"; NULL: none */
    unsigned operands_min;
    unsigned operands_max;
    const char *text; /* what it does, lines */
    const struct option *options;
    size_t option_count;
    const char *examples; /* lines without "daybook" before them */
    const char *found;    /* what exit code 1 means; NULL: it is never given */
};

struct options {
    const struct usage *usage;
    const char *values[OPTIONS_MAX]; /* by place in usage->options; NULL: not given; a switch: "" */
    const char *operands[OPTIONS_OPERANDS_MAX];
    unsigned operand_count;
    int exit; /* when there is nothing more to do */
};

/* Options that many subcommands have. */
#define OPTION_DATA                                                                                \
    {                                                                                              \
        "data", "DIR", "the data directory (default: ./data)"                                      \
    }
#define OPTION_JSON                                                                                \
    {                                                                                              \
        "json", NULL, "print one JSON document instead of text for people"                         \
    }
#define OPTION_MASTER                                                                              \
    {                                                                                              \
        "master-key-file", "FILE",                                                                 \
            "the master key (default: what daybook.yml or DAYBOOK_MASTER_KEY_FILE says, else "     \
            "DIR/master.key)"                                                                      \
    }

/**
 * Takes the words apart; argv[0] is the subcommand's own name. Returns: whether to go on; if not,
 * help or an error was printed and ret->exit says how to end.
 */
bool options_parse(const struct usage *usage, int argc, char **argv, struct options *ret);

/** The value of an option that the usage has; NULL when it was not given. */
const char *options_get(const struct options *options, const char *name);

/** Whether a switch was given. */
bool options_has(const struct options *options, const char *name);

/** The data directory. */
const char *options_data(const struct options *options);

/**
 * The number behind an option; *ret stays as it is when it was not given. Returns: false when it is
 * no number from `least` to `most`; that was said, and `exit` set.
 */
bool options_number(
    struct options *options, const char *name, uint64_t least, uint64_t most, uint64_t *ret);

/** The help. */
void options_print_help(const struct usage *usage, FILE *out);

#endif
