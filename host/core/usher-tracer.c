/* usher-tracer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tracer-private.h"

#include <string.h>

#define MILLION 1000000

struct _UsherTracer
{
  guint share; /* millionths */

  GMutex mutex;
  GCond cond;
  GQueue spans;      /* (mutex mutex) (element-type UsherSpan) */
  guint n_wanted;    /* (mutex mutex): how many wake who waits, 0: nobody waits */
  gboolean is_woken; /* (mutex mutex) */
  guint64 n_taken;   /* (mutex mutex) */
  guint64 n_dropped; /* (mutex mutex) */
};

UsherTracer *
usher_tracer_new (guint share)
{
  UsherTracer *self = g_atomic_rc_box_new0 (UsherTracer);

  self->share = share;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->spans);

  return self;
}

UsherTracer *
usher_tracer_ref (UsherTracer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
free_span (gpointer span)
{
  usher_span_free (span);
}

static void
clear_tracer (gpointer data)
{
  UsherTracer *self = data;

  g_queue_clear_full (&self->spans, free_span);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

void
usher_tracer_unref (UsherTracer *self)
{
  g_atomic_rc_box_release_full (self, clear_tracer);
}

/* By the trace's own id, so that all who keep the same share keep the same traces. */
gboolean
usher_tracer_samples (UsherTracer *self, const UsherTraceContext *context)
{
  guint64 number = 0;

  memcpy (&number, context->trace + sizeof context->trace - sizeof number, sizeof number);

  return GUINT64_FROM_BE (number) % MILLION < self->share;
}

void
usher_tracer_add (UsherTracer *self, UsherSpan *span)
{
  gboolean is_full = FALSE;

  span->ended = MAX (g_get_real_time (), span->began);
  g_mutex_lock (&self->mutex);
  is_full = g_queue_get_length (&self->spans) == USHER_TRACER_MAX_SPANS;
  if (is_full)
    self->n_dropped++;
  else
    g_queue_push_tail (&self->spans, span);
  if (self->n_wanted > 0 && g_queue_get_length (&self->spans) >= self->n_wanted)
    g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (is_full)
    usher_span_free (span);
}

/* The mutex is held, and let go meanwhile. */
static void
await_spans (UsherTracer *self, guint n_wanted, gint64 deadline)
{
  self->n_wanted = n_wanted;
  while (g_queue_get_length (&self->spans) < n_wanted && !self->is_woken &&
         g_cond_wait_until (&self->cond, &self->mutex, deadline))
    continue;
  self->n_wanted = 0;
}

GPtrArray *
usher_tracer_take (UsherTracer *self, guint max, gint64 delay)
{
  GPtrArray *taken = g_ptr_array_new_with_free_func (free_span);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (delay >= 0)
    await_spans (self, 1, G_MAXINT64);
  if (delay > 0)
    await_spans (self, max, g_get_monotonic_time () + delay);

  while (taken->len < max && !g_queue_is_empty (&self->spans))
    g_ptr_array_add (taken, g_queue_pop_head (&self->spans));
  self->n_taken += taken->len;

  return taken;
}

void
usher_tracer_wake (UsherTracer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_woken = TRUE;
  g_cond_broadcast (&self->cond);
}

gboolean
usher_tracer_await_wake (UsherTracer *self, gint64 deadline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->is_woken && g_cond_wait_until (&self->cond, &self->mutex, deadline))
    continue;

  return self->is_woken;
}

void
usher_tracer_get_figures (UsherTracer *self, UsherTracerFigures *figures)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  figures->n_taken = self->n_taken;
  figures->n_dropped = self->n_dropped;
  figures->n_waiting = g_queue_get_length (&self->spans);
}
