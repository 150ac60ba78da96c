#include "projections/trust.h"

#include "core/base/bytes.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "projections/projector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define BOOT_BYTES 36 /* a uuid as text */

/* The witness file. The time of birth tells a file from another that got its inode later: 0 where
 * the file system does not know it. */
struct witness {
    char boot[BOOT_BYTES];
    char pad[4];
    uint64_t device;
    uint64_t inode;
    uint64_t txn;
    uint64_t born_ns;
};

struct trust {
    char dir[PATH_BYTES];
    struct witness *witness; /* mapped; NULL when there is no tmpfs */
};

/* ---- small file helpers ---- */

static bool read_boot_id(char ret[BOOT_BYTES])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool whole = read(fd, ret, BOOT_BYTES) == BOOT_BYTES;
    (void)close(fd);
    return whole;
}

static enum err sync_dir(const char *dir, struct error *reterr)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int fault = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return synced ? ERR_OK : error_set_sys(reterr, ERR_IO, fault, "sync directory %s", dir);
}

static bool stat_data(const char *dir, struct stat *ret)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/data.mdb", dir);
    return stat(path, ret) == 0;
}

static uint64_t birth_of(const char *dir)
{
    char path[PATH_BYTES];
    struct statx file;
    (void)snprintf(path, sizeof path, "%s/data.mdb", dir);
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &file) != 0 || (file.stx_mask & STATX_BTIME) == 0) {
        return 0;
    }
    return (uint64_t)file.stx_btime.tv_sec * 1000000000 + file.stx_btime.tv_nsec;
}

/* Named by the file it speaks of, so that several data directories do not meet. */
static bool witness_path(const char *dir, char ret[PATH_BYTES])
{
    struct stat data;
    if (!stat_data(dir, &data)) {
        return false;
    }
    (void)snprintf(ret, PATH_BYTES, "/dev/shm/daybook-%u-%llx-%llx", (unsigned)geteuid(),
                   (unsigned long long)data.st_dev, (unsigned long long)data.st_ino);
    return true;
}

/* ---- checking ---- */

/* views/clean: last transaction u64, bytes of the file u64, both big-endian. */
#define MARK_BYTES 16

struct mark {
    uint64_t txn;
    uint64_t bytes;
};

static bool read_mark(const char *dir, struct mark *ret)
{
    char path[PATH_BYTES];
    char text[MARK_BYTES];
    (void)snprintf(path, sizeof path, "%s/clean", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool whole = read(fd, text, sizeof text) == (ssize_t)sizeof text;
    (void)close(fd);
    *ret = (struct mark){bytes_be64(text), bytes_be64(text + 8)};
    return whole;
}

static bool is_clean(const char *dir, uint64_t last_txn)
{
    struct mark mark;
    return read_mark(dir, &mark) && mark.txn == last_txn;
}

static bool read_witness(const char *path, struct witness *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat file;
    if (fd < 0) {
        return false;
    }
    bool mine = fstat(fd, &file) == 0 && file.st_uid == geteuid() && S_ISREG(file.st_mode);
    bool whole = mine && read(fd, ret, sizeof *ret) == (ssize_t)sizeof *ret;
    (void)close(fd);
    return whole;
}

/* The witness of this very file in this life of the machine. */
static bool find_witness(const char *dir, struct witness *ret)
{
    char path[PATH_BYTES];
    char boot[BOOT_BYTES];
    struct stat data;
    if (!witness_path(dir, path) || !read_witness(path, ret) || !read_boot_id(boot) ||
        !stat_data(dir, &data)) {
        return false;
    }
    return memcmp(boot, ret->boot, sizeof boot) == 0 && ret->device == data.st_dev &&
           ret->inode == data.st_ino && ret->born_ns == birth_of(dir);
}

static bool is_same_life(const char *dir, uint64_t last_txn)
{
    struct witness witness;
    return find_witness(dir, &witness) && (witness.txn == last_txn || witness.txn == last_txn + 1);
}

static const char lost[] =
    "they were not closed cleanly, and the machine may have lost power since";

bool trust_glance(const char *dir, const char **ret_reason)
{
    struct mark mark;
    struct stat data;
    struct witness witness;
    if (!read_mark(dir, &mark)) {
        *ret_reason = lost;
        return find_witness(dir, &witness);
    }
    *ret_reason = "their file is shorter than it was";
    return stat_data(dir, &data) && (uint64_t)data.st_size >= mark.bytes;
}

/* Whether the journal has this very record. */
static enum err has_record(struct journal *journal,
                           const struct journal_head *position,
                           bool *ret_has,
                           struct error *reterr)
{
    struct journal_reader *reader = NULL;
    struct journal_head head = {0};
    unsigned char link[JOURNAL_LINK_BYTES] = {0};
    enum err e = journal_reader_create(journal, &reader, reterr);
    e = e != ERR_OK ? e : journal_reader_begin(reader, reterr);
    e = e != ERR_OK ? e : journal_reader_head(reader, &head, reterr);
    bool within = e == ERR_OK && position->seq > 0 && position->seq <= head.seq;
    if (within) {
        e = journal_link_at(reader, position->seq, link, reterr);
        within = e != ERR_NOT_FOUND; /* ours has no record that ends there */
    }
    journal_reader_destroy(&reader);
    *ret_has = within && memcmp(link, position->link, sizeof link) == 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Whether the views stand at a place of this journal. What cannot be read in them is a reason not
 * to trust them and nothing else: they can be made again. */
static enum err position_fits(struct views *views,
                              struct journal *journal,
                              bool *ret_fits,
                              const char **ret_reason,
                              struct error *reterr)
{
    struct views_txn *txn = NULL;
    struct journal_head position = {0};
    bool linked = false;
    bool readable = views_begin(views, false, &txn, NULL) == ERR_OK;
    bool outdated = readable && projector_outdated(txn) != NULL;
    readable = readable && projector_position(txn, &position, NULL) == ERR_OK;
    views_end(&txn);
    enum err e = readable ? has_record(journal, &position, &linked, reterr) : ERR_OK;
    if (e != ERR_OK) {
        return e;
    }
    *ret_fits = linked && !outdated;
    *ret_reason = outdated ? "a view's version is not this program's"
                           : (linked ? *ret_reason : "they do not belong to this journal");
    return ERR_OK;
}

enum err trust_check(const char *dir,
                     struct views *views,
                     struct journal *journal,
                     bool *ret_trusted,
                     const char **ret_reason,
                     struct error *reterr)
{
    uint64_t last_txn = views_last_txn(views);
    bool clean = is_clean(dir, last_txn);
    *ret_trusted = false;
    if (!clean && !is_same_life(dir, last_txn)) {
        *ret_reason = lost;
        return ERR_OK;
    }
    *ret_reason = clean ? "closed cleanly" : "written in this life of the machine";
    return position_fits(views, journal, ret_trusted, ret_reason, reterr);
}

/* ---- keeping ---- */

static enum err remove_clean(const char *dir, struct error *reterr)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/clean", dir);
    if (unlink(path) != 0 && errno != ENOENT) {
        return error_set_sys(reterr, ERR_IO, errno, "remove %s", path);
    }
    return sync_dir(dir, reterr);
}

/* Makes and maps the witness. Returns: NULL where that cannot be done; a crash then means a
 * rebuild. */
static struct witness *make_witness(const char *dir, struct views *views)
{
    char path[PATH_BYTES];
    struct stat data;
    struct witness fresh = {.txn = views_last_txn(views)};
    if (!witness_path(dir, path) || !stat_data(dir, &data) || !read_boot_id(fresh.boot)) {
        return NULL;
    }
    fresh.device = data.st_dev;
    fresh.inode = data.st_ino;
    fresh.born_ns = birth_of(dir);
    (void)unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return NULL;
    }
    void *map = MAP_FAILED;
    if (write(fd, &fresh, sizeof fresh) == (ssize_t)sizeof fresh) {
        map = mmap(NULL, sizeof fresh, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    (void)close(fd);
    return map == MAP_FAILED ? NULL : map;
}

enum err trust_begin(const char *dir, struct views *views, struct trust **ret, struct error *reterr)
{
    struct trust *trust = memory_zalloc(1, sizeof *trust);
    if (trust == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "trust: out of memory");
    }
    (void)snprintf(trust->dir, sizeof trust->dir, "%s", dir);
    enum err e = remove_clean(dir, reterr);
    e = e != ERR_OK ? e : failpoint_check(FAILPOINT_TRUST_AFTER_UNMARK, reterr);
    if (e != ERR_OK) {
        trust_end(&trust);
        return e;
    }
    trust->witness = make_witness(dir, views);
    *ret = trust;
    return ERR_OK;
}

void trust_note(struct trust *trust, uint64_t txn_number)
{
    if (trust->witness != NULL) {
        __atomic_store_n(&trust->witness->txn, txn_number, __ATOMIC_SEQ_CST);
    }
}

static enum err write_clean(const char *dir, uint64_t last_txn, struct error *reterr)
{
    char path[PATH_BYTES];
    char text[MARK_BYTES];
    struct stat data;
    (void)snprintf(path, sizeof path, "%s/clean", dir);
    if (!stat_data(dir, &data)) {
        return error_set_sys(reterr, ERR_IO, errno, "look at the file in %s", dir);
    }
    bytes_put_be64(text, last_txn);
    bytes_put_be64(text + 8, (uint64_t)data.st_size);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return error_set_sys(reterr, ERR_IO, errno, "write %s", path);
    }
    bool done = write(fd, text, sizeof text) == (ssize_t)sizeof text && fsync(fd) == 0;
    int fault = errno;
    (void)close(fd);
    return done ? sync_dir(dir, reterr) : error_set_sys(reterr, ERR_IO, fault, "write %s", path);
}

enum err trust_finish(struct trust *trust, struct views *views, struct error *reterr)
{
    enum err e = views_sync(views, reterr);
    e = e != ERR_OK ? e : failpoint_check(FAILPOINT_TRUST_BEFORE_MARK, reterr);
    e = e != ERR_OK ? e : write_clean(trust->dir, views_last_txn(views), reterr);
    if (e == ERR_OK) {
        trust_forget(trust->dir); /* the mark is there: nobody needs the witness */
    }
    return e;
}

void trust_forget(const char *dir)
{
    char path[PATH_BYTES];
    if (witness_path(dir, path)) {
        (void)unlink(path);
    }
}

void trust_end(struct trust **trust)
{
    if (*trust == NULL) {
        return;
    }
    if ((*trust)->witness != NULL) {
        (void)munmap((*trust)->witness, sizeof *(*trust)->witness);
    }
    memory_free(*trust);
    *trust = NULL;
}
