# SPDX-License-Identifier: MIT
# Sourced by the check scripts: strict bash, where the project is, and how a check says what it found.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=$(nproc)
faults=0

# One thing that is wrong. The check goes on: who repairs wants to see all of them.
fault()
{
    printf 'FAULT: %s\n' "$*" >&2
    faults=$((faults + 1))
}

# Last line of a check.
verdict()
{
    if [ "$faults" -gt 0 ]; then
        printf '%s: %d faults\n' "$1" "$faults" >&2
        exit 1
    fi
    printf '%s: good\n' "$1"
}

# Stops where the check itself cannot be made: that is no "good".
need()
{
    local tool
    for tool in "$@"; do
        command -v "$tool" > /dev/null || { printf 'This check needs %s.\n' "$tool" >&2; exit 2; }
    done
}

# need_build <folder> <preset>
need_build()
{
    [ -f "$1/build.ninja" ] || {
        printf 'No build in %s: cmake --preset %s && cmake --build --preset %s\n' "$1" "$2" "$2" >&2
        exit 2
    }
}

# All sources of ours, each ended by a zero byte.
sources()
{
    (cd "$root" && find "$@" \( -name '*.h' -o -name '*.cpp' \) -print0 | sort -z)
}
