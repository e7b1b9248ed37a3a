#!/bin/sh
# emsdk-env.sh - puts a working Emscripten into the environment; sets up, runs and tests peerface.
# SPDX-License-Identifier: MIT
#
#   . ./emsdk-env.sh               emcc, and what it needs, in this shell
#   ./emsdk-env.sh run [OPTION..]  sets everything up, builds, serves the page, prints its address;
#                                  the options are the relay's: run --port 9000, run --help
#   ./emsdk-env.sh test            sets everything up, builds and runs every test
#   ./emsdk-env.sh test KIND..     the same for tests of these kinds, natively and as WebAssembly:
#                                  test unit fuzz (CONTRIBUTING.md has the kinds)
#   ./emsdk-env.sh COMMAND [..]    runs a command inside the environment
#
# Emscripten is, in this order: the activated emsdk in $EMSDK, in ./emsdk or in ~/emsdk; emcc on
# PATH; the distribution's package, which is installed. What else is missing is installed with
# apt-get (through sudo where needed), by name, and said. What is there is left alone: a second time
# is fast. PF_NO_INSTALL=1 forbids installing. JOBS=N says how many compilers run at once.
# PF_BROWSERS=0 leaves out of `test` what needs browsers, and them.
#
# POSIX sh, because it is sourced: it never exits the shell, and all it leaves there are PATH,
# EMSDK's own variables, EMSCRIPTEN_ROOT and NODE_PATH.

_pf_say() { printf 'emsdk-env: %s\n' "$*" >&2; }

# Where this file is. A sourced file cannot know that in every shell: then it is the current folder.
_pf_find_root() {
  _pf_file=${BASH_SOURCE:-$0}
  case $_pf_file in
    *emsdk-env.sh) _pf_root=$(cd "$(dirname "$_pf_file")" && pwd) ;;
    *) _pf_root=$PWD ;;
  esac
}

_pf_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    _pf_say "'$*' needs root, and there is no sudo"
    return 1
  fi
}

_pf_is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the packages named that are missing.
_pf_install() {
  _pf_missing=
  if ! command -v apt-get >/dev/null 2>&1; then
    _pf_say "no apt-get here; relying on this being installed: $*"
    return 0
  fi
  for _pf_package in "$@"; do
    _pf_is_installed "$_pf_package" || _pf_missing="$_pf_missing $_pf_package"
  done
  [ -n "$_pf_missing" ] || return 0
  if [ -n "${PF_NO_INSTALL:-}" ]; then
    _pf_say "missing, and PF_NO_INSTALL is set:$_pf_missing"
    return 1
  fi
  _pf_say "installing:$_pf_missing"
  _pf_as_root apt-get update -q >&2 || _pf_say "apt-get update had trouble; trying on"
  # eval, because not every shell splits the list into words otherwise.
  eval "_pf_as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends $_pf_missing" >&2 || {
    _pf_say "apt-get could not install:$_pf_missing"
    return 1
  }
  hash -r
}

# The programs of packages that would start a service, which would take ports of this machine: the
# packages, and what they need, are unpacked into build/third_party/programs and not installed.
# Tests that find no such program are skipped, and say so.
_pf_unpack() {
  _pf_target=$_pf_root/build/third_party/programs
  _pf_missing=
  for _pf_package in "$@"; do
    for _pf_file in "$_pf_target"/usr/*bin/"$_pf_package" /usr/*bin/"$_pf_package"; do
      [ -x "$_pf_file" ] && continue 2
    done
    _pf_missing="$_pf_missing $_pf_package"
  done
  [ -n "$_pf_missing" ] && command -v apt-get >/dev/null 2>&1 || return 0
  if [ -n "${PF_NO_INSTALL:-}" ]; then
    _pf_say "PF_NO_INSTALL is set; tests without their programs:$_pf_missing"
    return 0
  fi
  _pf_say "unpacking into build/third_party/programs:$_pf_missing"
  _pf_as_root apt-get update -q >&2 || _pf_say "apt-get update had trouble; trying on"
  mkdir -p "$_pf_target/packages/archives/partial"
  eval "apt-get install -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 \
    -o Dir::Cache='$_pf_target/packages' -o APT::Sandbox::User='$(id -un)' $_pf_missing" >&2 &&
    for _pf_file in "$_pf_target"/packages/archives/*.deb; do
      dpkg-deb -x "$_pf_file" "$_pf_target"
    done || _pf_say "could not unpack:$_pf_missing"
}

_pf_node_is_new() {
  node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' >/dev/null 2>&1
}

# Sources an emsdk where there is one. Fails if there is one that does not work.
_pf_try_emsdk() {
  for _pf_dir in "${EMSDK:-}" "$_pf_root/emsdk" "${HOME:-/nonexistent}/emsdk"; do
    if [ -n "$_pf_dir" ] && [ -f "$_pf_dir/emsdk_env.sh" ]; then
      export EMSDK_QUIET=1
      . "$_pf_dir/emsdk_env.sh" >/dev/null 2>&1
      unset EMSDK_QUIET
      command -v emcc >/dev/null 2>&1 && return 0
      _pf_say "$_pf_dir has no active version; run:"
      _pf_say "  $_pf_dir/emsdk install latest && $_pf_dir/emsdk activate latest"
      return 1
    fi
  done
}

_pf_set_emscripten_root() {
  EMSCRIPTEN_ROOT=$(em-config EMSCRIPTEN_ROOT 2>/dev/null) || EMSCRIPTEN_ROOT=
  if [ ! -f "$EMSCRIPTEN_ROOT/cmake/Modules/Platform/Emscripten.cmake" ]; then
    EMSCRIPTEN_ROOT=$(dirname "$(readlink -f "$(command -v emcc)")")
  fi
  if [ ! -f "$EMSCRIPTEN_ROOT/cmake/Modules/Platform/Emscripten.cmake" ]; then
    _pf_say "emcc is there, but its CMake files are not in $EMSCRIPTEN_ROOT"
    return 1
  fi
  export EMSCRIPTEN_ROOT
}

# Debian's emcc takes acorn from Debian's node-acorn, which only Debian's own node looks for in
# /usr/share/nodejs. A node from elsewhere has to be told. EM_CACHE is never set: the caches of the
# distribution's versions are complete and fixed.
_pf_set_node_path() {
  if [ -d /usr/share/nodejs/acorn ] && [ ! -d "$EMSCRIPTEN_ROOT/node_modules/acorn" ] &&
     ! (cd / && node -e 'require("acorn")') >/dev/null 2>&1; then
    NODE_PATH=/usr/share/nodejs${NODE_PATH:+:$NODE_PATH}
    export NODE_PATH
  fi
}

_pf_enter() {
  _pf_try_emsdk || return 1
  if ! command -v emcc >/dev/null 2>&1; then
    _pf_install emscripten ca-certificates || return 1
  fi
  if ! command -v emcc >/dev/null 2>&1; then
    _pf_say "no emcc: install emsdk (https://emscripten.org) or the package emscripten"
    return 1
  fi
  _pf_node_is_new || _pf_install nodejs || return 1
  _pf_set_emscripten_root || return 1
  _pf_set_node_path
  _pf_version=$(emcc --version 2>/dev/null | sed -n '1s/^emcc .*) \([0-9][0-9.]*\).*/\1/p')
  if [ -z "$_pf_version" ]; then
    _pf_say "emcc does not run: $(emcc --version 2>&1 | head -n 1)"
    return 1
  fi
  _pf_say "Emscripten $_pf_version in $EMSCRIPTEN_ROOT"
}

# apt-get with sources of its own: this machine's, but for source packages. Needs no root.
_pf_apt_sources() {
  _pf_apt=$_pf_root/build/third_party/apt
  mkdir -p "$_pf_apt/parts" "$_pf_apt/lists/partial" "$_pf_apt/cache/archives/partial"
  : >"$_pf_apt/sources.list"
  for _pf_file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$_pf_file" ] ||
      sed -n '\,[:/].*/\(debian\|ubuntu\),s/^deb /deb-src /p' "$_pf_file" >>"$_pf_apt/sources.list"
  done
  for _pf_file in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$_pf_file" ] ||
      awk -v RS= -v ORS='\n\n' '/URIs:[^\n]*\/(debian|ubuntu)/' "$_pf_file" |
      sed 's/^Types:.*/Types: deb-src/' >"$_pf_apt/parts/$(basename "$_pf_file")"
  done
}

_pf_apt_get() {
  apt-get -q -o Dir::Etc::SourceList="$_pf_apt/sources.list" \
    -o Dir::Etc::SourceParts="$_pf_apt/parts" -o Dir::State::Lists="$_pf_apt/lists" \
    -o Dir::Cache="$_pf_apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

# The source of one package into build/third_party, with the distribution's patches.
_pf_fetch_source() {
  _pf_target=$_pf_root/build/third_party/$1
  [ ! -d "$_pf_target" ] || return 0
  rm -rf "$_pf_apt/unpack"
  mkdir -p "$_pf_apt/unpack"
  (cd "$_pf_apt/unpack" && _pf_apt_get source "$1") >"$_pf_apt/log" 2>&1 &&
    mv "$_pf_apt/unpack/$1"-*/ "$_pf_target" &&
    _pf_say "the source of $1 is in build/third_party (the distribution's, patched)"
}

# A machine without them is left to CMake, which downloads the upstream releases.
_pf_third_party() {
  [ ! -d "$_pf_root/build/third_party/cjson" ] || [ ! -d "$_pf_root/build/third_party/cmocka" ] ||
    return 0
  command -v apt-get >/dev/null 2>&1 || return 0
  _pf_apt_sources
  { _pf_apt_get update >"$_pf_apt/log" 2>&1 && _pf_fetch_source cjson &&
    _pf_fetch_source cmocka; } || {
    _pf_say "no source packages to be had (see build/third_party/apt/log);"
    _pf_say "CMake will download the upstream releases"
  }
}

_pf_npm() {
  command -v npm >/dev/null 2>&1 || _pf_install npm || return 1
  if cmp -s "$_pf_root/package-lock.json" "$_pf_root/node_modules/.installed-lock"; then
    return 0
  fi
  _pf_say "installing what package-lock.json names into node_modules"
  (cd "$_pf_root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 &&
    cp package-lock.json node_modules/.installed-lock) || {
    _pf_say "npm ci failed"
    return 1
  }
}

# What building needs; the rest of the names is what this command needs beyond that.
_pf_set_up() {
  _pf_install ca-certificates gcc libc6-dev cmake ninja-build libssl-dev libseccomp-dev \
    libhiredis-dev dpkg-dev file "$@" &&
    _pf_enter && _pf_npm && _pf_third_party
}

# _pf_configure PRESET [OPTION..]; from scratch where the folder was made with another Emscripten.
_pf_configure() {
  mkdir -p build/log
  _pf_stamp=build/log/emscripten-root
  if [ "$1" = wasm ] && [ "$(cat "$_pf_stamp" 2>/dev/null)" != "$EMSCRIPTEN_ROOT" ]; then
    rm -rf build/wasm
    echo "$EMSCRIPTEN_ROOT" >"$_pf_stamp"
  fi
  cmake --preset "$@" >"build/log/configure-$1" 2>&1 || {
    cat "build/log/configure-$1" >&2
    return 1
  }
}

# Builds only what a running relay needs. What `test` has configured stays as it is.
_pf_build_to_run() {
  for _pf_preset in release wasm; do
    if [ ! -f "build/$_pf_preset/build.ninja" ]; then
      _pf_configure "$_pf_preset" -DPF_TESTS=OFF || return 1
    fi
  done
  cmake --build --preset release ${JOBS:+-j"$JOBS"} --target peerface-relay >&2 &&
    cmake --build --preset wasm ${JOBS:+-j"$JOBS"} --target size >&2
}

_pf_run() {
  _pf_set_up && cd "$_pf_root" && _pf_build_to_run || return 1
  # Of one option given twice the relay takes the last: those of the command line win.
  exec build/release/src/relay/peerface-relay --web build/wasm/web --secret-file build/secret "$@"
}

_pf_browsers() {
  [ "${PF_BROWSERS:-1}" = 0 ] || _pf_install chromium chromium-headless-shell firefox-esr coturn \
    fonts-noto-cjk fonts-noto-color-emoji fonts-dejavu-core
}

# _pf_test_kinds KIND..; what needs a browser or a server is skipped where there is none.
_pf_test_kinds() {
  _pf_set_up libcmocka-dev openssl g++ pkgconf && cd "$_pf_root" || return 1
  _pf_configure release -DPF_TESTS=ON -DPF_WERROR=ON &&
    _pf_configure wasm -DPF_TESTS=ON -DPF_WERROR=ON || return 1
  exec sh tests/all.sh "$@"
}

_pf_test() {
  _pf_set_up libcmocka-dev openssl g++ pkgconf clang libclang-rt-dev clang-format clang-tidy \
    iproute2 bubblewrap && _pf_browsers && _pf_unpack nginx haproxy redis-server &&
    cd "$_pf_root" || return 1
  _pf_configure release -DPF_TESTS=ON -DPF_WERROR=ON &&
    _pf_configure wasm -DPF_TESTS=ON -DPF_WERROR=ON &&
    _pf_configure sanitize -DPF_WERROR=ON && _pf_configure clang -DPF_WERROR=ON || return 1
  exec sh tests/all.sh
}

_pf_main() {
  case ${1:-} in
    '' | -h | --help)
      sed -n '/^#   /s/^#   //p' "$_pf_root/emsdk-env.sh"
      [ -n "${1:-}" ]
      ;;
    run)
      shift
      _pf_run "$@"
      ;;
    test)
      shift
      if [ $# = 0 ]; then _pf_test; else _pf_test_kinds "$@"; fi
      ;;
    *) _pf_enter && exec "$@" ;;
  esac
}

_pf_find_root
if [ "${0##*/}" = emsdk-env.sh ] && [ "$_pf_file" = "$0" ]; then
  _pf_main "$@"
  exit
fi
if _pf_enter; then _pf_status=0; else _pf_status=1; fi
unset -f _pf_say _pf_find_root _pf_as_root _pf_is_installed _pf_install _pf_unpack \
  _pf_node_is_new _pf_try_emsdk _pf_set_emscripten_root _pf_set_node_path _pf_enter \
  _pf_apt_sources _pf_apt_get _pf_fetch_source _pf_third_party _pf_npm _pf_set_up _pf_configure \
  _pf_build_to_run _pf_run _pf_browsers _pf_test_kinds _pf_test _pf_main
unset _pf_file _pf_root _pf_target _pf_missing _pf_package _pf_dir _pf_version
return $_pf_status
