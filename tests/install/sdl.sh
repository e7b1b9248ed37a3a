#!/bin/sh
# sdl.sh - builds the example that needs SDL2, against an installed peerface.
# SPDX-License-Identifier: MIT
#
#   sdl.sh SOURCE BUILD TOOLCHAIN LIBDIR
#
# Emscripten fetches SDL2 from GitHub and builds it into its cache, once. That of a distribution is
# fixed: then SDL2 goes into a copy, BUILD/em_cache, whose files are links. Exits with 77 where
# SDL2 cannot be fetched. EMCC_LOCAL_PORTS=sdl2=FOLDER takes the sources from there.
set -eu
source=$1 build=$2 toolchain=$3 libdir=$4
here=$build/tests/install/sdl

if [ "$(em-config FROZEN_CACHE)" = True ]; then
  cache=$(em-config CACHE)
  export EM_CACHE="$build/em_cache" EM_FROZEN_CACHE=
  if [ ! -d "$EM_CACHE" ]; then
    mkdir -p "$EM_CACHE.part"
    cp -rs "$cache/." "$EM_CACHE.part/"
    mv "$EM_CACHE.part" "$EM_CACHE"
  fi
fi
mkdir -p "$here"
echo '#include <SDL2/SDL.h>
int main(void) { return SDL_Init(0); }' > "$here/probe.c"
if ! emcc -sUSE_SDL=2 "$here/probe.c" -o "$here/probe.js" > "$here/probe.log" 2>&1; then
  cat "$here/probe.log"
  # All else is a mistake of ours.
  grep -q -e URLError -e 'Temporary failure' -e 'HTTP Error' -e ConnectionError "$here/probe.log" ||
    exit 1
  echo 'SDL2 cannot be fetched here'
  exit 77
fi

rm -rf "$here/prefix" "$here/faces"
cmake --install "$build" --prefix "$here/prefix" > /dev/null
cmake -S "$source/src/client/examples/faces" -B "$here/faces" \
  "-DCMAKE_TOOLCHAIN_FILE=$toolchain" \
  "-Dpeerface_DIR=$here/prefix/$libdir/cmake/peerface" > /dev/null
cmake --build "$here/faces"
test -f "$here/faces/web/faces.wasm"
