/*
 * Fuzz target: everything in core/flow that reads text from definitions or from outside.
 *
 * The first byte says how the rest is taken:
 *
 *     p  a path                          t  a template
 *     c  a condition, as JSON: lists are groups, texts literals, {"r": path}, {"t": template},
 *        {"v": config variable}
 *     u  a URL of a request              f  a form           b  a webhook's body
 *     l  a loop path of the journal      n  a number
 *
 * Checked beyond not crashing: what was refused leaves its out-parameter alone, and a URL that was
 * taken has no byte that could end a line.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "core/flow/coerce.h"
#include "core/flow/condition.h"
#include "core/flow/expression.h"
#include "core/flow/flow.h"
#include "core/flow/flow_trigger.h"
#include "core/flow/loose.h"
#include "core/flow/template.h"
#include "core/flow/url.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)

static const char results_json[] =
    "{\"id\":7,\"name\":\"Ada\",\"list\":[1,2.5,null,true,\"x\",[3]],\"map\":{\"a\":{\"b\":\"c\"},"
    "\".tag\":1},\"empty\":\"\",\"when\":\"2026-04-22T00:15:30Z\",\"json\":\"[1,{\\\"a\\\":2}]\"}";

static struct scope make_scope(struct arena *arena)
{
    static struct snapshot_field field = {{"apiKey", 6}, {"secret", 6}, true};
    static struct snapshot_connection connection = {
        .key = {"apiKey", 6}, .fields = &field, .field_count = 1};
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    struct value *results = ARENA_NEW(arena, struct value);
    struct scope scope;
    snapshot->vars = ARENA_ARRAY(arena, struct snapshot_var, 2);
    snapshot->vars[0] = (struct snapshot_var){.key = SLICE("K"), .value = value_text(SLICE("v"))};
    snapshot->vars[1] = (struct snapshot_var){.key = SLICE("C"), .connection = &connection};
    snapshot->count = 2;
    ASSERT(json_in_parse(slice_of_text(results_json), arena, results, NULL) == ERR_OK);
    ASSERT(scope_init(&scope, snapshot, 2, arena, NULL) == ERR_OK);
    scope_add(&scope, SLICE("t"), false);
    scope_add(&scope, SLICE("each"), true);
    scope_sort(&scope);
    scope_find(&scope, SLICE("t"))->results = results;
    scope_find(&scope, SLICE("each"))->current_item = results;
    return scope;
}

static void build_input(struct arena *arena, const struct value *source, struct input *input)
{
    static const struct {
        const char *key;
        enum input_type type;
    } forms[] = {{"r", INPUT_REFERENCE}, {"t", INPUT_TEMPLATE}, {"v", INPUT_CONFIGVAR}};
    input->type = INPUT_VALUE;
    input->text = value_text_of(source);
    if (source->type == VALUE_LIST) {
        input->type = INPUT_LIST;
        input->items = ARENA_ARRAY(arena, struct input, source->list.count);
        input->item_count = input->items != NULL ? source->list.count : 0;
        for (uint32_t i = 0; i < input->item_count; i++) {
            build_input(arena, &source->list.items[i], &input->items[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(forms) && source->type == VALUE_MAP; i++) {
        const struct value *text = value_get(source, slice_of_text(forms[i].key));
        if (text != NULL) {
            input->type = forms[i].type;
            input->text = value_text_of(text);
        }
    }
}

static void fuzz_condition(struct arena *arena, struct slice text)
{
    struct scope scope = make_scope(arena);
    struct value source = value_null();
    struct input input = {.type = INPUT_VALUE};
    bool holds = false;
    if (json_in_parse(text, arena, &source, NULL) != ERR_OK) {
        return;
    }
    build_input(arena, &source, &input);
    IGNORE(condition_evaluate(&input, &scope, arena, &holds, NULL)); /* only that it ends */
}

static void fuzz_path(struct arena *arena, struct slice text)
{
    struct scope scope = make_scope(arena);
    struct loose_operand operand = {.value = value_int(77)};
    if (expression_reference(text, &scope, arena, &operand, NULL) != ERR_OK) {
        ASSERT(operand.value.type == VALUE_INT && operand.value.integer == 77);
        return;
    }
    struct work work = {.max = 1000000};
    struct loose_context context = {arena, &work};
    (void)loose_text(context, &operand.value);
    ASSERT(loose_same(context, &operand.value, &operand.value));
}

static void fuzz_template(struct arena *arena, struct slice text)
{
    struct scope scope = make_scope(arena);
    struct slice rendered = SLICE("untouched");
    if (template_render(text, &scope, arena, &rendered, NULL) != ERR_OK) {
        ASSERT(slice_is(rendered, "untouched"));
        return;
    }
    ASSERT(slice_find(rendered, SLICE("secret")) == SIZE_MAX ||
           slice_find(text, SLICE("secret")) != SIZE_MAX);
}

static void fuzz_url(struct arena *arena, struct slice text)
{
    struct buf url;
    buf_init(&url, 64 * KIB);
    if (url_put_clean(&url, text, NULL) == ERR_OK) {
        for (size_t i = 0; i < url.size; i++) {
            ASSERT(url.data[i] > 0x20 && url.data[i] < 0x7f);
        }
        (void)url_shown(buf_slice(&url), arena);
    }
    buf_deinit(&url);
}

static void fuzz_body(struct arena *arena, struct slice text)
{
    static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
                                        "text/plain", ""};
    struct value value = value_null();
    struct flow_header header = {.name = SLICE("Content-Type")};
    if (text.size == 0) {
        return;
    }
    header.value = slice_of_text(types[(unsigned char)text.data[0] % ARRAY_COUNT(types)]);
    struct flow_trigger_facts facts = {
        .headers = &header, .header_count = 1, .query = text, .body = slice_from(text, 1)};
    IGNORE(flow_trigger_value(&facts, arena, &value, NULL)); /* only that it ends */
}

static void fuzz_number(struct slice text)
{
    char written[LOOSE_NUMBER_SIZE];
    double number = loose_text_number(text);
    loose_number_text(number, written);
    bool odd = number != number || number == 0;
    ASSERT(odd || loose_text_number(slice_of_text(written)) == number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct arena arena;
    struct value map = value_map();
    struct flow_place place = {.step_index = 1};
    if (!ready) {
        json_in_init();
        ready = true;
    }
    if (size == 0) {
        return 0;
    }
    struct slice text = slice_of(data + 1, size - 1);
    arena_init(&arena, MEMORY_BYTES);
    switch (data[0]) {
    case 'p':
        fuzz_path(&arena, text);
        break;
    case 't':
        fuzz_template(&arena, text);
        break;
    case 'c':
        fuzz_condition(&arena, text);
        break;
    case 'u':
        fuzz_url(&arena, text);
        break;
    case 'f':
        (void)url_form_decode(text, &arena, &map);
        break;
    case 'b':
        fuzz_body(&arena, text);
        break;
    case 'l':
        IGNORE(flow_place_parse(1, text, 0, &place, NULL)); /* only that it ends */
        break;
    default:
        fuzz_number(text);
    }
    arena_deinit(&arena);
    return 0;
}
