# mutate.cmake - sources with one thing changed on purpose.
# SPDX-License-Identifier: MIT
#
# pf_mutate(OUT NAME FILE SEARCH REPLACE)
#   Writes FILE (below src/) with the only occurrence of SEARCH replaced by REPLACE, and sets OUT to
#   where. If SEARCH does not occur exactly once, the build stops.
include_guard()

function(pf_mutate out name file search replace)
  set(source "${PROJECT_SOURCE_DIR}/src/${file}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(READ "${source}" text)
  string(FIND "${text}" "${search}" first)
  string(FIND "${text}" "${search}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "mutant ${name}: ${file} does not have this exactly once: ${search}")
  endif()
  string(REPLACE "${search}" "${replace}" text "${text}")
  set(mutated "${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}.c")
  file(CONFIGURE OUTPUT "${mutated}" CONTENT "${text}" @ONLY)
  set(${out} "${mutated}" PARENT_SCOPE)
endfunction()
