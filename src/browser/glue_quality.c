/* glue_quality.c - how pictures are sent, and statistics: RTCRtpSender and getStats(). */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

const char pf_glue_quality_linked = 0;

/* clang-format off */

/* Only the first encoding, and of that only what is set here: there is never another one. */
EM_JS(void, pf_glue_pc_set_encoding, (struct pf_driver *driver, unsigned id, int source,
                                      unsigned asked, int rate_kbps, int scale,
                                      int frame_rate), {
  const glue = Module["glue"][driver];
  const entry = glue.pcs.get(id);
  const report = (ok) => glue.pcs.has(id) &&
    glue.tell(_pf_driver_pc_encoding_set, [], id, source, ok);
  entry.encodings[source] = { asked: asked, kbps: rate_kbps, scale: scale, frameRate: frame_rate };
  entry.adjust(source, (parameters) => {
    const encoding = parameters.encodings[0];
    encoding.active = !!rate_kbps;
    if (!rate_kbps) return;
    encoding.maxBitrate = rate_kbps * 1000;
    encoding.scaleResolutionDownBy = scale;
    encoding.maxFramerate = frame_rate;
  }).then(() => report(1), () => report(0));
});

/*
 * Samples every 2 s while there are connections and the page is visible. Counters of a report only
 * grow: what counts is the difference to the one before. A percentage of fewer than 20 packets, as
 * in silence, says nothing. What the browser does not tell becomes 0 in C.
 */
EM_JS(void, pf_glue_sample, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  if (glue.sampler) return;
  const reduce = (entry, report) => {
    const camera = entry.transceivers[1];
    const counts = [0, 0, 0, 0]; /* packets received, and lost; frames encoded, and their time */
    const sample = { lostOutPercent: 0 };
    report.forEach((one) => {
      const isCamera = one.kind == "video" && (!one.mid || !camera || one.mid == camera.mid);
      const type = one.type;
      if (one.availableOutgoingBitrate) sample.availableKbps = one.availableOutgoingBitrate / 1000;
      if (type == "remote-inbound-rtp") {
        sample.roundTripMs = one.roundTripTime * 1000;
        sample.lostOutPercent = Math.max(sample.lostOutPercent, one.fractionLost * 100 || 0);
      }
      if (type == "inbound-rtp") {
        counts[0] += one.packetsReceived;
        counts[1] += one.packetsLost;
        if (isCamera) sample.width = one.frameWidth;
      }
      if (type == "outbound-rtp" && isCamera) {
        counts[2] = one.framesEncoded;
        counts[3] = one.totalEncodeTime;
        sample.limitation = one.qualityLimitationReason;
      }
    });
    const past = entry.counts || counts;
    const [received, lost, frames, time] = counts.map((count, index) => count - past[index]);
    entry.counts = counts;
    sample.lostInPercent = lost > 0 && received > 20 ? lost * 100 / (received + lost) : 0;
    sample.encodeMs = time * 1000 / frames || 0;
    return entry.sample = sample;
  };
  glue.sampler = setInterval(() => {
    if (!glue.pcs.size) glue.sampler = clearInterval(glue.sampler);
    glue.pcs.forEach((entry, id) => {
      if (!entry.pc || entry.pc.connectionState != "connected" || document.hidden) return;
      entry.pc.getStats().then((report) => {
        const sample = reduce(entry, report);
        if (!glue.pcs.has(id)) return;
        glue.tell(_pf_driver_pc_stats, [sample.limitation], id, sample.roundTripMs,
          sample.lostOutPercent, sample.lostInPercent, sample.availableKbps, sample.encodeMs,
          sample.width);
      }).catch(() => {}); /* there is another one in 2 s */
    });
  }, 2000);
});

/* clang-format on */
