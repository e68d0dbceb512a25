/* usher-limiter.h: how often something may be tried
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-clock.h"
#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_LIMITER (usher_limiter_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherLimiter, usher_limiter, USHER, LIMITER, GObject)

USHER_API
UsherLimiter *usher_limiter_new (UsherClock *clock, guint max, gint64 window);
USHER_API
guint usher_limiter_get_max (UsherLimiter *self);
USHER_API
void usher_limiter_set_max (UsherLimiter *self, guint max);
USHER_API
gboolean
usher_limiter_reserve (UsherLimiter *self, const char *key, gint64 *retry_after, GError **error);
USHER_API
void usher_limiter_release (UsherLimiter *self, const char *key);

G_END_DECLS
