/* usher-readiness.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-readiness-private.h"

struct _UsherReadiness
{
  GMutex mutex;
  gboolean is_complete; /* (mutex mutex) */
  gboolean is_draining; /* (mutex mutex) */
  char *trouble;        /* (owned) (nullable) (mutex mutex) */
};

UsherReadiness *
usher_readiness_new (void)
{
  UsherReadiness *self = g_new0 (UsherReadiness, 1);

  g_mutex_init (&self->mutex);

  return self;
}

void
usher_readiness_free (UsherReadiness *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self->trouble);
  g_free (self);
}

void
usher_readiness_set_complete (UsherReadiness *self, gboolean is_complete)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_complete = is_complete;
}

void
usher_readiness_set_draining (UsherReadiness *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_draining = TRUE;
}

gboolean
usher_readiness_is_draining (UsherReadiness *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_draining;
}

void
usher_readiness_set_trouble (UsherReadiness *self, const char *trouble)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
}

char *
usher_readiness_dup_reason (UsherReadiness *self, const char *passing)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->is_complete)
    return g_strdup ("the host has not started");
  if (self->is_draining)
    return g_strdup ("the host is stopping");

  return g_strdup (passing != NULL ? passing : self->trouble);
}
