/* Settings from the environment, and the variables that are none. */
#include "api/settings_priv.h"
#include "core/base/check.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static enum err take(struct settings *settings, const char *variable, struct error *reterr)
{
    char entry[256];
    (void)snprintf(entry, sizeof entry, "%s", variable);
    char *environment[] = {entry, NULL};
    return settings_take_environment(settings, environment, reterr);
}

Test(settings_environment, is_taken)
{
    struct settings settings;
    char *environment[] = {"PATH=/bin",
                           "DAYBOOK_LISTEN=0.0.0.0:80",
                           "HOME=/root",
                           "DAYBOOK_PUBLIC_URL=https://a.example/?x=y",
                           "DAYBOOK_SYNC_WAIT_SECONDS=60",
                           "DAYBOOK_ALLOW_PRIVATE_TARGETS=true",
                           "DAYBOOK_LOG_LEVEL=debug",
                           NULL};
    settings_init(&settings);
    cr_assert_eq(settings_take_environment(&settings, environment, NULL), ERR_OK);
    cr_assert_str_eq(settings.listen, "0.0.0.0:80");
    cr_assert_str_eq(settings.public_url, "https://a.example/?x=y");
    cr_assert_eq(settings.sync_wait_seconds, 60);
    cr_assert_eq(settings.allow_private_targets, true);
    cr_assert_str_eq(settings.log_level, "debug");
    settings_deinit(&settings);
}

Test(settings_environment, of_this_process_is_taken)
{
    struct settings settings;
    settings_init(&settings);
    cr_assert_eq(setenv("DAYBOOK_MAX_CONNECTIONS", "77", 1), 0);
    cr_assert_eq(settings_read_environment(&settings, NULL), ERR_OK);
    cr_assert_eq(settings.max_connections, 77);
    settings_deinit(&settings);
}

Test(settings_environment, leaves_alone_what_is_no_setting)
{
    static const char *const variables[] = {
        "DAYBOOK=x",
        "XDAYBOOK_LISTN=x",
        "daybook_listn=x",
        "DAYBOOK_FAILPOINT=journal_after_commit:crash",
        "DAYBOOK_BINARY=build/bin/daybook",
        "DAYBOOK_TEST_DIR=/tmp",
        "DAYBOOK_TEST_LONG=1",
        "DAYBOOK_SERVICE_HOST=10.0.0.1",
        "DAYBOOK_SERVICE_PORT=7700",
        "DAYBOOK_SERVICE_PORT_HTTP=7700",
        "DAYBOOK_API_SERVICE_HOST=10.0.0.1",
        "DAYBOOK_PORT=tcp://10.0.0.1:7700",
        "DAYBOOK_API_PORT=udp://10.0.0.1:7700",
        "DAYBOOK_PORT_7700_TCP=tcp://10.0.0.1:7700",
        "DAYBOOK_PORT_7700_TCP_PORT=7700",
        "DAYBOOK_PORT_7700_TCP_ADDR=10.0.0.1",
    };
    struct settings settings;
    settings_init(&settings);
    for (size_t i = 0; i < ARRAY_COUNT(variables); i++) {
        cr_assert_eq(take(&settings, variables[i], NULL), ERR_OK, "%s", variables[i]);
    }
    settings_deinit(&settings);
}

static const struct refusal {
    const char *variable;
    enum err code;
    const char *message;
} refusals[] = {
    {"DAYBOOK_LISTN=x", ERR_NOT_FOUND,
     "DAYBOOK_LISTN: there is no such setting; the nearest is DAYBOOK_LISTEN"},
    {"DAYBOOK_listen=x", ERR_NOT_FOUND,
     "DAYBOOK_listen: there is no such setting; the nearest is DAYBOOK_LISTEN"},
    {"DAYBOOK_MAX-CONNECTIONS=1", ERR_NOT_FOUND,
     "DAYBOOK_MAX-CONNECTIONS: there is no such setting; the nearest is DAYBOOK_MAX_CONNECTIONS"},
    {"DAYBOOK_PORT=8080", ERR_NOT_FOUND,
     "DAYBOOK_PORT: there is no such setting; the nearest is DAYBOOK_LISTEN"},
    {"DAYBOOK_TEST=1", ERR_NOT_FOUND,
     "DAYBOOK_TEST: there is no such setting; the nearest is DAYBOOK_LISTEN"},
    {"DAYBOOK_FAILPOINTS=x", ERR_NOT_FOUND,
     "DAYBOOK_FAILPOINTS: there is no such setting; the nearest is DAYBOOK_LISTEN"},
    {"DAYBOOK_MAX_CONNECTIONS=", ERR_INVALID,
     "DAYBOOK_MAX_CONNECTIONS: a whole number from 1 to 100000 is wanted; \"\" was given"},
    {"DAYBOOK_LOG_FORMAT=xml", ERR_INVALID,
     "DAYBOOK_LOG_FORMAT: one of text|json is wanted; \"xml\" was given"},
};

Test(settings_environment, refuses_and_says_what_would_be_right)
{
    struct settings settings;
    settings_init(&settings);
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        struct error error = {0};
        cr_assert_eq(take(&settings, refusals[i].variable, &error), refusals[i].code, "%s",
                     refusals[i].variable);
        cr_assert_str_eq(error.text, refusals[i].message);
    }
    settings_deinit(&settings);
}

/* No setting may have a name that could mean something else. */
Test(settings_environment, no_setting_is_named_like_a_reserved_variable)
{
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    for (size_t i = 0; i < count; i++) {
        struct slice name = slice_of_text(rows[i].name);
        cr_assert(!slice_starts_with(name, SLICE("test_")), "%s", rows[i].name);
        cr_assert(slice_find(name, SLICE("service_")) == SIZE_MAX, "%s", rows[i].name);
        cr_assert(slice_find(name, SLICE("port_")) == SIZE_MAX, "%s", rows[i].name);
        cr_assert(!slice_is(name, "failpoint") && !slice_is(name, "binary"));
    }
}
