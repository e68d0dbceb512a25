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

/**
 * UsherConfigureFunc: (skip)
 * @context: where to declare collections, routes, listeners, timers, events and settings
 * @error: return location for an error
 *
 * Lets a service without state of its own declare what it has, see [func@DEFINE_SERVICE]. Called once for each host, before anything
 * is open.
 *
 * Returns: whether the service can be used
 */
typedef gboolean (*UsherConfigureFunc) (UsherContext *context, GError **error);

USHER_API
GType usher_service_register_type (const char *name, UsherConfigureFunc configure);
USHER_API
gboolean usher_service_configure (UsherService *self, UsherContext *context, GError **error);
USHER_API
gboolean usher_service_start (UsherService *self, UsherContext *context, GError **error);
USHER_API
void usher_service_stop (UsherService *self, UsherContext *context);

G_END_DECLS
