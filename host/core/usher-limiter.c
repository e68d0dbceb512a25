/* usher-limiter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-limiter.h"

#include "usher-error.h"

/* keys at which those without tries are swept out */
#define SWEEP_AT 1024

/**
 * UsherLimiter:
 *
 * Counts tries by key in a sliding window.
 *
 * Reserve a try before the work and release it when it turned out not to count. In memory, any thread.
 */
struct _UsherLimiter
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  guint max;         /* (atomic) */
  gint64 window;     /* microseconds */

  GMutex mutex;
  GHashTable *tries; /* (owned) (mutex mutex): key → GQueue of times, oldest first */
  guint sweep_at;    /* (mutex mutex) */
};

G_DEFINE_FINAL_TYPE (UsherLimiter, usher_limiter, G_TYPE_OBJECT)

static void
free_times (gpointer data)
{
  g_queue_free_full (data, g_free);
}

static void
usher_limiter_finalize (GObject *object)
{
  UsherLimiter *self = USHER_LIMITER (object);

  g_clear_pointer (&self->tries, g_hash_table_unref);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_limiter_parent_class)->finalize (object);
}

static void
usher_limiter_class_init (UsherLimiterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_limiter_finalize;
}

static void
usher_limiter_init (UsherLimiter *self)
{
  g_mutex_init (&self->mutex);
  self->tries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_times);
  self->sweep_at = SWEEP_AT;
}

/**
 * usher_limiter_new:
 * @clock: a clock
 * @max: how many tries a key has
 * @window: in how many microseconds
 *
 * Makes a limiter.
 *
 * Returns: (transfer full): the limiter
 */
UsherLimiter *
usher_limiter_new (UsherClock *clock, guint max, gint64 window)
{
  UsherLimiter *self = NULL;

  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  self = g_object_new (USHER_TYPE_LIMITER, NULL);
  self->clock = g_object_ref (clock);
  self->max = max;
  self->window = window;

  return self;
}

/**
 * usher_limiter_get_max:
 * @self: a limiter
 *
 * Gets how many tries a key has.
 *
 * Returns: how many
 */
guint
usher_limiter_get_max (UsherLimiter *self)
{
  g_return_val_if_fail (USHER_IS_LIMITER (self), 0);

  return (guint) g_atomic_int_get (&self->max);
}

/**
 * usher_limiter_set_max:
 * @self: a limiter
 * @max: how many tries a key has
 *
 * Changes how many tries a key has, those that it took already included. Any thread.
 */
void
usher_limiter_set_max (UsherLimiter *self, guint max)
{
  g_return_if_fail (USHER_IS_LIMITER (self));

  g_atomic_int_set (&self->max, max);
}

static void
drop_old (UsherLimiter *self, GQueue *times, gint64 now)
{
  gint64 *oldest = NULL;

  while ((oldest = g_queue_peek_head (times)) != NULL && *oldest <= now - self->window)
    g_free (g_queue_pop_head (times));
}

/* Forgets the keys whose tries are all old; the mutex is held. */
static void
sweep (UsherLimiter *self, gint64 now)
{
  GHashTableIter iter;
  gpointer times = NULL;

  if (g_hash_table_size (self->tries) < self->sweep_at)
    return;

  g_hash_table_iter_init (&iter, self->tries);
  while (g_hash_table_iter_next (&iter, NULL, &times))
    {
      drop_old (self, times, now);
      if (g_queue_is_empty (times))
        g_hash_table_iter_remove (&iter);
    }
  self->sweep_at = MAX (SWEEP_AT, 2 * g_hash_table_size (self->tries));
}

/**
 * usher_limiter_reserve:
 * @self: a limiter
 * @key: who tries
 * @retry_after: (out) (optional): microseconds until there is a try again
 * @error: return location for a [error@Error]
 *
 * Takes one try of a key.
 *
 * Returns: whether there was one; else `USHER_ERROR_LIMITED`
 */
gboolean
usher_limiter_reserve (UsherLimiter *self, const char *key, gint64 *retry_after, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  gint64 now = 0;
  GQueue *times = NULL;

  g_return_val_if_fail (USHER_IS_LIMITER (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  now = usher_clock_get_time (self->clock);
  locker = g_mutex_locker_new (&self->mutex);
  sweep (self, now);
  times = g_hash_table_lookup (self->tries, key);
  if (times == NULL)
    {
      times = g_queue_new ();
      g_hash_table_insert (self->tries, g_strdup (key), times);
    }
  drop_old (self, times, now);

  if (g_queue_get_length (times) >= usher_limiter_get_max (self))
    {
      const gint64 *oldest = g_queue_peek_head (times);
      gint64 wait = oldest != NULL ? *oldest + self->window - now : self->window;

      if (retry_after != NULL)
        *retry_after = MAX (1, wait);
      g_set_error_literal (error,
                           USHER_ERROR,
                           USHER_ERROR_LIMITED,
                           "Too many attempts, try again later");
      return FALSE;
    }

  g_queue_push_tail (times, g_memdup2 (&now, sizeof now));

  return TRUE;
}

/**
 * usher_limiter_release:
 * @self: a limiter
 * @key: who tried
 *
 * Gives the latest try of a key back.
 */
void
usher_limiter_release (UsherLimiter *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GQueue *times = NULL;

  g_return_if_fail (USHER_IS_LIMITER (self));
  g_return_if_fail (key != NULL);

  locker = g_mutex_locker_new (&self->mutex);
  times = g_hash_table_lookup (self->tries, key);
  if (times == NULL)
    return;

  g_free (g_queue_pop_tail (times));
  if (g_queue_is_empty (times))
    g_hash_table_remove (self->tries, key);
}
