/* The views of who works here, customers, integrations, instances and keys: what they show after
 * which events. */
#include "core/base/limits.h"
#include "projections/access_view.h"
#include "projections/customers_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"
#include "projections/keys_view.h"
#include "tests/unit/projections/views_kit.h"

#define NOBODY ((struct uuid){{0}})

/* ---- who works here ---- */

Test(access_view, tokens_are_found_by_their_digest)
{
    struct views_kit kit;
    struct organization organization;
    struct user user;
    struct token token;
    views_kit_begin(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    cr_expect_eq(access_view_organization(txn, &kit.arena, &organization, NULL), ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_say(&kit, "org", "organization.created {'name':'O'}");
    views_kit_say(&kit, "ada", "user.created {'role':1,'name':'Ada','email':'a@b'}");
    views_kit_say(&kit, "t",
                  "token.created {'user':'ada','role':1,'digest':'#d1','name':'laptop'}");
    views_kit_say(&kit, "t", "token.revoked");
    txn = views_kit_read(&kit);
    cr_assert_eq(access_view_organization(txn, &kit.arena, &organization, NULL), ERR_OK);
    cr_expect(slice_is(organization.name, "O"));
    cr_expect(uuid_equal(organization.id, domain_kit_id("org")));
    cr_assert_eq(access_view_user(txn, domain_kit_id("ada"), &kit.arena, &user, NULL), ERR_OK);
    cr_expect(slice_is(user.email, "a@b"));
    cr_assert_eq(access_view_token_by_digest(txn, SLICE("d1"), &kit.arena, &token, NULL), ERR_OK);
    cr_expect(token.is_revoked);
    cr_expect(slice_is(token.name, "laptop"), "revoking keeps the rest");
    cr_expect_eq(access_view_token_by_digest(txn, SLICE("d2"), &kit.arena, &token, NULL),
                 ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_demand_rebuilt(&kit, "access");
    views_kit_end(&kit);
}

/* ---- customers ---- */

/* Who has a name: the name of its id. */
static void expect_name(struct views_kit *kit, const char *name, const char *owner)
{
    struct uuid id = domain_kit_id("x");
    struct views_txn *txn = views_kit_read(kit);
    cr_assert_eq(customers_view_by_name(txn, slice_of_text(name), &id, NULL), ERR_OK);
    cr_expect(uuid_equal(id, domain_kit_id(owner)), "%s: %.16s, not %s", name, id.bytes, owner);
    views_end(&txn);
}

Test(customers_view, a_name_belongs_to_who_has_it_now)
{
    static char long_name[VIEWS_KEY_BYTES_MAX + 1];
    struct views_kit kit;
    struct uuid id;
    views_kit_begin(&kit);
    expect_name(&kit, "Acme", "");
    views_kit_say(&kit, "one", "customer.created {'key':2,'name':'Acme'}");
    expect_name(&kit, "Acme", "one");
    views_kit_say(&kit, "one", "customer.updated {'name':'Beta'}");
    expect_name(&kit, "Acme", "");
    expect_name(&kit, "Beta", "one");
    views_kit_say(&kit, "two", "customer.created {'key':3,'name':'Acme'}");
    views_kit_say(&kit, "one", "customer.updated {'description':'d'}");
    expect_name(&kit, "Beta", "one");
    views_kit_say(&kit, "one", "customer.deleted");
    expect_name(&kit, "Beta", "");
    expect_name(&kit, "Acme", "two");
    expect_name(&kit, "", "");
    struct views_txn *txn = views_kit_read(&kit);
    memset(long_name, 'x', sizeof long_name);
    cr_expect_eq(customers_view_by_name(txn, slice_of(long_name, sizeof long_name), &id, NULL),
                 ERR_OK);
    cr_expect(uuid_is_zero(id));
    struct customer customer;
    cr_assert_eq(customers_view_get(txn, domain_kit_id("one"), &kit.arena, &customer, NULL),
                 ERR_OK);
    cr_expect(customer.is_deleted && slice_is(customer.description, "d"), "its history stays");
    cr_expect_eq(customers_view_get(txn, NOBODY, &kit.arena, &customer, NULL), ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_demand_rebuilt(&kit, "customers");
    views_kit_end(&kit);
}

Test(customers_view, the_system_customer_takes_nobodys_name)
{
    struct views_kit kit;
    struct uuid id;
    views_kit_begin(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    cr_expect_eq(customers_view_system(txn, &id, NULL), ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_say(&kit, "sys", "customer.created {'key':2,'is_system':true,'name':'System'}");
    expect_name(&kit, "System", "");
    txn = views_kit_read(&kit);
    cr_assert_eq(customers_view_system(txn, &id, NULL), ERR_OK);
    cr_expect(uuid_equal(id, domain_kit_id("sys")));
    views_end(&txn);
    views_kit_say(&kit, "one", "customer.created {'key':3,'name':'System'}");
    expect_name(&kit, "System", "one");
    views_kit_demand_rebuilt(&kit, "the system customer");
    views_kit_end(&kit);
}

/* ---- integrations ---- */

static void say_an_integration(struct views_kit *kit)
{
    views_kit_say(kit, "n",
                  "integration.created {'system_instance':'test'}\n"
                  "integration.draft_imported {'name':'N','mark':'#1','flows':['F','G']}");
    views_kit_say(kit, "n", "integration.published {'version':1,'version_id':'v1','draft':4}");
    views_kit_say(kit, "n", "integration.draft_imported {'name':'M','mark':'#2','flows':['G']}");
    views_kit_say(kit, "n", "integration.published {'version':2,'version_id':'v2','draft':6}");
    views_kit_say(kit, "n", "integration.availability_changed {'version':2}");
}

Test(integrations_view, versions_by_number_and_by_id)
{
    struct views_kit kit;
    struct integration integration;
    struct integration_version *versions = NULL;
    struct uuid id;
    size_t count = 0;
    uint64_t number = 9;
    uint64_t seq = 0;
    views_kit_begin(&kit);
    say_an_integration(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    struct uuid n = domain_kit_id("n");
    cr_assert_eq(integrations_view_get(txn, n, &kit.arena, &integration, NULL), ERR_OK);
    cr_expect_eq(integration.latest_version, 2);
    cr_expect_eq(integration.latest_available, 1);
    cr_assert_eq(integrations_view_versions(txn, n, &kit.arena, &versions, &count, NULL), ERR_OK);
    cr_assert_eq(count, 2);
    cr_expect(versions[0].number == 2 && !versions[0].is_available);
    cr_expect(versions[1].number == 1 && versions[1].is_available);
    cr_assert_eq(integrations_view_resolve(txn, n, &id, &number, NULL), ERR_OK);
    cr_expect(uuid_equal(id, n) && number == 0);
    cr_assert_eq(integrations_view_resolve(txn, domain_kit_id("v2"), &id, &number, NULL), ERR_OK);
    cr_expect(uuid_equal(id, n) && number == 2);
    cr_expect_eq(integrations_view_resolve(txn, domain_kit_id("v3"), &id, &number, NULL),
                 ERR_NOT_FOUND);
    static const uint64_t seqs[] = {6, 4, 6};
    for (uint64_t i = 0; i < 3; i++) {
        cr_assert_eq(integrations_view_definition_seq(txn, n, i, &kit.arena, &seq, NULL), ERR_OK);
        cr_expect_eq(seq, seqs[i]);
    }
    cr_expect_eq(integrations_view_definition_seq(txn, n, 3, &kit.arena, &seq, NULL),
                 ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_demand_rebuilt(&kit, "versions");
    views_kit_end(&kit);
}

Test(integrations_view, names_and_flows)
{
    struct views_kit kit;
    struct uuid id;
    struct slice identity;
    uint64_t number = 9;
    views_kit_begin(&kit);
    say_an_integration(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    struct uuid n = domain_kit_id("n");
    cr_assert_eq(integrations_view_by_name(txn, SLICE("N"), &id, NULL), ERR_OK);
    cr_expect(uuid_is_zero(id), "renamed by its second draft");
    cr_assert_eq(integrations_view_by_name(txn, SLICE("M"), &id, NULL), ERR_OK);
    cr_expect(uuid_equal(id, n));
    cr_assert_eq(integrations_view_by_name(txn, SLICE(""), &id, NULL), ERR_OK);
    cr_expect(uuid_is_zero(id));
    struct uuid flow = integrations_view_flow_id(domain_kit_id("v1"), SLICE("F"));
    enum err e = integrations_view_flow(txn, flow, &kit.arena, &id, &number, &identity, NULL);
    cr_assert_eq(e, ERR_OK);
    cr_expect(uuid_equal(id, n) && number == 1 && slice_is(identity, "F"));
    flow = integrations_view_flow_id(n, SLICE("G"));
    e = integrations_view_flow(txn, flow, &kit.arena, &id, &number, &identity, NULL);
    cr_assert_eq(e, ERR_OK);
    cr_expect(number == 0 && slice_is(identity, "G"));
    flow = integrations_view_flow_id(domain_kit_id("v2"), SLICE("F"));
    e = integrations_view_flow(txn, flow, &kit.arena, &id, &number, &identity, NULL);
    cr_expect_eq(e, ERR_NOT_FOUND, "the second version has no such flow");
    flow = integrations_view_flow_id(n, SLICE("F"));
    e = integrations_view_flow(txn, flow, &kit.arena, &id, &number, &identity, NULL);
    cr_expect_eq(e, ERR_NOT_FOUND, "nor has the draft any more");
    views_end(&txn);
    views_kit_end(&kit);
}

/* ---- instances ---- */

Test(instances_view, by_customer_and_by_webhook)
{
    struct views_kit kit;
    struct instance instance;
    struct uuid id;
    uint32_t place = 9;
    uint64_t count = 0;
    views_kit_begin(&kit);
    views_kit_say(&kit, "one",
                  "instance.created {'integration':'n','version':1,'customer':'c','key':2,'name':"
                  "'A','flows':[{'id':'@f1','identity':'F'},{'id':'@g1','identity':'G'}]}");
    views_kit_say(&kit, "two",
                  "instance.created {'integration':'n','version':1,'customer':'c','key':3,'name':"
                  "'B','flows':[{'id':'@f2','identity':'F'}]}");
    views_kit_say(&kit, "two",
                  "instance.version_changed {'version':2,'flows':[{'id':'@h2','identity':'H'}]}\n"
                  "instance.disabled");
    struct views_txn *txn = views_kit_read(&kit);
    cr_assert_eq(instances_view_get(txn, domain_kit_id("two"), &kit.arena, &instance, NULL),
                 ERR_OK);
    cr_expect_eq(instance.integration_version, 2);
    cr_expect_eq(instance.flow_count, 2);
    cr_expect(!instance.is_enabled);
    cr_assert_eq(instances_view_flow_config(txn, domain_kit_id("g1"), &id, &place, NULL), ERR_OK);
    cr_expect(uuid_equal(id, domain_kit_id("one")) && place == 1);
    cr_assert_eq(instances_view_flow_config(txn, domain_kit_id("h2"), &id, &place, NULL), ERR_OK);
    cr_expect(uuid_equal(id, domain_kit_id("two")) && place == 1);
    cr_expect_eq(instances_view_flow_config(txn, domain_kit_id("x"), &id, &place, NULL),
                 ERR_NOT_FOUND);
    cr_assert_eq(instances_view_count_of_customer(txn, domain_kit_id("c"), 10, &count, NULL),
                 ERR_OK);
    cr_expect_eq(count, 2);
    cr_assert_eq(instances_view_count_of_customer(txn, domain_kit_id("c"), 1, &count, NULL),
                 ERR_OK);
    cr_expect_eq(count, 1, "counted to the maximum");
    cr_assert_eq(instances_view_count_of_customer(txn, domain_kit_id("d"), 9, &count, NULL),
                 ERR_OK);
    cr_expect_eq(count, 0);
    views_end(&txn);
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_INSTANCES_BY_INTEGRATION),
                     "n.one. -> \nn.two. -> \n");
    views_kit_demand_rebuilt(&kit, "instances");
    views_kit_end(&kit);
}

/* ---- keys ---- */

Test(keys_view, knows_whose_key_it_is_and_which_is_next)
{
    struct views_kit kit;
    struct stream_ref owner;
    uint64_t next = 0;
    views_kit_begin(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    cr_assert_eq(keys_view_next(txn, &next, NULL), ERR_OK);
    cr_expect_eq(next, 2, "1 is the journal's own");
    views_end(&txn);
    views_kit_say(&kit, "c", "customer.created {'key':2,'name':'A'}");
    views_kit_say(&kit, "i", "instance.created {'key':5,'name':'A'}");
    txn = views_kit_read(&kit);
    cr_assert_eq(keys_view_next(txn, &next, NULL), ERR_OK);
    cr_expect_eq(next, 6, "numbers that were passed over are not given");
    cr_assert_eq(keys_view_owner(txn, 1, &owner, NULL), ERR_OK);
    cr_expect_eq(owner.kind, STREAM_JOURNAL);
    cr_assert_eq(keys_view_owner(txn, 5, &owner, NULL), ERR_OK);
    cr_expect(stream_equal(owner, (struct stream_ref){STREAM_INSTANCE, domain_kit_id("i")}));
    cr_expect_eq(keys_view_owner(txn, 3, &owner, NULL), ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_destroy_key(&kit, 5, (struct stream_ref){STREAM_INSTANCE, domain_kit_id("i")});
    views_kit_catch_up(&kit);
    txn = views_kit_read(&kit);
    cr_assert_eq(keys_view_next(txn, &next, NULL), ERR_OK);
    cr_expect_eq(next, 6, "a destroyed key is not given again");
    views_end(&txn);
    views_kit_end(&kit);
}

/* ---- damage ---- */

/* Puts a row nobody writes in the place of a right one. */
static void spoil(struct views_kit *kit, enum views_table table, const struct views_key *key)
{
    struct views_txn *txn = NULL;
    cr_assert_eq(views_begin(kit->views, true, &txn, NULL), ERR_OK);
    cr_assert_eq(views_put(txn, table, views_key_slice(key), SLICE("bad"), NULL), ERR_OK);
    cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
}

Test(things_views, damaged_rows_are_said_to_be_damaged)
{
    struct views_kit kit;
    struct uuid id = domain_kit_id("x");
    struct views_key key = views_key_of_id(id);
    struct views_key number = views_key();
    struct views_key digest = views_key();
    struct stream_ref owner;
    struct token token;
    struct customer customer;
    uint64_t n = 0;
    uint32_t place = 0;
    views_kit_begin(&kit);
    views_key_u64(&number, 7);
    views_key_text(&digest, SLICE("digest"));
    spoil(&kit, VIEWS_FLOW_CONFIGS, &key);
    spoil(&kit, VIEWS_VERSION_IDS, &key);
    spoil(&kit, VIEWS_CUSTOMERS, &key);
    spoil(&kit, VIEWS_KEYS, &number);
    spoil(&kit, VIEWS_TOKEN_DIGESTS, &digest);
    struct views_txn *txn = views_kit_read(&kit);
    cr_expect_eq(instances_view_flow_config(txn, id, &owner.id, &place, NULL), ERR_DAMAGED);
    cr_expect_eq(integrations_view_resolve(txn, id, &owner.id, &n, NULL), ERR_DAMAGED);
    cr_expect_eq(customers_view_get(txn, id, &kit.arena, &customer, NULL), ERR_MALFORMED);
    cr_expect_eq(keys_view_owner(txn, 7, &owner, NULL), ERR_DAMAGED);
    cr_expect_eq(access_view_token_by_digest(txn, SLICE("digest"), &kit.arena, &token, NULL),
                 ERR_DAMAGED);
    views_end(&txn);
    views_kit_end(&kit);
}
