#!/bin/sh
# run.sh - measures and prints the branch coverage of the native unit tests.
# SPDX-License-Identifier: MIT
#
# run.sh [-v] [BUILD-FOLDER]: -v lists every branch that was never taken; see UNCOVERED.md.
# The environment variable FETCHCONTENT_SOURCE_DIR_CJSON is passed on to CMake.
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
verbose=
[ "$1" != -v ] || { verbose=-v; shift; }
build=${1:-$root/build/coverage}
cjson=${FETCHCONTENT_SOURCE_DIR_CJSON:+-DFETCHCONTENT_SOURCE_DIR_CJSON=}
cjson=$cjson$FETCHCONTENT_SOURCE_DIR_CJSON
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=gcc \
  -DCMAKE_C_FLAGS='--coverage -fprofile-update=atomic' ${cjson:+"$cjson"} >/dev/null
targets=$(ninja -C "$build" -t targets all | sed -n 's/^\([a-z0-9_]*_test\): phony$/\1/p')
# shellcheck disable=SC2086  # one word per target
cmake --build "$build" -j"${JOBS:-2}" --target $targets >/dev/null
find "$build" -name '*.gcda' -delete
log=$build/ctest.log
ctest --test-dir "$build" -R '_test$' -L unit -j"${JOBS:-2}" --output-on-failure >"$log" ||
  { cat "$log"; exit 1; }
exec node "$root/tests/coverage/report.mjs" $verbose "$root" "$build"
