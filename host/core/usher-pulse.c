/* usher-pulse.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-pulse-private.h"

struct _UsherPulse
{
  char *name;  /* (owned) */
  guint since; /* (atomic): when it began, in milliseconds; 0: it waits */
};

/* All that there are: whoever watches the process knows none of their owners. */
static GMutex mutex;
static GPtrArray *pulses; /* (owned) (nullable) (element-type UsherPulse) (mutex mutex) */

static guint
get_milliseconds (void)
{
  return (guint) (g_get_monotonic_time () / G_TIME_SPAN_MILLISECOND);
}

UsherPulse *
usher_pulse_new (const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  UsherPulse *self = g_new0 (UsherPulse, 1);

  self->name = g_strdup (name);
  if (pulses == NULL)
    pulses = g_ptr_array_new ();
  g_ptr_array_add (pulses, self);

  return self;
}

void
usher_pulse_free (UsherPulse *self)
{
  g_mutex_lock (&mutex);
  g_ptr_array_remove_fast (pulses, self);
  if (pulses->len == 0)
    g_clear_pointer (&pulses, g_ptr_array_unref);
  g_mutex_unlock (&mutex);
  g_free (self->name);
  g_free (self);
}

void
usher_pulse_begin (UsherPulse *self)
{
  g_atomic_int_set (&self->since, MAX (1, get_milliseconds ()));
}

void
usher_pulse_end (UsherPulse *self)
{
  g_atomic_int_set (&self->since, 0);
}

char *
usher_pulse_find_stuck (gint64 limit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  guint now = get_milliseconds ();

  for (guint i = 0; pulses != NULL && i < pulses->len; i++)
    {
      UsherPulse *pulse = g_ptr_array_index (pulses, i);
      guint since = g_atomic_int_get (&pulse->since);

      /* one that began just now is ahead of @now; the count starts anew after 49 days */
      if (since != 0 && (int) (now - since) > limit / G_TIME_SPAN_MILLISECOND)
        return g_strdup (pulse->name);
    }

  return NULL;
}
