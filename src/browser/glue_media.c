/* glue_media.c - capture and devices: MediaDevices and MediaStreamTrack. */
/* SPDX-License-Identifier: MIT */
#include "browser/glue.h"

#include <emscripten.h>

/* clang-format off */

EM_JS(void, pf_glue_capture_open, (unsigned microphone, const char *microphone_id,
                                   size_t microphone_id_size, unsigned camera,
                                   const char *camera_id, size_t camera_id_size), {
  const glue = Module["glue"];
  const wanted = (track, id, base) => {
    if (!track) return false;
    return id ? Object.assign({}, base, { deviceId: { exact: id } }) : base || true;
  };
  const constraints = {
    audio: wanted(microphone, glue.get(microphone_id, microphone_id_size), Module["audio"]),
    video: wanted(camera, glue.get(camera_id, camera_id_size), Module["video"])
  };
  const opened = (id, track) => {
    glue.tracks.set(id, track);
    track.onended = () => {
      glue.tracks.delete(id);
      _pf_client_track_ended(glue.client, id);
    };
    glue.put(track.getSettings().deviceId || "");
    _pf_client_capture_opened(glue.client, id);
  };
  const isGranted = (name) => Promise.resolve()
    .then(() => navigator.permissions.query({ name: name }))
    .then((status) => status.state == "granted")
    .catch(() => false); /* not every browser knows these names */
  const failed = (name) => Promise.all([isGranted("microphone"), isGranted("camera")])
    .then((granted) => {
      glue.put(name);
      _pf_client_capture_failed(glue.client, microphone, camera, granted[0], granted[1]);
    });
  if (!navigator.mediaDevices) {
    glue.later(() => failed("InsecureContext"));
    return;
  }
  navigator.mediaDevices.getUserMedia(constraints).then((stream) => {
    if (microphone) opened(microphone, stream.getAudioTracks()[0]);
    if (camera) opened(camera, stream.getVideoTracks()[0]);
  }, (error) => failed(glue.nameOf(error)));
});

EM_JS(void, pf_glue_capture_stop, (unsigned id), {
  const glue = Module["glue"];
  const track = glue.tracks.get(id);
  glue.tracks.delete(id);
  if (track) {
    track.onended = null;
    track.stop();
  }
});

EM_JS(void, pf_glue_track_enable, (unsigned id, int on), {
  const track = Module["glue"].tracks.get(id);
  if (track) track.enabled = !!on;
});

EM_JS(void, pf_glue_devices_enumerate, (void), {
  const glue = Module["glue"];
  const report = (devices) => {
    for (const device of devices) {
      if (device.kind == "audiooutput") continue;
      glue.put(device.kind, device.deviceId, device.label);
      _pf_client_device(glue.client);
    }
    _pf_client_devices_end(glue.client);
  };
  Promise.resolve()
    .then(() => navigator.mediaDevices.enumerateDevices())
    .catch(() => []) /* also where there are no mediaDevices */
    .then(report);
});

/* clang-format on */
