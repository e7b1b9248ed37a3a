/* driver_texts.h - what texts from JavaScript mean. Internal to browser. */
/* SPDX-License-Identifier: MIT */
#ifndef PF_BROWSER_DRIVER_TEXTS_H
#define PF_BROWSER_DRIVER_TEXTS_H

#include "browser/driver.h"
#include "core/event.h"
#include "protocol/message_names.h"

#include <stddef.h>

/* The value that the text with this index spells, or `other` if it spells none. */
size_t pf_driver_value(const struct pf_driver *driver, size_t index, const struct pf_names *names,
                       size_t other);

/* DOMException.name */
enum pf_dom_error pf_driver_dom_error(const struct pf_driver *driver, size_t index);

#endif
