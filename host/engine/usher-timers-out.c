/* usher-timers-out.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timers-out-private.h"

/* how long all rest when the store takes nothing */
#define FIRST_REST (250 * G_TIME_SPAN_MILLISECOND)
#define LAST_REST  (10 * G_TIME_SPAN_SECOND)

struct _UsherTimersOut
{
  GMutex mutex;
  guint n_refusals;  /* (mutex mutex): in a row */
  gboolean is_told;  /* (mutex mutex): that they rest */
  gint64 rest_until; /* (mutex mutex): monotonic */
  GHashTable *keys;  /* (owned) (mutex mutex): "name\nkey" → whether it is done */
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

gboolean
usher_timers_out_has (UsherTimersOut *self, UsherTimer *timer)
{
  g_autofree char *key = make_key (timer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gpointer is_done = NULL;

  return g_hash_table_lookup_extended (self->keys, key, NULL, &is_done) &&
         !GPOINTER_TO_INT (is_done);
}

void
usher_timers_out_end (UsherTimersOut *self, UsherTimer *timer)
{
  char *key = make_key (timer);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_insert (self->keys, key, GINT_TO_POINTER (TRUE));
}

gboolean
usher_timers_out_refuse (UsherTimersOut *self, UsherTimer *timer, gboolean is_known)
{
  gint64 now = g_get_monotonic_time ();
  gboolean is_news = FALSE;

  usher_timers_out_end (self, timer);
  g_mutex_lock (&self->mutex);
  is_news = !is_known && !self->is_told;
  self->is_told |= is_news;
  /* those that were out together are refused together */
  if (now >= self->rest_until)
    {
      self->rest_until = now + MIN (FIRST_REST << MIN (self->n_refusals, 16), LAST_REST);
      self->n_refusals++;
    }
  g_mutex_unlock (&self->mutex);

  return is_news;
}

gboolean
usher_timers_out_recover (UsherTimersOut *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean was_told = self->is_told;

  self->is_told = FALSE;
  self->n_refusals = 0;
  self->rest_until = 0;

  return was_told;
}

gint64
usher_timers_out_get_rest (UsherTimersOut *self, guint *limit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  /* one shows whether the store takes it */
  if (self->n_refusals > 0)
    *limit = 1;

  return MAX (0, self->rest_until - g_get_monotonic_time ());
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
