#include "bench/ingest_report.h"

#include "core/base/json_out.h"
#include "core/base/limits.h"

#include <inttypes.h>

static double ms_of(int64_t us)
{
    return (double)us / 1000;
}

static double mib_of(uint64_t bytes)
{
    return (double)bytes / (double)MIB;
}

static double part_of(const struct ingest_row *row)
{
    return row->floor_per_second > 0 ? row->acks_per_second / row->floor_per_second : 0;
}

/* ---- for people ---- */

void ingest_report_head(struct buf *out,
                        const struct ingest_options *options,
                        const struct machine *machine)
{
    buf_printf(out, "Durable webhook acknowledgements (200 after the sync), of a flow with %s\n",
               options->with_step ? "one step, which logs" : "a trigger and nothing else");
    buf_printf(out, "machine      %u cores, %s, %.0f GiB; load average %.1f before the start\n",
               machine->cores, machine->cpu, mib_of(machine->memory_bytes) / 1024,
               machine->load_average);
    buf_printf(out, "kernel       %s\n", machine->kernel);
    buf_printf(out, "data         %s, %s\n", options->folder, machine->file_system);
    if (machine->in_memory) {
        buf_put_text(out, "             THIS FILE SYSTEM IS MEMORY: its syncs cost nothing, the "
                          "figures are of no use; see --folder\n");
    }
    if (options->corpus != NULL) {
        buf_printf(out, "bodies       the lines of %s\n", options->corpus);
    } else {
        buf_printf(out,
                   "bodies       JSON of %" PRIu64 " bytes, made up, with %s names of members\n",
                   options->body_bytes, options->unseen ? "unusual" : "the usual");
    }
    buf_printf(out,
               "time         %" PRIu64 " s a row after %" PRIu64 " s of warm-up, each row on a "
               "fresh server\n",
               options->seconds, options->warm_up_seconds);
    buf_put_text(out,
                 "The load and the server share the machine. \"floor\": the same bytes in the same "
                 "batches\nappended to a plain file, one fdatasync each, nothing else.\n");
}

void ingest_report_row(struct buf *out, const struct ingest_row *row)
{
    buf_printf(out, "\n%u connection%s\n", row->connections, row->connections == 1 ? "" : "s");
    buf_printf(out, "  acknowledged    %.0f a second (%" PRIu64 " in %.2f s)\n",
               row->acks_per_second, row->load.acks, ms_of(row->load.elapsed_us) / 1000);
    buf_printf(out, "  latency         p50 %.2f ms, p99 %.2f ms, longest %.1f ms\n",
               ms_of(latency_percentile(&row->load.latency, 500)),
               ms_of(latency_percentile(&row->load.latency, 990)), ms_of(row->load.latency.max_us));
    buf_printf(out, "  floor           %.0f a second (%.2f ms a batch): %.0f %% of it reached\n",
               row->floor_per_second, row->floor_batch_us / 1000, 100 * part_of(row));
    buf_printf(out, "  commits         %" PRIu64 ", %.1f webhooks each\n", row->commits,
               row->webhooks_a_commit);
    buf_printf(out,
               "  executions      %" PRIu64 " finished, %" PRIu64 " waiting at the end, done "
               "%.0f ms later\n",
               row->finished, row->backlog, ms_of(row->drain_us));
    buf_printf(out,
               "  disk            %.0f bytes in journal/ and %.0f in views/ for each webhook with "
               "its execution\n",
               row->journal_bytes, row->views_bytes);
    buf_printf(out,
               "  memory          %.1f MiB resident when idle, %.1f at the end (%.1f and %.1f of "
               "them not files)\n",
               mib_of(row->idle_resident_bytes), mib_of(row->resident_bytes),
               mib_of(row->idle_anonymous_bytes), mib_of(row->anonymous_bytes));
    buf_printf(out,
               "  processor       %.1f us of the server and %.1f us of the load for each webhook\n",
               row->server_cpu_us, row->load_cpu_us);
    if (row->load.refused > 0) {
        buf_printf(out, "  REFUSED         %" PRIu64 " answers were no 200, the first of them %d\n",
                   row->load.refused, row->load.refused_status);
    }
}

/* ---- for programs ---- */

static void put_float(struct json_out *json, const char *key, double number)
{
    json_out_key(json, key);
    json_out_float(json, number);
}

static void put_machine(struct json_out *json, const struct machine *machine)
{
    json_out_key(json, "machine");
    json_out_begin_object(json);
    json_out_member_u64(json, "cores", machine->cores);
    json_out_member_string(json, "cpu", machine->cpu);
    json_out_member_u64(json, "memoryBytes", machine->memory_bytes);
    json_out_member_string(json, "kernel", machine->kernel);
    json_out_member_string(json, "fileSystem", machine->file_system);
    json_out_member_bool(json, "fileSystemInMemory", machine->in_memory);
    put_float(json, "loadAverage", machine->load_average);
    json_out_member_bool(json, "loadSharesMachine", true);
    json_out_end_object(json);
}

static void put_options(struct json_out *json, const struct ingest_options *options)
{
    json_out_key(json, "options");
    json_out_begin_object(json);
    json_out_member_string(json, "folder", options->folder);
    json_out_member_string(json, "corpus", options->corpus);
    json_out_member_u64(json, "bodyBytes", options->body_bytes);
    json_out_member_bool(json, "unseen", options->unseen);
    json_out_member_bool(json, "withStep", options->with_step);
    json_out_member_u64(json, "seconds", options->seconds);
    json_out_member_u64(json, "warmUpSeconds", options->warm_up_seconds);
    json_out_end_object(json);
}

static void put_server(struct json_out *json, const struct ingest_row *row)
{
    json_out_member_u64(json, "executionsFinished", row->finished);
    json_out_member_u64(json, "executionsWaiting", row->backlog);
    put_float(json, "drainMs", ms_of(row->drain_us));
    json_out_member_u64(json, "commits", row->commits);
    put_float(json, "webhooksPerCommit", row->webhooks_a_commit);
    put_float(json, "journalBytesPerWebhook", row->journal_bytes);
    put_float(json, "viewsBytesPerWebhook", row->views_bytes);
    json_out_member_u64(json, "idleResidentBytes", row->idle_resident_bytes);
    json_out_member_u64(json, "idleAnonymousBytes", row->idle_anonymous_bytes);
    json_out_member_u64(json, "residentBytes", row->resident_bytes);
    json_out_member_u64(json, "anonymousBytes", row->anonymous_bytes);
    put_float(json, "serverCpuUsPerWebhook", row->server_cpu_us);
    put_float(json, "loadCpuUsPerWebhook", row->load_cpu_us);
}

static void put_row(struct json_out *json, const struct ingest_row *row)
{
    json_out_begin_object(json);
    json_out_member_u64(json, "connections", row->connections);
    json_out_member_u64(json, "acks", row->load.acks);
    json_out_member_u64(json, "refused", row->load.refused);
    put_float(json, "seconds", ms_of(row->load.elapsed_us) / 1000);
    put_float(json, "acksPerSecond", row->acks_per_second);
    put_float(json, "p50Ms", ms_of(latency_percentile(&row->load.latency, 500)));
    put_float(json, "p99Ms", ms_of(latency_percentile(&row->load.latency, 990)));
    put_float(json, "maxMs", ms_of(row->load.latency.max_us));
    put_float(json, "bodyBytes", row->body_bytes);
    put_server(json, row);
    put_float(json, "floorBatchMs", row->floor_batch_us / 1000);
    put_float(json, "floorPerSecond", row->floor_per_second);
    put_float(json, "partOfFloor", part_of(row));
    json_out_end_object(json);
}

void ingest_report_json(struct buf *out,
                        const struct ingest_options *options,
                        const struct machine *machine,
                        const struct ingest_row *rows,
                        size_t count)
{
    struct json_out json = json_out(out);
    json_out_begin_object(&json);
    json_out_member_string(&json, "measurement", "ingest");
    put_machine(&json, machine);
    put_options(&json, options);
    json_out_key(&json, "rows");
    json_out_begin_list(&json);
    for (size_t i = 0; i < count; i++) {
        put_row(&json, &rows[i]);
    }
    json_out_end_list(&json);
    json_out_end_object(&json);
    buf_put_char(out, '\n');
}
