# third_party.cmake - where cJSON and cmocka come from.
# SPDX-License-Identifier: MIT
#
# Sources that emsdk-env.sh has put under build/third_party (the distribution's source packages)
# are used if they are there; else the upstream release is downloaded. Both need no network twice.
include_guard()
include(FetchContent)

foreach(name cjson cmocka)
  string(TOUPPER ${name} upper)
  set(source "${PROJECT_SOURCE_DIR}/build/third_party/${name}")
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper} AND EXISTS "${source}")
    set(FETCHCONTENT_SOURCE_DIR_${upper} "${source}")
  endif()
endforeach()

# Only the sources are wanted, not the projects' own build files: hence a SOURCE_SUBDIR that is
# not there.
FetchContent_Declare(cjson
  URL https://github.com/DaveGamble/cJSON/archive/refs/tags/v1.7.19.tar.gz
  URL_HASH SHA256=7fa616e3046edfa7a28a32d5f9eacfd23f92900fe1f8ccd988c1662f30454562
  SOURCE_SUBDIR none)
FetchContent_MakeAvailable(cjson)

if(NOT PF_TESTS)
  return()
endif()

# cmocka 2 deprecates names that are the only ones in version 1, as assert_in_range().
set(cmocka_definitions CMOCKA_DISABLE_DEPRECATION_WARNINGS=1)
if(EMSCRIPTEN)
  # The distribution's library is native.
  FetchContent_Declare(cmocka
    URL https://cmocka.org/files/1.1/cmocka-1.1.5.tar.xz
    URL_HASH SHA256=f0ccd8242d55e2fd74b16ba518359151f6f8383ff8aef4976e48393f77bba8b6
    SOURCE_SUBDIR none)
  FetchContent_MakeAvailable(cmocka)
  add_library(pf_cmocka STATIC "${cmocka_SOURCE_DIR}/src/cmocka.c")
  target_include_directories(pf_cmocka SYSTEM PUBLIC "${cmocka_SOURCE_DIR}/include")
  target_compile_definitions(pf_cmocka
    PUBLIC _UINTPTR_T=1 _UINTPTR_T_DEFINED=1 ${cmocka_definitions}
    PRIVATE HAVE_MALLOC_H=1 HAVE_INTTYPES_H=1 HAVE_STRINGS_H=1 HAVE_UNISTD_H=1 HAVE_SIGNAL_H=1
            HAVE_SETJMP_H=1 HAVE_TIME_H=1 HAVE_STRUCT_TIMESPEC=1 HAVE_CLOCK_GETTIME=1
            _POSIX_C_SOURCE=200809L) # strtok_r() and more, from 1.1.7 on
  target_compile_options(pf_cmocka PRIVATE -w)
else()
  find_path(PF_CMOCKA_INCLUDE cmocka.h)
  find_library(PF_CMOCKA_LIBRARY cmocka)
  if(NOT PF_CMOCKA_INCLUDE OR NOT PF_CMOCKA_LIBRARY)
    message(FATAL_ERROR "cmocka is missing: install libcmocka-dev, or set -DPF_TESTS=OFF")
  endif()
  add_library(pf_cmocka INTERFACE)
  target_include_directories(pf_cmocka SYSTEM INTERFACE "${PF_CMOCKA_INCLUDE}")
  target_compile_definitions(pf_cmocka INTERFACE ${cmocka_definitions})
  target_link_libraries(pf_cmocka INTERFACE "${PF_CMOCKA_LIBRARY}")
endif()
