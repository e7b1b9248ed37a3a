/* meter.js - how loud one's own microphone is. */
/* SPDX-License-Identifier: MIT */

/*
 * Some browsers tell that of what is sent (RTCRtpSender.getStats()), but not in the lobby; so it is
 * measured. What is measured goes nowhere: the analyser is connected to nothing behind it.
 *
 * A muted track is silent (MediaStreamTrack.enabled). To notice somebody who speaks while muted, a
 * clone of it is measured, which no connection ever gets, and which is stopped with the mute or
 * with the original. The microphone is open in both cases: see pf_capture_is_needed().
 */

/** As many samples as there are within 85 ms, so that little between two looks is missed. */
const sampleCount = 4096;

export class Meter {
  /** @type {AudioContext|undefined} made when first needed, and after a gesture */
  #context;
  /** @type {AnalyserNode|undefined} */
  #analyser;
  /** @type {MediaStreamAudioSourceNode|undefined} */
  #source;
  /** @type {MediaStreamTrack|undefined} the microphone's */
  #track;
  /** @type {MediaStreamTrack|undefined} */
  #clone;
  #through = false;
  #samples = new Float32Array(sampleCount);

  /**
   * What is measured from now on. The same again changes nothing.
   * @param {MediaStreamTrack|undefined} track undefined: nothing
   * @param {boolean} through also where the track is muted
   */
  measure(track, through) {
    const apart = track !== undefined && through && !track.enabled;
    if (track === this.#track && apart === this.#through) return;
    this.#close();
    this.#track = track;
    this.#through = apart;
    this.#open();
  }

  /** To be called within a user gesture: before the first one, browsers start no AudioContext. */
  wake() {
    if (this.#track && !this.#source) this.#open();
    const context = this.#source && this.#context;
    if (context?.state === 'suspended') context.resume().catch(() => {});
  }

  /** From 0 to 1; 0 where nothing is measured. */
  get level() {
    if (!this.#analyser || !this.#source) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.sqrt(sum / sampleCount);
  }

  #open() {
    if (!this.#track || this.#track.readyState !== 'live' || !mayStart()) return;
    if (this.#through) {
      this.#clone = this.#track.clone();
      this.#clone.enabled = true;
    }
    this.#context ??= makeContext();
    this.#context.resume().catch(() => {}); // until the next gesture
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: sampleCount });
    this.#source = new MediaStreamAudioSourceNode(this.#context, {
      mediaStream: new MediaStream([this.#clone ?? this.#track]),
    });
    this.#source.connect(this.#analyser);
  }

  #close() {
    this.#source?.disconnect();
    this.#source = undefined;
    this.#clone?.stop();
    this.#clone = undefined;
    this.#context?.suspend().catch(() => {}); // it costs, also with nothing to measure
  }
}

/** The person has done something with the page, or the browser cannot tell. */
function mayStart() {
  return 'AudioContext' in window && navigator.userActivation?.hasBeenActive !== false;
}

/** Nothing is played, so it need not hold the speaker, where the browser can leave that out. */
function makeContext() {
  return new AudioContext(/** @type {any} */ ({
    latencyHint: 'playback', sinkId: { type: 'none' },
  }));
}
