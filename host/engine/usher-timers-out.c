/* usher-timers-out.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timers-out-private.h"

struct _UsherTimersOut
{
  GMutex mutex;
  GHashTable *keys; /* (owned) (mutex mutex): "name\nkey" → whether it is done */
};

UsherTimersOut *
usher_timers_out_new (void)
{
  UsherTimersOut *self = g_new0 (UsherTimersOut, 1);

  g_mutex_init (&self->mutex);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
usher_timers_out_free (UsherTimersOut *self)
{
  g_hash_table_unref (self->keys);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static char *
make_key (UsherTimer *timer)
{
  return g_strconcat (usher_timer_get_name (timer), "\n", usher_timer_get_key (timer), NULL);
}

gboolean
usher_timers_out_begin (UsherTimersOut *self, UsherTimer *timer)
{
  g_autofree char *key = make_key (timer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_hash_table_contains (self->keys, key))
    return FALSE;

  g_hash_table_insert (self->keys, g_steal_pointer (&key), GINT_TO_POINTER (FALSE));

  return TRUE;
}

void
usher_timers_out_end (UsherTimersOut *self, UsherTimer *timer)
{
  char *key = make_key (timer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_insert (self->keys, key, GINT_TO_POINTER (TRUE));
}

static gboolean
is_done (gpointer key, gpointer done, gpointer user_data)
{
  return GPOINTER_TO_INT (done);
}

void
usher_timers_out_forget_done (UsherTimersOut *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_foreach_remove (self->keys, is_done, NULL);
}
