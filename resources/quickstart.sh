#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# quickstart.sh [--no-install]
# Installs what the build needs (Debian 12; with sudo where it does not run as root; --no-install leaves that out), builds
# the plugin and the sample messenger, and lets Alice and Bob talk without being online together.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

install=true
case ${1-} in
    '') ;;
    --no-install) install=false ;;
    *) sed -n '3,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

work=$PWD/build/quickstart
log=$work/build.log
messenger=$PWD/build/release/tests/messenger/remotelog-messenger

# ---- What is printed

bold='' dim='' plain=''
if [ -t 1 ]; then
    bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

step()
{
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

fail()
{
    printf '\nIt did not work: %s\n' "$1" >&2
    exit 1
}

# with_log <what> <command...>: the output goes to the log, of which a failure shows the end.
with_log()
{
    local what=$1
    shift
    "$@" >> "$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "$what; everything is in $log"
    }
}

# Passes ninja's output on, and tells on the standard error how far it is.
progress()
{
    local line percent shown=-1
    while IFS= read -r line; do
        printf '%s\n' "$line"
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
        if [ -t 3 ]; then
            printf '\r  %3d %%' "$percent" >&3
        elif [ $((percent / 20)) -gt "$shown" ]; then
            shown=$((percent / 20))
            printf '  %3d %%\n' "$percent" >&3
        fi
    done
}

build()
{
    cmake --build --preset release --target remotelogplugin remotelog-messenger 2>&1 | progress
}

# ---- Two people: a messenger each, on a FIFO for what is typed and one for what is printed

declare -A pid typed printed

stop_all()
{
    # Its own children only, and those that are left when something failed.
    local who
    for who in "${!pid[@]}"; do
        kill "${pid[$who]}" 2> /dev/null || true
    done
}
trap stop_all EXIT

# start <who> <option...>
start()
{
    local who=$1 in out
    shift
    rm -f "$work/$who.in" "$work/$who.out"
    mkfifo "$work/$who.in" "$work/$who.out"
    # Open for both directions, so that neither side waits for the other or dies of it.
    exec {in}<> "$work/$who.in" {out}<> "$work/$who.out"
    typed[$who]=$in printed[$who]=$out
    "$messenger" --profile "$work/$who" --secrets "$work/$who.secrets" --helper "$storage_url" --timeout 120 "$@" \
        <&"$in" >&"$out" 2>> "$work/$who.err" &
    pid[$who]=$!
}

# types <who> <line>
types()
{
    printf '  %s%-5s > %s%s\n' "$bold" "$1" "$2" "$plain"
    printf '%s\n' "$2" >&"${typed[$1]}"
}

# expect <who> <pattern>: prints what the messenger says until a line matches, which is then in $line.
expect()
{
    local who=$1 pattern=$2 shown deadline=$((SECONDS + 60))
    while [ "$SECONDS" -lt "$deadline" ] && kill -0 "${pid[$who]}" 2> /dev/null; do
        IFS= read -r -t 1 -u "${printed[$who]}" line || continue
        shown=$line
        # The part behind the # is the key with which the log can be read.
        [[ $line != *' link remotelog:'* ]] || shown="${line%%#*}#..."
        printf '  %s%-5s | %s%s\n' "$dim" "$who" "$shown" "$plain"
        # shellcheck disable=SC2053
        [[ $line == $pattern ]] && return
    done
    cat "$work/$who.err" >&2
    fail "$who's messenger never said '$pattern'"
}

leaves()
{
    types "$1" /quit
    wait "${pid[$1]}" || fail "$1's messenger ended with an error"
    unset "pid[$1]"
    printf '  %-5s is gone.\n' "$1"
}

count_storage()
{
    printf '  The storage holds %d files.\n' "$(find "$storage" -type f | wc -l)"
}

# A path as a file: URL.
url_of()
{
    local LC_ALL=C path=$1 url=file:// byte code i
    for ((i = 0; i < ${#path}; ++i)); do
        byte=${path:i:1}
        case $byte in
            [a-zA-Z0-9/._~-]) ;;
            *)
                printf -v code %d "'$byte"
                printf -v byte '%%%02X' $((code & 255))
                ;;
        esac
        url+=$byte
    done
    printf '%s' "$url"
}

# ---- Install, build

mkdir -p "$work"
: > "$log"
if $install; then
    # shellcheck source=packages.sh
    source resources/packages.sh
    step 'Packages (what is missing is installed)'
    install_packages "${build_packages[@]}" >> "$log" 2>&1 || { tail -n 20 "$log" >&2; fail 'the packages are not all there'; }
    printf '  All there.\n'
fi
if command -v ccache > /dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
step "Building (a few minutes; everything it says goes to build/quickstart/build.log)"
exec 3>&1
# The preset leaves the tests out, and with them the sample messenger.
with_log 'configuring failed' cmake --preset release -DREMOTELOG_BUILD_TESTS=ON
with_log 'building failed' build
exec 3>&-
[ ! -t 1 ] || printf '\r'
printf '  Built.\n'

# ---- The demonstration: every time from nothing

rm -rf "$work"/{Alice,Bob}* "$work/storage"
storage=$work/storage
mkdir "$storage"
# As if the folder were on somebody's server: no network, no storage.
storage_url=$(url_of "$storage")?network=required

step '1. Alice writes. She has no network, and her messenger keeps what she writes.'
start Alice --offline
types Alice 'Hello Bob!'
types Alice 'Are you there tomorrow?'
expect Alice 'own pending 2'
types Alice /link
expect Alice 'own link *'
alices_link=${line#own link }
count_storage

step '2. Alice comes online, publishes, and leaves.'
types Alice /online
expect Alice 'own head 2 *'
leaves Alice
count_storage

step '3. Bob comes online later. Alice gave him her link once; her messenger is not running.'
start Bob --follow "$alices_link" --save "$work/Bob.received"
expect Bob '* received 2 *'
expect Bob '* committed 2'
types Bob /link
expect Bob 'own link *'
bobs_link=${line#own link }

step '4. Both are online: each notices at once what the other publishes.'
start Alice --follow "$bobs_link" --save "$work/Alice.received"
expect Alice 'own ready'
types Bob 'Yes, at noon.'
expect Bob 'own published 1'
expect Alice '* received 1 "Yes, at noon."'
types Alice 'See you!'
expect Alice 'own published 3'
expect Bob '* received 3 "See you!"'
leaves Alice
leaves Bob

step 'It works: Bob has read what Alice wrote while he was away, and both have talked live.'
printf 'To play them yourself: README.md, "Try it". What they keep is in build/quickstart/.\n'
