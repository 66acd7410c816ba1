#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-install.sh [build folder]
# Why: what is installed is what others depend on. Every public header, the library, the plugin and the CMake package have
# to be there, nothing of the inside may be; then the binaries are looked at (check-binaries.sh), and the example of the
# README is built against what was installed, and run (check-readme.sh).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build=${1:-$root/build/dev}
need_build "$build" dev
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
DESTDIR='' cmake --install "$build" --prefix "$prefix" > /dev/null

# The folders of a distribution (lib/<architecture>, lib/<architecture>/qt6/plugins) do not matter here.
installed=$(cd "$prefix" && find . ! -type d | sed -E 's,^\./,,; s,^lib(64)?/([^/]+-linux-gnu[^/]*/)?,lib/,; s,^lib/qt6/plugins/,plugins/,' | sort)
echo "$installed"

expected=$(
    # These two are shared by rooms of ours, not by hosts.
    find "$root/plugin/interface" -name '*.h' ! -name multibase.h ! -name helperurl.h -printf 'include/RemoteLog/%f\n'
    printf '%s\n' lib/cmake/RemoteLog/RemoteLog{Config,ConfigVersion,Targets}.cmake lib/libRemoteLog.so plugins/remotelog/libremotelogplugin.so
)
while read -r file; do
    grep -qxF "$file" <<< "$installed" || fault "not installed: $file"
done <<< "$expected"
while read -r file; do
    # Names that hold a version or a configuration.
    [[ $file =~ ^lib/(libRemoteLog\.so\.[0-9.]+|cmake/RemoteLog/RemoteLogTargets-[a-z]+\.cmake)$ ]] \
        || grep -qxF "$file" <<< "$expected" || fault "installed, but nobody's business: $file"
done <<< "$installed"
if found=$(grep -rlF -e "$root" -e "$build" "$prefix" --include='*.h' --include='*.cmake'); then
    fault "a path of this machine in $found"
fi

bash "$root/tests/ci/check-binaries.sh" "$prefix" || fault 'the binaries (above)'
bash "$root/tests/ci/check-readme.sh" "$prefix" || fault 'the example in README.md (above)'

verdict install
