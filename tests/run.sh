#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [--no-install] [--ci]
# Builds everything and runs the tests. Installs the Debian packages for it first, with sudo where it does not run as root;
# --no-install leaves that out.
#
# What talks to a real IPFS node needs Go, too, as new as tests/peers/kubo/go.mod says, and what talks to a delegated routing
# server Node.js 20 with npm; Debian's are older. Without them those tests are skipped.
#
# With --ci also everything that CI asks for: no test may be skipped; the tests run again with the address and undefined
# behaviour sanitizers, those labelled "tsan" with the thread sanitizer; and each tests/ci/check-*.sh must be good. All
# stages run, also after one that failed, so that one run shows all that is wrong. It needs a machine, or container, that lets
# it have mount and network namespaces: as root with CAP_SYS_ADMIN, or with user namespaces for everybody. Without them tests
# of small disks and of missing networks are skipped, and that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install=true
ci=false
for argument in "$@"; do
    case $argument in
        --no-install) install=false ;;
        --ci) ci=true ;;
        *) sed -n '3,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done

# shellcheck source=../resources/packages.sh
source resources/packages.sh
$ci && preset=ci || preset=dev
jobs=$(nproc)
logs=build/logs
mkdir -p "$logs"

# ---- Stages: each is a function; what it needed and whether it was good is told at the end.

report=()
failed=()
is_good=true

# stage <name> <command...>; sets is_good. Never called in a condition: bash would ignore "set -e" inside it.
stage()
{
    local name=$1 start=$SECONDS
    shift
    printf '\n======== %s\n' "$name"
    set +e
    (set -e; "$@")
    [ $? -eq 0 ] && is_good=true || is_good=false
    set -e
    $is_good || failed+=("$name")
    report+=("$(printf '%-12s %5s min  %s' "$name" "$(minutes $((SECONDS - start)))" "$($is_good && echo good || echo FAILED)")")
}

# Seconds as minutes with one decimal.
minutes()
{
    printf '%d.%d' $(($1 / 60)) $(($1 % 60 / 6))
}

finish()
{
    printf '\n======== Result\n'
    printf '%s\n' "${report[@]}"
    printf '%-12s %5s min\n' total "$(minutes $SECONDS)"
    # ctest's own words once more, the whole run last.
    local log
    for log in tsan asan "$preset"; do
        [ -f "$logs/$log.txt" ] || continue
        printf '\nctest --preset %s\n' "$log"
        sed -n '/tests passed,/,$p' "$logs/$log.txt"
    done
    if [ ${#failed[@]} -gt 0 ]; then
        printf '\nFAILED: %s\n' "${failed[*]}"
        exit 1
    fi
    exit 0
}

packages()
{
    local wanted=("${build_packages[@]}" "${test_packages[@]}")
    $ci && wanted+=("${ci_packages[@]}")
    install_packages "${wanted[@]}"
}

# build <preset> [cmake options...]
build()
{
    local preset=$1
    shift
    cmake --preset "$preset" "$@" > "$logs/configure-$preset.txt" 2>&1 || { cat "$logs/configure-$preset.txt"; return 1; }
    cmake --build --preset "$preset" --parallel "$jobs"
}

# run_tests <preset> [ctest options...]
run_tests()
{
    local preset=$1
    shift
    ctest --preset "$preset" "$@" 2>&1 | tee "$logs/$preset.txt"
    # A skip is a failure where tests are required. That a test was not even there is one everywhere.
    if $ci && grep -E '\*\*\*(Skipped|Not Run)|\(Disabled\)' "$logs/$preset.txt"; then
        echo 'Tests were skipped.'
        return 1
    fi
}

asan()
{
    build asan -DREMOTELOG_TESTS_REQUIRED=ON
    export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:abort_on_error=0:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1
    export LSAN_OPTIONS=suppressions=$PWD/tests/ci/lsan.supp:print_suppressions=0
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    # Figures of benchmarks mean nothing here.
    run_tests asan --label-exclude benchmark
}

tsan()
{
    cmake --preset tsan -DREMOTELOG_TESTS_REQUIRED=ON > "$logs/configure-tsan.txt" 2>&1 || { cat "$logs/configure-tsan.txt"; return 1; }
    # Only what is labelled is built: Qt is not instrumented, so most tests mean nothing here.
    local targets
    mapfile -t targets < <(ctest --preset tsan --label-regex '^tsan$' --show-only | sed -nE 's/^ *Test +#[0-9]+: ([a-z0-9_]+)$/tst_\1/p')
    [ ${#targets[@]} -gt 0 ] || { echo 'No test is labelled "tsan".'; return 1; }
    cmake --build --preset tsan --parallel "$jobs" --target "${targets[@]}"
    # GCC 12's thread sanitizer does not get along with as much randomness of addresses as newer kernels have. Some
    # containers do not let anybody change that; most of them do not need it.
    local fixed=(setarch -R)
    setarch -R true 2> /dev/null || fixed=()
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    ${fixed[@]+"${fixed[@]}"} ctest --preset tsan --label-regex '^tsan$' 2>&1 | tee "$logs/tsan.txt"
}

# ---- The run

rm -f "$logs"/*.txt
if $install; then
    stage packages packages
    $is_good || finish
fi

if ! $ci; then
    stage build build dev
    if $is_good; then
        stage tests run_tests dev
    fi
    finish
fi

stage layout bash tests/ci/check-layout.sh
stage format bash tests/ci/check-format.sh
stage build build ci
if $is_good; then
    stage tests run_tests ci
    stage install bash tests/ci/check-install.sh build/ci
    stage includes bash tests/ci/check-includes.sh build/ci
    stage tidy bash tests/ci/check-tidy.sh build/ci
    stage fuzz bash tests/ci/check-fuzz.sh
    stage asan asan
    stage tsan tsan
fi
finish
