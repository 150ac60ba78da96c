/*
 * Which bindings fit which types, and the lists of names in bindings.
 */
#include "api/graphql/gql_bind_priv.h"
#include "api/graphql/gql_type_priv.h"

/* Cuts the first word off a list of words with spaces between; empty at its end. */
struct slice gql_bind_next_word(struct slice *list)
{
    size_t start = 0;
    while (start < list->size && list->data[start] == ' ') {
        start++;
    }
    size_t end = start;
    while (end < list->size && list->data[end] != ' ') {
        end++;
    }
    struct slice word = slice_of(list->data + start, end - start);
    *list = slice_from(*list, end);
    return word;
}

bool gql_bind_has_word(const char *list, struct slice wanted)
{
    struct slice rest = slice_of_text(list != NULL ? list : "");
    for (struct slice word = gql_bind_next_word(&rest); word.size > 0;
         word = gql_bind_next_word(&rest)) {
        if (slice_equal(word, wanted)) {
            return true;
        }
    }
    return false;
}

/* Leaf types that a member can be written as; "enum" stands for all enums. */
static const char *leafs_of(enum gql_read read)
{
    switch (read) {
    case GQL_READ_TEXT:
    case GQL_READ_STRING:
    case GQL_READ_TEXTS:
        return "String ID DateTime Date UUID Decimal JSONString JSONOrString enum";
    case GQL_READ_ENUM:
        return "String enum";
    case GQL_READ_BOOL:
        return "Boolean JSONOrString";
    case GQL_READ_INT:
        return "Int BigInt Float ID Decimal JSONOrString";
    case GQL_READ_INT64:
    case GQL_READ_UINT64:
        return "BigInt Int Float ID Decimal JSONOrString";
    case GQL_READ_FLOAT:
        return "Float Decimal JSONOrString";
    case GQL_READ_UUID:
        return "UUID ID";
    case GQL_READ_ID:
        return "ID";
    case GQL_READ_TIME:
        return "DateTime Date";
    case GQL_READ_VALUE:
        return "JSONString JSONOrString String Int Float Boolean ID BigInt Decimal";
    case GQL_READ_CALL:
    case GQL_READ_START:
    case GQL_READ_CONSTANT:
    case GQL_READ_SELF:
    case GQL_READ_OBJECT:
    case GQL_READ_INSIDE:
    case GQL_READ_OBJECTS:
        break;
    }
    return "";
}

static bool constant_fits(const struct gql_result *constant, const struct gql_type_ref *type)
{
    struct slice name = type->named->name;
    bool leaf =
        gql_ref_nullable(type)->kind == GQL_REF_NAMED && !gql_type_is_composite(type->named);
    switch (constant->kind) {
    case GQL_RESULT_NULL:
        return type->kind != GQL_REF_NON_NULL;
    case GQL_RESULT_BOOL:
        return leaf && gql_bind_has_word(leafs_of(GQL_READ_BOOL), name);
    case GQL_RESULT_INT:
        return leaf && gql_bind_has_word(leafs_of(GQL_READ_INT), name);
    case GQL_RESULT_TEXT:
        return leaf && (type->named->kind == GQL_KIND_ENUM ||
                        gql_bind_has_word(leafs_of(GQL_READ_TEXT), name));
    case GQL_RESULT_FLOAT:
    case GQL_RESULT_ID:
    case GQL_RESULT_VALUE:
    case GQL_RESULT_OBJECT:
    case GQL_RESULT_OBJECTS:
    case GQL_RESULT_TEXTS:
    case GQL_RESULT_LIST:
        break;
    }
    return false;
}

bool gql_bind_fits(const struct gql_binding *binding, const struct gql_type_ref *type)
{
    const struct gql_type_ref *nullable = gql_ref_nullable(type);
    bool list = nullable->kind == GQL_REF_LIST;
    bool composite = gql_type_is_composite(type->named);
    bool is_enum = type->named->kind == GQL_KIND_ENUM;
    bool leaf = !composite && gql_bind_has_word(leafs_of(binding->read),
                                                is_enum ? SLICE("enum") : type->named->name);
    switch (binding->read) {
    case GQL_READ_CALL:
        return binding->resolve != NULL;
    case GQL_READ_START:
        return binding->start != NULL;
    case GQL_READ_CONSTANT:
        return constant_fits(&binding->constant, type);
    case GQL_READ_SELF:
    case GQL_READ_OBJECT:
    case GQL_READ_INSIDE:
        return composite && !list;
    case GQL_READ_OBJECTS:
        return composite && list;
    case GQL_READ_TEXTS:
        return leaf && list;
    case GQL_READ_VALUE:
        return leaf;
    case GQL_READ_TEXT:
    case GQL_READ_STRING:
    case GQL_READ_BOOL:
    case GQL_READ_INT:
    case GQL_READ_INT64:
    case GQL_READ_UINT64:
    case GQL_READ_FLOAT:
    case GQL_READ_UUID:
    case GQL_READ_ID:
    case GQL_READ_TIME:
    case GQL_READ_ENUM:
        break;
    }
    return leaf && !list;
}
