/* guess, setting options and progress: the small helpers of all subcommands. */
#include "api/settings.h"
#include "core/base/check.h"
#include "core/base/limits.h"
#include "tools/guess.h"
#include "tools/progress.h"
#include "tools/setting_options.h"
#include "tools/tool.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

static const char *guessed(const char *given)
{
    static const char *const names[] = {"serve", "status", "stats", "verify", "as-of"};
    struct guess guess = guess_at(given);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        guess_consider(&guess, names[i]);
    }
    return guess.name;
}

Test(guess, finds_what_was_most_likely_meant)
{
    cr_assert_str_eq(guessed("sevre"), "serve");
    cr_assert_str_eq(guessed("statsu"), "status");
    cr_assert_str_eq(guessed("stat"), "stats");
    cr_assert_str_eq(guessed("Verify"), "verify");
    cr_assert_str_eq(guessed("as_of"), "as-of");
}

Test(guess, does_not_guess_wildly)
{
    cr_assert_null(guessed("frobnicate"));
    cr_assert_null(guessed("x"));
    cr_assert_null(guessed(""));
}

static int nothing(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return TOOL_DONE;
}

Test(tool, says_which_command_is_nearest, .init = cr_redirect_stderr)
{
    static const struct tool tools[] = {{"create", "", nothing}, {"revoke", "", nothing}};
    char output[1000];
    cr_assert_eq(tool_unknown("token", tools, 2, "revok"), TOOL_USAGE);
    cr_assert_eq(tool_unknown("token", tools, 2, "xyz"), TOOL_USAGE);
    (void)fflush(stderr);
    output[fread(output, 1, sizeof output - 1, cr_get_redirected_stderr())] = '\0';
    cr_assert_str_eq(output, "daybook token: there is no command \"revok\"; did you mean \"daybook "
                             "token revoke\"?\n"
                             "daybook token: there is no command \"xyz\"; \"daybook token --help\" "
                             "lists those there are\n");
    cr_assert_eq(tool_find(tools, 2, SLICE("revoke")), &tools[1]);
    cr_assert_null(tool_find(tools, 2, SLICE("revok")));
}

Test(setting_options, make_a_flag_of_every_setting)
{
    struct option table[OPTIONS_MAX] = {OPTION_DATA};
    const struct setting_info *rows = NULL;
    size_t count = setting_options_add(table, 1);
    cr_assert_eq(count, 1 + settings_list(&rows));
    for (size_t i = 1; i < count; i++) {
        cr_assert_str_eq(setting_options_name(table[i].name), rows[i - 1].name);
        cr_assert_null(strchr(table[i].name, '_'), "%s", table[i].name);
        cr_assert_eq(table[i].value == NULL, rows[i - 1].is_switch);
        cr_assert_not_null(strstr(table[i].text, rows[i - 1].text));
        cr_assert_not_null(strstr(table[i].text, "(default: "));
    }
    cr_assert_null(setting_options_name("data"));
    cr_assert_null(setting_options_name("sync_wait_seconds"), "flags are spelled with dashes");
}

static void expect_line(uint64_t done, uint64_t all, int64_t us, const char *wanted)
{
    struct buf line;
    buf_init(&line, KIB);
    progress_put_line(&line, "verify", done, all, us);
    cr_assert(slice_is(buf_slice(&line), wanted), "wanted %s, got %.*s", wanted,
              SLICE_ARGS(buf_slice(&line)));
    buf_deinit(&line);
}

Test(progress, tells_rate_and_time_left)
{
    expect_line(1200000, 4800000, 3000000,
                "verify: 1,200,000 of 4,800,000 events, 25 %, 400,000/s, 9.0 s left");
    expect_line(0, 100, 3000000, "verify: 0 of 100 events, 0 %, 0/s");
    expect_line(100, 100, 1000000, "verify: 100 of 100 events, 100 %, 100/s");
    expect_line(99, 100, 1000000, "verify: 99 of 100 events, 99 %, 99/s, 1.0 s left");
    expect_line(5, 0, 0, "verify: 5 of 0 events, 100 %, 0/s");
}

Test(progress, shows_nothing_of_what_is_short, .init = cr_redirect_stderr)
{
    struct clock_manual manual;
    struct progress progress;
    char output[1000];
    clock_manual_init(&manual, 1);
    progress_begin(&progress, "verify", &manual.clock);
    manual.monotonic += 1999999;
    progress_update(&progress, 10, 100);
    manual.monotonic += 1;
    progress_update(&progress, 20, 100);
    manual.monotonic += 9999999;
    progress_update(&progress, 30, 100);
    manual.monotonic += 1;
    progress_update(&progress, 40, 100);
    progress_end(&progress);
    (void)fflush(stderr);
    output[fread(output, 1, sizeof output - 1, cr_get_redirected_stderr())] = '\0';
    cr_assert_null(strstr(output, "10 of"), "%s", output);
    cr_assert_not_null(strstr(output, "20 of 100 events, 20 %, 10/s, 8.0 s left\n"), "%s", output);
    cr_assert_null(strstr(output, "30 of"), "%s", output);
    cr_assert_not_null(strstr(output, "40 of"), "%s", output);
}
