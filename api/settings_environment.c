/*
 * Settings from the environment. What else may be called DAYBOOK_... is said in settings.h.
 */
#include "api/settings_priv.h"
#include "core/base/check.h"

#include <unistd.h>

#define PREFIX "DAYBOOK_"

/* Names that are no settings, without the prefix; with "*" those that begin so. */
static const char *const reserved[] = {"FAILPOINT", "BINARY", "TEST_*"};

static bool is_reserved(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(reserved); i++) {
        struct slice entry = slice_of_text(reserved[i]);
        if (slice_equal(name, entry) ||
            (slice_ends_with(entry, SLICE("*")) &&
             slice_starts_with(name, slice_of(entry.data, entry.size - 1)))) {
            return true;
        }
    }
    return false;
}

/* A digit behind "PORT_": the "PORT_7700_TCP_ADDR" of a container link. */
static bool names_port(struct slice name)
{
    static const struct slice mark = {"PORT_", sizeof "PORT_" - 1};
    for (;;) {
        size_t at = slice_find(name, mark);
        if (at == SIZE_MAX) {
            return false;
        }
        name = slice_from(name, at + mark.size);
        if (name.size > 0 && name.data[0] >= '0' && name.data[0] <= '9') {
            return true;
        }
    }
}

/* Whether Kubernetes set it for a service called "daybook" or "daybook-something". */
static bool is_service_link(struct slice name, struct slice value)
{
    return slice_find(name, SLICE("SERVICE_HOST")) != SIZE_MAX ||
           slice_find(name, SLICE("SERVICE_PORT")) != SIZE_MAX || names_port(name) ||
           (slice_ends_with(name, SLICE("PORT")) && slice_find(value, SLICE("://")) != SIZE_MAX);
}

/* The index of a variable's name without its prefix. */
static size_t find_variable(struct slice name)
{
    char spelled[SETTINGS_SPELLED_SIZE];
    const struct setting_info *rows = NULL;
    size_t count = settings_list(&rows);
    size_t index = 0;
    for (; index < count; index++) {
        settings_spell(slice_of_text(rows[index].name), SETTING_ENVIRONMENT, spelled);
        if (slice_is(name, spelled + sizeof PREFIX - 1)) {
            break;
        }
    }
    return index;
}

static enum err take_variable(struct settings *settings,
                              struct slice name,
                              struct slice value,
                              struct error *reterr)
{
    size_t index = find_variable(name);
    if (index < SETTINGS_COUNT) {
        return settings_assign(settings, index, value, SETTING_ENVIRONMENT, reterr);
    }
    if (is_reserved(name) || is_service_link(name, value)) {
        return ERR_OK;
    }
    return settings_unknown(name, SETTING_ENVIRONMENT, reterr);
}

enum err
settings_take_environment(struct settings *settings, char *const *environment, struct error *reterr)
{
    enum err e = ERR_OK;
    for (; *environment != NULL && e == ERR_OK; environment++) {
        struct slice entry = slice_of_text(*environment);
        size_t equals = slice_find(entry, SLICE("="));
        if (slice_starts_with(entry, SLICE(PREFIX)) && equals != SIZE_MAX) {
            struct slice name = slice_from(slice_of(entry.data, equals), sizeof PREFIX - 1);
            e = take_variable(settings, name, slice_from(entry, equals + 1), reterr);
        }
    }
    return e;
}

enum err settings_read_environment(struct settings *settings, struct error *reterr)
{
    return settings_take_environment(settings, environ, reterr);
}
