/* usher-ticker.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticker-private.h"

#include "usher-error.h"
#include "usher-pulse-private.h"

#define MAX_SLEEP G_TIME_SPAN_SECOND

struct _UsherTicker
{
  char *name; /* (owned) */
  gboolean is_patient;
  UsherClock *clock; /* (owned) */
  gulong turned;     /* signal handler */
  GThread *thread;   /* (owned) (nullable) */
  UsherTickFunc func;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;

  GMutex mutex;
  GCond cond;
  gboolean stopping; /* (mutex mutex) */
  gint64 next;       /* (mutex mutex): when the thread will wake by itself */
};

static gpointer
run (gpointer data)
{
  UsherTicker *self = data;
  g_autoptr (UsherPulse) pulse = self->is_patient ? NULL : usher_pulse_new (self->name);

  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      gint64 now = 0;
      gint64 next = 0;
      gint64 delay = 0;

      self->next = G_MAXINT64;
      g_mutex_unlock (&self->mutex);
      if (pulse != NULL)
        usher_pulse_begin (pulse);
      now = usher_clock_get_monotonic (self->clock);
      next = MIN (now + MAX_SLEEP, self->func (now, self->user_data));
      if (pulse != NULL)
        usher_pulse_end (pulse);
      delay = next - usher_clock_get_monotonic (self->clock);
      g_mutex_lock (&self->mutex);

      /* a notice that came meanwhile is in self->next */
      if (self->next <= next || delay <= 0)
        continue;
      self->next = next;
      if (!self->stopping)
        g_cond_wait_until (&self->cond,
                           &self->mutex,
                           g_get_monotonic_time () + MIN (delay, MAX_SLEEP));
    }
  g_mutex_unlock (&self->mutex);

  return NULL;
}

void
usher_ticker_notice (UsherTicker *self, gint64 time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (time >= self->next)
    return;

  self->next = time;
  g_cond_signal (&self->cond);
}

static void
on_turned (UsherClock *clock, gpointer user_data)
{
  usher_ticker_notice (user_data, G_MININT64);
}

UsherTicker *
usher_ticker_new (const char *name, UsherClock *clock)
{
  UsherTicker *self = g_new0 (UsherTicker, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->name = g_strdup (name);
  self->clock = g_object_ref (clock);
  self->next = G_MAXINT64;

  return self;
}

void
usher_ticker_set_patient (UsherTicker *self)
{
  self->is_patient = TRUE;
}

gboolean
usher_ticker_start (UsherTicker *self,
                    UsherTickFunc func,
                    gpointer user_data,
                    GDestroyNotify destroy,
                    GError **error)
{
  g_autoptr (GError) cause = NULL;

  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  self->turned = g_signal_connect (self->clock, "turned", G_CALLBACK (on_turned), self);
  self->thread = g_thread_try_new ("usher-ticker", run, self, &cause);
  if (self->thread == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "cannot start the thread of %s: %s",
                   self->name,
                   cause->message);
      return FALSE;
    }

  return TRUE;
}

static void
join (UsherTicker *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
usher_ticker_stop (UsherTicker *self)
{
  GDestroyNotify destroy = g_steal_pointer (&self->destroy);

  g_clear_signal_handler (&self->turned, self->clock);
  if (self->thread != NULL)
    join (self);
  if (destroy != NULL)
    destroy (g_steal_pointer (&self->user_data));
}

void
usher_ticker_free (UsherTicker *self)
{
  usher_ticker_stop (self);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_object_unref (self->clock);
  g_free (self->name);
  g_free (self);
}
