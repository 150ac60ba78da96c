/* json_scan and json_quick against jansson: whatever the scanner calls JSON, jansson must read, and
 * what is read quickly must be what jansson reads. */
#include "core/base/check.h"
#include "core/base/json_in_priv.h"
#include "core/base/json_out.h"
#include "core/base/json_quick_priv.h"
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
    struct value quick;
    arena_init(&arena, 64 * MIB);
    if (json_scan_is_json(text)) {
        ASSERT(json_in_parse_tree(text, &arena, &value, NULL) == ERR_OK);
        if (json_quick_parse(text, &arena, &quick)) {
            struct slice a = json_out_to_arena(&arena, &value);
            struct slice b = json_out_to_arena(&arena, &quick);
            ASSERT(slice_equal(a, b)); /* types, order and every digit */
        }
    }
    arena_deinit(&arena);
    return 0;
}
