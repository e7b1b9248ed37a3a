#!/bin/sh
# tls-scan.sh - what testssl.sh and sslscan think of the relay's TLS; run by hand.
# SPDX-License-Identifier: MIT
#
#   tests/attack/tls-scan.sh [RELAY]
#
# Debian has both: apt-get install testssl.sh sslscan. Only version 3.2 of testssl.sh gives grades;
# TESTSSL names another one than that of the path. With an older one it fails for each finding that
# testssl.sh calls medium or worse. A certification authority of its own signs an ECDSA and an RSA
# certificate; what testssl.sh finds about that authority is left out.
set -eu
relay=${1:-build/release/src/relay/peerface-relay}
port=8443
folder=$(mktemp -d)
pid=
trap 'test -z "$pid" || kill "$pid"; rm -rf "$folder"' EXIT
testssl=${TESTSSL:-$(command -v testssl || command -v testssl.sh)}
# No revocation by this authority, certificates of a month, no page; and clients choose the cipher,
# as Mozilla's intermediate profile has it.
accepted='cert_|OCSP_|DNS_CAA|HTTP_status|cipher_order|cipher-tls|grade_cap|final_score'


openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
  -subj '/CN=peerface test authority' -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null

# make_certificate KIND KEY_OPTION...
make_certificate() {
  kind=$1
  shift
  openssl req -new -newkey "$@" -nodes -subj '/CN=localhost' \
    -keyout "$folder/$kind.key" -out "$folder/$kind.csr" 2>/dev/null
  printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n' >"$folder/ext"
  openssl x509 -req -in "$folder/$kind.csr" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" \
    -CAcreateserial -days 30 -extfile "$folder/ext" -out "$folder/leaf" 2>/dev/null
  cat "$folder/leaf" "$folder/ca.crt" >"$folder/$kind.crt"
}

make_certificate ec ec -pkeyopt ec_paramgen_curve:prime256v1
make_certificate rsa rsa:2048
failed=0
for kind in ec rsa; do
  "$relay" --address 127.0.0.1 --port "$port" --quiet --hsts 31536000 \
    --tls-cert "$folder/$kind.crt" --tls-key "$folder/$kind.key" &
  pid=$!
  sleep 1
  echo "== $kind: sslscan"
  sslscan --no-colour --sni-name=localhost "127.0.0.1:$port" | tee "$folder/sslscan"
  echo "== $kind: testssl.sh"
  "$testssl" --quiet --color 0 --warnings off --ip one --add-ca "$folder/ca.crt" \
    --jsonfile "$folder/$kind.json" "https://localhost:$port/" || true # it counts findings
  grade=$(grep -A4 '"id" *: *"overall_grade"' "$folder/$kind.json" |
    sed -n 's/.*"finding" *: *"\(.*\)".*/\1/p')
  bad=$(tr -d '\n' <"$folder/$kind.json" | sed 's/}/}\n/g' |
    grep -E '"severity" *: *"(MEDIUM|HIGH|CRITICAL)"' |
    sed -n 's/.*"id" *: *"\([^"]*\)".*/\1/p' | grep -Ev "$accepted" | tr '\n' ' ')
  echo "== $kind: grade ${grade:-unknown to this version}; findings: ${bad:-none}"
  case ${grade:-unknown} in
    A | A+) ;;
    unknown) test -z "$bad" || failed=1 ;;
    *) failed=1 ;;
  esac
  if grep -Eq '^(SSLv2|SSLv3|TLSv1\.0|TLSv1\.1) +enabled' "$folder/sslscan"; then
    failed=1
  fi
  kill "$pid"
  wait "$pid" || true
  pid=
done
exit "$failed"
