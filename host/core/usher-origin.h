/* usher-origin.h: what an event or a timer goes back to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * USHER_CAUSATION_TIMER:
 *
 * What a causation begins with that is no event but a timer: `timer:SERVICE/NAME/KEY`, and behind a space the id of the event whose
 * handler had set it, if it was an event.
 */
#define USHER_CAUSATION_TIMER "timer:"

/**
 * UsherOrigin:
 * @correlation: (nullable): the request or event that it goes back to at first
 * @causation: (nullable): the event that led to it straight, or a timer: [const@CAUSATION_TIMER]
 * @traceparent: (nullable): the W3C trace context
 *
 * What an event or a timer goes back to. It owns its strings.
 */
typedef struct
{
  char *correlation;
  char *causation;
  char *traceparent;
} UsherOrigin;

#define USHER_TYPE_ORIGIN (usher_origin_get_type ())

USHER_API
GType usher_origin_get_type (void);
USHER_API
UsherOrigin *
usher_origin_new (const char *correlation, const char *causation, const char *traceparent);
USHER_API
UsherOrigin *usher_origin_copy (const UsherOrigin *self);
USHER_API
void usher_origin_free (UsherOrigin *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherOrigin, usher_origin_free)

G_END_DECLS
