/* usher-hand-backs.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hand-backs-private.h"

struct _UsherHandBacks
{
  GMutex mutex;
  GQueue kept; /* (mutex mutex) (element-type UsherDelivery) */
};

UsherHandBacks *
usher_hand_backs_new (void)
{
  UsherHandBacks *self = g_new0 (UsherHandBacks, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->kept);

  return self;
}

void
usher_hand_backs_free (UsherHandBacks *self)
{
  usher_hand_backs_release (self);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
usher_hand_backs_add (UsherHandBacks *self, UsherDelivery *delivery)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_queue_push_tail (&self->kept, delivery);
}

void
usher_hand_backs_release (UsherHandBacks *self)
{
  GQueue kept = G_QUEUE_INIT;
  UsherDelivery *delivery = NULL;

  g_mutex_lock (&self->mutex);
  kept = self->kept;
  g_queue_init (&self->kept);
  g_mutex_unlock (&self->mutex);

  while ((delivery = g_queue_pop_head (&kept)) != NULL)
    {
      usher_delivery_hand_back (delivery);
      usher_delivery_unref (delivery);
    }
}
