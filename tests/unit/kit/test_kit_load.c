/*
 * The load against the target server: what is answered, refused and lost.
 */
#include "tests/lib/kit_load.h"
#include "tests/lib/kit_target.h"
#include "tests/lib/kit_time.h"

#include <criterion/criterion.h>

#define ACCEPT_HEADERS "prismatic-executionid: RXhlY3V0aW9uOjE=\r\n"

static size_t count_outcome(const struct kit_load *load, enum kit_load_outcome outcome)
{
    size_t count = 0;
    size_t found = 0;
    const struct kit_load_request *requests = kit_load_requests(load, &count);
    for (size_t i = 0; i < count; i++) {
        found += requests[i].outcome == outcome;
    }
    return found;
}

Test(kit_load, every_request_arrives_once)
{
    struct kit_target *target = NULL;
    struct kit_load *load = NULL;
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    kit_target_answer(target, "/hook", 0, (struct kit_answer){.headers = ACCEPT_HEADERS});
    struct kit_load_options options = {
        .port = kit_target_port(target), .path = "/hook", .connections = 8, .request_count = 500};
    cr_assert_eq(kit_load_create(&load, &options, NULL), ERR_OK);
    cr_assert(kit_load_wait(load, 500, KIT_PATIENCE_MS));
    kit_load_stop(load);
    cr_assert_eq(count_outcome(load, KIT_LOAD_ACCEPTED), 500);
    cr_assert_eq(kit_load_accepted(load), 500);
    cr_assert_eq(kit_target_count(target, "/hook"), 500);
    size_t count = 0;
    const struct kit_load_request *requests = kit_load_requests(load, &count);
    cr_assert_eq(count, 500);
    cr_assert_str_eq(requests[499].execution, "RXhlY3V0aW9uOjE=");
    cr_assert(kit_load_latency_us(load, 50) > 0);
    cr_assert(kit_load_latency_us(load, 99) >= kit_load_latency_us(load, 50));
    kit_load_destroy(&load);
    cr_assert_null(load);
    kit_target_destroy(&target);
}

Test(kit_load, many_are_under_way_at_once)
{
    struct kit_target *target = NULL;
    struct kit_load *load = NULL;
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    kit_target_answer(target, "/", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    struct kit_load_options options = {
        .port = kit_target_port(target), .path = "/", .connections = 32};
    cr_assert_eq(kit_load_create(&load, &options, NULL), ERR_OK);
    cr_assert(kit_target_wait(target, "/", 32, KIT_PATIENCE_MS));
    kit_target_destroy(&target); /* breaks all connections */
    kit_load_stop(load);
    cr_assert_eq(count_outcome(load, KIT_LOAD_UNKNOWN), 32);
    kit_load_destroy(&load);
}

Test(kit_load, refusals_are_no_acceptances)
{
    struct kit_target *target = NULL;
    struct kit_load *load = NULL;
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    kit_target_answer(target, "/", 5, (struct kit_answer){.status = 503});
    kit_target_answer(target, "/", 2, (struct kit_answer){.status = 200}); /* without an id */
    kit_target_answer(target, "/", 0, (struct kit_answer){.headers = ACCEPT_HEADERS});
    struct kit_load_options options = {
        .port = kit_target_port(target), .path = "/", .connections = 1, .request_count = 10};
    cr_assert_eq(kit_load_create(&load, &options, NULL), ERR_OK);
    cr_assert(kit_load_wait(load, 10, KIT_PATIENCE_MS)); /* ends early: all is done */
    kit_load_stop(load);
    cr_assert_eq(count_outcome(load, KIT_LOAD_REFUSED), 7);
    cr_assert_eq(count_outcome(load, KIT_LOAD_ACCEPTED), 3);
    kit_load_destroy(&load);
    kit_target_destroy(&target);
}

Test(kit_load, goes_on_when_the_server_comes_back)
{
    struct kit_target *target = NULL;
    struct kit_load *load = NULL;
    struct kit_answer accept = {.headers = ACCEPT_HEADERS};
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    kit_target_answer(target, "/", 0, accept);
    int port = kit_target_port(target);
    struct kit_load_options options = {
        .port = port, .path = "/", .connections = 4, .reconnect = true};
    cr_assert_eq(kit_load_create(&load, &options, NULL), ERR_OK);
    cr_assert(kit_load_wait(load, 20, KIT_PATIENCE_MS));
    kit_target_destroy(&target);
    cr_assert_eq(kit_target_create(&target, port, NULL), ERR_OK);
    kit_target_answer(target, "/", 0, accept);
    size_t before = kit_load_accepted(load);
    cr_assert(kit_load_wait(load, before + 20, KIT_PATIENCE_MS));
    kit_load_stop(load);
    kit_load_describe(load);
    /* Each connection loses at most the request that was under way. */
    cr_assert_leq(count_outcome(load, KIT_LOAD_UNKNOWN), 4);
    cr_assert_eq(count_outcome(load, KIT_LOAD_ACCEPTED), kit_load_accepted(load));
    kit_load_destroy(&load);
    kit_target_destroy(&target);
}
