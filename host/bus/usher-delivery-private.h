/* usher-delivery-private.h: how a delivery finds its way back
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-frame-private.h"

G_BEGIN_DECLS

/* @delay: microseconds; @reason: (nullable); any thread */
typedef void (*UsherAnswerFunc) (UsherBus *bus,
                                 guint subscription,
                                 guint64 sequence,
                                 UsherAnswerKind kind,
                                 gint64 delay,
                                 const char *reason);

UsherDelivery *usher_delivery_new (UsherBus *bus,
                                   UsherAnswerFunc answer,
                                   guint subscription,
                                   UsherEvent *event,
                                   guint attempt,
                                   gboolean redelivered);
/* gives it back as if it had never come */
void usher_delivery_hand_back (UsherDelivery *self);

G_END_DECLS
