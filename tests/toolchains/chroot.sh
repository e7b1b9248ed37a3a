#!/bin/sh
# chroot.sh - builds and tests the tree with the compilers of another Debian; as root.
# SPDX-License-Identifier: MIT
#
#   chroot.sh SUITE FOLDER [KIND..]   FOLDER/SUITE is made, or used again with what is in it
#
# SUITE is what debootstrap knows: trixie, sid. The chroot gets what is committed, and runs
# `PF_BROWSERS=0 ./emsdk-env.sh test KIND..` there: it installs by name what it needs, and builds
# and tests everything but the calls of browsers, with gcc, clang, the sanitizers and Emscripten; or
# the tests of these kinds, with gcc and Emscripten. Ends with 77, and says why, where there is no
# debootstrap or no mirror. Everything that was started ends with the script. JOBS=N says how many
# compilers run at once, MIRROR=URL where the packages are.
set -e
project=$(cd "$(dirname "$0")/../.." && pwd)
[ -n "$2" ] || { sed -n '/^#   /s/^#   //p' "$0"; exit 2; }
suite=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
root=$folder/$suite
shift 2

skip() { echo "skipped: $*"; exit 77; }
say() { printf '\n== %s\n' "$*"; }

# The mounts end with this process.
if [ -z "$PF_CHROOT_INSIDE" ]; then
  [ "$(id -u)" = 0 ] || skip "a chroot needs root"
  command -v debootstrap >/dev/null || skip "debootstrap is not installed"
  unshare --mount --pid --fork true 2>/dev/null || skip "no mounts of its own: unshare fails"
  exec env PF_CHROOT_INSIDE=1 \
    unshare --mount --pid --fork --kill-child sh "$0" "$suite" "$folder" "$@"
fi

if [ ! -f "$root/etc/apt/sources.list" ]; then
  say "debootstrap $suite"
  rm -rf "$root"
  # shellcheck disable=SC2086  # no mirror is no argument
  debootstrap --variant=minbase "$suite" "$root" ${MIRROR:-} >"$folder/$suite.log" 2>&1 ||
    skip "debootstrap has not made $suite: $(tail -n 1 "$folder/$suite.log")"
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
# A mirror that lags behind will do.
echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/99toolchains"
# Where the network has a certificate authority of its own, npm has to know it.
cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$root/srv/authority.pem"
# What was downloaded before is used again, what was built is not.
kept=$root/srv/kept
mkdir -p "$kept"
for name in node_modules build/third_party; do
  [ ! -d "$root/srv/peerface/$name" ] || mv "$root/srv/peerface/$name" "$kept/"
done
rm -rf "$root/srv/peerface"
mkdir -p "$root/srv/peerface/build"
git -C "$project" archive HEAD | tar -x -C "$root/srv/peerface"
[ ! -d "$kept/node_modules" ] || mv "$kept/node_modules" "$root/srv/peerface/"
[ ! -d "$kept/third_party" ] || mv "$kept/third_party" "$root/srv/peerface/build/"

inside() {
  chroot "$root" env -i PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin \
    HOME=/root DEBIAN_FRONTEND=noninteractive JOBS="${JOBS:-2}" PF_BROWSERS=0 \
    NODE_EXTRA_CA_CERTS=/srv/authority.pem sh -c "cd /srv/peerface && $*"
}

say "$suite at $(git -C "$project" rev-parse --short HEAD): ${*:-all but what needs browsers}"
began=$(date +%s)
status=0
inside ./emsdk-env.sh test "$@" </dev/null || status=$?
say "versions"
# shellcheck disable=SC2016  # names of packages for dpkg-query
inside 'dpkg-query -W -f "\${Package} \${Version}\n" gcc clang cmake ninja-build nodejs emscripten \
  libcmocka-dev libssl-dev libhiredis-dev libseccomp-dev libc6 2>/dev/null;
  gcc --version | head -n 1; clang --version | head -n 1; emcc --version | head -n 1' || true
say "$suite: $(($(date +%s) - began)) s, status $status"
exit $status
