/*
 * Feeds any bytes to the HTTP parser, once whole and once cut as the first byte says, and demands
 * the same outcome and a budget that comes out even.
 *
 * Input: one byte (sizes of the pieces, 1 to 16, drawn from it by a small generator; 0: single
 * bytes), then the stream.
 */
#include "tests/lib/http_outcome.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t piece_of(const void *state, size_t at)
{
    unsigned seed = *(const uint8_t *)state;
    return seed == 0 ? 1 : 1 + (seed * 2654435761U + (unsigned)at * 40503U) / 7 % 16;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct http_outcome_options options = http_outcome_defaults();
    options.limits = (struct http_parse_limits){2048, 20};
    options.body_bytes_max = 4096;
    options.budget_bytes = 4096;
    struct slice input = slice_of(data + 1, size - 1);
    struct http_outcome whole = http_outcome_run(input, &options);
    options.piece = piece_of;
    options.state = data;
    struct http_outcome cut = http_outcome_run(input, &options);
    ASSERT(slice_equal(buf_slice(&whole.text), buf_slice(&cut.text)));
    ASSERT(whole.budget_left == 0 && cut.budget_left == 0);
    ASSERT(cut.stored_bytes <= options.budget_bytes);
    http_outcome_deinit(&whole);
    http_outcome_deinit(&cut);
    return 0;
}
