#!/bin/sh
# bare.sh - does what OPERATING.md says in a bare Debian 12, in a chroot; by hand, as root.
# SPDX-License-Identifier: MIT
#
#   bare.sh FOLDER [MIRROR]    FOLDER/root is made, or used again without what was installed in it
#
# The commands are taken from the manual and run as they stand. A chroot has no systemd, no
# certificate authority and nobody who edits: scripts stand in for systemctl, certbot and editor.
# Then a member joins with a token, and the package is upgraded, removed and purged. Ports 80, 443,
# 3478, 8080 and 9464 have to be free. Everything that was started ends with the script.
set -e
project=$(cd "$(dirname "$0")/../.." && pwd)
[ -n "$1" ] || { sed -n '/^#   /s/^#   //p' "$0"; exit 2; }
folder=$1
mirror=${2:-}
root=$folder/root

# The mounts end with this process.
if [ -z "$PF_BARE_INSIDE" ]; then
  exec env PF_BARE_INSIDE=1 unshare --mount --pid --fork --kill-child sh "$0" "$@"
fi

say() { printf '\n== %s\n' "$*"; }

if [ ! -f "$root/etc/debian_version" ]; then
  say "debootstrap"
  # shellcheck disable=SC2086  # no mirror is no argument
  debootstrap --variant=minbase bookworm "$root" $mirror >"$folder/debootstrap.log"
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Where the network has a certificate authority of its own, npm has to know it.
cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$root/srv/authority.pem"
echo '127.0.0.1 localhost call.example' >"$root/etc/hosts"
rm -rf "$root/srv/peerface" "$root/srv/source.git"
git clone --quiet --bare "$project" "$root/srv/source.git"

# block NAME: the indented block of the manual that begins with that comment.
block() {
  awk -v name="    # $1" '$0 == name { on = 1 } on && $0 != "" && !/^    / { exit } on' \
    "$project/src/relay/OPERATING.md" | awk -v RS= 'NR == 1' | sed 's/^    //'
}
block /etc/peerface/relay.conf >"$root/srv/relay.conf"
block /etc/turnserver.conf >"$root/srv/turnserver.conf"
awk '/^## From a bare/ { on = 1 } on && /^    / { print; seen = 1; next } seen { exit }' \
  "$project/src/relay/OPERATING.md" |
  sed 's/^    //; s,URL-OF-THIS-REPOSITORY,/srv/source.git,' >"$root/srv/commands"
[ "$(wc -l <"$root/srv/commands")" = 10 ] || { echo "not ten commands"; exit 1; }

cat >"$root/usr/local/bin/editor" <<'EOF'
#!/bin/sh
for file in "$@"; do
  sed "s/SECRET/$(cat /etc/peerface/turn)/" "/srv/$(basename "$file")" >"$file"
done
EOF
cat >"$root/usr/local/bin/certbot" <<'EOF'
#!/bin/sh
# certonly --standalone -d NAME --pre-hook A --deploy-hook B --post-hook C
set -e
RENEWED_LINEAGE=/etc/letsencrypt/live/$4
export RENEWED_LINEAGE
/usr/bin/certbot --version
mkdir -p "$RENEWED_LINEAGE"
sh -c "$6"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 \
  -subj "/CN=$4" -addext "subjectAltName=DNS:$4" -keyout "$RENEWED_LINEAGE/privkey.pem" \
  -out "$RENEWED_LINEAGE/fullchain.pem" 2>/dev/null
sh -c "$8"
shift 8
sh -c "$2"
EOF
cat >"$root/usr/local/bin/systemctl" <<'EOF'
#!/bin/sh
# What the unit says that a chroot can do: user, capability, folder, program.
unit=/usr/lib/systemd/system/peerface-relay.service
pid=/run/peerface-relay.pid
stop() {
  [ ! -f $pid ] || kill "$(cat $pid)" 2>/dev/null || true
  while [ -f $pid ] && kill -0 "$(cat $pid)" 2>/dev/null; do sleep 0.1; done
  rm -f $pid
}
start() {
  user=$(sed -n 's/^User=//p' $unit)
  install -d -m 700 -o "$user" -g "$user" /var/lib/peerface
  # shellcheck disable=SC2046  # the words of the unit
  setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps -all,+net_bind_service \
    --ambient-caps -all,+net_bind_service --bounding-set -all,+net_bind_service --no-new-privs \
    $(sed -n 's/^ExecStart=//p' $unit) </dev/null >>/var/log/peerface-relay 2>&1 &
  echo $! >$pid
}
case "$1 $2" in
  "stop peerface-relay") stop ;;
  "start peerface-relay") stop; start ;;
  "restart coturn") turnserver -o -c /etc/turnserver.conf --log-file /var/log/turn ;;
  *) echo "systemctl $*: not here" >&2; exit 1 ;;
esac
EOF
chmod 755 "$root"/usr/local/bin/*

inside() {
  chroot "$root" env -i PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin \
    HOME=/root DEBIAN_FRONTEND=noninteractive JOBS="${JOBS:-2}" \
    NODE_EXTRA_CA_CERTS=/srv/authority.pem CURL_CA_BUNDLE="$CURL_CA_BUNDLE" "$@"
}

say "the ten commands"
CURL_CA_BUNDLE=/etc/letsencrypt/live/call.example/fullchain.pem
number=0
in=/srv
while IFS= read -r command; do
  number=$((number + 1))
  printf '\n-- %s: %s\n' $number "$command"
  # The relay takes a moment to start.
  [ $number != 10 ] || sleep 2
  began=$(date +%s)
  log=$folder/command-$number.log
  inside sh -c "cd $in && $command" </dev/null >"$log" 2>&1 ||
    { tail -n 30 "$log"; echo "command $number failed"; exit 1; }
  tail -n 3 "$log"
  case $command in *'cd peerface') in=/srv/peerface ;; esac
  printf '\n(%s s)\n' $(($(date +%s) - began))
done <"$root/srv/commands"

say "what serves now"
inside sh -c 'grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):" \
    /proc/$(cat /run/peerface-relay.pid)/status
  curl -s http://localhost:9464/metrics | grep -E "^peerface_ready|^peerface_tls_handshakes_total"
  curl -s https://call.example/ | grep -i -m 1 "<title>"
  curl -s -o /dev/null -w "%{http_code} %{redirect_url}\n" http://call.example/'

say "a member joins with a token, and gets credentials for TURN"
cat >"$root/srv/join.mjs" <<'EOF'
import crypto from 'node:crypto';
import fs from 'node:fs';
import { Client } from '/srv/peerface/tests/relay/client.mjs';
const key = fs.readFileSync('/etc/peerface/tokens', 'utf8').trim();
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${
  part({ exp: Math.floor(Date.now() / 1000) + 60, room: 'tea' })}`;
const token = `${text}.${crypto.createHmac('sha256', key).update(text).digest('base64url')}`;
const relay = { port: 443, isSecure: true };
await Client.join(relay, 'tea').then(() => { throw new Error('joined without a token'); },
  (error) => console.log(error.message));
const { joined } = await Client.join(relay, 'tea', { token });
console.log(joined.type, JSON.stringify(joined.iceServers[0].urls));
const { username, credential } = joined.iceServers[0];
fs.writeFileSync('/srv/credentials', `${username}\n${credential}\n`);
process.exit();
EOF
inside node /srv/join.mjs
# Not at loopback, which coturn relays nothing to.
inside sh -c 'turnutils_uclient -y -n 5 -c -u "$(sed -n 1p /srv/credentials)" \
  -w "$(sed -n 2p /srv/credentials)" "$(hostname -I | cut -d" " -f1)" 2>&1 |
  tee /srv/turn.log | grep "lost packets 0 " | tail -n 1 | grep . || { cat /srv/turn.log; exit 1; }'

say "the package is installed again, removed and purged"
inside sh -c 'set -e
  deb=$(echo /srv/peerface/build/deb/peerface-relay_*.deb)
  dpkg -i "$deb" >/dev/null
  grep -q "^port = 443" /etc/peerface/relay.conf && echo "the configuration stays as edited"
  systemctl stop peerface-relay
  apt-get remove -y peerface-relay >/dev/null 2>&1
  test ! -e /usr/bin/peerface-relay && test -s /var/lib/peerface/secret && echo "the secret stays"
  dpkg --purge peerface-relay >/dev/null
  test ! -e /var/lib/peerface && test ! -e /etc/peerface/relay.conf && ! id peerface 2>/dev/null &&
    echo "a purge leaves nothing of its own"
  ls /etc/peerface'
say "all of it works"
