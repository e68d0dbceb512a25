/* usher-hub-pending-private.h: an event of a group that is out, or waits to go out again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"
#include "usher-hub-groups-private.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 sequence;
  UsherHubSeat *seat; /* (unowned) (nullable): who has it; NULL: it waits */
  gint64 due;         /* when it goes out again, or the answer is late */
  guint attempts;     /* that failed */
  guint n_defers;
  gint64 deferred_since; /* by the hub's time, which nobody sets; 0: it was not */
  gboolean is_redelivered;
  gboolean is_replayed;  /* it was parked before */
  gboolean is_suspect;   /* its process died: it goes out in a trial only */
  gboolean is_alone;     /* it was in a set that died: it is tried by itself */
  gboolean is_condemned; /* the last attempt is such a death */
  gboolean is_on_trial;
  guint64 instance;   /* the process that died, 0: not known */
  GPtrArray *reasons; /* (owned) (nullable) (element-type utf8) */
} UsherHubPending;

UsherHubPending *usher_hub_pending_new (guint64 sequence);
void usher_hub_pending_free (UsherHubPending *self);
/* for g_ptr_array_sort(): by sequence */
int usher_hub_pending_compare (gconstpointer a, gconstpointer b);
/* an attempt, or a deferral: why */
void usher_hub_pending_add_reason (UsherHubPending *self, const char *reason);
/* it has not come to that */
void usher_hub_pending_drop_reason (UsherHubPending *self);
/* (transfer full): a JSON array */
char *usher_hub_pending_list_reasons (const UsherHubPending *self);
void usher_hub_pending_save (const UsherHubPending *self, GByteArray *state);
/* @now: what it waits for could not come while there was no hub: its patience begins anew */
UsherHubPending *usher_hub_pending_load (UsherFrameReader *reader, gint64 now);

G_END_DECLS
