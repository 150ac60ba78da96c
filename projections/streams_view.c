#include "projections/streams_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

static struct views_key stream_prefix(struct stream_ref stream)
{
    struct views_key key = views_key();
    views_key_u8(&key, (uint8_t)stream.kind);
    views_key_id(&key, stream.id);
    return key;
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    struct views_key key = stream_prefix(record->stream);
    views_key_u64(&key, record->last_seq);
    return projection_put_mark(context, VIEWS_STREAMS, &key, reterr);
}

static const enum views_table tables[] = {VIEWS_STREAMS};

const struct projection streams_view = {"streams", 1, tables, ARRAY_COUNT(tables), apply};

enum err streams_cursor_open(struct views_txn *txn,
                             struct stream_ref stream,
                             uint64_t after_seq,
                             struct streams_cursor *ret,
                             struct error *reterr)
{
    *ret = (struct streams_cursor){.prefix = stream_prefix(stream), .after_seq = after_seq};
    return views_cursor_open(txn, VIEWS_STREAMS, &ret->cursor, reterr);
}

/* To the first key of the stream behind after_seq. */
static bool seek(struct streams_cursor *cursor)
{
    cursor->started = true;
    if (cursor->after_seq == UINT64_MAX) {
        return false;
    }
    struct views_key key = cursor->prefix;
    views_key_u64(&key, cursor->after_seq + 1);
    return views_cursor_seek(&cursor->cursor, views_key_slice(&key));
}

bool streams_cursor_next(struct streams_cursor *cursor)
{
    if (cursor->started && cursor->seq == 0) {
        return false; /* it has come to the end */
    }
    bool found = cursor->started ? views_cursor_next(&cursor->cursor) : seek(cursor);
    struct slice prefix = views_key_slice(&cursor->prefix);
    cursor->seq = 0;
    if (!found || !slice_starts_with(cursor->cursor.key, prefix) ||
        cursor->cursor.key.size != prefix.size + 8) {
        return false;
    }
    cursor->seq = bytes_be64(cursor->cursor.key.data + prefix.size);
    return true;
}

void streams_cursor_close(struct streams_cursor *cursor)
{
    views_cursor_close(&cursor->cursor);
}
