/* The organization and whoever is calling. */
#include "api/resolvers/bindings.h"
#include "api/resolvers/graph.h"
#include "projections/access_view.h"

static enum err
load_organization(struct gql_call *call, const struct organization **ret, struct error *reterr)
{
    struct organization *organization = ARENA_NEW(call->arena, struct organization);
    if (organization == NULL) {
        return arena_error(call->arena, "the organization", reterr);
    }
    *ret = organization;
    return access_view_organization(graph_context_of(call)->reading->views, call->arena,
                                    organization, reterr);
}

static enum err
resolve_organization(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct organization *organization = NULL;
    enum err e = load_organization(call, &organization, reterr);
    *ret = gql_result_object(organization);
    return e;
}

/* The tenant of a data directory is its one organization. */
static enum err resolve_tenant(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct organization *organization = NULL;
    enum err e = load_organization(call, &organization, reterr);
    if (e == ERR_OK) {
        char text[UUID_TEXT_SIZE];
        uuid_format(organization->id, text);
        *ret = gql_result_text(arena_copy(call->arena, slice_of_text(text)));
    }
    return e;
}

static enum err resolve_me(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_context *context = graph_context_of(call);
    struct user *user = ARENA_NEW(call->arena, struct user);
    if (user == NULL) {
        return arena_error(call->arena, "the user", reterr);
    }
    *ret = gql_result_object(user);
    return access_view_user(context->reading->views, context->principal.user, call->arena, user,
                            reterr);
}

static const struct gql_binding query_fields[] = {
    GQL_CALL("authenticatedUser", resolve_me),
    GQL_CALL("organization", resolve_organization),
};

static const struct gql_binding user_fields[] = {
    GQL_TIME("createdAt", struct user, created_at_us),
    GQL_ALWAYS_NULL("customer"), /* every user is the organization's */
    GQL_TEXT("email", struct user, email),
    GQL_ID("id", struct user, id, "User"),
    GQL_TEXT("name", struct user, name),
    GQL_CALL("org", resolve_organization),
    GQL_CALL("tenantId", resolve_tenant),
};

static const struct gql_binding organization_fields[] = {
    GQL_ID("id", struct organization, id, "Organization"),
    GQL_TEXT("name", struct organization, name),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("User", user_fields),
    GQL_TYPE("Organization", organization_fields),
};

const struct gql_bindings access_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
};
