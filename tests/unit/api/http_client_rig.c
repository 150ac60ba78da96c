#include "tests/unit/api/http_client_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>

void client_rig_start(struct client_rig *fixture, const struct http_client_options *options)
{
    memset(fixture, 0, sizeof *fixture);
    rig_start(&fixture->rig, NULL);
    http_client_options_init(&fixture->options);
    fixture->options.allow_private_targets = true;
    if (options != NULL) {
        fixture->options = *options;
    }
    struct error error;
    cr_assert_eq(
        http_client_create(&fixture->rig.loop, &fixture->options, &fixture->client, &error), ERR_OK,
        "%s", error.text);
}

void client_rig_on_closed(void *data)
{
    struct client_rig *fixture = data;
    cr_assert_not(fixture->closed);
    fixture->closed = true;
}

bool client_rig_closed(void *state)
{
    return ((struct client_rig *)state)->closed;
}

void client_rig_stop(struct client_rig *fixture)
{
    http_client_close(fixture->client, client_rig_on_closed, fixture);
    cr_assert_not(fixture->closed, "called back before it returned");
    cr_assert(rig_turn_until(&fixture->rig, client_rig_closed, fixture),
              "the client does not close");
    rig_stop(&fixture->rig);
}

void client_rig_answer_init(struct answer *answer)
{
    *answer = (struct answer){0};
    buf_init(&answer->body, SIZE_MAX);
    buf_init(&answer->headers, SIZE_MAX);
}

void client_rig_answer_deinit(struct answer *answer)
{
    buf_deinit(&answer->body);
    buf_deinit(&answer->headers);
}

void client_rig_on_answer(struct http_client_result *result, void *data)
{
    struct answer *answer = data;
    answer->calls++;
    answer->code = result->code;
    answer->failure = result->failure;
    answer->status = result->status;
    answer->redirects = result->redirect_count;
    (void)snprintf(answer->error, sizeof answer->error, "%s", result->error.text);
    (void)snprintf(answer->url, sizeof answer->url, "%.*s", SLICE_ARGS(result->url));
    buf_put_slice(&answer->body, buf_slice(result->body));
    for (size_t i = 0; i < result->header_count; i++) {
        buf_printf(&answer->headers, "%.*s=%.*s\n", SLICE_ARGS(result->headers[i].name),
                   SLICE_ARGS(result->headers[i].value));
    }
}

bool client_rig_answered(void *state)
{
    return ((struct answer *)state)->calls > 0;
}

struct slice
client_rig_url(const struct client_rig *fixture, const char *path, char *text, size_t size)
{
    (void)snprintf(text, size, "http://127.0.0.1:%u%s", fixture->rig.port, path);
    return slice_of_text(text);
}

/* Starts it and waits for its end. */
void client_rig_exchange(struct client_rig *fixture,
                         const struct http_client_request *request,
                         struct answer *answer)
{
    struct error error;
    client_rig_answer_init(answer);
    cr_assert_eq(
        http_client_start(fixture->client, request, client_rig_on_answer, answer, NULL, &error),
        ERR_OK, "%s", error.text);
    cr_assert_eq(answer->calls, 0, "called back before it returned");
    cr_assert(rig_turn_until(&fixture->rig, client_rig_answered, answer), "no answer");
    rig_turn(&fixture->rig, 3);
    cr_assert_eq(answer->calls, 1);
}

void client_rig_get(struct client_rig *fixture, const char *url, struct answer *answer)
{
    struct http_client_request request = {.url = slice_of_text(url), .redirects_max = 5};
    client_rig_exchange(fixture, &request, answer);
}
