/* usher-solitude.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-solitude-private.h"

struct _UsherSolitude
{
  GMutex mutex;
  guint n_inside; /* (mutex mutex) */
  gpointer who;   /* (unowned) (nullable) (mutex mutex): compared only */
};

UsherSolitude *
usher_solitude_new (void)
{
  UsherSolitude *self = g_new0 (UsherSolitude, 1);

  g_mutex_init (&self->mutex);

  return self;
}

void
usher_solitude_free (UsherSolitude *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
usher_solitude_enter (UsherSolitude *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->who != NULL)
    return FALSE;

  self->n_inside++;

  return TRUE;
}

void
usher_solitude_leave (UsherSolitude *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_inside--;
}

gboolean
usher_solitude_take (UsherSolitude *self, gpointer who)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->who == NULL)
    self->who = who;

  return self->who == who && self->n_inside == 0;
}

void
usher_solitude_give_back (UsherSolitude *self, gpointer who)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->who == who)
    self->who = NULL;
}
