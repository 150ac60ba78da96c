/*
 * Any text as DATA/daybook.yml. What must hold whatever the bytes:
 *
 *   - it is taken, or refused with a sentence that names the file;
 *   - what was taken is in force, and is taken again when it is given as text.
 */
#include "api/settings_priv.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Gives every value in force to another set of settings. */
static void check_again(const struct settings *settings)
{
    struct settings again;
    struct arena arena;
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    settings_init(&again);
    arena_init(&arena, 64 * KIB);
    for (size_t i = 0; i < count; i++) {
        enum setting_source source = SETTING_DEFAULT;
        const char *text = settings_get(settings, i, &arena, &source);
        require(text != NULL && (source == SETTING_DEFAULT || source == SETTING_FILE));
        require(settings_set(&again, rows[i].name, text, SETTING_FLAG, NULL) == ERR_OK);
        require(strcmp(settings_get(&again, i, &arena, &source), text) == 0);
    }
    arena_deinit(&arena);
    settings_deinit(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    struct error error = {.code = ERR_OK};
    settings_init(&settings);
    enum err e = settings_take_file(&settings, "d.yml", slice_of(data, size), &error);
    require(e == ERR_OK || slice_starts_with(slice_of_text(error.text), SLICE("d.yml:")));
    check_again(&settings);
    settings_deinit(&settings);
    return 0;
}
