/* usher-hand-backs-private.h: events that came while the store of their service was away
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-delivery.h"

G_BEGIN_DECLS

/* They are kept for a moment and go back to the bus as if they had never come, so that it brings them again and neither an attempt
 * nor the time counts. No more than the bus gives out at once. Any thread. */
typedef struct _UsherHandBacks UsherHandBacks;

UsherHandBacks *usher_hand_backs_new (void);
void usher_hand_backs_free (UsherHandBacks *self);
/* takes ownership of @delivery */
void usher_hand_backs_add (UsherHandBacks *self, UsherDelivery *delivery);
/* gives all back */
void usher_hand_backs_release (UsherHandBacks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherHandBacks, usher_hand_backs_free)

G_END_DECLS
