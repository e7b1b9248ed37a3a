/* glue_media.c - capture and devices: MediaDevices and MediaStreamTrack. */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

const char pf_glue_media_linked = 0;

/* clang-format off */

EM_JS(void, pf_glue_capture_open, (struct pf_driver *driver, unsigned microphone,
                                   const char *microphone_id, size_t microphone_id_size,
                                   unsigned camera, const char *camera_id, size_t camera_id_size), {
  const glue = Module["glue"][driver];
  const wanted = (track, id, base) => {
    if (!track) return false;
    return id ? Object.assign({}, base, { deviceId: { exact: id } }) : base || true;
  };
  const constraints = {
    audio: wanted(microphone, glue.get(microphone_id, microphone_id_size), Module["audio"]),
    video: wanted(camera, glue.get(camera_id, camera_id_size), Module["video"])
  };
  const opened = (id, track) => {
    if (!id) return;
    if (!glue.driver) {
      track.stop();
      return;
    }
    glue.tracks.set(id, track);
    track.onended = () => {
      glue.tracks.delete(id);
      glue.tell(_pf_driver_track_ended, [], id);
    };
    const muted = () => glue.tell(_pf_driver_track_muted, [], id, track.muted);
    track.onmute = muted;
    track.onunmute = muted;
    glue.tell(_pf_driver_capture_opened, [track.getSettings().deviceId || ""], id);
    if (track.muted) muted();
  };
  const permission = (name) => Promise.resolve()
    .then(() => navigator.permissions.query({ name: name }))
    .then((status) => status.state)
    .catch(() => ""); /* not every browser knows these names */
  const failed = (name) => Promise.all([name, permission("microphone"), permission("camera")])
    .then((texts) => glue.tell(_pf_driver_capture_failed, texts, microphone, camera));
  if (!navigator.mediaDevices) {
    glue.later(() => failed(isSecureContext ? "unsupported" : "InsecureContext"));
    return;
  }
  navigator.mediaDevices.getUserMedia(constraints).then((stream) => {
    opened(microphone, stream.getAudioTracks()[0]);
    opened(camera, stream.getVideoTracks()[0]);
  }, (error) => failed(glue.nameOf(error)));
});

EM_JS(void, pf_glue_capture_stop, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const track = glue.tracks.get(id);
  glue.tracks.delete(id);
  if (track) {
    track.onended = null;
    track.onmute = null;
    track.onunmute = null;
    track.stop();
  }
});

EM_JS(void, pf_glue_track_enable, (struct pf_driver *driver, unsigned id, int on), {
  const track = Module["glue"][driver].tracks.get(id);
  if (track) track.enabled = !!on;
});

EM_JS(void, pf_glue_devices_enumerate, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  const report = (devices) => {
    for (const device of devices) {
      if (device.kind == "audiooutput") continue;
      glue.tell(_pf_driver_device, [device.kind, device.deviceId, device.label]);
    }
    glue.tell(_pf_driver_devices_end, []);
  };
  Promise.resolve()
    .then(() => navigator.mediaDevices.enumerateDevices())
    .catch(() => []) /* also where there are no mediaDevices */
    .then(report);
});

/* clang-format on */
