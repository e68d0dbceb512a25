/* usher-limiter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-limiter.h"

#include "usher-error.h"

/* keys of which tries are kept; beyond them the key is forgotten whose latest try is the oldest */
#define MAX_KEYS 65536

/* a key and its tries in the window, one at least */
typedef struct
{
  char *key;    /* (owned) */
  GQueue times; /* (element-type gint64) (owned): oldest first */
  GList link;   /* in the limiter's recency */
} Tries;

/**
 * UsherLimiter:
 *
 * Counts tries by key in a sliding window.
 *
 * Reserve a try before the work and release it when it turned out not to count. In memory, of a bounded number of
 * keys; time is counted as it passes, whatever the wall clock is set to. Any thread.
 */
struct _UsherLimiter
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  guint max;         /* (atomic) */
  gint64 window;     /* microseconds */

  GMutex mutex;
  GHashTable *tries; /* (owned) (mutex mutex) (element-type utf8 Tries) */
  GQueue recency;    /* (mutex mutex) (element-type Tries): the latest to have tried last */
};

G_DEFINE_FINAL_TYPE (UsherLimiter, usher_limiter, G_TYPE_OBJECT)

static void
tries_free (gpointer data)
{
  Tries *tries = data;

  g_queue_clear_full (&tries->times, g_free);
  g_free (tries->key);
  g_free (tries);
}

static void
drop_key (UsherLimiter *self, Tries *tries)
{
  g_queue_unlink (&self->recency, &tries->link);
  g_hash_table_remove (self->tries, tries->key);
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
  self->tries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, tries_free);
  g_queue_init (&self->recency);
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

static gboolean
is_old (UsherLimiter *self, const gint64 *time, gint64 now)
{
  return *time <= now - self->window;
}

/* The tries of a key that are not old; NULL: none. */
static Tries *
find_tries (UsherLimiter *self, const char *key, gint64 now)
{
  Tries *tries = g_hash_table_lookup (self->tries, key);

  if (tries == NULL)
    return NULL;

  while (tries->times.length > 0 && is_old (self, tries->times.head->data, now))
    g_free (g_queue_pop_head (&tries->times));
  if (tries->times.length > 0)
    return tries;

  drop_key (self, tries);

  return NULL;
}

/* Forgets those whose tries are all old, and makes room for one more; the mutex is held. */
static void
sweep (UsherLimiter *self, gint64 now)
{
  Tries *oldest = NULL;

  while ((oldest = g_queue_peek_head (&self->recency)) != NULL &&
         (is_old (self, oldest->times.tail->data, now) || self->recency.length >= MAX_KEYS))
    drop_key (self, oldest);
}

static void
add_try (UsherLimiter *self, Tries *tries, const char *key, gint64 now)
{
  if (tries == NULL)
    {
      tries = g_new0 (Tries, 1);
      tries->key = g_strdup (key);
      tries->link.data = tries;
      g_queue_init (&tries->times);
      g_hash_table_insert (self->tries, tries->key, tries);
    }
  else
    g_queue_unlink (&self->recency, &tries->link);

  g_queue_push_tail (&tries->times, g_memdup2 (&now, sizeof now));
  g_queue_push_tail_link (&self->recency, &tries->link);
}

static gboolean
refuse (UsherLimiter *self, Tries *tries, gint64 now, gint64 *retry_after, GError **error)
{
  const gint64 *oldest = tries != NULL ? g_queue_peek_head (&tries->times) : NULL;

  if (retry_after != NULL)
    *retry_after = oldest != NULL ? *oldest + self->window - now : self->window;

  return usher_refuse (error, USHER_ERROR_LIMITED, "Too many attempts, try again later");
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
  Tries *tries = NULL;

  g_return_val_if_fail (USHER_IS_LIMITER (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  locker = g_mutex_locker_new (&self->mutex);
  now = usher_clock_get_monotonic (self->clock);
  sweep (self, now);
  tries = find_tries (self, key, now);
  if ((tries != NULL ? tries->times.length : 0) >= usher_limiter_get_max (self))
    return refuse (self, tries, now, retry_after, error);

  add_try (self, tries, key, now);

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
  Tries *tries = NULL;

  g_return_if_fail (USHER_IS_LIMITER (self));
  g_return_if_fail (key != NULL);

  locker = g_mutex_locker_new (&self->mutex);
  tries = g_hash_table_lookup (self->tries, key);
  if (tries == NULL)
    return;

  g_free (g_queue_pop_tail (&tries->times));
  if (g_queue_is_empty (&tries->times))
    drop_key (self, tries);
}
