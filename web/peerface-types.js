/* peerface-types.js - the types of peers, options and events; no code. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./peerface.js').Room} Room */

/**
 * What a peer sends of a microphone, camera or screen. 'off': it is muted, switched off or not
 * shared. 'none': there is no device, the browser denies access to it, or the peer's page does not
 * use it; of a screen, the peer's client is of a version without. 'interrupted', of a microphone or
 * camera: it is on, but the peer's system gives neither sound nor picture for now, as during a
 * phone call.
 * @typedef {'on'|'off'|'none'|'interrupted'} SourceState
 */
/**
 * 'lobby': not in a room; captures run for a preview, and joining is being prepared. 'joining':
 * join() was called and the relay has not answered yet. 'joined': a member of the room.
 * 'reconnecting': a member, but without a connection to the relay; calls go on. 'refused': not let
 * in, see `reason`; join() tries again. 'left': over.
 * @typedef {'lobby'|'joining'|'joined'|'reconnecting'|'refused'|'left'} RoomState
 */
/**
 * 'unstable': no data has arrived for less than 3 s. 'reconnecting': the connection is being
 * repaired, or will be as soon as the relay and the peer are there. 'unreachable': that has failed
 * several times; further attempts are made, less often.
 * @typedef {'connecting'|'connected'|'unstable'|'reconnecting'|'unreachable'} PeerState
 */
/**
 * What a person shows the others for a moment.
 * @typedef {'thumbs-up'|'heart'|'laugh'|'surprise'|'applause'|'thanks'} Reaction
 */
/**
 * How well a peer's sound and picture come and go, after two samples that agree.
 * @typedef {'good'|'weak'|'bad'} Quality
 */
/**
 * Why: packets are lost or late, on the way that only this peer takes or on that of most of them;
 * this computer is 'busy'; or, with 'good', the peer sends a picture smaller than it is shown, on
 * purpose, so that everybody gets one. Of a peer without a connection, after six seconds: what is
 * in the way, with 'bad': a network that lets no UDP out; or 'no-turn', neither does, but they need
 * a TURN server between them and there is none, or none that answers.
 * @typedef {''|'their-network'|'your-network'|'busy'|'small'|'no-turn'} QualityReason
 */
/**
 * Another member of the room. The object and its stream stay the same for as long as the peer is in
 * the room, even when it reloads or its connection is repaired.
 * @typedef {object} Peer
 * @property {string} id         16 hex digits, given by the relay
 * @property {string} name       as the person typed it; may be empty
 * @property {number} hand       0: not raised. Else raised, and a lower number was raised earlier;
 *                               of two with the same number, by chance, the lower id comes first
 * @property {PeerState} state   'connected' too while an observer is there: a bot without WebRTC,
 *                               whose stream stays empty
 * @property {SourceState} microphone
 * @property {SourceState} camera
 * @property {SourceState} screen  shared beside the camera; see screenStream
 * @property {SourceState} screenAudio  what is heard of the screen; only while that is shared
 * @property {boolean} screenSupported  false: its client is of a version that shows no screens
 * @property {boolean} channelsSupported  false: its client is of a version without openChannel()
 * @property {boolean} hostSupported  false: its client cannot be a host, as programs cannot
 * @property {boolean} away      has no connection to the relay; media may still flow
 * @property {boolean} videoSupported  false: the answer rejected video, as it does without a codec
 *                               in common; no picture will come, whatever `camera` says
 * @property {Quality} quality
 * @property {QualityReason} qualityReason
 * @property {'member'|'host'} role
 * @property {MediaStream} stream  at most one audio and one video track
 * @property {MediaStream} screenStream  the same of its screen; its tracks are there also while
 *                               `screen` is not 'on', but have no picture
 * @property {number} level      how loud the peer is at this moment, from 0 (silence) to 1; 0 where
 *                               the browser does not tell. There is no event for it, and each
 *                               reading asks the browser: read it ten times a second at the most
 */
/** @typedef {{deviceId: string, label: string}} Device  the label is '' without permission */
/** @typedef {BufferSource|WebAssembly.Module} Wasm */
/**
 * Something written to everybody in the room. The object stays the same when its state changes.
 * 'sending': somebody who was in the room when it was written, and still is, has not got it.
 * 'sent': they all have; also when nobody was there, since newcomers get it. 'failed': given up;
 * nobody has got it, or it had to make place for others before everybody had it; see resend().
 * @typedef {object} Message
 * @property {string} id        unique in the room, and the same on all pages
 * @property {string|undefined} peer  the id of the sender, who may have left since; undefined: own
 * @property {string} name      of the sender, when the message came
 * @property {string} text      1 to 2,000 bytes of UTF-8, as it was written
 * @property {Date} time        when it was written, by this computer's clock
 * @property {'sending'|'sent'|'failed'|'received'} state
 */
/**
 * One's own microphone, camera, or shared screen. A screen that the browser stops sharing, or whose
 * picker the user has cancelled, is not wanted any more; the latter is no error.
 * @typedef {object} LocalSource
 * @property {boolean} wanted    not muted, not switched off
 * @property {boolean} interrupted  it is on and live, but the system gives neither sound nor
 *                               picture for now. It goes on by itself, and is opened anew when
 *                               the page is visible again, or by setMicrophone(true)
 * @property {'idle'|'opening'|'live'|'failed'} state  of the capture; 'opening' may be a prompt
 * @property {string} error      '', the name of a DOMException, 'InsecureContext' (captures need
 *                               https: or localhost) or 'unsupported' (the browser has none). With
 *                               state 'live': changing the device failed, the old one is in use
 * @property {string} deviceId   the one in use, or else the chosen one; '' is the browser's default
 */
/**
 * Why a room is 'refused': the room or the relay is full, the name of the room or of the person is
 * not allowed (1 to 64 and 0 to 64 bytes of UTF-8 without control characters), another tab of this
 * browser has taken the membership over, or the browser has no RTCPeerConnection. A relay that asks
 * for tokens got none, one that is not valid or not yet, one that has expired, or one for another
 * room. Or a host has not let the member in, or has removed it.
 * 'relay-refused' comes without that state, while `relayAway`: the relay refuses pages of this
 * origin, or there is none at its address. It is tried again, but somebody has to change that.
 * @typedef {'room-full'|'relay-full'|'bad-room'|'bad-name'|'replaced'|'no-webrtc'|'token-missing'
 *   |'token-invalid'|'token-expired'|'token-room'
 *   |'refused'|'removed'|'relay-refused'|''} RefusalReason
 */
/**
 * @typedef {object} RoomOptions
 * @property {string} [url]      of the relay; default: 'ws' in the folder this module came from,
 *                               which suits a module that the relay itself serves
 * @property {boolean|'none'} [microphone]  unmuted from the start; default true. It is opened and
 *                               asked for also when muted: unmuting then takes no time. 'none': not
 *                               used; nobody is asked for it before setMicrophone(true)
 * @property {boolean|'none'} [camera]  on from the start; default true
 * @property {MediaStream} [stream]  tracks of the page's own, in place of microphone and camera, as
 *                               by replaceTrack(); a kind that is not in it is captured
 * @property {string} [microphoneId] preferred; if it is not available, another one is used
 * @property {string} [cameraId]
 * @property {RTCIceTransportPolicy} [iceTransportPolicy]  'relay': calls go through the relay's
 *                               TURN servers only, so that the others do not learn this network
 *                               address; default 'all', unless the relay asks for 'relay'
 * @property {MediaTrackConstraints} [audio]  added to the constraints of getUserMedia()
 * @property {MediaTrackConstraints} [video]
 * @property {string} [ticket]   room.ticket from before a reload: resumes the same membership
 * @property {Message[]} [messages]  room.messages from before a reload, also out of JSON: they are
 *                               shown again beside what the others still have. One's own that were
 *                               'sending' are 'failed', since nobody sends them any more
 * @property {boolean} [record]   keeps an event log, for record(); loads peerface-core-recording.js
 *                               and .wasm instead of peerface-core.js and .wasm; default false
 * @property {string} [wasmUrl]  of that .wasm; default: beside this module
 * @property {Wasm} [wasm]       its bytes, or what WebAssembly.compile() made of them, in place of
 *                               loading them
 * @property {AbortSignal} [signal]  ends the room as leave() does, also while it is being made
 */
/** @typedef {{id: string, name: string}} Knock  somebody at the door of a locked room */
/**
 * What a host does: 'lock' and 'open' the room's door, 'admit' and 'refuse' a Knock, 'remove' a
 * Peer, who cannot come back as the same member, 'mute' everybody else, who may undo that, and
 * 'appoint' a Peer host in one's own place.
 * @typedef {'lock'|'open'|'admit'|'refuse'|'remove'|'mute'|'appoint'} HostAction
 */
/**
 * What is dispatched to a room; see Room.
 * @typedef {object} RoomEventMap
 * @property {CustomEvent<undefined>} roomchange
 * @property {CustomEvent<undefined>} localchange
 * @property {CustomEvent<undefined>} deviceschange
 * @property {CustomEvent<{peer: Peer}>} peerjoin
 * @property {CustomEvent<{peer: Peer}>} peerchange
 * @property {CustomEvent<{peer: Peer}>} peerleave
 * @property {CustomEvent<{peer: Peer|null, kind: Reaction}>} reaction
 * @property {CustomEvent<undefined>} knockschange
 * @property {CustomEvent<{peer: Peer|null}>} muted
 * @property {CustomEvent<Message>} message
 * @property {CustomEvent<Message>} messagechange
 * @property {CustomEvent<import('./peerface-files.js').Transfer>} file
 */
/**
 * @template {keyof RoomEventMap} K
 * @typedef {(this: Room, event: RoomEventMap[K]) => void} RoomEventListener
 */
/**
 * An EventTarget that knows a room's events.
 * @typedef {{
 *   addEventListener<K extends keyof RoomEventMap>(type: K, listener: RoomEventListener<K>,
 *     options?: boolean|AddEventListenerOptions): void,
 *   removeEventListener<K extends keyof RoomEventMap>(type: K, listener: RoomEventListener<K>,
 *     options?: boolean|EventListenerOptions): void,
 * } & EventTarget & Disposal} RoomEventTarget
 */
/**
 * leave() at the end of the block of a `using`. Where the types of the language know no
 * Symbol.dispose there is nothing of it here either.
 * @typedef {SymbolConstructor extends {readonly dispose: infer D extends symbol}
 *   ? {[K in D]: () => void} : {}} Disposal
 */

export {};
