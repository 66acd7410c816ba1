#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build-host.sh <cmake> <compiler> <prefix> <build folder>
# Builds the host in host/ against the package in <prefix>, in each of its variants, and runs them.
set -euo pipefail
cmake=$1 compiler=$2 prefix=$3 build=$4
source=$(cd "$(dirname "$0")" && pwd)/host

if ! command -v "$compiler" > /dev/null; then
    echo "SKIP   : package: there is no $compiler"
    exit 0
fi

# The host has to get along with what the package says: no hints, no plugin path, no library path.
unset QT_PLUGIN_PATH LD_LIBRARY_PATH CMAKE_PREFIX_PATH
launcher=()
if command -v ccache > /dev/null; then
    launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

rm -rf "$build"
mkdir -p "$build"
"$cmake" -S "$source" -B "$build" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
    "${launcher[@]}" > "$build/configure.log" 2>&1 || { cat "$build/configure.log"; exit 1; }
"$cmake" --build "$build" --parallel 2 > "$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

for host in "$build"/host_*; do
    echo "== $compiler $(basename "$host")"
    (cd "$build" && "$host" "$prefix")
done
