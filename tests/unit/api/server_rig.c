#include "tests/unit/api/server_rig.h"

#include "core/base/json_in.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

void server_rig_init(struct server_rig *rig)
{
    *rig = (struct server_rig){.port = 0};
    cr_assert_eq(kit_dir_create(rig->dir, NULL), ERR_OK);
    arena_init(&rig->arena, 16 * MIB);
    kit_client_init(&rig->client);
    settings_init(&rig->settings);
    cr_assert_eq(settings_set(&rig->settings, "listen", "127.0.0.1:0", SETTING_FLAG, NULL), ERR_OK);
    json_in_init();
}

static void on_stop(uv_async_t *stop)
{
    struct server_rig *rig = stop->data;
    server_close(rig->server);
    uv_close((uv_handle_t *)stop, NULL);
}

static void serve(void *data)
{
    struct server_rig *rig = data;
    struct server_options options = {
        .loop = &rig->loop, .data_dir = rig->dir, .settings = &rig->settings};
    rig->err = uv_loop_init(&rig->loop) == 0 ? ERR_OK : ERR_IO;
    if (rig->err == ERR_OK) {
        rig->err = server_create(&options, &rig->server, rig->url, &rig->error);
    }
    if (rig->err == ERR_OK && uv_async_init(&rig->loop, &rig->stop, on_stop) == 0) {
        rig->stop.data = rig;
        uv_sem_post(&rig->started);
        (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    } else {
        uv_sem_post(&rig->started);
    }
    server_destroy(&rig->server);
    if (uv_loop_close(&rig->loop) != 0) {
        abort(); /* something was left on it */
    }
}

enum err server_rig_try(struct server_rig *rig)
{
    cr_assert_eq(uv_sem_init(&rig->started, 0), 0);
    cr_assert_eq(uv_thread_create(&rig->thread, serve, rig), 0);
    uv_sem_wait(&rig->started);
    if (rig->err != ERR_OK) {
        (void)uv_thread_join(&rig->thread);
        return rig->err;
    }
    rig->port = (int)strtol(strrchr(rig->url, ':') + 1, NULL, 10);
    return kit_client_connect(&rig->client, rig->port, &rig->error);
}

void server_rig_start(struct server_rig *rig)
{
    enum err e = server_rig_try(rig);
    cr_assert_eq(e, ERR_OK, "%s", error_text(&rig->error));
}

void server_rig_stop(struct server_rig *rig)
{
    kit_client_deinit(&rig->client);
    if (rig->err == ERR_OK) {
        (void)uv_async_send(&rig->stop);
        (void)uv_thread_join(&rig->thread);
    }
    uv_sem_destroy(&rig->started);
    settings_deinit(&rig->settings);
    arena_deinit(&rig->arena);
    cr_assert_eq(kit_dir_remove(rig->dir, NULL), ERR_OK);
}

int server_rig_control(struct server_rig *rig,
                       const char *method,
                       const char *path,
                       const char *body,
                       struct value *ret)
{
    struct control_client_answer answer = {0};
    struct control_client_request request = {rig->dir, method, path, slice_of_text(body), 0};
    enum err e = control_client_call(&request, &rig->arena, &answer, &rig->error);
    cr_assert_eq(e, ERR_OK, "%s", error_text(&rig->error));
    *ret = answer.value;
    return answer.status;
}

struct kit_message server_rig_get(struct server_rig *rig, const char *path, const char *token)
{
    struct kit_message answer = {0};
    struct kit_request request = {.path = path, .token = token};
    enum err e = kit_client_request(&rig->client, &request, &answer, &rig->error);
    cr_assert_eq(e, ERR_OK, "%s", error_text(&rig->error));
    return answer;
}

const char *server_rig_token(struct server_rig *rig)
{
    char path[KIT_PATH_SIZE + 20];
    struct buf text;
    buf_init(&text, 4 * KIB);
    (void)snprintf(path, sizeof path, "%s/admin.token", rig->dir);
    cr_assert_eq(kit_dir_read(path, &text, NULL), ERR_OK);
    const char *token = arena_text(&rig->arena, slice_trim(buf_slice(&text)));
    buf_deinit(&text);
    return token;
}
