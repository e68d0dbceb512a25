/* usher-latch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-latch-private.h"

/**
 * usher_latch_init: (skip)
 * @self: a latch
 * @n_open: how many have to leave before it is shut
 *
 * Begins to wait for others. usher_latch_wait() must follow.
 */
void
usher_latch_init (UsherLatch *self, guint n_open)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->n_open = n_open;
  self->error = NULL;
}

/**
 * usher_latch_leave: (skip)
 * @self: a latch
 * @error: (nullable): what went wrong: the last one is kept
 *
 * Says that one is done. Any thread; the latch may be gone when this returns.
 */
void
usher_latch_leave (UsherLatch *self, const GError *error)
{
  g_mutex_lock (&self->mutex);
  if (error != NULL)
    {
      g_clear_error (&self->error);
      self->error = g_error_copy (error);
    }
  self->n_open--;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/**
 * usher_latch_wait: (skip)
 * @self: a latch
 *
 * Waits until all have left, and clears the latch.
 *
 * Returns: (transfer full) (nullable): the last error that was left in it
 */
GError *
usher_latch_wait (UsherLatch *self)
{
  g_mutex_lock (&self->mutex);
  while (self->n_open > 0)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);

  return g_steal_pointer (&self->error);
}
