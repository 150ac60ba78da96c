/*
 * Literals back to text, in one line.
 */
#include "api/graphql/gql_print_priv.h"

#include "core/base/json_out.h"

/* JSON's escapes are all escapes of GraphQL too. */
static void print_string(struct buf *out, struct slice text)
{
    struct json_out json = json_out(out);
    json_out_text(&json, text);
}

static void print_list(struct buf *out, const struct gql_ast_value *list)
{
    buf_put_char(out, '[');
    for (const struct gql_ast_value *item = list->items; item != NULL; item = item->next) {
        gql_print_value(out, item);
        buf_put_text(out, item->next != NULL ? ", " : "");
    }
    buf_put_char(out, ']');
}

static void print_object(struct buf *out, const struct gql_ast_value *object)
{
    buf_put_char(out, '{');
    for (const struct gql_ast_argument *field = object->fields; field != NULL;
         field = field->next) {
        buf_put_slice(out, field->name);
        buf_put_text(out, ": ");
        gql_print_value(out, field->value);
        buf_put_text(out, field->next != NULL ? ", " : "");
    }
    buf_put_char(out, '}');
}

void gql_print_value(struct buf *out, const struct gql_ast_value *value)
{
    switch (value->kind) {
    case GQL_AST_STRING:
        print_string(out, value->text);
        break;
    case GQL_AST_LIST:
        print_list(out, value);
        break;
    case GQL_AST_OBJECT:
        print_object(out, value);
        break;
    case GQL_AST_VARIABLE:
        buf_put_char(out, '$');
        buf_put_slice(out, value->text);
        break;
    case GQL_AST_NULL:
    case GQL_AST_BOOLEAN:
    case GQL_AST_INT:
    case GQL_AST_FLOAT:
    case GQL_AST_ENUM:
        buf_put_slice(out, value->text);
        break;
    }
}
