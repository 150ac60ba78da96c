/* failpoint: what arms, what does not, and which hit counts. */
#include "core/base/failpoint.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

Test(failpoint, does_nothing_unarmed)
{
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    cr_assert(!failpoint_armed);
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT));
    cr_assert_eq(failpoint_check(FAILPOINT_BLOB_BEFORE_COMMIT, NULL), ERR_OK);
}

Test(failpoint, fails_on_the_hit_it_was_told)
{
    struct error error;
    cr_assert_eq(failpoint_arm("blob_before_commit:error@3,blob_after_commit:error", NULL), ERR_OK);
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT));
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT));
    cr_assert_eq(failpoint_check(FAILPOINT_BLOB_BEFORE_COMMIT, &error), ERR_IO);
    cr_assert_str_eq(error.text, "failpoint blob_before_commit");
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT), "once");
    cr_assert(failpoint_hit(FAILPOINT_BLOB_AFTER_COMMIT));
    cr_assert(!failpoint_hit(FAILPOINT_FILE_BEFORE_RENAME), "another one");
    cr_assert_eq(failpoint_arm("", NULL), ERR_OK);
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_AFTER_COMMIT));
}

Test(failpoint, crashes_as_by_kill_9)
{
    pid_t child = fork();
    if (child == 0) {
        if (failpoint_arm("file_after_rename:crash@2", NULL) == ERR_OK) {
            (void)failpoint_hit(FAILPOINT_FILE_AFTER_RENAME);
            (void)failpoint_hit(FAILPOINT_FILE_AFTER_RENAME);
        }
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

Test(failpoint, sleeps_every_time)
{
    cr_assert_eq(failpoint_arm("blob_before_commit:sleep=1", NULL), ERR_OK);
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT));
    cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT));
}

Test(failpoint, refuses_what_it_does_not_know)
{
    static const char *const wrong[] = {"nowhere:crash",
                                        "blob_before_commit",
                                        "blob_before_commit:",
                                        "blob_before_commit:burn",
                                        "blob_before_commit:crash@",
                                        "blob_before_commit:crash@0",
                                        "blob_before_commit:crash@x",
                                        "blob_before_commit:crash=1",
                                        "blob_before_commit:sleep",
                                        "blob_before_commit:sleep=99999999999",
                                        ",blob_before_commit:crash"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error;
        cr_assert_eq(failpoint_arm(wrong[i], &error), ERR_INVALID, "%s", wrong[i]);
        cr_assert(!failpoint_hit(FAILPOINT_BLOB_BEFORE_COMMIT), "%s", wrong[i]);
    }
}
