/*
 * data: a data directory opened for reading, beside the server or alone. Nothing in it is made or
 * changed.
 *
 * The views' snapshot is taken before the journal's, so every sequence the views name can be read.
 * Without a server the views may be torn (the machine lost power) or another program's: then they
 * are refused, with what to do.
 *
 * A file that was cut or that the disk cannot read kills a process that has it mapped: that is
 * caught, said, and ends with exit code 3.
 */
#ifndef DAYBOOK_TOOLS_DATA_H
#define DAYBOOK_TOOLS_DATA_H

#include "api/settings.h"
#include "journal/journal.h"
#include "projections/views.h"
#include "tools/options.h"

#define DATA_PATH_SIZE 4096

/* What a command needs; bits. */
enum data_need {
    DATA_VIEWS = 1,
    DATA_KEYS = 2,      /* bodies are opened: without keyring or master key it is an error */
    DATA_MAYBE_KEYS = 4 /* bodies are opened if the keys are there */
};

struct data {
    const char *dir;
    struct settings settings;
    int server_pid; /* that serves it; 0: nobody */
    bool has_keys;
    char keys_missing[DATA_PATH_SIZE]; /* why not, when they were asked for */
    struct journal *journal;
    struct journal_reader *reader; /* with a snapshot */
    struct journal_head head;      /* of that snapshot */
    struct views *views;           /* NULL unless asked for */
    struct views_txn *txn;
    uint64_t seq; /* where the views stand */
};

/** Whether there is a journal in `dir`. Errors: ERR_NOT_FOUND, ERR_DENIED, ERR_DAMAGED, each saying
 * what to do. */
MUST_USE enum err data_check(const char *dir, struct error *reterr);

/** The settings in force for a directory: flags of the command that are settings, environment,
 * DIR/daybook.yml. Free with settings_deinit in every case. Errors: those of settings.h. */
MUST_USE enum err
data_settings(const struct options *options, struct settings *ret, struct error *reterr);

/** Whether keyring and master key can be read; if not, *ret_why names the file and the reason. */
bool data_has_keys(const char *dir, const struct settings *settings, char ret_why[DATA_PATH_SIZE]);

/** The journal's options for reading with these settings. */
struct journal_options data_journal_options(const char *dir, const struct settings *settings);

/** Opens for reading what `needs` (bits of enum data_need) says. Close in every case. */
MUST_USE enum err
data_open(const struct options *options, unsigned needs, struct data *ret, struct error *reterr);

/** Opens the views of an open one. On an error call data_close_views; the journal stays open. */
MUST_USE enum err data_open_views(struct data *data, struct error *reterr);

/** Closes the views alone. */
void data_close_views(struct data *data);

/** Closes; takes a zeroed one too. */
void data_close(struct data *data);

/**
 * From here on a file that was cut ends the process with a sentence and exit code 3. With
 * `reads_only` so does any other crash, which damaged pages cause in LMDB: who writes should rather
 * leave a core behind.
 */
void data_guard(const char *command, const char *dir, bool reads_only);

#endif
