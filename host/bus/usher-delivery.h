/* usher-delivery.h: an event that a bus has brought to a subscriber
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherAnswerKind:
 * @USHER_ANSWER_ACK: the event is done
 * @USHER_ANSWER_NAK: the attempt failed, and counts
 * @USHER_ANSWER_DEFER: the event came too early; it counts no attempt and holds no slot
 * @USHER_ANSWER_HAND_BACK: as if it had never come
 *
 * What a subscriber says of a delivery.
 */
typedef enum
{
  USHER_ANSWER_ACK,
  USHER_ANSWER_NAK,
  USHER_ANSWER_DEFER,
  USHER_ANSWER_HAND_BACK,
} UsherAnswerKind;

/**
 * UsherAnswerFunc:
 * @event: the event that was delivered
 * @kind: what the subscriber says
 * @delay: microseconds after which it may come again, not negative; of a nak
 * @reason: (nullable): why, for people; of a nak and a deferral
 * @user_data: (closure): data of the bus
 *
 * Brings an answer back to the bus. Called once for each delivery, on whichever thread answers it, which may be the bus's
 * own; must not block.
 */
typedef void (*UsherAnswerFunc) (UsherEvent *event,
                                 UsherAnswerKind kind,
                                 gint64 delay,
                                 const char *reason,
                                 gpointer user_data);

#define USHER_TYPE_DELIVERY (usher_delivery_get_type ())

typedef struct _UsherDelivery UsherDelivery;

USHER_API
GType usher_delivery_get_type (void);
USHER_API
UsherDelivery *usher_delivery_new (UsherEvent *event,
                                   guint attempt,
                                   gboolean redelivered,
                                   UsherAnswerFunc func,
                                   gpointer user_data,
                                   GDestroyNotify destroy);
USHER_API
UsherDelivery *usher_delivery_ref (UsherDelivery *self);
USHER_API
void usher_delivery_unref (UsherDelivery *self);
USHER_API
UsherEvent *usher_delivery_get_event (UsherDelivery *self);
USHER_API
guint usher_delivery_get_attempt (UsherDelivery *self);
USHER_API
gboolean usher_delivery_is_redelivered (UsherDelivery *self);
USHER_API
void usher_delivery_ack (UsherDelivery *self);
USHER_API
void usher_delivery_nak (UsherDelivery *self, gint64 delay, const char *reason);
USHER_API
void usher_delivery_defer (UsherDelivery *self, const char *reason);
USHER_API
void usher_delivery_hand_back (UsherDelivery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDelivery, usher_delivery_unref)

G_END_DECLS
