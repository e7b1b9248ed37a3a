# emscripten.cmake - the toolchain file of the `wasm` preset.
# SPDX-License-Identifier: MIT
#
# Finds Emscripten (an activated emsdk, $EMSCRIPTEN_ROOT, emcc on PATH, the distribution's place)
# and hands over to its own toolchain file, so that neither emcmake nor a fixed path is needed.

# Instructions that every browser with WebRTC has had since 2021 (Safari 15 was the last): shorter
# than the functions that stand in for them.
set(CMAKE_C_FLAGS_INIT "-mbulk-memory -mnontrapping-fptoint")

set(_pf_roots "$ENV{EMSCRIPTEN_ROOT}")
if(DEFINED ENV{EMSDK})
  list(APPEND _pf_roots "$ENV{EMSDK}/upstream/emscripten")
endif()
find_program(PF_EMCC emcc)
if(PF_EMCC)
  file(REAL_PATH "${PF_EMCC}" _pf_emcc)
  cmake_path(GET _pf_emcc PARENT_PATH _pf_root)
  list(APPEND _pf_roots "${_pf_root}")
endif()
list(APPEND _pf_roots /usr/share/emscripten /usr/lib/emscripten)

set(_pf_found FALSE)
foreach(_pf_root IN LISTS _pf_roots)
  if(_pf_root AND EXISTS "${_pf_root}/cmake/Modules/Platform/Emscripten.cmake")
    include("${_pf_root}/cmake/Modules/Platform/Emscripten.cmake")
    set(_pf_found TRUE)
    break()
  endif()
endforeach()
if(NOT _pf_found)
  message(FATAL_ERROR "Emscripten was not found: run `. ./emsdk-env.sh` first")
endif()
