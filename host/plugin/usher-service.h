/* usher-service.h: what a plugin implements
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-context.h"
#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_SERVICE (usher_service_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherService, usher_service, USHER, SERVICE, GObject)

/**
 * UsherServiceInterface:
 * @configure: declares collections, routes, listeners, timers and settings; required
 * @start: what is to be done once before the first request; optional
 * @stop: what is to be done after the last; optional
 */
struct _UsherServiceInterface
{
  GTypeInterface parent_iface;

  gboolean (*configure) (UsherService *self, UsherContext *context, GError **error);
  gboolean (*start) (UsherService *self, UsherContext *context, GError **error);
  void (*stop) (UsherService *self, UsherContext *context);
};

USHER_API
gboolean usher_service_configure (UsherService *self, UsherContext *context, GError **error);
USHER_API
gboolean usher_service_start (UsherService *self, UsherContext *context, GError **error);
USHER_API
void usher_service_stop (UsherService *self, UsherContext *context);

G_END_DECLS
