/*
 * Step 1 of building a schema: the names of all types and directives, so that the text may refer
 * forward; extensions become part of what they extend.
 */
#include "api/graphql/gql_sdl_priv.h"

#include "api/graphql/gql_parser.h"
#include "api/graphql/gql_scalar.h"
#include "core/base/check.h"

#include <stdarg.h>

bool gql_sdl_fail(struct gql_sdl *sdl, uint32_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)gql_errors_addv(sdl->errors, ERR_INVALID, at, format, args);
    va_end(args);
    return false;
}

bool gql_sdl_no_memory(struct gql_sdl *sdl)
{
    (void)gql_errors_add(sdl->errors, ERR_LIMIT, GQL_NOWHERE,
                         "the schema needs more than %zu bytes of memory", sdl->arena->cap_bytes);
    return false;
}

static bool parse(struct gql_sdl *sdl, struct slice text)
{
    struct gql_ast_document *prelude = NULL;
    struct gql_ast_document *document = NULL;
    if (gql_parser_parse(slice_of_text(gql_prelude_text), &gql_parser_schema, sdl->arena, &prelude,
                         sdl->errors) != ERR_OK ||
        gql_parser_parse(text, &gql_parser_schema, sdl->arena, &document, sdl->errors) != ERR_OK) {
        return false;
    }
    sdl->prelude = prelude;
    sdl->document = document;
    sdl->schema->ast = document;
    sdl->schema->text = document->source;
    return true;
}

static bool check_executable(struct gql_sdl *sdl)
{
    bool good = true;
    if (sdl->document->operations != NULL) {
        good = gql_sdl_fail(sdl, sdl->document->operations->at, "a schema holds no operations");
    }
    if (sdl->document->fragments != NULL) {
        good = gql_sdl_fail(sdl, sdl->document->fragments->at, "a schema holds no fragments");
    }
    return good;
}

static bool check_name(struct gql_sdl *sdl, struct slice name, uint32_t at, bool builtin)
{
    return builtin || !slice_starts_with(name, SLICE("__")) ||
           gql_sdl_fail(sdl, at, "\"%.*s\": names that begin with __ belong to introspection",
                        SLICE_ARGS(name));
}

static bool add_type(struct gql_sdl *sdl, const struct gql_ast_type_definition *ast, bool builtin)
{
    struct gql_type *type = ARENA_NEW(sdl->arena, struct gql_type);
    if (type == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    type->kind = ast->kind;
    type->name = ast->name;
    type->description = ast->description;
    type->at = ast->at;
    type->builtin = builtin;
    type->ast = ast;
    type->index = (uint32_t)sdl->schema->type_count;
    type->self = (struct gql_type_ref){GQL_REF_NAMED, NULL, type};
    if (builtin && slice_is(type->name, "__Meta")) {
        sdl->meta = type;
        return true;
    }
    if (!gql_names_put(&sdl->schema->type_names, type->name, type)) {
        return gql_sdl_fail(sdl, ast->at, "type \"%.*s\" is defined twice", SLICE_ARGS(ast->name));
    }
    sdl->schema->types[sdl->schema->type_count++] = type;
    if (type->kind == GQL_KIND_SCALAR) {
        type->scalar = gql_scalar_find(type->name);
        if (type->scalar == NULL) {
            return gql_sdl_fail(sdl, ast->at, "scalar \"%.*s\" is not known to this program",
                                SLICE_ARGS(ast->name));
        }
    }
    return check_name(sdl, ast->name, ast->at, builtin);
}

static bool add_types(struct gql_sdl *sdl, const struct gql_ast_document *document, bool builtin)
{
    bool good = true;
    for (const struct gql_ast_type_definition *ast = document->types; ast != NULL;
         ast = ast->next) {
        if (!ast->extension) {
            good = add_type(sdl, ast, builtin) && good;
        }
    }
    return good;
}

/* Puts the list `added` behind the list at `link`. */
#define APPEND(link, added)                                                                        \
    do {                                                                                           \
        __typeof__(&(link)) end_ = &(link);                                                        \
        while (*end_ != NULL) {                                                                    \
            end_ = &(*end_)->next;                                                                 \
        }                                                                                          \
        *end_ = (added);                                                                           \
    } while (0)

static bool extend_type(struct gql_sdl *sdl, const struct gql_ast_type_definition *ast)
{
    struct gql_ast_type_definition *target = sdl->document->types;
    while (target != NULL && (target->extension || !slice_equal(target->name, ast->name))) {
        target = target->next;
    }
    if (target == NULL) {
        return gql_sdl_fail(sdl, ast->at, "\"%.*s\" is extended but not defined",
                            SLICE_ARGS(ast->name));
    }
    if (target->kind != ast->kind) {
        return gql_sdl_fail(sdl, ast->at, "\"%.*s\" is extended as another kind of type than it is",
                            SLICE_ARGS(ast->name));
    }
    APPEND(target->interfaces, ast->interfaces);
    APPEND(target->directives, ast->directives);
    APPEND(target->fields, ast->fields);
    APPEND(target->inputs, ast->inputs);
    APPEND(target->values, ast->values);
    APPEND(target->members, ast->members);
    return true;
}

static bool extend_types(struct gql_sdl *sdl)
{
    bool good = true;
    for (const struct gql_ast_type_definition *ast = sdl->document->types; ast != NULL;
         ast = ast->next) {
        if (ast->extension && !extend_type(sdl, ast)) {
            good = false;
        }
    }
    return good;
}

static enum gql_location_kind location_kind(struct slice name)
{
    enum gql_location_kind kind = 0;
    while (kind < GQL_AT_COUNT && !slice_is(name, gql_location_kind_name(kind))) {
        kind++;
    }
    return kind;
}

static bool add_locations(struct gql_sdl *sdl,
                          const struct gql_ast_directive_definition *ast,
                          struct gql_directive *directive)
{
    bool good = true;
    for (const struct gql_ast_name *name = ast->locations; name != NULL; name = name->next) {
        enum gql_location_kind kind = location_kind(name->name);
        uint32_t bit = kind < GQL_AT_COUNT ? 1U << kind : 0;
        if (bit == 0) {
            good = gql_sdl_fail(sdl, name->at, "\"%.*s\" is no place for directives",
                                SLICE_ARGS(name->name));
        } else if ((directive->locations & bit) != 0) {
            good = gql_sdl_fail(sdl, name->at, "location \"%.*s\" stands twice",
                                SLICE_ARGS(name->name));
        }
        directive->locations |= bit;
    }
    return good;
}

static bool
add_directive(struct gql_sdl *sdl, const struct gql_ast_directive_definition *ast, bool builtin)
{
    struct gql_directive *directive = ARENA_NEW(sdl->arena, struct gql_directive);
    if (directive == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    if (gql_schema_directive(sdl->schema, ast->name) != NULL) {
        return gql_sdl_fail(sdl, ast->at, "directive \"@%.*s\" is defined twice",
                            SLICE_ARGS(ast->name));
    }
    directive->name = ast->name;
    directive->description = ast->description;
    directive->at = ast->at;
    directive->repeatable = ast->repeatable;
    directive->builtin = builtin;
    directive->ast = ast;
    sdl->schema->directives[sdl->schema->directive_count++] = directive;
    bool good = add_locations(sdl, ast, directive);
    return check_name(sdl, ast->name, ast->at, builtin) && good;
}

static bool
add_directives(struct gql_sdl *sdl, const struct gql_ast_document *document, bool builtin)
{
    bool good = true;
    for (const struct gql_ast_directive_definition *ast = document->directives; ast != NULL;
         ast = ast->next) {
        good = add_directive(sdl, ast, builtin) && good;
    }
    return good;
}

static bool add_names(struct gql_sdl *sdl)
{
    struct gql_schema *schema = sdl->schema;
    size_t types = sdl->prelude->type_count + sdl->document->type_count;
    size_t directives = sdl->prelude->directive_count + sdl->document->directive_count;
    schema->types = ARENA_ARRAY(sdl->arena, struct gql_type *, types);
    schema->directives = ARENA_ARRAY(sdl->arena, struct gql_directive *, directives);
    if (schema->types == NULL || schema->directives == NULL ||
        !gql_names_init(&schema->type_names, sdl->arena, types)) {
        return gql_sdl_no_memory(sdl);
    }
    bool good = check_executable(sdl);
    good = add_types(sdl, sdl->prelude, true) && good;
    good = add_types(sdl, sdl->document, false) && good;
    good = add_directives(sdl, sdl->prelude, true) && good;
    return add_directives(sdl, sdl->document, false) && good;
}

bool gql_sdl_build(struct gql_schema *schema, struct slice text, struct gql_errors *errors)
{
    struct gql_sdl sdl = {.schema = schema, .arena = &schema->arena, .errors = errors};
    if (!parse(&sdl, text) || !add_names(&sdl) || !extend_types(&sdl)) {
        return false;
    }
    ASSERT(sdl.meta != NULL);
    return gql_sdl_build_types(&sdl) && gql_sdl_apply(&sdl) && gql_sdl_check(&sdl);
}
