#include "bench/floor.h"

#include "bench/interrupt.h"
#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* The file is never larger; then it begins anew. */
#define FILE_BYTES_MAX ((uint64_t)1 << 30)

static enum err write_all(int fd, const char *bytes, size_t size, struct error *reterr)
{
    size_t done = 0;
    while (done < size) {
        ssize_t written = write(fd, bytes + done, size - done);
        if (written < 0 && errno != EINTR) {
            return error_set_sys(reterr, ERR_IO, errno, "write the file of the floor");
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return fdatasync(fd) == 0 ? ERR_OK
                              : error_set_sys(reterr, ERR_IO, errno, "sync the file of the floor");
}

static enum err begin_anew(int fd, struct error *reterr)
{
    bool done = lseek(fd, 0, SEEK_SET) == 0 && ftruncate(fd, 0) == 0;
    return done ? ERR_OK : error_set_sys(reterr, ERR_IO, errno, "empty the file of the floor");
}

static enum err append(int fd,
                       const char *bytes,
                       size_t size,
                       int64_t duration_us,
                       double *ret_us,
                       struct error *reterr)
{
    int64_t began = clock_monotonic_us(clock_system());
    int64_t now = began;
    uint64_t batches = 0;
    uint64_t file_bytes = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && (now - began < duration_us || batches == 0)) {
        e = interrupt_check(reterr);
        e = e != ERR_OK ? e : write_all(fd, bytes, size, reterr);
        batches++;
        file_bytes += size;
        if (e == ERR_OK && file_bytes > FILE_BYTES_MAX) {
            file_bytes = 0;
            e = begin_anew(fd, reterr);
        }
        now = clock_monotonic_us(clock_system());
    }
    *ret_us = (double)(now - began) / (double)batches;
    return e;
}

enum err floor_measure(const char *folder,
                       size_t batch_bytes,
                       int64_t duration_us,
                       double *ret_us,
                       struct error *reterr)
{
    char path[4200];
    size_t size = batch_bytes > 0 ? batch_bytes : 1;
    (void)snprintf(path, sizeof path, "%s/floor", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char *bytes = memory_alloc(size);
    enum err e = ERR_OK;
    if (fd < 0) {
        e = error_set_sys(reterr, ERR_IO, errno, "make %s", path);
    } else if (bytes == NULL) {
        e = error_set(reterr, ERR_NO_MEMORY, "no memory for a batch of %zu bytes", size);
    } else {
        random_fill(bytes, size); /* as sealed bodies are: nothing below can compress them */
        e = append(fd, bytes, size, duration_us, ret_us, reterr);
    }
    memory_free(bytes);
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(path);
    }
    return e;
}
