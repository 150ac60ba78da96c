/* A whole server: what it refuses to start with. */
#include "core/base/check.h"
#include "tests/unit/api/server_rig.h"

#include <criterion/criterion.h>

static const struct row {
    const char *name;
    const char *text;
    const char *message;
} rows[] = {
    {"listen", "7700", "listen: \"7700\" is not HOST:PORT such as 127.0.0.1:7700"},
    {"listen", ":7700", "listen: \":7700\" is not HOST:PORT such as 127.0.0.1:7700"},
    {"listen", "127.0.0.1:", "listen: \"127.0.0.1:\" is not HOST:PORT such as 127.0.0.1:7700"},
    {"listen", "127.0.0.1:65536",
     "listen: \"127.0.0.1:65536\" is not HOST:PORT such as 127.0.0.1:7700"},
    {"public_url", "ftp://x/",
     "public_url: an URL such as https://daybook.example.com of at most 299 bytes is wanted; "
     "\"ftp://x\" was given"},
    {"public_url", "daybook.example.com",
     "public_url: an URL such as https://daybook.example.com of at most 299 bytes is wanted; "
     "\"daybook.example.com\" was given"},
};

Test(server, refuses_settings_it_cannot_serve_with)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct server_rig rig;
        server_rig_init(&rig);
        cr_assert_eq(settings_set(&rig.settings, rows[i].name, rows[i].text, SETTING_FLAG, NULL),
                     ERR_OK);
        cr_assert_eq(server_rig_try(&rig), ERR_INVALID);
        cr_assert_str_eq(rig.error.text, rows[i].message);
        server_rig_stop(&rig);
    }
}

/* Cut, it would lead every caller astray. */
Test(server, refuses_a_public_url_that_is_too_long)
{
    char url[301] = "https://";
    memset(url + 8, 'x', sizeof url - 9);
    for (size_t size = 300; size >= 299; size--) {
        struct server_rig rig;
        url[size] = '\0';
        server_rig_init(&rig);
        cr_assert_eq(settings_set(&rig.settings, "public_url", url, SETTING_FLAG, NULL), ERR_OK);
        cr_assert_eq(server_rig_try(&rig), size > 299 ? ERR_INVALID : ERR_OK);
        server_rig_stop(&rig);
    }
}
