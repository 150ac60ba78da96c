/* options: the words behind a subcommand, what is said about wrong ones, and the help. */
#include "core/base/buf.h"
#include "core/base/check.h"
#include "tools/options.h"
#include "tools/tool.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_SIZE 8192

static const struct option table[] = {
    OPTION_DATA,
    {"as-of", "TIME", "as it was then"},
    {"limit", "N", "at most so many"},
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "show",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Shows a thing.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "show X\nshow Y --json",
    .found = "something is wrong",
};

#define PARSE(options, ...)                                                                        \
    options_parse(&usage, sizeof((char *[]){"show", __VA_ARGS__}) / sizeof(char *),                \
                  (char *[]){"show", __VA_ARGS__}, &(options))

/* What stands on standard error. */
static void said(char ret[OUTPUT_SIZE])
{
    FILE *file = cr_get_redirected_stderr();
    (void)fflush(stderr);
    size_t size = fread(ret, 1, OUTPUT_SIZE - 1, file);
    ret[size] = '\0';
}

static void expect_refused(bool parsed, const struct options *options, const char *text)
{
    char output[OUTPUT_SIZE];
    said(output);
    cr_assert(!parsed);
    cr_assert_eq(options->exit, TOOL_USAGE);
    cr_assert_not_null(strstr(output, text), "wanted \"%s\", got: %s", text, output);
    cr_assert_eq(strchr(output, '\n') - output + 1, (long)strlen(output), "one line: %s", output);
}

Test(options, takes_values_switches_and_operands)
{
    struct options options;
    cr_assert(PARSE(options, "--data", "d", "thing", "--as-of=1h", "--json"));
    cr_assert_str_eq(options_data(&options), "d");
    cr_assert_str_eq(options_get(&options, "as-of"), "1h");
    cr_assert(options_has(&options, "json"));
    cr_assert_null(options_get(&options, "limit"));
    cr_assert_eq(options.operand_count, 1);
    cr_assert_str_eq(options.operands[0], "thing");
}

Test(options, have_defaults)
{
    struct options options;
    uint64_t limit = 50;
    cr_assert(PARSE(options, "thing"));
    cr_assert_str_eq(options_data(&options), "./data");
    cr_assert(!options_has(&options, "json"));
    cr_assert(options_number(&options, "limit", 1, 100, &limit));
    cr_assert_eq(limit, 50);
}

Test(options, given_twice_the_last_counts)
{
    struct options options;
    cr_assert(PARSE(options, "--data", "a", "thing", "--data=b"));
    cr_assert_str_eq(options_data(&options), "b");
}

Test(options, behind_two_dashes_all_are_operands)
{
    struct options options;
    cr_assert(PARSE(options, "--json", "--", "--data"));
    cr_assert_str_eq(options.operands[0], "--data");
    cr_assert_str_eq(options_data(&options), "./data");
}

Test(options, a_value_may_begin_with_a_dash)
{
    struct options options;
    cr_assert(PARSE(options, "--data", "-odd-", "thing"));
    cr_assert_str_eq(options_data(&options), "-odd-");
}

Test(options, name_the_nearest_of_an_unknown_one, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "thing", "--as-off", "1h"), &options,
                   "there is no option --as-off; did you mean --as-of?");
}

Test(options, unlike_any_point_to_the_help, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "thing", "--frobnicate"), &options,
                   "there is no option --frobnicate; \"daybook show --help\" lists");
}

Test(options, too_long_to_be_a_name_are_unknown, .init = cr_redirect_stderr)
{
    struct options options;
    char word[400];
    memset(word, 'x', sizeof word - 1);
    memcpy(word, "--", 2);
    word[sizeof word - 1] = '\0';
    expect_refused(PARSE(options, "thing", word), &options, "there is no option --xxx");
}

Test(options, want_their_value, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "thing", "--as-of"), &options,
                   "--as-of needs a value: --as-of TIME");
}

Test(options, that_are_switches_take_no_value, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "thing", "--json=yes"), &options, "--json takes no value");
}

Test(options, are_whole_words, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "thing", "-j"), &options, "there is no option -j");
}

Test(options, want_their_operands, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "--json"), &options, "ID is missing: daybook show ID");
}

Test(options, take_no_operand_too_many, .init = cr_redirect_stderr)
{
    struct options options;
    expect_refused(PARSE(options, "one", "two"), &options, "\"two\" is one word too many");
}

Test(options, numbers_have_their_range, .init = cr_redirect_stderr)
{
    static const char *const wrong[] = {
        "0", "101", "-1", "+5", " 5", "5x", "", "1e2", "99999999999999999999999"};
    char output[OUTPUT_SIZE];
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        struct options options;
        uint64_t limit = 7;
        cr_assert(PARSE(options, "thing", "--limit", (char *)(uintptr_t)wrong[i]));
        cr_assert(!options_number(&options, "limit", 1, 100, &limit), "\"%s\"", wrong[i]);
        cr_assert_eq(options.exit, TOOL_USAGE);
        cr_assert_eq(limit, 7);
    }
    said(output);
    cr_assert_not_null(strstr(output, "\"101\" is no whole number from 1 to 100"), "%s", output);
}

Test(options, numbers_reach_both_ends)
{
    struct options options;
    uint64_t limit = 0;
    cr_assert(PARSE(options, "thing", "--limit", "1"));
    cr_assert(options_number(&options, "limit", 1, 100, &limit));
    cr_assert_eq(limit, 1);
    cr_assert(PARSE(options, "thing", "--limit", "100"));
    cr_assert(options_number(&options, "limit", 1, 100, &limit));
    cr_assert_eq(limit, 100);
}

Test(options, help_says_everything, .init = cr_redirect_stdout)
{
    struct options options;
    char output[OUTPUT_SIZE];
    cr_assert(!PARSE(options, "--help", "--wrong"));
    cr_assert_eq(options.exit, TOOL_DONE);
    (void)fflush(stdout);
    output[fread(output, 1, sizeof output - 1, cr_get_redirected_stdout())] = '\0';
    static const char *const wanted[] = {"Usage: daybook show ID [OPTION ...]",
                                         "Shows a thing.",
                                         "--as-of TIME",
                                         "the data directory (default: ./data)",
                                         "  daybook show Y --json\n",
                                         "1  something is wrong",
                                         "2  wrong usage",
                                         "3  could not run"};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        cr_assert_not_null(strstr(output, wanted[i]), "no \"%s\" in: %s", wanted[i], output);
    }
}

Test(options, help_keeps_its_lines_short, .init = cr_redirect_stdout)
{
    static const struct option wide[] = {
        {"a-name-that-is-longer-than-the-column", "VALUE",
         "a text that goes on and on and on, so that it must be broken into several lines, none of "
         "which may be longer than a narrow terminal is wide, because else it would be broken in "
         "the middle of a word"},
    };
    static const struct usage long_usage = {
        .command = "x", .text = "X.", .options = wide, .option_count = 1, .examples = "x"};
    char output[OUTPUT_SIZE];
    options_print_help(&long_usage, stdout);
    (void)fflush(stdout);
    output[fread(output, 1, sizeof output - 1, cr_get_redirected_stdout())] = '\0';
    for (const char *line = output; *line != '\0'; line += strcspn(line, "\n") + 1) {
        cr_assert_leq(strcspn(line, "\n"), 96, "%s", line);
        cr_assert_not_null(strchr(line, '\n'));
    }
    cr_assert_not_null(strstr(output, "middle of a word"), "%s", output);
}
