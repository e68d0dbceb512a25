/* usher-endpoint.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-endpoint-private.h"

struct _UsherEndpoint
{
  UsherRoute *route; /* (owned) */
  UsherRequestHandler handler;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
};

UsherEndpoint *
usher_endpoint_new (UsherRoute *route,
                    UsherRequestHandler handler,
                    gpointer user_data,
                    GDestroyNotify destroy)
{
  UsherEndpoint *self = g_new0 (UsherEndpoint, 1);

  self->route = route;
  self->handler = handler;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
usher_endpoint_free (UsherEndpoint *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  usher_route_unref (self->route);
  g_free (self);
}

UsherRoute *
usher_endpoint_get_route (const UsherEndpoint *self)
{
  return self->route;
}

gboolean
usher_endpoint_is_blocking (const UsherEndpoint *self)
{
  return (usher_route_get_flags (self->route) & USHER_ROUTE_BLOCKING) != 0;
}

gboolean
usher_endpoint_run (const UsherEndpoint *self,
                    UsherRequest *request,
                    UsherUnit *unit,
                    UsherReply *reply,
                    GError **error)
{
  return self->handler (request, unit, reply, self->user_data, error);
}
