/* usher-deferrals.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-deferrals-private.h"

struct _UsherDeferrals
{
  GMutex mutex;
  guint n_in_flight; /* (mutex mutex): units of events that are being committed */
  GQueue waiting;    /* (mutex mutex) (element-type UsherWork) */
};

UsherDeferrals *
usher_deferrals_new (void)
{
  UsherDeferrals *self = g_new0 (UsherDeferrals, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->waiting);

  return self;
}

void
usher_deferrals_free (UsherDeferrals *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
usher_deferrals_enter (UsherDeferrals *self)
{
  g_mutex_lock (&self->mutex);
  self->n_in_flight++;
  g_mutex_unlock (&self->mutex);
}

static void
release (UsherDeferrals *self, guint n_left)
{
  GQueue ready = G_QUEUE_INIT;
  UsherWork *work = NULL;

  g_mutex_lock (&self->mutex);
  self->n_in_flight -= n_left;
  ready = self->waiting;
  g_queue_init (&self->waiting);
  g_mutex_unlock (&self->mutex);

  while ((work = g_queue_pop_head (&ready)) != NULL)
    work->run (work);
}

void
usher_deferrals_leave (UsherDeferrals *self)
{
  release (self, 1);
}

gboolean
usher_deferrals_add (UsherDeferrals *self, UsherWork *work)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->n_in_flight == 0)
    return FALSE;

  g_queue_push_tail (&self->waiting, work);

  return TRUE;
}

void
usher_deferrals_release (UsherDeferrals *self)
{
  release (self, 0);
}

guint
usher_deferrals_get_n (UsherDeferrals *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_queue_get_length (&self->waiting);
}
