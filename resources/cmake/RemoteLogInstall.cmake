# SPDX-License-Identifier: MIT
# Which version of the interface this is, where things go below the prefix, and how they find each other there whatever
# the prefix is.

# From the one place where it stands: it is also the ABI version of the library and what the loader compares.
foreach(part MAJOR MINOR)
    file(STRINGS ${PROJECT_SOURCE_DIR}/plugin/interface/version.h line REGEX "REMOTELOG_API_${part} ")
    string(REGEX MATCH "[0-9]+$" REMOTELOG_API_${part} "${line}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/plugin/interface/version.h)

set(REMOTELOG_PLUGINDIR "${QT6_INSTALL_PLUGINS}" CACHE STRING
    "Qt plugin folder to install into, absolute or below the prefix; the plugin goes to its remotelog/")
set(REMOTELOG_HEADERDIR ${CMAKE_INSTALL_INCLUDEDIR}/RemoteLog)
set(REMOTELOG_PACKAGEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/RemoteLog)

# remotelog_relative_path(<variable> FROM <folder> TO <folder>): both absolute or below the prefix. Relative where the
# prefix may move; absolute where one of them is not below it.
function(remotelog_relative_path variable)
    cmake_parse_arguments(arg "" "FROM;TO" "" ${ARGN})
    cmake_path(IS_ABSOLUTE arg_FROM from_is_absolute)
    cmake_path(IS_ABSOLUTE arg_TO to_is_absolute)
    if(from_is_absolute OR to_is_absolute)
        cmake_path(ABSOLUTE_PATH arg_TO BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE path)
    else()
        cmake_path(RELATIVE_PATH arg_TO BASE_DIRECTORY ${arg_FROM} OUTPUT_VARIABLE path)
    endif()
    set(${variable} ${path} PARENT_SCOPE)
endfunction()

# remotelog_install_plugin(<target>): where a plugin is built and installed, and that it finds libRemoteLog beside
# which it is installed.
function(remotelog_install_plugin target)
    remotelog_relative_path(library_folder FROM ${REMOTELOG_PLUGINDIR}/remotelog TO ${CMAKE_INSTALL_LIBDIR})
    cmake_path(IS_ABSOLUTE library_folder is_absolute)
    if(NOT is_absolute)
        string(PREPEND library_folder "$ORIGIN/")
    endif()
    set_target_properties(${target} PROPERTIES
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins/remotelog
        INSTALL_RPATH "${library_folder}")
    install(TARGETS ${target}
        LIBRARY DESTINATION ${REMOTELOG_PLUGINDIR}/remotelog
        RUNTIME DESTINATION ${REMOTELOG_PLUGINDIR}/remotelog)
endfunction()
