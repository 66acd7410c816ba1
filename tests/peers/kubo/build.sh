#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build.sh          builds Kubo, a real IPFS node that tests talk to, where it is not there yet
# build.sh --find   only prints where it is; if it is nowhere, says on stderr what there is to do
#
# It is built once per version, and stays outside of the build folder:
#   ${XDG_CACHE_HOME:-~/.cache}/remotelog-tests/kubo-<version>/ipfs
# IPFS_BIN names another one, which is then used as it is. What this machine lacks is told as a test says that it is
# skipped. ctest calls this before the first test that needs it.
#
# What it costs (Kubo 0.43.0, Go 1.26.8, download included): 2.7 min of CPU, which were 3.2 min on one of two busy cores
# and 6.6 min on a machine with three times as much to do as it can; 3 s if only the binary was lost; nothing while it is
# there. On disk: 60 MiB for it, 540 MiB in Go's cache of modules, 790 MiB in its cache of builds; both may be emptied
# (go clean -cache -modcache).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

version=$(sed -nE 's|^\s*(require )?github.com/ipfs/kubo (v[^ ]+).*|\2|p' "$here/go.mod")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/remotelog-tests
binary=$cache/kubo-$version/ipfs

if [ -n "${IPFS_BIN:-}" ]; then
    [ -x "$IPFS_BIN" ] || { printf 'IPFS_BIN is no program: %s\n' "$IPFS_BIN" >&2; exit 1; }
    printf '%s\n' "$IPFS_BIN"
    exit 0
fi
if [ -x "$binary" ]; then
    printf '%s\n' "$binary"
    exit 0
fi
if [ "${1:-}" = --find ]; then
    printf 'Kubo %s is not built: %s\n' "$version" "$here/build.sh" >&2
    exit 1
fi

# skip <why>: as a Qt test says it, so that CMake knows it.
skip()
{
    printf 'SKIP   : %s\n' "$*"
    exit 0
}

# Programs that a desktop starts may lack the folder that Go's own installation uses.
PATH=$PATH:/usr/local/go/bin
# Else Go would fetch a newer Go, which nobody asked for.
export GOTOOLCHAIN=local
needed=$(sed -n 's/^go //p' "$here/go.mod")
command -v go > /dev/null || skip "Kubo needs Go $needed; there is none"
found=$(go env GOVERSION)
[ "$(printf '%s\n' "$needed" "${found#go}" | sort -V | head -n 1)" = "$needed" ] ||
    skip "Kubo needs Go $needed; this is ${found#go}"

# Several builds of the project share the cache: one builds, the others wait for it.
mkdir -p "$cache"
exec 9> "$cache/lock"
flock 9
[ ! -x "$binary" ] || exit 0

cd "$here"
partial=$cache/partial
rm -rf "$partial"
mkdir "$partial"
trap 'rm -rf "$partial"' EXIT
# As Kubo's own releases: without C.
export CGO_ENABLED=0 GOWORK=off
options=(-mod=readonly -trimpath -buildvcs=false)
# Where there is no network, and they are not there from before, it is the machine that lacks something.
go list "${options[@]}" -deps github.com/ipfs/kubo/cmd/ipfs > /dev/null 2> "$partial/log" 9>&- ||
    skip "the sources of Kubo $version could not be fetched: $(tail -n 1 "$partial/log")"
nice go build "${options[@]}" -ldflags '-s -w' -o "$partial/ipfs" github.com/ipfs/kubo/cmd/ipfs 9>&-
mkdir -p "${binary%/*}"
mv "$partial/ipfs" "$binary"
printf '%s\n' "$binary"
