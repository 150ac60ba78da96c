/* data_lock: one holder at a time, named to the others, and looked at without being disturbed. */
#include "api/data_lock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_SIZE 200

struct box {
    char dir[PATH_SIZE];
    struct error error;
};

static void begin(struct box *box)
{
    (void)snprintf(box->dir, sizeof box->dir, "/tmp/daybook-lock-XXXXXX");
    cr_assert_not_null(mkdtemp(box->dir));
}

static void end(struct box *box)
{
    char path[PATH_SIZE + 8];
    (void)snprintf(path, sizeof path, "%s/lock", box->dir);
    (void)unlink(path);
    cr_assert_eq(rmdir(box->dir), 0);
}

Test(data_lock, has_one_holder_who_is_named)
{
    struct box box;
    struct data_lock mine = {.fd = -1};
    struct data_lock other = {.fd = -1};
    char wanted[PATH_SIZE + 100];
    begin(&box);
    cr_assert_eq(data_lock_holder(box.dir), 0);
    cr_assert_eq(data_lock_take(box.dir, false, &mine, &box.error), ERR_OK, "%s", box.error.text);
    cr_assert_eq(data_lock_holder(box.dir), getpid());
    cr_assert_eq(data_lock_take(box.dir, false, &other, &box.error), ERR_BUSY);
    (void)snprintf(wanted, sizeof wanted, "%s is served by process %d; stop it first", box.dir,
                   (int)getpid());
    cr_assert_str_eq(box.error.text, wanted);
    cr_assert_eq(other.fd, -1);
    data_lock_release(&mine);
    data_lock_release(&mine);
    cr_assert_eq(data_lock_holder(box.dir), 0);
    cr_assert_eq(data_lock_take(box.dir, false, &other, &box.error), ERR_OK);
    data_lock_release(&other);
    end(&box);
}

Test(data_lock, ends_with_its_process)
{
    struct box box;
    struct data_lock lock = {.fd = -1};
    int ends[2];
    char ready = 0;
    begin(&box);
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        bool taken = data_lock_take(box.dir, false, &lock, NULL) == ERR_OK;
        ssize_t written = write(ends[1], taken ? "y" : "n", 1);
        (void)pause();
        _exit((int)written);
    }
    cr_assert_eq(read(ends[0], &ready, 1), 1);
    cr_assert_eq(ready, 'y');
    cr_assert_eq(data_lock_holder(box.dir), child);
    cr_assert_eq(data_lock_take(box.dir, false, &lock, &box.error), ERR_BUSY);
    (void)kill(child, SIGKILL);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_eq(data_lock_holder(box.dir), 0);
    cr_assert_eq(data_lock_take(box.dir, false, &lock, &box.error), ERR_OK, "%s", box.error.text);
    data_lock_release(&lock);
    (void)close(ends[0]);
    (void)close(ends[1]);
    end(&box);
}

struct looking {
    const char *dir;
    atomic_bool stop;
    atomic_ulong times;
};

static void *look(void *data)
{
    struct looking *looking = data;
    while (!atomic_load(&looking->stop)) {
        (void)data_lock_holder(looking->dir);
        atomic_fetch_add(&looking->times, 1);
    }
    return NULL;
}

Test(data_lock, is_not_disturbed_by_who_looks)
{
    struct box box;
    struct looking looking = {.dir = box.dir};
    pthread_t thread;
    begin(&box);
    struct data_lock lock = {.fd = -1};
    cr_assert_eq(pthread_create(&thread, NULL, look, &looking), 0);
    for (int i = 0; i < 2000 || atomic_load(&looking.times) < 2000; i++) {
        cr_assert_eq(data_lock_take(box.dir, false, &lock, &box.error), ERR_OK, "%s",
                     box.error.text);
        data_lock_release(&lock);
    }
    atomic_store(&looking.stop, true);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    end(&box);
}

Test(data_lock, makes_the_directory_only_when_asked)
{
    struct box box;
    struct data_lock lock = {.fd = -1};
    char dir[PATH_SIZE + 8];
    struct stat status;
    begin(&box);
    (void)snprintf(dir, sizeof dir, "%s/data", box.dir);
    cr_assert_eq(data_lock_holder(dir), 0);
    cr_assert_eq(data_lock_take(dir, false, &lock, &box.error), ERR_NOT_FOUND);
    cr_assert_neq(stat(dir, &status), 0);
    cr_assert_eq(data_lock_take(dir, true, &lock, &box.error), ERR_OK, "%s", box.error.text);
    cr_assert_eq(stat(dir, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0700);
    data_lock_release(&lock);
    (void)snprintf(dir, sizeof dir, "%s/data/lock", box.dir);
    (void)unlink(dir);
    (void)snprintf(dir, sizeof dir, "%s/data", box.dir);
    (void)rmdir(dir);
    end(&box);
}
