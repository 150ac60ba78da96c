/* The page of metrics of a whole server. */
#include "api/metrics_text.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "tests/lib/kit_story.h"
#include "tests/unit/api/server_rig.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- the format ---- */

/* The metric that the lines belong to. */
struct family {
    char name[100];
    char type[20];
    size_t samples;
};

static bool next_line(struct slice *rest, char ret[512])
{
    size_t end = slice_find(*rest, SLICE("\n"));
    if (rest->size == 0) {
        return false;
    }
    cr_assert_lt(end, 511, "every line ends, and is short");
    memcpy(ret, rest->data, end);
    ret[end] = '\0';
    *rest = slice_from(*rest, end + 1);
    return true;
}

static void begin_family(struct family *family, const char *line)
{
    char name[100] = "";
    cr_assert_eq(sscanf(line, "# HELP %99s", name), 1, "%s", line);
    cr_assert_str_neq(name, family->name, "a metric stands twice");
    cr_assert_eq(line[strlen(line) - 1], '.', "help is a sentence: %s", line);
    (void)snprintf(family->name, sizeof family->name, "%s", name);
    family->type[0] = '\0';
    family->samples = 0;
}

static void set_type(struct family *family, const char *line)
{
    char name[100] = "";
    cr_assert_eq(sscanf(line, "# TYPE %99s %19s", name, family->type), 2, "%s", line);
    cr_assert_str_eq(name, family->name);
    bool is_counter = strcmp(family->type, "counter") == 0;
    bool ends_in_total = slice_ends_with(slice_of_text(name), SLICE("_total"));
    cr_assert_eq(is_counter, ends_in_total, "%s", line);
    cr_assert(is_counter || strcmp(family->type, "gauge") == 0 ||
              strcmp(family->type, "histogram") == 0);
}

static void check_sample(struct family *family, const char *line)
{
    char name[100] = "";
    char *end = NULL;
    cr_assert_eq(sscanf(line, "%99[a-z0-9_]", name), 1, "%s", line);
    size_t size = strlen(family->name);
    cr_assert_eq(strncmp(name, family->name, size), 0, "%s", line);
    bool histogram = strcmp(family->type, "histogram") == 0;
    const char *behind = name + size;
    cr_assert(histogram ? strcmp(behind, "_bucket") == 0 || strcmp(behind, "_sum") == 0 ||
                              strcmp(behind, "_count") == 0
                        : behind[0] == '\0',
              "%s", line);
    const char *value = strrchr(line, ' ') + 1;
    cr_assert_geq(strtod(value, &end), 0);
    cr_assert(end != value && *end == '\0', "%s", line);
    family->samples++;
}

static void check_page(struct slice page)
{
    struct family family = {.samples = 1};
    char line[512];
    while (next_line(&page, line)) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            cr_assert_gt(family.samples, 0, "%s has no sample", family.name);
            begin_family(&family, line);
        } else if (strncmp(line, "# TYPE ", 7) == 0) {
            set_type(&family, line);
        } else {
            check_sample(&family, line);
        }
    }
    cr_assert_gt(family.samples, 0);
}

/* The value of a sample: its name with labels. */
static double value_of(struct slice page, const char *sample)
{
    char wanted[200];
    char line[512];
    (void)snprintf(wanted, sizeof wanted, "%s ", sample);
    while (next_line(&page, line)) {
        if (strncmp(line, wanted, strlen(wanted)) == 0) {
            return strtod(line + strlen(wanted), NULL);
        }
    }
    cr_assert_fail("no sample %s", sample);
    return 0;
}

Test(metrics, are_a_page_that_prometheus_reads)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    const char *token = server_rig_token(&rig);
    struct kit_message answer = server_rig_get(&rig, "/metrics", token);
    cr_assert_eq(answer.status, 200);
    cr_assert(slice_find(answer.head, SLICE("Content-Type: " METRICS_TEXT_TYPE "\r\n")) !=
              SIZE_MAX);
    check_page(answer.body);
    cr_assert_eq(value_of(answer.body, "daybook_build_info{version=\"" DAYBOOK_VERSION "\"}"), 1);
    cr_assert_eq(value_of(answer.body, "daybook_ready"), 1);
    cr_assert_gt(value_of(answer.body, "daybook_journal_seq"), 0);
    cr_assert_eq(value_of(answer.body, "daybook_views_seq"),
                 value_of(answer.body, "daybook_journal_seq"));
    cr_assert_eq(value_of(answer.body, "daybook_commands_total{outcome=\"done\"}"), 1);
    cr_assert_eq(value_of(answer.body, "daybook_commands_appended_total"), 1);
    cr_assert_eq(value_of(answer.body, "daybook_journal_sync_seconds_count"), 1);
    cr_assert_gt(value_of(answer.body, "daybook_journal_sync_seconds_sum"), 0);
    cr_assert_gt(value_of(answer.body, "daybook_disk_free_bytes"), 0);
    cr_assert_gt(value_of(answer.body, "process_resident_memory_bytes"), 1 << 20);
    cr_assert_gt(value_of(answer.body, "process_resident_memory_bytes"),
                 value_of(answer.body, "daybook_anonymous_memory_bytes"));
    cr_assert_gt(value_of(answer.body, "process_open_fds"), 5);
    cr_assert_gt(value_of(answer.body, "process_start_time_seconds"), 1700000000);
    cr_assert_gt(value_of(answer.body, "process_cpu_seconds_total"), 0);
    server_rig_stop(&rig);
}

/* Counts move with what is done; nothing secret and nothing of a caller comes in. */
Test(metrics, count_what_happens)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    const char *token = server_rig_token(&rig);
    cr_assert_eq(server_rig_get(&rig, "/trigger/bm9ib2R5?secret=swordfish", NULL).status, 404);
    cr_assert_eq(server_rig_get(&rig, "/trigger/bm9ib2R5?secret=swordfish", NULL).status, 404);
    struct kit_message answer = server_rig_get(&rig, "/metrics", token);
    cr_assert_eq(
        value_of(answer.body, "daybook_webhooks_rejected_total{code=\"flow_config_not_found\"}"),
        2);
    cr_assert_eq(value_of(answer.body, "daybook_http_responses_total{class=\"4xx\"}"), 2);
    cr_assert_eq(value_of(answer.body, "daybook_http_requests_total"), 3);
    cr_assert_eq(value_of(answer.body, "daybook_webhooks_accepted_total"), 0);
    cr_assert_eq(slice_find(answer.body, slice_of_text(token)), SIZE_MAX);
    cr_assert_eq(slice_find(answer.body, SLICE("swordfish")), SIZE_MAX);
    struct value status;
    cr_assert_eq(server_rig_control(&rig, "GET", "/control/status", NULL, &status), 200);
    cr_assert_eq(value_int_of(value_get(&status, SLICE("webhooksRejected")), -1), 2);
    server_rig_stop(&rig);
}

/* ---- executions ---- */

/* Asks a server of this machine, which a flow may not. */
static const char definition[] =
    "definitionVersion: 7\n"
    "name: Ask\n"
    "flows:\n"
    "  - name: Ask\n"
    "    endpointSecurityType: unsecured\n"
    "    isSynchronous: true\n"
    "    steps:\n"
    "      - name: Trigger\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Get\n"
    "        action: {key: httpGet, component: {key: http, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          url: {type: value, value: \"http://127.0.0.1:1/\"}\n";

/* A story of the kit on the server of a rig. */
static void begin_story(struct kit_story *story, struct server_rig *rig)
{
    *story = (struct kit_story){.server = {.port = rig->port}};
    arena_init(&story->arena, KIT_STORY_MEMORY_BYTES);
    kit_client_init(&story->client);
    kit_client_init(&story->caller);
    kit_expect_use(
        &(struct kit_expect_context){NULL, {&story->client, &story->caller}, &story->arena});
    (void)snprintf(story->server.url, sizeof story->server.url, "%s", rig->url);
    (void)snprintf(story->server.token, sizeof story->server.token, "%s", server_rig_token(rig));
    cr_assert_eq(kit_client_connect(&story->client, rig->port, NULL), ERR_OK);
    cr_assert_eq(kit_client_connect(&story->caller, rig->port, NULL), ERR_OK);
}

static void end_story(struct kit_story *story)
{
    kit_expect_use(&(struct kit_expect_context){0});
    kit_client_deinit(&story->client);
    kit_client_deinit(&story->caller);
    arena_deinit(&story->arena);
}

static int call(struct kit_story *story, const char *url, const char *key)
{
    struct kit_message answer = {0};
    struct kit_request request = {
        .path = kit_story_path(story, url), .body = SLICE("{}"), .headers = key};
    cr_assert_eq(kit_client_request(&story->caller, &request, &answer, NULL), ERR_OK);
    return answer.status;
}

Test(metrics, count_executions_and_what_they_ask)
{
    struct server_rig rig;
    struct kit_story story;
    static const char key[] = "Idempotency-Key: one\r\n";
    server_rig_init(&rig);
    server_rig_start(&rig);
    begin_story(&story, &rig);
    struct kit_instance instance = kit_story_instance(&story, definition, "Acme", NULL);
    const char *url = kit_story_webhook(&story, &instance, "Ask");
    cr_assert_eq(call(&story, url, NULL), 409); /* not deployed yet */
    (void)kit_story_deploy(&story, &instance);
    cr_assert_eq(call(&story, url, key), 500);
    cr_assert_eq(call(&story, url, key), 500);
    struct slice page = server_rig_get(&rig, "/metrics", story.server.token).body;
    check_page(page);
    cr_assert_eq(value_of(page, "daybook_webhooks_rejected_total{code=\"instance_not_deployed\"}"),
                 1);
    cr_assert_eq(value_of(page, "daybook_webhooks_accepted_total"), 1);
    cr_assert_eq(value_of(page, "daybook_webhook_accept_seconds_count"), 1);
    cr_assert_eq(value_of(page, "daybook_webhooks_repeated_total"), 1);
    cr_assert_eq(value_of(page, "daybook_executions_started_total"), 1);
    cr_assert_eq(value_of(page, "daybook_executions_finished_total{state=\"failed\"}"), 1);
    cr_assert_eq(value_of(page, "daybook_executions_finished_total{state=\"succeeded\"}"), 0);
    cr_assert_eq(value_of(page, "daybook_execution_seconds_count"), 1);
    cr_assert_lt(value_of(page, "daybook_execution_seconds_sum"), 60);
    cr_assert_eq(value_of(page, "daybook_executions_open"), 0);
    cr_assert_eq(value_of(page, "daybook_executions_running"), 0);
    cr_assert_eq(value_of(page, "daybook_outbound_requests_total{result=\"address_refused\"}"), 1);
    cr_assert_eq(value_of(page, "daybook_commands_total{outcome=\"repeated\"}"), 1);
    end_story(&story);
    server_rig_stop(&rig);
}

Test(metrics, want_a_token)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    cr_assert_eq(server_rig_get(&rig, "/metrics", NULL).status, 401);
    cr_assert_eq(server_rig_get(&rig, "/metrics", "dbt_wrong").status, 401);
    server_rig_stop(&rig);
}

/* ---- slow syncs ---- */

/* Standard error goes to a file until give_back. */
static int catch_errors(const char *path)
{
    int kept = dup(STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(kept >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO);
    (void)close(fd);
    return kept;
}

static void give_back(int kept)
{
    cr_assert_eq(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    (void)close(kept);
}

Test(metrics, a_slow_sync_is_counted_and_a_warning)
{
    struct server_rig rig;
    char path[KIT_PATH_SIZE + 20];
    struct buf log;
    buf_init(&log, MIB);
    server_rig_init(&rig);
    (void)snprintf(path, sizeof path, "%s/stderr", rig.dir);
    cr_assert_eq(failpoint_arm("journal_before_commit:sleep=600", NULL), ERR_OK);
    int kept = catch_errors(path);
    server_rig_start(&rig);
    give_back(kept);
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    struct kit_message answer = server_rig_get(&rig, "/metrics", server_rig_token(&rig));
    cr_assert_eq(value_of(answer.body, "daybook_journal_slow_syncs_total"), 1);
    cr_assert_geq(value_of(answer.body, "daybook_journal_longest_sync_seconds"), 0.6);
    cr_assert_eq(value_of(answer.body, "daybook_journal_sync_seconds_bucket{le=\"0.5\"}"), 0);
    cr_assert_eq(kit_dir_read(path, &log, NULL), ERR_OK);
    size_t at = slice_find(buf_slice(&log),
                           SLICE(" warn slow sync: answers wait for the disk duration_ms="));
    cr_assert_neq(at, SIZE_MAX, "%.*s", SLICE_ARGS(buf_slice(&log)));
    buf_deinit(&log);
    server_rig_stop(&rig);
}
