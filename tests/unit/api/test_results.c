/* Result URLs that a key made right, of what is not there or not any more. */
#include "api/capability.h"
#include "api/engine/engine.h"
#include "api/server_priv.h"
#include "core/base/check.h"
#include "tests/unit/api/server_rig.h"

#include <criterion/criterion.h>

/* Asks for a URL as the server itself would make it. */
static struct kit_message
ask(struct server_rig *rig, enum capability_kind kind, uint64_t seq, int64_t life_s)
{
    struct capability capability = {
        .kind = kind,
        .execution = engine_new_id(rig->server->engine),
        .seq = seq,
        .expires_at = clock_wall_us(clock_system()) / 1000000 + life_s,
    };
    char text[CAPABILITY_TEXT_SIZE];
    cr_assert_eq(capability_make(engine_journal(rig->server->engine), &capability, text, NULL),
                 ERR_OK);
    return server_rig_get(rig, arena_format(&rig->arena, "/results/%s", text).data, NULL);
}

static bool says(const struct kit_message *message, const char *code)
{
    return slice_find(message->body, slice_of_text(code)) != SIZE_MAX;
}

Test(results, of_what_is_not_there)
{
    static const enum capability_kind kinds[] = {CAPABILITY_STEP_RESULT, CAPABILITY_TRIGGER_RESULT,
                                                 CAPABILITY_REQUEST_PAYLOAD};
    static const uint64_t seqs[] = {0, 1, 3, 5, 999999, UINT64_MAX >> 1, UINT64_MAX};
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        for (size_t k = 0; k < ARRAY_COUNT(seqs); k++) {
            struct kit_message message = ask(&rig, kinds[i], seqs[k], 60);
            cr_expect_eq(message.status, 404, "kind %d, sequence %llu: %d %.*s", (int)kinds[i],
                         (unsigned long long)seqs[k], message.status, SLICE_ARGS(message.body));
            cr_expect(says(&message, "\"result_not_found\""));
        }
    }
    server_rig_stop(&rig);
}

Test(results, of_a_url_that_was)
{
    struct server_rig rig;
    server_rig_init(&rig);
    server_rig_start(&rig);
    struct kit_message message = ask(&rig, CAPABILITY_STEP_RESULT, 1, -1);
    cr_expect_eq(message.status, 410);
    cr_expect(says(&message, "\"payload_expired\""));
    cr_expect(says(&message, "good for an hour"));
    server_rig_stop(&rig);
}
