# mutants.cmake - faults that the relay once had, put back: its tests must notice each.
# SPDX-License-Identifier: MIT
#
# pf_add_relay_mutant(NAME FILE SEARCH REPLACE TOPIC PATTERN)
#   Builds the relay with the only occurrence of SEARCH in FILE (below src/relay/) replaced by
#   REPLACE, and adds a test that every test in TOPIC.test.mjs whose name matches PATTERN fails.
#
# pf_add_server_mutant(NAME FILE SEARCH REPLACE TEST)
#   The same for a unit test of the server, which has to fail.
#
# What the fault was is said in tests/attack/README.md, in the table that these follow. They are
# built when they are asked for: `ctest --preset release -R relay_notices`.

include("${PROJECT_SOURCE_DIR}/tests/sim/mutate.cmake")

add_custom_target(relay_mutants)
add_test(NAME relay_mutants_are_built
         COMMAND "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target relay_mutants)
set_tests_properties(relay_mutants_are_built PROPERTIES
  LABELS long TIMEOUT 1200 FIXTURES_SETUP relay_mutants)

# Of a library, a named object takes precedence over the library's; of the program, it takes the
# place of the file's own.
function(_pf_build_mutant target mutated file)
  if(file MATCHES "^app/")
    get_filename_component(base "${file}" NAME)
    get_target_property(sources peerface-relay SOURCES)
    list(FILTER sources EXCLUDE REGEX "/${base}$")
  else()
    set(sources "$<TARGET_OBJECTS:${ARGV3}>")
  endif()
  add_executable(${target} EXCLUDE_FROM_ALL "${mutated}" ${sources})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PRIVATE pf_flags pf_server pf_wire pf_hub)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE PF_VERSION="${PROJECT_VERSION}")
  add_dependencies(relay_mutants ${target})
endfunction()

function(pf_add_relay_mutant name file search replace topic pattern)
  pf_mutate(mutated relay_${name} "relay/${file}" "${search}" "${replace}")
  _pf_build_mutant(relay_mutant_${name} "${mutated}" "${file}" peerface-relay)
  add_test(NAME relay_notices_${name}
           COMMAND "${PF_NODE}" "${CMAKE_CURRENT_SOURCE_DIR}/notices.mjs"
                   "${CMAKE_CURRENT_SOURCE_DIR}/${topic}.test.mjs" "${pattern}")
  set_tests_properties(relay_notices_${name} PROPERTIES
    LABELS long TIMEOUT 300 FIXTURES_REQUIRED relay_mutants
    ENVIRONMENT "PF_RELAY=$<TARGET_FILE:relay_mutant_${name}>")
endfunction()

function(pf_add_server_mutant name file search replace test)
  pf_mutate(mutated relay_${name} "relay/${file}" "${search}" "${replace}")
  _pf_build_mutant(relay_mutant_${name} "${mutated}" "${file}" ${test})
  target_link_libraries(relay_mutant_${name} PRIVATE pf_cmocka)
  get_target_property(options ${test} LINK_OPTIONS)
  if(options)
    target_link_options(relay_mutant_${name} PRIVATE ${options})
  endif()
  add_test(NAME relay_notices_${name} COMMAND relay_mutant_${name})
  set_tests_properties(relay_notices_${name} PROPERTIES
    LABELS long WILL_FAIL TRUE TIMEOUT 60 FIXTURES_REQUIRED relay_mutants)
endfunction()

# Who takes all places
pf_add_relay_mutant(address_with_any_connections server/addresses.c
  [[address->connections >= limits->connections]] [[address->connections == UINT32_MAX]]
  limits "one address has a limited number of connections")
pf_add_relay_mutant(address_that_opens_on server/addresses.c
  [[if (!take(&address->opens, limits->opens_per_s, BURST_S, now_ms, 1)) {]]
  [[if (!take(&address->opens, 0, BURST_S, now_ms, 1)) {]]
  limits "connections that one address opens again and again")
pf_add_relay_mutant(lobby_that_stays hub/presence.c
  [[struct pf_hub_client *oldest = hub->clients.lobby_oldest;]]
  [[struct pf_hub_client *oldest = NULL;]]
  limits "WebSockets that join nothing")
pf_add_relay_mutant(half_open_that_stay server/link.c
  [[if (living - pf_logic_clients_count(server) >= server->config.requests_max) {]]
  [[if (living - pf_logic_clients_count(server) == SIZE_MAX) {]]
  limits "however many half-open requests")
pf_add_relay_mutant(joins_of_one_address hub/admission.c
  [[if (doorkeeper->admit && !client->is_guest &&]] [[if (doorkeeper->admit && hub == NULL &&]]
  limits "joins of one address")
pf_add_relay_mutant(ghosts_that_stay hub/presence.c
  [[return is_away && (!member->has_spoken || hub->now_ms > member->place_ms);]]
  [[return is_away && hub == NULL;]]
  limits "held by ghosts|ghosts that have spoken")
pf_add_relay_mutant(ghosts_that_spoke hub/presence.c
  [[return is_away && (!member->has_spoken || hub->now_ms > member->place_ms);]]
  [[return is_away && (!member->has_spoken || hub == NULL);]]
  limits "ghosts that have spoken")

pf_add_server_mutant(places_for_newcomers_only hub/admission.c
  [[return newcomers_max > 0 && hub->rooms.members_count]]
  [[return newcomers_max == UINT32_MAX && hub->rooms.members_count]] hub_limits_test)

pf_add_relay_mutant(proxy_header_of_anybody server/proxied.c
  [[    if (!is_trusted(server, ip)) {
        return set_address]]
  [[    if (!is_trusted(server, ip) && !server->config.proxy_protocol) {
        return set_address]]
  limits "a PROXY header of who is no trusted proxy")
pf_add_relay_mutant(role_that_nobody_has server/token.c
  [[out->is_host = pf_slice_equal(role, PF_SLICE("host"));
    return]]
  [[out->is_host = false && out->is_host;
    return pf_slice_equal(role, PF_SLICE("host")) ||]]
  tokens "a host is who has a token that says so")
pf_add_relay_mutant(handshake_of_any_size server/tls.c
  [[tls->handshake_size > PF_TLS_HANDSHAKE_SIZE_MAX]] [[tls->handshake_size == SIZE_MAX]]
  tls "a handshake that takes too long, or too much")

# What counts as life, and as a message
pf_add_relay_mutant(progress_that_is_no_life server/bridge.c
  [[.frames = reader->websocket.extra_frames,
    };
    reader->websocket.extra_frames = 0;
    give_to_hub(server, &event);]]
  [[.frames = reader->websocket.extra_frames,
    };
    reader->websocket.extra_frames = 0;
    (void)event;]]
  limits "a slow sender is not cut off|pings of the WebSocket itself")
pf_add_relay_mutant(message_without_end server/bridge.c
  [[server->now_ms - reader->since_ms > server->config.message_ms]]
  [[server->now_ms - reader->since_ms > UINT64_MAX / 2]]
  limits "a message without end does not")
pf_add_relay_mutant(frames_for_nothing wire/websocket.c
  [[is_whole_message(websocket->header[0]) ? 0 : 1;]]
  [[is_whole_message(websocket->header[0]) ? 0 : 0;]]
  limits "control frames and empty fragments")

# Signals, output, descriptors
pf_add_relay_mutant(sighup_that_kills server/server.c
  [[PF_ASSERT(sigaddset(&set, SIGHUP) == 0);]] [[(void)0;]] life "SIGHUP ends nothing")
pf_add_relay_mutant(output_that_has_to_be_read app/main.c
  [[(void)fflush(stdout);         /* as above */]]
  [[if (fflush(stdout) != 0) exit(1);]]
  options "whose standard output is full or closed")
pf_add_relay_mutant(no_descriptor_is_no_file server/files.c
  [[errno == EMFILE || errno == ENFILE || errno == ENOMEM ? 503 : 404]]
  [[errno == ENOTTY ? 503 : 404]]
  life "without a free descriptor")

# Secrets
pf_add_relay_mutant(secret_without_a_lock server/crypto.c
  [[flock(fd, LOCK_EX) == 0 ?]] [[fd >= 0 ?]]
  options "a relay waits until another has written the secret")
pf_add_relay_mutant(secret_that_stays_empty server/crypto.c
  [[status.st_size == 0 && is_writable ?]] [[status.st_size < 0 && is_writable ?]]
  options "relays that start together share the secret")
pf_add_relay_mutant(secret_of_zeros server/crypto.c
  [[return any == 0;]] [[return any == 0 && !secret;]] options "a secret that is no secret")
pf_add_relay_mutant(secret_for_all server/crypto.c
  [[if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {]] [[if ((status.st_mode & S_ISVTX) != 0) {]]
  options "a secret that is no secret")
pf_add_relay_mutant(credentials_in_the_list app/options.c
  [[memset(optarg, ' ', strlen(optarg));]] [[(void)optarg;]]
  options "credentials given inline")

# HTTP
pf_add_relay_mutant(subprotocol_in_any_case wire/handshake.c
  [[!pf_http_has_exact_token(request]] [[!pf_http_has_token(request]]
  handshake "only clients that offer the relay's protocol version")
pf_add_relay_mutant(no_absolute_target wire/http.c
  [[request->host = take_authority(&target);]]
  [[request->host = request->status == 1 ? take_authority(&target) : (struct pf_slice){NULL, 0};]]
  web "a target may be an absolute URL")
pf_add_relay_mutant(no_later_version wire/http.c
  [[return version.data[5] == '1' ? 200 : 505;]]
  [[return version.data[5] == '1' && version.data[7] < '2' ? 200 : 505;]]
  web "a target may be an absolute URL, and a version 1.2")
pf_add_relay_mutant(any_host_field wire/http.c
  [[(count == 1 && !pf_authority_read(field, &authority)) ||]] [[]]
  web "invalid requests are refused")
pf_add_relay_mutant(length_below_zero wire/http.c
  [[return 400;
        }
        is_zero = is_zero]]
  [[return 413;
        }
        is_zero = is_zero]]
  web "invalid requests are refused")
pf_add_relay_mutant(chunked_not_implemented wire/http.c
  [[pf_http_equal(coding, PF_SLICE("chunked")) ? 411 : 501]]
  [[pf_http_equal(coding, PF_SLICE("chunked")) ? 501 : 411]]
  web "invalid requests are refused")
pf_add_relay_mutant(upgrade_without_connection server/response.c
  [[status == 426 ? "Upgrade, close" : "close"]] [[status == 0 ? "Upgrade, close" : "close"]]
  handshake "an invalid handshake is refused")
pf_add_relay_mutant(health_for_every_page server/web.c
  [[        if (origin) {]] [[        if (size > 0) {]] web "responses have security fields")
pf_add_relay_mutant(any_host server/web.c
  [[if (server->config.hosts_count > 0 &&]] [[if (server->config.hosts_count == SIZE_MAX &&]]
  handshake "--allow-host answers the hosts that it names")

# Options
pf_add_relay_mutant(echo_everywhere server/server.c
  [[if (config->echo && !pf_listeners_are_local(]]
  [[if (config->echo && config->port == 1 && !pf_listeners_are_local(]]
  options "--echo is for loopback addresses only")
pf_add_relay_mutant(any_origin_rule app/option_values.c
  [[return pf_origin_rule_is_valid(pf_slice_of(value))]]
  [[return value[0] != '\0' || pf_origin_rule_is_valid(pf_slice_of(value))]]
  options "invalid options are refused")

pf_add_relay_mutant(return_without_a_hint server/bridge.c
  [[code == PF_CLOSE_GOING_AWAY && server->ending != PF_ENDING_NONE]]
  [[code == PF_CLOSE_GOING_AWAY && server->ending == PF_ENDING_NONE]]
  operated "the more are closed at once")
pf_add_relay_mutant(returns_all_at_once server/drain.c
  [[(uint64_t)server->drain.total * 1000 / rate]] [[(uint64_t)server->drain.total / rate]]
  operated "the more are closed at once")

# What time shows, and memory
pf_add_server_mutant(arrivals_without_a_pause server/arrivals.c
  [[if (is_more && server->now_ns - server->talked_ns < TALK_NS) {]]
  [[if (is_more && server->now_ns - server->talked_ns > UINT64_MAX / 2) {]]
  server_arrivals_test)
pf_add_server_mutant(arrivals_that_are_watched_on server/arrivals.c
  [[set_watched(server, false);]] [[set_watched(server, true);]] server_arrivals_test)
pf_add_server_mutant(arrivals_whose_requests_are_free server/arrivals.c
  [[pf_clock_ns() - since_ns + others_ns + 1]] [[pf_clock_ns() - since_ns + 0 * others_ns + 1]]
  server_arrivals_test)
pf_add_server_mutant(ticket_key_for_ever server/tls_context.c
  [[if (now_ms >= context->keys_due_ms) {]] [[if (now_ms == UINT64_MAX) {]]
  server_tls_context_test)
pf_add_server_mutant(reader_that_is_first_again server/link.c
  [[if (!other || link->transit->file_order < other->transit->file_order) {]]
  [[if (!other || link->transit->file_order == 0) {]] server_link_test)
pf_add_server_mutant(reader_the_kernel_keeps_for server/link.c
  [[if (size > PF_RECEIVE_SIZE) {]] [[if (size == 0) {]] server_link_test)
pf_add_server_mutant(reader_cut_off_early server/link.c
  [[if (size > PF_KEPT_SIZE_MAX - used) {]]
  [[if (size + used > PF_KEPT_SIZE_MAX / 8) {]] server_link_test)
pf_add_server_mutant(reader_that_is_kept server/link.c
  [[if (size > PF_KEPT_SIZE_MAX - used) {]]
  [[if (size + used > 16u * PF_KEPT_SIZE_MAX) {]] server_link_test)
pf_add_server_mutant(memory_that_is_kept server/memory.c
  [[(void)malloc_trim(0); /* whether it has found anything */]] [[(void)server;]]
  server_memory_test)
