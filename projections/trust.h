/*
 * trust: may the views on disk be used, or must they be built again?
 *
 * Views are not synced, so a power loss may leave them torn without any sign. They are trusted only
 * when
 *
 *   clean      the mark `views/clean` names the last transaction and the size of the file: it was
 *              written and synced after a forced sync of the views, and is removed before the first
 *              write after that; or
 *   same life  a witness on tmpfs, which a power loss takes with it, names this boot, the file's
 *              device, inode and time of birth, and the views' last transaction or the one before:
 *              since the witness was made no power was lost, and a killed process loses no page it
 *              wrote.
 *
 * In both cases their position must be in the journal with the same chain link, and every
 * projection's version this program's.
 *
 * Thread: the one that writes the views.
 */
#ifndef DAYBOOK_PROJECTIONS_TRUST_H
#define DAYBOOK_PROJECTIONS_TRUST_H

#include "journal/journal.h"
#include "projections/views.h"

struct trust;

/**
 * Whether it is worth opening the views in `dir` to ask trust_check: what is cut ends the process
 * when it is read. `ret_reason` gets why not, static.
 */
bool trust_glance(const char *dir, const char **ret_reason);

/** Whether the views in `dir` may be used. `ret_reason` gets why or why not, static. */
MUST_USE enum err trust_check(const char *dir,
                              struct views *views,
                              struct journal *journal,
                              bool *ret_trusted,
                              const char **ret_reason,
                              struct error *reterr);

/** Before the first write: removes the clean mark for good and makes the witness. Where there is no
 * tmpfs the views are merely not trusted after a crash. */
MUST_USE enum err
trust_begin(const char *dir, struct views *views, struct trust **ret, struct error *reterr);

/** Before each commit: the transaction that is about to be. */
void trust_note(struct trust *trust, uint64_t txn_number);

/** After the last commit: syncs the views, writes the clean mark, and removes the witness. */
MUST_USE enum err trust_finish(struct trust *trust, struct views *views, struct error *reterr);

/** Removes the witness of the views in `dir`, before they are deleted: another file may get their
 * inode. */
void trust_forget(const char *dir);

/** Lets the witness stay where it is and frees; sets the pointer to NULL. Takes NULL too. */
void trust_end(struct trust **trust);

#endif
