/* The schema that is served: every field has a resolver, every argument and input field a reader.
 */
#include "api/resolvers/bindings.h"
#include "api/resolvers/graph.h"

#include <criterion/criterion.h>
#include <stdio.h>

static enum err bind_text(struct slice text, struct buf *report, struct error *error)
{
    struct gql_schema *schema = NULL;
    const struct gql_bindings *sets = NULL;
    size_t count = bindings_list(&sets);
    enum err e = gql_schema_create(text, &schema, NULL, error);
    e = e != ERR_OK ? e : gql_schema_bind(schema, sets, count, report, error);
    gql_schema_destroy(&schema);
    return e;
}

Test(schema_bound, everything_in_the_schema_is_served)
{
    struct error error = {0};
    struct buf report;
    buf_init(&report, 64 * KIB);
    cr_assert_eq(bind_text(graph_schema_text(), &report, &error), ERR_OK, "%s\n%.*s",
                 error_text(&error), SLICE_ARGS(buf_slice(&report)));
    buf_deinit(&report);
}

Test(schema_bound, a_field_that_nobody_serves_stops_the_start)
{
    struct error error = {0};
    struct buf text;
    struct buf report;
    buf_init(&text, 256 * KIB);
    buf_init(&report, 64 * KIB);
    buf_put_slice(&text, graph_schema_text());
    buf_put_text(&text, "extend type Customer { shoeSize(unit: String): Int }\n");
    cr_assert_eq(bind_text(buf_slice(&text), &report, &error), ERR_INVALID);
    cr_assert_neq(slice_find(buf_slice(&report), SLICE("Customer.shoeSize")), SIZE_MAX, "%.*s",
                  SLICE_ARGS(buf_slice(&report)));
    buf_deinit(&report);
    buf_deinit(&text);
}
