#include "projections/logs_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/domain/log_line.h"

/* first seq u64, instance id, execution id, levels u8 */
#define LOG_ROW_BYTES 41

static uint8_t levels_of(const struct projection_record *record)
{
    unsigned levels = 0;
    for (size_t i = 0; i < record->count; i++) {
        levels |= log_line_mask(&record->events[i].event);
    }
    return (uint8_t)levels;
}

/* Whose log it is: an instance's own, or that of an execution, which knows its instance. */
static void find_owner(const struct projection_context *context,
                       const struct projection_record *record,
                       struct uuid *ret_instance,
                       struct uuid *ret_execution)
{
    const struct execution *execution = context->execution;
    *ret_instance = execution != NULL ? execution->instance : record->stream.id;
    *ret_execution = execution != NULL ? execution->id : (struct uuid){{0}};
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    uint8_t levels = levels_of(record);
    if (levels == 0) {
        return ERR_OK;
    }
    struct uuid instance;
    struct uuid execution;
    find_owner(context, record, &instance, &execution);
    char row[LOG_ROW_BYTES];
    bytes_put_be64(row, record->first_seq);
    memcpy(row + 8, instance.bytes, 16);
    memcpy(row + 24, execution.bytes, 16);
    row[40] = (char)levels;
    struct views_key key = views_key();
    views_key_u64(&key, record->last_seq);
    enum err e = views_put(context->txn, VIEWS_LOGS, views_key_slice(&key),
                           slice_of(row, sizeof row), reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct views_key by_instance = views_key_of_id(instance);
    views_key_u64(&by_instance, record->last_seq);
    return views_put(context->txn, VIEWS_LOGS_BY_INSTANCE, views_key_slice(&by_instance),
                     slice_of(row + 40, 1), reterr);
}

static const enum views_table tables[] = {VIEWS_LOGS, VIEWS_LOGS_BY_INSTANCE};

const struct projection logs_view = {"logs", 1, tables, ARRAY_COUNT(tables), apply};

enum err
logs_view_row(struct slice key, struct slice row, struct log_row *ret, struct error *reterr)
{
    if (key.size != 8 || row.size != LOG_ROW_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "a log row has %zu bytes", row.size);
    }
    ret->last_seq = bytes_be64(key.data);
    ret->first_seq = bytes_be64(row.data);
    memcpy(ret->instance.bytes, row.data + 8, 16);
    memcpy(ret->execution.bytes, row.data + 24, 16);
    ret->levels = (uint8_t)row.data[40];
    return ERR_OK;
}

enum err
logs_view_get(struct views_txn *txn, uint64_t last_seq, struct log_row *ret, struct error *reterr)
{
    struct views_key key = views_key();
    views_key_u64(&key, last_seq);
    struct slice row;
    enum err e = views_get(txn, VIEWS_LOGS, views_key_slice(&key), &row, reterr);
    return e != ERR_OK ? e : logs_view_row(views_key_slice(&key), row, ret, reterr);
}
