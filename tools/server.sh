# server: starting, asking and stopping a server in the background, for the scripts that need one.
# Sourced after script.sh. A server started here keeps its files in its data directory:
#
#   server.pid  its process id      server.url  its address
#   server.log  what it logged      server.out  its standard output (the ready line)
#
# shellcheck shell=bash

SERVER_READY_SECONDS=120 # a start may rebuild views first
SERVER_STOP_SECONDS=20   # the program gives what runs 10 s to finish

# server_pid DATA: the process id of a server started here and still running, or nothing.
server_pid() {
    local pid
    pid=$(cat "$1/server.pid" 2>/dev/null) || return 0
    # The number may belong to another process by now.
    if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q 'serve --data'; then
        printf '%s\n' "$pid"
    fi
}

# server_start PROGRAM DATA LISTEN [ARGUMENT...]: starts a server and waits until it is ready.
server_start() {
    local program=$1 data=$2 listen=$3 pid waited=0 url
    shift 3
    (umask 077 && mkdir -p "$data")
    rm -f "$data/server.url"
    : >"$data/server.out"
    setsid "$program" serve --data "$data" --listen "$listen" "$@" \
        </dev/null >"$data/server.out" 2>>"$data/server.log" &
    pid=$!
    printf '%s\n' "$pid" >"$data/server.pid"
    while :; do
        url=$(sed -n 's/^daybook: listening on //p' "$data/server.out")
        [ -z "$url" ] || break
        if ! kill -0 "$pid" 2>/dev/null; then
            local code=0
            wait "$pid" || code=$?
            rm -f "$data/server.pid"
            say "the server ended with code $code before it was ready; the end of $data/server.log:"
            tail -n 15 "$data/server.log" >&2
            return 1
        fi
        if [ "$waited" -ge $((SERVER_READY_SECONDS * 10)) ]; then
            say "the server was not ready within $SERVER_READY_SECONDS seconds; see $data/server.log"
            return 1
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    printf '%s\n' "$url" >"$data/server.url"
}

# server_stop DATA: ends a server started here and waits until it is gone. Says nothing when none runs.
server_stop() {
    local pid waited=0
    pid=$(server_pid "$1")
    if [ -n "$pid" ]; then
        kill -TERM "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null && [ "$waited" -lt $((SERVER_STOP_SECONDS * 10)) ]; do
            sleep 0.1
            waited=$((waited + 1))
        done
        if kill -0 "$pid" 2>/dev/null; then
            say "process $pid has not ended within $SERVER_STOP_SECONDS seconds; see $1/server.log"
            return 1
        fi
    fi
    rm -f "$1/server.pid" "$1/server.url"
}

# server_curl DATA CURL_ARGUMENT...: curl with the admin token, which must not show in `ps`.
server_curl() {
    local token
    token=$(cat "$1/admin.token" 2>/dev/null) || return 1
    shift
    curl -sS --max-time 40 --config <(printf 'header = "Authorization: Bearer %s"\n' "$token") "$@"
}

# server_answers DATA URL: whether the server at URL is the one of DATA: only it knows its token.
server_answers() {
    server_curl "$1" -f --max-time 5 -H 'Content-Type: application/json' \
        -d '{"query": "{ authenticatedUser { id } }"}' "$2/api" 2>/dev/null |
        jq -e '.data.authenticatedUser.id' >/dev/null 2>&1
}

# graphql DATA URL QUERY VARIABLES: runs one document; prints `data`. Errors of the request and
# problems in a mutation's payload are printed and fail.
graphql() {
    local data=$1 url=$2 query=$3 variables=$4 answer problems
    answer=$(jq -n --arg query "$query" --argjson variables "$variables" '$ARGS.named' |
        server_curl "$data" -H 'Content-Type: application/json' -d @- "$url/api") || {
        say "$url/api gave no answer"
        return 1
    }
    problems=$(jq -r '[(.errors // [])[].message,
        ((.data // {}) | .[]? | objects | (.errors // [])[] | "\(.field): \(.messages | join(", "))")]
        | .[]' <<<"$answer") || {
        say "$url/api answered no JSON: ${answer:0:300}"
        return 1
    }
    if [ -n "$problems" ]; then
        say "the server refused $(head -n 1 <<<"$query"):"
        printf '%s\n' "$problems" >&2
        return 1
    fi
    jq -e '.data' <<<"$answer"
}
