#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-readme.sh <prefix>
# Why: the example in README.md is the first thing that somebody tries. It is taken out of the README as it stands there,
# built against the installation in <prefix>, and run: it has to bring an entry from Alice to Bob and end by itself.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

prefix=${1:?where is it installed?}
example=$(mktemp -d)
trap 'rm -rf "$example"' EXIT

# block <language>: the first block of that language.
block()
{
    awk -v begin="^\`\`\`$1\$" 'done { exit } inside && /^```$/ { done = 1; next } inside { print } $0 ~ begin { inside = 1 }' "$root/README.md"
}
block cmake > "$example/CMakeLists.txt"
block cpp > "$example/main.cpp"
[ -s "$example/CMakeLists.txt" ] && [ -s "$example/main.cpp" ] || { fault 'README.md has no example'; verdict readme; }

cmake -S "$example" -B "$example/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" > "$example/log" 2>&1 \
    && cmake --build "$example/build" > "$example/log" 2>&1 || fault "the example does not build: $(cat "$example/log")"
if [ "$faults" -eq 0 ]; then
    # Below a folder of its own: the example keeps its data where it is started.
    mkdir "$example/run"
    # A warning of Qt's is a mistake of ours: it ends the example.
    (cd "$example/run" && QT_FATAL_WARNINGS=1 timeout 60 ../build/messenger) > "$example/said" 2>&1 || fault "the example ends with an error or never"
    cat "$example/said"
    grep -q 'Hello' "$example/said" || fault 'the entry did not arrive'
fi

verdict readme
