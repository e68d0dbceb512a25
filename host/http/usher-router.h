/* usher-router.h: which handler, and what is checked before it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-exchange.h"
#include "usher-sessions.h"

G_BEGIN_DECLS

/**
 * UsherRouteFlags:
 * @USHER_ROUTE_NONE: nothing besides
 * @USHER_ROUTE_SIGNED_IN: 401 without a session
 * @USHER_ROUTE_BLOCKING: the host runs the handler on the service's bounded pool
 * @USHER_ROUTE_ADMIN: the host has it on the admin listener, not on the public one
 * @USHER_ROUTE_UNKEYED: an `Idempotency-Key` is not heeded, so that nothing of the request is kept: its body has a
 *   secret, or its answer begins or ends a session, which would not come again
 *
 * What holds for a route.
 */
typedef enum
{
  USHER_ROUTE_NONE = 0,
  USHER_ROUTE_SIGNED_IN = 1 << 0,
  USHER_ROUTE_BLOCKING = 1 << 1,
  USHER_ROUTE_ADMIN = 1 << 2,
  USHER_ROUTE_UNKEYED = 1 << 3,
} UsherRouteFlags;

/**
 * UsherRouteFunc:
 * @exchange: (transfer full): a request and its reply, to be finished now or later, from any thread
 * @user_data: (closure): data of who gave the function
 *
 * Answers a request. It runs on a listener's thread and must not block.
 */
typedef void (*UsherRouteFunc) (UsherExchange *exchange, gpointer user_data);

#define USHER_TYPE_ROUTER (usher_router_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherRouter, usher_router, USHER, ROUTER, GObject)

USHER_API
UsherRouter *usher_router_new (UsherSessions *sessions, gsize max_body);
USHER_API
gboolean usher_router_add (UsherRouter *self,
                           const char *method,
                           const char *pattern,
                           UsherRouteFlags flags,
                           UsherRouteFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy,
                           GError **error);
USHER_API
gboolean usher_router_admit (UsherRouter *self, UsherExchange *exchange, gint64 length);
USHER_API
void usher_router_run (UsherRouter *self, UsherExchange *exchange);
USHER_API
void usher_router_drain (UsherRouter *self);

G_END_DECLS
