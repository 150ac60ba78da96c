/*
 * run_config: what an execution runs with: the definition and the values of the config variables,
 * as of the sequences it was queued with.
 *
 * Opening config values costs a read and a decryption for each event that set one, so the result is
 * kept by (instance, definition, config) and shared by all executions of one deployment; entries
 * that nobody uses fall out in order. It holds secrets in clear: memory is wiped when an entry
 * goes.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_RUNNER_RUN_CONFIG_H
#define DAYBOOK_API_RUNNER_RUN_CONFIG_H

#include "api/engine/reading.h"
#include "core/flow/snapshot.h"

/* Entries kept that nobody uses at the moment. */
#define RUN_CONFIGS_IDLE_MAX 64

/* Memory of one entry's values: 500 variables of 256 KiB would be 125 MiB; few come near. */
#define RUN_CONFIG_BYTES_MAX (160 * MIB)

struct run_config {
    const struct definition *definition;
    struct snapshot config;
};

struct run_configs;

/** An empty cache; the engine must outlive it. */
MUST_USE enum err
run_configs_create(struct engine *engine, struct run_configs **ret, struct error *reterr);

/** Frees and wipes; sets the pointer to NULL. Nothing may be in use. Takes NULL too. */
void run_configs_destroy(struct run_configs **configs);

/**
 * The config of an instance as of sequence `config`, with the definition of draft `definition`.
 * Returns: an entry to be given back with run_configs_release.
 * Errors: ERR_NOT_FOUND, ERR_ERASED, ERR_INVALID (a stored value that cannot be read), ERR_DAMAGED.
 */
MUST_USE enum err run_configs_acquire(struct run_configs *configs,
                                      struct reading *reading,
                                      struct uuid instance,
                                      uint64_t definition,
                                      uint64_t config,
                                      const struct run_config **ret,
                                      struct error *reterr);

/** Gives an entry back and sets the pointer to NULL. Takes NULL too. */
void run_configs_release(struct run_configs *configs, const struct run_config **config);

#endif
