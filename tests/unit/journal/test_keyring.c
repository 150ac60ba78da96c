/* keyring: the file's bytes, what must not open it, and destroying for good. */
#include "core/base/bytes.h"
#include "core/base/failpoint.h"
#include "journal/checksum_priv.h"
#include "journal/file_priv.h"
#include "journal/keyring_file_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct uuid journal = {{7, 7}};

struct ring {
    struct kit kit;
    char path[96];
    char master[96];
    struct keyring *keyring;
};

static enum err open_ring(struct ring *ring, bool create)
{
    return keyring_open(ring->path, ring->master, journal, create, &ring->keyring,
                        &ring->kit.error);
}

static void begin(struct ring *ring)
{
    kit_prepare(&ring->kit);
    ring->keyring = NULL;
    (void)snprintf(ring->path, sizeof ring->path, "%s/keyring", ring->kit.dir);
    (void)snprintf(ring->master, sizeof ring->master, "%s/master.key", ring->kit.dir);
    cr_assert_eq(open_ring(ring, true), ERR_OK, "%s", ring->kit.error.text);
}

static void reopen(struct ring *ring)
{
    keyring_close(&ring->keyring);
    cr_assert_eq(open_ring(ring, false), ERR_OK, "%s", ring->kit.error.text);
}

static void end(struct ring *ring)
{
    keyring_close(&ring->keyring);
    kit_end(&ring->kit);
}

static struct data_key get(struct ring *ring, uint64_t number)
{
    struct data_key key;
    cr_assert_eq(keyring_get(ring->keyring, number, &key, &ring->kit.error), ERR_OK, "%s",
                 ring->kit.error.text);
    cr_assert_eq(key.number, number);
    return key;
}

static enum err got(struct ring *ring, uint64_t number)
{
    struct data_key key;
    return keyring_get(ring->keyring, number, &key, &ring->kit.error);
}

static struct slice read_file(struct ring *ring)
{
    struct buf bytes;
    buf_init(&bytes, MIB);
    cr_assert_eq(file_read(ring->path, &bytes, &ring->kit.error), ERR_OK);
    struct slice copy = arena_copy(&ring->kit.arena, buf_slice(&bytes));
    buf_deinit(&bytes);
    return copy;
}

Test(keyring, makes_its_files_for_the_owner_alone)
{
    struct ring ring;
    struct stat status;
    begin(&ring);
    cr_assert_eq(stat(ring.path, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    cr_assert_eq(stat(ring.master, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    struct keyring_stats stats = keyring_stats(ring.keyring);
    cr_assert_eq(stats.held, KEYRING_RESERVE);
    cr_assert_eq(stats.highest, KEYRING_RESERVE);
    cr_assert_eq(stats.generation, 1);
    end(&ring);
}

Test(keyring, gives_the_same_keys_after_opening_again)
{
    struct ring ring;
    begin(&ring);
    struct data_key one = get(&ring, 1);
    struct data_key two = get(&ring, 2);
    cr_assert_neq(memcmp(one.root, two.root, sizeof one.root), 0);
    reopen(&ring);
    struct data_key again = get(&ring, 1);
    cr_assert_eq(memcmp(one.root, again.root, sizeof one.root), 0);
    cr_assert_eq(got(&ring, 0), ERR_NOT_FOUND);
    cr_assert_eq(got(&ring, KEYRING_RESERVE + 1), ERR_NOT_FOUND);
    end(&ring);
}

Test(keyring, destroys_for_good)
{
    struct ring ring;
    begin(&ring);
    struct data_key gone = get(&ring, 5);
    struct data_key kept = get(&ring, 6);
    cr_assert_eq(keyring_destroy_key(ring.keyring, 5, &ring.kit.error), ERR_OK);
    cr_assert_eq(got(&ring, 5), ERR_ERASED);
    reopen(&ring);
    cr_assert_eq(got(&ring, 5), ERR_ERASED);
    struct data_key again = get(&ring, 6);
    cr_assert_eq(memcmp(kept.root, again.root, sizeof kept.root), 0);
    uint64_t generation = keyring_stats(ring.keyring).generation;
    cr_assert_eq(keyring_destroy_key(ring.keyring, 5, &ring.kit.error), ERR_OK);
    cr_assert_eq(keyring_stats(ring.keyring).generation, generation, "again does nothing");
    struct slice file = read_file(&ring);
    cr_assert_eq(slice_find(file, slice_of(gone.root, sizeof gone.root)), SIZE_MAX);
    cr_assert_eq(slice_find(file, slice_of(kept.root, sizeof kept.root)), SIZE_MAX, "it is sealed");
    end(&ring);
}

Test(keyring, never_gives_a_number_twice)
{
    struct ring ring;
    begin(&ring);
    struct data_key last = get(&ring, KEYRING_RESERVE);
    for (uint64_t i = 1; i <= KEYRING_RESERVE; i++) {
        keyring_forget_key(ring.keyring, i);
    }
    cr_assert_eq(keyring_rewrite(ring.keyring, NULL), ERR_OK);
    reopen(&ring);
    cr_assert_eq(keyring_stats(ring.keyring).held, 0);
    cr_assert_eq(keyring_reserve(ring.keyring, KEYRING_RESERVE + 1, NULL), ERR_OK);
    cr_assert_eq(got(&ring, KEYRING_RESERVE), ERR_ERASED);
    struct data_key next = get(&ring, KEYRING_RESERVE + 1);
    cr_assert_neq(memcmp(last.root, next.root, sizeof next.root), 0);
    end(&ring);
}

Test(keyring, keeps_a_reserve_and_rewrites_seldom)
{
    struct ring ring;
    begin(&ring);
    for (uint64_t next = 1; next < 5000; next++) {
        cr_assert_eq(keyring_reserve(ring.keyring, next, &ring.kit.error), ERR_OK);
        cr_assert_eq(got(&ring, next + KEYRING_RESERVE_LOW - 1), ERR_OK);
    }
    cr_assert_lt(keyring_stats(ring.keyring).generation, 20);
    end(&ring);
}

Test(keyring, a_reader_takes_in_what_the_writer_made)
{
    struct ring ring;
    struct keyring *reader = NULL;
    struct data_key key;
    begin(&ring);
    cr_assert_eq(keyring_open(ring.path, ring.master, journal, false, &reader, NULL), ERR_OK);
    keyring_forget_key(reader, 7);
    cr_assert_eq(keyring_reserve(ring.keyring, KEYRING_RESERVE, NULL), ERR_OK);
    cr_assert_eq(keyring_destroy_key(ring.keyring, KEYRING_RESERVE + 2, NULL), ERR_OK);
    cr_assert_eq(keyring_get(reader, KEYRING_RESERVE + 1, &key, NULL), ERR_NOT_FOUND);
    cr_assert_eq(keyring_refresh(reader, NULL), ERR_OK);
    cr_assert_eq(keyring_get(reader, KEYRING_RESERVE + 1, &key, NULL), ERR_OK);
    struct data_key same = get(&ring, KEYRING_RESERVE + 1);
    cr_assert_eq(memcmp(key.root, same.root, sizeof key.root), 0);
    cr_assert_eq(keyring_get(reader, KEYRING_RESERVE + 2, &key, NULL), ERR_ERASED);
    cr_assert_eq(keyring_get(reader, 7, &key, NULL), ERR_ERASED, "what is forgotten stays so");
    keyring_close(&reader);
    end(&ring);
}

Test(keyring, refuses_to_serve_a_newer_journal)
{
    struct ring ring;
    begin(&ring);
    cr_assert_eq(keyring_reserve(ring.keyring, KEYRING_RESERVE + 2, &ring.kit.error), ERR_REFUSED);
    cr_assert_not_null(strstr(ring.kit.error.text, "older than the journal"), "%s",
                       ring.kit.error.text);
    end(&ring);
}

Test(keyring, opens_with_its_master_key_only)
{
    struct ring ring;
    begin(&ring);
    keyring_close(&ring.keyring);
    cr_assert_eq(unlink(ring.master), 0);
    cr_assert_eq(open_ring(&ring, false), ERR_NOT_FOUND);
    cr_assert_eq(open_ring(&ring, true), ERR_NOT_FOUND, "a lost master key is not made anew");
    cr_assert_eq(file_create(ring.master, SLICE("0123456789abcdef0123456789abcdef"), NULL), ERR_OK);
    cr_assert_eq(open_ring(&ring, false), ERR_DENIED);
    cr_assert_not_null(strstr(ring.kit.error.text, "master key"), "%s", ring.kit.error.text);
    end(&ring);
}

Test(keyring, takes_master_keys_as_bytes_or_digits)
{
    static const char *const good[] = {
        "0123456789abcdef0123456789abcdef",
        "3031323334353637383961626364656630313233343536373839616263646566",
        "3031323334353637383961626364656630313233343536373839616263646566\n"};
    static const char *const bad[] = {
        "", "short", "0123456789abcdef0123456789abcdef0",
        "303132333435363738396162636465663031323334353637383961626364656g",
        "30313233343536373839616263646566303132333435363738396162636465663031"};
    struct ring ring;
    begin(&ring);
    keyring_close(&ring.keyring);
    cr_assert_eq(unlink(ring.path), 0);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(file_replace(ring.master, slice_of_text(good[i]), NULL), ERR_OK);
        cr_assert_eq(open_ring(&ring, i == 0), ERR_OK, "form %zu: %s", i, ring.kit.error.text);
        keyring_close(&ring.keyring);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(file_replace(ring.master, slice_of_text(bad[i]), NULL), ERR_OK);
        enum err e = open_ring(&ring, false);
        cr_assert(e == ERR_DENIED || e == ERR_LIMIT, "%zu: %s", i, ring.kit.error.text);
    }
    end(&ring);
}

Test(keyring, belongs_to_one_journal)
{
    struct ring ring;
    struct uuid other = {{8}};
    begin(&ring);
    keyring_close(&ring.keyring);
    cr_assert_eq(keyring_open(ring.path, ring.master, other, false, &ring.keyring, &ring.kit.error),
                 ERR_DENIED);
    cr_assert_not_null(strstr(ring.kit.error.text, "another journal"), "%s", ring.kit.error.text);
    end(&ring);
}

Test(keyring, subkeys_differ_by_purpose_and_key)
{
    struct ring ring;
    unsigned char keys[3][KEYRING_KEY_BYTES];
    begin(&ring);
    struct data_key one = get(&ring, 1);
    struct data_key two = get(&ring, 2);
    keyring_subkey(&one, KEY_SEAL, keys[0]);
    keyring_subkey(&one, KEY_LOOKUP, keys[1]);
    keyring_subkey(&two, KEY_SEAL, keys[2]);
    cr_assert_neq(memcmp(keys[0], keys[1], sizeof keys[0]), 0);
    cr_assert_neq(memcmp(keys[0], keys[2], sizeof keys[0]), 0);
    keyring_digest(&one, KEY_FINGERPRINT, SLICE("x"), keys[0]);
    keyring_digest(&one, KEY_LOOKUP, SLICE("x"), keys[1]);
    keyring_digest(&one, KEY_FINGERPRINT, SLICE("y"), keys[2]);
    cr_assert_neq(memcmp(keys[0], keys[1], sizeof keys[0]), 0);
    cr_assert_neq(memcmp(keys[0], keys[2], sizeof keys[0]), 0);
    end(&ring);
}

/* ---- the file ---- */

static struct keyring_file small_file(struct data_key keys[2])
{
    keys[0].number = 1;
    keys[1].number = 3;
    memset(keys[0].root, 0x10, sizeof keys[0].root);
    memset(keys[1].root, 0x30, sizeof keys[1].root);
    return (struct keyring_file){
        .journal_id = journal, .generation = 9, .highest = 4, .keys = keys, .count = 2};
}

static const unsigned char test_master[KEYRING_KEY_BYTES] = {0x4d};
static const unsigned char test_nonce[KEYRING_FILE_NONCE_BYTES] = {0x4e};

static struct slice encode_small(struct kit *kit)
{
    struct data_key keys[2];
    struct keyring_file file = small_file(keys);
    struct buf out;
    buf_init(&out, KEYRING_FILE_BYTES_MAX);
    cr_assert_eq(keyring_file_encode(&file, test_master, test_nonce, &out, NULL), ERR_OK);
    struct slice copy = arena_copy(&kit->arena, buf_slice(&out));
    buf_deinit(&out);
    return copy;
}

Test(keyring_file, bytes_are_as_the_table_says)
{
    struct kit kit;
    kit_prepare(&kit);
    kit_assert_vector(&kit, "keyring.txt", "two keys", encode_small(&kit));
    kit_end(&kit);
}

Test(keyring_file, comes_back_as_it_went)
{
    struct kit kit;
    struct keyring_file file;
    kit_prepare(&kit);
    cr_assert_eq(keyring_file_decode(encode_small(&kit), test_master, &file, &kit.error), ERR_OK,
                 "%s", kit.error.text);
    cr_assert_eq(file.generation, 9);
    cr_assert_eq(file.highest, 4);
    cr_assert_eq(file.count, 2);
    cr_assert_eq(file.keys[1].number, 3);
    cr_assert_eq(file.keys[1].root[31], 0x30);
    cr_assert(uuid_equal(file.journal_id, journal));
    keyring_file_wipe(&file);
    kit_end(&kit);
}

Test(keyring_file, any_flipped_byte_is_noticed)
{
    struct kit kit;
    struct keyring_file file;
    kit_prepare(&kit);
    struct slice whole = encode_small(&kit);
    char *bytes = arena_text(&kit.arena, whole);
    for (size_t i = 0; i < whole.size; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x20);
        cr_assert_neq(keyring_file_decode(slice_of(bytes, whole.size), test_master, &file, NULL),
                      ERR_OK, "byte %zu", i);
        bytes[i] = (char)(bytes[i] ^ 0x20);
    }
    for (size_t size = 0; size < whole.size; size++) {
        cr_assert_eq(keyring_file_decode(slice_of(bytes, size), test_master, &file, NULL),
                     ERR_DAMAGED, "cut at %zu", size);
    }
    kit_end(&kit);
}

/* With the checksum made right again: what the seal and the header's own checks find. */
Test(keyring_file, refuses_each_field_that_is_wrong)
{
    static const struct {
        size_t at;
        enum err wanted;
        const char *what;
    } cases[] = {{0, ERR_DAMAGED, "magic"},         {8, ERR_UNSUPPORTED, "version"},
                 {12, ERR_UNSUPPORTED, "reserved"}, {16, ERR_DENIED, "journal id (in the check)"},
                 {32, ERR_DAMAGED, "generation"},   {40, ERR_DAMAGED, "highest"},
                 {48, ERR_DAMAGED, "count"},        {56, ERR_DENIED, "check"},
                 {72, ERR_DAMAGED, "nonce"},        {96, ERR_DAMAGED, "first number"},
                 {110, ERR_DAMAGED, "a key"},       {180, ERR_DAMAGED, "tag"}};
    struct kit kit;
    struct keyring_file file;
    kit_prepare(&kit);
    struct slice whole = encode_small(&kit);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *bytes = arena_text(&kit.arena, whole);
        bytes[cases[i].at] = (char)(bytes[cases[i].at] ^ 2);
        bytes_put_le32(bytes + whole.size - 4, checksum_crc32c(slice_of(bytes, whole.size - 4)));
        cr_assert_eq(
            keyring_file_decode(slice_of(bytes, whole.size), test_master, &file, &kit.error),
            cases[i].wanted, "%s: %s", cases[i].what, kit.error.text);
    }
    kit_end(&kit);
}

Test(keyring_file, refuses_numbers_out_of_order)
{
    static const uint64_t wrong[][2] = {{0, 3}, {3, 3}, {3, 1}, {1, 5}};
    struct kit kit;
    kit_prepare(&kit);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct data_key keys[2];
        struct keyring_file file = small_file(keys);
        struct buf out;
        keys[0].number = wrong[i][0];
        keys[1].number = wrong[i][1];
        buf_init(&out, KEYRING_FILE_BYTES_MAX);
        cr_assert_eq(keyring_file_encode(&file, test_master, test_nonce, &out, NULL), ERR_OK);
        cr_assert_eq(keyring_file_decode(buf_slice(&out), test_master, &file, NULL), ERR_DAMAGED,
                     "case %zu", i);
        buf_deinit(&out);
    }
    kit_end(&kit);
}

/* ---- crashes ---- */

/* Destroys key 5 in a child that dies at a failpoint. */
static void destroy_and_die(struct ring *ring, const char *failpoint)
{
    keyring_close(&ring->keyring);
    pid_t child = fork();
    if (child == 0) {
        if (open_ring(ring, false) == ERR_OK && failpoint_arm(failpoint, NULL) == ERR_OK) {
            IGNORE(keyring_destroy_key(ring->keyring, 5, NULL)); /* it does not return */
        }
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%s", failpoint);
    cr_assert_eq(open_ring(ring, false), ERR_OK, "%s: %s", failpoint, ring->kit.error.text);
}

Test(keyring, is_whole_after_a_crash)
{
    struct ring ring;
    begin(&ring);
    destroy_and_die(&ring, "file_before_rename:crash");
    cr_assert_eq(got(&ring, 5), ERR_OK, "the old file");
    destroy_and_die(&ring, "file_after_rename:crash");
    cr_assert_eq(got(&ring, 5), ERR_ERASED, "the new file");
    end(&ring);
}

Test(keyring, a_key_is_out_of_use_even_if_the_file_resists)
{
    struct ring ring;
    begin(&ring);
    cr_assert_eq(failpoint_arm("file_before_rename:error", NULL), ERR_OK);
    cr_assert_eq(keyring_destroy_key(ring.keyring, 5, &ring.kit.error), ERR_IO);
    cr_assert_eq(got(&ring, 5), ERR_ERASED);
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    cr_assert_eq(keyring_destroy_key(ring.keyring, 5, NULL), ERR_OK, "again writes what failed");
    reopen(&ring);
    cr_assert_eq(got(&ring, 5), ERR_ERASED);
    end(&ring);
}
