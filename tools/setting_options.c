#include "tools/setting_options.h"

#include "api/settings.h"
#include "core/base/check.h"

#include <stdio.h>
#include <string.h>

#define FLAG_SIZE 64
#define TEXT_SIZE 256

static struct {
    char flag[FLAG_SIZE];
    char text[TEXT_SIZE];
} made[SETTINGS_COUNT];

static bool is_flag_of(const char *flag, const char *setting)
{
    size_t size = strlen(flag);
    bool same = size == strlen(setting);
    for (size_t i = 0; same && i < size; i++) {
        same = flag[i] == (setting[i] == '_' ? '-' : setting[i]);
    }
    return same;
}

const char *setting_options_name(const char *flag)
{
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    for (size_t i = 0; i < count; i++) {
        if (is_flag_of(flag, rows[i].name)) {
            return rows[i].name;
        }
    }
    return NULL;
}

/* What the help calls the value of a text. */
static const char *text_name(const char *setting)
{
    static const char *const names[][2] = {
        {"listen", "HOST:PORT"}, {"public_url", "URL"}, {"master_key_file", "FILE"}};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (strcmp(setting, names[i][0]) == 0) {
            return names[i][1];
        }
    }
    return "TEXT";
}

static const char *value_name(const struct setting_info *row)
{
    switch (row->kind) {
    case SETTING_KIND_NUMBER:
        return "N";
    case SETTING_KIND_CHOICE:
        return row->range;
    case SETTING_KIND_SWITCH:
        return NULL;
    case SETTING_KIND_TEXT:
        return text_name(row->name);
    }
    UNREACHABLE("a kind of setting");
}

static void make(size_t index, const struct setting_info *row)
{
    (void)snprintf(made[index].flag, FLAG_SIZE, "%s", row->name);
    for (char *at = made[index].flag; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    const char *preset = row->preset[0] != '\0' ? row->preset : "empty";
    bool has_range = row->kind == SETTING_KIND_NUMBER;
    (void)snprintf(made[index].text, TEXT_SIZE, "%s (default: %s%s%s)", row->text,
                   row->is_switch ? "off" : preset, has_range ? "; " : "",
                   has_range ? row->range : "");
}

size_t setting_options_add(struct option *table, size_t count)
{
    const struct setting_info *rows = NULL;
    size_t settings = settings_list(&rows);
    ASSERT(settings == SETTINGS_COUNT && count + settings <= OPTIONS_MAX);
    for (size_t i = 0; i < settings; i++) {
        make(i, &rows[i]);
        table[count++] = (struct option){made[i].flag, value_name(&rows[i]), made[i].text};
    }
    return count;
}
