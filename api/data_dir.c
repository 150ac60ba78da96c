#include "api/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

static enum err sync_fd(int fd, const char *path, struct error *reterr)
{
    bool synced = fd >= 0 && fsync(fd) == 0;
    int fault = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return synced ? ERR_OK : error_set_sys(reterr, ERR_IO, fault, "sync directory %s", path);
}

enum err data_dir_sync(const char *path, struct error *reterr)
{
    return sync_fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path, reterr);
}

/* The directory that `path` lies in; "a/b/" lies in "a". */
static void parent_of(const char *path, char ret[PATH_BYTES])
{
    (void)snprintf(ret, PATH_BYTES, "%s", path);
    size_t size = strlen(ret);
    while (size > 1 && ret[size - 1] == '/') {
        ret[--size] = '\0';
    }
    char *slash = strrchr(ret, '/');
    if (slash == NULL) {
        (void)snprintf(ret, PATH_BYTES, ".");
    } else {
        slash[slash == ret ? 1 : 0] = '\0';
    }
}

enum err data_dir_make(const char *path, struct error *reterr)
{
    char parent[PATH_BYTES];
    if (mkdir(path, 0700) != 0) {
        return errno == EEXIST ? ERR_OK
                               : error_set_sys(reterr, ERR_IO, errno, "make directory %s", path);
    }
    parent_of(path, parent);
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) {
        return ERR_OK; /* one may make names in it and not look at them: then nothing can be done */
    }
    return sync_fd(fd, parent, reterr);
}
