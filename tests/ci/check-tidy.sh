#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-tidy.sh [build folder] [file...]
# Why: clang-tidy finds mistakes that neither compiler nor tests see; .clang-tidy says which, and each is an error. Only
# plugin/ is looked at: it is what runs in other people's programs.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang-tidy

build=${1:-$root/build/dev}
need_build "$build" dev
shift || true

cd "$root"
if [ $# -gt 0 ]; then
    files=$(printf '%s\n' "$@")
else
    files=$(sources plugin | tr '\0' '\n' | grep '\.cpp$')
fi

# One process a file, for run-clang-tidy wants Python. What is no finding (counts of suppressed warnings) is left out.
if ! xargs -d '\n' -P "$jobs" -n 1 sh -c \
    'clang-tidy --quiet -p "$0" "$1" 2> /dev/null || { echo "FAULT: $1" >&2; exit 1; }' "$build" <<< "$files"; then
    fault 'clang-tidy found something (above)'
fi

verdict tidy
