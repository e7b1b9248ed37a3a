# install.cmake - what programs in C find: targets, headers, a version and pkg-config files.
# SPDX-License-Identifier: MIT
#
#   peerface::core       the logic alone, for programs that bring their own WebRTC: "core/room.h"
#   peerface::client     with Emscripten: a room for a program in a page: <peerface/client.h>
#   peerface::simulated  natively: the same in a simulated world: <peerface/simulated.h>
#
# The relay and the web folder are installed where they are made.
include_guard()

# peerface_export(TARGET NAME): the target is peerface::NAME, here and where it is installed.
function(peerface_export target name)
  add_library(peerface::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
endfunction()

set(libraries pf_base pf_cjson_number pf_cjson pf_protocol pf_core)
peerface_export(pf_core core)
if(TARGET pf_client)
  peerface_export(pf_client client)
  list(APPEND libraries pf_browser pf_client)
endif()
if(TARGET pf_simulated)
  peerface_export(pf_simulated simulated)
  list(APPEND libraries pf_cluster pf_hub pf_model pf_sim pf_simulated)
endif()
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(include "${CMAKE_INSTALL_INCLUDEDIR}/peerface")
set(package "${CMAKE_INSTALL_LIBDIR}/cmake/peerface")
install(TARGETS ${libraries} EXPORT peerface
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" "${include}")
install(EXPORT peerface NAMESPACE peerface:: FILE peerface-config.cmake DESTINATION "${package}")
install(DIRECTORY src/base DESTINATION "${include}" FILES_MATCHING PATTERN "*.h")
install(FILES src/protocol/message.h DESTINATION "${include}/protocol")
install(FILES src/core/command.h src/core/event.h src/core/event_log.h src/core/limits.h
              src/core/room.h
        DESTINATION "${include}/core")
install(DIRECTORY src/client/peerface/ DESTINATION "${include}" FILES_MATCHING PATTERN "*.h")

# The version is that of project(), here and in the relay's --version. package.json and
# web/peerface.js repeat it, which lint_version_is_the_same checks. Before 1.0 a minor version may
# break programs.
include(CMakePackageConfigHelpers)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/peerface-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/peerface-config-version.cmake" DESTINATION "${package}")

# Relative, so that it is right wherever `cmake --install --prefix` puts it.
file(RELATIVE_PATH PF_PREFIX_FROM_PC "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
     "${CMAKE_INSTALL_PREFIX}")
list(REVERSE libraries) # each before those that it uses
list(TRANSFORM libraries PREPEND "-l" OUTPUT_VARIABLE PF_PC_LIBS)
list(JOIN PF_PC_LIBS " " PF_PC_LIBS)
configure_file(src/cmake/peerface.pc.in peerface.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/peerface.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
