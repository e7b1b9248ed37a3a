/* glue_pc.c - RTCPeerConnection, its transceivers and its data channel. */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

const char pf_glue_pc_linked = 0;

/* clang-format off */

/*
 * An entry of glue.pcs: the connection, its data channel, that and three for the page, its
 * transceivers by source, the stream of its remote tracks and that of a remote screen; by source,
 * how its pictures are to be sent; the last sample of its statistics; adjust(): get- and
 * setParameters() of a sender, one after another.
 */
EM_JS(void, pf_glue_pc_create, (struct pf_driver *driver, unsigned id, int offers, int relay_only,
                                const char *ice_servers, size_t ice_servers_size), {
  const glue = Module["glue"][driver];
  const adjusted = [];
  let pc;
  const entry = {
    pc: null, channel: null, channels: [], transceivers: [], encodings: [], sample: null,
    remote: new MediaStream(), remoteScreen: new MediaStream()
  };
  glue.pcs.set(id, entry);
  try {
    /* Where an extension has emptied it, `new` would throw a TypeError, as for a configuration. */
    if (typeof RTCPeerConnection != "function") throw new ReferenceError();
    pc = new RTCPeerConnection({
      iceServers: JSON.parse(glue.get(ice_servers, ice_servers_size) || "[]"),
      iceTransportPolicy: relay_only ? "relay" : "all",
      bundlePolicy: "max-bundle"
    });
  } catch (error) {
    glue.later(() => glue.failed(id, "create", 0)(error));
    return;
  }
  entry.pc = pc;
  pc.onicecandidate = (event) => {
    const candidate = event.candidate;
    if (!candidate) return;
    glue.tell(_pf_driver_pc_candidate,
      [candidate.candidate, candidate.sdpMid, candidate.usernameFragment], id,
      typeof candidate.sdpMLineIndex == "number" ? candidate.sdpMLineIndex : -1);
  };
  pc.onicecandidateerror = (event) => {
    if (event.errorCode == 401) glue.tell(_pf_driver_pc_turn, [], id, 1);
  };
  pc.onconnectionstatechange = () => glue.tell(_pf_driver_pc_state, [pc.connectionState], id);
  /* Of each kind, the first section is that of the first source. */
  entry.adopt = () => {
    for (const transceiver of pc.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      const source = glue.kinds.findIndex((one, at) => one == kind && !entry.transceivers[at]);
      if (source < 0 || entry.transceivers.includes(transceiver)) continue;
      entry.transceivers[source] = transceiver;
    }
  };
  entry.adjust = (source, change) => {
    const next = () => {
      const sender = entry.transceivers[source].sender;
      const parameters = sender.getParameters();
      change(parameters);
      return sender.setParameters(parameters);
    };
    return adjusted[source] = Promise.resolve(adjusted[source]).then(next, next);
  };
  pc.ontrack = (event) => {
    entry.adopt();
    const source = entry.transceivers.indexOf(event.transceiver);
    if (source >= 0) (source < 2 ? entry.remote : entry.remoteScreen).addTrack(event.track);
  };
  if (offers) {
    entry.transceivers = glue.kinds.map((kind, source) => pc.addTransceiver(kind, {
      direction: "sendrecv", streams: [glue.streams[source < 2 ? 0 : 1]]
    }));
  }
});

/* That of the room, and those of the page. */
EM_JS(void, pf_glue_pc_open_channels, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  if (!entry.pc) return;
  entry.channels = [{}, {}, { ordered: false, maxRetransmits: 0 }, { priority: "low" }]
    .map((options, number) => entry.pc.createDataChannel("peerface",
      Object.assign(options, { negotiated: true, id: number })));
  const channel = entry.channel = entry.channels[0];
  for (const each of entry.channels) each.binaryType = "arraybuffer";
  channel.onopen = () => glue.tell(_pf_driver_pc_channel, [], id, channel.id, 1);
  channel.onclose = () => glue.tell(_pf_driver_pc_channel, [], id, channel.id, 0);
  channel.onmessage = (event) => {
    glue.tell(_pf_driver_pc_channel_message, [event.data], id, channel.id,
      typeof event.data != "string");
  };
});

/* What the browser refuses leaves the old servers in use. */
EM_JS(void, pf_glue_pc_configure, (struct pf_driver *driver, unsigned id,
                                   const char *ice_servers, size_t ice_servers_size), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  const iceServers = JSON.parse(glue.get(ice_servers, ice_servers_size) || "[]");
  if (!entry.pc) return;
  try {
    entry.pc.setConfiguration(Object.assign(entry.pc.getConfiguration(), { iceServers }));
  } catch (error) {
    return;
  }
  entry.pc.getStats().then((report) => {
    let isRelayed = false;
    report.forEach((pair) => {
      const isUsed = pair.selected || (pair.nominated && pair.state == "succeeded");
      const local = pair.type == "candidate-pair" && isUsed && report.get(pair.localCandidateId);
      if (local && local.candidateType == "relay") isRelayed = true;
    });
    if (isRelayed && glue.pcs.has(id)) glue.tell(_pf_driver_pc_turn, [], id, 0);
  }).catch(() => {});
});

EM_JS(void, pf_glue_pc_close, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  glue.pcs.delete(id);
  if (!entry || !entry.pc) return;
  const pc = entry.pc;
  pc.onicecandidate = pc.onicecandidateerror = null;
  pc.onconnectionstatechange = null;
  pc.ontrack = null;
  for (const channel of entry.channels) {
    channel.onopen = channel.onclose = channel.onmessage = null;
  }
  pc.close();
});

EM_JS(void, pf_glue_pc_create_offer, (struct pf_driver *driver, unsigned id, int ice_restart), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  if (!entry.pc) return;
  entry.pc.createOffer({ iceRestart: !!ice_restart })
    .then((description) => glue.described(id, description, 0))
    .catch(glue.failed(id, "createOffer", 0));
});

EM_JS(void, pf_glue_pc_create_answer, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  entry.pc.createAnswer()
    .then((description) => glue.described(id, description, 0))
    .catch(glue.failed(id, "createAnswer", 0));
});

EM_JS(void, pf_glue_pc_set_local, (struct pf_driver *driver, unsigned id, const char *type,
                                   const char *sdp, size_t sdp_size), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  entry.settled = entry.pc
    .setLocalDescription({ type: glue.word(type), sdp: glue.get(sdp, sdp_size) })
    .catch(glue.failed(id, "setLocalDescription", 0));
});

EM_JS(void, pf_glue_pc_set_remote, (struct pf_driver *driver, unsigned id, const char *type,
                                    const char *sdp, size_t sdp_size), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  const description = { type: glue.word(type), sdp: glue.get(sdp, sdp_size) };
  if (!entry.pc) return;
  entry.pc.setRemoteDescription(description).then(() => {
    if (!glue.pcs.has(id)) return;
    /* The sections that have no source are stopped. A transceiver that is stopping does not affect
       createAnswer() (webrtc-pc, RTCRtpTransceiver.stop()): Chromium and Firefox answer its section
       as inactive, and only our next offer gives it port 0. */
    if (description.type == "offer") entry.adopt();
    for (const transceiver of description.type == "offer" ? entry.pc.getTransceivers() : []) {
      const source = entry.transceivers.indexOf(transceiver);
      if (source < 0) {
        transceiver.stop();
      } else if (transceiver.direction != "stopped") { /* as after a peer has rejected it */
        transceiver.direction = "sendrecv";
        transceiver.sender.setStreams(glue.streams[source < 2 ? 0 : 1]);
      }
    }
    glue.tell(_pf_driver_pc_remote_set, [description.type], id);
  }).catch(glue.failed(id, "setRemoteDescription", 0));
});

EM_JS(void, pf_glue_pc_read_local, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  /* While the last description is being set, localDescription is still the one before. */
  Promise.resolve(entry.settled).then(() => {
    const description = entry.pc.localDescription;
    if (description) glue.described(id, description, 1);
  });
});

EM_JS(void, pf_glue_pc_add_candidate, (struct pf_driver *driver, unsigned id, const char *candidate,
                                       size_t candidate_size, const char *mid, size_t mid_size,
                                       int mline_index, const char *fragment,
                                       size_t fragment_size), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  entry.pc.addIceCandidate({
    candidate: glue.get(candidate, candidate_size) || "",
    sdpMid: glue.get(mid, mid_size),
    sdpMLineIndex: mline_index < 0 ? null : mline_index,
    usernameFragment: glue.get(fragment, fragment_size)
  }).catch(glue.failed(id, "addIceCandidate", 0));
});

EM_JS(void, pf_glue_pc_set_sender, (struct pf_driver *driver, unsigned id, int source,
                                    unsigned track), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  if (!entry.pc) return;
  const transceiver = entry.transceivers[source];
  if (!transceiver || transceiver.direction == "stopped") return; /* the peer has no such section */
  const sender = transceiver.sender;
  if (source == 2 && track) {
    entry.adjust(source, (parameters) => {
      parameters.degradationPreference = "maintain-resolution";
    }).catch(() => {}); /* it is a wish, as contentHint is */
  }
  sender.replaceTrack(glue.tracks.get(track) || null)
    .then(() => glue.pcs.has(id) && glue.tell(_pf_driver_pc_sender_set, [], id, source, track))
    .catch(glue.failed(id, "replaceTrack", source));
});

EM_JS(void, pf_glue_pc_channel_send, (struct pf_driver *driver, unsigned id, const char *text,
                                      size_t size), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  if (entry.channel && entry.channel.readyState == "open") entry.channel.send(glue.get(text, size));
});

/* clang-format on */
