/*
 * Reading members of structs: one small function per group of kinds, by the offset in the binding.
 */
#include "api/graphql/gql_read_priv.h"

#include "core/base/check.h"

/* Copies a member out of the parent: it may be of any type, so no pointer to it is cast. */
#define READ(target, parent, binding)                                                              \
    memcpy(&(target), (const char *)(parent) + (binding)->offset, sizeof(target))

static struct gql_result read_number(const struct gql_binding *binding, const void *parent)
{
    int small = 0;
    int64_t large = 0;
    uint64_t natural = 0;
    double number = 0;
    if (binding->read == GQL_READ_INT) {
        READ(small, parent, binding);
        return gql_result_int(small);
    }
    if (binding->read == GQL_READ_FLOAT) {
        READ(number, parent, binding);
        return gql_result_float(number);
    }
    if (binding->read == GQL_READ_UINT64) {
        READ(natural, parent, binding);
        ASSERT(natural <= INT64_MAX);
        return gql_result_int((int64_t)natural);
    }
    READ(large, parent, binding);
    return binding->read == GQL_READ_TIME && large == 0 ? gql_result_null() : gql_result_int(large);
}

static struct gql_result read_text(const struct gql_binding *binding, const void *parent)
{
    struct slice text;
    const char *string = NULL;
    unsigned index = 0;
    if (binding->read == GQL_READ_TEXT) {
        READ(text, parent, binding);
        return gql_result_text(text);
    }
    if (binding->read == GQL_READ_STRING) {
        READ(string, parent, binding);
        return gql_result_string(string);
    }
    READ(index, parent, binding);
    ASSERT(index < binding->name_count);
    return gql_result_string(binding->names[index]);
}

static struct gql_result read_id(const struct gql_binding *binding, const void *parent)
{
    struct uuid id;
    READ(id, parent, binding);
    return gql_result_id(binding->read == GQL_READ_ID ? binding->id_type : NULL, id);
}

static struct gql_result read_list(const struct gql_binding *binding, const void *parent)
{
    struct gql_objects objects;
    struct gql_texts texts;
    if (binding->read == GQL_READ_OBJECTS) {
        READ(objects, parent, binding);
        return gql_result_objects(objects.items, objects.count);
    }
    READ(texts, parent, binding);
    return gql_result_texts(texts.items, texts.count);
}

struct gql_result gql_read_member(const struct gql_binding *binding, const void *parent)
{
    bool boolean = false;
    const void *object = NULL;
    switch (binding->read) {
    case GQL_READ_CONSTANT:
        return binding->constant;
    case GQL_READ_SELF:
        return gql_result_object(parent);
    case GQL_READ_TEXT:
    case GQL_READ_STRING:
    case GQL_READ_ENUM:
        return read_text(binding, parent);
    case GQL_READ_BOOL:
        READ(boolean, parent, binding);
        return gql_result_bool(boolean);
    case GQL_READ_INT:
    case GQL_READ_INT64:
    case GQL_READ_UINT64:
    case GQL_READ_FLOAT:
    case GQL_READ_TIME:
        return read_number(binding, parent);
    case GQL_READ_UUID:
    case GQL_READ_ID:
        return read_id(binding, parent);
    case GQL_READ_OBJECTS:
    case GQL_READ_TEXTS:
        return read_list(binding, parent);
    case GQL_READ_VALUE:
        return gql_result_value((const void *)((const char *)parent + binding->offset));
    case GQL_READ_OBJECT:
        READ(object, parent, binding);
        return gql_result_object(object);
    case GQL_READ_INSIDE:
        return gql_result_object((const char *)parent + binding->offset);
    case GQL_READ_CALL:
    case GQL_READ_START:
        break;
    }
    UNREACHABLE("a binding that is no member");
}
