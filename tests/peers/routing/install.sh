#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh          installs the npm packages of package-lock.json, where they are not there yet
# install.sh --find   only prints the folder that has them; if there is none, says on stderr why
#
# They are installed once per package-lock.json, and stay outside of the build folder:
#   ${XDG_CACHE_HOME:-~/.cache}/remotelog-tests/npm-<hash of package-lock.json>/node_modules
# Nothing of theirs runs while they are installed. What this machine lacks is told as a test says that it is skipped.
# ctest calls this before the first test that needs it.
#
# It takes 4 to 7 seconds, 40 MB, and one registry.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

hash=$(sha256sum < "$here/package-lock.json" | cut -c 1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/remotelog-tests
folder=$cache/npm-$hash

# skip <why>: as a Qt test says it, so that CMake knows it.
skip()
{
    if $only_find; then
        printf '%s\n' "$*" >&2
        exit 1
    fi
    printf 'SKIP   : %s\n' "$*"
    exit 0
}

[ "${1:-}" = --find ] && only_find=true || only_find=false
needed=$(sed -nE 's/.*"engines": \{ "node": ">=([0-9]+)" \}.*/\1/p' "$here/package.json")
command -v node > /dev/null || skip "the npm peers need Node $needed; there is none"
found=$(node --version)
found=${found#v}
[ "${found%%.*}" -ge "$needed" ] || skip "the npm peers need Node $needed; this is $found"

if $only_find; then
    [ -d "$folder" ] || skip "the npm packages are not installed: $here/install.sh"
    printf '%s\n' "$folder"
    exit 0
fi

if [ ! -d "$folder" ]; then
    command -v npm > /dev/null || skip 'the npm peers need npm; there is none'
    # Several builds of the project share the cache: one installs, the others wait for it.
    mkdir -p "$cache"
    exec 9> "$cache/npm.lock"
    flock 9
fi
if [ ! -d "$folder" ]; then
    partial=$(mktemp -d "$cache/partial.XXXXXX")
    trap 'rm -rf "$partial"' EXIT
    cp "$here/package.json" "$here/package-lock.json" "$partial"
    # Where there is no network, it is the machine that lacks something.
    (cd "$partial" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error) \
        > "$partial/log" 2>&1 < /dev/null || skip "the npm packages could not be installed: $(grep -m 1 . "$partial/log")"
    chmod 755 "$partial"
    mv -T "$partial" "$folder"
fi
printf '%s\n' "$folder"
