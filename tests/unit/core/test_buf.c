/* buf: growth, the maximum, and failing without losing what is there. */
#include "core/base/buf.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>

Test(buf, grows_and_keeps_what_was_put)
{
    struct buf buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 10000; i++) {
        buf_put_char(&buf, (char)i);
    }
    cr_assert_eq(buf.size, 10000);
    for (int i = 0; i < 10000; i++) {
        cr_assert_eq(buf.data[i], (char)i);
    }
    cr_assert_eq(buf_check(&buf, "x", NULL), ERR_OK);
    buf_deinit(&buf);
}

Test(buf, fails_over_its_maximum_and_ignores_the_rest)
{
    struct buf buf;
    struct error error;
    buf_init(&buf, 10);
    buf_put_text(&buf, "0123456789");
    cr_assert(!buf.failed);
    buf_put_char(&buf, 'x');
    buf_put_text(&buf, "more");
    cr_assert_eq(buf.size, 10);
    cr_assert_eq(buf_check(&buf, "the answer", &error), ERR_LIMIT);
    cr_assert_str_eq(error.text, "the answer is over 10 bytes");
    buf_clear(&buf);
    cr_assert_eq(buf_check(&buf, "the answer", &error), ERR_OK);
    buf_deinit(&buf);
}

Test(buf, takes_no_size_that_overflows)
{
    struct buf buf;
    buf_init(&buf, 1000);
    buf_put_text(&buf, "x");
    cr_assert_null(buf_reserve(&buf, SIZE_MAX));
    cr_assert(buf.failed);
    buf_deinit(&buf);
}

Test(buf, formats_truncates_and_consumes)
{
    struct buf buf;
    buf_init(&buf, 1000);
    buf_printf(&buf, "%s %d", "line", 12);
    cr_assert(slice_is(buf_slice(&buf), "line 12"));
    buf_consume(&buf, 5);
    cr_assert(slice_is(buf_slice(&buf), "12"));
    buf_truncate(&buf, 1);
    cr_assert(slice_is(buf_slice(&buf), "1"));
    buf_consume(&buf, 1);
    cr_assert_eq(buf.size, 0);
    buf_put_slice(&buf, SLICE(""));
    buf_put(&buf, NULL, 0);
    cr_assert(!buf.failed);
    buf_deinit(&buf);
}

Test(buf, lives_through_memory_that_is_gone)
{
    struct buf buf;
    buf_init(&buf, 1 << 20);
    buf_put_text(&buf, "there");
    memory_fail_after(0);
    cr_assert_null(buf_reserve(&buf, 100000));
    memory_fail_after(-1);
    cr_assert(buf.failed);
    cr_assert(slice_is(buf_slice(&buf), "there"));
    buf_deinit(&buf);
}
