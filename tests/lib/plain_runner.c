/*
 * plain_runner: runs Criterion tests without Criterion's own runner, which cannot start under
 * ThreadSanitizer (the arena it shares with its children lies where the sanitizer's shadow is:
 * Snaipe/Criterion issue 274).
 *
 * A test file needs no change: linked with this file, `main` and the few functions that an
 * assertion of <criterion/criterion.h> calls are the ones here. Each test runs in a forked process;
 * its end is judged as Criterion does: exit code, signal, time. A data race makes the process end
 * with 66, the sanitizer's own code, and the test fail.
 *
 * Theories and the assertions of <criterion/new/assert.h> speak to Criterion's runner in other
 * ways: tests with them fail here.
 *
 *     program [TEXT]     runs the tests whose "suite/name" holds TEXT; --jobs N is accepted,
 * ignored
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A test without a time limit of its own. */
#define TIMEOUT_SECONDS 300
#define EXIT_FAILED     1

/* The linker's names for the first and behind the last entry of a section. */
extern struct criterion_test *__start_cr_tst[];
extern struct criterion_test *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

static jmp_buf test_end;
static bool test_failed;
static void *test_parameter;

/* ---- what assertions call, in the test's process ---- */

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    if (!stats->passed) {
        test_failed = true;
        (void)fprintf(stderr, "%s:%u: assertion failed: %s\n", stats->file, stats->line,
                      stats->message != NULL ? stats->message : "");
    }
}

__attribute__((noreturn)) void criterion_abort_test(void)
{
    longjmp(test_end, 1);
}

void criterion_continue_test(void)
{
}

__attribute__((noreturn, format(printf, 1, 2))) void criterion_test_die(const char *message, ...)
{
    va_list args;
    va_start(args, message);
    (void)vfprintf(stderr, message, args);
    va_end(args);
    _exit(EXIT_FAILED);
}

void criterion_internal_test_setup(void)
{
}

void criterion_internal_test_teardown(void)
{
}

void criterion_internal_test_main(void (*function)(void))
{
    if (setjmp(test_end) == 0) {
        if (test_parameter != NULL) {
            ((void (*)(void *))function)(test_parameter);
        } else {
            function();
        }
    }
}

/* ---- the runner ---- */

static const struct criterion_suite *find_suite(const struct criterion_test *test)
{
    for (struct criterion_suite **suite = __start_cr_sts; suite < __stop_cr_sts; suite++) {
        if (*suite != NULL && strcmp((*suite)->name, test->category) == 0) {
            return *suite;
        }
    }
    return NULL;
}

__attribute__((noreturn)) static void run_in_child(const struct criterion_test *test,
                                                   void *parameter)
{
    const struct criterion_suite *suite = find_suite(test);
    double seconds = test->data->timeout > 0 ? test->data->timeout : TIMEOUT_SECONDS;
    (void)alarm((unsigned)seconds + 1);
    test_parameter = parameter;
    if (suite != NULL && suite->data->init != NULL) {
        suite->data->init();
    }
    if (test->data->init != NULL) {
        test->data->init();
    }
    test->test();
    if (test->data->fini != NULL) {
        test->data->fini();
    }
    if (suite != NULL && suite->data->fini != NULL) {
        suite->data->fini();
    }
    exit(test_failed ? EXIT_FAILED : 0);
}

/* Runs one test, with one parameter if it takes any. Returns: whether it ended as it should. */
static bool run_test(const struct criterion_test *test, void *parameter)
{
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        run_in_child(test, parameter);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        (void)fprintf(stderr, "%s/%s: cannot run\n", test->category, test->name);
        return false;
    }
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    bool right = signal == test->data->signal && code == test->data->exit_code;
    if (!right) {
        (void)fprintf(stderr, "FAILED %s/%s: exit code %d, signal %d%s\n", test->category,
                      test->name, code, signal, signal == SIGALRM ? " (took too long)" : "");
    }
    return right;
}

/* Runs a test with each of its parameters. Returns: how many went wrong. */
static size_t run_all_parameters(const struct criterion_test *test, size_t *run_count)
{
    if (test->data->kind_ == CR_TEST_NORMAL) {
        (*run_count)++;
        return run_test(test, NULL) ? 0 : 1;
    }
    size_t wrong = 0;
    struct criterion_test_params params = test->data->param_();
    for (size_t i = 0; i < params.length; i++) {
        (*run_count)++;
        wrong += !run_test(test, (char *)params.params + i * params.size);
    }
    if (params.cleanup != NULL) {
        params.cleanup(&params);
    }
    return wrong;
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 && argv[1][0] != '-' ? argv[1] : "";
    size_t count = 0;
    size_t wrong = 0;
    for (struct criterion_test **test = __start_cr_tst; test < __stop_cr_tst; test++) {
        /* The linker may leave holes in the section. */
        if (*test == NULL || (*test)->data->disabled) {
            continue;
        }
        if (strstr((*test)->data->identifier_, wanted) != NULL) {
            wrong += run_all_parameters(*test, &count);
        }
    }
    (void)fprintf(stderr, "%zu tests, %zu failed\n", count, wrong);
    return count > 0 && wrong == 0 ? 0 : EXIT_FAILED;
}
