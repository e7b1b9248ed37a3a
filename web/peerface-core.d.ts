/* peerface-core.d.ts - what the build makes of src/browser: the C core and its glue. */
/* SPDX-License-Identifier: MIT */

/** For peerface.js only; its functions are published in src/browser/glue.c. */
export default function createCore(options: {
  wasm: BufferSource;
  page: object;
  audio?: MediaTrackConstraints;
  video?: MediaTrackConstraints;
}): Promise<{ core: any }>;
