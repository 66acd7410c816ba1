# SPDX-License-Identifier: MIT
# Run by ctest: brings copies of the .ts files up to date and fails where that leaves anything to do. The source tree
# stays as it is.

# Without -no-obsolete, so that an entry that the code no longer has is seen.
list(REMOVE_ITEM OPTIONS -no-obsolete)
file(REMOVE_RECURSE ${WORK_DIR})
set(failed FALSE)

foreach(ts_file IN LISTS TS_FILES)
    cmake_path(GET ts_file FILENAME name)
    file(COPY ${ts_file} DESTINATION ${WORK_DIR} NO_SOURCE_PERMISSIONS)
    execute_process(COMMAND ${LUPDATE} ${OPTIONS} ${SOURCES} -ts ${WORK_DIR}/${name}
        COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
    file(READ ${WORK_DIR}/${name} content)

    if(NOT content MATCHES "<message")
        message("${name}: holds nothing")
        set(failed TRUE)
    endif()
    # Brackets and semicolons mean something to CMake's lists.
    string(REGEX REPLACE "[][;]" "_" content "${content}")
    string(REGEX MATCHALL "<message[^>]*>([^<]|<[^/]|</[^m])*</message>" messages "${content}")
    foreach(entry IN LISTS messages)
        string(REGEX REPLACE ".*<source>(.*)</source>.*" "\\1" source "${entry}")
        if(entry MATCHES "type=\"(unfinished|vanished|obsolete)\"")
            message("${name}: ${CMAKE_MATCH_1}: ${source}")
            set(failed TRUE)
        elseif(entry MATCHES "<translation></translation>|<numerusform></numerusform>|<translation/>|<numerusform/>")
            message("${name}: empty: ${source}")
            set(failed TRUE)
        endif()
    endforeach()
endforeach()

if(failed)
    message(FATAL_ERROR "Build the target update_translations and fill in what is missing.")
endif()
