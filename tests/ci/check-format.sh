#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-format.sh
# Why: a change shows what changed, not how somebody likes to indent. Repair: clang-format -i <file>
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang-format

cd "$root"
while IFS= read -r -d '' file; do
    clang-format --dry-run -Werror "$file" > /dev/null 2>&1 || fault "$file is not as clang-format leaves it"
done < <(sources plugin tests)

verdict format
