/* usher-ticker.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticker-private.h"

#include "usher-context-private.h"
#include "usher-job-private.h"
#include "usher-pulse-private.h"
#include "usher-waiters-private.h"

#define MAX_SLEEP      G_TIME_SPAN_SECOND
#define BEAT           (250 * G_TIME_SPAN_MILLISECOND)
#define BUSY_SLEEP     (50 * G_TIME_SPAN_MILLISECOND)
#define TIMERS_AT_ONCE 256
#define PRUNE_INTERVAL (10 * G_TIME_SPAN_MINUTE)
#define PRUNE_PAUSE    (10 * G_TIME_SPAN_MILLISECOND)

struct _UsherTicker
{
  UsherClock *clock;   /* (owned) */
  GPtrArray *contexts; /* (owned) */
  int fires;           /* (atomic) */
  GThread *thread;     /* (owned) (nullable) */
  gulong turned;       /* signal handler */
  gint64 last_prune;   /* the thread's: when it began */
  gboolean is_pruning; /* the thread's: there is more */

  GMutex mutex;
  GCond cond;
  gboolean stopping; /* (mutex mutex) */
  gint64 next;       /* (mutex mutex): when the thread will wake by itself */
};

/* Starts the timers that are due; returns when to look again. */
static gint64
fire_timers (UsherTicker *self, UsherContext *context, gint64 now)
{
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GError) error = NULL;
  guint n_started = 0;
  gint64 due;

  usher_context_forget_done (context);
  due = usher_store_get_next_due (context->store);
  if (due > now)
    return due;

  timers = usher_context_list_due (context, now, TIMERS_AT_ONCE, &error);
  if (timers == NULL)
    {
      g_message ("timers of service “%s” cannot be read: %s", context->name, error->message);
      return now + MAX_SLEEP;
    }

  for (guint i = 0; i < timers->len; i++)
    if (usher_job_start_timer (context, g_ptr_array_index (timers, i), NULL, NULL))
      n_started++;

  /* those that run tell when they are done */
  return n_started >= TIMERS_AT_ONCE ? now : now + BUSY_SLEEP;
}

/* What is older than the setting says, as it is now. */
static gint64
get_limit (UsherContext *context, const char *key, gint64 now)
{
  return now - usher_settings_get_integer (context->settings, "store", key) * G_TIME_SPAN_SECOND;
}

static gboolean
prune_slice (UsherContext *context, gint64 now)
{
  g_autoptr (GError) error = NULL;
  gboolean has_more = FALSE;

  /* of several processes one is enough */
  if (!g_atomic_int_get (&context->has_lease))
    return FALSE;

  if (!usher_store_prune (context->store,
                          get_limit (context, "keep-inbox", now),
                          get_limit (context, "keep-requests", now),
                          &has_more,
                          &error))
    g_message ("store of service “%s” was not pruned: %s", context->name, error->message);

  return has_more;
}

/* A slice at a time, so that neither commits nor timers wait for it; returns when to go on. */
static gint64
prune (UsherTicker *self, gint64 now)
{
  if (!self->is_pruning && now - self->last_prune < PRUNE_INTERVAL)
    return G_MAXINT64;

  if (!self->is_pruning)
    self->last_prune = now;

  self->is_pruning = FALSE;
  for (guint i = 0; i < self->contexts->len; i++)
    self->is_pruning |= prune_slice (g_ptr_array_index (self->contexts, i), now);

  return self->is_pruning ? now + PRUNE_PAUSE : G_MAXINT64;
}

/* Returns when to look again. */
static gint64
tend_context (UsherTicker *self, UsherContext *context, gint64 now)
{
  gint64 next = usher_waiters_expire (context, FALSE);
  gboolean has_lease = usher_store_hold_lease (context->store);

  g_atomic_int_set (&context->has_lease, has_lease);
  if (g_atomic_int_get (&self->fires) && has_lease)
    next = MIN (next, fire_timers (self, context, now));
  if (context->relay != NULL)
    usher_relay_tend (context->relay, has_lease);
  usher_store_end_reads (context->store);

  return context->is_shared ? MIN (next, now + BEAT) : next;
}

static gint64
tick (UsherTicker *self)
{
  gint64 now = usher_clock_get_time (self->clock);
  gint64 next = now + MAX_SLEEP;

  for (guint i = 0; i < self->contexts->len; i++)
    next = MIN (next, tend_context (self, g_ptr_array_index (self->contexts, i), now));

  return MIN (next, prune (self, now));
}

static gpointer
run (gpointer data)
{
  UsherTicker *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the timers");

  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      gint64 next = 0;
      gint64 delay = 0;

      self->next = G_MAXINT64;
      g_mutex_unlock (&self->mutex);
      usher_pulse_begin (pulse);
      next = tick (self);
      usher_pulse_end (pulse);
      delay = next - usher_clock_get_time (self->clock);
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
  g_autoptr (GMutexLocker) locker = NULL;

  if (self == NULL)
    return;

  locker = g_mutex_locker_new (&self->mutex);
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
usher_ticker_new (UsherClock *clock, GPtrArray *contexts, gboolean fires)
{
  UsherTicker *self = g_new0 (UsherTicker, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->clock = g_object_ref (clock);
  self->contexts = g_ptr_array_ref (contexts);
  self->fires = fires;
  self->next = G_MAXINT64;
  self->last_prune = usher_clock_get_time (clock);
  self->turned = g_signal_connect (clock, "turned", G_CALLBACK (on_turned), self);
  self->thread = g_thread_new ("usher-ticker", run, self);

  return self;
}

void
usher_ticker_rest (UsherTicker *self)
{
  g_atomic_int_set (&self->fires, FALSE);
}

void
usher_ticker_stop (UsherTicker *self)
{
  if (self->thread == NULL)
    return;

  g_clear_signal_handler (&self->turned, self->clock);
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
usher_ticker_free (UsherTicker *self)
{
  usher_ticker_stop (self);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_object_unref (self->clock);
  g_ptr_array_unref (self->contexts);
  g_free (self);
}
