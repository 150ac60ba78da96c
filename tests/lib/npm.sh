# npm: other people's programs and libraries for the tests that compare with them: fetched by npm,
# checked against a known digest, kept under build/. Sourced after script.sh.
#
# Where there is no Node and none can be installed, the test is left out, loudly (exit code 77). A
# download that fails three times ends the script with 3 and says that it was the download.
#
# shellcheck shell=bash

NPM_TRIES=3
NPM_NODE_MAJOR=22 # fetched where the machine's Node is older than 20.12 (Debian 12 has 18)
NPM_LEFT_OUT=77
NODE=${NODE:-node}

npm_leave_out() {
    say "################################################################"
    say "LEFT OUT: $*"
    say "################################################################"
    exit "$NPM_LEFT_OUT"
}

# Installs Node and npm from Debian if they are missing.
npm_ready() {
    if ! have npm || ! have node; then
        "$ROOT/tools/setup" client ||
            npm_leave_out "there is no Node on this machine, and none can be installed"
    fi
}

# npm_fetch PACKAGE SHA256 FOLDER: FOLDER, which ends with /package, becomes the unpacked package; what
# is there already stays. An empty SHA256 checks nothing more than npm itself does.
npm_fetch() {
    local package=$1 digest=$2 folder=${3%/package} try
    [ ! -f "$folder/package/package.json" ] || return 0
    say "fetching $package"
    for ((try = 1; try <= NPM_TRIES; try++)); do
        rm -rf "$folder.new" && mkdir -p "$folder.new"
        if (cd "$folder.new" && npm pack --silent "$package" >/dev/null 2>npm.log); then
            if [ -n "$digest" ] && ! sha256sum --status -c <<<"$digest  $(echo "$folder.new"/*.tgz)"; then
                die 3 "download failure: $package is not the archive that this test was written for"
            fi
            tar -xzf "$folder.new"/*.tgz -C "$folder.new"
            rm -rf "$folder"
            mv "$folder.new" "$folder"
            return
        fi
        say "download of $package failed (try $try of $NPM_TRIES): $(head -n 1 "$folder.new/npm.log")"
        sleep 2
    done
    die 3 "download failure: npm could not fetch $package; this says nothing about the program"
}

npm_node_is_new() {
    have "$1" && "$1" -e 'process.exit(require("util").styleText ? 0 : 1)' 2>/dev/null
}

# Sets NODE to one of 20.12 or later.
npm_find_node() {
    local platform folder=$ROOT/build/node/package
    npm_node_is_new "$NODE" && return
    case $(uname -m) in
    x86_64) platform=x64 ;;
    aarch64) platform=arm64 ;;
    *) npm_leave_out "there is no Node package for $(uname -m)" ;;
    esac
    npm_fetch "node-linux-$platform@$NPM_NODE_MAJOR" "" "$folder"
    NODE=$folder/bin/node
    npm_node_is_new "$NODE" || die 3 "the fetched Node does not run here"
}
