#include "tools/progress.h"

#include "tools/table.h"

#include <stdio.h>
#include <unistd.h>

#define PATIENCE_US ((int64_t)2 * 1000000) /* what is shorter shows nothing */
#define TERMINAL_US ((int64_t)200000)
#define FILE_US     ((int64_t)10 * 1000000)
#define WIPE        "\r\033[K" /* to the line's beginning, the rest of it away */

void progress_begin(struct progress *progress, const char *what, const struct clock *clock)
{
    int64_t now = clock_monotonic_us(clock);
    *progress = (struct progress){.what = what,
                                  .clock = clock,
                                  .began_us = now,
                                  .next_us = now + PATIENCE_US,
                                  .is_terminal = isatty(STDERR_FILENO) == 1};
}

static void put_number(struct buf *out, double number, enum table_style style)
{
    struct value value = value_int(number < 9e18 ? (int64_t)number : INT64_MAX);
    table_put_cell(out, &value, style, TABLE_CELL_MAX);
}

void progress_put_line(
    struct buf *out, const char *what, uint64_t done, uint64_t all, int64_t elapsed_us)
{
    double rate = elapsed_us > 0 ? (double)done * 1e6 / (double)elapsed_us : 0;
    buf_printf(out, "%s: ", what);
    put_number(out, (double)done, TABLE_COUNT);
    buf_put_text(out, " of ");
    put_number(out, (double)all, TABLE_COUNT);
    buf_printf(out, " events, %d %%, ", all > 0 ? (int)((double)done * 100 / (double)all) : 100);
    put_number(out, rate, TABLE_COUNT);
    buf_put_text(out, "/s");
    if (rate > 0 && done < all) {
        double seconds = (double)(all - done) / rate;
        buf_put_text(out, ", ");
        put_number(out, (seconds < 1 ? 1 : seconds) * 1e6, TABLE_DURATION);
        buf_put_text(out, " left");
    }
}

void progress_update(void *progress, uint64_t done, uint64_t all)
{
    struct progress *it = progress;
    int64_t now = clock_monotonic_us(it->clock);
    if (now < it->next_us) {
        return;
    }
    struct buf line;
    buf_init(&line, 1024);
    progress_put_line(&line, it->what, done, all, now - it->began_us);
    (void)fprintf(stderr, "%s%.*s%s", it->is_terminal ? WIPE : "", SLICE_ARGS(buf_slice(&line)),
                  it->is_terminal ? "" : "\n");
    (void)fflush(stderr);
    buf_deinit(&line);
    it->shown = true;
    it->next_us = now + (it->is_terminal ? TERMINAL_US : FILE_US);
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->is_terminal) {
        (void)fputs(WIPE, stderr);
        (void)fflush(stderr);
    }
}

double progress_seconds(const struct progress *progress)
{
    return (double)(clock_monotonic_us(progress->clock) - progress->began_us) / 1e6;
}
