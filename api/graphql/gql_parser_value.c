/*
 * The grammar that executable documents and schemas share: values, types, arguments, directives.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_parser_priv.h"

static struct gql_ast_value *
leaf(struct gql_parser *parser, enum gql_ast_value_kind kind, struct slice text)
{
    struct gql_ast_value *value = gql_parser_node(parser, sizeof *value);
    if (value != NULL) {
        value->kind = kind;
        value->at = parser->token.at;
        value->text = text;
        gql_parser_advance(parser);
    }
    return value;
}

static struct gql_ast_value *named_value(struct gql_parser *parser)
{
    struct slice name = parser->token.text;
    if (slice_is(name, "true") || slice_is(name, "false")) {
        return leaf(parser, GQL_AST_BOOLEAN, name);
    }
    return leaf(parser, slice_is(name, "null") ? GQL_AST_NULL : GQL_AST_ENUM, name);
}

static struct gql_ast_value *string_value(struct gql_parser *parser)
{
    struct slice text = gql_lexer_string(&parser->token, parser->arena);
    if (text.data == NULL) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "the text needs too much memory");
        return NULL;
    }
    return leaf(parser, GQL_AST_STRING, text);
}

static struct gql_ast_value *variable_value(struct gql_parser *parser, bool constant)
{
    uint32_t at = parser->token.at;
    if (constant) {
        gql_parser_expected(parser, "a value without variables");
        return NULL;
    }
    gql_parser_advance(parser);
    if (!gql_parser_at(parser, GQL_TOKEN_NAME)) {
        gql_parser_expected(parser, "the variable's name");
        return NULL;
    }
    struct gql_ast_value *value = leaf(parser, GQL_AST_VARIABLE, parser->token.text);
    if (value != NULL) {
        value->at = at;
        value->has_variable = true;
    }
    return value;
}

static struct gql_ast_value *list_value(struct gql_parser *parser, bool constant)
{
    struct gql_ast_value *list = leaf(parser, GQL_AST_LIST, SLICE(""));
    struct gql_ast_value **link = list != NULL ? &list->items : NULL;
    while (gql_parser_more(parser, GQL_TOKEN_BRACKET_CLOSE)) {
        struct gql_ast_value *item = gql_parser_value(parser, constant);
        if (item == NULL) {
            return NULL;
        }
        list->has_variable = list->has_variable || item->has_variable;
        *link = item;
        link = &item->next;
    }
    return list;
}

/* Names with values until the closing mark, for arguments and object literals. */
static struct gql_ast_argument *
named_values(struct gql_parser *parser, enum gql_token_kind close, const char *what, bool constant)
{
    struct gql_ast_argument *first = NULL;
    struct gql_ast_argument **link = &first;
    size_t count = 0;
    while (gql_parser_more(parser, close)) {
        struct gql_ast_argument *argument = gql_parser_node(parser, sizeof *argument);
        if (argument == NULL) {
            return NULL;
        }
        argument->name = gql_parser_name(parser, &argument->at);
        gql_parser_expect(parser, GQL_TOKEN_COLON);
        argument->value = gql_parser_value(parser, constant);
        gql_parser_count(parser, &count, what);
        *link = argument;
        link = &argument->next;
    }
    return parser->failed == ERR_OK ? first : NULL;
}

static struct gql_ast_value *object_value(struct gql_parser *parser, bool constant)
{
    struct gql_ast_value *object = leaf(parser, GQL_AST_OBJECT, SLICE(""));
    if (object == NULL) {
        return NULL;
    }
    object->fields = named_values(parser, GQL_TOKEN_BRACE_CLOSE, "fields", constant);
    for (const struct gql_ast_argument *field = object->fields; field != NULL;
         field = field->next) {
        object->has_variable = object->has_variable || field->value->has_variable;
    }
    return object;
}

static struct gql_ast_value *any_value(struct gql_parser *parser, bool constant)
{
    if (parser->failed != ERR_OK) {
        return NULL;
    }
    if (parser->token.kind == GQL_TOKEN_BRACKET_OPEN) {
        return list_value(parser, constant);
    }
    if (parser->token.kind == GQL_TOKEN_BRACE_OPEN) {
        return object_value(parser, constant);
    }
    if (parser->token.kind == GQL_TOKEN_INT) {
        return leaf(parser, GQL_AST_INT, parser->token.text);
    }
    if (parser->token.kind == GQL_TOKEN_FLOAT) {
        return leaf(parser, GQL_AST_FLOAT, parser->token.text);
    }
    if (parser->token.kind == GQL_TOKEN_STRING || parser->token.kind == GQL_TOKEN_BLOCK_STRING) {
        return string_value(parser);
    }
    if (parser->token.kind == GQL_TOKEN_NAME) {
        return named_value(parser);
    }
    if (parser->token.kind == GQL_TOKEN_DOLLAR) {
        return variable_value(parser, constant);
    }
    gql_parser_expected(parser, "a value");
    return NULL;
}

struct gql_ast_value *gql_parser_value(struct gql_parser *parser, bool constant)
{
    if (++parser->value_depth > GQL_VALUE_DEPTH_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "a value is nested over %d levels",
                        GQL_VALUE_DEPTH_MAX);
    }
    struct gql_ast_value *value = any_value(parser, constant);
    parser->value_depth--;
    return value;
}

static struct gql_ast_type *
type_node(struct gql_parser *parser, enum gql_ast_type_kind kind, struct gql_ast_type *of)
{
    struct gql_ast_type *type = gql_parser_node(parser, sizeof *type);
    if (type != NULL) {
        type->kind = kind;
        type->of = of;
        type->at = of != NULL ? of->at : parser->token.at;
    }
    return type;
}

static struct gql_ast_type *list_type(struct gql_parser *parser)
{
    uint32_t at = gql_parser_expect(parser, GQL_TOKEN_BRACKET_OPEN);
    struct gql_ast_type *item = gql_parser_type(parser);
    gql_parser_expect(parser, GQL_TOKEN_BRACKET_CLOSE);
    struct gql_ast_type *list = type_node(parser, GQL_AST_LIST_OF, item);
    if (list != NULL) {
        list->at = at;
    }
    return list;
}

static struct gql_ast_type *named_type(struct gql_parser *parser)
{
    struct gql_ast_type *type = type_node(parser, GQL_AST_NAMED, NULL);
    if (!gql_parser_at(parser, GQL_TOKEN_NAME)) {
        gql_parser_expected(parser, "a type");
    }
    if (type != NULL) {
        type->name = gql_parser_name(parser, &type->at);
    }
    return type;
}

struct gql_ast_type *gql_parser_type(struct gql_parser *parser)
{
    if (++parser->type_depth > GQL_TYPE_DEPTH_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "a type is nested over %d levels",
                        GQL_TYPE_DEPTH_MAX);
    }
    struct gql_ast_type *type =
        gql_parser_at(parser, GQL_TOKEN_BRACKET_OPEN) ? list_type(parser) : named_type(parser);
    if (gql_parser_accept(parser, GQL_TOKEN_BANG)) {
        type = type_node(parser, GQL_AST_NON_NULL, type);
    }
    parser->type_depth--;
    return type;
}

struct gql_ast_argument *gql_parser_arguments(struct gql_parser *parser, bool constant)
{
    if (!gql_parser_accept(parser, GQL_TOKEN_PAREN_OPEN)) {
        return NULL;
    }
    if (gql_parser_at(parser, GQL_TOKEN_PAREN_CLOSE)) {
        gql_parser_expected(parser, "an argument");
    }
    return named_values(parser, GQL_TOKEN_PAREN_CLOSE, "arguments", constant);
}

struct gql_ast_directive *gql_parser_directives(struct gql_parser *parser, bool constant)
{
    struct gql_ast_directive *first = NULL;
    struct gql_ast_directive **link = &first;
    size_t count = 0;
    while (gql_parser_at(parser, GQL_TOKEN_AT)) {
        struct gql_ast_directive *directive = gql_parser_node(parser, sizeof *directive);
        if (directive == NULL) {
            return NULL;
        }
        directive->at = gql_parser_expect(parser, GQL_TOKEN_AT);
        directive->name = gql_parser_name(parser, NULL);
        directive->arguments = gql_parser_arguments(parser, constant);
        gql_parser_count(parser, &count, "directives");
        *link = directive;
        link = &directive->next;
    }
    return first;
}
