/* usher-event-members.h: what a listener cannot do without in a payload
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"
#include "usher-event.h"

G_BEGIN_DECLS

USHER_API
const char *usher_event_read_string (UsherEvent *event, const char *path, GError **error);
USHER_API
const char *usher_event_read_id (UsherEvent *event, const char *path, GError **error);
USHER_API
gboolean
usher_event_read_integer (UsherEvent *event, const char *path, gint64 *value, GError **error);
USHER_API
gboolean usher_event_read_time (UsherEvent *event, const char *path, gint64 *value, GError **error);
USHER_API
gboolean
usher_event_read_money (UsherEvent *event, const char *path, gint64 *value, GError **error);
USHER_API
UsherDocument *usher_event_read_document (UsherEvent *event, UsherSchema *schema, GError **error);

G_END_DECLS
