/* usher-event.h: what happened, as it goes over the bus
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-json.h"
#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_EVENT (usher_event_get_type ())

typedef struct _UsherEvent UsherEvent;

/**
 * USHER_EVENT_MAX_PAYLOAD:
 *
 * Bytes that the payload of an event may have, so that it fits through every transport.
 */
#define USHER_EVENT_MAX_PAYLOAD (8 * 1024 * 1024)

/**
 * USHER_CHANNEL_MAX_LENGTH:
 *
 * Bytes that the name of a channel may have.
 */
#define USHER_CHANNEL_MAX_LENGTH 255

USHER_API
GType usher_event_get_type (void);
USHER_API
gboolean usher_event_is_channel (const char *name);
USHER_API
UsherEvent *usher_event_new (const char *id,
                             const char *channel,
                             gint64 time,
                             const char *payload,
                             gssize length);
USHER_API
UsherEvent *usher_event_new_full (const char *id,
                                  const char *channel,
                                  guint64 sequence,
                                  gint64 time,
                                  const char *correlation,
                                  const char *causation,
                                  const char *traceparent,
                                  const char *payload,
                                  gssize length);
USHER_API
UsherEvent *usher_event_ref (UsherEvent *self);
USHER_API
void usher_event_unref (UsherEvent *self);

USHER_API
const char *usher_event_get_id (UsherEvent *self);
USHER_API
const char *usher_event_get_channel (UsherEvent *self);
USHER_API
guint64 usher_event_get_sequence (UsherEvent *self);
USHER_API
gint64 usher_event_get_time (UsherEvent *self);
USHER_API
const char *usher_event_get_correlation (UsherEvent *self);
USHER_API
const char *usher_event_get_causation (UsherEvent *self);
USHER_API
const char *usher_event_get_traceparent (UsherEvent *self);
USHER_API
const char *usher_event_get_payload (UsherEvent *self, gsize *length);
USHER_API
UsherJson *usher_event_get_json (UsherEvent *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEvent, usher_event_unref)

G_END_DECLS
