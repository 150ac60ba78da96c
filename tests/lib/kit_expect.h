/*
 * kit_expect: what a test demands. A demand that is not met ends the test, and shows everything
 * that helps: place, what was found, the story so far, the last request and answer, the server's
 * log, and the folder, which is kept.
 *
 * Thread: the test's own only; a failed demand in another thread could not end the test.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_EXPECT_H
#define DAYBOOK_TESTS_LIB_KIT_EXPECT_H

#include "core/base/value.h"
#include "tests/lib/kit_client.h"
#include "tests/lib/kit_server.h"

/* What a failing demand shows; set by the fixture, members may be NULL. */
struct kit_expect_context {
    struct kit_server *server;
    const struct kit_client *clients[2];
    struct arena *arena; /* for texts handed out */
};

/** Sets what failing demands show from now on. */
void kit_expect_use(const struct kit_expect_context *context);

/** The error that EXPECT_OK looks at; see KIT_ERROR. */
struct error *kit_expect_error(void);

/** Tells what the test does next; shown when a later demand fails. At most 64 are kept. */
void kit_expect_step(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/** Ends the test with a message. */
__attribute__((noreturn)) void
kit_expect_failed(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/** A value as JSON, cut to a readable length. Returns: static memory, good until the next call. */
const char *kit_expect_show(const struct value *value);

/* ---- demands: use the macros below, which fill in the place ---- */

void kit_expect_ok(const char *file, int line, const char *what, enum err e);
void kit_expect_err(const char *file, int line, const char *what, enum err e, enum err wanted);
void kit_expect_status(const char *file, int line, const struct kit_message *message, int status);
void kit_expect_text(
    const char *file, int line, const struct value *value, const char *path, const char *wanted);
void kit_expect_int(
    const char *file, int line, const struct value *value, const char *path, int64_t wanted);
void kit_expect_bool(
    const char *file, int line, const struct value *value, const char *path, bool wanted);
void kit_expect_count(
    const char *file, int line, const struct value *value, const char *path, size_t wanted);
void kit_expect_null(const char *file, int line, const struct value *value, const char *path);
const struct value *
kit_expect_value(const char *file, int line, const struct value *value, const char *path);
const char *
kit_expect_text_at(const char *file, int line, const struct value *value, const char *path);

/* What the test does next, as in a narrative: STEP("the server is killed"). */
#define STEP(...) kit_expect_step(__FILE__, __LINE__, __VA_ARGS__)

/* The condition holds. */
#define EXPECT(condition)                                                                          \
    ((condition) ? (void)0 : kit_expect_failed(__FILE__, __LINE__, "not true: %s", #condition))

/* The condition holds; else the formatted text says what was found. */
#define EXPECT_THAT(condition, ...)                                                                \
    ((condition) ? (void)0 : kit_expect_failed(__FILE__, __LINE__, __VA_ARGS__))

/* A call that takes an error gets KIT_ERROR and succeeds, or fails with a code. */
#define KIT_ERROR              kit_expect_error()
#define EXPECT_OK(call)        kit_expect_ok(__FILE__, __LINE__, #call, (call))
#define EXPECT_ERR(call, code) kit_expect_err(__FILE__, __LINE__, #call, (call), (code))

/* An answer has the status. */
#define EXPECT_STATUS(message, status) kit_expect_status(__FILE__, __LINE__, (message), (status))

/* The place in the value is there and is this. */
#define EXPECT_TEXT(value, path, wanted)                                                           \
    kit_expect_text(__FILE__, __LINE__, (value), (path), (wanted))
#define EXPECT_INT(value, path, wanted)                                                            \
    kit_expect_int(__FILE__, __LINE__, (value), (path), (wanted))
#define EXPECT_BOOL(value, path, wanted)                                                           \
    kit_expect_bool(__FILE__, __LINE__, (value), (path), (wanted))
#define EXPECT_COUNT(value, path, wanted)                                                          \
    kit_expect_count(__FILE__, __LINE__, (value), (path), (wanted))

/* The place is not there, or holds null. */
#define EXPECT_NULL(value, path) kit_expect_null(__FILE__, __LINE__, (value), (path))

/* What is at the place, which must be there: a value, or its text with a terminating zero. */
#define VALUE_AT(value, path) kit_expect_value(__FILE__, __LINE__, (value), (path))
#define TEXT_AT(value, path)  kit_expect_text_at(__FILE__, __LINE__, (value), (path))

#endif
