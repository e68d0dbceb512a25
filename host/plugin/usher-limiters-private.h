/* usher-limiters-private.h: the limiters of a service, by name
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-limiter.h"

G_BEGIN_DECLS

/* Any thread. */
typedef struct _UsherLimiters UsherLimiters;

UsherLimiters *usher_limiters_new (UsherClock *clock);
void usher_limiters_free (UsherLimiters *self);
/* (transfer none): made on the first call with @name; later ones may have another @max */
UsherLimiter *
usher_limiters_ensure (UsherLimiters *self, const char *name, guint max, gint64 window);

G_END_DECLS
