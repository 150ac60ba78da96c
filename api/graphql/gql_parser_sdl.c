/*
 * The grammar of type system definitions and extensions.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_parser_priv.h"
#include "core/base/check.h"

static const struct {
    const char *keyword;
    enum gql_kind kind;
} type_keywords[] = {
    {"scalar", GQL_KIND_SCALAR}, {"type", GQL_KIND_OBJECT}, {"interface", GQL_KIND_INTERFACE},
    {"union", GQL_KIND_UNION},   {"enum", GQL_KIND_ENUM},   {"input", GQL_KIND_INPUT},
};

static bool at_string(const struct gql_parser *parser)
{
    return gql_parser_at(parser, GQL_TOKEN_STRING) || gql_parser_at(parser, GQL_TOKEN_BLOCK_STRING);
}

bool gql_parser_at_type_system(const struct gql_parser *parser)
{
    for (size_t i = 0; i < ARRAY_COUNT(type_keywords); i++) {
        if (gql_parser_at_keyword(parser, type_keywords[i].keyword)) {
            return true;
        }
    }
    return at_string(parser) || gql_parser_at_keyword(parser, "schema") ||
           gql_parser_at_keyword(parser, "directive") || gql_parser_at_keyword(parser, "extend");
}

/* A description if there is one; data NULL if not. */
static struct slice description(struct gql_parser *parser)
{
    if (!at_string(parser)) {
        return (struct slice){NULL, 0};
    }
    struct slice text = gql_lexer_string(&parser->token, parser->arena);
    if (text.data == NULL) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "the text needs too much memory");
    }
    gql_parser_advance(parser);
    return text;
}

/* Names after an optional leading mark, with the mark between them: A & B, A | B. */
static struct gql_ast_name *separated_names(struct gql_parser *parser, enum gql_token_kind mark)
{
    struct gql_ast_name *first = NULL;
    struct gql_ast_name **link = &first;
    gql_parser_accept(parser, mark);
    do {
        struct gql_ast_name *name = gql_parser_node(parser, sizeof *name);
        if (name == NULL) {
            return NULL;
        }
        name->name = gql_parser_name(parser, &name->at);
        *link = name;
        link = &name->next;
    } while (gql_parser_accept(parser, mark));
    return first;
}

static struct gql_ast_input *input_definition(struct gql_parser *parser)
{
    struct gql_ast_input *input = gql_parser_node(parser, sizeof *input);
    if (input == NULL) {
        return NULL;
    }
    input->description = description(parser);
    input->name = gql_parser_name(parser, &input->at);
    gql_parser_expect(parser, GQL_TOKEN_COLON);
    input->type = gql_parser_type(parser);
    if (gql_parser_accept(parser, GQL_TOKEN_EQUALS)) {
        input->default_value = gql_parser_value(parser, true);
    }
    input->directives = gql_parser_directives(parser, true);
    return input;
}

/* Argument definitions in parentheses, or input fields in braces. */
static struct gql_ast_input *
input_definitions(struct gql_parser *parser, enum gql_token_kind open, enum gql_token_kind close)
{
    struct gql_ast_input *first = NULL;
    struct gql_ast_input **link = &first;
    if (!gql_parser_accept(parser, open)) {
        return NULL;
    }
    do {
        *link = input_definition(parser);
        if (*link == NULL) {
            return NULL;
        }
        link = &(*link)->next;
    } while (gql_parser_more(parser, close));
    return first;
}

static struct gql_ast_input *argument_definitions(struct gql_parser *parser)
{
    return input_definitions(parser, GQL_TOKEN_PAREN_OPEN, GQL_TOKEN_PAREN_CLOSE);
}

static struct gql_ast_field *field_definition(struct gql_parser *parser)
{
    struct gql_ast_field *field = gql_parser_node(parser, sizeof *field);
    if (field == NULL) {
        return NULL;
    }
    field->description = description(parser);
    field->name = gql_parser_name(parser, &field->at);
    field->arguments = argument_definitions(parser);
    gql_parser_expect(parser, GQL_TOKEN_COLON);
    field->type = gql_parser_type(parser);
    field->directives = gql_parser_directives(parser, true);
    return field;
}

static struct gql_ast_field *field_definitions(struct gql_parser *parser)
{
    struct gql_ast_field *first = NULL;
    struct gql_ast_field **link = &first;
    if (!gql_parser_accept(parser, GQL_TOKEN_BRACE_OPEN)) {
        return NULL;
    }
    do {
        *link = field_definition(parser);
        if (*link == NULL) {
            return NULL;
        }
        link = &(*link)->next;
    } while (gql_parser_more(parser, GQL_TOKEN_BRACE_CLOSE));
    return first;
}

static struct gql_ast_enum_value *enum_value(struct gql_parser *parser)
{
    struct gql_ast_enum_value *value = gql_parser_node(parser, sizeof *value);
    if (value == NULL) {
        return NULL;
    }
    value->description = description(parser);
    value->name = gql_parser_name(parser, &value->at);
    struct slice name = value->name;
    if (slice_is(name, "true") || slice_is(name, "false") || slice_is(name, "null")) {
        gql_parser_fail(parser, ERR_MALFORMED, value->at,
                        "syntax error: \"%.*s\" cannot be an enum value", SLICE_ARGS(name));
    }
    value->directives = gql_parser_directives(parser, true);
    return value;
}

static struct gql_ast_enum_value *enum_values(struct gql_parser *parser)
{
    struct gql_ast_enum_value *first = NULL;
    struct gql_ast_enum_value **link = &first;
    if (!gql_parser_accept(parser, GQL_TOKEN_BRACE_OPEN)) {
        return NULL;
    }
    do {
        *link = enum_value(parser);
        if (*link == NULL) {
            return NULL;
        }
        link = &(*link)->next;
    } while (gql_parser_more(parser, GQL_TOKEN_BRACE_CLOSE));
    return first;
}

static enum gql_kind type_kind(struct gql_parser *parser)
{
    for (size_t i = 0; i < ARRAY_COUNT(type_keywords); i++) {
        if (gql_parser_accept_keyword(parser, type_keywords[i].keyword)) {
            return type_keywords[i].kind;
        }
    }
    gql_parser_expected(parser, "a type system definition");
    return GQL_KIND_SCALAR;
}

static void type_body(struct gql_parser *parser, struct gql_ast_type_definition *type)
{
    bool fields = type->kind == GQL_KIND_OBJECT || type->kind == GQL_KIND_INTERFACE;
    if (fields && gql_parser_accept_keyword(parser, "implements")) {
        type->interfaces = separated_names(parser, GQL_TOKEN_AMPERSAND);
    }
    type->directives = gql_parser_directives(parser, true);
    if (fields) {
        type->fields = field_definitions(parser);
    } else if (type->kind == GQL_KIND_UNION && gql_parser_accept(parser, GQL_TOKEN_EQUALS)) {
        type->members = separated_names(parser, GQL_TOKEN_PIPE);
    } else if (type->kind == GQL_KIND_ENUM) {
        type->values = enum_values(parser);
    } else if (type->kind == GQL_KIND_INPUT) {
        type->inputs = input_definitions(parser, GQL_TOKEN_BRACE_OPEN, GQL_TOKEN_BRACE_CLOSE);
    }
}

static void type_definition(struct gql_parser *parser, struct slice text, bool extension)
{
    struct gql_ast_type_definition *type = gql_parser_node(parser, sizeof *type);
    if (type == NULL) {
        return;
    }
    type->description = text;
    type->extension = extension;
    type->kind = type_kind(parser);
    type->name = gql_parser_name(parser, &type->at);
    type_body(parser, type);
    if (extension && type->interfaces == NULL && type->directives == NULL && type->fields == NULL &&
        type->inputs == NULL && type->values == NULL && type->members == NULL) {
        gql_parser_expected(parser, "what the extension adds");
    }
    *parser->types_end = type;
    parser->types_end = &type->next;
    parser->document->type_count += !extension;
}

static void directive_definition(struct gql_parser *parser, struct slice text)
{
    struct gql_ast_directive_definition *directive = gql_parser_node(parser, sizeof *directive);
    if (directive == NULL) {
        return;
    }
    directive->description = text;
    gql_parser_accept_keyword(parser, "directive");
    directive->at = gql_parser_expect(parser, GQL_TOKEN_AT);
    directive->name = gql_parser_name(parser, NULL);
    directive->arguments = argument_definitions(parser);
    directive->repeatable = gql_parser_accept_keyword(parser, "repeatable");
    if (!gql_parser_accept_keyword(parser, "on")) {
        gql_parser_expected(parser, "\"on\" and the directive's locations");
    }
    directive->locations = separated_names(parser, GQL_TOKEN_PIPE);
    *parser->directives_end = directive;
    parser->directives_end = &directive->next;
    parser->document->directive_count++;
}

static struct gql_ast_root *root(struct gql_parser *parser)
{
    struct gql_ast_root *node = gql_parser_node(parser, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    if (gql_parser_accept_keyword(parser, "query")) {
        node->kind = GQL_QUERY;
    } else if (gql_parser_accept_keyword(parser, "mutation")) {
        node->kind = GQL_MUTATION;
    } else if (gql_parser_accept_keyword(parser, "subscription")) {
        node->kind = GQL_SUBSCRIPTION;
    } else {
        gql_parser_expected(parser, "\"query\", \"mutation\" or \"subscription\"");
    }
    gql_parser_expect(parser, GQL_TOKEN_COLON);
    node->type = gql_parser_name(parser, &node->at);
    return node;
}

static void schema_definition(struct gql_parser *parser, struct slice text, bool extension)
{
    struct gql_ast_schema *schema = gql_parser_node(parser, sizeof *schema);
    if (schema == NULL) {
        return;
    }
    schema->description = text;
    schema->extension = extension;
    schema->at = parser->token.at;
    gql_parser_accept_keyword(parser, "schema");
    schema->directives = gql_parser_directives(parser, true);
    struct gql_ast_root **link = &schema->roots;
    if (!extension || gql_parser_at(parser, GQL_TOKEN_BRACE_OPEN)) {
        gql_parser_expect(parser, GQL_TOKEN_BRACE_OPEN);
        do {
            *link = root(parser);
            link = *link != NULL ? &(*link)->next : link;
        } while (gql_parser_more(parser, GQL_TOKEN_BRACE_CLOSE));
    }
    *parser->schemas_end = schema;
    parser->schemas_end = &schema->next;
}

void gql_parser_type_system(struct gql_parser *parser)
{
    bool described = at_string(parser);
    struct slice text = description(parser);
    bool extension = !described && gql_parser_accept_keyword(parser, "extend");
    if (gql_parser_at_keyword(parser, "schema")) {
        schema_definition(parser, text, extension);
    } else if (gql_parser_at_keyword(parser, "directive") && !extension) {
        directive_definition(parser, text);
    } else {
        type_definition(parser, text, extension);
    }
}
