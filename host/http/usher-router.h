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

typedef enum
{
  USHER_ROUTE_NONE = 0,
  USHER_ROUTE_SIGNED_IN = 1 << 0, /* 401 without a session */
  USHER_ROUTE_BLOCKING =
      1
      << 1, /* the handler runs on the service's bounded pool (the host's matter, not the router's) */
  USHER_ROUTE_ADMIN =
      1 << 2, /* on the admin listener instead of the public one (the host's matter) */
} UsherRouteFlags;

/* takes over the exchange, (transfer full), and finishes it now or later; on the listener's thread, must not block */
typedef void (*UsherRouteFunc) (UsherExchange *exchange, gpointer user_data);

#define USHER_TYPE_ROUTER (usher_router_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherRouter, usher_router, USHER, ROUTER, GObject)

/* @sessions: (nullable): without it everybody is anonymous; @max_body: bytes */
USHER_API
UsherRouter *usher_router_new (UsherSessions *sessions, gsize max_body);
/* @pattern: "/api/tickets/:id"; CONFLICT when method and pattern are taken. Routes are added before
 * the first request. */
USHER_API
gboolean usher_router_add (UsherRouter *self,
                           const char *method,
                           const char *pattern,
                           UsherRouteFlags flags,
                           UsherRouteFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy,
                           GError **error);
/* before the body is read: 404, 405 with Allow, 413 by the announced length. TRUE: go on. FALSE: the reply is
 * set, answer it. @length: announced body length or -1 */
USHER_API
gboolean usher_router_admit (UsherRouter *self, UsherExchange *exchange, gint64 length);
/* after the body: 413, 403 (origin: state-changing methods with a foreign Origin or Sec-Fetch-Site), 415, session, 401,
 * then the route's func; always finishes or hands over the exchange (transfer full) */
USHER_API
void usher_router_run (UsherRouter *self, UsherExchange *exchange);
/* from now on every request is answered 503 with Retry-After */
USHER_API
void usher_router_drain (UsherRouter *self);

G_END_DECLS
