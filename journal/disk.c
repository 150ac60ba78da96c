#include "journal/disk_priv.h"

#include "core/base/failpoint.h"

#include <errno.h>
#include <sys/statvfs.h>

enum err disk_free(int fd, uint64_t *ret_bytes, struct error *reterr)
{
    struct statvfs status;
    if (fstatvfs(fd, &status) != 0) {
        return error_set_sys(reterr, ERR_IO, errno, "ask for free disk");
    }
    *ret_bytes = (uint64_t)status.f_bavail * status.f_frsize;
    return ERR_OK;
}

enum err disk_check(int fd, uint64_t bytes, struct error *reterr)
{
    uint64_t left = 0;
    enum err e = disk_free(fd, &left, reterr);
    left = failpoint_hit(FAILPOINT_DISK_CHECK) ? 0 : left;
    if (e == ERR_OK && left < bytes) {
        e = error_set(reterr, ERR_DISK_FULL,
                      "%llu MiB of disk are free, %llu MiB must be: free some space",
                      (unsigned long long)(left >> 20), (unsigned long long)(bytes >> 20));
    }
    return e;
}
