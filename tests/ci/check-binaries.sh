#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check-binaries.sh <folder>
# Why: the plugin is a guest in somebody else's process, for years and beside other plugins. Every library below <folder>
# is asked what it wants and what it gives:
# - no private symbol of Qt: they change with each release, and the plugin outlives updates of the host;
# - no libprotobuf: two plugins with two copies of it abort the process;
# - the plugin exports Qt's two entry points, and templates of std and Qt, which every C++ library has; nothing of what is
#   linked into it (SQLiteCpp, protozero, our own rooms), or it would be mixed up with the host's;
# - the library exports what is in namespace RemoteLog, nothing else of ours;
# - no absolute search path: an installation may be moved;
# - the plugin is bound when it is loaded: what is missing is an error then, not the end of the process at some later call.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need readelf c++filt

folder=${1:?which folder?}
mapfile -t libraries < <(find "$folder" -type f \( -name 'libRemoteLog.so*' -o -name 'libremotelog*.so' \))
[ ${#libraries[@]} -ge 2 ] || fault "the library or the plugin is missing below $folder"

# Dynamic symbols that the library defines: "<GLOBAL|WEAK|UNIQUE> <mangled name>".
exports()
{
    readelf --wide --dyn-syms "$1" | awk '$7 != "UND" && $4 != "SECTION" && $5 != "LOCAL" && $5 ~ /^[A-Z]+$/ { sub(/@.*/, "", $8); print $5, $8 }'
}

# Weak and harmless: instances of what std and Qt define in headers.
is_of_std_or_qt()
{
    [[ $(c++filt "$1") =~ ^((vtable|typeinfo|typeinfo name|VTT|guard variable)\ for\ |non-virtual\ thunk\ to\ |bool\ |void\ |auto\ |int\ )*(std::|__gnu_cxx::|Q[A-Z]|Qt|operator\ |q[A-Z]) ]]
}

for library in "${libraries[@]}"; do
    name=$(basename "$library")
    echo "$name needs: $(readelf --wide --dynamic "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')"
    ! readelf --wide --version-info "$library" | grep -o 'Qt_6[0-9.]*_PRIVATE_API' | sort -u | grep . \
        || fault "$name needs private symbols of Qt"
    ! readelf --wide --dynamic "$library" | grep 'NEEDED.*protobuf' || fault "$name is linked to libprotobuf"
    ! readelf --wide --dyn-syms "$library" | grep -oE '[^ ]*8protobuf[^ ]*' || fault "$name has symbols of libprotobuf"
    [[ $name != libremotelog* ]] || readelf --wide --dynamic "$library" | grep '(FLAGS.*NOW' > /dev/null || fault "$name is bound lazily"
    ! readelf --wide --dynamic "$library" | grep -E 'R(UN)?PATH.*(\[|:)/' || fault "$name has an absolute search path"

    while read -r binding symbol; do
        case $name:$symbol in
            libremotelog*:qt_plugin_instance | libremotelog*:qt_plugin_query_metadata*) continue ;;
            libremotelog*:*sqlite* | libremotelog*:*SQLite* | libremotelog*:*sodium* | libremotelog*:*protozero*) ;;
            libRemoteLog*:*) [[ $(c++filt "$symbol") != *RemoteLog::* ]] || continue ;;
        esac
        { [ "$binding" = WEAK ] || [ "$binding" = UNIQUE ]; } && is_of_std_or_qt "$symbol" \
            || fault "$name exports $binding $(c++filt "$symbol")"
    done < <(exports "$library")
done

verdict binaries
