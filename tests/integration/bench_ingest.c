/* daybook bench ingest: what it prints, and that it leaves nothing behind. Nothing here asks how
 * fast it was. */
#include "core/base/json_in.h"
#include "tests/lib/kit_program.h"
#include "tests/lib/kit_story.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>

#define RUN_MS 120000

static const struct value *run(struct kit_story *story, const char *const *arguments, int code)
{
    struct kit_output output = {.exit.code = -1};
    struct value *value = ARENA_NEW(&story->arena, struct value);
    EXPECT_OK(kit_program_run(arguments, SLICE(""), RUN_MS, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == code, "exit code %d, signal %d: %.*s%.*s", output.exit.code,
                output.exit.signal, SLICE_ARGS(buf_slice(&output.err)),
                SLICE_ARGS(buf_slice(&output.out)));
    if (code == 0) {
        EXPECT_OK(json_in_parse(buf_slice(&output.out), &story->arena, value, KIT_ERROR));
    } else {
        *value = value_text(arena_copy(&story->arena, buf_slice(&output.err)));
    }
    kit_program_output_deinit(&output);
    return value;
}

/* Entries of a folder. */
static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    EXPECT(folder != NULL);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return count;
}

static double number_at(const struct value *row, const char *path)
{
    const struct value *found = kit_path_find(row, path);
    EXPECT_THAT(found != NULL && (found->type == VALUE_INT || found->type == VALUE_FLOAT),
                "no number %s", path);
    return found->type == VALUE_INT ? (double)found->integer : found->number;
}

static void expect_row(const struct value *row, int64_t connections)
{
    static const char *const positive[] = {"acks",
                                           "seconds",
                                           "acksPerSecond",
                                           "p50Ms",
                                           "p99Ms",
                                           "maxMs",
                                           "commits",
                                           "webhooksPerCommit",
                                           "bodyBytes",
                                           "floorBatchMs",
                                           "journalBytesPerWebhook",
                                           "idleResidentBytes",
                                           "residentBytes",
                                           "floorPerSecond",
                                           "partOfFloor"};
    static const char *const present[] = {"viewsBytesPerWebhook",  "executionsFinished",
                                          "executionsWaiting",     "drainMs",
                                          "idleAnonymousBytes",    "anonymousBytes",
                                          "serverCpuUsPerWebhook", "loadCpuUsPerWebhook"};
    EXPECT_INT(row, "connections", connections);
    EXPECT_INT(row, "refused", 0);
    for (size_t i = 0; i < sizeof positive / sizeof positive[0]; i++) {
        EXPECT_THAT(number_at(row, positive[i]) > 0, "%s is not over 0", positive[i]);
    }
    for (size_t i = 0; i < sizeof present / sizeof present[0]; i++) {
        EXPECT_THAT(number_at(row, present[i]) >= 0, "%s is under 0", present[i]);
    }
    EXPECT(number_at(row, "p50Ms") <= number_at(row, "p99Ms"));
    EXPECT(number_at(row, "p99Ms") <= number_at(row, "maxMs"));
}

TEST(bench_ingest, tells_machine_and_rows_as_json, .no_server = true)
{
    char folder[KIT_PATH_SIZE];
    EXPECT_OK(kit_dir_create(folder, KIT_ERROR));
    const char *const arguments[] = {
        kit_server_binary(), "bench", "ingest", "--connections", "4,1",  "--seconds", "1",
        "--warm-up",         "0",     "--json", "--folder",      folder, NULL};
    const struct value *answer = run(story, arguments, 0);
    EXPECT_TEXT(answer, "measurement", "ingest");
    EXPECT(number_at(answer, "machine.cores") > 0);
    EXPECT_BOOL(answer, "machine.loadSharesMachine", true);
    EXPECT(kit_path_find(answer, "machine.fileSystem") != NULL);
    EXPECT_INT(answer, "options.bodyBytes", 1024);
    EXPECT_BOOL(answer, "options.withStep", false);
    EXPECT(number_at(answer, "rows[0].executionsFinished") == number_at(answer, "rows[0].acks"));
    EXPECT_COUNT(answer, "rows", 2);
    expect_row(kit_path_find(answer, "rows[0]"), 4);
    expect_row(kit_path_find(answer, "rows[1]"), 1);
    EXPECT_INT(answer, "rows[0].bodyBytes", 1024);
    EXPECT_THAT(count_entries(folder) == 0, "something was left in %s", folder);
    EXPECT_OK(kit_dir_remove(folder, KIT_ERROR));
}

TEST(bench_ingest, runs_a_flow_with_a_step, .no_server = true)
{
    char folder[KIT_PATH_SIZE];
    EXPECT_OK(kit_dir_create(folder, KIT_ERROR));
    const char *const arguments[] = {kit_server_binary(),
                                     "bench",
                                     "ingest",
                                     "--with-step",
                                     "--connections",
                                     "2",
                                     "--seconds",
                                     "1",
                                     "--json",
                                     "--body",
                                     "700",
                                     "--warm-up",
                                     "0",
                                     "--folder",
                                     folder,
                                     NULL};
    const struct value *answer = run(story, arguments, 0);
    const struct value *row = kit_path_find(answer, "rows[0]");
    EXPECT_BOOL(answer, "options.withStep", true);
    expect_row(row, 2);
    EXPECT_INT(row, "bodyBytes", 700);
    /* Some may be on their way between being committed and being counted. */
    EXPECT(number_at(row, "executionsFinished") + number_at(row, "executionsWaiting") <=
           number_at(row, "acks"));
    EXPECT_OK(kit_dir_remove(folder, KIT_ERROR));
}

TEST(bench_ingest, sends_the_lines_of_a_corpus, .no_server = true)
{
    char folder[KIT_PATH_SIZE];
    char corpus[KIT_PATH_SIZE + 16];
    EXPECT_OK(kit_dir_create(folder, KIT_ERROR));
    (void)snprintf(corpus, sizeof corpus, "%s/corpus", folder);
    EXPECT_OK(kit_dir_write(corpus, SLICE("{\"a\":1}\n\n{\"b\":[2,3]}"), KIT_ERROR));
    const char *const arguments[] = {
        kit_server_binary(), "bench", "ingest",   "--connections", "2",
        "--seconds",         "1",     "--corpus", corpus,          "--json",
        "--warm-up",         "0",     "--folder", folder,          NULL};
    const struct value *answer = run(story, arguments, 0);
    EXPECT_INT(answer, "rows[0].bodyBytes", 9);
    expect_row(kit_path_find(answer, "rows[0]"), 2);
    EXPECT_OK(kit_dir_remove(folder, KIT_ERROR));
}

TEST(bench_ingest, clears_away_after_ctrl_c, .no_server = true)
{
    (void)story;
    char folder[KIT_PATH_SIZE];
    char files[KIT_PATH_SIZE];
    char out[KIT_PATH_SIZE + 8];
    char err[KIT_PATH_SIZE + 8];
    pid_t pid = 0;
    struct kit_exit end;
    EXPECT_OK(kit_dir_create(folder, KIT_ERROR));
    EXPECT_OK(kit_dir_create(files, KIT_ERROR));
    (void)snprintf(out, sizeof out, "%s/out", files);
    (void)snprintf(err, sizeof err, "%s/err", files);
    const char *const arguments[] = {kit_server_binary(), "bench", "ingest", "--seconds", "600",
                                     "--folder",          folder,  NULL};
    EXPECT_OK(kit_program_start(arguments, "/dev/null", out, err, &pid, KIT_ERROR));
    STEP("it has made its data directory");
    while (count_entries(folder) == 0) {
        kit_time_pause(5);
    }
    EXPECT(kill(pid, SIGINT) == 0);
    EXPECT_OK(kit_program_wait(pid, RUN_MS, &end, KIT_ERROR));
    EXPECT_THAT(end.code == 3, "exit code %d, signal %d", end.code, end.signal);
    EXPECT_THAT(count_entries(folder) == 0, "something was left in %s", folder);
    EXPECT_OK(kit_dir_remove(folder, KIT_ERROR));
    EXPECT_OK(kit_dir_remove(files, KIT_ERROR));
}

TEST(bench_ingest, refuses_a_list_that_is_none, .no_server = true)
{
    static const char *const lists[] = {"", "0", "4,", "4;8", "99999", "-1", "4 ,8"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *const arguments[] = {kit_server_binary(), "bench",  "ingest",
                                         "--connections",     lists[i], NULL};
        const struct value *said = run(story, arguments, 2);
        EXPECT_THAT(slice_find(value_text_of(said), SLICE("1,16,64")) != SIZE_MAX, "%s: %.*s",
                    lists[i], SLICE_ARGS(value_text_of(said)));
    }
}

TEST(bench_ingest, says_why_it_cannot_run, .no_server = true)
{
    const char *const arguments[] = {kit_server_binary(), "bench",           "ingest",
                                     "--folder",          "/nowhere/at/all", NULL};
    const struct value *said = run(story, arguments, 3);
    EXPECT_THAT(slice_find(value_text_of(said), SLICE("/nowhere/at/all")) != SIZE_MAX, "%.*s",
                SLICE_ARGS(value_text_of(said)));
}
