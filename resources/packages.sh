# SPDX-License-Identifier: MIT
# Sourced by quickstart.sh and tests/run.sh: what Debian 12 has to have installed, and how it gets there.
# shellcheck shell=bash disable=SC2034

build_packages=(
    build-essential cmake ninja-build pkg-config
    qt6-base-dev   # Qt Core, D-Bus, Network and Test
    qt6-tools-dev  # CMake's Qt6LinguistTools
    qt6-l10n-tools # lrelease and lupdate
    libprotozero-dev
    libsodium-dev
    libsqlitecpp-dev
    libsqlite3-dev # also used without the C++ around it
    qtkeychain-qt6-dev
    libsecret-1-0  # QtKeychain loads it, but its package does not ask for it
)

# Needed by tests beyond what the build needs.
test_packages=(
    dbus gnome-keyring libsecret-tools # a keyring of their own
    python3-dbusmock                   # a NetworkManager of their own
)

# Needed by the checks of tests/run.sh --ci: building four times, a second compiler, formatting, static analysis.
ci_packages=(ccache clang clang-format clang-tidy)

# install_packages <name...>: those that are missing; nothing at all, also no sudo, if none is.
install_packages()
{
    local name missing=() as_root=()
    for name in "$@"; do
        [[ $(dpkg-query --show --showformat='${Status}' "$name" 2> /dev/null) == *' ok installed' ]] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get > /dev/null; then
        printf 'There is no apt-get here. Install by hand, and use --no-install:\n  %s\n' "${missing[*]}" >&2
        return 1
    fi
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    printf 'Installing: %s\n' "${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update --quiet || return
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --quiet --yes --no-install-recommends "${missing[@]}"
}
