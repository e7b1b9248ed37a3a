#!/bin/sh
# all.sh - builds everything and runs every test; emsdk-env.sh test comes here, all being set up.
# SPDX-License-Identifier: MIT
#
# Goes on after a failure, so that one run tells of all. Ends with one line that counts the tests.
cd "$(dirname "$0")/.." || exit 1
results=$PWD/build/log/results
rm -rf "$results"
mkdir -p "$results" build/artifacts
started=$(date +%s)

say() { printf '\n== %s (after %s s)\n' "$*" $(($(date +%s) - started)); }

# build PRESET WHAT: a build that fails counts as one failed test.
build() {
  say "build: $2"
  if cmake --build --preset "$1" ${JOBS:+-j"$JOBS"}; then
    return 0
  fi
  echo "build of $2" >>"$results/failed-builds"
  return 1
}

# check NAME PRESET [OPTION of ctest..]
check() {
  name=$1
  preset=$2
  shift 2
  say "test: $name"
  ctest --preset "$preset" --no-tests=ignore --test-output-size-passed 1000000 \
    --test-output-size-failed 1000000 --output-junit "$results/$name.xml" "$@"
}

in_browsers='^e2e$'
once='^(e2e|lint|page)$' # what need not be repeated in other builds
build release 'native, optimised' && released=1
build wasm 'WebAssembly and the page' && assembled=1
build clang 'native, by clang' && fuzzers=1
[ -z "$released" ] || check native release -LE "$in_browsers" -j"${JOBS:-2}"
[ -z "$assembled" ] || check wasm wasm -LE "$once" -j"${JOBS:-2}"
[ -z "$fuzzers" ] || check fuzzers clang -R '^fuzz_.*_finds_nothing$' -j"${JOBS:-2}"
build sanitize 'native, with sanitizers' &&
  check sanitized sanitize -LE "$once" -j"${JOBS:-2}"
[ -z "$released$assembled" ] || check browsers release -L "$in_browsers"

say 'all done'
exec node tests/count.mjs "$results"
