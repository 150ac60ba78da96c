/*
 * The command line: helps, refuses what is wrong with one sentence that says what would be right,
 * and destroys and makes nothing where it is pointed at the wrong place.
 */
#include "tests/lib/kit_command.h"

#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every subcommand, with what it needs to be called at all. */
static const char *const calls[][3] = {
    {"serve"},         {"status"},          {"config"}, {"token", "create"},
    {"token", "list"}, {"token", "revoke"}, {"show"},   {"history"},
    {"executions"},    {"stats"},           {"verify"}, {"rebuild"},
};

/* One sentence: a line, that names the program and command first. */
static void expect_sentence(const char *text)
{
    EXPECT_THAT(strncmp(text, "daybook", 7) == 0, "not said by daybook: %s", text);
    EXPECT_THAT(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
}

static const char *join_call(struct kit_story *story, const char *const *call)
{
    struct slice text = call[1] != NULL ? arena_format(&story->arena, "%s %s", call[0], call[1])
                                        : arena_format(&story->arena, "%s", call[0]);
    return arena_text(&story->arena, text);
}

TEST(command_line, helps_with_every_command, .no_server = true)
{
    struct kit_said help = RUN_BARE(story, 0, "--help");
    EXPECT(help.err[0] == '\0');
    for (size_t i = 0; i < ARRAY_COUNT(calls); i++) {
        const char *const *call = calls[i];
        EXPECT_SAYS(help.out, call[0]);
        struct kit_said said = kit_command_bare(
            story, __FILE__, __LINE__, 0,
            call[1] != NULL ? KIT_WORDS(call[0], call[1], "--help") : KIT_WORDS(call[0], "--help"));
        const char *name = join_call(story, call);
        EXPECT(said.err[0] == '\0');
        EXPECT_SAYS(said.out, arena_text(&story->arena,
                                         arena_format(&story->arena, "Usage: daybook %s", name)));
        EXPECT_SAYS(said.out, "--data DIR");
        EXPECT_SAYS(said.out, "Examples:\n  daybook ");
        EXPECT_SAYS(said.out, "Exit codes:\n  0  done\n");
    }
    EXPECT_SAYS(RUN_BARE(story, 0, "--version").out, "daybook ");
    EXPECT_SAYS(RUN_BARE(story, 0, "help", "verify").out, "Usage: daybook verify");
    EXPECT_SAYS(RUN_BARE(story, 0, "token", "--help").out, "revoke");
    EXPECT_SAYS(RUN_BARE(story, 0, "serve", "--help").out, "(default: 30; 1-120)");
}

TEST(command_line, says_what_was_meant, .no_server = true)
{
    static const char *const wrong[][3] = {
        {"verfy", "", "did you mean \"daybook verify\"?"},
        {"frobnicate", "", "\"daybook --help\" lists"},
        {"token", "revoek", "did you mean \"daybook token revoke\"?"},
        {"stats", "--jsno", "did you mean --json?"},
        {"serve", "--sync_wait_secnods", "did you mean --sync-wait-seconds?"},
        {"verify", "--expect=12:xyz", "64 hexadecimal digits"},
        {"executions", "--since=tomorrow", "is no time: write 2026-04-22"},
        {"executions", "--limit=0", "is no whole number from 1 to"},
        {"show", "--data=x", "ID is missing: daybook show ID"},
        {"history", "--json=1", "--json takes no value"},
        {"rebuild", "--view=instanecs", "did you mean \"instances\"?"},
        {"rebuild", "--view=nonsense", "there are "},
        {"--data", "", "the command comes first"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        bool one = wrong[i][1][0] == '\0';
        struct kit_said said =
            kit_command_bare(story, __FILE__, __LINE__, 2,
                             one ? KIT_WORDS(wrong[i][0]) : KIT_WORDS(wrong[i][0], wrong[i][1]));
        EXPECT_SAYS(said.err, wrong[i][2]);
        EXPECT(said.out[0] == '\0');
        expect_sentence(said.err);
    }
    EXPECT_SAYS(kit_command_bare(story, __FILE__, __LINE__, 2, (const char *const[]){NULL}).err,
                "Usage: daybook COMMAND");
}

/* The commands that look at a directory, with an operand where one is needed. */
static const char *const lookers[][3] = {
    {"status"},        {"verify"},       {"stats"},
    {"executions"},    {"rebuild"},      {"rebuild", "--check"},
    {"token", "list"}, {"show", "SWQ="}, {"history", "SWQ="},
};

static struct kit_said
look(struct kit_story *story, int code, const char *const *looker, const char *dir)
{
    bool one = looker[1] == NULL;
    STEP("%s %s on %s", looker[0], one ? "" : looker[1], dir);
    return kit_command_bare(story, __FILE__, __LINE__, code,
                            one ? KIT_WORDS(looker[0], "--data", dir)
                                : KIT_WORDS(looker[0], looker[1], "--data", dir));
}

/* Each refuses with one sentence that holds `part`. */
static void expect_all_refuse(struct kit_story *story, const char *dir, const char *part)
{
    for (size_t i = 0; i < ARRAY_COUNT(lookers); i++) {
        struct kit_said said = look(story, 3, lookers[i], dir);
        EXPECT_SAYS(said.err, part);
        EXPECT(said.out[0] == '\0');
        expect_sentence(said.err);
    }
    (void)RUN_BARE(story, 3, "token", "create", "--role", "admin", "--data", dir);
    (void)RUN_BARE(story, 3, "token", "revoke",
                   "VG9rZW46MDFhMjE0ZjEtY2E1OC03MDAzLWIxMTYtODljMzNmOWEwOTAw", "--data", dir);
}

static const char *path_in(struct kit_story *story, const char *dir, const char *name)
{
    return arena_text(&story->arena, arena_format(&story->arena, "%s/%s", dir, name));
}

static off_t size_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_size : -1;
}

static void copy(const char *from, const char *to)
{
    struct buf bytes;
    buf_init(&bytes, KIT_STORY_MEMORY_BYTES);
    EXPECT_OK(kit_dir_read(from, &bytes, KIT_ERROR));
    FILE *file = fopen(to, "w");
    EXPECT(file != NULL && fwrite(bytes.data, bytes.size, 1, file) == 1 && fclose(file) == 0);
    buf_deinit(&bytes);
}

TEST(command_line, makes_no_directory_where_there_is_none, .no_server = true)
{
    const char *missing = path_in(story, story->server.folder, "missing");
    expect_all_refuse(story, missing, "there is no directory");
    EXPECT_SAYS(RUN_BARE(story, 0, "config", "--data", missing).out, "127.0.0.1:7700");
    EXPECT(size_of(missing) == -1);
}

TEST(command_line, makes_nothing_in_a_directory_of_something_else, .no_server = true)
{
    expect_all_refuse(story, story->server.folder, "there is no journal in");
    const char *made = path_in(story, story->server.folder, "lock");
    EXPECT(size_of(made) == -1);
    EXPECT(rmdir(story->server.folder) == 0); /* it is still empty */
    EXPECT(mkdir(story->server.folder, 0700) == 0);
}

TEST(command_line, says_what_is_missing_of_a_directory)
{
    const char *data = story->server.data;
    const char *journal = path_in(story, data, "journal/data.mdb");
    const char *aside = path_in(story, data, "aside");
    kit_story_stop(story);
    STEP("without views");
    EXPECT(rename(path_in(story, data, "views"), aside) == 0);
    EXPECT_SAYS(RUN(story, 3, "executions").err, "rebuild");
    EXPECT_SAYS(RUN(story, 0, "status").out, "are missing");
    EXPECT_SAYS(RUN(story, 0, "stats").out, "no figures of the views");
    (void)RUN(story, 0, "rebuild");
    (void)RUN(story, 0, "executions");
    STEP("with views that nobody vouches for");
    copy(path_in(story, data, "views/data.mdb"), path_in(story, data, "copy"));
    EXPECT(rename(path_in(story, data, "copy"), path_in(story, data, "views/data.mdb")) == 0);
    EXPECT(unlink(path_in(story, data, "views/clean")) == 0);
    EXPECT_SAYS(RUN(story, 3, "executions").err, "are not to be trusted");
    (void)RUN(story, 0, "rebuild");
    STEP("without the master key");
    EXPECT(rename(path_in(story, data, "master.key"), path_in(story, data, "key")) == 0);
    EXPECT_SAYS(RUN(story, 0, "verify").out, "checksums alone");
    EXPECT_SAYS(
        RUN(story, 3, "show", "VXNlcjowMWEyMTRmMS1jYTU4LTcwMDMtYjExNi04OWMzM2Y5YTA5MDA=").err,
        "--master-key-file");
    (void)RUN(story, 0, "verify", "--master-key-file", path_in(story, data, "key"));
    (void)RUN(story, 0, "executions");
    EXPECT(rename(path_in(story, data, "key"), path_in(story, data, "master.key")) == 0);
    STEP("with an empty journal");
    EXPECT(truncate(journal, 0) == 0);
    EXPECT_SAYS(RUN(story, 1, "verify").err, "is empty: put it back from a backup");
    EXPECT_SAYS(RUN(story, 3, "stats").err, "is empty: put it back from a backup");
    EXPECT(size_of(journal) == 0);
}

TEST(command_line, survives_files_that_were_cut)
{
    static const char *const files[] = {"journal/data.mdb", "views/data.mdb"};
    kit_story_stop(story);
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        const char *path = path_in(story, story->server.data, files[i]);
        off_t size = size_of(path);
        STEP("%s is cut", files[i]);
        EXPECT(truncate(path, 3 * 4096) == 0);
        EXPECT_THAT(RUN(story, 3, "executions").err[0] != '\0', "nothing was said");
        EXPECT(size_of(path) == 3 * 4096);
        EXPECT(truncate(path, size) == 0);
    }
    STEP("what was cut off is damage");
    EXPECT_SAYS(RUN(story, 1, "verify").out, "problem");
}

TEST(command_line, shows_every_setting_and_its_source, .no_server = true)
{
    const char *data = story->server.data;
    EXPECT(mkdir(data, 0700) == 0);
    FILE *file = fopen(path_in(story, data, "daybook.yml"), "w");
    EXPECT(file != NULL);
    (void)fputs("sync_wait_seconds: 60\nlog_level: warn\nlog_format: json\n", file);
    EXPECT(fclose(file) == 0);
    EXPECT(setenv("DAYBOOK_LOG_LEVEL", "error", 1) == 0);
    EXPECT(setenv("DAYBOOK_LOG_FORMAT", "text", 1) == 0);
    const struct value *rows = RUN_JSON(story, 0, "config", "--log-format", "json");
    EXPECT(unsetenv("DAYBOOK_LOG_LEVEL") == 0 && unsetenv("DAYBOOK_LOG_FORMAT") == 0);
    static const char *const wanted[][3] = {{"listen", "127.0.0.1:7700", "default"},
                                            {"sync_wait_seconds", "60", "file"},
                                            {"log_level", "error", "environment"},
                                            {"log_format", "json", "flag"}};
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        const struct value *row = NULL;
        for (uint32_t k = 0; k < rows->list.count; k++) {
            bool same = slice_is(value_get_text(&rows->list.items[k], SLICE("name")), wanted[i][0]);
            row = same ? &rows->list.items[k] : row;
        }
        EXPECT_TEXT(row, "value", wanted[i][1]);
        EXPECT_TEXT(row, "source", wanted[i][2]);
    }
    STEP("what is wrong is refused, wherever it stands");
    EXPECT_SAYS(RUN(story, 3, "config", "--sync-wait-seconds", "121").err, "1 to 120");
    EXPECT(setenv("DAYBOOK_LISTNE", "x", 1) == 0);
    EXPECT_SAYS(RUN(story, 3, "config").err, "DAYBOOK_LISTEN");
    EXPECT(unsetenv("DAYBOOK_LISTNE") == 0);
}
