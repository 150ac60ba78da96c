/* json_scan against jansson: whatever the scanner calls JSON, jansson must read. */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/json_scan_priv.h"
#include "core/base/limits.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    if (ready++ == 0) {
        json_in_init();
    }
    struct slice text = slice_of(data, size);
    struct arena arena;
    struct value value;
    arena_init(&arena, 64 * MIB);
    if (json_scan_is_json(text)) {
        ASSERT(json_in_parse(text, &arena, &value, NULL) == ERR_OK);
    }
    arena_deinit(&arena);
    return 0;
}
