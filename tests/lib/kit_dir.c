#include "tests/lib/kit_dir.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders that nftw keeps open; more only costs it time. */
#define OPEN_FOLDERS_MAX 16

static const char *parent_folder(void)
{
    static const char *const names[] = {"DAYBOOK_TEST_DIR", "TMPDIR"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return value;
        }
    }
    return "/tmp";
}

enum err kit_dir_create(char ret_path[KIT_PATH_SIZE], struct error *reterr)
{
    char path[KIT_PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/daybook-test-XXXXXX", parent_folder());
    if (size < 0 || (size_t)size >= sizeof path) {
        return error_set(reterr, ERR_IO, "the path of %s is over %d bytes", parent_folder(),
                         KIT_PATH_SIZE);
    }
    if (mkdtemp(path) == NULL) {
        return error_set_sys(reterr, ERR_IO, errno, "make a folder %s", path);
    }
    memcpy(ret_path, path, (size_t)size + 1);
    return ERR_OK;
}

static int remove_entry(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found;
    (void)kind;
    (void)place;
    return remove(path);
}

enum err kit_dir_remove(const char *path, struct error *reterr)
{
    if (nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
        return error_set_sys(reterr, ERR_IO, errno, "remove %s", path);
    }
    return ERR_OK;
}

enum err kit_dir_read(const char *path, struct buf *ret, struct error *reterr)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return error_set_sys(reterr, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "open %s",
                             path);
    }
    char chunk[16384];
    size_t got = 0;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_put(ret, chunk, got);
    }
    bool broken = ferror(file) != 0;
    (void)fclose(file);
    if (broken) {
        return error_set(reterr, ERR_IO, "read %s", path);
    }
    return buf_check(ret, path, reterr);
}

enum err kit_dir_write(const char *path, struct slice bytes, struct error *reterr)
{
    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        return error_set_sys(reterr, ERR_IO, errno, "open %s to write", path);
    }
    bool written = bytes.size == 0 || fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    if (fclose(file) != 0 || !written) {
        return error_set_sys(reterr, ERR_IO, errno, "write %s", path);
    }
    return ERR_OK;
}
