#!/bin/sh
# all.sh - builds everything and runs every test; emsdk-env.sh test comes here after setting up.
# SPDX-License-Identifier: MIT
#
# all.sh KIND.. runs the tests of these kinds only, of the presets `release` and `wasm`.
#
# Carries on after a failure, so that one run reports all of them. Then prints how long each part
# took and which tests were the slowest, and ends with one line that counts the tests.
cd "$(dirname "$0")/.." || exit 1
results=$PWD/build/log/results
rm -rf "$results"
mkdir -p "$results" build/artifacts
started=$(date +%s)

# part WHAT COMMAND [ARGUMENT..]: runs it, and notes how long it took for count.mjs.
part() {
  what=$1
  shift
  began=$(date +%s)
  printf '\n== %s (after %s s)\n' "$what" $((began - started))
  "$@"
  status=$?
  echo "$(($(date +%s) - began)) $what" >>"$results/parts"
  return $status
}

# build PRESET WHAT: a build that fails counts as one failed test.
build() {
  part "build: $2" cmake --build --preset "$1" ${JOBS:+-j"$JOBS"} && return 0
  echo "build of $2" >>"$results/failed-builds"
  return 1
}

# check NAME PRESET [OPTION of ctest..]
check() {
  name=$1
  preset=$2
  shift 2
  part "test: $name" ctest --preset "$preset" --no-tests=ignore \
    --test-output-size-passed 1000000 --test-output-size-failed 1000000 \
    --output-junit "$results/$name.xml" "$@"
}

in_browsers='^e2e$'
apart='^(e2e|long)$' # the browsers come last; what is long is run by hand
once='^(e2e|long|lint|page)$' # what need not be repeated in other builds
build release 'native, optimised' && released=1
build wasm 'WebAssembly and the page' && assembled=1
if [ $# -gt 0 ]; then
  kinds="^($(echo "$*" | tr ' ' '|'))\$"
  [ -z "$released" ] || check native release -L "$kinds" -j"${JOBS:-2}"
  [ -z "$assembled" ] || check wasm wasm -L "$kinds" -j"${JOBS:-2}"
  exec node tests/count.mjs "$results"
fi
build clang 'native, by clang' && fuzzers=1
[ -z "$released" ] || check native release -LE "$apart" -j"${JOBS:-2}"
[ -z "$assembled" ] || check wasm wasm -LE "$once" -j"${JOBS:-2}"
[ -z "$fuzzers" ] || check fuzzers clang -R '^fuzz_.*_finds_nothing$' -j"${JOBS:-2}"
build sanitize 'native, with sanitizers' &&
  check sanitized sanitize -LE "$once" -j"${JOBS:-2}"
if [ "${PF_BROWSERS:-1}" = 0 ]; then
  printf '\n== not run: what needs browsers (PF_BROWSERS=0)\n'
elif [ -n "$released$assembled" ]; then
  check browsers release -L "$in_browsers"
fi

exec node tests/count.mjs "$results"
