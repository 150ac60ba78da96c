#include "tools/answer.h"

#include "core/base/json_out.h"
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>

/* Nobody may take half an answer for a whole one: a full disk or a closed pipe is an error. */
int answer_text(const struct options *options, const struct buf *text)
{
    struct error error;
    const char *command = options->usage->command;
    if (buf_check(text, "the answer", &error) != ERR_OK) {
        return tool_fail(command, &error);
    }
    bool whole = text->size == 0 || fwrite(text->data, text->size, 1, stdout) == 1;
    if (!whole || fflush(stdout) != 0) {
        IGNORE(error_set_sys(&error, ERR_IO, errno, "write to standard output")); /* it is said */
        return tool_fail(command, &error);
    }
    return TOOL_DONE;
}

int answer_json(const struct options *options, const struct value *value)
{
    struct buf text;
    buf_init(&text, ANSWER_TEXT_BYTES);
    struct json_out json = json_out(&text);
    json_out_value(&json, value);
    buf_put_char(&text, '\n');
    int code = answer_text(options, &text);
    buf_deinit(&text);
    return code;
}

int answer_table(const struct options *options,
                 const struct value *value,
                 const struct table_column *columns,
                 size_t count)
{
    if (options_has(options, "json")) {
        return answer_json(options, value);
    }
    struct buf text;
    buf_init(&text, ANSWER_TEXT_BYTES);
    if (value->type == VALUE_LIST) {
        table_put_list(&text, value, columns, count);
    } else {
        table_put_sheet(&text, value, columns, count);
    }
    int code = answer_text(options, &text);
    buf_deinit(&text);
    return code;
}
