/*
 * Any bytes as a record, as they are and with version and checksum made right. What must hold:
 *
 *   - refused with damaged, unsupported or limit, or read;
 *   - what was read can be written again, and then reads the same;
 *   - the chain takes it.
 */
#include "core/base/bytes.h"
#include "core/event/event_codec.h"
#include "journal/chain_priv.h"
#include "journal/checksum_priv.h"
#include "journal/record_priv.h"

#include <stdint.h>
#include <stdlib.h>

/* Longer inputs teach nothing new. */
#define INPUT_BYTES_MAX ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool is_refusal(enum err e)
{
    return e == ERR_DAMAGED || e == ERR_UNSUPPORTED || e == ERR_LIMIT || e == ERR_MALFORMED;
}

static struct record_source source_of(const struct record_view *view, const struct event *events)
{
    struct record_source source = {
        .first_seq = view->first_seq,
        .first_stream_version = view->first_stream_version,
        .recorded_at_us = view->recorded_at_us,
        .part = view->part,
        .part_count = view->part_count,
        .append_id = view->append_id,
        .stream = view->stream,
        .owner = view->owner,
        .actor = view->actor,
        .correlation = view->correlation,
        .causation = view->causation,
        .idempotency = view->idempotency,
        .request = view->request,
        .events = events,
        .event_count = view->event_count,
    };
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        source.forms[i] = record_body_form(view, (enum body_class)i);
        source.digests[i] = (const unsigned char *)view->digests[i].data;
    }
    return source;
}

static void
write_again(const struct record_view *view, const struct event *events, struct arena *arena)
{
    struct buf out;
    struct record_view again;
    struct record_source source = source_of(view, events);
    buf_init(&out, 4 * INPUT_BYTES_MAX);
    record_encode(&out, &source);
    require(!out.failed);
    require(record_decode(buf_slice(&out), arena, &again, NULL) == ERR_OK);
    require(again.first_seq == view->first_seq && again.event_count == view->event_count);
    require(stream_equal(again.stream, view->stream));
    require(uuid_equal(again.append_id, view->append_id));
    require(again.causation == view->causation);
    require(uuid_equal(again.actor.token, view->actor.token));
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        require(slice_equal(again.digests[i], view->digests[i]));
    }
    buf_deinit(&out);
}

static void try_record(struct slice bytes)
{
    struct arena arena;
    struct record_view view;
    unsigned char link[CHAIN_LINK_BYTES] = {0};
    arena_init(&arena, 4 * MIB);
    enum err e = record_decode(bytes, &arena, &view, NULL);
    require(e == ERR_OK || is_refusal(e));
    if (e == ERR_OK) {
        struct event *events = ARENA_ARRAY(&arena, struct event, view.event_count);
        require(events != NULL);
        chain_extend(link, view.first_seq, view.event_count, bytes);
        e = event_codec_get_facts(view.facts, view.recorded_at_us, &arena, events, view.event_count,
                                  NULL);
        require(e == ERR_OK || is_refusal(e));
        if (e == ERR_OK) {
            write_again(&view, events, &arena);
        }
    }
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char copy[INPUT_BYTES_MAX];
    if (size > sizeof copy) {
        return 0;
    }
    try_record(slice_of(data, size));
    if (size >= RECORD_HEADER_BYTES) {
        memcpy(copy, data, size);
        copy[0] = RECORD_VERSION;
        struct slice bytes = slice_of(copy, size);
        bytes_put_le32(copy + RECORD_CRC_AT,
                       checksum_crc32c_pair(slice_of(copy, RECORD_CRC_AT),
                                            slice_from(bytes, RECORD_HEADER_BYTES)));
        try_record(bytes);
    }
    return 0;
}
