/* usher-endpoint-private.h: a route and the handler behind it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-handlers.h"
#include "usher-route-private.h"

G_BEGIN_DECLS

/* Never changes but for what is known of its handler; any thread. */
typedef struct _UsherEndpoint UsherEndpoint;

/* takes ownership of @route */
UsherEndpoint *usher_endpoint_new (UsherRoute *route,
                                   UsherRequestHandler handler,
                                   gpointer user_data,
                                   GDestroyNotify destroy);
void usher_endpoint_free (UsherEndpoint *self);
UsherRoute *usher_endpoint_get_route (const UsherEndpoint *self);
gboolean usher_endpoint_is_blocking (const UsherEndpoint *self);
/* an Idempotency-Key does not count */
gboolean usher_endpoint_is_unkeyed (const UsherEndpoint *self);
/* its handler has kept a thread that others wait for, for so many microseconds; when that is long it is said once */
void usher_endpoint_note_time (const UsherEndpoint *self, gint64 time);
/* its handler was run, successfully, or has wanted to read the store */
void usher_endpoint_note_reads (const UsherEndpoint *self, gboolean has_read);
/* its handler has done without the store often, and always */
gboolean usher_endpoint_reads_nothing (const UsherEndpoint *self);
gboolean usher_endpoint_run (const UsherEndpoint *self,
                             UsherRequest *request,
                             UsherUnit *unit,
                             UsherReply *reply,
                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEndpoint, usher_endpoint_free)

G_END_DECLS
