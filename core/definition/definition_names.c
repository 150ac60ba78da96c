/*
 * The words of the enums, each in its enum's place.
 */
#include "core/definition/definition_names.h"

#include "core/base/check.h"
#include "core/definition/definition.h"

#define NAMES(enum_words)                                                                          \
    {                                                                                              \
        (enum_words), ARRAY_COUNT(enum_words)                                                      \
    }

static const char *const endpoint_types[] = {
    [ENDPOINT_FLOW_SPECIFIC] = "flow_specific",
    [ENDPOINT_INSTANCE_SPECIFIC] = "instance_specific",
    [ENDPOINT_SHARED_INSTANCE] = "shared_instance",
};

static const char *const securities[] = {
    [SECURITY_CUSTOMER_OPTIONAL] = "customer_optional",
    [SECURITY_UNSECURED] = "unsecured",
    [SECURITY_CUSTOMER_REQUIRED] = "customer_required",
    [SECURITY_ORGANIZATION] = "organization",
};

static const char *const data_types[] = {
    [CONFIG_STRING] = "string",
    [CONFIG_NUMBER] = "number",
    [CONFIG_BOOLEAN] = "boolean",
    [CONFIG_DATE] = "date",
    [CONFIG_TIMESTAMP] = "timestamp",
    [CONFIG_PICKLIST] = "picklist",
    [CONFIG_CODE] = "code",
    [CONFIG_SCHEDULE] = "schedule",
    [CONFIG_JSONFORM] = "jsonForm",
    [CONFIG_OBJECTSELECTION] = "objectSelection",
    [CONFIG_OBJECTFIELDMAP] = "objectFieldMap",
    [CONFIG_CONNECTION] = "connection",
    [CONFIG_CREDENTIAL] = "credential",
};

static const char *const collections[] = {
    [COLLECTION_NONE] = NULL,
    [COLLECTION_VALUELIST] = "valuelist",
    [COLLECTION_KEYVALUELIST] = "keyvaluelist",
};

static const char *const code_languages[] = {
    [CODE_NONE] = NULL,
    [CODE_JSON] = "json",
    [CODE_XML] = "xml",
    [CODE_HTML] = "html",
};

static const char *const schedule_types[] = {
    [SCHEDULE_UNSET] = NULL,      [SCHEDULE_NONE] = "none",     [SCHEDULE_ONCE] = "once",
    [SCHEDULE_CUSTOM] = "custom", [SCHEDULE_MINUTE] = "minute", [SCHEDULE_HOUR] = "hour",
    [SCHEDULE_DAY] = "day",       [SCHEDULE_WEEK] = "week",
};

static const char *const input_types[] = {
    [INPUT_VALUE] = "value",
    [INPUT_CONFIGVAR] = "configVar",
    [INPUT_REFERENCE] = "reference",
    [INPUT_TEMPLATE] = "template",
    [INPUT_COMPLEX] = "complex",
    [INPUT_LIST] = NULL, /* has no name: it is a list in place of a map */
    [INPUT_DATASOURCE] = "dataSource",
};

static const char *const error_handlers[] = {
    [HANDLER_FAIL] = "fail",
    [HANDLER_IGNORE] = "ignore",
    [HANDLER_RETRY] = "retry",
};

static const char *const page_elements[] = {
    [ELEMENT_CONFIG_VAR] = "configVar",
    [ELEMENT_HTML] = "htmlElement",
    [ELEMENT_JSON_FORM] = "jsonForm",
};

const struct definition_names definition_names_endpoint_type = NAMES(endpoint_types);
const struct definition_names definition_names_endpoint_security = NAMES(securities);
const struct definition_names definition_names_data_type = NAMES(data_types);
const struct definition_names definition_names_collection = NAMES(collections);
const struct definition_names definition_names_code_language = NAMES(code_languages);
const struct definition_names definition_names_schedule_type = NAMES(schedule_types);
const struct definition_names definition_names_input_type = NAMES(input_types);
const struct definition_names definition_names_error_handler = NAMES(error_handlers);
const struct definition_names definition_names_page_element = NAMES(page_elements);

const char *definition_names_text(const struct definition_names *names, size_t value)
{
    ASSERT(value < names->count);
    return names->texts[value] != NULL ? names->texts[value] : "";
}

bool definition_names_find(const struct definition_names *names,
                           struct slice word,
                           bool any_case,
                           size_t *ret_value)
{
    for (size_t i = 0; i < names->count; i++) {
        struct slice text = slice_of_text(names->texts[i]);
        if (text.data != NULL &&
            (any_case ? slice_equal_nocase(text, word) : slice_equal(text, word))) {
            *ret_value = i;
            return true;
        }
    }
    return false;
}
