#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-includes.sh [build folder]
# Why: includes run one way, from interface down to transport (resources/doc/architecture.md, "Rooms"). The build sees to
# that by giving each target the headers of its own rooms alone. This check tries every forbidden direction with the flags
# that the build really uses: each must fail because there is no such header. Allowed ones must compile, or the check
# would prove nothing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build=${1:-$root/build/dev}
need_build "$build" dev
commands=$build/compile_commands.json

# What each room may include beside itself and <RemoteLog/...>. "mvds" and "qml" are the proof that the interface suffices.
declare -A allowed=(
    [interface]=''
    [platform]=''
    [security]=''
    [log]='security'
    [store]='log security platform'
    [network]='log security platform'
    [cas]='log security platform network'
    [ns]='log security platform network'
    [helpers]='cas ns log security platform network'
    [engine]='helpers cas ns store log security platform network'
    [transport]='engine helpers cas ns store log security platform network'
    [mvds]=''
    [qml]=''
)

probes=$(mktemp -d)
trap 'rm -rf "$probes"' EXIT

# include_flags <room>: how the build finds headers for it.
include_flags()
{
    local command
    command=$(grep "\"command\": .* -c $root/plugin/$1/[a-z]*\.cpp\"" "$commands" | tail -n 1) || return 1
    grep -oE -- '-I[^ "]+|-isystem [^ "]+' <<< "$command" | tr '\n' ' '
}

# compiles <room> <header...>; what the compiler said is in $probes/said.
compiles()
{
    printf '#include %s\n' "${@:2}" > "$probes/probe.cpp"
    # shellcheck disable=SC2086 # flags are words
    c++ -std=c++20 -fPIC -fsyntax-only ${flags[$1]} "$probes/probe.cpp" > /dev/null 2> "$probes/said"
}

declare -A flags header
for folder in "$root"/plugin/*/; do
    [ -f "${folder}CMakeLists.txt" ] || continue
    room=$(basename "$folder")
    [ -n "${allowed[$room]+known}" ] || { fault "no rule for the room $room"; continue; }
    flags[$room]=$(include_flags "$room") || { fault "the room $room is not built"; continue; }
    # Any header does to see whether the room is in reach; the last of the alphabet is as good as the first.
    header[$room]=$(find "$folder" -maxdepth 1 -name '*.h' -printf '%f\n' | sort | tail -n 1)
done

for room in "${!flags[@]}"; do
    own=("\"$room/${header[$room]}\"")
    [ "$room" != interface ] || own=()
    compiles "$room" '<RemoteLog/problem.h>' "${own[@]}" \
        || fault "plugin/$room/ does not find what it may include: $(head -n 3 "$probes/said")"
    for other in "${!flags[@]}"; do
        [ "$other" != interface ] && [ "$other" != "$room" ] || continue
        if [[ " ${allowed[$room]} " == *" $other "* ]]; then
            continue # allowed, not required
        elif compiles "$room" "\"$other/${header[$other]}\""; then
            fault "plugin/$room/ can include $other/${header[$other]}"
        elif ! grep -q 'No such file or directory' "$probes/said"; then
            fault "plugin/$room/ with $other/${header[$other]} fails for another reason: $(head -n 3 "$probes/said")"
        fi
    done
done

# A path would walk around all of this.
cd "$root"
if found=$(grep -rnE '#\s*include\s*["<]\.\.?/' plugin); then
    fault "an include by path: $found"
fi
# Private headers of Qt change with each release.
if found=$(grep -rnE '#\s*include\s*["<].*(/private/|_p\.h)' plugin); then
    fault "a private header: $found"
fi

verdict includes
