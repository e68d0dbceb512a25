/* usher-ends.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ends.h"

struct _UsherEnds
{
  GArray *times; /* (owned) (element-type gint64): of those that count, monotonic */
  char *last;    /* (owned) (nullable) */
  gint64 last_time;
};

UsherEnds *
usher_ends_new (void)
{
  UsherEnds *self = g_new0 (UsherEnds, 1);

  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));

  return self;
}

void
usher_ends_free (UsherEnds *self)
{
  g_array_unref (self->times);
  g_free (self->last);
  g_free (self);
}

void
usher_ends_note (UsherEnds *self, const char *how)
{
  g_free (self->last);
  self->last = g_strdup (how);
  self->last_time = g_get_real_time ();
}

guint
usher_ends_count (UsherEnds *self, guint window)
{
  gint64 now = g_get_monotonic_time ();
  gint64 first = now - (gint64) window * G_TIME_SPAN_SECOND;

  while (self->times->len > 0 && g_array_index (self->times, gint64, 0) < first)
    g_array_remove_index (self->times, 0);
  g_array_append_val (self->times, now);

  return self->times->len;
}

void
usher_ends_forget (UsherEnds *self)
{
  g_array_set_size (self->times, 0);
}

const char *
usher_ends_get_last (UsherEnds *self)
{
  return self->last;
}

gint64
usher_ends_get_last_time (UsherEnds *self)
{
  return self->last_time;
}
