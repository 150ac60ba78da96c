/*
 * The commands that look, beside the server and after it: what they tell of an instance that failed
 * and was mended agrees with what the server says, now and as of then, and verify notices a changed
 * byte.
 */
#include "core/base/id.h"
#include "tests/lib/kit_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Answers with the status in the config variable "Status". */
static const char definition[] =
    "definitionVersion: 7\n"
    "name: Answers\n"
    "requiredConfigVars:\n"
    "  - {key: Status, dataType: string, defaultValue: \"500\"}\n"
    "  - {key: Ledger URL, dataType: string, defaultValue: \"\"}\n"
    "flows:\n"
    "  - name: Receive\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Order\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Post Entry\n"
    "        action: {key: httpPost, component: {key: http, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          url: {type: configVar, value: Ledger URL}\n"
    "          data: {type: reference, value: order.results.body.data}\n";

/* An instance whose first execution failed, and whose second, a replay, did not. */
struct life {
    struct kit_instance instance;
    const char *failed;
    const char *replay;
    int64_t deployed_seq; /* where the journal stood before the cause was mended */
};

static int64_t seq_now(struct kit_story *story)
{
    return value_int_of(VALUE_AT(RUN_JSON(story, 0, "status"), "seq"), -1);
}

/* A body that shrinks when it is stored. */
static const char *order(struct kit_story *story)
{
    char same[2000];
    memset(same, 'a', sizeof same);
    return arena_text(&story->arena,
                      arena_format(&story->arena, "{\"n\": \"%.*s\"}", (int)sizeof same, same));
}

static struct life live(struct kit_story *story)
{
    struct kit_target *ledger = kit_story_target(story);
    struct slice config = arena_format(
        &story->arena, "[{\"key\": \"Ledger URL\", \"value\": \"http://127.0.0.1:%d/entries\"}]%c",
        kit_target_port(ledger), '\0');
    struct life life = {.instance = kit_story_instance(story, definition, "Acme", config.data)};
    kit_target_answer(ledger, "/entries", 1, (struct kit_answer){.status = 500});
    (void)kit_story_deploy(story, &life.instance);
    life.deployed_seq = seq_now(story);
    life.failed =
        kit_story_call(story, kit_story_webhook(story, &life.instance, "Receive"), order(story));
    EXPECT_TEXT(kit_story_await(story, life.failed), "status", "ERROR");
    kit_story_configure(story, &life.instance, "Status", "200");
    life.replay = kit_story_replay(story, life.failed);
    EXPECT_TEXT(kit_story_await(story, life.replay), "status", "SUCCESS");
    return life;
}

static const char *number_text(struct kit_story *story, int64_t number)
{
    return arena_text(&story->arena, arena_format(&story->arena, "%" PRId64, number));
}

/* ---- what each tells ---- */

static void look_at_status(struct kit_story *story, bool serving)
{
    const struct value *status = RUN_JSON(story, 0, "status");
    EXPECT_BOOL(status, "serving", serving);
    EXPECT_INT(status, "lag", 0);
    EXPECT_INT(status, "openExecutions", 0);
    EXPECT(value_int_of(VALUE_AT(status, "diskFreeBytes"), 0) > 0);
    if (serving) {
        EXPECT_TEXT(status, "url", story->server.url);
        EXPECT_INT(status, "pid", story->server.pid);
    } else {
        EXPECT_NULL(status, "pid");
    }
}

static void look_at_executions(struct kit_story *story, const struct life *life)
{
    const struct value *all = RUN_JSON(story, 0, "executions");
    EXPECT_COUNT(all, "", 2);
    EXPECT_TEXT(all, "[0].id", life->replay);
    EXPECT_TEXT(all, "[0].replayOf", life->failed);
    EXPECT_TEXT(all, "[1].id", life->failed);
    EXPECT_TEXT(all, "[1].instanceName", "Acme");
    EXPECT_TEXT(all, "[1].flow", "Receive");
    const struct value *failed = RUN_JSON(story, 0, "executions", "--failed", "--since", "1h");
    EXPECT_COUNT(failed, "", 1);
    EXPECT_TEXT(failed, "[0].id", life->failed);
    EXPECT_TEXT(failed, "[0].errorClass", "http_status");
    EXPECT_TEXT(failed, "[0].resolvedBy", life->replay);
    EXPECT_COUNT(RUN_JSON(story, 0, "executions", "--unresolved"), "", 0);
    EXPECT_COUNT(RUN_JSON(story, 0, "executions", "--since", "2199-01-01"), "", 0);
    EXPECT_COUNT(RUN_JSON(story, 0, "executions", "--limit", "1"), "", 1);
    EXPECT_COUNT(RUN_JSON(story, 0, "executions", "--instance", life->instance.id), "", 2);
    EXPECT_SAYS(RUN(story, 0, "executions").out, life->failed);
}

static void look_at_things(struct kit_story *story, const struct life *life)
{
    const struct value *now = RUN_JSON(story, 0, "show", life->instance.id);
    EXPECT_TEXT(now, "name", "Acme");
    EXPECT_TEXT(now, "customer.id", life->instance.customer);
    EXPECT_TEXT(now, "config.Status.value", "200");
    EXPECT_BOOL(now, "needsDeploy", true);
    EXPECT_INT(now, "version", 1);
    const struct value *then = RUN_JSON(story, 0, "show", life->instance.id, "--as-of",
                                        number_text(story, life->deployed_seq));
    EXPECT_NULL(then, "config.Status");
    EXPECT_BOOL(then, "needsDeploy", false);
    EXPECT_SAYS(RUN(story, 3, "show", life->instance.id, "--as-of", "1").err,
                "there was no instance");
    EXPECT_SAYS(RUN(story, 3, "show", life->instance.id, "--as-of", "99999").err, "future");
    EXPECT_SAYS(RUN(story, 3, "show", life->instance.id, "--as-of", "2w").err,
                "there was no instance");
    EXPECT_TEXT(RUN_JSON(story, 0, "show", life->instance.version), "kind", "version");
    EXPECT_TEXT(RUN_JSON(story, 0, "show", life->instance.customer), "name", "Acme");
    EXPECT_TEXT(RUN_JSON(story, 0, "show", TEXT_AT(now, "flowConfigs.Receive.id")), "flow",
                "Receive");
    EXPECT_SAYS(RUN(story, 2, "show", "nonsense").err, "is not an id");
}

static void look_at_failure(struct kit_story *story, const struct life *life)
{
    const struct value *failed = RUN_JSON(story, 0, "show", life->failed);
    const struct value *served = kit_story_await(story, life->failed);
    EXPECT_TEXT(failed, "error", TEXT_AT(served, "error"));
    EXPECT_TEXT(failed, "payloadDigest", TEXT_AT(served, "payloadDigest"));
    EXPECT_TEXT(failed, "resolvedBy", life->replay);
    EXPECT_TEXT(failed, "steps[0].name", "Post Entry");
    EXPECT_COUNT(failed, "steps", 1);
    EXPECT_TEXT(failed, "steps[0].status", "FAILED");
    EXPECT_SAYS(TEXT_AT(failed, "steps[0].error"), "500");
}

/* The execution as it was at some of its events. */
static void look_back(struct kit_story *story, const struct life *life)
{
    const struct value *history = RUN_JSON(story, 0, "history", life->failed);
    int64_t queued = value_int_of(VALUE_AT(history, "[0].seq"), -1);
    const struct value *then =
        RUN_JSON(story, 0, "show", life->failed, "--as-of", number_text(story, queued));
    EXPECT_TEXT(then, "state", "QUEUED");
    EXPECT_COUNT(then, "steps", 0);
    EXPECT_NULL(then, "error");
    EXPECT_NULL(then, "resolvedBy");
    EXPECT_SAYS(RUN(story, 3, "show", life->failed, "--as-of", number_text(story, queued - 1)).err,
                "there was no execution of this id yet");
}

static void look_at_history(struct kit_story *story, const struct life *life)
{
    const struct value *history = RUN_JSON(story, 0, "history", life->instance.id);
    EXPECT_COUNT(history, "", 3);
    EXPECT_TEXT(history, "[0].event", "instance.created");
    EXPECT_TEXT(history, "[0].actor.name", "Admin");
    EXPECT_TEXT(history, "[1].event", "instance.deployed");
    EXPECT_TEXT(history, "[2].event", "instance.config_changed");
    EXPECT_TEXT(history, "[2].changes[1].field", "config.Status.value");
    EXPECT_NULL(history, "[2].changes[1].before");
    EXPECT_TEXT(history, "[2].changes[1].after", "200");
    EXPECT_COUNT(RUN_JSON(story, 0, "history", life->instance.id, "--limit", "1"), "", 1);
    struct kit_said said = RUN(story, 0, "history", life->instance.id);
    EXPECT_SAYS(said.out, "by Admin (token admin.token)");
    EXPECT_SAYS(said.out, "config.Status.value: 200");
    EXPECT_TEXT(RUN_JSON(story, 0, "history", life->failed), "[0].event", "execution.queued");
    EXPECT_COUNT(RUN_JSON(story, 0, "history", life->instance.version), "", 1);
}

static void look_at_stats(struct kit_story *story)
{
    const struct value *stats = RUN_JSON(story, 0, "stats");
    EXPECT_INT(stats, "events", seq_now(story));
    EXPECT_INT(stats, "bodies[1].count", 2);
    EXPECT_TEXT(stats, "bodies[1].class", "payload");
    EXPECT(value_int_of(VALUE_AT(stats, "bodies[1].rawBytes"), 0) >
           2 * value_int_of(VALUE_AT(stats, "bodies[1].storedBytes"), 0));
    EXPECT_INT(stats, "keyring.destroyed", 0);
    EXPECT_SAYS(RUN(story, 0, "stats").out, "execution.queued");
}

/* Returns: the chain's head, as verify wants it again. */
static const char *look_at_chain(struct kit_story *story)
{
    const struct value *report = RUN_JSON(story, 0, "verify");
    const char *head = TEXT_AT(report, "head");
    EXPECT_BOOL(report, "ok", true);
    EXPECT_BOOL(report, "keys", true);
    EXPECT_INT(report, "bodiesUnopened", 0);
    EXPECT_INT(report, "events", seq_now(story));
    (void)RUN(story, 0, "verify", "--expect", head);
    EXPECT_SAYS(RUN(story, 0, "verify").out, head);
    const struct value *keyless = RUN_JSON(story, 0, "verify", "--without-keys");
    EXPECT_BOOL(keyless, "keys", false);
    EXPECT_INT(keyless, "bodiesOpened", 0);
    EXPECT_TEXT(keyless, "head", head);
    return head;
}

static void look_at_views(struct kit_story *story)
{
    const struct value *check = RUN_JSON(story, 0, "rebuild", "--check");
    EXPECT_BOOL(check, "equal", true);
    EXPECT(value_int_of(VALUE_AT(check, "rows"), 0) > 20);
    (void)RUN(story, 0, "rebuild", "--check", "--view", "instances");
}

/* ---- stories ---- */

TEST(tools, tell_the_same_beside_the_server_and_without_it)
{
    struct life life = live(story);
    for (int serving = 1; serving >= 0; serving--) {
        STEP("%s the server", serving ? "beside" : "without");
        look_at_status(story, serving);
        look_at_executions(story, &life);
        look_at_things(story, &life);
        look_at_history(story, &life);
        look_back(story, &life);
        look_at_stats(story);
        (void)look_at_chain(story);
        look_at_views(story);
        if (serving) {
            look_at_failure(story, &life);
            kit_story_stop(story);
        }
    }
}

TEST(tools, leave_a_directory_that_is_served_to_its_server)
{
    const char *wanted = arena_text(
        &story->arena, arena_format(&story->arena, "%s is served by process %d; stop it first",
                                    story->server.data, (int)story->server.pid));
    EXPECT_SAYS(RUN(story, 3, "rebuild").err, wanted);
    EXPECT_SAYS(RUN(story, 3, "rebuild", "--view", "instances").err, wanted);
    EXPECT_SAYS(RUN(story, 3, "serve", "--listen", "127.0.0.1:0").err, wanted);
    EXPECT(kit_server_running(&story->server));
}

TEST(tools, rebuild_what_the_journal_says)
{
    struct life life = live(story);
    kit_story_stop(story);
    const struct value *before = RUN_JSON(story, 0, "show", life.instance.id);
    EXPECT_SAYS(RUN(story, 0, "rebuild").out, "built all views from ");
    EXPECT_SAYS(RUN(story, 0, "rebuild", "--view", "executions").out, "built the view executions");
    EXPECT(value_equal(RUN_JSON(story, 0, "show", life.instance.id), before));
    look_at_views(story);
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, life.failed), "resolvedBy.id", life.replay);
}

TEST(tools, remove_what_a_killed_comparison_left)
{
    /* Process ids end before this number; the test's own is alive. */
    const char *left = arena_text(
        &story->arena, arena_format(&story->arena, "%s/views.check.999999999", story->server.data));
    const char *used = arena_text(&story->arena, arena_format(&story->arena, "%s/views.check.%d",
                                                              story->server.data, (int)getpid()));
    EXPECT(mkdir(left, 0700) == 0 && mkdir(used, 0700) == 0);
    (void)RUN(story, 0, "rebuild", "--check");
    EXPECT(access(left, F_OK) != 0);
    EXPECT(access(used, F_OK) == 0);
}

/* Flips a bit of `text` wherever it stands in a file: old pages hold copies. */
static void damage(const char *path, struct slice text)
{
    struct buf bytes;
    buf_init(&bytes, KIT_STORY_MEMORY_BYTES);
    EXPECT_OK(kit_dir_read(path, &bytes, KIT_ERROR));
    size_t from = 0;
    size_t found = 0;
    size_t at = 0;
    while ((at = slice_find(slice_from(buf_slice(&bytes), from), text)) != SIZE_MAX) {
        bytes.data[from + at] ^= 1;
        from += at + text.size;
        found++;
    }
    FILE *file = fopen(path, "r+");
    EXPECT(file != NULL && fwrite(bytes.data, bytes.size, 1, file) == 1 && fclose(file) == 0);
    EXPECT(found > 0);
    buf_deinit(&bytes);
}

TEST(tools, verify_names_what_was_changed_and_what_was_cut_off)
{
    const char *early = look_at_chain(story);
    struct life life = live(story);
    STEP("an earlier head is still in the chain");
    (void)RUN(story, 0, "verify", "--expect", early);
    STEP("a head that is not this chain's");
    char wrong[200];
    (void)snprintf(wrong, sizeof wrong, "%s", early);
    char *last = &wrong[strlen(wrong) - 1];
    *last = *last == '0' ? '1' : '0';
    EXPECT_SAYS(RUN(story, 1, "verify", "--expect", wrong).out, "not the expected one");
    EXPECT_SAYS(
        RUN(story, 1, "verify", "--expect",
            arena_text(&story->arena, arena_format(&story->arena, "99999%s", strchr(early, ':'))))
            .out,
        "no record ends at the expected sequence");
    STEP("one byte of the journal is changed");
    kit_story_stop(story);
    const char *path = arena_text(
        &story->arena, arena_format(&story->arena, "%s/journal/data.mdb", story->server.data));
    struct uuid id;
    EXPECT_OK(id_decode(slice_of_text(life.instance.id), "Instance", &id, KIT_ERROR));
    damage(path, slice_of(id.bytes, sizeof id.bytes));
    const struct value *report = RUN_JSON(story, 1, "verify");
    EXPECT_BOOL(report, "ok", false);
    EXPECT(value_int_of(VALUE_AT(report, "findings[0].seq"), 0) > 0);
    EXPECT_SAYS(RUN(story, 1, "verify").out, "sequence ");
}
