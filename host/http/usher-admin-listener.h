/* usher-admin-listener.h: HTTP for the few who run the host
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

#define USHER_TYPE_ADMIN_LISTENER (usher_admin_listener_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherAdminListener, usher_admin_listener, USHER, ADMIN_LISTENER, GObject)

USHER_API
gboolean usher_admin_listener_declare_settings (UsherSettings *settings, GError **error);
USHER_API
UsherAdminListener *usher_admin_listener_new (UsherRouter *router, UsherSettings *settings);
USHER_API
UsherAdminListener *usher_admin_listener_new_probe (UsherRouter *router, UsherSettings *settings);
USHER_API
gboolean usher_admin_listener_start (UsherAdminListener *self, const char *listen, GError **error);
USHER_API
const char *usher_admin_listener_get_uri (UsherAdminListener *self);
USHER_API
void usher_admin_listener_stop (UsherAdminListener *self);
USHER_API
void usher_admin_listener_add_metrics (UsherAdminListener *self, UsherMetrics *metrics);

G_END_DECLS
