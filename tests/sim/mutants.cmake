# mutants.cmake - breakages that the simulator must notice.
# SPDX-License-Identifier: MIT
#
# pf_add_mutant(NAME FILE SEARCH REPLACE)
#   The simulator with the one place in FILE (below src/) that reads SEARCH changed to REPLACE, and
#   a test that it fails for one of the first seeds. When SEARCH is there no more, or twice,
#   the build stops: the list has to follow the code.

function(pf_add_mutant name file search replace)
  set(source "${PROJECT_SOURCE_DIR}/src/${file}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(READ "${source}" text)
  string(FIND "${text}" "${search}" first)
  string(FIND "${text}" "${search}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "mutant ${name}: ${file} does not have this exactly once: ${search}")
  endif()
  string(REPLACE "${search}" "${replace}" text "${text}")
  set(mutated "${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}.c")
  file(CONFIGURE OUTPUT "${mutated}" CONTENT "${text}" @ONLY)
  # An object that is named comes before the library's, which is then not taken.
  add_executable(sim_mutant_${name} "${PROJECT_SOURCE_DIR}/tests/sim/main.c" "${mutated}")
  target_link_libraries(sim_mutant_${name} PRIVATE pf_sim pf_core pf_hub)
  add_test(NAME sim_notices_${name}
           COMMAND sim_mutant_${name} --must-fail --seeds 1 ${mutant_seeds_count})
  set_tests_properties(sim_notices_${name} PROPERTIES LABELS sim TIMEOUT 300)
endfunction()

set(mutant_seeds_count 3000)

# Negotiation
pf_add_mutant(equal_politeness core/peer.c
  [[peer->polite = self > member->id;]] [[peer->polite = true;]])
pf_add_mutant(candidate_before_description core/peer.c
  [[} else if (order == 0) {]] [[} else if (order >= 0 && connection->pc != 0) {]])
pf_add_mutant(waiting_candidates_forgotten core/peer.c
  [[i < peer->candidates.count]] [[i < 0 * peer->candidates.count]])
pf_add_mutant(stale_answer_accepted core/connection.c
  [[connection->negotiation != PF_NEGOTIATION_OFFERED || number != connection->offer]]
  [[connection->negotiation != PF_NEGOTIATION_OFFERED || number == 0]])
pf_add_mutant(answer_of_another_epoch core/peer.c
  [[connection->pc != 0 && signal->epoch == connection->epoch]] [[connection->pc != 0]])
pf_add_mutant(instance_ignored core/room.c
  [[signal->to_instance != context->instance ||
               signal->from_instance != peer->instance]] [[signal->to_instance == 0]])
pf_add_mutant(restart_while_negotiating core/peer.c
  [[connection->negotiation != PF_NEGOTIATION_STABLE) {
        connection->wants_restart = true;]]
  [[connection->negotiation == PF_NEGOTIATION_BROKEN) {
        connection->wants_restart = true;]])
pf_add_mutant(epoch_used_twice core/peer.c
  [[pf_epochs_get(&context->epochs, member->id, member->instance)]] [[0]])
pf_add_mutant(prepared_offer_forgotten core/room.c
  [[is_offered || room->first_epoch_spent]] [[false]])

# Recovery and presence
pf_add_mutant(no_recovery_from_failed core/peer.c
  [[if (peer->recovery != PF_RECOVERY_RENEWING) { /* that one]]
  [[if (peer->recovery == PF_RECOVERY_WAITING) { /* that one]])
pf_add_mutant(connected_orphan_closed core/peer.c
  [[PF_PRESENCE_ORPHAN && !flows && !may_return]] [[PF_PRESENCE_ORPHAN && (flows || !may_return)]])
pf_add_mutant(no_resync_after_return core/room.c
  [[pf_peer_resync(peer, &room->context);]] [[(void)peer;]])
pf_add_mutant(silence_not_noticed core/session.c
  [[session->silence_at_ms = context->now_ms + session->ping_ms + session->ping_ms / 4;]]
  [[session->silence_at_ms = PF_NEVER;]])
pf_add_mutant(state_goes_back core/peer.c
  [[state->sequence > peer->state.sequence]] [[state->sequence != peer->state.sequence]])

# Capture
pf_add_mutant(mute_forgotten_after_switch core/media.c
  [[enable(context, track, capture->on); /* before]] [[enable(context, track, true); /* before]])
pf_add_mutant(old_track_not_stopped core/media.c
  [[    stop(context, capture->retiring);]] [[]])
pf_add_mutant(late_track_not_stopped core/media.c
  [[stop(context, track); /* superseded]] [[/* superseded]])
pf_add_mutant(rejected_track_forgotten core/connection.c
  [[connection->senders_at_ms = context->now_ms + ((uint64_t)SENDER_RETRY_MS << doublings);]]
  [[(void)doublings;]])
pf_add_mutant(captures_after_leaving core/room.c
  [[    pf_session_close(&room->session, &room->context);
    pf_media_stop(&room->media, &room->context);
    pf_prepared_discard]]
  [[    pf_session_close(&room->session, &room->context);
    pf_prepared_discard]])

# The hub
pf_add_mutant(ticket_ignored relay/hub.c
  [[ticket_id != 0 ? ticket_id : draw_id(hub, room)]] [[draw_id(hub, room)]])
pf_add_mutant(ghost_not_removed relay/hub.c
  [[pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms);]] [[(void)grace_ms;]])
pf_add_mutant(return_not_told relay/hub.c
  [[if (member->room->members_count > 1) {]] [[if (member->room->members_count > 1 && !resumed) {]])
pf_add_mutant(older_client_kept relay/hub.c
  [[fail(hub, older, PF_CODE_REPLACED, "another client is this member now");]] [[]])
