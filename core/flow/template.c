#include "core/flow/template.h"

#include "core/definition/template_text.h"
#include "core/flow/coerce.h"
#include "core/flow/expression.h"

static enum err put_part(struct buf *out,
                         const struct template_part *part,
                         struct scope *scope,
                         struct arena *arena,
                         struct error *reterr)
{
    struct loose_operand operand = {.value = value_null()};
    enum err e = ERR_OK;
    switch (part->type) {
    case TEMPLATE_LITERAL:
        operand.value = value_text(part->text);
        break;
    case TEMPLATE_CONFIG_VAR:
        e = expression_config_var(part->text, scope, arena, &operand.value, reterr);
        break;
    case TEMPLATE_REFERENCE:
        e = expression_reference(part->text, scope, arena, &operand, reterr);
        break;
    }
    if (e != ERR_OK) {
        return e;
    }
    size_t before = out->size;
    coerce_put_text(out, &operand.value);
    work_add(&scope->work, out->size - before);
    e = buf_check(out, "the text of a template", reterr);
    return e != ERR_OK ? e : work_check(&scope->work, "the template", reterr);
}

enum err template_render(struct slice text,
                         struct scope *scope,
                         struct arena *arena,
                         struct slice *ret,
                         struct error *reterr)
{
    struct buf out;
    buf_init(&out, TEMPLATE_BYTES_MAX);
    struct template_text walk = template_text(text);
    struct template_part part = {TEMPLATE_LITERAL, {NULL, 0}};
    enum err e = ERR_OK;
    while (e == ERR_OK && template_text_next(&walk, &part)) {
        e = put_part(&out, &part, scope, arena, reterr);
    }
    struct slice copy = {NULL, 0};
    if (e == ERR_OK) {
        copy = arena_copy(arena, buf_slice(&out));
    }
    buf_deinit(&out);
    if (e == ERR_OK && copy.data == NULL) {
        return arena_error(arena, "the text of a template", reterr);
    }
    if (e == ERR_OK) {
        *ret = copy;
    }
    return e;
}
