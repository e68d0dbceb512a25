/* usher-listener-private.h: a channel, a queue group and the handler of its events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-handlers.h"
#include "usher-macros.h"

G_BEGIN_DECLS

/* what became of the events of a listener */
typedef enum
{
  USHER_COUNT_HANDLED,
  USHER_COUNT_DEFERRED,
  USHER_COUNT_FAILED,
  USHER_COUNT_KNOWN, /* the inbox had it already */
  USHER_N_EVENT_COUNTS,
} UsherEventCount;

/* Only its counts change; any thread. */
typedef struct _UsherListener UsherListener;

UsherListener *usher_listener_new (const char *channel,
                                   const char *group,
                                   UsherEventHandler handler,
                                   gpointer user_data,
                                   GDestroyNotify destroy);
void usher_listener_free (UsherListener *self);
USHER_API
const char *usher_listener_get_channel (const UsherListener *self);
/* the queue group, the durable name and the inbox's subscriber */
USHER_API
const char *usher_listener_get_group (const UsherListener *self);
gboolean
usher_listener_run (const UsherListener *self, UsherEvent *event, UsherUnit *unit, GError **error);
void usher_listener_count (const UsherListener *self, UsherEventCount count);
USHER_API
guint64 usher_listener_get_count (const UsherListener *self, UsherEventCount count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherListener, usher_listener_free)

G_END_DECLS
