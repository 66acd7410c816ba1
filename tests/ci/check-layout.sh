#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-layout.sh
# Why: a newcomer finds a thing by its name. So the top level holds what every such project has and nothing else, every
# room has a CMakeLists.txt, and every source file says under which licence it is.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
# What git tracks or would; without git (a tarball) everything but the build.
if entries=$(git -c safe.directory="$root" ls-files --cached --others --exclude-standard 2> /dev/null); then
    entries=$(cut -d/ -f1 <<< "$entries" | sort -u)
else
    entries=$(find . -mindepth 1 -maxdepth 1 ! -name build -printf '%f\n')
fi
while read -r entry; do
    case $entry in
        CMakeLists.txt | CMakePresets.json | LICENSE | README.md | plugin | resources | translations | tests | .*) ;;
        *) fault "the top level holds '$entry'" ;;
    esac
done <<< "$entries"

for folder in plugin/*/; do
    [ -z "$(ls "$folder")" ] || [ -f "${folder}CMakeLists.txt" ] || fault "$folder has no CMakeLists.txt"
done

while IFS= read -r -d '' file; do
    head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || fault "$file does not begin with its licence"
done < <(find plugin tests resources translations .ci -type f \
    \( -name '*.h' -o -name '*.cpp' -o -name '*.sh' -o -name '*.cmake' -o -name 'CMakeLists.txt' -o -name '*.proto' -o -path '.ci/run' \) -print0)

verdict layout
