/*
 * gql_library: a small API about books, for tests of the GraphQL engine, its fuzz target and its
 * measurement. Header only, so that each of them is one program.
 *
 * A library has LIBRARY_BOOKS books and two authors, all made at library_init. Mutations are
 * started and wait in `pending` until the test completes them with library_complete.
 */
#ifndef DAYBOOK_TESTS_LIB_GQL_LIBRARY_H
#define DAYBOOK_TESTS_LIB_GQL_LIBRARY_H

#include "api/graphql/gql_bind.h"
#include "api/graphql/gql_operation.h"
#include "core/base/check.h"

#include <stdio.h>

static const char library_sdl[] =
    "schema { query: Query mutation: Mutation }\n"
    "scalar DateTime scalar Date scalar UUID scalar JSONString scalar JSONOrString\n"
    "scalar BigInt scalar Decimal\n"
    "directive @tag(name: String!) repeatable on FIELD | QUERY | FRAGMENT_SPREAD\n"
    "interface Node { id: ID! }\n"
    "enum Genre { NOVEL POETRY SCIENCE }\n"
    "enum Direction { ASC DESC }\n"
    "type Author implements Node {\n"
    "  id: ID! name: String! born: Date\n"
    "  books(first: Int, last: Int, after: String): BookConnection!\n"
    "}\n"
    "type Book implements Node {\n"
    "  id: ID! uuid: UUID title: String! subtitle: String pages: Int! rating: Float sold: BigInt!\n"
    "  price: Decimal genre: Genre tags: [String!]! addedAt: DateTime inPrint: Boolean!\n"
    "  extra: JSONOrString meta: JSONString author: Author! self: Book! sequels: [Book]!\n"
    "  strictSequels: [Book!]\n"
    "  same: Thing\n"
    "  fails: String failsHard: String! nullHard: Book! wrong: Int wrongEnum: Genre path: String!\n"
    "  allows(role: String! = \"reader\"): Boolean!\n"
    "}\n"
    "type BookEdge { cursor: String! node: Book }\n"
    "type PageInfo { hasNextPage: Boolean! endCursor: String }\n"
    "type BookConnection {\n"
    "  nodes: [Book]! edges: [BookEdge!]! pageInfo: PageInfo! totalCount: Int!\n"
    "}\n"
    "union Thing = Author | Book\n"
    "input BookSort { field: String! direction: Direction = ASC }\n"
    "input Filter {\n"
    "  title: String genre: Genre pages: Int tags: [String!] and: [Filter!] sort: BookSort\n"
    "  limit: Int! = 10\n"
    "}\n"
    "input AddBookInput { title: String! pages: Int = 100 author: ID }\n"
    "type AddBookPayload { book: Book errors: [String!]! }\n"
    "type Query {\n"
    "  book(id: ID!): Book\n"
    "  requiredBook(id: ID!): Book!\n"
    "  books(first: Int, last: Int, after: String, sort: [BookSort!]): BookConnection!\n"
    "  shelf(first: Int): [Book!]!\n"
    "  node(id: ID!): Node\n"
    "  things: [Thing!]!\n"
    "  lost: Thing\n"
    "  matrix: [[Int]!]!\n"
    "  echo(int: Int, float: Float, string: String, boolean: Boolean, id: ID, genre: Genre,\n"
    "    time: DateTime, date: Date, uuid: UUID, json: JSONString, any: JSONOrString, big: "
    "BigInt,\n"
    "    decimal: Decimal, filter: Filter, ints: [Int], nested: [[Int!]], strict: [Int!]!= [],\n"
    "    kept: Int = 5): JSONOrString\n"
    "}\n"
    "type Mutation {\n"
    "  addBook(input: AddBookInput!): AddBookPayload\n"
    "  addStrictly(input: AddBookInput!): AddBookPayload!\n"
    "  renameBook(id: ID!, title: String!): Book\n"
    "  refuse: AddBookPayload\n"
    "}\n";

#define LIBRARY_BOOKS   30
#define LIBRARY_PENDING 4

struct library_author {
    const char *type; /* "Author"; the first member of every object that a union may hold */
    struct uuid id;
    struct slice name;
    int64_t born_us;
};

enum library_genre { LIBRARY_NOVEL, LIBRARY_POETRY, LIBRARY_NO_GENRE };

struct library_book {
    const char *type; /* "Book" */
    struct uuid id;
    struct slice title;
    struct slice subtitle; /* data == NULL: none */
    int pages;
    double rating;
    uint64_t sold;
    const char *price;
    enum library_genre genre;
    struct gql_texts tags;
    int64_t added_at_us;
    bool in_print;
    struct value extra;
    const struct library_author *author;
};

struct library_page {
    struct gql_objects nodes;
    bool has_next;
    struct slice end_cursor;
    int total;
};

struct library_payload {
    const struct library_book *book;
    struct gql_texts errors;
};

struct library {
    struct library_author authors[2];
    struct library_book books[LIBRARY_BOOKS];
    char titles[LIBRARY_BOOKS][16];
    int totals_computed; /* how often totalCount was counted */
    int resolved;        /* calls of resolve_book */
    int opens;
    int closes;
    bool refuse_open;
    struct gql_call *pending[LIBRARY_PENDING]; /* started mutations */
    size_t pending_count;
};

static const struct slice library_tags[] = {{"old", 3}, {"good", 4}};

static struct uuid library_id(unsigned char kind, unsigned char number)
{
    return (struct uuid){{kind, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, number}};
}

static void library_init(struct library *library)
{
    *library = (struct library){0};
    library->authors[0] =
        (struct library_author){"Author", library_id(1, 1), SLICE("Ada \"Q\" Byron"), 0};
    library->authors[1] =
        (struct library_author){"Author", library_id(1, 2), SLICE("Zo\xc3\xab"), 946684800000000};
    for (unsigned i = 0; i < LIBRARY_BOOKS; i++) {
        int size = snprintf(library->titles[i], sizeof library->titles[i], "Book %u", i);
        library->books[i] = (struct library_book){
            .type = "Book",
            .id = library_id(2, (unsigned char)i),
            .title = slice_of(library->titles[i], (size_t)size),
            .subtitle = i % 2 == 0 ? SLICE("Even") : (struct slice){NULL, 0},
            .pages = (int)(100 + i),
            .rating = i / 4.0,
            .sold = i == 1 ? 9007199254740993U : i,
            .price = i == 2 ? NULL : "12.50",
            .genre = i % 3,
            .tags = {library_tags, i % 3},
            .added_at_us = i == 0 ? 0 : 1776816930726000 + i,
            .in_print = i % 2 == 0,
            .extra = i % 2 == 0 ? value_int(i) : value_null(),
            .author = &library->authors[i % 2],
        };
    }
}

static const struct library_book *library_find(const struct library *library, struct uuid id)
{
    for (size_t i = 0; i < LIBRARY_BOOKS; i++) {
        if (uuid_equal(library->books[i].id, id)) {
            return &library->books[i];
        }
    }
    return NULL;
}

/* ---- queries ---- */

static enum err library_book(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    struct uuid id;
    library->resolved++;
    enum err e = id_decode(value_text_of(gql_argument(call, "id")), "Book", &id, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const struct library_book *book = library_find(library, id);
    *ret = gql_result_object(book);
    return book != NULL ? ERR_OK : error_set(reterr, ERR_NOT_FOUND, "Book not found");
}

static enum err library_page(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    int64_t first = value_int_of(gql_argument(call, "first"), LIBRARY_BOOKS);
    size_t count = first > LIBRARY_BOOKS ? LIBRARY_BOOKS : first < 0 ? 0 : (size_t)first;
    struct library_page *page = ARENA_NEW(call->arena, struct library_page);
    const void **items = ARENA_ARRAY(call->arena, const void *, count);
    if (page == NULL || items == NULL) {
        return arena_error(call->arena, "a page of books", reterr);
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = i == 3 && count == 4 ? NULL : &library->books[i]; /* a page of four has a hole */
    }
    page->nodes = (struct gql_objects){items, count};
    page->has_next = count < LIBRARY_BOOKS;
    page->end_cursor = arena_format(call->arena, "%zu", count);
    if (gql_selects(call, "totalCount")) {
        library->totals_computed++;
        page->total = LIBRARY_BOOKS;
    }
    *ret = gql_result_object(page);
    return ERR_OK;
}

static enum err library_shelf(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct gql_result page;
    enum err e = library_page(call, &page, reterr);
    if (e == ERR_OK) {
        const struct library_page *found = page.object;
        *ret = gql_result_objects(found->nodes.items, found->nodes.count);
    }
    return e;
}

static enum err library_node(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    char type[ID_TYPE_LENGTH_MAX + 1];
    struct uuid id;
    enum err e = id_decode_any(value_text_of(gql_argument(call, "id")), type, &id, reterr);
    if (e != ERR_OK) {
        return e;
    }
    *ret = strcmp(type, "Author") == 0 ? gql_result_object(&library->authors[0])
                                       : gql_result_object(library_find(library, id));
    return ERR_OK;
}

static const char *library_type_of(const void *object)
{
    const char *const *type = object;
    return *type;
}

static enum err library_things(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    const void **items = ARENA_ARRAY(call->arena, const void *, 2);
    if (items == NULL) {
        return arena_error(call->arena, "things", reterr);
    }
    items[0] = &library->authors[1];
    items[1] = &library->books[1];
    *ret = gql_result_objects(items, 2);
    return ERR_OK;
}

/* A book that says it is of another type. */
static enum err library_lost(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library_book *book = ARENA_NEW(call->arena, struct library_book);
    if (book == NULL) {
        return arena_error(call->arena, "a book", reterr);
    }
    book->type = "PageInfo";
    *ret = gql_result_object(book);
    return ERR_OK;
}

static enum err library_matrix(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const struct gql_result row[] = {{.kind = GQL_RESULT_INT, .integer = 1},
                                            {.kind = GQL_RESULT_NULL}};
    static const struct gql_result rows[] = {
        {.kind = GQL_RESULT_LIST, .list = {row, ARRAY_COUNT(row)}},
        {.kind = GQL_RESULT_LIST, .list = {row, 1}},
    };
    (void)call;
    (void)reterr;
    *ret = gql_result_list(rows, ARRAY_COUNT(rows));
    return ERR_OK;
}

static enum err library_echo(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_value(call->args);
    return ERR_OK;
}

/* ---- books ---- */

static enum err library_same(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_object(call->parent);
    return ERR_OK;
}

static enum err library_sequels(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    const struct library_book *book = call->parent;
    size_t number = (size_t)(book - library->books);
    const void **items = ARENA_ARRAY(call->arena, const void *, 2);
    if (items == NULL) {
        return arena_error(call->arena, "sequels", reterr);
    }
    items[0] = number + 1 < LIBRARY_BOOKS ? &library->books[number + 1] : NULL;
    items[1] = NULL;
    *ret = gql_result_objects(items, 2);
    return ERR_OK;
}

static enum err library_fails(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)call;
    (void)ret;
    return error_set(reterr, ERR_BUSY, "the page is \"torn\"");
}

static enum err library_null(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)call;
    (void)reterr;
    *ret = gql_result_null();
    return ERR_OK;
}

static enum err library_wrong(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)call;
    (void)reterr;
    *ret = gql_result_string("WESTERN");
    return ERR_OK;
}

static enum err library_path(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(gql_call_path(call));
    return ERR_OK;
}

static enum err library_allows(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(slice_is(value_text_of(gql_argument(call, "role")), "reader"));
    return ERR_OK;
}

static enum err library_edges(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct library_page *page = call->parent;
    (void)reterr;
    *ret = gql_result_objects(page->nodes.items, page->nodes.count);
    return ERR_OK;
}

/* ---- mutations ---- */

static enum err library_start(struct gql_call *call, struct error *reterr)
{
    struct library *library = call->user;
    if (library->pending_count == LIBRARY_PENDING) {
        return error_set(reterr, ERR_BUSY, "too many mutations");
    }
    library->pending[library->pending_count++] = call;
    return ERR_OK;
}

static enum err library_refuse(struct gql_call *call, struct error *reterr)
{
    (void)call;
    return error_set(reterr, ERR_REFUSED, "not today");
}

/* Completes the oldest started mutation: with a new book, or with `code` and a sentence. */
__attribute__((unused)) static void library_complete(struct library *library, enum err code)
{
    struct gql_call *call = library->pending[0];
    struct error error = {0};
    ASSERT(library->pending_count > 0);
    library->pending_count--;
    memmove(library->pending, library->pending + 1, sizeof library->pending - sizeof call);
    if (code != ERR_OK) {
        IGNORE(error_set(&error, code, "the press is broken")); /* the code is passed on below */
        gql_operation_complete(call->operation, code, NULL, &error);
        return;
    }
    const struct value *input = gql_argument(call, "input");
    struct library_book *book = ARENA_NEW(call->arena, struct library_book);
    struct library_payload *payload = ARENA_NEW(call->arena, struct library_payload);
    ASSERT(book != NULL && payload != NULL);
    *book = library->books[0];
    book->title = value_get_text(input, SLICE("title"));
    book->pages = (int)value_int_of(value_get(input, SLICE("pages")), -1);
    payload->book = book;
    struct gql_result result = gql_result_object(payload);
    gql_operation_complete(call->operation, ERR_OK, &result, NULL);
}

static enum err library_rename(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct library *library = call->user;
    enum err e = library_book(call, ret, reterr);
    if (e == ERR_OK) {
        const struct library_book *found = ret->object;
        struct library_book *book = &library->books[found - library->books];
        struct slice title = value_text_of(gql_argument(call, "title"));
        size_t size = title.size < sizeof library->titles[0] ? title.size : 0;
        memcpy(library->titles[book - library->books], title.data, size);
        book->title.size = size;
    }
    return e;
}

/* ---- bindings ---- */

static const char *const library_genres[] = {"NOVEL", "POETRY", NULL};

static const struct gql_binding library_book_fields[] = {
    GQL_ID("id", struct library_book, id, "Book"),
    GQL_UUID("uuid", struct library_book, id),
    GQL_TEXT("title", struct library_book, title),
    GQL_TEXT("subtitle", struct library_book, subtitle),
    GQL_INT("pages", struct library_book, pages),
    GQL_FLOAT("rating", struct library_book, rating),
    GQL_UINT64("sold", struct library_book, sold),
    GQL_STRING("price", struct library_book, price),
    GQL_ENUM("genre", struct library_book, genre, library_genres),
    GQL_TEXTS("tags", struct library_book, tags),
    GQL_TIME("addedAt", struct library_book, added_at_us),
    GQL_BOOL("inPrint", struct library_book, in_print),
    GQL_VALUE("extra", struct library_book, extra),
    GQL_VALUE("meta", struct library_book, extra),
    GQL_OBJECT("author", struct library_book, author),
    GQL_SELF("self"),
    GQL_CALL("sequels", library_sequels),
    GQL_CALL("strictSequels", library_sequels),
    GQL_CALL("same", library_same),
    GQL_CALL("fails", library_fails),
    GQL_CALL("failsHard", library_fails),
    GQL_CALL("nullHard", library_null),
    GQL_CALL("wrong", library_wrong),
    GQL_CALL("wrongEnum", library_wrong),
    GQL_CALL("path", library_path),
    GQL_CALL_ARGS("allows", library_allows, "role"),
};

static const struct gql_binding library_author_fields[] = {
    GQL_ID("id", struct library_author, id, "Author"),
    GQL_TEXT("name", struct library_author, name),
    GQL_TIME("born", struct library_author, born_us),
    GQL_PAGED("books", library_page, "first last after", 50),
};

static const struct gql_binding library_connection_fields[] = {
    GQL_OBJECTS("nodes", struct library_page, nodes),
    GQL_CALL("edges", library_edges),
    GQL_SELF("pageInfo"),
    GQL_INT("totalCount", struct library_page, total),
};

static const struct gql_binding library_edge_fields[] = {
    GQL_ALWAYS_TEXT("cursor", "here"),
    GQL_SELF("node"),
};

static const struct gql_binding library_page_fields[] = {
    GQL_BOOL("hasNextPage", struct library_page, has_next),
    GQL_TEXT("endCursor", struct library_page, end_cursor),
};

static const struct gql_binding library_payload_fields[] = {
    GQL_OBJECT("book", struct library_payload, book),
    GQL_TEXTS("errors", struct library_payload, errors),
};

static const struct gql_binding library_query_fields[] = {
    GQL_CALL_ARGS("book", library_book, "id"),
    GQL_CALL_ARGS("requiredBook", library_book, "id"),
    GQL_PAGED("books", library_page, "first last after sort", 1000),
    GQL_PAGED("shelf", library_shelf, "first", 0),
    GQL_CALL_ARGS("node", library_node, "id"),
    GQL_CALL("things", library_things),
    GQL_CALL("lost", library_lost),
    GQL_CALL("matrix", library_matrix),
    GQL_CALL_ARGS("echo",
                  library_echo,
                  "int float string boolean id genre time date uuid json any big decimal filter "
                  "ints nested strict kept"),
};

static const struct gql_binding library_mutation_fields[] = {
    GQL_START("addBook", library_start, "input"),
    GQL_START("addStrictly", library_start, "input"),
    GQL_CALL_ARGS("renameBook", library_rename, "id title"),
    GQL_START("refuse", library_refuse, NULL),
};

static const struct gql_type_binding library_types[] = {
    GQL_TYPE("Query", library_query_fields),
    GQL_TYPE("Mutation", library_mutation_fields),
    GQL_TYPE("Book", library_book_fields),
    GQL_TYPE("Author", library_author_fields),
    GQL_TYPE("*Connection", library_connection_fields),
    GQL_TYPE("*Edge", library_edge_fields),
    GQL_TYPE("PageInfo", library_page_fields),
    GQL_TYPE("*Payload", library_payload_fields),
};

static const struct gql_abstract_binding library_abstracts[] = {
    {"Node", library_type_of},
    {"Thing", library_type_of},
};

static const struct gql_input_binding library_inputs[] = {
    {"BookSort", "field direction"},
    {"Filter", "title genre pages tags and sort limit"},
    {"AddBookInput", "title pages author"},
};

static const struct gql_bindings library_bindings = {
    library_types,  ARRAY_COUNT(library_types),  library_abstracts, ARRAY_COUNT(library_abstracts),
    library_inputs, ARRAY_COUNT(library_inputs),
};

/* The bound schema; it must come out right. */
static struct gql_schema *library_schema(void)
{
    struct gql_schema *schema = NULL;
    struct error error = {0};
    enum err e = gql_schema_create(slice_of_text(library_sdl), &schema, NULL, &error);
    if (e == ERR_OK) {
        e = gql_schema_bind(schema, &library_bindings, 1, NULL, &error);
    }
    if (e != ERR_OK) {
        check_failed(__FILE__, __LINE__, __func__, error.text);
    }
    return schema;
}

static enum err library_open(void *user, struct error *reterr)
{
    struct library *library = user;
    if (library->refuse_open) {
        return error_set(reterr, ERR_IO, "the door is locked");
    }
    library->opens++;
    return ERR_OK;
}

static void library_close(void *user)
{
    struct library *library = user;
    library->closes++;
}

static const struct gql_hooks library_hooks = {library_open, library_close};

#endif
