/*
 * The schedule of a trigger: cron in place, or the key of the config variable that has it.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/flow/cron.h"

static void check_cron(struct yaml_reader *reader, const struct yaml_node *map, struct slice text)
{
    struct error error = {0};
    struct cron cron;
    if (cron_parse(text, &cron, &error) != ERR_OK) {
        yaml_reader_key_problem(reader, "value", yaml_reader_line(map, "value"), "%s",
                                error_text(&error));
    }
}

/* A schedule is given as cron, or by the config variable in which every instance gives its own.
 * "none" needs no time; what "once" means is decided where schedules are run. */
static void check_value(struct definition_read *read,
                        const struct yaml_node *map,
                        const struct schedule_definition *schedule)
{
    struct yaml_reader *reader = &read->reader;
    bool has_no_cron =
        schedule->schedule_type == SCHEDULE_NONE || schedule->schedule_type == SCHEDULE_ONCE;
    if (schedule->type == INPUT_VALUE) {
        if (!has_no_cron) {
            check_cron(reader, map, schedule->text);
        }
        return;
    }
    if (schedule->type != INPUT_CONFIGVAR) {
        yaml_reader_key_problem(
            reader, "type", map->line, "a schedule is of type value or configVar; \"%s\" was given",
            definition_names_text(&definition_names_input_type, schedule->type));
        return;
    }
    const struct config_var *var = definition_config_var(read->definition, schedule->text);
    if (schedule->text.size > 0 && (var == NULL || var->data_type != CONFIG_SCHEDULE)) {
        yaml_reader_key_problem(reader, "value", yaml_reader_line(map, "value"),
                                "\"%s\" is the key of no config variable of data type schedule",
                                quoted(schedule->text).text);
    }
}

static void
read_meta(struct yaml_reader *reader, const struct yaml_node *map, struct schedule_definition *ret)
{
    const struct yaml_node *meta = yaml_reader_map(reader, map, "meta");
    if (meta == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("meta"));
    ret->schedule_type = (enum schedule_type)yaml_reader_word(
        reader, meta, "scheduleType", &definition_names_schedule_type, false, SCHEDULE_UNSET);
    ret->time_zone = yaml_reader_text(reader, meta, "timeZone", LIMIT_NAME_BYTES, TEXT_OPTIONAL);
    if (!cron_zone_plausible(ret->time_zone)) {
        yaml_reader_key_problem(reader, "timeZone", yaml_reader_line(meta, "timeZone"),
                                "a time zone is named like Europe/Amsterdam; \"%s\" was given",
                                quoted(ret->time_zone).text);
    }
    field_path_pop(&reader->path);
}

void definition_read_schedule(struct definition_read *read,
                              const struct yaml_node *step,
                              struct schedule_definition *ret)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *map = yaml_reader_map(reader, step, "schedule");
    ret->given = yaml_reader_get(step, "schedule") != NULL;
    if (map == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("schedule"));
    ret->type = (enum input_type)yaml_reader_word(reader, map, "type", &definition_names_input_type,
                                                  true, INPUT_VALUE);
    ret->text = yaml_reader_text(reader, map, "value", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    read_meta(reader, map, ret);
    check_value(read, map, ret);
    field_path_pop(&reader->path);
}
