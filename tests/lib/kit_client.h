/*
 * kit_client: one HTTP connection under the test's full control: bytes sent as they are, in pieces
 * and with pauses, half a request, several at once; answers read one by one.
 *
 * What was sent for and received with the last answer is kept, so that a failing test can show it
 * (kit_client_describe). Answers live in the client's arena until kit_client_deinit.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_CLIENT_H
#define DAYBOOK_TESTS_LIB_KIT_CLIENT_H

#include "core/base/buf.h"
#include "tests/lib/kit_message.h"

#define KIT_CLIENT_MEMORY_BYTES ((size_t)512 << 20)

struct kit_client {
    int fd; /* -1 when not connected */
    int port;
    bool ended;              /* the server has closed its side */
    struct buf in;           /* received and not yet read */
    struct buf sent;         /* the beginning of what was sent since the last answer */
    struct arena arena;      /* what answers consist of */
    struct kit_message last; /* the last answer */
};

/* A plain request; kit_client_request fills in Host and Content-Length. */
struct kit_request {
    const char *method;       /* NULL: POST with a body, GET without */
    const char *path;         /* "/api" */
    const char *content_type; /* NULL: application/json if there is a body */
    const char *token;        /* NULL: no Authorization */
    const char *headers;      /* further lines, each with its \r\n; NULL: none */
    struct slice body;
};

/** A client that is not connected. */
void kit_client_init(struct kit_client *client);

/** Closes and frees. Takes one that failed to connect too. */
void kit_client_deinit(struct kit_client *client);

/** Connects to 127.0.0.1, closing an earlier connection first. Errors: ERR_CLOSED. */
MUST_USE enum err kit_client_connect(struct kit_client *client, int port, struct error *reterr);

/** Sends bytes as they are. Errors: ERR_CLOSED when the server does not take them. */
MUST_USE enum err
kit_client_send(struct kit_client *client, struct slice bytes, struct error *reterr);

/** As kit_client_send, `piece_bytes` at a time with `pause_ms` between them. */
MUST_USE enum err kit_client_send_slowly(struct kit_client *client,
                                         struct slice bytes,
                                         size_t piece_bytes,
                                         int pause_ms,
                                         struct error *reterr);

/** Closes our side only: the server sees the end of the request, and may still answer. */
void kit_client_end(struct kit_client *client);

/**
 * Reads the next answer, leaving out interim ones (1xx).
 * Returns: in *ret, valid until kit_client_deinit. Errors: ERR_TIMEOUT, ERR_CLOSED when the
 * connection ends before an answer does, ERR_MALFORMED.
 */
MUST_USE enum err kit_client_receive(struct kit_client *client,
                                     enum kit_message_kind kind,
                                     int timeout_ms,
                                     struct kit_message *ret,
                                     struct error *reterr);

/**
 * Reads until what has come and was not taken by kit_client_receive holds `text`: for streams,
 * which never end. It stays in client->in. Errors: ERR_TIMEOUT, ERR_CLOSED.
 */
MUST_USE enum err kit_client_read_until(struct kit_client *client,
                                        const char *text,
                                        int timeout_ms,
                                        struct error *reterr);

/** Whether the server closes the connection within the time, sending nothing more. */
bool kit_client_closed(struct kit_client *client, int timeout_ms);

/** Writes the bytes of a request as kit_client_request sends them. */
void kit_client_write_request(const struct kit_client *client,
                              const struct kit_request *request,
                              struct buf *out);

/**
 * Sends one request and reads its answer, connecting first if need be: at first, after an answer
 * that ended the connection, and when the server has closed it since. Errors: those of
 * kit_client_connect, kit_client_send and kit_client_receive.
 */
MUST_USE enum err kit_client_request(struct kit_client *client,
                                     const struct kit_request *request,
                                     struct kit_message *ret,
                                     struct error *reterr);

/** Prints what was last sent and received to standard error, cut to a readable length. */
void kit_client_describe(const struct kit_client *client);

#endif
