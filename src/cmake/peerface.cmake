# peerface.cmake - how this project declares its libraries, programs and C tests.
# SPDX-License-Identifier: MIT
#
# pf_add_library(NAME [SOURCES file...] [EXCLUDE file...] [LIBS target...])
#   A static library. Without SOURCES it takes every .c file of the current folder except those of
#   EXCLUDE; a new file is noticed by the next build. Includes are written from src/, for example
#   #include "base/slice.h".
#
# pf_add_program(NAME [SOURCES file...] [LIBS target...])
#   The same for an executable.
#
# pf_add_c_test(NAME SOURCES file... [LIBS target...] [ARGS argument...] [LABELS label...]
#               [TIMEOUT seconds])
#   A cmocka program and the test that runs it, labelled `unit` unless LABELS says otherwise. In a
#   native build it is a normal program; in a wasm build it is run by node, with the machine's files
#   readable under their own paths. It starts in the folder of the sources, PF_SOURCE_DIR is defined
#   as the project's root folder.
#
# pf_add_plain_test(NAME ...)
#   The same for a program that does without cmocka; exit status 0 is success.
include_guard()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Carried by everything we write, not by third-party code.
add_library(pf_flags INTERFACE)
target_compile_options(pf_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -Wimplicit-fallthrough -Wswitch-enum
  $<$<BOOL:${PF_WERROR}>:-Werror>)

# Without NDEBUG: assertions are on in every build.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O3 -g")
if(EMSCRIPTEN)
  set(CMAKE_C_FLAGS_RELEASE "-Oz")
  # What is tested under node is what browsers get, so assertions trap there too.
  target_compile_definitions(pf_flags INTERFACE PF_ASSERT_TRAP)
endif()

if(PF_SANITIZE)
  # Third-party code as well: its mistakes would be ours.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

function(_pf_folder_sources out)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  list(REMOVE_ITEM files ${ARGN})
  set(${out} ${files} PARENT_SCOPE)
endfunction()

function(pf_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;EXCLUDE;LIBS")
  set(sources ${arg_SOURCES})
  if(NOT sources)
    _pf_folder_sources(sources ${arg_EXCLUDE})
  endif()
  if(NOT sources)
    message(WARNING "${name} has no source file yet")
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${name} INTERFACE ${arg_LIBS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>")
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:pf_flags> PUBLIC ${arg_LIBS})
endfunction()

function(pf_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  set(sources ${arg_SOURCES})
  if(NOT sources)
    _pf_folder_sources(sources)
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${name} PRIVATE pf_flags ${arg_LIBS})
  if(EMSCRIPTEN)
    _pf_node_program(${name})
  endif()
endfunction()

# Emscripten 3.1.6 programs that load their wasm from a file do not start under node 18 and later
# (they take node's fetch() for a browser's), hence one file.
function(_pf_node_program name)
  # The project's package.json says that .js files are ES modules; these are not.
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/package.json"
       CONTENT "{ \"type\": \"commonjs\" }\n")
  target_link_options(${name} PRIVATE
    -sSINGLE_FILE=1 -sENVIRONMENT=node -sEXIT_RUNTIME=1 -sNODERAWFS=1 -sTOTAL_STACK=262144
    -sALLOW_MEMORY_GROWTH=1)
  pf_use_node_path(${name})
endfunction()

# Debian's emcc takes acorn from Debian's node-acorn, which only Debian's own node looks for by
# itself. A build started in a shell without NODE_PATH must not fail for that.
function(pf_use_node_path name)
  if(EXISTS /usr/share/nodejs/acorn AND NOT EXISTS "${EMSCRIPTEN_ROOT_PATH}/node_modules/acorn")
    set_target_properties(${name} PROPERTIES
      RULE_LAUNCH_LINK "\"${CMAKE_COMMAND}\" -E env NODE_PATH=/usr/share/nodejs")
  endif()
endfunction()

function(pf_add_plain_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LIBS;ARGS;LABELS")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  pf_add_program(${name} SOURCES ${arg_SOURCES} LIBS ${arg_LIBS})
  target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE "PF_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
  add_test(NAME ${name} COMMAND ${name} ${arg_ARGS}
           WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()

function(pf_add_c_test name)
  pf_add_plain_test(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE pf_cmocka)
endfunction()
