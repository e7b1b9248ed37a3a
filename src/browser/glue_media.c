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
    glue.hold(id, track);
    glue.tell(_pf_driver_capture_opened, [track.getSettings().deviceId || ""], id);
  };
  const permission = (name) => Promise.resolve()
    .then(() => navigator.permissions.query({ name: name }))
    .then((status) => status.state)
    .catch(() => ""); /* not every browser knows these names */
  const failed = (name) => Promise.all([name, permission("microphone"), permission("camera")])
    .then((texts) => glue.tell(_pf_driver_capture_failed, texts, microphone, camera));
  if (!glue.devices) {
    glue.later(() => failed(isSecureContext ? "unsupported" : "InsecureContext"));
    return;
  }
  glue.devices.getUserMedia(constraints).then((stream) => {
    opened(microphone, stream.getAudioTracks()[0]);
    opened(camera, stream.getVideoTracks()[0]);
  }, (error) => failed(glue.nameOf(error)));
});

EM_JS(void, pf_glue_capture_take, (struct pf_driver *driver, int source, unsigned id), {
  const glue = Module["glue"][driver];
  glue.hold(id, glue.own[source].clone());
});

/*
 * What is shared is to be read: up to 1080p, with the pointer, and rather slow than blurred. A page
 * that shows its own picture is a hall of mirrors, and one that sends the others' sound back to
 * them an echo. Browsers ignore those of the wishes that they do not know.
 */
EM_JS(void, pf_glue_screen_open, (struct pf_driver *driver, unsigned picture, unsigned sound), {
  const glue = Module["glue"][driver];
  const failed = (name) => glue.tell(_pf_driver_screen_failed, [name], picture);
  const devices = glue.devices;
  if (!devices || !devices.getDisplayMedia) {
    glue.later(() => failed("unsupported"));
    return;
  }
  devices.getDisplayMedia({
    video: {
      width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 },
      cursor: "always"
    },
    audio: {
      echoCancellation: false, noiseSuppression: false, autoGainControl: false,
      restrictOwnAudio: true
    },
    selfBrowserSurface: "exclude",
    surfaceSwitching: "include",
    systemAudio: "include"
  }).then((stream) => {
    const video = stream.getVideoTracks()[0];
    const audio = stream.getAudioTracks()[0];
    video.contentHint = "detail";
    glue.hold(picture, video);
    if (audio) glue.hold(sound, audio);
    glue.tell(_pf_driver_screen_opened, [], picture, audio ? sound : 0);
  }, (error) => failed(glue.nameOf(error)));
});

EM_JS(void, pf_glue_capture_stop, (struct pf_driver *driver, unsigned id), {
  const glue = Module["glue"][driver];
  const track = glue.tracks.get(id);
  glue.tracks.delete(id);
  if (!track) return;
  /* Somebody may hold it for longer than there is a room. */
  track.onended = track.onmute = track.onunmute = null;
  track.stop();
});

EM_JS(void, pf_glue_track_enable, (struct pf_driver *driver, unsigned id, int on), {
  const track = Module["glue"][driver].tracks.get(id);
  if (track) track.enabled = !!on;
});

EM_JS(void, pf_glue_devices_enumerate, (struct pf_driver *driver), {
  const glue = Module["glue"][driver];
  const report = (everything) => {
    for (const device of everything) {
      if (device.kind == "audiooutput") continue;
      glue.tell(_pf_driver_device, [device.kind, device.deviceId, device.label]);
    }
    glue.tell(_pf_driver_devices_end, []);
  };
  Promise.resolve()
    .then(() => glue.devices.enumerateDevices())
    .catch(() => []) /* also where there are no mediaDevices */
    .then(report);
});

/* clang-format on */
