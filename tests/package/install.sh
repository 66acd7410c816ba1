#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh <cmake> <build folder> <prefix> <configuration>
# Installs the build, moves what was installed to <prefix>, and looks at the binaries there.
set -euo pipefail
cmake=$1 build=$2 prefix=$3 config=$4
checks=$(cd "$(dirname "$0")/../ci" && pwd)

rm -rf "$prefix" "$prefix.first"
"$cmake" --install "$build" --config "$config" --prefix "$prefix.first" > /dev/null
# Elsewhere than it was installed to: nothing in it may know its own place.
mv "$prefix.first" "$prefix"

exec bash "$checks/check-binaries.sh" "$prefix"
