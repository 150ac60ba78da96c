#include "journal/file_priv.h"

#include "core/base/failpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_PIECE_BYTES ((size_t)64 * 1024)

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}
#define SCOPED_FD __attribute__((cleanup(close_fd))) int

enum err file_error_code(int sys)
{
    switch (sys) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case EEXIST:
        return ERR_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case ENOMEM:
        return ERR_NO_MEMORY;
    default:
        return ERR_IO;
    }
}

static enum err fail(struct error *reterr, const char *doing, const char *path)
{
    int sys = errno;
    return error_set_sys(reterr, file_error_code(sys), sys, "%s %s", doing, path);
}

enum err file_path(char ret_path[FILE_PATH_SIZE],
                   const char *directory,
                   const char *name,
                   struct error *reterr)
{
    char path[FILE_PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return error_set(reterr, ERR_INVALID, "the path %.100s.../%s is over %d bytes", directory,
                         name, FILE_PATH_SIZE - 1);
    }
    memcpy(ret_path, path, (size_t)length + 1);
    return ERR_OK;
}

bool file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* Whether nothing is left to read behind a buffer that is full. */
static enum err check_end(int fd, const char *path, size_t max_bytes, struct error *reterr)
{
    char byte = 0;
    ssize_t got = read(fd, &byte, 1);
    if (got < 0) {
        return fail(reterr, "read", path);
    }
    return got == 0 ? ERR_OK
                    : error_set(reterr, ERR_LIMIT, "%s is over %zu bytes", path, max_bytes);
}

/* Reads into the buffer itself: what lies in secret files must not lie about on the stack. */
enum err file_read(const char *path, struct buf *ret, struct error *reterr)
{
    SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(reterr, "open", path);
    }
    while (ret->size < ret->max_bytes) {
        size_t left = ret->max_bytes - ret->size;
        size_t piece = left < READ_PIECE_BYTES ? left : READ_PIECE_BYTES;
        char *at = buf_reserve(ret, piece);
        if (at == NULL) {
            return error_set(reterr, ERR_NO_MEMORY, "read %s: out of memory", path);
        }
        ssize_t got = read(fd, at, piece);
        if (got == 0) {
            return ERR_OK;
        }
        if (got < 0 && errno != EINTR) {
            return fail(reterr, "read", path);
        }
        ret->size += got > 0 ? (size_t)got : 0;
    }
    return check_end(fd, path, ret->max_bytes, reterr);
}

static enum err write_all(int fd, const char *path, struct slice bytes, struct error *reterr)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return fail(reterr, "write", path);
        }
        bytes = slice_from(bytes, (size_t)written);
    }
    return fsync(fd) == 0 ? ERR_OK : fail(reterr, "sync", path);
}

/* Writes `<path>.tmp`, synced. */
static enum err write_temporary(const char *path,
                                struct slice bytes,
                                char ret_temporary[FILE_PATH_SIZE],
                                struct error *reterr)
{
    int length = snprintf(ret_temporary, FILE_PATH_SIZE, "%s.tmp", path);
    if (length < 0 || length >= FILE_PATH_SIZE) {
        return error_set(reterr, ERR_INVALID, "the path %.100s... is too long", path);
    }
    (void)unlink(ret_temporary); /* what a crash left; its mode and owner are nobody's promise */
    SCOPED_FD fd = open(ret_temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return fail(reterr, "make", ret_temporary);
    }
    enum err e = failpoint_check(FAILPOINT_FILE_BEFORE_WRITE, reterr);
    return e == ERR_OK ? write_all(fd, ret_temporary, bytes, reterr) : e;
}

/* Gives the temporary file its name unless there is one of that name. */
static bool rename_to_new(const char *temporary, const char *path)
{
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return true;
    }
    bool cannot = errno == EINVAL || errno == ENOSYS; /* NFS, say */
    return cannot && link(temporary, path) == 0 && unlink(temporary) == 0;
}

/* A file that is there is whole: a crash in between must not leave an empty one of that name. */
static enum err put_file(const char *path, struct slice bytes, bool replace, struct error *reterr)
{
    char temporary[FILE_PATH_SIZE];
    enum err e = write_temporary(path, bytes, temporary, reterr);
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_FILE_BEFORE_RENAME, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    bool named = replace ? rename(temporary, path) == 0 : rename_to_new(temporary, path);
    if (!named) {
        e = fail(reterr, replace ? "rename to" : "make", path);
        (void)unlink(temporary);
        return e;
    }
    e = failpoint_check(FAILPOINT_FILE_AFTER_RENAME, reterr);
    return e == ERR_OK ? file_sync_parent(path, reterr) : e;
}

enum err file_create(const char *path, struct slice bytes, struct error *reterr)
{
    return put_file(path, bytes, false, reterr);
}

enum err file_replace(const char *path, struct slice bytes, struct error *reterr)
{
    return put_file(path, bytes, true, reterr);
}

enum err file_make_directory(const char *path, struct error *reterr)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return ERR_OK;
    }
    return fail(reterr, "make directory", path);
}

enum err file_sync_directory(const char *path, struct error *reterr)
{
    SCOPED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(reterr, "open directory", path);
    }
    return fsync(fd) == 0 ? ERR_OK : fail(reterr, "sync directory", path);
}

enum err file_sync_parent(const char *path, struct error *reterr)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return file_sync_directory(".", reterr);
    }
    char parent[FILE_PATH_SIZE];
    int length = slash == path ? 1 : (int)(slash - path);
    (void)snprintf(parent, sizeof parent, "%.*s", length, path);
    return file_sync_directory(parent, reterr);
}
