#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh <cmake> <build folder> <prefix> <configuration>
# Installs the build, moves what was installed to <prefix>, and looks at what the libraries ask of the system.
set -euo pipefail
cmake=$1 build=$2 prefix=$3 config=$4

fail()
{
    echo "FAIL: $*" >&2
    exit 1
}

rm -rf "$prefix" "$prefix.first"
"$cmake" --install "$build" --config "$config" --prefix "$prefix.first" > /dev/null
# Elsewhere than it was installed to: nothing in it may know its own place.
mv "$prefix.first" "$prefix"

mapfile -t libraries < <(find "$prefix" -name '*.so' -o -name '*.so.*' -type f)
[ ${#libraries[@]} -ge 2 ] || fail "the library or the plugin is missing below $prefix"
for library in "${libraries[@]}"; do
    # Private symbols of Qt change with each release; a plugin outlives them.
    ! readelf --wide --version-info "$library" | grep PRIVATE_API || fail "$library needs Qt's private interface"
    # Two plugins with two copies of it abort the process.
    ! readelf --wide --dynamic "$library" | grep libprotobuf || fail "$library is linked to libprotobuf"
    ! readelf --wide --dynamic "$library" | grep -E 'R(UN)?PATH.*\[/' || fail "$library has an absolute path built in"
done

plugin=$(find "$prefix" -name '*remotelogplugin.so')
[ -n "$plugin" ] || fail "there is no plugin below $prefix"
exported=$(nm --dynamic --defined-only --extern-only "$plugin" | awk '$2 == "T" { print $3 }' | grep -v '^qt_plugin_' || true)
[ -z "$exported" ] || fail "the plugin exports more than a plugin must: $exported"
