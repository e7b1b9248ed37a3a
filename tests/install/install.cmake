# install.cmake - installs into a folder of its own, then builds and runs a program against that.
# SPDX-License-Identifier: MIT
cmake_minimum_required(VERSION 3.25)

set(prefix "${WORK}/prefix")
set(here "${CMAKE_CURRENT_LIST_DIR}")
if(WAY STREQUAL pkg_config AND NOT PKG_CONFIG)
  message("pkg-config is missing")
  return()
endif()

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  string(STRIP "${output}" output)
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")

if(WAY STREQUAL pkg_config)
  set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
  run("${PKG_CONFIG}" --modversion peerface)
  if(NOT output STREQUAL VERSION)
    message(FATAL_ERROR "peerface.pc has version ${output}, not ${VERSION}")
  endif()
  run("${PKG_CONFIG}" --cflags --libs peerface)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run("${CC}" -std=c11 -o "${WORK}/program" "${here}/program.c" ${flags})
  run("${WORK}/program")
else()
  run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${here}/find_package" -B "${WORK}/build"
      "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_C_COMPILER=${CC}" "-DVERSION=${VERSION}")
  run("${CMAKE_COMMAND}" --build "${WORK}/build")
  run("${WORK}/build/program")
endif()
