/* journal: making one, batches, what is refused, and what comes back. */
#include "core/base/codec.h"
#include "journal/file_priv.h"
#include "journal/journal_priv.h"
#include "journal/meta_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- making and opening ---- */

Test(journal, begins_with_one_record_of_itself)
{
    struct kit kit;
    kit_begin(&kit);
    struct recorded_event *events = kit_read(&kit, 1, NULL, NULL);
    cr_assert_eq(journal_head(kit.journal).seq, 2);
    cr_assert_eq(events[0].event.type, EVENT_JOURNAL_CREATED);
    cr_assert_eq(events[0].event.facts.journal_created.format, JOURNAL_FORMAT);
    cr_assert_eq(events[0].event.facts.journal_created.key, journal_own_key(kit.journal));
    cr_assert_eq(events[0].stream.kind, STREAM_JOURNAL);
    cr_assert(uuid_equal(events[0].stream.id, journal_id(kit.journal)));
    cr_assert_eq(events[0].stream_version, 1);
    cr_assert_eq(events[0].recorded_at_us, KIT_NOW_US);
    cr_assert(!events[0].ends_command);
    cr_assert_eq(events[1].event.type, EVENT_DICTIONARY_ADDED);
    cr_assert_eq(events[1].event.facts.dictionary_added.dictionary, 1);
    cr_assert_eq(events[1].event.facts.dictionary_added.length, dictionary_builtin().size);
    cr_assert(events[1].ends_command);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(journal, is_the_same_after_opening_again)
{
    struct kit kit;
    kit_begin(&kit);
    struct uuid id = journal_id(kit.journal);
    uint64_t seq = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    struct journal_head head = journal_head(kit.journal);
    kit.options.create = false;
    kit_reopen(&kit);
    struct journal_head again = journal_head(kit.journal);
    cr_assert(uuid_equal(id, journal_id(kit.journal)));
    cr_assert_eq(seq, 3);
    cr_assert_eq(again.seq, head.seq);
    cr_assert_eq(again.recorded_at_us, head.recorded_at_us);
    cr_assert_eq(memcmp(again.link, head.link, sizeof head.link), 0);
    cr_assert_eq(kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}")), 4);
    kit_end(&kit);
}

Test(journal, is_not_made_unasked)
{
    struct kit kit;
    kit_prepare(&kit);
    kit.options.create = false;
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_NOT_FOUND);
    kit.options.read_only = true;
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_NOT_FOUND);
    cr_assert_null(kit.journal);
    kit_end(&kit);
}

static void remove_under(struct kit *kit, const char *name)
{
    char path[FILE_PATH_SIZE];
    cr_assert_eq(file_path(path, kit->dir, name, NULL), ERR_OK);
    kit_remove(path);
}

Test(journal, does_not_replace_what_is_lost)
{
    struct kit kit;
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_close(&kit);
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s.copy", kit.dir);
    kit_copy(kit.dir, copy);
    remove_under(&kit, "keyring");
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_NOT_FOUND,
                 "a lost keyring");
    kit_remove(kit.dir);
    kit_copy(copy, kit.dir);
    remove_under(&kit, "blobs");
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_DAMAGED, "lost blobs");
    kit_remove(kit.dir);
    kit_copy(copy, kit.dir);
    remove_under(&kit, "journal");
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_REFUSED,
                 "a lost journal");
    cr_assert_not_null(strstr(kit.error.text, "put the journal back"), "%s", kit.error.text);
    kit_remove(copy);
    kit_end(&kit);
}

Test(journal, does_not_begin_anew_over_records)
{
    struct kit kit;
    struct store_txn *txn = NULL;
    kit_begin(&kit);
    cr_assert_eq(store_begin(kit.journal->store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(store_delete(txn, JOURNAL_META, SLICE("journal"), NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    kit_close(&kit);
    remove_under(&kit, "keyring");
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_DAMAGED);
    cr_assert_not_null(strstr(kit.error.text, "identity is lost"), "%s", kit.error.text);
    kit_end(&kit);
}

Test(journal, refuses_a_newer_format)
{
    struct kit kit;
    struct store_txn *txn = NULL;
    struct meta_identity identity;
    kit_begin(&kit);
    cr_assert_eq(store_begin(kit.journal->store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(meta_get_identity(txn, &identity, NULL), ERR_OK);
    identity.format = JOURNAL_FORMAT + 1;
    cr_assert_eq(meta_put_identity(txn, &identity, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    kit_close(&kit);
    cr_assert_eq(journal_open(&kit.options, &kit.journal, &kit.error), ERR_UNSUPPORTED);
    cr_assert_not_null(strstr(kit.error.text, "use a newer one"), "%s", kit.error.text);
    kit_end(&kit);
}

Test(journal, is_read_beside_its_writer_by_another_process)
{
    struct kit kit;
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"seen\":\"by both\"}"));
    pid_t child = fork();
    if (child == 0) {
        struct journal *mine = NULL;
        struct journal *parents = kit.journal;
        struct slice raw = {NULL, 0};
        kit.options.read_only = true;
        kit.options.create = false;
        if (journal_open(&kit.options, &mine, &kit.error) != ERR_OK) {
            _exit(1);
        }
        kit.journal = mine;
        bool good = kit_open_body(&kit, 3, BODY_PAYLOAD, &raw) == ERR_OK &&
                    slice_find(raw, SLICE("by both")) != SIZE_MAX;
        kit.journal = parents;
        _exit(good ? 0 : 2);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_assert_eq(kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}")), 4);
    kit_end(&kit);
}

/* The caller's lock prevents it; should it fail, the second writer must not fork history. */
Test(journal, notices_another_writer)
{
    struct kit kit;
    kit_begin(&kit);
    pid_t child = fork();
    if (child == 0) {
        struct journal *mine = NULL;
        enum err e = journal_open(&kit.options, &mine, &kit.error);
        kit.journal = mine;
        if (e == ERR_OK) {
            kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
        }
        _exit(e == ERR_OK ? 0 : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_assert_eq(journal_begin(kit.journal, &kit.error), ERR_CONFLICT);
    cr_assert_not_null(strstr(kit.error.text, "another process"), "%s", kit.error.text);
    kit_end(&kit);
}

/* ---- appending ---- */

Test(journal, keeps_a_command_of_several_records_together)
{
    struct kit kit;
    struct event created = {.type = EVENT_INSTANCE_CREATED, .facts.instance_created = {.key = 2}};
    struct event config[2] = {{.type = EVENT_INSTANCE_CONFIG_CHANGED},
                              {.type = EVENT_INSTANCE_DEPLOYED}};
    struct append_record records[2];
    struct append_result result;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    struct stream_ref instance = {STREAM_INSTANCE, append.id};
    created.bodies[BODY_STATE] = value_text(SLICE("its name"));
    config[0].bodies[BODY_STATE] = value_text(SLICE("its config"));
    records[0] = (struct append_record){.stream = instance,
                                        .owner = instance,
                                        .key = KIT_KEY,
                                        .first_stream_version = 1,
                                        .events = &created,
                                        .event_count = 1};
    records[1] = (struct append_record){.stream = instance,
                                        .owner = instance,
                                        .key = KIT_KEY,
                                        .first_stream_version = 2,
                                        .events = config,
                                        .event_count = 2};
    append.records = records;
    append.record_count = 2;
    append.reason = SLICE("the customer asked for it");
    append.causation = 2;
    append.correlation = kit_id(&kit);
    kit_batch(&kit);
    cr_assert_eq(journal_append(kit.journal, &append, &result, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    cr_assert_eq(journal_head(kit.journal).seq, 5, "the head counts the open batch");
    kit_commit(&kit);
    cr_assert_eq(result.first_seq, 3);
    cr_assert_eq(result.last_seq, 5);
    struct slice reason;
    struct recorded_event *first = kit_read(&kit, 3, &reason, NULL);
    cr_assert(slice_is(reason, "the customer asked for it"));
    cr_assert(!first[0].ends_command);
    cr_assert(slice_is(value_text_of(&first[0].event.bodies[BODY_STATE]), "its name"));
    cr_assert_eq(first[0].actor.kind, ACTOR_USER);
    cr_assert_eq(first[0].actor.token.bytes[0], 0x22);
    struct recorded_event *second = kit_read(&kit, 5, &reason, NULL);
    cr_assert_eq(reason.size, 0);
    cr_assert_eq(second[0].seq, 4);
    cr_assert_eq(second[0].stream_version, 2);
    cr_assert_eq(second[1].stream_version, 3);
    cr_assert(!second[0].ends_command);
    cr_assert(second[1].ends_command);
    cr_assert(slice_is(value_text_of(&second[0].event.bodies[BODY_STATE]), "its config"));
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(journal, keeps_an_exact_copy_of_what_came_in)
{
    static const size_t sizes[] = {0, 10, 16 * 1024, 17 * 1024, 65536, 8 << 20};
    struct kit kit;
    kit_begin(&kit);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct slice body = kit_noise(&kit, sizes[i], (unsigned)i);
        uint64_t seq = kit_add_execution(&kit, kit_owner(1), KIT_KEY, body);
        struct recorded_event *events = kit_read(&kit, seq, NULL, NULL);
        const struct value *place = &events[0].event.bodies[BODY_PAYLOAD];
        cr_assert_eq(value_int_of(value_at(place, 0), 0), 1);
        cr_assert_eq(value_at(place, 2)->type, VALUE_BINARY);
        cr_assert(slice_equal(value_at(place, 2)->bytes, body), "%zu bytes", sizes[i]);
    }
    kit_close(&kit);
    const struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->blobs, 4);
    cr_assert_eq(report->bodies_opened, 6);
    kit_end(&kit);
}

Test(journal, equal_payloads_of_one_owner_have_equal_digests)
{
    struct kit kit;
    struct journal_reader *reader = NULL;
    struct record_view records[3];
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("same"));
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("same"));
    kit_add_execution(&kit, kit_owner(2), KIT_KEY + 1, SLICE("same"));
    cr_assert_eq(journal_reader_create(kit.journal, &reader, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, NULL), ERR_OK);
    for (uint64_t i = 0; i < 3; i++) {
        cr_assert_eq(journal_read(reader, 3 + i, &records[i], NULL), ERR_OK);
    }
    cr_assert(slice_equal(records[0].digests[BODY_PAYLOAD], records[1].digests[BODY_PAYLOAD]));
    cr_assert(!slice_equal(records[0].digests[BODY_PAYLOAD], records[2].digests[BODY_PAYLOAD]));
    journal_reader_destroy(&reader);
    kit_end(&kit);
}

Test(journal, forgets_an_aborted_batch)
{
    struct kit kit;
    kit_begin(&kit);
    struct journal_head before = journal_head(kit.journal);
    kit_batch(&kit);
    kit_put_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_put_execution(&kit, kit_owner(1), KIT_KEY, kit_noise(&kit, 100000, 1));
    journal_abort(kit.journal);
    struct journal_head after = journal_head(kit.journal);
    cr_assert_eq(after.seq, before.seq);
    cr_assert_eq(memcmp(after.link, before.link, sizeof after.link), 0);
    cr_assert_eq(kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}")), 3);
    journal_abort(kit.journal); /* without a batch it does nothing */
    kit_close(&kit);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->records, 2);
    kit_end(&kit);
}

Test(journal, an_empty_batch_leaves_nothing)
{
    struct kit kit;
    kit_begin(&kit);
    kit_batch(&kit);
    kit_commit(&kit);
    cr_assert_eq(journal_head(kit.journal).seq, 2);
    kit_end(&kit);
}

Test(journal, drops_a_blob_that_no_append_took)
{
    struct kit kit;
    struct sealer *sealer = NULL;
    struct data_key key;
    struct sealed_body body;
    struct journal_stats stats;
    kit_begin(&kit);
    struct body_place place = {kit_id(&kit), 0, BODY_PAYLOAD};
    cr_assert_eq(sealer_create(kit.journal, &sealer, NULL), ERR_OK);
    cr_assert_eq(keyring_get(journal_keyring(kit.journal), KIT_KEY, &key, NULL), ERR_OK);
    cr_assert_eq(body_seal(sealer, &key, &place, kit_noise(&kit, 100000, 1), &body, NULL), ERR_OK);
    cr_assert(body.is_blob);
    sealed_body_deinit(&body);
    sealed_body_deinit(&body);
    sealer_destroy(&sealer);
    kit_reopen(&kit);
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 0);
    kit_end(&kit);
}

static enum err append_state(struct kit *kit, size_t records, size_t bytes)
{
    struct append append = kit_append(kit);
    struct event event = {.type = EVENT_INSTANCE_UPDATED};
    struct append_result result;
    struct append_record *list = arena_zalloc(&kit->arena, records, sizeof *list);
    event.bodies[BODY_STATE] = value_binary(kit_noise(kit, bytes, 3));
    for (size_t i = 0; i < records; i++) {
        list[i] = (struct append_record){.stream = kit_owner(1),
                                         .owner = kit_owner(1),
                                         .key = KIT_KEY,
                                         .first_stream_version = 1 + i,
                                         .events = &event,
                                         .event_count = 1};
    }
    append.records = list;
    append.record_count = records;
    return journal_append(kit->journal, &append, &result, &kit->error);
}

Test(journal, refuses_a_command_that_is_too_large_and_goes_on)
{
    struct kit kit;
    kit_begin(&kit);
    kit_batch(&kit);
    cr_assert_eq(append_state(&kit, 1, 1000), ERR_OK, "%s", kit.error.text);
    struct journal_head before = journal_head(kit.journal);
    cr_assert_eq(append_state(&kit, 80, 10000), ERR_LIMIT);
    cr_assert_eq(append_state(&kit, JOURNAL_PARTS_MAX + 1, 1), ERR_LIMIT);
    struct journal_head after = journal_head(kit.journal);
    cr_assert_eq(memcmp(before.link, after.link, sizeof before.link), 0, "the batch is as before");
    cr_assert_eq(append_state(&kit, 70, 10000), ERR_OK, "%s", kit.error.text);
    kit_commit(&kit);
    kit_close(&kit);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->records, 1 + 1 + 70);
    cr_assert_eq(report->commands, 3);
    kit_end(&kit);
}

Test(journal, says_when_a_batch_is_full)
{
    struct kit kit;
    int appended = 0;
    enum err e = ERR_OK;
    kit_begin(&kit);
    kit_batch(&kit);
    while ((e = append_state(&kit, 50, 14000)) == ERR_OK) {
        appended++;
        cr_assert_lt(appended, 100);
    }
    cr_assert_eq(e, ERR_BUSY, "%s", kit.error.text);
    cr_assert_geq(appended, 5);
    kit_commit(&kit);
    kit_batch(&kit);
    cr_assert_eq(append_state(&kit, 50, 14000), ERR_OK);
    kit_commit(&kit);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(journal, refuses_an_erased_key)
{
    struct kit kit;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    cr_assert_eq(journal_destroy_key(kit.journal, KIT_KEY, kit_owner(1), &append, &kit.error),
                 ERR_OK, "%s", kit.error.text);
    kit_batch(&kit);
    cr_assert_eq(append_state(&kit, 1, 10), ERR_ERASED);
    kit_commit(&kit);
    kit_end(&kit);
}

Test(journal, keeps_the_digest_of_what_is_not_stored)
{
    struct kit kit;
    struct slice raw;
    struct event event = {.type = EVENT_STEP_FINISHED};
    struct append_result result;
    unsigned absent = 0;
    kit_begin(&kit);
    event.bodies[BODY_RESULT] = value_text(SLICE("nobody keeps me"));
    struct append append = kit_append(&kit);
    struct append_record record = {.stream = {STREAM_EXECUTION, {{3}}},
                                   .owner = kit_owner(1),
                                   .key = KIT_KEY,
                                   .first_stream_version = 2,
                                   .events = &event,
                                   .event_count = 1,
                                   .not_stored = {[BODY_RESULT] = true}};
    append.records = &record;
    append.record_count = 1;
    kit_batch(&kit);
    cr_assert_eq(journal_append(kit.journal, &append, &result, &kit.error), ERR_OK);
    kit_commit(&kit);
    cr_assert_eq(kit_open_body(&kit, 3, BODY_RESULT, &raw), ERR_NOT_STORED);
    struct recorded_event *events = kit_read(&kit, 3, NULL, &absent);
    cr_assert_eq(absent, 1U << BODY_RESULT);
    cr_assert(value_is_null(&events[0].event.bodies[BODY_RESULT]));
    cr_assert(stream_equal(events[0].owner, kit_owner(1)));
    kit_close(&kit);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->bodies_not_stored, 1);
    kit_end(&kit);
}

/* What the writer folds must be what a rebuild reads. */
Test(journal, tells_the_owner_as_readers_will_see_it)
{
    struct kit kit;
    struct event events[3] = {{.type = EVENT_EXECUTION_QUEUED},
                              {.type = EVENT_EXECUTION_STARTED},
                              {.type = EVENT_EXECUTION_FINISHED}};
    struct append_record records[4];
    struct append_result result;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    append.reason = SLICE("a body of its own");
    events[2].bodies[BODY_STATE] = value_text(SLICE("error"));
    for (size_t i = 0; i < 4; i++) {
        records[i] = (struct append_record){.stream = {STREAM_EXECUTION, append.id},
                                            .owner = kit_owner(1),
                                            .key = KIT_KEY,
                                            .first_stream_version = i == 0 ? 7 : i,
                                            .events = &events[i == 0 ? 1 : i - 1],
                                            .event_count = 1};
    }
    append.records = records;
    append.record_count = 4;
    struct stream_ref told[4];
    for (size_t i = 0; i < 4; i++) {
        told[i] = journal_recorded_owner(&append, i);
    }
    kit_batch(&kit);
    cr_assert_eq(journal_append(kit.journal, &append, &result, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    kit_commit(&kit);
    int by_owner = 0;
    for (uint64_t i = 0; i < 4; i++) {
        struct recorded_event *read = kit_read(&kit, result.first_seq + i, NULL, NULL);
        cr_assert(stream_equal(read[0].owner, told[i]), "part %llu", (unsigned long long)i);
        by_owner += stream_equal(told[i], kit_owner(1));
    }
    cr_assert_eq(by_owner, 3, "with the reason, the first of the stream, with a body");
    kit_end(&kit);
}

Test(journal, counts_what_it_puts)
{
    struct kit kit;
    struct journal_stats stats;
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_add_step(&kit, kit_owner(1), KIT_KEY, "done");
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, kit_noise(&kit, 100000, 2));
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.records, 4);
    cr_assert_eq(stats.bodies[BODY_PAYLOAD], 1);
    cr_assert_eq(stats.bodies[BODY_RESULT], 1);
    cr_assert_eq(stats.bodies[BODY_LOG], 1);
    cr_assert_eq(stats.blob_chunks, 2);
    cr_assert_gt(stats.journal_file_bytes, 0);
    cr_assert_gt(stats.blob_file_bytes, 0);
    uint64_t left = 0;
    cr_assert_eq(journal_disk_free(kit.journal, &left, NULL), ERR_OK);
    cr_assert_gt(left, 0);
    kit_end(&kit);
}

Test(journal, keeps_commands_out_under_the_reserve_and_lets_deletions_in)
{
    struct kit kit;
    kit_begin(&kit);
    kit.options.reserve_bytes = UINT64_MAX / 2;
    kit_reopen(&kit);
    cr_assert_eq(journal_begin(kit.journal, &kit.error), ERR_DISK_FULL);
    cr_assert_not_null(strstr(kit.error.text, "free some space"), "%s", kit.error.text);
    cr_assert_eq(journal_begin_in_reserve(kit.journal, &kit.error), ERR_OK);
    journal_abort(kit.journal);
    struct append append = kit_append(&kit);
    cr_assert_eq(journal_destroy_key(kit.journal, KIT_KEY, kit_owner(1), &append, &kit.error),
                 ERR_OK);
    kit_end(&kit);
}

Test(journal, adds_dictionaries_for_new_bodies)
{
    struct kit kit;
    struct slice raw;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    uint64_t before =
        kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"status\":\"first\"}"));
    cr_assert_eq(journal_add_dictionary(kit.journal, SLICE("no dictionary"), &append, &kit.error),
                 ERR_INVALID);
    cr_assert_eq(journal_add_dictionary(kit.journal, dictionary_builtin(), &append, &kit.error),
                 ERR_OK, "%s", kit.error.text);
    uint64_t after =
        kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"status\":\"second\"}"));
    kit_reopen(&kit);
    cr_assert_eq(dictionary_set_current(&kit.journal->dictionaries)->id, 2);
    cr_assert_eq(kit_open_body(&kit, before, BODY_PAYLOAD, &raw), ERR_OK, "%s", kit.error.text);
    cr_assert_neq(slice_find(raw, SLICE("first")), SIZE_MAX);
    cr_assert_eq(kit_open_body(&kit, after, BODY_PAYLOAD, &raw), ERR_OK, "%s", kit.error.text);
    cr_assert_neq(slice_find(raw, SLICE("second")), SIZE_MAX);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(journal, child_processes_do_not_inherit_its_files)
{
    struct kit kit;
    kit_begin(&kit);
    cr_assert((fcntl(store_descriptor(kit.journal->store), F_GETFD) & FD_CLOEXEC) != 0);
    cr_assert(
        (fcntl(store_descriptor(blob_store_store(kit.journal->blobs)), F_GETFD) & FD_CLOEXEC) != 0);
    kit_end(&kit);
}
