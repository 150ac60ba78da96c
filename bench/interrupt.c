#include "bench/interrupt.h"

#include "core/base/check.h"

#include <signal.h>

static volatile sig_atomic_t noted;

static void note(int number)
{
    noted = number;
}

void interrupt_watch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        (void)sigaction(numbers[i], &action, NULL); /* cannot fail for these */
    }
}

enum err interrupt_check(struct error *reterr)
{
    return noted == 0 ? ERR_OK : error_set(reterr, ERR_CANCELED, "interrupted");
}
