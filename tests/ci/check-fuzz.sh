#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-fuzz.sh
# Why: the libFuzzer target (tests/log/fuzz) is built by hand only, with clang. This compiles it with the flags that it
# has, so that it is there when somebody wants it. It is not linked: libFuzzer's runtime is a package of its own.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang++ cmake ninja

build=$root/build/fuzz
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DREMOTELOG_BUILD_TESTS=ON -DREMOTELOG_WERROR=ON \
    -DREMOTELOG_CCACHE=ON -DREMOTELOG_FUZZ=ON > /dev/null
cmake --build "$build" --target tests/log/fuzz/CMakeFiles/fuzz_log.dir/decoders.cpp.o ||
    fault 'the libFuzzer target does not compile'

verdict fuzz
