/* usher-store-figures.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-figures-private.h"

#define PATIENCE (500 * G_TIME_SPAN_MILLISECOND)

struct _UsherStoreFigures
{
  UsherWork work;     /* (usher_workers_push) */
  UsherStore *store;  /* (owned) */
  UsherWorkers *pool; /* (unowned) */

  GMutex mutex;
  GCond cond;
  gboolean is_under_way; /* (mutex mutex) */
  GVariant *last;        /* (owned) (nullable) (mutex mutex) */
  gint64 next_due;       /* (mutex mutex) */
};

static void
ask (UsherWork *work)
{
  UsherStoreFigures *self = (UsherStoreFigures *) work;
  GVariant *figures = usher_store_describe (self->store, NULL);
  gint64 next_due = figures != NULL ? usher_store_get_next_due (self->store) : G_MAXINT64;

  usher_store_end_reads (self->store);
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->last, g_variant_unref);
  self->last = figures;
  self->next_due = next_due;
  self->is_under_way = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

UsherStoreFigures *
usher_store_figures_new (UsherStore *store, UsherWorkers *pool)
{
  UsherStoreFigures *self = g_new0 (UsherStoreFigures, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->work.run = ask;
  self->store = g_object_ref (store);
  self->pool = pool;
  self->next_due = G_MAXINT64;

  return self;
}

void
usher_store_figures_free (UsherStoreFigures *self)
{
  g_clear_pointer (&self->last, g_variant_unref);
  g_clear_object (&self->store);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

GVariant *
usher_store_figures_get (UsherStoreFigures *self, gint64 *next_due)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->is_under_way)
    {
      self->is_under_way = TRUE;
      usher_workers_push (self->pool, &self->work);
    }
  while (self->is_under_way)
    if (!g_cond_wait_until (&self->cond, &self->mutex, deadline))
      break;
  *next_due = self->next_due;

  return self->last != NULL ? g_variant_ref (self->last) : NULL;
}
