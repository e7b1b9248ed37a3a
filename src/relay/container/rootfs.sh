#!/bin/sh
# rootfs.sh - the file system of the relay's container: program, libraries, page.
# SPDX-License-Identifier: MIT
#
#   rootfs.sh PROGRAM WEB-FOLDER FOLDER    FOLDER is made
set -e
program=$1
web=$2
root=$3
mkdir -p "$root/usr/bin" "$root/usr/share/peerface" "$root/etc" "$root/dev" "$root/proc"
install -m 755 "$program" "$root/usr/bin/peerface-relay"
# The libraries and the loader, under the names by which the loader looks for them.
ldd "$program" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
  while read -r file; do
    install -D -m 755 "$file" "$root$file"
  done
cp -r "$web" "$root/usr/share/peerface/web"
chmod -R a+rX "$root/usr/share/peerface"
echo 'nobody:x:65534:65534:nobody:/:/usr/sbin/nologin' >"$root/etc/passwd"
echo 'nogroup:x:65534:' >"$root/etc/group"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
