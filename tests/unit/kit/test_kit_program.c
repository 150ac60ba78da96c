/*
 * Programs run to their end, and folders.
 */
#include "tests/lib/kit_dir.h"
#include "tests/lib/kit_program.h"
#include "tests/lib/kit_time.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

Test(kit_program, input_output_and_exit_code)
{
    const char *const arguments[] = {"/bin/sh", "-c", "cat; echo bad >&2; exit 7", NULL};
    struct kit_output output;
    cr_assert_eq(kit_program_run(arguments, SLICE("in\0put"), KIT_PATIENCE_MS, &output, NULL), 0);
    cr_assert_eq(output.exit.code, 7);
    cr_assert_eq(output.exit.signal, 0);
    cr_assert(slice_equal(buf_slice(&output.out), SLICE("in\0put")));
    cr_assert(slice_is(buf_slice(&output.err), "bad\n"));
    kit_program_output_deinit(&output);
}

Test(kit_program, a_signal_is_told)
{
    const char *const arguments[] = {"/bin/sh", "-c", "kill -SEGV $$", NULL};
    struct kit_output output;
    cr_assert_eq(kit_program_run(arguments, SLICE(""), KIT_PATIENCE_MS, &output, NULL), ERR_OK);
    cr_assert_eq(output.exit.signal, SIGSEGV);
    cr_assert_eq(output.exit.code, -1);
    kit_program_output_deinit(&output);
}

Test(kit_program, one_that_hangs_is_killed)
{
    const char *const arguments[] = {"/bin/sleep", "1000", NULL};
    struct kit_output output;
    cr_assert_eq(kit_program_run(arguments, SLICE(""), 50, &output, NULL), ERR_TIMEOUT);
    cr_assert_eq(output.exit.signal, SIGKILL);
    kit_program_output_deinit(&output);
}

Test(kit_program, one_that_is_not_there)
{
    const char *const arguments[] = {"/no/such/program", NULL};
    struct kit_output output;
    struct error error = {0};
    cr_assert_eq(kit_program_run(arguments, SLICE(""), 50, &output, &error), ERR_IO);
    cr_assert_not_null(strstr(error_text(&error), "/no/such/program"));
    kit_program_output_deinit(&output);
}

/* Gone, or left as a zombie where nobody collects orphans, as in some containers. */
static bool is_dead(pid_t pid)
{
    char path[64];
    char state[2] = {0};
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return true;
    }
    int read = fscanf(file, "%*d (%*[^)]) %1s", state);
    (void)fclose(file);
    return read == 1 && state[0] == 'Z';
}

Test(kit_program, dies_with_the_test_that_started_it)
{
    /* A child of ours starts a program and is killed; the program must be gone too. */
    char folder[KIT_PATH_SIZE];
    char path[KIT_PATH_SIZE + 8];
    cr_assert_eq(kit_dir_create(folder, NULL), ERR_OK);
    (void)snprintf(path, sizeof path, "%s/pid", folder);
    pid_t child = fork();
    if (child == 0) {
        const char *const arguments[] = {"/bin/sleep", "1000", NULL};
        pid_t pid = 0;
        IGNORE(kit_program_start(arguments, "/dev/null", "/dev/null", "/dev/null", &pid, NULL));
        IGNORE(kit_dir_write(path, slice_of(&pid, sizeof pid), NULL)); /* the parent would notice */
        (void)pause();
    }
    struct buf bytes;
    buf_init(&bytes, 64);
    while (bytes.size != sizeof(pid_t)) {
        buf_clear(&bytes);
        IGNORE(kit_dir_read(path, &bytes, NULL)); /* not there yet */
        kit_time_pause(2);
    }
    pid_t pid = 0;
    memcpy(&pid, bytes.data, sizeof pid);
    cr_assert(pid > 0 && kill(pid, 0) == 0);
    struct kit_exit end;
    (void)kill(child, SIGKILL);
    cr_assert_eq(kit_program_wait(child, KIT_PATIENCE_MS, &end, NULL), ERR_OK);
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (!is_dead(pid) && kit_time_left(deadline) > 0) {
        kit_time_pause(2);
    }
    cr_assert(is_dead(pid));
    buf_deinit(&bytes);
    cr_assert_eq(kit_dir_remove(folder, NULL), ERR_OK);
}

Test(kit_dir, is_made_written_read_and_removed)
{
    char folder[KIT_PATH_SIZE];
    char path[KIT_PATH_SIZE + 16];
    struct buf bytes;
    struct stat found;
    buf_init(&bytes, 1024);
    cr_assert_eq(kit_dir_create(folder, NULL), ERR_OK);
    cr_assert(stat(folder, &found) == 0 && (found.st_mode & 0777) == 0700);
    (void)snprintf(path, sizeof path, "%s/sub", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/sub/file", folder);
    cr_assert_eq(kit_dir_read(path, &bytes, NULL), ERR_NOT_FOUND);
    cr_assert_eq(kit_dir_write(path, SLICE("one"), NULL), ERR_OK);
    cr_assert_eq(kit_dir_write(path, SLICE("two"), NULL), ERR_OK);
    cr_assert_eq(kit_dir_read(path, &bytes, NULL), ERR_OK);
    cr_assert(slice_is(buf_slice(&bytes), "two"));
    cr_assert_eq(kit_dir_remove(folder, NULL), ERR_OK);
    cr_assert_neq(stat(folder, &found), 0);
    cr_assert_eq(kit_dir_remove(folder, NULL), ERR_OK);
    buf_deinit(&bytes);
}
