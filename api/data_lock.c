/*
 * The lock belongs to the open file (F_OFD_SETLK), not to the process, and can be asked about
 * without being taken: a status that looked by trying would make a server that starts at that
 * moment believe the directory taken.
 */
#include "api/data_lock.h"

#include "api/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

static void lock_path(const char *data_dir, char ret[PATH_BYTES])
{
    (void)snprintf(ret, PATH_BYTES, "%s/lock", data_dir);
}

static int read_pid(int fd)
{
    char text[32] = "";
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    return size > 0 ? (int)strtol(text, NULL, 10) : 0;
}

static enum err write_pid(int fd, const char *path, struct error *reterr)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%d\n", (int)getpid());
    bool done = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size;
    return done ? ERR_OK : error_set_sys(reterr, ERR_IO, errno, "write %s", path);
}

/* Tries to take the lock of the whole file, or asks who would be in the way. */
static bool lock_file(int fd, int command, struct flock *ret)
{
    *ret = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, command, ret) == 0;
}

enum err
data_lock_take(const char *data_dir, bool create, struct data_lock *ret, struct error *reterr)
{
    char path[PATH_BYTES];
    lock_path(data_dir, path);
    enum err e = create ? data_dir_make(data_dir, reterr) : ERR_OK;
    if (e != ERR_OK) {
        return e;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        enum err code = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        return error_set_sys(reterr, code, errno, "open %s", path);
    }
    struct flock lock;
    if (!lock_file(fd, F_OFD_SETLK, &lock)) {
        int fault = errno;
        int pid = read_pid(fd);
        (void)close(fd);
        if (fault != EAGAIN && fault != EACCES) {
            return error_set_sys(reterr, ERR_IO, fault, "lock %s", path);
        }
        return error_set(reterr, ERR_BUSY, "%s is served by process %d; stop it first", data_dir,
                         pid);
    }
    e = write_pid(fd, path, reterr);
    if (e != ERR_OK) {
        (void)close(fd);
        return e;
    }
    ret->fd = fd;
    return ERR_OK;
}

void data_lock_release(struct data_lock *lock)
{
    if (lock->fd >= 0) {
        (void)close(lock->fd); /* the lock goes with the descriptor */
        lock->fd = -1;
    }
}

int data_lock_holder(const char *data_dir)
{
    char path[PATH_BYTES];
    lock_path(data_dir, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    struct flock lock;
    bool held = lock_file(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
    int pid = held ? read_pid(fd) : 0;
    (void)close(fd);
    return pid;
}
