/* Settings: their table, values from text, and which source wins. */
#include "api/settings.h"
#include "core/base/check.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static size_t index_of(const char *name)
{
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    size_t i = 0;
    while (i < count && strcmp(rows[i].name, name) != 0) {
        i++;
    }
    cr_assert_lt(i, count, "%s", name);
    return i;
}

/* "value source" of a setting, as it is in force. */
static void expect(const struct settings *settings,
                   const char *name,
                   const char *text,
                   enum setting_source source)
{
    struct arena arena;
    enum setting_source got = SETTING_DEFAULT;
    arena_init(&arena, 4 * KIB);
    cr_assert_str_eq(settings_get(settings, index_of(name), &arena, &got), text, "%s", name);
    cr_assert_eq(got, source, "%s", name);
    arena_deinit(&arena);
}

static void
set(struct settings *settings, const char *name, const char *text, enum setting_source source)
{
    struct error error = {0};
    cr_assert_eq(settings_set(settings, name, text, source, &error), ERR_OK, "%s",
                 error_text(&error));
}

Test(settings, begin_with_their_defaults)
{
    struct settings settings;
    const struct setting_info *rows = NULL;
    settings_init(&settings);
    cr_assert_eq(settings_list(&rows), SETTINGS_COUNT);
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        expect(&settings, rows[i].name, rows[i].preset, SETTING_DEFAULT);
    }
    cr_assert_str_eq(settings.listen, "127.0.0.1:7700");
    cr_assert_eq(settings.max_body_bytes, 8388608);
    cr_assert_eq(settings.allow_private_targets, false);
    settings_deinit(&settings);
}

Test(settings, say_what_they_take)
{
    const struct setting_info *rows = NULL;
    (void)settings_list(&rows);
    cr_assert_str_eq(rows[index_of("sync_wait_seconds")].range, "1-120");
    cr_assert_str_eq(rows[index_of("listen")].range, "text");
    cr_assert_str_eq(rows[index_of("allow_private_targets")].range, "true or false");
    cr_assert_str_eq(rows[index_of("log_format")].range, "text|json");
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        bool is_switch = strcmp(rows[i].range, "true or false") == 0;
        cr_assert_eq(rows[i].is_switch, is_switch, "%s", rows[i].name);
        cr_assert_gt(strlen(rows[i].text), 0, "%s", rows[i].name);
    }
}

/* A default that its own range refuses would show only when somebody writes it down. */
Test(settings, take_their_own_defaults)
{
    struct settings settings;
    const struct setting_info *rows = NULL;
    settings_init(&settings);
    (void)settings_list(&rows);
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        set(&settings, rows[i].name, rows[i].preset, SETTING_FLAG);
        expect(&settings, rows[i].name, rows[i].preset, SETTING_FLAG);
    }
    settings_deinit(&settings);
}

Test(settings, are_kept_by_kind)
{
    struct settings settings;
    char text[] = "0.0.0.0:80";
    settings_init(&settings);
    set(&settings, "listen", text, SETTING_FLAG);
    text[0] = 'x'; /* the caller's bytes are the caller's */
    set(&settings, "max_connections", "100000", SETTING_FLAG);
    set(&settings, "allow_private_targets", "true", SETTING_FLAG);
    set(&settings, "log_format", "json", SETTING_FLAG);
    cr_assert_str_eq(settings.listen, "0.0.0.0:80");
    cr_assert_eq(settings.max_connections, 100000);
    cr_assert_eq(settings.allow_private_targets, true);
    cr_assert_str_eq(settings.log_format, "json");
    set(&settings, "allow_private_targets", "false", SETTING_FLAG);
    cr_assert_eq(settings.allow_private_targets, false);
    settings_deinit(&settings);
}

Test(settings, the_higher_source_wins_in_whatever_order)
{
    static const enum setting_source orders[][3] = {
        {SETTING_FILE, SETTING_ENVIRONMENT, SETTING_FLAG},
        {SETTING_FLAG, SETTING_ENVIRONMENT, SETTING_FILE},
        {SETTING_ENVIRONMENT, SETTING_FLAG, SETTING_FILE},
    };
    static const char *const texts[] = {"", "1", "2", "3"};
    for (size_t i = 0; i < ARRAY_COUNT(orders); i++) {
        struct settings settings;
        settings_init(&settings);
        enum setting_source highest = SETTING_DEFAULT;
        for (size_t j = 0; j < 3; j++) {
            set(&settings, "sync_wait_seconds", texts[orders[i][j]], orders[i][j]);
            highest = orders[i][j] > highest ? orders[i][j] : highest;
            expect(&settings, "sync_wait_seconds", texts[highest], highest);
        }
        settings_deinit(&settings);
    }
}

static const struct refusal {
    const char *name;
    const char *text;
    enum setting_source source;
    enum err code;
    const char *message;
} refusals[] = {
    {"max_bdy_bytes", "1", SETTING_FILE, ERR_NOT_FOUND,
     "max_bdy_bytes: there is no such setting; the nearest is max_body_bytes"},
    {"lisen", "1", SETTING_FLAG, ERR_NOT_FOUND,
     "--lisen: there is no such setting; the nearest is --listen"},
    {"LOG_LEVEL", "1", SETTING_FILE, ERR_NOT_FOUND,
     "LOG_LEVEL: there is no such setting; the nearest is log_level"},
    {"", "1", SETTING_FILE, ERR_NOT_FOUND, ": there is no such setting; the nearest is listen"},
    {"a\nb", "1", SETTING_FILE, ERR_NOT_FOUND,
     "a b: there is no such setting; the nearest is listen"},
    {"max_body_bytes", "1023", SETTING_FILE, ERR_INVALID,
     "max_body_bytes: a whole number from 1024 to 67108864 is wanted; \"1023\" was given"},
    {"max_body_bytes", "67108865", SETTING_ENVIRONMENT, ERR_INVALID,
     "DAYBOOK_MAX_BODY_BYTES: a whole number from 1024 to 67108864 is wanted; \"67108865\" was "
     "given"},
    {"sync_wait_seconds", "99999999999999999999", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"99999999999999999999\" was "
     "given"},
    {"sync_wait_seconds", "9223372036854775808", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"9223372036854775808\" was "
     "given"},
    {"sync_wait_seconds", "", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"\" was given"},
    {"sync_wait_seconds", "-1", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"-1\" was given"},
    {"sync_wait_seconds", " 5", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \" 5\" was given"},
    {"sync_wait_seconds", "30s", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"30s\" was given"},
    {"sync_wait_seconds", "1e1", SETTING_FLAG, ERR_INVALID,
     "--sync-wait-seconds: a whole number from 1 to 120 is wanted; \"1e1\" was given"},
    {"allow_private_targets", "yes", SETTING_ENVIRONMENT, ERR_INVALID,
     "DAYBOOK_ALLOW_PRIVATE_TARGETS: true or false is wanted; \"yes\" was given"},
    {"allow_private_targets", "", SETTING_FILE, ERR_INVALID,
     "allow_private_targets: true or false is wanted; \"\" was given"},
    {"log_level", "loud", SETTING_FILE, ERR_INVALID,
     "log_level: one of debug|info|warn|error is wanted; \"loud\" was given"},
    {"log_level", "debug|info", SETTING_FILE, ERR_INVALID,
     "log_level: one of debug|info|warn|error is wanted; \"debug|info\" was given"},
    {"log_level", "", SETTING_FILE, ERR_INVALID,
     "log_level: one of debug|info|warn|error is wanted; \"\" was given"},
    {"log_level", "INFO", SETTING_FILE, ERR_INVALID,
     "log_level: one of debug|info|warn|error is wanted; \"INFO\" was given"},
    {"public_url", "http://a\nb", SETTING_FLAG, ERR_INVALID,
     "--public-url: one line of at most 4095 bytes is wanted; \"http://a b\" was given"},
};

Test(settings, refuse_and_say_what_would_be_right)
{
    struct settings settings;
    settings_init(&settings);
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        const struct refusal *row = &refusals[i];
        struct error error = {0};
        enum err e = settings_set(&settings, row->name, row->text, row->source, &error);
        cr_assert_eq(e, row->code, "%s=%s", row->name, row->text);
        cr_assert_str_eq(error.text, row->message);
    }
    const struct setting_info *rows = NULL;
    (void)settings_list(&rows);
    for (size_t i = 0; i < SETTINGS_COUNT; i++) { /* nothing changed */
        expect(&settings, rows[i].name, rows[i].preset, SETTING_DEFAULT);
    }
    settings_deinit(&settings);
}

/* A wrong value is wrong also where it does not count. */
Test(settings, refuse_what_a_higher_source_covers)
{
    struct settings settings;
    settings_init(&settings);
    set(&settings, "sync_wait_seconds", "7", SETTING_FLAG);
    cr_assert_eq(settings_set(&settings, "sync_wait_seconds", "x", SETTING_FILE, NULL),
                 ERR_INVALID);
    expect(&settings, "sync_wait_seconds", "7", SETTING_FLAG);
    settings_deinit(&settings);
}

Test(settings, bound_a_text)
{
    struct settings settings;
    struct error error = {0};
    char text[SETTINGS_TEXT_BYTES_MAX + 2];
    memset(text, 'x', sizeof text);
    text[SETTINGS_TEXT_BYTES_MAX + 1] = '\0';
    settings_init(&settings);
    cr_assert_eq(settings_set(&settings, "master_key_file", text, SETTING_FLAG, &error),
                 ERR_INVALID);
    cr_assert(slice_starts_with(slice_of_text(error.text),
                                SLICE("--master-key-file: one line of at most 4095 bytes")));
    text[SETTINGS_TEXT_BYTES_MAX] = '\0';
    set(&settings, "master_key_file", text, SETTING_FLAG);
    cr_assert_str_eq(settings.master_key_file, text);
    settings_deinit(&settings);
}

/* Setting again and again is bounded too, and the last good value stays. */
Test(settings, bound_their_memory)
{
    struct settings settings;
    struct error error = {0};
    char text[SETTINGS_TEXT_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    text[SETTINGS_TEXT_BYTES_MAX] = '\0';
    settings_init(&settings);
    enum err e = ERR_OK;
    for (size_t i = 0; i < 1000 && e == ERR_OK; i++) {
        e = settings_set(&settings, "master_key_file", text, SETTING_FLAG, &error);
    }
    cr_assert_eq(e, ERR_LIMIT);
    cr_assert_str_eq(error.text, "a set of settings needs more than 262144 bytes of memory");
    cr_assert_str_eq(settings.master_key_file, text);
    settings_deinit(&settings);
}

Test(settings, say_when_memory_is_gone)
{
    struct settings settings;
    settings_init(&settings);
    memory_fail_after(0);
    enum err e = settings_set(&settings, "listen", "x", SETTING_FLAG, NULL);
    memory_fail_after(-1);
    cr_assert_eq(e, ERR_NO_MEMORY);
    cr_assert_str_eq(settings.listen, "127.0.0.1:7700");
    settings_deinit(&settings);
}

Test(settings, deinit_takes_zeroed_ones)
{
    struct settings settings = {0};
    settings_deinit(&settings);
}
