/* payload, webhooks: made-up bodies are JSON of the size that was asked for. */
#include "bench/payload.h"
#include "bench/webhooks.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>

Test(payload, is_json_of_exactly_the_size)
{
    struct payload_source source = payload_source();
    struct buf out;
    buf_init(&out, MIB);
    for (size_t bytes = PAYLOAD_BYTES_MIN; bytes < 3000; bytes += 7) {
        struct error error = {.code = ERR_OK};
        for (int shape = PAYLOAD_USUAL; shape <= PAYLOAD_UNSEEN; shape++) {
            buf_clear(&out);
            payload_put_sized(&source, &out, (enum payload_shape)shape, bytes);
            cr_assert_eq(out.size, bytes);
            cr_assert_eq(json_in_check(buf_slice(&out), &error), ERR_OK, "%zu: %s", bytes,
                         error.text);
        }
    }
    buf_deinit(&out);
}

Test(payload, orders_and_contacts_are_json_and_differ)
{
    struct payload_source source = payload_source();
    struct buf out[4];
    for (int i = 0; i < 4; i++) {
        buf_init(&out[i], MIB);
        if (i % 2 == 0) {
            payload_put_order(&source, &out[i]);
        } else {
            payload_put_contact(&source, &out[i]);
        }
        cr_assert_eq(json_in_check(buf_slice(&out[i]), NULL), ERR_OK);
    }
    cr_assert_not(slice_equal(buf_slice(&out[0]), buf_slice(&out[2])));
    cr_assert_not(slice_equal(buf_slice(&out[1]), buf_slice(&out[3])));
    for (int i = 0; i < 4; i++) {
        buf_deinit(&out[i]);
    }
}

Test(webhooks, are_whole_requests_with_their_bodies)
{
    struct webhooks webhooks;
    struct error error = {.code = ERR_OK};
    cr_assert_eq(webhooks_make("/trigger/x", PAYLOAD_USUAL, 1024, &webhooks, &error), ERR_OK, "%s",
                 error.text);
    cr_assert_eq(webhooks.count, WEBHOOKS_MADE);
    cr_assert_eq(webhooks.body_bytes, 1024);
    for (size_t i = 0; i < webhooks.count; i++) {
        struct slice request = webhooks.requests[i];
        size_t end = slice_find(request, SLICE("\r\n\r\n"));
        cr_assert(slice_starts_with(request, SLICE("POST /trigger/x HTTP/1.1\r\n")));
        cr_assert_neq(slice_find(request, SLICE("Content-Length: 1024\r\n")), SIZE_MAX);
        cr_assert_eq(request.size, end + 4 + 1024);
    }
    webhooks_deinit(&webhooks);
}

Test(webhooks, of_a_missing_corpus_name_it)
{
    struct webhooks webhooks;
    struct error error = {.code = ERR_OK};
    cr_assert_eq(webhooks_load("/x", "/nowhere/c.ndjson", &webhooks, &error), ERR_NOT_FOUND);
    cr_assert_neq(slice_find(slice_of_text(error.text), SLICE("/nowhere/c.ndjson")), SIZE_MAX);
    webhooks_deinit(&webhooks);
}
