/* usher-event-members.h: what a listener cannot do without in a payload
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"

G_BEGIN_DECLS

/* Paths as in usher_json_get_string(). The error is INVALID and names the channel and the path: returned by a
 * listener it parks the event with a reason that a person can act on. Strings live as long as @event. */
USHER_API
const char *usher_event_read_string (UsherEvent *event, const char *path, GError **error);
/* the id of a document */
USHER_API
const char *usher_event_read_id (UsherEvent *event, const char *path, GError **error);
USHER_API
gboolean
usher_event_read_integer (UsherEvent *event, const char *path, gint64 *value, GError **error);
/* microseconds */
USHER_API
gboolean usher_event_read_time (UsherEvent *event, const char *path, gint64 *value, GError **error);

G_END_DECLS
