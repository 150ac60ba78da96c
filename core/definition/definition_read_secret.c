/*
 * The literals that are secrets: read from where secret_text_mark has put them, or kept from what
 * is stored.
 */
#include "core/definition/definition_read_priv.h"
#include "core/definition/secret_text_priv.h"

#define SECRETS_CAPACITY_FIRST 8

static bool grow_secrets(struct definition_read *read)
{
    struct definition_secrets *secrets = &read->definition->secrets;
    if (secrets->count < read->secret_capacity) {
        return true;
    }
    uint32_t capacity =
        read->secret_capacity == 0 ? SECRETS_CAPACITY_FIRST : 2 * read->secret_capacity;
    struct definition_secret *items =
        ARENA_ARRAY(read->reader.arena, struct definition_secret, capacity);
    if (items == NULL) {
        return false;
    }
    if (secrets->count > 0) {
        memcpy(items, secrets->items, secrets->count * sizeof *items);
    }
    secrets->items = items;
    read->secret_capacity = capacity;
    return true;
}

struct slice definition_read_secret(struct definition_read *read,
                                    const struct yaml_node *node,
                                    struct slice path)
{
    struct definition_secrets *secrets = &read->definition->secrets;
    struct slice value = {NULL, 0};
    if (node != NULL && !node->is_secret && !yaml_tree_is_null(node) && node->text.size > 0) {
        /* Where an alias makes a secret and the words that say what is secret one scalar, marking
         * and reading disagree. What was not marked would stay in the text that is shown. */
        yaml_reader_problem(&read->reader, node->line,
                            "this secret cannot be told from the rest; write it and what stands "
                            "around it without aliases");
        return value;
    }
    if (node != NULL) {
        value = node->secret;
    }
    if (value.size == 0) {
        value = arena_copy(read->reader.arena, secret_text_find(read->stored, path));
    }
    if (value.size == 0) {
        return value;
    }
    if (secrets->count >= SECRET_TEXT_COUNT_MAX) {
        if (!read->secrets_full) {
            yaml_reader_problem(&read->reader, node != NULL ? node->line : 1,
                                "a definition has at most %d secrets; this one is one more",
                                SECRET_TEXT_COUNT_MAX);
        }
        read->secrets_full = true;
    } else if (grow_secrets(read)) {
        secrets->items[secrets->count++] = (struct definition_secret){path, value};
    }
    return value;
}
