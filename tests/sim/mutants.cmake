# mutants.cmake - defects that the simulator must notice.
# SPDX-License-Identifier: MIT
#
# pf_add_mutant(NAME SEEDS FAILURE FILE SEARCH REPLACE [OPTION...])
#   Builds the simulator with the only occurrence of SEARCH in FILE (below src/) replaced by
#   REPLACE, and adds a test that one of the seeds 1 to SEEDS (or FIRST+COUNT) fails with a message
#   that contains FAILURE: the check that is meant for the defect must notice it. If SEARCH does not
#   occur exactly once, the build stops (mutate.cmake), so that this list follows the code. OPTIONs
#   are handed to the simulator.

include("${CMAKE_CURRENT_LIST_DIR}/mutate.cmake")

# Compiled once for all mutants.
add_library(sim_main OBJECT "${PROJECT_SOURCE_DIR}/tests/sim/main.c")
target_link_libraries(sim_main PRIVATE pf_fast_memory pf_sim)

function(pf_add_mutant name seeds failure file search replace)
  string(REPLACE "+" ";" range "${seeds}")
  list(LENGTH range length)
  if(length EQUAL 1)
    list(PREPEND range 1)
  endif()
  pf_mutate(mutated ${name} ${file} "${search}" "${replace}")
  # A named object takes precedence over the library's.
  add_executable(sim_mutant_${name} "${mutated}")
  target_link_libraries(sim_mutant_${name} PRIVATE sim_main pf_fast_memory pf_sim pf_core pf_hub)
  target_include_directories(sim_mutant_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/sim")
  add_test(NAME sim_notices_${name}
           COMMAND sim_mutant_${name} --must-fail "${failure}" --seeds ${range} ${ARGN})
  set_tests_properties(sim_notices_${name} PROPERTIES LABELS sim TIMEOUT 300)
endfunction()

# Negotiation
pf_add_mutant(equal_politeness 100 "a candidate of connection" core/peer/peer.c
  [[peer->polite = self > member->id;]] [[peer->polite = true;]])
pf_add_mutant(candidate_before_description 100 "is given a candidate before any description"
  core/peer/incoming.c
  [[} else if (order == 0) {]] [[} else if (order >= 0 && connection->pc != 0) {]])
pf_add_mutant(waiting_candidates_forgotten 100 "lacks a candidate" core/peer/incoming.c
  [[i < candidates->count]] [[i < 0 * candidates->count]])
pf_add_mutant(stale_answer_accepted 100 "the answer to offer" core/peer/connection.c
  [[connection->negotiation != PF_NEGOTIATION_OFFERED || number != connection->offer_number]]
  [[connection->negotiation != PF_NEGOTIATION_OFFERED || number == 0]])
pf_add_mutant(answer_of_another_epoch 300 "the answer to offer" core/peer/incoming.c
  [[connection->pc != 0 && signal->epoch == connection->epoch]] [[connection->pc != 0]])
pf_add_mutant(instance_ignored 300 "the answer to offer" core/room/room.c
  [[signal->to_instance != context->instance ||
               signal->from_instance != peer->instance]] [[signal->to_instance == 0]])
pf_add_mutant(restart_while_negotiating 100 "the process died" core/peer/recovery.c
  [[connection->negotiation != PF_NEGOTIATION_STABLE) {
        connection->wants_restart = true;]]
  [[connection->negotiation == PF_NEGOTIATION_BROKEN) {
        connection->wants_restart = true;]])
pf_add_mutant(epoch_used_twice 3000 "of connection" core/room/roster.c
  [[past.epoch);]] [[0);]])
pf_add_mutant(prepared_offer_forgotten 3000 "a candidate of connection" core/room/membership.c
  [[pf_recovery_offer(peer, context, room->membership.first_epoch_spent)]]
  [[pf_recovery_offer(peer, context, false)]])

pf_add_mutant(candidate_of_another_epoch 100 "a candidate of connection" core/peer/candidates.c
  [[if (a.epoch != b.epoch) {]] [[if (a.epoch > b.epoch + 100) {]])
pf_add_mutant(candidates_without_end 4000 "is given candidates without end" core/peer/connection.c
  [[connection->remote_candidates++ >= PF_CANDIDATES_MAX]]
  [[connection->remote_candidates++ > 100000]])
pf_add_mutant(everything_answered 2000 "rate-limit" core/peer/incoming.c
  [[.burst = 6 * ANSWERS_MS]] [[.burst = UINT32_MAX]])
# Rare: one world in 20,000.
pf_add_mutant(epoch_of_a_twin_forgotten 20000+200 "a candidate of connection" core/room/roster.c
  [[forget(roster, context, peer); /* a reload]]
  [[pf_connection_close(&peer->connection, context), peer->id = 0; /* a reload]])
pf_add_mutant(both_impolite 100 "is not shown the picture" core/peer/peer.c
  [[peer->polite = self > member->id;]] [[peer->polite = false;]])
pf_add_mutant(candidate_of_another_offer 300 "a candidate of connection" core/peer/incoming.c
  [[pf_exchange_compare(candidates->entries[i].exchange, remote) == 0]]
  [[pf_exchange_compare(candidates->entries[i].exchange, remote) <= 0]])
pf_add_mutant(fragment_forgotten 100 "(I5)" core/peer/connection.c
  [[if (candidate->username_fragment.data) {]] [[if (false) {]])
pf_add_mutant(mid_forgotten 100 "(I5)" core/peer/connection.c
  [[copy.mid = pf_outbox_copy(outbox, candidate->mid);]] [[copy.mid = candidate->candidate;]])


# Observers
pf_add_mutant(observer_offered_to 1000 "is not shown the picture" core/peer/peer.c
  [[pf_capabilities_have(member->capabilities, PF_CAPABILITY_OBSERVER)]] [[false]])
pf_add_mutant(observer_offers 1000 "makes a connection, which it cannot" core/peer/peer.c
  [[context->is_observer ||]] [[false ||]])
pf_add_mutant(observer_prepares 1000 "makes a connection, which it cannot" core/room/membership.c
  [[ && !room->context.is_observer &&]] [[ &&]])
pf_add_mutant(observer_told_nothing 1000 "does not show the sources" core/room/membership.c
  [[if (peer->signals_only) {
        pf_signaling_send_state(peer, context);]]
  [[if (peer->signals_only) {]])
pf_add_mutant(observer_hears_nothing 1000 "does not show the sources" core/peer/incoming.c
  [[peer->signals_only && signal->kind != PF_SIGNAL_STATE]] [[peer->signals_only]])

# Recovery and presence
pf_add_mutant(never_unreachable 300 "does not show as unreachable" core/peer/peer.c
  [[recovery->renewals < UNREACHABLE_RENEWALS ?]]
  [[recovery->renewals < 1000 * UNREACHABLE_RENEWALS ?]])
pf_add_mutant(no_recovery_from_failed 1000 "has no connection for the picture" core/peer/recovery.c
  [[if (recovery->state != PF_RECOVERY_RENEWING) { /* which]]
  [[if (recovery->state == PF_RECOVERY_WAITING) { /* which]])
pf_add_mutant(connected_orphan_closed 300 "hides a peer" core/peer/peer.c
  [[PF_PRESENCE_ORPHAN && !flows && !may_return]] [[PF_PRESENCE_ORPHAN && (flows || !may_return)]])
pf_add_mutant(no_resync_after_return 2000 "is not shown the picture" core/room/room.c
  [[pf_recovery_resync(peer, &room->context);]] [[(void)peer;]])
pf_add_mutant(silence_not_noticed 100 "rate-limit" core/room/relay_session.c
  [[session->silence_at_ms = context->now_ms + session->ping_ms + session->ping_ms / 4;]]
  [[session->silence_at_ms = PF_NEVER;]])
pf_add_mutant(late_after_a_drain 1000 "after its relay was drained" core/room/relay_session.c
  [[context->now_ms + 1 + pf_random_below(]] [[context->now_ms + 20000 + pf_random_below(]])
pf_add_mutant(state_goes_back 100 "goes back to an earlier state" core/peer/peer.c
  [[state->sequence > peer->state.sequence]] [[state->sequence != peer->state.sequence]])
pf_add_mutant(rebuilt_on_resume 100 "closes a connection" core/peer/recovery.c
  [[if (recovery->state != PF_RECOVERY_NONE && recovery->at_ms == PF_NEVER) {
        step]]
  [[if (true) {
        renew]])

# Capture
pf_add_mutant(mute_forgotten_after_switch 100 "does not want to send" core/media/capture.c
  [[enable(context, track, capture->on); /* before]] [[enable(context, track, true); /* before]])
pf_add_mutant(old_track_not_stopped 100 "captures source" core/media/retirement.c
  [[    if (retirement->track != 0) {]] [[    if (false) {]])
pf_add_mutant(late_track_not_stopped 100 "captures source" core/media/media.c
  [[pf_outbox_push(&context->outbox, PF_COMMAND_CAPTURE_STOP)->capture_stop = track;]] [[;]])
pf_add_mutant(rejected_track_forgotten 300 "sends something else than is switched on"
  core/media/publishing.c
  [[senders->retry_at_ms = context->now_ms + ((uint64_t)RETRY_MS << doublings);]]
  [[(void)doublings;]])
pf_add_mutant(captures_after_being_replaced 300 "was replaced, but still captures"
  core/room/membership.c
  [[pf_media_stop(&room->media, &room->context); /* the other tab has the camera now */]] [[;]])
pf_add_mutant(event_of_an_old_socket 6000 "which is not open yet" core/room/room.c
  [[event->socket != room->session.socket]] [[room->session.socket == 0]])
pf_add_mutant(captures_after_leaving 100 "the process died" core/room/membership.c
  [[    pf_relay_session_close(&room->session, &room->context);
    pf_media_stop(&room->media, &room->context);
    pf_prepared_discard]]
  [[    pf_relay_session_close(&room->session, &room->context);
    pf_prepared_discard]])
pf_add_mutant(never_captures 100 "does not capture what" core/media/media.c
  [[        if (pf_capture_asks(&media->captures[i])) {]] [[        if (false) {]])
pf_add_mutant(not_reopened_when_plugged_in 1000 "does not capture what" core/media/capture.c
  [[if (pf_devices_has_any(capture->devices, capture->source)) {]] [[if (false) {]])
pf_add_mutant(not_reopened_when_ended 300 "does not capture what" core/media/capture.c
  [[context->now_ms - capture->opened_at_ms >= REOPEN_MS]]
  [[context->now_ms - capture->opened_at_ms >= 1000000 * (uint64_t)REOPEN_MS]])
pf_add_mutant(queue_of_one_candidate 100 "had no room for" core/peer/candidates.c
  [[if (queue->count == PF_CANDIDATES_MAX ||]] [[if (queue->count == 1 ||]])

# Tracks of the page's own
pf_add_mutant(own_track_not_replaced 300 "sends what its page has replaced" core/media/capture.c
  [[    choose(capture, context, origin, (struct]]
  [[    if (origin != PF_ORIGIN_PAGE || before.origin != PF_ORIGIN_PAGE)
        choose(capture, context, origin, (struct]])
pf_add_mutant(asked_for_what_is_not_used 300 "asks for what is not used" core/media/media.c
  [[config->origins[i],]] [[PF_ORIGIN_DEVICE,]])

# Shared screens
pf_add_mutant(screen_not_stopped 100 "has switched off" core/media/screen.c
  [[    stop(context, picture); /* first of all]] [[    (void)picture; /* first of all]])
pf_add_mutant(late_screen_not_stopped 100 "captures what is not shown" core/media/screen.c
  [[    if (!is_expected || !screen->on) {]] [[    if (!is_expected) {]])
pf_add_mutant(screen_kept_after_its_end 100 "still shares what" core/media/screen.c
  [[if (track == screen->picture) {]] [[if (track == screen->picture + 1000) {]])
pf_add_mutant(sound_kept_after_the_picture 3000 "has switched off" core/media/screen.c
  [[        stop(context, screen->sound);
        settle]]
  [[        settle]])
pf_add_mutant(cancelling_is_an_error 100 "has cancelled the dialog" core/media/screen.c
  [[screen->on && error != PF_DOM_ERROR_NOT_ALLOWED;]] [[screen->on;]])
pf_add_mutant(asked_twice_at_once 300 "while it still asks" core/media/screen.c
  [[    if (screen->phase == PF_SCREEN_IDLE) {]]
  [[    if (on) {
        screen->phase = PF_SCREEN_IDLE;]])
pf_add_mutant(screen_not_sent 100 "sends something else than is switched on"
  core/media/publishing.c
  [[i < PF_SOURCES_COUNT && senders->ready]] [[i < PF_SOURCE_SCREEN && senders->ready]])

# The hub
pf_add_mutant(ticket_ignored 100 "is another member than before" relay/hub/admission.c
  [[ticket_id != 0 ? ticket_id : pf_hub_draw_id(hub, room)]] [[pf_hub_draw_id(hub, room)]])
pf_add_mutant(ghost_not_removed 100 "is shown a ghost" relay/hub/presence.c
  [[pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms);]] [[(void)grace_ms;]])
pf_add_mutant(return_not_told 100 "is not shown the picture" relay/hub/admission.c
  [[if (member->room->members_count > 1) {]] [[if (member->room->members_count > 1 && !resumed) {]])
pf_add_mutant(older_client_kept 100 "not-joined" relay/hub/presence.c
  [[pf_hub_client_fail(hub, older, PF_CODE_REPLACED, "another client is this member now");]] [[]])
pf_add_mutant(join_overtaken 2000 "is refused without a reason" relay/hub/admission.c
  [[if (is_overtaken(hub, client, member)) {]] [[if (member && !hub) {]])
pf_add_mutant(foreign_ticket_taken 12001+1000 "is refused without a reason" relay/hub/ticket.c
  [[if (!is_same(digits, text.data + claim_size + 1, MAC_DIGITS)) {]] [[if (text.size == 0) {]])
pf_add_mutant(error_to_everyone 300 "that did not cause it" relay/hub/presence.c
  [[    pf_hub_send(hub, client->number, pf_hub_write_message(hub));
    if (pf_error_code_close(code) != 0) {]]
  [[    const struct pf_slice text = pf_hub_write_message(hub);
    pf_hub_send(hub, client->number, text);
    if (client->member) {
        pf_hub_send_to_others(hub, client->member, NULL, text);
    }
    if (pf_error_code_close(code) != 0) {]])
pf_add_mutant(nobody_waited_for 100 "hides a peer" relay/hub/presence.c
  [[pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms);]]
  [[pf_timers_set(&hub->timers, &member->grace, hub->now_ms + grace_ms / 20000);]])

# Rooms, and pages in the background
pf_add_mutant(rooms_mixed_up 100 "hears of another room" relay/hub/rooms.c
  [[for (struct pf_hub_room *room = *bucket_of(rooms, hash); room; room = room->next) {
        if (room->hash == hash &&
            pf_slice_equal(name, (struct pf_slice){room->name, room->name_size})) {]]
  [[for (size_t i = 0; i < rooms->buckets_count; i++) {
        struct pf_hub_room *room = rooms->buckets[i];
        if (room && (room->hash | hash) != 0) {]])
pf_add_mutant(ping_unanswered 100 "which is present" core/room/room.c
  [[case PF_MESSAGE_PING: pf_relay_session_answer_ping(&room->session, &room->context); break;]]
  [[case PF_MESSAGE_PING: break;]])
pf_add_mutant(room_full_too_soon 300 "the room is full with" relay/hub/admission.c
  [[room->members_count >= hub->config.members_max]] [[room->members_count >= 5]])

# Names, hands and reactions
pf_add_mutant(new_name_not_told 100 "does not show the name" relay/hub/admission.c
  [[    pf_hub_send_to_others(hub, member, NULL, pf_hub_write_member(hub, member));]] [[]])
pf_add_mutant(new_name_lost_while_joining 1000 "does not show the name" core/room/membership.c
  [[membership->name_told = false;]] [[membership->name_told = !room->context.joined;]])
pf_add_mutant(name_not_taken_on_return 1000 "does not show the name" relay/hub/admission.c
  [[    pf_hub_member_set_name(member, newcomer->name, newcomer->capabilities);]]
  [[    if (member->name_size == 0) {
        pf_hub_member_set_name(member, newcomer->name, newcomer->capabilities);
    }]])
pf_add_mutant(names_without_pause 300 "rate-limit" core/room/membership.c
  [[membership->name_at_ms = context->now_ms + RENAMES_MS;]] [[membership->name_at_ms = 0;]])
pf_add_mutant(interruption_not_told 100 "does not show what is interrupted"
  protocol/message_write.c
  [[state->sources[i] != PF_SOURCE_STATE_INTERRUPTED]] [[state->sequence > 0]])
pf_add_mutant(interruption_outlives_its_track 100 "takes an interruption for something else"
  core/media/capture.c
  [[capture->track = track;
    capture->interrupted = false;]] [[capture->track = track;]])
pf_add_mutant(hand_not_told 100 "does not show the hand" core/room/gestures.c
  [[        own->sequence++;]] [[]])
pf_add_mutant(reaction_sent_twice 100 "a reaction that was not sent" core/room/gestures.c
  [[(void)pf_signaling_send_on_channel(peer, &room->context); /*]]
  [[(void)pf_signaling_send_on_channel(peer, &room->context);
            (void)pf_signaling_send_on_channel(peer, &room->context); /*]])
pf_add_mutant(reactions_without_limit 1000 "too many reactions" core/room/gestures.c
  [[    if (is_shown) {]] [[    if (is_shown || id != 0) {]])

# Quality
pf_add_mutant(budget_ignored 100 "pixels a second" core/media/allocation.c
  [[    struct pf_budget budget = {budgets[row].kbps, budgets[row].load, 0};]]
  [[    struct pf_budget budget = {budgets[row].kbps * 9u, budgets[row].load * 9u, 0};]])
pf_add_mutant(sender_changed_at_once 100 "a sender is changed too often" core/media/quality.c
  [[picture->next_ms = context->now_ms + CHANGE_MS;]] [[picture->next_ms = context->now_ms;]])
pf_add_mutant(changes_overlap 100 "while the last one is being set" core/media/quality.c
  [[        if (picture->pending || memcmp]] [[        if (memcmp]])
pf_add_mutant(refusal_repeated_at_once 1000 "a sender is changed too often" core/media/quality.c
  [[return encoding.rate_kbps > 0 || picture->failures > 0;]]
  [[return encoding.rate_kbps > 0;]])
pf_add_mutant(hidden_picture_cut_at_once 100 "or was a moment ago" core/media/quality.c
  [[picture->hidden_ms = context->now_ms + HIDDEN_MS;]] [[picture->hidden_ms = context->now_ms;]])
pf_add_mutant(hidden_picture_sent_for_ever 100 "as they are asked for" core/media/quality.c
  [[link->demand.widths[i] = picture->asked;]]
  [[link->demand.widths[i] = picture->asked > 0 ? picture->asked : 160;]])
pf_add_mutant(sound_is_touched 100 "an encoding of sound" core/media/quality.c
  [[command->set_encoding.source = source;]]
  [[command->set_encoding.source = (enum pf_source)(source - PF_SOURCE_CAMERA);]])
pf_add_mutant(trouble_ignored 1000 "is in trouble" core/media/quality.c
  [[quality->level += quality->eased > 0 ? by - 1 : by;]]
  [[quality->level += quality->eased > 0 ? by - 1 : 0 * by;]])
pf_add_mutant(trouble_never_ends 1000 "as they are asked for" core/media/quality.c
  [[        quality->level--;
        quality->easier_at_ms = quality->level > 0 ?]]
  [[        quality->easier_at_ms = quality->level > 0 ?]])
pf_add_mutant(wish_not_repeated 300 "is not told how it is shown" core/peer/incoming.c
  [[        pf_wishes_forget_told(&peer->wishes);]] [[]])
pf_add_mutant(wish_lost_in_a_reload 1000 "is not told how it is shown" core/room/roster.c
  [[        peer->wishes = wishes;]] [[        (void)wishes;]])
pf_add_mutant(wishes_without_pause 100 "told too often" core/peer/wishes.c
  [[wishes->next_ms = context->now_ms + TELL_MS;]] [[wishes->next_ms = context->now_ms;]])
pf_add_mutant(wish_told_to_an_older_client 300 "an older client" core/peer/wishes.c
  [[!pf_capabilities_have(capabilities, PF_CAPABILITY_QUALITY)]] [[capabilities.size > 1000]])

# Chat
pf_add_mutant(message_lost_with_its_connection 1000 "lacks a message" core/peer/conversation.c
  [[    conversation->sent = conversation->acknowledged;
    conversation->in_flight]]
  [[    conversation->in_flight]])
pf_add_mutant(message_shown_again_after_a_return 12000 "shows a message twice" core/room/roster.c
  [[    peer->conversation.heard = past.heard;]] [[]])
pf_add_mutant(message_heard_but_not_noted 100 "shows a message twice" core/peer/conversation.c
  [[    conversation->heard = message->number;]] [[]])
pf_add_mutant(message_not_kept_for_a_reload 300 "that somebody waits for" core/room/roster.c
  [[        peer->conversation.since = since;]] [[        (void)since;]])
pf_add_mutant(message_sent_when_one_has_it 100 "as sent what somebody has not got" core/room/chat.c
  [[!is_awaited(room, entry->number)) {]]
  [[entry->is_heard || !is_awaited(room, entry->number)) {]])
pf_add_mutant(message_sent_when_it_is_on_the_channel 100 "as sent what somebody has not got"
  core/room/chat.c
  [[        conversation->sent = number;
        conversation->in_flight++;]]
  [[        conversation->acknowledged = conversation->sent = number;
        room->chat.entries[number % PF_CHAT_ENTRIES_MAX].is_heard = true;]])
pf_add_mutant(heard_not_told_on_a_new_channel 100 "lacks a message" core/peer/conversation.c
  [[    conversation->unanswered = 0;
    conversation->is_due = true;]]
  [[    conversation->unanswered = 0;]])
pf_add_mutant(messages_without_pause 100 "could not read a message" core/room/chat.c
  [[        conversation->in_flight++;]] [[]])
pf_add_mutant(messages_without_limit 5000 "too many messages of one member"
  core/peer/conversation.c
  [[    if (conversation->unanswered == PF_CHAT_UNHEARD_MAX) {]]
  [[    conversation->unanswered = 0;
    if (peer->id == 0) {]])
pf_add_mutant(message_to_an_older_client 300 "an older client" core/peer/conversation.c
  [[.is_possible = pf_capabilities_have(capabilities, PF_CAPABILITY_CHAT),]]
  [[.is_possible = capabilities.size < 1000,]])
pf_add_mutant(message_kept_too_long 100 "that nobody has written" core/room/chat.c
  [[    memcpy(entry->text, text.data, text.size);]]
  [[    if (number <= PF_CHAT_ENTRIES_MAX) {
        memcpy(entry->text, text.data, text.size);
    }]])
pf_add_mutant(messages_change_places 300 "in another order" core/room/chat.c
  [[    const uint64_t age_ms = room->context.now_ms - entry->said_ms;
    message->type = PF_MESSAGE_CHAT;
    message->chat.number = entry->number;]]
  [[    message->type = PF_MESSAGE_CHAT;
    message->chat.number = entry->number;
    const struct pf_chat_entry *other =
        &room->chat.entries[(entry->number ^ 1u) % PF_CHAT_ENTRIES_MAX];
    entry = other->number == (entry->number ^ 1u) ? other : entry;
    const uint64_t age_ms = room->context.now_ms - entry->said_ms;]])
pf_add_mutant(message_forgotten 300 "without a word" core/room/chat.c
  [[    settle(room, entry, false); /* it has to make place */]] [[]])

# Credentials for TURN servers
pf_add_mutant(credentials_never_renewed 300 "have expired" relay/hub/ice.c
  [[hub->now_ms >= client->ice_due_ms) {]] [[client->ice_due_ms == 1) {]])
pf_add_mutant(credentials_for_new_connections_only 300 "have expired" core/room/ice_servers.c
  [[i < room->roster.peers_end &&]] [[i < 0 * room->roster.peers_end &&]])
pf_add_mutant(credentials_renewed_once 300 "have expired" relay/hub/ice.c
  [[client->ice_due_ms = hub->now_ms + ice->renew_ms;]]
  [[client->ice_due_ms += client->ice_due_ms == 0 ? hub->now_ms + ice->renew_ms : UINT64_MAX / 4;]])
pf_add_mutant(credentials_of_joined_ignored 100 "has no credentials" core/room/membership.c
  [[pf_ice_servers_take(room, message->joined.ice_servers, false);]] [[]])
pf_add_mutant(offer_prepared_without_credentials 100 "has no credentials" core/room/membership.c
  [[ &&
        message->hello.ice_servers.size > 0) {]] [[) {]])

# Tokens
pf_add_mutant(expired_token_accepted 1000 "enters with a token that has expired"
  relay/hub/admission.c
  [[case PF_TOKEN_EXPIRED: *why = PF_CODE_TOKEN_EXPIRED; return has_ticket;]]
  [[case PF_TOKEN_EXPIRED: *why = PF_CODE_TOKEN_EXPIRED; return has_ticket || room.size > 0;]])
pf_add_mutant(expired_token_refused_to_a_member 300 "token-expired"
  relay/hub/admission.c
  [[case PF_TOKEN_EXPIRED: *why = PF_CODE_TOKEN_EXPIRED; return has_ticket;]]
  [[case PF_TOKEN_EXPIRED: *why = PF_CODE_TOKEN_EXPIRED; return has_ticket && room.size == 0;]])
pf_add_mutant(host_of_a_token_forgotten 300 "is not host, though its token says so"
  relay/hub/admission.c
  [[    newcomer.is_host = claims.is_host;]]
  [[    newcomer.is_host = newcomer.is_named && claims.is_host;]])
pf_add_mutant(host_without_a_token 300 "is host, though its token does not say so"
  relay/hub/hosts.c
  [[    if (hub->config.tokens.judge) {
        return;
    }]] [[]])

# Hosts
pf_add_mutant(lock_ignored 300 "passes a locked door" relay/hub/admission.c
  [[room && room->is_locked && !passes_lock(hub, room, &newcomer)]]
  [[room && !room && !passes_lock(hub, room, &newcomer)]])
pf_add_mutant(knock_at_a_room_that_is_gone 3000 "is not in the room" relay/hub/knocks.c
  [[(knock->room && knock->room->is_locked && !knock->is_admitted)]]
  [[((!knock->room || knock->room->is_locked) && !knock->is_admitted)]])
pf_add_mutant(no_host_after_the_host 300 "in a room without a host" relay/hub/hosts.c
  [[if (member->is_host) {
            return;]] [[if (room->members_count > 0) {
            return;]])
pf_add_mutant(role_taken_by_an_old_ticket 1000 "takes the role from a host" relay/hub/hosts.c
  [[    if (ticket->issued_s >= hub->started_s ||
        hub->now_ms - hub->started_ms >= hub->config.grace_ms || !can_be_host(member)) {]]
  [[    if (!can_be_host(member)) {]])
pf_add_mutant(locked_room_dropped_at_a_blink 300 "opens a door" relay/hub/presence.c
  [[(!room->is_locked || members_left == 0)]] [[(room->members_count > 0 || members_left == 0)]])
pf_add_mutant(door_opened_by_an_old_ticket 3000 "passes a locked door with an old ticket"
  relay/hub/admission.c
  [[ticket->issued_s >= room->created_s]] [[ticket->issued_s > 0]])
pf_add_mutant(door_open_after_a_host_has_set_it 3000 "passes a locked door with an old ticket"
  relay/hub/hosts.c
  [[!hub->config.tokens.judge && !room->is_door_set &&]] [[!hub->config.tokens.judge &&]])
pf_add_mutant(removed_forgotten 300 "a member that a host has removed is back" relay/hub/hosts.c
  [[        pf_hub_room_note_removed(host->room, id);]] [[]])
pf_add_mutant(new_host_not_shown 300 "does not know who is host" relay/hub/hosts.c
  [[        member->is_shown = false;
        note]] [[        note]])
pf_add_mutant(new_host_not_told 300 "does not know who is host" relay/hub/hosts.c
  [[        note(hub, member);
    }]] [[    }]])
pf_add_mutant(changed_role_not_taken 300 "does not know who is host" core/room/roster.c
  [[        pf_peer_set_role(peer, context, member->role);]] [[]])
pf_add_mutant(role_outlives_the_room 100 "has a role in a room that it is not in"
  core/room/hosting.c
  [[if (!is_inside && (hosting->is_host || hosting->is_locked)) {]]
  [[if (!is_inside && hosting->is_host && hosting->is_locked && hosting->is_knocking) {]])
pf_add_mutant(knocks_without_door 300 "knocks, but does not join" core/room/hosting.c
  [[if (hosting->is_knocking && !is_waiting) {]]
  [[if (hosting->is_knocking && is_waiting && !room) {]])
# Files
pf_add_mutant(file_without_consent 100 "accepts a file without its user" core/peer/files.c
  [[    open_file(peer, context, file, message->name);]]
  [[    open_file(peer, context, file, message->name);
    set_state(peer, context, file, PF_FILE_ACCEPTED);]])
pf_add_mutant(file_accepted_by_a_reconnect 5000 "that nobody has accepted" core/peer/files.c
  [[    if (file->state == PF_FILE_PAUSED) {]]
  [[    if (file->state == PF_FILE_PAUSED || (!own && file->state == PF_FILE_OFFERED)) {]])
pf_add_mutant(file_stored_by_promise 100 "more is stored than is" core/peer/files.c
  [[        message.offset = file->offset;]] [[        message.offset = file->size;]])
pf_add_mutant(file_offered_twice 5000 "is offered a file twice" core/peer/files.c
  [[message->number <= file->number ||]] [[message->number < file->number ||]])
pf_add_mutant(file_lost_with_its_connection 5000 "files that do not come to an end"
  core/peer/files.c
  [[        files->own[i].is_due = files->own[i].number != 0;]] [[]])
pf_add_mutant(file_stopped_by_a_reconnect 5000 "files that do not come to an end" core/peer/files.c
  [[        files->theirs[i].is_due = files->theirs[i].number != 0;]] [[]])
pf_add_mutant(file_forgotten_in_silence 8000 "files that do not come to an end" core/peer/files.c
  [[        refuse(peer, context, true, message->number);]]
  [[        context->counters.stale++;]] --cluster)
pf_add_mutant(file_of_a_peer_that_is_gone 300 "files that do not come to an end" core/peer/peer.c
  [[    pf_files_close(peer, context);]] [[]])
pf_add_mutant(file_to_an_older_client 2000 "an older client" core/peer/files.c
  [[files->is_possible = pf_capabilities_have(capabilities, PF_CAPABILITY_FILES);]]
  [[files->is_possible = capabilities.size < 1000;]])

pf_add_mutant(file_of_another_size 300 "a file that nobody offers" core/peer/files.c
  [[        message.size = file->size;]] [[        message.size = file->size / 2 + 1;]])
pf_add_mutant(file_done_by_promise 300 "is there which is not" core/peer/files.c
  [[    } else if (message->state == PF_FILE_DECLINED && file->state == PF_FILE_OFFERED) {]]
  [[    } else if (message->state == PF_FILE_DECLINED && file->state == PF_FILE_OFFERED) {
        file->offset = file->size;
        set_state(peer, context, file, PF_FILE_DONE);
    } else if (message->state == PF_FILE_OFFERED) {]])

# Several relays, one room
pf_add_mutant(claim_not_atomic 100 "two relays own one room" ../tests/sim/directory.c
  [[if (owner != relay && sim_directory_is_alive(directory, now_us, owner)) {]]
  [[if (owner == relay && sim_directory_is_alive(directory, now_us, owner)) {]] --cluster)
pf_add_mutant(lease_never_renewed 100 "own one room" relay/cluster/stores.c
  [[        (void)pf_cluster_put_command(cluster, i, PF_STORE_RENEW);]]
  [[        if (store->heard_ms < store->up_ms) {
            (void)pf_cluster_put_command(cluster, i, PF_STORE_RENEW);
        }]] --cluster)
pf_add_mutant(late_lease_not_noticed 2000 "own one room" relay/cluster/stores.c
  [[if (cluster->now_ms - since_ms >= PF_HEAR_SELF_MS) {]] [[if (cluster->now_ms < since_ms) {]]
  --cluster)
pf_add_mutant(empty_store_not_told 300 "does not name the owner" relay/cluster/stores.c
  [[    store->up_ms = store->renew_ms = cluster->now_ms;
    pf_claims_up(cluster, at);]]
  [[    store->up_ms = store->renew_ms = cluster->now_ms;]] --cluster)
pf_add_mutant(subscription_lost_for_ever 300 "is not ready" relay/cluster/stores.c
  [[if (hears_nothing(store, cluster->now_ms) &&]] [[if (hears_nothing(store, 0) &&]] --cluster)
pf_add_mutant(deaf_but_ready 100 "is ready, but has heard nothing" relay/cluster/stores.c
  [[now_ms - store->heard_ms < PF_HEAR_SELF_MS;]] [[now_ms >= store->heard_ms;]] --cluster)
pf_add_mutant(zero_count_ignored 300 "is not heard by the owner" relay/cluster/cluster.c
  [[        if (event->count == 0) {
            pf_trunks_unheard(]]
  [[        if (event->count > 1) {
            pf_trunks_unheard(]] --cluster)
pf_add_mutant(gap_in_a_trunk_ignored 300 "s after the faults" relay/cluster/trunks.c
  [[if (message->number != trunk->remote_number) {]]
  [[if (message->number < trunk->remote_number) {]] --cluster)
pf_add_mutant(room_kept_that_another_owns 1000 "two relays own one room" relay/cluster/claims.c
  [[if (owner == cluster->config.self) {
        on_ours]]
  [[if (owner == cluster->config.self || claim->is_owned) {
        on_ours]] --cluster)
pf_add_mutant(moved_room_not_closed 1000 "or also elsewhere" relay/cluster/claims.c
  [[        cluster->counts.moved++;
        move(cluster, claim);]]
  [[        cluster->counts.moved++;]] --cluster)
pf_add_mutant(named_owner_denies_it 2000 "relay" relay/cluster/owner.c
  [[        pf_claims_check(cluster, message->room);]] [[]] --cluster)
pf_add_mutant(trunk_given_up_when_slow 100 "without a reason" relay/cluster/trunks.c
  [[if (silent_ms >= PF_TRUNK_GIVE_UP_MS) {]]
  [[if (silent_ms >= PF_TRUNK_GIVE_UP_MS / 20) {]] --cluster)
pf_add_mutant(guest_outlives_its_front 100 "after the faults" relay/cluster/owner.c
  [[guest->orphan_ms = cluster->now_ms + PF_ORPHAN_MS;]]
  [[guest->orphan_ms = cluster->now_ms + 1000 * (uint64_t)PF_ORPHAN_MS;]] --cluster)
pf_add_mutant(silent_front_not_noticed 3000 "publishes to one that is no more"
  relay/cluster/trunks.c
  [[            judge(cluster, trunk);]] [[            (void)judge;]] --cluster)
pf_add_mutant(client_number_used_again 2000 "is joined twice" relay/cluster/front.c
  [=[visit->serial == message->serials[i]]=] [[visit->serial != 0]] --cluster)
pf_add_mutant(guest_without_new_credentials 300 "have expired" relay/hub/admission.c
  [[    if (client->is_guest && hub->config.ice.renew_ms > 0) {]]
  [[    if (client->is_guest && !hub->config.ice.make) {]]
  --cluster)
pf_add_mutant(trunk_kept_for_ever 100 "trunks to relays that are no more" relay/cluster/trunks.c
  [[cluster->now_ms - trunk->used_ms >= PF_TRUNK_UNUSED_MS]]
  [[cluster->now_ms - trunk->used_ms >= 1000 * (uint64_t)PF_TRUNK_UNUSED_MS]] --cluster)
pf_add_mutant(sign_of_life_without_a_room 100 "with which it shares no room" relay/cluster/trunks.c
  [[        if (is_used(trunk)) {]] [[        if (is_used(trunk) || trunk->heard_ms > 0) {]]
  --cluster)
pf_add_mutant(signals_not_passed_on 100 "is not shown" relay/cluster/front.c
  [[    if (visit && visit->trunk) {
        pf_trunk_send(]]
  [[    if (visit && !visit->trunk) {
        pf_trunk_send(]] --cluster)
pf_add_mutant(visits_outlive_their_trunk 100 "is not heard by the owner" relay/cluster/front.c
  [[        } else {
            pf_front_give_up(cluster, visit);
        }
    }
}

/* ---- what is due]]
  [[        } else {
            pf_list_remove(&visit->link);
            visit->trunk = NULL;
        }
    }
}

/* ---- what is due]] --cluster)
pf_add_mutant(claims_of_a_lost_store_forgotten 300 "wait for a store that works"
  relay/cluster/stores.c
  [[    pf_claims_down(cluster, at);]] [[    (void)pf_claims_down;]] --cluster)
