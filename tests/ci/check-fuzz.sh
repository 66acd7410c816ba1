#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-fuzz.sh
# Why: the libFuzzer targets (tests/log/fuzz, tests/cas/fuzz) are built by hand only, with clang. This compiles them with
# the flags that they have, so that they are there when somebody wants them. They are not linked: libFuzzer's runtime is
# a package of its own.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need clang++ cmake ninja

build=$root/build/fuzz
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DREMOTELOG_BUILD_TESTS=ON -DREMOTELOG_WERROR=ON \
    -DREMOTELOG_CCACHE=ON -DREMOTELOG_FUZZ=ON > /dev/null
cmake --build "$build" --target tests/log/fuzz/CMakeFiles/fuzz_log.dir/decoders.cpp.o \
    tests/cas/fuzz/CMakeFiles/fuzz_cas.dir/answers.cpp.o ||
    fault 'a libFuzzer target does not compile'

verdict fuzz
