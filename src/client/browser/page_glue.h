/*
 * page_glue.h - what a client in a browser asks of its page, beside what its driver asks for.
 *
 * Like browser/glue.h: one JavaScript function each, which calls nothing in C before it returns.
 * Where an int is given that is no number of its own, it is enum pf_result.
 */
/* SPDX-License-Identifier: MIT */
#ifndef PF_CLIENT_BROWSER_PAGE_GLUE_H
#define PF_CLIENT_BROWSER_PAGE_GLUE_H

#include <stddef.h>

struct pf_driver;
struct pf_host;

/* One for each file of glue; see browser/driver.c. */
extern const char pf_page_glue_linked, pf_people_glue_linked, pf_picture_glue_linked;

/* URL, as WebSocket() resolves it; `given` NULL: "/ws" */
int pf_page_glue_url(const char *given, char *out, size_t capacity);
unsigned pf_page_glue_random(void); /* Crypto.getRandomValues() */
/* Puts MediaDevices of its own in place of the driver's; listens to window and document */
void pf_page_glue_open(struct pf_driver *driver, struct pf_host *host, unsigned media);
void pf_page_glue_close(struct pf_driver *driver);
void pf_page_glue_wake(struct pf_driver *driver);
/* HTMLCanvasElement.captureStream(), at the next getUserMedia() */
int pf_page_glue_canvas(struct pf_driver *driver, const char *selector, double fps);

/* People: an HTMLVideoElement each, which plays their MediaStream; 0 is oneself */
void pf_people_glue_open(struct pf_driver *driver);
void pf_people_glue_connect(struct pf_driver *driver, unsigned peer, unsigned pc);
void pf_people_glue_forget(struct pf_driver *driver, unsigned peer);
void pf_people_glue_own(struct pf_driver *driver, unsigned track);
/* RTCDataChannel.bufferedAmount of channel 1 or 2; below 0: not open */
double pf_people_glue_waiting(struct pf_driver *driver, unsigned peer, int channel);
/* RTCDataChannel.send(), as a string or as bytes */
void pf_people_glue_send(struct pf_driver *driver, unsigned peer, int channel, int is_text,
                         const char *head, size_t head_size, const char *data, size_t size);

void pf_picture_glue_volume(struct pf_driver *driver, unsigned peer, double volume);
/* videoWidth * 65536 + videoHeight; 0: no picture */
unsigned pf_picture_glue_size(struct pf_driver *driver, unsigned peer);
int pf_picture_glue_show(struct pf_driver *driver, unsigned peer, const char *selector);
int pf_picture_glue_texture(struct pf_driver *driver, unsigned peer); /* texImage2D() */
/* CanvasRenderingContext2D.getImageData() */
int pf_picture_glue_pixels(struct pf_driver *driver, unsigned peer, void *rgba, int width,
                           int height);

#endif
