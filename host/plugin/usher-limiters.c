/* usher-limiters.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-limiters-private.h"

struct _UsherLimiters
{
  UsherClock *clock; /* (owned) */

  GMutex mutex;
  GHashTable *limiters; /* (owned) (mutex mutex) (element-type utf8 UsherLimiter) */
};

UsherLimiters *
usher_limiters_new (UsherClock *clock)
{
  UsherLimiters *self = g_new0 (UsherLimiters, 1);

  g_mutex_init (&self->mutex);
  self->clock = g_object_ref (clock);
  self->limiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);

  return self;
}

void
usher_limiters_free (UsherLimiters *self)
{
  g_hash_table_unref (self->limiters);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->clock);
  g_free (self);
}

UsherLimiter *
usher_limiters_ensure (UsherLimiters *self, const char *name, guint max, gint64 window)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  UsherLimiter *limiter = g_hash_table_lookup (self->limiters, name);

  if (limiter == NULL)
    {
      limiter = usher_limiter_new (self->clock, max, window);
      g_hash_table_insert (self->limiters, g_strdup (name), limiter);
    }
  usher_limiter_set_max (limiter, max);

  return limiter;
}
