/* What the local socket of a whole server answers. */
#include "core/base/check.h"
#include "tests/unit/api/server_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *text_at(struct server_rig *rig, const struct value *map, const char *key)
{
    const char *text = arena_text(&rig->arena, value_get_text(map, slice_of_text(key)));
    cr_assert_not_null(text);
    return text;
}

static int64_t int_at(const struct value *map, const char *key)
{
    const struct value *value = value_get(map, slice_of_text(key));
    cr_assert(value != NULL && value->type == VALUE_INT, "%s", key);
    return value->integer;
}

static void
expect_error(struct server_rig *rig, const struct value *answer, const char *code, const char *text)
{
    cr_assert_str_eq(text_at(rig, answer, "error"), text);
    cr_assert_str_eq(text_at(rig, answer, "code"), code);
}

Test(control, tells_how_the_server_is)
{
    struct server_rig rig;
    struct value status;
    struct stat file;
    char path[KIT_PATH_SIZE + 20];
    server_rig_init(&rig);
    server_rig_start(&rig);
    cr_assert_eq(server_rig_control(&rig, "GET", "/control/status", NULL, &status), 200);
    cr_assert_eq(int_at(&status, "pid"), getpid());
    cr_assert_str_eq(text_at(&rig, &status, "url"), rig.url);
    cr_assert_str_eq(text_at(&rig, &status, "version"), DAYBOOK_VERSION);
    cr_assert_gt(int_at(&status, "seq"), 0);
    cr_assert_eq(int_at(&status, "viewsSeq"), int_at(&status, "seq"));
    cr_assert_eq(strlen(text_at(&rig, &status, "head")), 64);
    cr_assert_eq(int_at(&status, "queuedCommands"), 0);
    cr_assert_eq(int_at(&status, "openExecutions"), 0);
    cr_assert_gt(int_at(&status, "lastSyncUs"), 0);
    cr_assert_gt(int_at(&status, "diskFreeBytes"), 0);
    cr_assert_geq(int_at(&status, "connections"), 1);
    cr_assert(value_bool_of(value_get(&status, SLICE("ready")), false));
    (void)snprintf(path, sizeof path, "%s/daybook.sock", rig.dir);
    cr_assert_eq(stat(path, &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0600);
    server_rig_stop(&rig);
}

Test(control, is_not_there_over_tcp)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    const char *token = server_rig_token(&rig);
    cr_assert_eq(server_rig_get(&rig, "/control/status", token).status, 404);
    cr_assert_eq(server_rig_get(&rig, "/control/tokens", token).status, 404);
    server_rig_stop(&rig);
}

/* ---- tokens ---- */

static struct value list(struct server_rig *rig, size_t count)
{
    struct value answer;
    cr_assert_eq(server_rig_control(rig, "GET", "/control/tokens", NULL, &answer), 200);
    struct value *tokens = value_get(&answer, SLICE("tokens"));
    cr_assert(tokens != NULL && tokens->type == VALUE_LIST);
    cr_assert_eq(tokens->list.count, count);
    cr_assert(!value_bool_of(value_get(&answer, SLICE("more")), true));
    return *tokens;
}

Test(control, makes_lists_and_revokes_tokens)
{
    struct server_rig rig;
    struct value answer;
    server_rig_init(&rig);
    server_rig_start(&rig);
    cr_assert_eq(server_rig_control(&rig, "POST", "/control/tokens",
                                    "{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":7}",
                                    &answer),
                 200);
    const char *id = text_at(&rig, &answer, "id");
    const char *token = text_at(&rig, &answer, "token");
    cr_assert_eq(server_rig_get(&rig, "/metrics", token).status, 200);

    struct value tokens = list(&rig, 2);
    const struct value *newest = value_at(&tokens, 0);
    const struct value *first = value_at(&tokens, 1);
    cr_assert_str_eq(text_at(&rig, newest, "id"), id);
    cr_assert_str_eq(text_at(&rig, newest, "name"), "ci");
    cr_assert_str_eq(text_at(&rig, newest, "role"), "admin");
    cr_assert_eq(value_get(newest, SLICE("expiresAt"))->type, VALUE_TEXT);
    cr_assert(!value_bool_of(value_get(newest, SLICE("revoked")), true));
    cr_assert_null(value_get(newest, SLICE("token")));
    cr_assert_str_eq(text_at(&rig, first, "name"), "admin.token");
    cr_assert(value_is_null(value_get(first, SLICE("expiresAt"))));

    char path[200];
    (void)snprintf(path, sizeof path, "/control/tokens/%s", id);
    for (int i = 0; i < 2; i++) { /* again does nothing more */
        cr_assert_eq(server_rig_control(&rig, "DELETE", path, NULL, &answer), 200);
        cr_assert_str_eq(text_at(&rig, &answer, "id"), id);
        cr_assert_eq(server_rig_get(&rig, "/metrics", token).status, 401);
    }
    tokens = list(&rig, 2);
    cr_assert(value_bool_of(value_get(value_at(&tokens, 0), SLICE("revoked")), false));
    cr_assert_eq(server_rig_get(&rig, "/metrics", server_rig_token(&rig)).status, 200);
    server_rig_stop(&rig);
}

static const struct row {
    const char *method;
    const char *path;
    const char *body;
    int status;
    const char *code;
    const char *text;
} rows[] = {
    {"POST", "/control/tokens", "{\"name\":\"\",\"role\":\"admin\"}", 400, "invalid",
     "name: must not be empty"},
    {"POST", "/control/tokens", "{\"name\":\"x\",\"role\":\"king\"}", 400, "invalid",
     "role: must be \"admin\""},
    {"POST", "/control/tokens", "{\"role\":\"admin\"}", 400, "invalid", "name is missing"},
    {"POST", "/control/tokens", "{", 400, "invalid",
     "malformed JSON at line 1, column 1: string or '}' expected near end of file"},
    {"DELETE", "/control/tokens/VG9rZW46ZmYwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw", NULL,
     404, "not_found", "there is no such token"},
    {"DELETE", "/control/tokens/", NULL, 404, "not_found", "there is no such token"},
    {"DELETE", "/control/tokens/a%2", NULL, 404, "not_found", "there is no such token"},
    {"DELETE", "/control/tokens/x%00/../y", NULL, 404, "not_found", "there is no such token"},
    {"GET", "/control/nothing", NULL, 404, "not_found", "there is no such route"},
    {"GET", "/control/tokens/x", NULL, 405, "method_not_allowed",
     "the method does not go with this route: see Allow"},
    {"POST", "/control/status", "{}", 405, "method_not_allowed",
     "the method does not go with this route: see Allow"},
};

Test(control, refuses_and_says_why)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct value answer;
        int status = server_rig_control(&rig, rows[i].method, rows[i].path, rows[i].body, &answer);
        cr_assert_eq(status, rows[i].status, "%s: %d", rows[i].path, status);
        expect_error(&rig, &answer, rows[i].code, rows[i].text);
    }
    (void)list(&rig, 1);
    server_rig_stop(&rig);
}
