# SPDX-License-Identifier: MIT
include(${CMAKE_CURRENT_LIST_DIR}/RemoteLogInstall.cmake)

# Here and not in the presets: they cannot ask whether it is there.
option(REMOTELOG_CCACHE "Compile through ccache where it is installed" OFF)
if(REMOTELOG_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(CCACHE_PROGRAM ccache)
    mark_as_advanced(CCACHE_PROGRAM)
    if(CCACHE_PROGRAM)
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    endif()
endif()

# A room is one folder below plugin/ and one target. Its headers are found as "<room>/<header>.h", and only by
# targets that link the room: each room has an include root of its own, so a forbidden include does not compile.

add_library(remotelog_options INTERFACE)
target_compile_definitions(remotelog_options INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_URL_CAST_FROM_STRING
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_NO_FOREACH QT_NO_KEYWORDS)
target_compile_options(remotelog_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
    -Woverloaded-virtual -Wno-missing-field-initializers $<$<BOOL:${REMOTELOG_WERROR}>:-Werror>)
if(REMOTELOG_SANITIZE)
    target_compile_options(remotelog_options INTERFACE -fsanitize=${REMOTELOG_SANITIZE}
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(remotelog_options INTERFACE -fsanitize=${REMOTELOG_SANITIZE})
endif()

# remotelog_include_root(<target> <name> [PUBLIC|INTERFACE]): lets whoever links <target> write #include "<name>/x.h".
function(remotelog_include_root target name)
    set(root ${CMAKE_BINARY_DIR}/rooms/${target})
    file(MAKE_DIRECTORY ${root})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}>)
endfunction()

# remotelog_room(<name> SOURCES <file>... ROOMS <target>... LIBRARIES <target>...)
function(remotelog_room name)
    cmake_parse_arguments(arg "" "" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
    add_library(remotelog_${name} STATIC ${arg_SOURCES})
    remotelog_include_root(remotelog_${name} ${name})
    target_link_libraries(remotelog_${name} PUBLIC RemoteLog::RemoteLog ${arg_ROOMS}
        PRIVATE remotelog_options ${arg_LIBRARIES})
endfunction()
