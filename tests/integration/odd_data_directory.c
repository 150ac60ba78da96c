/*
 * What a start makes of a data directory that something happened to. Views can be made again, and
 * are. Everything else that is lost, cut, exchanged or not ours ends the start with one sentence
 * that says what is wrong and exit code 3, destroys nothing, and once it is put back all is as
 * before.
 */
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "tests/lib/kit_command.h"
#include "tests/lib/kit_shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_FAILED 3

/* Whom permissions count for, when the tests run as root. */
#define NOBODY    65534

#define PATH_SIZE (KIT_PATH_SIZE + 128)

/* ---- files ---- */

static const char *path_of(struct kit_story *story, const char *name)
{
    return arena_text(&story->arena,
                      arena_format(&story->arena, "%s/%s", story->server.data, name));
}

static struct slice contents(struct kit_story *story, const char *name)
{
    struct buf bytes;
    buf_init(&bytes, (size_t)64 << 20);
    EXPECT_OK(kit_dir_read(path_of(story, name), &bytes, KIT_ERROR));
    struct slice copy = arena_copy(&story->arena, buf_slice(&bytes));
    buf_deinit(&bytes);
    return copy;
}

static void put(struct kit_story *story, const char *name, struct slice bytes)
{
    EXPECT_OK(kit_dir_write(path_of(story, name), bytes, KIT_ERROR));
}

static void move(struct kit_story *story, const char *from, const char *to)
{
    EXPECT_THAT(rename(path_of(story, from), path_of(story, to)) == 0, "move %s to %s: %s", from,
                to, strerror(errno));
}

static struct slice noise(struct kit_story *story, size_t size)
{
    char *bytes = ARENA_ARRAY(&story->arena, char, size);
    ASSERT(bytes != NULL);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)rand();
    }
    return slice_of(bytes, size);
}

/* ---- starts ---- */

/* The start ends with one sentence that holds `text`, and exit code 3. */
static void expect_no_start(struct kit_story *story, const char *text)
{
    struct error error = {0};
    enum err e = kit_server_start(&story->server, story->options.arguments, &error);
    EXPECT_THAT(e == ERR_CLOSED, "it started, though: %s", text);
    EXPECT_SAYS(error_text(&error), "code 3");
    EXPECT_THAT(kit_server_logged_now(&story->server, text), "it does not say '%s': %s", text,
                error_text(&error));
    EXPECT(kit_server_logged_now(&story->server, "daybook serve: "));
}

static void expect_all_there(struct kit_story *story)
{
    const struct value *data = GQL(story, "{ customers { nodes { name } } }");
    EXPECT_COUNT(data, "customers.nodes", 1);
    EXPECT_TEXT(data, "customers.nodes[0].name", "Acme");
}

/* With the damage undone everything is there and whole. */
static void expect_as_before(struct kit_story *story)
{
    kit_story_start(story);
    expect_all_there(story);
    kit_story_stop(story);
    kit_story_verify(story);
}

/* A directory with one customer, and no server. */
static void begin(struct kit_story *story)
{
    (void)kit_story_customer(story, "Acme");
    kit_story_stop(story);
}

/* A second directory beside, the same but for its journal. Returns: its name, from DATA. */
static const char *begin_other(struct kit_story *story)
{
    struct kit_server other = story->server;
    (void)snprintf(other.data, sizeof other.data, "%s/other", story->server.folder);
    other.port = 0;
    EXPECT_OK(kit_server_start(&other, NULL, KIT_ERROR));
    EXPECT_OK(kit_server_stop(&other, KIT_ERROR));
    return "../other";
}

static const char *in_other(struct kit_story *story, const char *other, const char *name)
{
    return arena_text(&story->arena, arena_format(&story->arena, "%s/%s", other, name));
}

/* ---- views ---- */

static void expect_built_anew(struct kit_story *story)
{
    kit_story_start(story);
    expect_all_there(story);
    EXPECT(!kit_server_logged_now(&story->server, "how=\"closed cleanly\""));
    kit_story_stop(story);
    (void)RUN(story, 0, "rebuild", "--check");
}

TEST(odd_data, views_that_are_gone_are_built)
{
    begin(story);
    EXPECT_OK(kit_dir_remove(path_of(story, "views"), KIT_ERROR));
    expect_built_anew(story);
}

TEST(odd_data, views_that_are_no_views_are_built)
{
    begin(story);
    struct slice whole = contents(story, "views/data.mdb");
    const struct slice damaged[] = {
        noise(story, 100000),
        slice_of(whole.data, whole.size / 2),
        slice_of(whole.data, 8192),
        slice_of(whole.data, 100),
        {whole.data, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(damaged); i++) {
        STEP("damage %zu", i);
        put(story, "views/data.mdb", damaged[i]);
        expect_built_anew(story);
    }
    STEP("a file in the place of the directory");
    EXPECT_OK(kit_dir_remove(path_of(story, "views"), KIT_ERROR));
    put(story, "views", SLICE("mine"));
    expect_no_start(story, "is not a directory: move it away");
    EXPECT(slice_is(contents(story, "views"), "mine"));
    EXPECT(unlink(path_of(story, "views")) == 0);
    expect_built_anew(story);
}

TEST(odd_data, views_of_another_journal_are_built_anew)
{
    begin(story);
    const char *other = begin_other(story);
    EXPECT_OK(kit_dir_remove(path_of(story, "views"), KIT_ERROR));
    move(story, in_other(story, other, "views"), "views");
    expect_built_anew(story);
}

TEST(odd_data, views_that_are_ahead_of_the_journal_are_built_anew)
{
    begin(story);
    struct slice journal = contents(story, "journal/data.mdb");
    kit_story_start(story);
    (void)kit_story_customer(story, "Late");
    kit_story_stop(story);
    STEP("the journal is put back from a copy");
    put(story, "journal/data.mdb", journal);
    expect_built_anew(story);
}

/* ---- who may ---- */

TEST(odd_data, a_directory_that_is_served_is_left_alone)
{
    struct kit_server second = story->server;
    struct error error = {0};
    char pid[64];
    (void)kit_story_customer(story, "Acme");
    second.pid = 0;
    second.port = 0;
    EXPECT(kit_server_start(&second, NULL, &error) == ERR_CLOSED);
    (void)snprintf(pid, sizeof pid, "is served by process %d; stop it first",
                   (int)story->server.pid);
    EXPECT_SAYS(error_text(&error), pid);
    EXPECT_SAYS(error_text(&error), "code 3");
    expect_all_there(story);
}

TEST(odd_data, of_two_that_start_at_once_one_serves, .no_server = true)
{
    for (int round = 0; round < 4; round++) {
        struct kit_server second = story->server;
        struct error error = {0};
        (void)snprintf(second.out_path, sizeof second.out_path, "%s/second.out",
                       story->server.folder);
        (void)snprintf(second.log_path, sizeof second.log_path, "%s/second.log",
                       story->server.folder);
        second.port = story->server.port = 0;
        EXPECT_OK(kit_dir_remove(story->server.data, KIT_ERROR));
        EXPECT_OK(kit_server_launch(&story->server, NULL, KIT_ERROR));
        EXPECT_OK(kit_server_launch(&second, NULL, KIT_ERROR));
        bool first_serves = kit_server_await_ready(&story->server, &error) == ERR_OK;
        enum err e = kit_server_await_ready(&second, &error);
        EXPECT_THAT((e == ERR_OK) != first_serves, "both serve, or none: %s", error_text(&error));
        EXPECT_SAYS(error_text(&error), "code 3");
        EXPECT_SAYS(error_text(&error), "is served by process");
        EXPECT_OK(kit_server_stop(first_serves ? &story->server : &second, KIT_ERROR));
        kit_story_verify(story);
    }
}

TEST(odd_data, a_lock_that_a_killed_server_left_holds_nobody_up)
{
    (void)kit_story_customer(story, "Acme");
    kit_story_kill(story);
    expect_as_before(story);
}

TEST(odd_data, an_address_in_use_is_said)
{
    begin(story);
    struct kit_target *target = kit_story_target(story);
    int port = story->server.port;
    story->server.port = kit_target_port(target);
    expect_no_start(story, "Address already in use");
    story->server.port = port;
    expect_as_before(story);
}

TEST(odd_data, a_file_where_the_socket_goes_is_not_removed)
{
    begin(story);
    (void)unlink(path_of(story, "daybook.sock"));
    put(story, "daybook.sock", SLICE("mine"));
    expect_no_start(story, "the file is there and is no socket");
    EXPECT(slice_is(contents(story, "daybook.sock"), "mine"));
    EXPECT(unlink(path_of(story, "daybook.sock")) == 0);
    expect_as_before(story);
}

/* ---- keys ---- */

TEST(odd_data, a_keyring_that_is_lost_or_not_ours_is_not_replaced)
{
    begin(story);
    struct slice keyring = contents(story, "keyring");
    struct slice flipped = arena_copy(&story->arena, keyring);
    ((char *)(uintptr_t)flipped.data)[200] ^= 1;
    const char *other = begin_other(story);

    STEP("lost");
    move(story, "keyring", "kept");
    expect_no_start(story, "keyring");
    EXPECT(access(path_of(story, "keyring"), F_OK) != 0);
    STEP("noise");
    put(story, "keyring", noise(story, keyring.size));
    expect_no_start(story, "keyring");
    STEP("cut");
    put(story, "keyring", slice_of(keyring.data, keyring.size / 2));
    expect_no_start(story, "keyring");
    STEP("empty");
    put(story, "keyring", (struct slice){keyring.data, 0});
    expect_no_start(story, "keyring");
    STEP("a flipped bit");
    put(story, "keyring", flipped);
    expect_no_start(story, "keyring");
    STEP("another journal's");
    put(story, "keyring", contents(story, in_other(story, other, "keyring")));
    expect_no_start(story, "keyring");
    STEP("another journal's, with its master key");
    struct slice master = contents(story, "master.key");
    put(story, "master.key", contents(story, in_other(story, other, "master.key")));
    expect_no_start(story, "belongs to another journal");

    STEP("the right one is put back");
    put(story, "master.key", master);
    move(story, "kept", "keyring");
    expect_as_before(story);
}

TEST(odd_data, a_master_key_that_is_lost_or_wrong_is_not_replaced)
{
    static const char wrong[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";
    begin(story);
    move(story, "master.key", "kept");
    expect_no_start(story, "master.key");
    EXPECT(access(path_of(story, "master.key"), F_OK) != 0);
    put(story, "master.key", slice_of_text(wrong));
    expect_no_start(story, "master key");
    put(story, "master.key", SLICE("no key at all"));
    expect_no_start(story, "is not a master key");
    put(story, "master.key", SLICE(""));
    expect_no_start(story, "is not a master key");
    move(story, "kept", "master.key");
    expect_as_before(story);
}

TEST(odd_data, the_admin_token_is_needed_by_nobody_but_its_reader)
{
    begin(story);
    struct slice token = contents(story, "admin.token");
    EXPECT(unlink(path_of(story, "admin.token")) == 0);
    EXPECT_OK(kit_server_launch(&story->server, NULL, KIT_ERROR));
    struct error error = {0};
    EXPECT(kit_server_await_ready(&story->server, &error) == ERR_NOT_FOUND);
    STEP("it is ready, has made no other token, and the old one is good");
    EXPECT(access(path_of(story, "admin.token"), F_OK) != 0);
    EXPECT(slice_is(slice_trim(token), story->server.token));
    expect_all_there(story);
}

/* ---- the journal ---- */

/* How far a file must be read to see that it is cut decides which sentence it is; all name the
 * directory. */
static void cut_file(struct kit_story *story, const char *name)
{
    struct slice whole = contents(story, name);
    const size_t sizes[] = {whole.size / 2, 3 * 4096, 4096, 100};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        STEP("%s is cut to %zu bytes", name, sizes[i]);
        put(story, name, slice_of(whole.data, sizes[i]));
        expect_no_start(story, story->server.data);
        EXPECT_THAT(contents(story, name).size == sizes[i], "%s has %zu bytes now", name,
                    contents(story, name).size);
    }
    STEP("%s is noise", name);
    put(story, name, noise(story, whole.size));
    expect_no_start(story, story->server.data);
    put(story, name, whole);
    expect_as_before(story);
}

/* An integration whose text is stored as a blob. */
static void import_large(struct kit_story *story)
{
    struct buf text;
    buf_init(&text, (size_t)4 << 20);
    buf_put_text(&text,
                 "{definitionVersion: 7, name: Large, flows: [{name: Flow, steps: [{name: Call, "
                 "isTrigger: true, action: {key: webhook, component: {key: webhook-triggers, "
                 "version: LATEST, isPublic: true}}, inputs: {}}]}], documentation: '");
    for (int i = 0; i < 1000000; i++) {
        buf_put_char(&text, (char)('a' + rand() % 26));
    }
    buf_put_text(&text, "'}");
    const struct value *data =
        GQL(story,
            "mutation($text: String!) { importIntegration(input: {definition: $text}) "
            "{ errors { field messages } } }",
            {"text", .text = arena_text(&story->arena, buf_slice(&text))});
    EXPECT_COUNT(data, "importIntegration.errors", 0);
    buf_deinit(&text);
}

TEST(odd_data, a_journal_that_is_cut_is_not_gone_on_with)
{
    import_large(story);
    begin(story);
    cut_file(story, "journal/data.mdb");
}

TEST(odd_data, blobs_that_are_cut_are_not_gone_on_with)
{
    import_large(story);
    begin(story);
    cut_file(story, "blobs/data.mdb");
}

TEST(odd_data, a_journal_that_is_lost_is_not_begun_again)
{
    begin(story);
    STEP("the file");
    move(story, "journal/data.mdb", "kept");
    expect_no_start(story, "put the journal back");
    (void)unlink(path_of(story, "journal/data.mdb"));
    STEP("the directory");
    move(story, "journal", "kept.directory");
    expect_no_start(story, "put the journal back");
    EXPECT_OK(kit_dir_remove(path_of(story, "journal"), KIT_ERROR));
    move(story, "kept.directory", "journal");
    STEP("an empty file");
    put(story, "journal/data.mdb", SLICE(""));
    expect_no_start(story, "put the journal back");
    (void)unlink(path_of(story, "journal/data.mdb"));
    move(story, "kept", "journal/data.mdb");
    expect_as_before(story);
}

TEST(odd_data, blobs_that_are_lost_are_not_begun_again)
{
    begin(story);
    move(story, "blobs", "kept");
    expect_no_start(story, "blobs");
    EXPECT(access(path_of(story, "blobs"), F_OK) != 0);
    move(story, "kept", "blobs");
    expect_as_before(story);
}

static uint32_t crc32c(const char *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0x82f63b78U & (0U - (crc & 1U)));
        }
    }
    return ~crc;
}

/* "journal" -> id 16, format u32, own key u64, crc32c u32 over key and value. */
static size_t raise_format(struct slice file, uint32_t format)
{
    struct slice key = SLICE("journal\0");
    size_t raised = 0;
    key.size = 7;
    for (size_t at = 0; at + 7 + 32 <= file.size; at++) {
        char *row = (char *)(uintptr_t)file.data + at;
        if (memcmp(row, key.data, key.size) == 0 && bytes_le32(row + 7 + 16) == 1 &&
            crc32c(row, 7 + 28) == bytes_le32(row + 7 + 28)) {
            bytes_put_le32(row + 7 + 16, format);
            bytes_put_le32(row + 7 + 28, crc32c(row, 7 + 28));
            raised++;
        }
    }
    return raised;
}

TEST(odd_data, a_journal_of_a_newer_program_is_left_alone)
{
    begin(story);
    struct slice whole = contents(story, "journal/data.mdb");
    struct slice newer = arena_copy(&story->arena, whole);
    EXPECT(raise_format(newer, 2) > 0);
    put(story, "journal/data.mdb", newer);
    expect_no_start(story, "the journal has format 2, this daybook reads 1: use a newer one");
    EXPECT(slice_equal(contents(story, "journal/data.mdb"), newer));
    put(story, "journal/data.mdb", whole);
    expect_as_before(story);
}

/* ---- the directory ---- */

TEST(odd_data, a_file_in_the_place_of_the_directory_is_said, .no_server = true)
{
    EXPECT_OK(kit_dir_write(story->server.data, SLICE("no directory"), KIT_ERROR));
    expect_no_start(story, "is not a directory");
    EXPECT(unlink(story->server.data) == 0);
    kit_story_start(story);
}

TEST(odd_data, a_directory_that_cannot_be_made_is_said, .no_server = true)
{
    char data[sizeof story->server.data];
    memcpy(data, story->server.data, sizeof data);
    (void)snprintf(story->server.data, sizeof story->server.data, "%s/no/such/parent",
                   story->server.folder);
    expect_no_start(story, "No such file or directory");
    memcpy(story->server.data, data, sizeof data);
    kit_story_start(story);
}

/* Gives DATA and all in it to somebody for whom permissions count. */
static void give_away(struct kit_story *story)
{
    static const char *const names[] = {"",
                                        "admin.token",
                                        "blobs",
                                        "blobs/data.mdb",
                                        "blobs/lock.mdb",
                                        "journal",
                                        "journal/data.mdb",
                                        "journal/lock.mdb",
                                        "keyring",
                                        "lock",
                                        "master.key",
                                        "views",
                                        "views/clean",
                                        "views/data.mdb",
                                        "views/lock.mdb"};
    if (geteuid() != 0) {
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        EXPECT_THAT(chown(path_of(story, names[i]), NOBODY, NOBODY) == 0, "chown %s: %s", names[i],
                    strerror(errno));
    }
    EXPECT(chmod(story->server.folder, 0755) == 0);
    kit_shim_become(NOBODY);
}

static void forbid(struct kit_story *story, const char *name, mode_t mode, const char *text)
{
    struct stat before;
    STEP("%s has mode %03o", name, (unsigned)mode);
    EXPECT(stat(path_of(story, name), &before) == 0);
    EXPECT(chmod(path_of(story, name), mode) == 0);
    expect_no_start(story, text);
    EXPECT(chmod(path_of(story, name), before.st_mode & 0777) == 0);
}

TEST(odd_data, what_may_not_be_read_or_written_is_said, .no_server = true)
{
    kit_shim_begin(story);
    kit_story_start(story);
    begin(story);
    give_away(story);
    forbid(story, "", 0000, "Permission denied");
    forbid(story, "journal/data.mdb", 0000, "journal");
    forbid(story, "journal/data.mdb", 0400, "journal");
    forbid(story, "journal", 0000, "journal");
    forbid(story, "blobs/data.mdb", 0000, "blobs");
    forbid(story, "keyring", 0000, "keyring");
    forbid(story, "master.key", 0000, "master.key");
    forbid(story, "lock", 0000, "lock");
    forbid(story, "", 0500, "Permission denied");
    STEP("as before");
    kit_story_start(story);
    expect_all_there(story);
    kit_story_stop(story);
}
