/* peerface-types.js - the types of options and events; no code. */
/* SPDX-License-Identifier: MIT */

/** @typedef {import('./peerface.js').Peer} Peer */
/** @typedef {import('./peerface.js').Reaction} Reaction */
/** @typedef {import('./peerface.js').Wasm} Wasm */
/** @typedef {import('./peerface.js').Room} Room */

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
