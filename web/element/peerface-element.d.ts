/* peerface-element.d.ts - <peerface-room>, a call in an element. */
/* SPDX-License-Identifier: MIT */
import type { RefusalReason, Room, RoomEventMap, RoomOptions } from './peerface.js';

/** What the element dispatches; none of them bubbles, all are composed. */
export interface PeerfaceRoomEventMap extends HTMLElementEventMap {
  roomchange: RoomEventMap['roomchange'];
  localchange: RoomEventMap['localchange'];
  deviceschange: RoomEventMap['deviceschange'];
  peerjoin: RoomEventMap['peerjoin'];
  peerchange: RoomEventMap['peerchange'];
  peerleave: RoomEventMap['peerleave'];
  reaction: RoomEventMap['reaction'];
  message: RoomEventMap['message'];
  messagechange: RoomEventMap['messagechange'];
  knockschange: RoomEventMap['knockschange'];
  muted: RoomEventMap['muted'];
  file: RoomEventMap['file'];
  /** One waits at the locked door of the room. */
  roomknock: CustomEvent<null>;
  /** One was not let in, or was put out; `roomleave` follows. The lobby says why. */
  roomrefused: CustomEvent<{ reason: RefusalReason }>;
  /** The call is over: `call` is undefined again. */
  roomleave: CustomEvent<null>;
  /** The room could not be made; what createRoom() rejects with. */
  roomerror: CustomEvent<{ error: Error }>;
}

/**
 * A call: a lobby with one's name and a button, then everybody's pictures and the controls.
 *
 * Slots: `lobby` above the name, `empty` while nobody else is there, `knocking` while one waits at
 * a locked door, `error` in place of what went wrong, `controls-extra` beside the buttons. Parts:
 * lobby, name, button, stage, tile, badge, controls, empty, knocking, error. Custom states: lobby,
 * joining, knocking, joined, reconnecting, failed, and refused, together with the reason.
 * Custom properties: those of page/theme.css, such as --accent, --ground, --ink, --radius, --font.
 */
export declare class PeerfaceRoomElement extends HTMLElement {
  /** Of the call, 1 to 64 bytes; the attribute of that name, like the others. */
  room: string | null;
  /** What the others see. Without it, the lobby asks. */
  name: string | null;
  /** The URL of the relay; without it, `ws` beside the module. */
  relay: string | null;
  /** 'off': muted at first; 'none': not used, and not asked for. */
  microphone: string | null;
  camera: string | null;
  /** Those that are shown, of `microphone camera screen leave`; without it, all. */
  controls: string | null;
  /** More options for createRoom(), such as `stream`. */
  options?: RoomOptions;
  /** The room of the call that goes on, for everything else. */
  readonly call: Room | undefined;
  /** Enters the room, as the button does. */
  join(): Promise<void>;
  leave(): void;

  addEventListener<K extends keyof PeerfaceRoomEventMap>(type: K,
    listener: (this: PeerfaceRoomElement, event: PeerfaceRoomEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof PeerfaceRoomEventMap>(type: K,
    listener: (this: PeerfaceRoomElement, event: PeerfaceRoomEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions): void;
}

/** Defines the element, unless it is; importing the module has done so already. */
export declare function define(): void;

declare global {
  interface HTMLElementTagNameMap {
    'peerface-room': PeerfaceRoomElement;
  }
}
