/*
 * guess: which of the names there are somebody most likely meant, so that a refusal can say it.
 *
 * A name is only offered when it differs in at most a third of its letters: another would mislead.
 */
#ifndef DAYBOOK_TOOLS_GUESS_H
#define DAYBOOK_TOOLS_GUESS_H

#include <stddef.h>

struct guess {
    const char *given;
    const char *name; /* NULL while nothing is near enough */
    size_t distance;
};

/** Starts looking for what `given` may mean. */
struct guess guess_at(const char *given);

/** Looks at one name, which must live as long as the guess is used. */
void guess_consider(struct guess *guess, const char *name);

#endif
