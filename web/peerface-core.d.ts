/* peerface-core.d.ts - what the build makes of src/browser: the C core and its glue. */
/* SPDX-License-Identifier: MIT */

/** For peerface.js only; its functions are published in src/browser/glue.c. */
export interface CoreOptions {
  page: object;
  audio?: MediaTrackConstraints;
  video?: MediaTrackConstraints;
}

export default function createCore(options: CoreOptions & {
  instantiate(imports: WebAssembly.Imports): Promise<{ instance: WebAssembly.Instance }>;
}): Promise<{ core: any }>;
