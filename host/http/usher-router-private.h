/* usher-router-private.h: what the listeners know of a router
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-route-private.h"
#include "usher-router.h"
#include "usher-tally-private.h"

G_BEGIN_DECLS

/* with every answer to a request that was not looked at: another copy may be asked */
#define USHER_DRAINING "X-Usher-Draining"

/* a flag of routes that somebody else checks: 401 without anything that could be a session */
#define USHER_ROUTE_CREDENTIALS ((UsherRouteFlags) (1 << 16))

/* as usher_router_add(), of a route that is described already */
gboolean usher_router_add_route (UsherRouter *self,
                                 UsherRoute *route,
                                 UsherRouteFunc func,
                                 gpointer user_data,
                                 GDestroyNotify destroy,
                                 GError **error);
gsize usher_router_get_max_body (UsherRouter *self);
/* From now on @table's routes are looked at behind those that were added, and no others. One thread at a time. Those of before are kept for the
 * exchanges that have one. What they answer counts with what found no route. */
void usher_router_follow (UsherRouter *self, UsherRouter *table);

/* 1xx to 5xx */
#define USHER_ROUTE_N_CLASSES 5

/* the exchange found no route, or was refused before one was looked for */
void usher_router_miss (UsherRouter *self, UsherExchange *exchange);
/* @found: the route of an exchange; @duration: microseconds */
void usher_router_count (gconstpointer found, guint status, gint64 duration);

/* What a route has answered; method and pattern are empty for what found no route, or one of a table. */
typedef struct
{
  const char *method;
  const char *pattern;
  guint64 answers[USHER_ROUTE_N_CLASSES];
  guint n_bounds;
  const double *bounds;  /* of how long they took, in seconds */
  const guint64 *counts; /* one a bound and one for what is beyond */
  double duration;       /* of all, in seconds */
} UsherRouteFigures;

typedef void (*UsherRouteFiguresFunc) (const UsherRouteFigures *figures, gpointer user_data);
/* exported for who shows a host */
USHER_API
void
usher_router_foreach_figures (UsherRouter *self, UsherRouteFiguresFunc func, gpointer user_data);

G_END_DECLS
