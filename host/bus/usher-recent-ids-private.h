/* usher-recent-ids-private.h: the ids of late events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"

G_BEGIN_DECLS

typedef struct _UsherRecentIds UsherRecentIds;

/* Knows the last @max ids that were added; memory is taken as they come. One thread. */
UsherRecentIds *usher_recent_ids_new (guint max);
void usher_recent_ids_free (UsherRecentIds *self);
gboolean usher_recent_ids_contains (UsherRecentIds *self, const guint8 *id);
void usher_recent_ids_add (UsherRecentIds *self, const guint8 *id);
/* each event of a frame */
void usher_recent_ids_add_all (UsherRecentIds *self, GBytes *events);
void usher_recent_ids_remove_all (UsherRecentIds *self, GBytes *events);

G_END_DECLS
