/* usher-front.h: the public HTTP listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-metrics.h"
#include "usher-router.h"
#include "usher-settings.h"

G_BEGIN_DECLS

#define USHER_TYPE_FRONT (usher_front_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherFront, usher_front, USHER, FRONT, GObject)

/**
 * UsherFrontIdleFunc:
 * @user_data: (closure): data of who set it
 *
 * Is called on a listener's thread when it has done all that came; must not block.
 */
typedef void (*UsherFrontIdleFunc) (gpointer user_data);

USHER_API
gboolean usher_front_declare_settings (UsherSettings *settings, GError **error);
USHER_API
UsherFront *usher_front_new (UsherRouter *router,
                             UsherSessions *sessions,
                             UsherSettings *settings,
                             UsherClock *clock);
USHER_API
void usher_front_set_idle_func (UsherFront *self,
                                UsherFrontIdleFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy);
USHER_API
gboolean usher_front_start (UsherFront *self, const char *listen, GError **error);
USHER_API
const char *usher_front_get_uri (UsherFront *self);
USHER_API
void usher_front_drain (UsherFront *self);
USHER_API
void usher_front_stop (UsherFront *self, gint64 timeout);
USHER_API
void usher_front_add_metrics (UsherFront *self, UsherMetrics *metrics);

G_END_DECLS
