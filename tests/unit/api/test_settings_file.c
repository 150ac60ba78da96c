/* DATA/daybook.yml. */
#include "api/settings_priv.h"
#include "core/base/check.h"
#include "tests/lib/kit_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

static enum err take(struct settings *settings, const char *text, struct error *reterr)
{
    return settings_take_file(settings, "d.yml", slice_of_text(text), reterr);
}

Test(settings_file, is_taken)
{
    struct settings settings;
    struct error error = {0};
    settings_init(&settings);
    enum err e = take(&settings,
                      "# how we serve\n"
                      "---\n"
                      "listen: 0.0.0.0:80   # all\n"
                      "\"public_url\": 'https://a.example/x'\n"
                      "sync_wait_seconds: 60\n"
                      "max_connections: \"10\"\n"
                      "allow_private_targets: true\n"
                      "organization: |-\n"
                      "  \xc3\x84rzte ohne #\n"
                      "master_key_file: \"\"\n"
                      "...\n",
                      &error);
    cr_assert_eq(e, ERR_OK, "%s", error_text(&error));
    cr_assert_str_eq(settings.listen, "0.0.0.0:80");
    cr_assert_str_eq(settings.public_url, "https://a.example/x");
    cr_assert_eq(settings.sync_wait_seconds, 60);
    cr_assert_eq(settings.max_connections, 10);
    cr_assert_eq(settings.allow_private_targets, true);
    cr_assert_str_eq(settings.organization, "\xc3\x84rzte ohne #");
    cr_assert_str_eq(settings.master_key_file, "");
    settings_deinit(&settings);
}

Test(settings_file, may_set_nothing)
{
    static const char *const texts[] = {"",    "\n",   "# only this\n", "---\n",
                                        "~\n", "{}\n", "\xef\xbb\xbf",  "--- {}\n...\n"};
    struct settings settings;
    settings_init(&settings);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        cr_assert_eq(take(&settings, texts[i], &error), ERR_OK, "%zu: %s", i, error_text(&error));
    }
    settings_deinit(&settings);
}

static const struct refusal {
    const char *text;
    enum err code;
    const char *message;
} refusals[] = {
    {"listen: a\n\nmax_bdy_bytes: 1\n", ERR_NOT_FOUND,
     "d.yml:3: max_bdy_bytes: there is no such setting; the nearest is max_body_bytes"},
    {"log-level: info\n", ERR_NOT_FOUND,
     "d.yml:1: log-level: there is no such setting; the nearest is log_level"},
    {"\"li\\0sten\": x\n", ERR_NOT_FOUND,
     "d.yml:1: li?sten: there is no such setting; the nearest is listen"},
    {"# x\nsync_wait_seconds: 121\n", ERR_INVALID,
     "d.yml:2: sync_wait_seconds: a whole number from 1 to 120 is wanted; \"121\" was given"},
    {"sync_wait_seconds: 1_0\n", ERR_INVALID,
     "d.yml:1: sync_wait_seconds: a whole number from 1 to 120 is wanted; \"1_0\" was given"},
    {"sync_wait_seconds: \"1\\0\"\n", ERR_INVALID,
     "d.yml:1: sync_wait_seconds: a whole number from 1 to 120 is wanted; \"1?\" was given"},
    {"allow_private_targets: yes\n", ERR_INVALID,
     "d.yml:1: allow_private_targets: true or false is wanted; \"yes\" was given"},
    {"log_format:\n  xml\n", ERR_INVALID,
     "d.yml:2: log_format: one of text|json is wanted; \"xml\" was given"},
    {"organization: |\n  two\n  lines\n", ERR_INVALID,
     "d.yml:1: organization: one line of at most 4095 bytes is wanted; \"two lines \" was given"},
    {"listen: \"a\\0b\"\n", ERR_INVALID,
     "d.yml:1: listen: one line of at most 4095 bytes is wanted; \"a?b\" was given"},
    {"listen:\n", ERR_INVALID,
     "d.yml:1: listen: a value is wanted; there is none (\"\" is the empty text)"},
    {"listen: ~\n", ERR_INVALID,
     "d.yml:1: listen: a value is wanted; there is none (\"\" is the empty text)"},
    {"listen: null\n", ERR_INVALID,
     "d.yml:1: listen: a value is wanted; there is none (\"\" is the empty text)"},
    {"listen: a\nlog_level: info\nlisten: a\n", ERR_INVALID,
     "d.yml:3: listen stands twice; the first is in line 1"},
    {"listen:\n  host: a\n", ERR_INVALID, "d.yml:2: listen: one value is wanted; a map was given"},
    {"listen: [a]\n", ERR_INVALID, "d.yml:1: listen: one value is wanted; a list was given"},
    {"? [a]\n: b\n", ERR_INVALID, "d.yml:1: a name is wanted; a list was given"},
    {"? {a: b}\n: b\n", ERR_INVALID, "d.yml:1: a name is wanted; a map was given"},
    {"- listen\n", ERR_INVALID, "d.yml:1: a map of names to values is wanted; a list was given"},
    {"listen\n", ERR_INVALID, "d.yml:1: a map of names to values is wanted; one value was given"},
    {"listen: &a b\n", ERR_INVALID,
     "d.yml:1: listen: anchors (&name) are not taken here; write the value itself"},
    {"&a listen: b\n", ERR_INVALID,
     "d.yml:1: anchors (&name) are not taken here; write the value itself"},
    {"listen: *a\n", ERR_INVALID,
     "d.yml:1: listen: aliases (*name) are not taken here; write the value itself"},
    {"&a {}\n", ERR_INVALID, "d.yml:1: anchors (&name) and tags (!name) are not taken here"},
    {"!!map {}\n", ERR_INVALID, "d.yml:1: anchors (&name) and tags (!name) are not taken here"},
    {"listen: !!str b\n", ERR_INVALID,
     "d.yml:1: listen: tags (!name) are not taken here; write the value itself"},
    {"<<: {listen: a}\n", ERR_NOT_FOUND,
     "d.yml:1: <<: there is no such setting; the nearest is listen"},
    {"listen: a\n---\nlisten: b\n", ERR_INVALID,
     "d.yml:2: a second document begins; settings are one document"},
    {"---\n---\nlisten: b\n", ERR_INVALID,
     "d.yml:2: a second document begins; settings are one document"},
    {"listen: a\n\tlog_level: b\n", ERR_INVALID,
     "d.yml:2: this is not YAML: found a tab character that violates indentation"},
    {"listen: \"a\n", ERR_INVALID, "d.yml:2: this is not YAML: found unexpected end of stream"},
    {"listen: a: b\n", ERR_INVALID,
     "d.yml:1: this is not YAML: mapping values are not allowed in this context"},
    {"log_level: info\nlisten: \x01\n", ERR_INVALID,
     "d.yml:2: this is not YAML: control characters are not allowed"},
    {"log_level: info\nlisten: \xff\n", ERR_INVALID,
     "d.yml:2: this is not YAML: invalid leading UTF-8 octet"},
};

Test(settings_file, refuses_and_names_line_and_what_would_be_right)
{
    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        struct settings settings;
        struct error error = {0};
        settings_init(&settings);
        cr_expect_eq(take(&settings, refusals[i].text, &error), refusals[i].code, "%s",
                     refusals[i].text);
        cr_expect_str_eq(error.text, refusals[i].message);
        settings_deinit(&settings);
    }
}

/* ---- files ---- */

static void write_file(const char *dir, const char *name, struct slice bytes, char path[1024])
{
    (void)snprintf(path, 1024, "%s/%s", dir, name);
    cr_assert_eq(kit_dir_write(path, bytes, NULL), ERR_OK);
}

Test(settings_file, is_read)
{
    char dir[KIT_PATH_SIZE];
    char path[1024];
    struct settings settings;
    struct error error = {0};
    char message[2048];
    settings_init(&settings);
    cr_assert_eq(kit_dir_create(dir, NULL), ERR_OK);
    write_file(dir, "good.yml", SLICE("sync_wait_seconds: 9\n"), path);
    cr_assert_eq(settings_read_file(&settings, path, NULL), ERR_OK);
    cr_assert_eq(settings.sync_wait_seconds, 9);
    write_file(dir, "bad.yml", SLICE("sync_wait_secs: 9\n"), path);
    cr_assert_eq(settings_read_file(&settings, path, &error), ERR_NOT_FOUND);
    (void)snprintf(message, sizeof message,
                   "%s:1: sync_wait_secs: there is no such setting; the nearest is "
                   "sync_wait_seconds",
                   path);
    cr_assert_str_eq(error.text, message);
    (void)snprintf(path, sizeof path, "%s/none.yml", dir);
    cr_assert_eq(settings_read_file(&settings, path, NULL), ERR_OK);
    cr_assert_eq(settings_read_file(&settings, dir, &error), ERR_IO);
    (void)snprintf(message, sizeof message, "read %s: Is a directory", dir);
    cr_assert_str_eq(error.text, message);
    cr_assert_eq(kit_dir_remove(dir, NULL), ERR_OK);
    settings_deinit(&settings);
}

Test(settings_file, is_bounded)
{
    static char bytes[SETTINGS_FILE_BYTES_MAX + 1];
    char dir[KIT_PATH_SIZE];
    char path[1024];
    struct settings settings;
    struct error error = {0};
    settings_init(&settings);
    memset(bytes, '#', sizeof bytes);
    cr_assert_eq(kit_dir_create(dir, NULL), ERR_OK);
    write_file(dir, "full.yml", slice_of(bytes, SETTINGS_FILE_BYTES_MAX), path);
    cr_assert_eq(settings_read_file(&settings, path, &error), ERR_OK, "%s", error.text);
    write_file(dir, "over.yml", slice_of(bytes, SETTINGS_FILE_BYTES_MAX + 1), path);
    cr_assert_eq(settings_read_file(&settings, path, &error), ERR_LIMIT);
    cr_assert(slice_ends_with(slice_of_text(error.text), SLICE("over.yml is over 65536 bytes")));
    cr_assert_eq(kit_dir_remove(dir, NULL), ERR_OK);
    settings_deinit(&settings);
}

/* A pipe that nobody writes to must not hold the start up for ever. */
Test(settings_file, does_not_wait_for_a_pipe, .timeout = 10)
{
    char dir[KIT_PATH_SIZE];
    char path[1024];
    struct settings settings;
    settings_init(&settings);
    cr_assert_eq(kit_dir_create(dir, NULL), ERR_OK);
    (void)snprintf(path, sizeof path, "%s/pipe.yml", dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(settings_read_file(&settings, path, NULL), ERR_OK);
    cr_assert_eq(kit_dir_remove(dir, NULL), ERR_OK);
    settings_deinit(&settings);
}

Test(settings_file, of_deep_nesting_ends_early)
{
    static char bytes[SETTINGS_FILE_BYTES_MAX];
    struct settings settings;
    struct error error = {0};
    settings_init(&settings);
    memset(bytes, '[', sizeof bytes);
    enum err e = settings_take_file(&settings, "d.yml", slice_of(bytes, sizeof bytes), &error);
    cr_assert_eq(e, ERR_INVALID);
    cr_assert_str_eq(error.text, "d.yml:1: a map of names to values is wanted; a list was given");
    settings_deinit(&settings);
}
