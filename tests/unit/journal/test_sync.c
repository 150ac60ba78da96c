/*
 * Syncs: a killed process loses nothing that the kernel has, so crash tests cannot find a missing
 * sync. Here the calls themselves are counted: what is answered was synced before.
 */
#include "tests/unit/journal/journal_kit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int data_syncs;
static atomic_int file_syncs;

/* Take the place of libc's in this program, also for LMDB. */
int fdatasync(int fd)
{
    atomic_fetch_add(&data_syncs, 1);
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    atomic_fetch_add(&file_syncs, 1);
    return (int)syscall(SYS_fsync, fd);
}

/* Descriptors of this process that are open on a file with that end of a name, and write through.
 */
static int write_through_descriptors(const char *end)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    cr_assert_not_null(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[64];
        char target[256];
        (void)snprintf(path, sizeof path, "/proc/self/fd/%.20s", entry->d_name);
        ssize_t size = readlink(path, target, sizeof target);
        struct slice name = slice_of(target, size > 0 ? (size_t)size : 0);
        int fd = (int)strtol(entry->d_name, NULL, 10);
        count += slice_ends_with(name, slice_of_text(end)) && (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    }
    (void)closedir(directory);
    return count;
}

Test(sync, a_commit_is_on_disk_when_it_returns)
{
    struct kit kit;
    kit_begin(&kit);
    for (int i = 0; i < 3; i++) {
        kit_batch(&kit);
        kit_put_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
        int before = atomic_load(&data_syncs);
        kit_commit(&kit);
        cr_assert_gt(atomic_load(&data_syncs), before, "the data pages");
    }
    cr_assert_eq(write_through_descriptors("/journal/data.mdb"), 1, "the meta page");
    cr_assert_eq(write_through_descriptors("/blobs/data.mdb"), 1);
    kit_end(&kit);
}

Test(sync, a_blob_is_on_disk_before_anybody_refers_to_it)
{
    struct kit kit;
    kit_begin(&kit);
    kit_batch(&kit);
    int before = atomic_load(&data_syncs);
    kit_put_execution(&kit, kit_owner(1), KIT_KEY, kit_noise(&kit, 100000, 1));
    cr_assert_gt(atomic_load(&data_syncs), before, "while the batch is still open");
    kit_commit(&kit);
    kit_end(&kit);
}

Test(sync, a_destroyed_key_is_gone_from_disk_when_that_is_answered)
{
    struct kit kit;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    int files = atomic_load(&file_syncs);
    int data = atomic_load(&data_syncs);
    cr_assert_eq(journal_destroy_key(kit.journal, KIT_KEY, kit_owner(1), &append, NULL), ERR_OK);
    cr_assert_geq(atomic_load(&file_syncs) - files, 2,
                  "the new file, and the directory that names it");
    cr_assert_gt(atomic_load(&data_syncs), data, "the event");
    kit_end(&kit);
}

Test(sync, the_names_of_a_new_journal_last)
{
    struct kit kit;
    kit_prepare(&kit);
    int before = atomic_load(&file_syncs);
    kit_open(&kit);
    /* journal/ and blobs/ and DATA for each; master key, keyring, and DATA for each. */
    cr_assert_geq(atomic_load(&file_syncs) - before, 8);
    kit_end(&kit);
}
