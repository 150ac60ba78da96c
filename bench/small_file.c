#include "bench/small_file.h"

#include <errno.h>
#include <stdio.h>

enum err small_file_read(const char *path, struct buf *ret, struct error *reterr)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return error_set_sys(reterr, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "open %s",
                             path);
    }
    char chunk[16384];
    size_t got = 0;
    while (!ret->failed && (got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_put(ret, chunk, got);
    }
    bool broken = ferror(file) != 0;
    (void)fclose(file);
    return broken ? error_set(reterr, ERR_IO, "read %s", path) : buf_check(ret, path, reterr);
}
