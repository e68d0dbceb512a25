/* usher-delivery.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-delivery.h"

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
  UsherEvent *event; /* (owned) */
  guint attempt;
  gboolean redelivered;
  UsherAnswerFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  int answered;           /* (atomic) */
};

G_DEFINE_BOXED_TYPE (UsherDelivery, usher_delivery, usher_delivery_ref, usher_delivery_unref)

/**
 * usher_delivery_new:
 * @event: the event, with its sequence
 * @attempt: which attempt this is, from 1
 * @redelivered: whether the event may have been delivered before
 * @func: (scope notified) (closure user_data) (destroy destroy): called with the first answer, on the thread that answers
 * @user_data: data for @func: what the bus needs to find the event again, and what must live until it is answered
 * @destroy: (nullable): frees @user_data, on the thread that drops the last reference
 *
 * Makes a delivery. That is for who writes a bus: it hands the delivery over to an [callback@DeliveryFunc], and hears of it by
 * @func once, as a nak where the subscriber drops it.
 *
 * Returns: (transfer full): the delivery
 */
UsherDelivery *
usher_delivery_new (UsherEvent *event,
                    guint attempt,
                    gboolean redelivered,
                    UsherAnswerFunc func,
                    gpointer user_data,
                    GDestroyNotify destroy)
{
  UsherDelivery *self = NULL;

  g_return_val_if_fail (event != NULL, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (UsherDelivery, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->event = usher_event_ref (event);
  self->attempt = attempt;
  self->redelivered = redelivered;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

/* Only the first answer counts. */
static void
answer (UsherDelivery *self, UsherAnswerKind kind, gint64 delay, const char *reason)
{
  if (g_atomic_int_compare_and_exchange (&self->answered, 0, 1))
    self->func (self->event, kind, delay, reason, self->user_data);
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
  if (self->destroy != NULL)
    self->destroy (self->user_data);
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

/**
 * usher_delivery_hand_back:
 * @self: a delivery
 *
 * Gives the event back as if it had never come: no attempt is counted, and another member may have it at once. It is what a
 * process does that stops.
 */
void
usher_delivery_hand_back (UsherDelivery *self)
{
  g_return_if_fail (self != NULL);

  answer (self, USHER_ANSWER_HAND_BACK, 0, NULL);
}
