/* usher-delivery.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus.h"

#include "usher-delivery-private.h"

/**
 * UsherDelivery:
 *
 * An event that a bus has brought to a subscriber, to be answered once.
 *
 * Reference counted, any thread. When the last reference goes without an answer, that is a nak.
 */
struct _UsherDelivery
{
  gatomicrefcount ref_count;
  UsherBus *bus; /* (owned) */
  UsherAnswerFunc answer;
  guint subscription;
  UsherEvent *event; /* (owned) */
  guint attempt;
  gboolean redelivered;
  int answered; /* (atomic) */
};

G_DEFINE_BOXED_TYPE (UsherDelivery, usher_delivery, usher_delivery_ref, usher_delivery_unref)

UsherDelivery *
usher_delivery_new (UsherBus *bus,
                    UsherAnswerFunc answer,
                    guint subscription,
                    UsherEvent *event,
                    guint attempt,
                    gboolean redelivered)
{
  UsherDelivery *self = g_new0 (UsherDelivery, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->bus = g_object_ref (bus);
  self->answer = answer;
  self->subscription = subscription;
  self->event = usher_event_ref (event);
  self->attempt = attempt;
  self->redelivered = redelivered;

  return self;
}

/* Only the first answer counts. */
static void
answer (UsherDelivery *self, UsherAnswerKind kind, gint64 delay, const char *reason)
{
  if (!g_atomic_int_compare_and_exchange (&self->answered, 0, 1))
    return;

  self->answer (
      self->bus, self->subscription, usher_event_get_sequence (self->event), kind, delay, reason);
}

/**
 * usher_delivery_ref:
 * @self: a delivery
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
UsherDelivery *
usher_delivery_ref (UsherDelivery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_delivery_unref:
 * @self: (transfer full): a delivery
 *
 * Drops a reference. The last one of a delivery that nobody answered is a nak.
 */
void
usher_delivery_unref (UsherDelivery *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  answer (self, USHER_ANSWER_NAK, 0, "nobody answered");
  usher_event_unref (self->event);
  g_object_unref (self->bus);
  g_free (self);
}

/**
 * usher_delivery_get_event:
 * @self: a delivery
 *
 * Gets the event.
 *
 * Returns: (transfer none): the event
 */
UsherEvent *
usher_delivery_get_event (UsherDelivery *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->event;
}

/**
 * usher_delivery_get_attempt:
 * @self: a delivery
 *
 * Tells which attempt this is. Deferrals do not count.
 *
 * Returns: the number, from 1
 */
guint
usher_delivery_get_attempt (UsherDelivery *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->attempt;
}

/**
 * usher_delivery_is_redelivered:
 * @self: a delivery
 *
 * Tells whether the event may have been delivered before.
 *
 * Returns: whether it may
 */
gboolean
usher_delivery_is_redelivered (UsherDelivery *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->redelivered;
}

/**
 * usher_delivery_ack:
 * @self: a delivery
 *
 * Says that the event is done.
 */
void
usher_delivery_ack (UsherDelivery *self)
{
  g_return_if_fail (self != NULL);

  answer (self, USHER_ANSWER_ACK, 0, NULL);
}

/**
 * usher_delivery_nak:
 * @self: a delivery
 * @delay: microseconds until it may come again
 * @reason: why, for the person who finds the event parked
 *
 * Says that the attempt failed. It counts: after the last one the event is parked.
 */
void
usher_delivery_nak (UsherDelivery *self, gint64 delay, const char *reason)
{
  g_return_if_fail (self != NULL);

  answer (self, USHER_ANSWER_NAK, MAX (0, delay), reason);
}

/**
 * usher_delivery_defer:
 * @self: a delivery
 * @reason: what it waits for
 *
 * Says that the event came too early. It comes again soon, with growing distance; no attempt is counted and no slot
 * is held.
 */
void
usher_delivery_defer (UsherDelivery *self, const char *reason)
{
  g_return_if_fail (self != NULL);

  answer (self, USHER_ANSWER_DEFER, 0, reason);
}

void
usher_delivery_hand_back (UsherDelivery *self)
{
  answer (self, USHER_ANSWER_HAND_BACK, 0, NULL);
}
