# harden.cmake - how what faces the network is compiled and linked, so that a bug is not an exploit.
# SPDX-License-Identifier: MIT
#
# pf_harden(TARGET...)
#   Libraries and programs of the relay: position-independent, with addresses that cannot be written
#   once the program runs (RELRO, all bound at the start), stack protector, checks of the C
#   library's bounds where the code is optimised, and where compiler and processor have them
#   protection of jumps (CET) and against a stack that grows into another one. Without sanitizers,
#   which check more and want to see the calls as they are.
include_guard()
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

set(PF_HARDENED OFF)
if(NOT EMSCRIPTEN AND NOT PF_SANITIZE)
  set(PF_HARDENED ON)
endif()
set(hardened_flags "")
if(PF_HARDENED)
  # Clang takes flags that are for other processors, with a warning.
  foreach(flag -fcf-protection -fstack-clash-protection)
    string(MAKE_C_IDENTIFIER "PF_HAS${flag}" has)
    check_c_compiler_flag("-Werror ${flag}" ${has})
    if(${has})
      list(APPEND hardened_flags ${flag})
    endif()
  endforeach()
  # The C library falls back to level 2 with a warning.
  set(CMAKE_REQUIRED_FLAGS "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_c_source_compiles("#include <stdio.h>
    #if __USE_FORTIFY_LEVEL < 3
    #error
    #endif
    int main(void) { return 0; }" PF_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  set(level 2)
  if(PF_HAS_FORTIFY_3)
    set(level 3)
  endif()
  set(hardened_flags -fPIE -fstack-protector-strong ${hardened_flags}
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
    $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=${level}>)
endif()

function(pf_harden)
  foreach(target ${ARGN})
    get_target_property(type ${target} TYPE)
    if(PF_HARDENED)
      target_compile_options(${target} PRIVATE ${hardened_flags})
    endif()
    if(PF_HARDENED AND type STREQUAL "EXECUTABLE")
      target_link_options(${target} PRIVATE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
    endif()
  endforeach()
endfunction()
