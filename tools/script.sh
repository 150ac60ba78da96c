# script: what the repository's shell scripts share: where things are, how they speak, how they fail.
# Sourced, never run. The sourcing script has `set -euo pipefail` already.
#
# Progress goes to standard error as "name: text", so that standard output stays for results.
# Exit codes are those of the program: 0 done, 1 found a problem, 2 wrong usage, 3 could not run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SCRIPT=${SCRIPT:-$(basename "$0")}
JOBS=${JOBS:-$(nproc)}
PROGRAM=$ROOT/build/bin/daybook

# say TEXT...: one line of progress.
say() {
    printf '%s: %s\n' "$SCRIPT" "$*" >&2
}

# die CODE TEXT...: ends the script with a sentence.
die() {
    local code=$1
    shift
    say "$*"
    exit "$code"
}

# usage CODE: prints the head comment of the calling script, which is its manual, and ends it.
usage() {
    sed -n '2,/^[^#]/{/^#/!d;/^# shellcheck/d;s/^# \{0,1\}//;p}' "$0"
    exit "$1"
}

# option_value OPTION COUNT: refuses an option that stands last and lacks its value.
option_value() {
    [ "$2" -ge 2 ] || die 2 "$1 needs a value; see --help"
}

# have PROGRAM: whether it can be run.
have() {
    command -v "$1" >/dev/null 2>&1
}

# cmake_build DIRECTORY TARGET CMAKE_ARGUMENT...: configures when needed and builds a target there.
# The log stands in DIRECTORY/build.log; on failure its errors are shown.
cmake_build() {
    local directory=$1 target=$2 log=$1/build.log
    shift 2
    mkdir -p "$directory"
    if cmake -S "$ROOT" -B "$directory" -G Ninja "$@" >"$log" 2>&1 &&
        ninja -C "$directory" -j "$JOBS" "$target" 2>&1 | tee -a "$log" | ninja_progress; then
        return 0
    fi
    say "the build in ${directory#"$ROOT/"} failed; from ${log#"$ROOT/"}:"
    grep -E -A12 'error:|FAILED|CMake Error|undefined reference' "$log" | head -n 60 >&2 ||
        tail -n 40 "$log" >&2
    return 1
}

# On a terminal shows how far ninja is, on one line; else says nothing.
ninja_progress() {
    local line
    while IFS= read -r line; do
        if [ -t 2 ] && [[ $line == \[* ]]; then
            printf '\r%s: building %s ' "$SCRIPT" "${line%%]*}]" >&2
        fi
    done
    [ ! -t 2 ] || printf '\n' >&2
}

# The optimised program, build/bin/daybook, whatever build/ was configured with before.
build_program() {
    say "building the program (log: build/build.log)"
    cmake_build "$ROOT/build" all -DCMAKE_BUILD_TYPE=RelWithDebInfo -DDAYBOOK_SANITIZE= \
        -DDAYBOOK_FUZZ=OFF -DDAYBOOK_TESTS=OFF || return 1
    [ -x "$PROGRAM" ] || { say "the build made no ${PROGRAM#"$ROOT/"}"; return 1; }
}

# json FILTER [JQ_ARGUMENT...]: jq on standard input, raw text out.
json() {
    jq -er "$@"
}
