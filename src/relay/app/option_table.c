/* option_table.c - every option of the relay: its name, its value and its help. */
/* SPDX-License-Identifier: MIT */
#include "relay/app/option_table.h"

#include "protocol/message.h"
#include "relay/app/option_values.h"
#include "relay/hub/clients.h"

#define TEXT(member)   .kind = PF_OPTION_TEXT, .offset = offsetof(struct pf_options, member)
#define TEXTS(member)  .kind = PF_OPTION_TEXTS, .offset = offsetof(struct pf_options, member)
#define FLAG(member)   .kind = PF_OPTION_FLAG, .offset = offsetof(struct pf_options, member)
#define CALL(function) .kind = PF_OPTION_CALL, .take = (function)
#define ONLY(function) .kind = PF_OPTION_CALL_ONLY, .take = (function)
#define NUMBER(member, low, high)                                                                  \
    .kind = PF_OPTION_NUMBER, .offset = offsetof(struct pf_options, member), .min = (low),         \
    .max = (high)
/* No interval is longer than an hour, the maximum that the protocol allows. */
#define INTERVAL(member, low) NUMBER(member, low, PF_INTERVAL_MS_MAX)

const struct pf_option pf_option_table[] = {
    {"config", "FILE", ONLY(pf_option_check_config),
     .help = "read options from FILE: \"name = value\" on each line, without the\n"
             "hyphens; the command line and variables such as\n"
             "PEERFACE_RELAY_PORT overrule it"},
    {"address", "NAME", TEXT(address),
     .help = "listen on this host name or address (localhost); 0.0.0.0 or ::\n"
             "is every network interface"},
    {"port", "NUMBER", NUMBER(port, 0, 65535),
     .help = "listen on this port (8080); 0 is any free port"},
    {"web", "DIR", TEXT(folder),
     .help = "serve the files in DIR; without it only /ws and /healthz"},
    {"secret-file", "FILE", TEXT(secret_file),
     .help = "sign tickets with the secret in FILE, which is created if it does\n"
             "not exist; without it members cannot resume after a restart"},

    {"tls-cert", "FILE", TEXT(tls_cert),
     .help = "serve https and wss with the certificate chain in FILE (PEM)"},
    {"tls-key", "FILE", TEXT(tls_key),
     .help = "the private key of that certificate (PEM); SIGHUP reads both anew"},
    {"hsts", "SECONDS", NUMBER(hsts_s, 1, 2 * 366 * 24 * 3600),
     .help = "tell browsers to use nothing but https for that long"},
    {"redirect-port", "NUMBER", NUMBER(redirect_port, 1, 65535),
     .help = "redirect http requests on this port to https"},
    {"handshake-ms", "N", INTERVAL(handshake_ms, 1), .help = "timeout of a TLS handshake (5000)"},
    {"handshakes-max", "N", NUMBER(handshakes_max, 1, 100000),
     .help = "TLS handshakes at the same time (512); one more ends the oldest"},

    {"members-max", "N", NUMBER(members_max, 2, PF_MEMBERS_MAX),
     .help = "members per room, 2 to 16 (8)"},
    {"rooms-max", "N", NUMBER(rooms_max, 1, 10000000), .help = "rooms at the same time (10000)"},
    {"clients-max", "N", NUMBER(clients_max, 1, 1000000),
     .help = "WebSockets at the same time (10000); one more ends the longest\n"
             "wait in the lobby, and the last eighth is for who returns"},
    {"requests-max", "N", NUMBER(requests_max, 1, 100000),
     .help = "other connections at the same time (1024); one more ends the one\n"
             "that would time out first"},
    {"address-connections", "N", NUMBER(address_connections, 0, 1000000),
     .help = "connections of one address (256), an IPv4 address or a network\n"
             "of 64 bits of IPv6, unless it is loopback; 0 is no limit"},
    {"address-opens", "N", NUMBER(address_opens, 0, 100000),
     .help = "new connections a second of one address (20), and ten seconds'\n"
             "worth at once; 0 is no limit"},
    {"address-joins", "N", NUMBER(address_joins, 0, 100000),
     .help = "new members a second from one address (1), and a minute's worth\n"
             "at once, four times that with a ticket; 0 is no limit"},
    {"address-kib", "N", NUMBER(address_kib, 0, 1000000),
     .help = "KiB a second from one address (2000), and ten seconds' worth at\n"
             "once; 0 is no limit"},
    {"ice-servers", "JSON", CALL(pf_option_take_ice_servers), .is_secret = true,
     .help = "array of RTCIceServer for the clients, or a file that contains it;\n"
             "entries that browsers would refuse are skipped and reported"},

    {"turn-server", "URL", TEXTS(turn_servers), .take = pf_option_judge_turn,
     .help = "hand out credentials for this TURN server; may be repeated"},
    {"turn-secret-file", "FILE", TEXT(turn_secret_file),
     .help = "the secret that makes them, which the TURN server has too (coturn:\n"
             "use-auth-secret, static-auth-secret); SIGHUP reads it anew"},
    {"turn-ttl-s", "N", NUMBER(turn_ttl_s, 10, 7 * 24 * 3600),
     .help = "how long they are good for (43200); members get new ones in time"},
    {"turn-only", NULL, FLAG(turn_only),
     .help = "calls go through TURN servers only: nobody in a room learns the\n"
             "network address of another"},
    {"token-keys", "FILE", TEXT(token_keys),
     .help = "let in only who has a token (a JWT) for the room, signed by a key in\n"
             "FILE: a JWK set, public keys in PEM, or a secret; SIGHUP reads it\n"
             "anew"},
    {"redis", "URL", CALL(pf_option_take_redis), .is_secret = true,
     .help = "serve the same rooms as the other relays with this Redis server:\n"
             "redis://[user[:password]@]host[:port][/database], rediss:// (TLS)\n"
             "or unix:///path; may be repeated, in the same order everywhere, to\n"
             "spread the rooms over several servers; needs --secret-file"},
    {"redis-password-file", "FILE", TEXT(redis_password_file),
     .help = "the password for those whose URL has none; SIGHUP reads it anew"},
    {"ping-ms", "N", INTERVAL(ping_ms, 10),
     .help = "interval of pings; two missed ones are a timeout (5000)"},
    {"grace-ms", "N", INTERVAL(grace_ms, 1),
     .help = "how long a member that lost its connection may resume (30000)"},
    {"request-ms", "N", INTERVAL(request_ms, 1),
     .help = "timeout of the first request of a connection (10000)"},
    {"idle-ms", "N", INTERVAL(idle_ms, 1), .help = "timeout of each further request (15000)"},
    {"stall-ms", "N", INTERVAL(stall_ms, 1),
     .help = "timeout of a reader that accepts no more of a response (30000)"},
    {"message-ms", "N", INTERVAL(message_ms, 1),
     .help = "timeout of a message that arrives in parts (60000)"},
    {"burst", "N", NUMBER(burst, PF_HUB_BURST_MIN, 1000000000),
     .help = "burst allowance of a client, in messages of 1 KiB (1000)"},
    {"rate", "N", NUMBER(rate, 1, 1000000000),
     .help = "messages of 1 KiB per second that a client may send (100)"},

    {"allow-origin", "URL", TEXTS(origins), .take = pf_option_judge_origin,
     .help = "let pages of this origin connect, besides the relay's own; may be\n"
             "repeated; * is any origin"},
    {"allow-frame", "URL", TEXTS(frames), .take = pf_option_judge_frame,
     .help = "let pages of this origin show the relay's page in a frame; may be\n"
             "repeated; * is any origin"},
    {"allow-host", "NAME", TEXTS(hosts), .take = pf_option_judge_host,
     .help = "answer only requests whose Host is NAME, or NAME:PORT; may be\n"
             "repeated; without it any Host will do"},
    {"trust-proxy", "NET", TEXTS(proxies), .take = pf_option_judge_net,
     .help = "believe proxies of this address or network, such as 10.0.0.0/8:\n"
             "the host in Forwarded or X-Forwarded-Host, the client in\n"
             "Forwarded or X-Forwarded-For; may be repeated"},
    {"proxy-protocol", NULL, FLAG(proxy_protocol),
     .help = "connections from trusted proxies begin with a PROXY header,\n"
             "version 2, that names the client"},

    {"metrics-port", "NUMBER", NUMBER(metrics_port, 1, 65535),
     .help = "serve /metrics (Prometheus), /readyz and /healthz on this port"},
    {"metrics-address", "NAME", TEXT(metrics_address), .help = "listen there for that (localhost)"},
    {"drain-s", "N", NUMBER(drain_s, 0, 3600),
     .help = "at SIGTERM, spread the closing of WebSockets over N seconds (0);\n"
             "a second signal closes them at once"},
    {"log-format", "WORD", CALL(pf_option_take_log_format), .help = "text (the default) or json"},
    {"log-level", "WORD", CALL(pf_option_take_log_level),
     .help = "error, warning (the default) or info"},
    {"log-addresses", NULL, FLAG(log.addresses),
     .help = "let the log contain network addresses of clients"},

    {"user", "NAME", TEXT(user),
     .help = "started by root, become this user once everything is open; what\n"
             "SIGHUP reads has to be readable for it"},
    {"no-sandbox", NULL, FLAG(unconfined),
     .help = "do not filter the relay's own system calls (seccomp)"},

    {"echo", "PATH", TEXT(echo), .take = pf_option_judge_echo,
     .help = "open a WebSocket echo endpoint at PATH, for tests; only where the\n"
             "relay listens on nothing but loopback addresses"},
    {"quiet", NULL, FLAG(quiet), .help = "print errors only"},
    {"version", NULL, ONLY(pf_option_print_version), .help = "print the version"},
    {"help", NULL, ONLY(pf_option_print_help), .help = "print this"},
};

const size_t pf_option_table_count = sizeof pf_option_table / sizeof pf_option_table[0];

_Static_assert(sizeof pf_option_table / sizeof pf_option_table[0] <= PF_OPTIONS_COUNT_MAX, "");
