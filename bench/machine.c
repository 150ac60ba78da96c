#include "bench/machine.h"

#include "bench/small_file.h"
#include "core/base/limits.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FILE_BYTES_MAX (4 * MIB)
#define FIELDS_MAX     16

static void set_text(char *ret, size_t size, struct slice text)
{
    (void)snprintf(ret, size, "%.*s", SLICE_ARGS(text));
}

static struct slice first_line(struct slice text)
{
    size_t end = slice_find(text, SLICE("\n"));
    return slice_of(text.data, end < text.size ? end : text.size);
}

/* ---- processor ---- */

static unsigned count_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 0;
}

/* "model name	: Intel..." */
static void find_cpu(struct machine *machine)
{
    struct buf text;
    buf_init(&text, FILE_BYTES_MAX);
    set_text(machine->cpu, sizeof machine->cpu, SLICE("unknown"));
    if (small_file_read("/proc/cpuinfo", &text, NULL) == ERR_OK) {
        struct slice rest =
            slice_from(buf_slice(&text), slice_find(buf_slice(&text), SLICE("model name")));
        size_t colon = slice_find(rest, SLICE(":"));
        if (rest.size > 0 && colon != SIZE_MAX) {
            set_text(machine->cpu, sizeof machine->cpu,
                     slice_trim(first_line(slice_from(rest, colon + 1))));
        }
    }
    buf_deinit(&text);
}

/* ---- file system ---- */

/* The fields of a line, split at spaces. Returns: their number. */
static size_t split(struct slice line, struct slice ret[FIELDS_MAX])
{
    size_t count = 0;
    while (line.size > 0 && count < FIELDS_MAX) {
        size_t end = slice_find(line, SLICE(" "));
        ret[count++] = slice_of(line.data, end < line.size ? end : line.size);
        line = slice_from(line, end < line.size ? end + 1 : line.size);
    }
    return count;
}

/* A line of /proc/self/mountinfo: "36 35 98:0 / /mnt rw,noatime ... - ext3 /dev/root rw". Returns:
 * false when it is not that of the device. */
static bool read_mount(struct slice line, const char *device, struct machine *machine)
{
    struct slice fields[FIELDS_MAX];
    size_t count = split(line, fields);
    size_t dash = 6;
    if (count <= dash || !slice_is(fields[2], device)) {
        return false;
    }
    while (dash < count && !slice_is(fields[dash], "-")) {
        dash++;
    }
    if (dash + 2 >= count) {
        return false;
    }
    machine->in_memory = slice_is(fields[dash + 1], "tmpfs") || slice_is(fields[dash + 1], "ramfs");
    (void)snprintf(machine->file_system, sizeof machine->file_system, "%.*s (%.*s) on %.*s",
                   SLICE_ARGS(fields[dash + 1]), SLICE_ARGS(fields[5]),
                   SLICE_ARGS(fields[dash + 2]));
    return true;
}

static void find_file_system(struct machine *machine, const char *folder)
{
    struct stat found;
    struct buf text;
    char device[32];
    set_text(machine->file_system, sizeof machine->file_system, SLICE("unknown"));
    buf_init(&text, FILE_BYTES_MAX);
    if (stat(folder, &found) == 0 &&
        small_file_read("/proc/self/mountinfo", &text, NULL) == ERR_OK) {
        (void)snprintf(device, sizeof device, "%u:%u", major(found.st_dev), minor(found.st_dev));
        struct slice rest = buf_slice(&text);
        while (rest.size > 0 && !read_mount(first_line(rest), device, machine)) {
            rest = slice_from(rest, first_line(rest).size + 1);
        }
    }
    buf_deinit(&text);
}

/* ---- all of it ---- */

struct machine machine_describe(const char *folder)
{
    struct machine machine = {.cores = count_cores()};
    struct utsname name;
    machine.memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (getloadavg(&machine.load_average, 1) != 1) {
        machine.load_average = 0;
    }
    if (uname(&name) == 0) {
        (void)snprintf(machine.kernel, sizeof machine.kernel, "%s %s", name.sysname, name.release);
    }
    find_cpu(&machine);
    find_file_system(&machine, folder);
    return machine;
}
