/*
 * daybook config: every setting in force, and where its value came from.
 */
#include "core/base/check.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/setting_options.h"
#include "tools/shape.h"
#include "tools/tool.h"

static const char *source_name(enum setting_source source)
{
    switch (source) {
    case SETTING_DEFAULT:
        return "default";
    case SETTING_FILE:
        return "file";
    case SETTING_ENVIRONMENT:
        return "environment";
    case SETTING_FLAG:
        return "flag";
    }
    UNREACHABLE("a source of settings");
}

static struct value list_settings(const struct settings *settings, struct arena *arena)
{
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    struct value list = value_list();
    for (size_t i = 0; i < count; i++) {
        enum setting_source source = SETTING_DEFAULT;
        struct shape row = shape_in(arena);
        shape_string(&row, "name", rows[i].name);
        shape_string(&row, "value", settings_get(settings, i, arena, &source));
        shape_string(&row, "source", source_name(source));
        shape_string(&row, "default", rows[i].preset);
        shape_string(&row, "range", rows[i].range);
        shape_string(&row, "text", rows[i].text);
        shape_push(&row, &list);
    }
    return list;
}

static int print(const struct options *options, const struct value *list)
{
    static const struct table_column columns[] = {
        {"setting", "name", TABLE_TEXT},
        {"value", "value", TABLE_TEXT},
        {"from", "source", TABLE_TEXT},
        {"range", "range", TABLE_TEXT},
    };
    return answer_table(options, list, columns, ARRAY_COUNT(columns));
}

static int run(const struct options *options)
{
    struct settings settings;
    struct error error;
    struct arena arena;
    arena_init(&arena, ANSWER_ARENA_BYTES);
    int code = TOOL_FAILED;
    if (data_settings(options, &settings, &error) == ERR_OK) {
        struct value list = list_settings(&settings, &arena);
        code = print(options, &list);
    } else {
        code = tool_fail("config", &error);
    }
    settings_deinit(&settings);
    arena_deinit(&arena);
    return code;
}

int tool_config(int argc, char **argv)
{
    struct option table[OPTIONS_MAX] = {OPTION_DATA, OPTION_JSON};
    size_t count = setting_options_add(table, 2);
    struct usage usage = {
        .command = "config",
        .text =
            "Prints every setting in force and where its value came from. Flags win over the\n"
            "environment (DAYBOOK_LISTEN ...), that over DIR/daybook.yml, that over the default.\n"
            "The flags are those of \"daybook serve\", to see what they would do.",
        .options = table,
        .option_count = count,
        .examples = "config --data /var/lib/daybook\n"
                    "config --listen 0.0.0.0:80 --json",
    };
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
