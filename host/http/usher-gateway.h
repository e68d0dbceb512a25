/* usher-gateway.h: one public listener before many host processes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-gateway-copy.h"
#include "usher-metrics.h"
#include "usher-router.h"
#include "usher-settings.h"

G_BEGIN_DECLS

#define USHER_TYPE_GATEWAY (usher_gateway_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherGateway, usher_gateway, USHER, GATEWAY, GObject)

USHER_API
UsherGateway *
usher_gateway_new (const char *run_directory, UsherSettings *settings, UsherClock *clock);
USHER_API
void usher_gateway_serve_operators (UsherGateway *self, UsherRouter *router);
USHER_API
gboolean usher_gateway_start (UsherGateway *self, const char *listen, GError **error);
USHER_API
gboolean usher_gateway_listen (UsherGateway *self, const char *listen, GError **error);
USHER_API
const char *usher_gateway_get_uri (UsherGateway *self);
USHER_API
GPtrArray *usher_gateway_list (UsherGateway *self);
USHER_API
gboolean usher_gateway_has_services (UsherGateway *self, const char *const *names);
USHER_API
char *usher_gateway_dup_trouble (UsherGateway *self);
USHER_API
void usher_gateway_add_metrics (UsherGateway *self, UsherMetrics *metrics);
USHER_API
void usher_gateway_drain (UsherGateway *self);
USHER_API
void usher_gateway_stop (UsherGateway *self, gint64 timeout);

G_END_DECLS
