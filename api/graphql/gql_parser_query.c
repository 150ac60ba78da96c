/*
 * The grammar of executable definitions: operations, fragments, selections.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_parser_priv.h"

static struct gql_ast_selection *selection_set(struct gql_parser *parser);

static struct gql_ast_selection *field(struct gql_parser *parser, struct gql_ast_selection *node)
{
    node->kind = GQL_AST_FIELD;
    node->response = node->name = gql_parser_name(parser, &node->name_at);
    if (gql_parser_accept(parser, GQL_TOKEN_COLON)) {
        node->name = gql_parser_name(parser, &node->name_at);
    }
    node->arguments = gql_parser_arguments(parser, false);
    node->directives = gql_parser_directives(parser, false);
    if (gql_parser_at(parser, GQL_TOKEN_BRACE_OPEN)) {
        node->selections = selection_set(parser);
    }
    return node;
}

static struct gql_ast_selection *fragment_selection(struct gql_parser *parser,
                                                    struct gql_ast_selection *node)
{
    gql_parser_expect(parser, GQL_TOKEN_SPREAD);
    if (gql_parser_at(parser, GQL_TOKEN_NAME) && !gql_parser_at_keyword(parser, "on")) {
        node->kind = GQL_AST_SPREAD;
        node->name = gql_parser_name(parser, &node->name_at);
        node->directives = gql_parser_directives(parser, false);
        return node;
    }
    node->kind = GQL_AST_INLINE;
    if (gql_parser_accept_keyword(parser, "on")) {
        node->name = gql_parser_name(parser, &node->name_at);
    }
    node->directives = gql_parser_directives(parser, false);
    node->selections = selection_set(parser);
    return node;
}

static struct gql_ast_selection *selection(struct gql_parser *parser)
{
    struct gql_ast_selection *node = gql_parser_node(parser, sizeof *node);
    if (node == NULL) {
        return NULL;
    }
    node->at = parser->token.at;
    return gql_parser_at(parser, GQL_TOKEN_SPREAD) ? fragment_selection(parser, node)
                                                   : field(parser, node);
}

static struct gql_ast_selection *selections(struct gql_parser *parser)
{
    struct gql_ast_selection *first = NULL;
    struct gql_ast_selection **link = &first;
    while (gql_parser_more(parser, GQL_TOKEN_BRACE_CLOSE)) {
        *link = selection(parser);
        if (*link == NULL) {
            return NULL;
        }
        link = &(*link)->next;
    }
    return first;
}

static struct gql_ast_selection *selection_set(struct gql_parser *parser)
{
    gql_parser_expect(parser, GQL_TOKEN_BRACE_OPEN);
    if (gql_parser_at(parser, GQL_TOKEN_BRACE_CLOSE)) {
        gql_parser_expected(parser, "a selection");
    }
    if (++parser->nesting > GQL_NESTING_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "selections are nested over %d levels",
                        GQL_NESTING_MAX);
    }
    struct gql_ast_selection *first = selections(parser);
    parser->nesting--;
    return first;
}

static struct gql_ast_variable *variable_definition(struct gql_parser *parser)
{
    struct gql_ast_variable *variable = gql_parser_node(parser, sizeof *variable);
    if (variable == NULL) {
        return NULL;
    }
    variable->at = gql_parser_expect(parser, GQL_TOKEN_DOLLAR);
    variable->name = gql_parser_name(parser, NULL);
    gql_parser_expect(parser, GQL_TOKEN_COLON);
    variable->type = gql_parser_type(parser);
    if (gql_parser_accept(parser, GQL_TOKEN_EQUALS)) {
        variable->default_value = gql_parser_value(parser, true);
    }
    variable->directives = gql_parser_directives(parser, true);
    return variable;
}

static struct gql_ast_variable *variable_definitions(struct gql_parser *parser)
{
    struct gql_ast_variable *first = NULL;
    struct gql_ast_variable **link = &first;
    size_t count = 0;
    if (!gql_parser_accept(parser, GQL_TOKEN_PAREN_OPEN)) {
        return NULL;
    }
    if (gql_parser_at(parser, GQL_TOKEN_PAREN_CLOSE)) {
        gql_parser_expected(parser, "a variable");
    }
    while (gql_parser_more(parser, GQL_TOKEN_PAREN_CLOSE)) {
        *link = variable_definition(parser);
        if (*link == NULL) {
            return NULL;
        }
        link = &(*link)->next;
        gql_parser_count(parser, &count, "variables");
    }
    return first;
}

static enum gql_operation_kind operation_kind(struct gql_parser *parser)
{
    if (gql_parser_accept_keyword(parser, "mutation")) {
        return GQL_MUTATION;
    }
    if (gql_parser_accept_keyword(parser, "subscription")) {
        return GQL_SUBSCRIPTION;
    }
    gql_parser_accept_keyword(parser, "query");
    return GQL_QUERY;
}

void gql_parser_operation(struct gql_parser *parser)
{
    struct gql_ast_operation *operation = gql_parser_node(parser, sizeof *operation);
    if (operation == NULL) {
        return;
    }
    operation->at = parser->token.at;
    if (!gql_parser_at(parser, GQL_TOKEN_BRACE_OPEN)) {
        operation->kind = operation_kind(parser);
        if (gql_parser_at(parser, GQL_TOKEN_NAME)) {
            operation->name = gql_parser_name(parser, NULL);
        }
        operation->variables = variable_definitions(parser);
        operation->directives = gql_parser_directives(parser, false);
    }
    operation->selections = selection_set(parser);
    *parser->operations_end = operation;
    parser->operations_end = &operation->next;
    if (++parser->document->operation_count > GQL_OPERATIONS_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, operation->at, "more than %d operations in one document",
                        GQL_OPERATIONS_MAX);
    }
}

void gql_parser_fragment(struct gql_parser *parser)
{
    struct gql_ast_fragment *fragment = gql_parser_node(parser, sizeof *fragment);
    if (fragment == NULL) {
        return;
    }
    fragment->at = parser->token.at;
    gql_parser_accept_keyword(parser, "fragment");
    if (gql_parser_at_keyword(parser, "on")) {
        gql_parser_expected(parser, "the fragment's name, which cannot be \"on\"");
    }
    fragment->name = gql_parser_name(parser, NULL);
    if (!gql_parser_accept_keyword(parser, "on")) {
        gql_parser_expected(parser, "\"on\" and the fragment's type");
    }
    fragment->condition = gql_parser_name(parser, &fragment->condition_at);
    fragment->directives = gql_parser_directives(parser, false);
    fragment->selections = selection_set(parser);
    *parser->fragments_end = fragment;
    parser->fragments_end = &fragment->next;
    fragment->index = (uint32_t)parser->document->fragment_count;
    if (++parser->document->fragment_count > GQL_FRAGMENTS_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, fragment->at, "more than %d fragments in one document",
                        GQL_FRAGMENTS_MAX);
    }
}
