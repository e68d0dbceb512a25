/* usher-endpoint.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-endpoint-private.h"

/* what a thread that others wait for may be kept by one handler */
#define SLOW (250 * G_TIME_SPAN_MILLISECOND)

/* how often a handler has to do without the store before it is taken for one that does so always */
#define OFTEN 8
#define READS (-1)

/* what is known of a handler */
typedef struct
{
  int is_told;  /* (atomic): that it is slow */
  int n_unread; /* (atomic): how often it did without the store, up to OFTEN; or READS */
} Notes;

struct _UsherEndpoint
{
  UsherRoute *route; /* (owned) */
  UsherRequestHandler handler;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
  Notes *notes; /* (owned) */
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
  self->notes = g_new0 (Notes, 1);

  return self;
}

void
usher_endpoint_free (UsherEndpoint *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  usher_route_unref (self->route);
  g_free (self->notes);
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
usher_endpoint_is_unkeyed (const UsherEndpoint *self)
{
  return (usher_route_get_flags (self->route) & USHER_ROUTE_UNKEYED) != 0;
}

void
usher_endpoint_note_time (const UsherEndpoint *self, gint64 time)
{
  if (time < SLOW || g_atomic_int_exchange (&self->notes->is_told, TRUE))
    return;

  g_message ("the handler of “%s %s” kept a thread of the listener for %" G_GINT64_FORMAT
             " ms, on which others waited: USHER_ROUTE_BLOCKING gives it one of the service's own",
             usher_route_get_method (self->route),
             usher_route_get_pattern (self->route),
             time / G_TIME_SPAN_MILLISECOND);
}

void
usher_endpoint_note_reads (const UsherEndpoint *self, gboolean has_read)
{
  int n = g_atomic_int_get (&self->notes->n_unread);

  if (has_read && n != READS)
    g_atomic_int_set (&self->notes->n_unread, READS);
  else if (!has_read && n != READS && n < OFTEN)
    g_atomic_int_compare_and_exchange (&self->notes->n_unread, n, n + 1);
}

gboolean
usher_endpoint_reads_nothing (const UsherEndpoint *self)
{
  return g_atomic_int_get (&self->notes->n_unread) == OFTEN;
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
