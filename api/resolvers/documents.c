#include "api/resolvers/documents.h"

#include "core/base/memory.h"

#include <sodium.h>

#define HASH_BYTES 32

struct entry {
    struct list_link link;
    unsigned char hash[HASH_BYTES];
    struct gql_document *document;
    size_t bytes;
};

void documents_init(struct documents *documents, const struct gql_schema *schema)
{
    documents->schema = schema;
    documents->bytes = 0;
    list_init(&documents->entries);
}

static void drop_oldest(struct documents *documents)
{
    struct list_link *link = list_pop_front(&documents->entries);
    struct entry *entry = LIST_ENTRY(link, struct entry, link);
    documents->bytes -= entry->bytes;
    gql_document_destroy(&entry->document);
    memory_free(entry);
}

void documents_deinit(struct documents *documents)
{
    while (!list_empty(&documents->entries)) {
        drop_oldest(documents);
    }
}

static struct gql_document *find(struct documents *documents, const unsigned char hash[HASH_BYTES])
{
    LIST_FOR_EACH(link, &documents->entries)
    {
        struct entry *entry = LIST_ENTRY(link, struct entry, link);
        if (memcmp(entry->hash, hash, HASH_BYTES) == 0) {
            list_remove(&documents->entries, link);
            list_push_back(&documents->entries, link);
            return entry->document;
        }
    }
    return NULL;
}

enum err documents_get(struct documents *documents,
                       struct slice text,
                       struct gql_document **ret,
                       struct gql_errors *errors)
{
    unsigned char hash[HASH_BYTES];
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text.data, text.size, NULL,
                             0);
    *ret = find(documents, hash);
    if (*ret != NULL) {
        return ERR_OK;
    }
    struct entry *entry = memory_zalloc(1, sizeof *entry);
    if (entry == NULL) {
        (void)gql_errors_add(errors, ERR_NO_MEMORY, GQL_NOWHERE, "out of memory");
        return ERR_NO_MEMORY;
    }
    enum err e = gql_document_create(documents->schema, text, &entry->document, errors);
    if (e != ERR_OK) {
        memory_free(entry);
        return e;
    }
    memcpy(entry->hash, hash, sizeof hash);
    entry->bytes = gql_document_bytes(entry->document);
    list_push_back(&documents->entries, &entry->link);
    documents->bytes += entry->bytes;
    while (documents->entries.count > 1 &&
           (documents->entries.count > DOCUMENTS_MAX || documents->bytes > DOCUMENTS_BYTES_MAX)) {
        drop_oldest(documents);
    }
    *ret = entry->document;
    return ERR_OK;
}
