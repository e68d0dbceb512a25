/* usher-bus-pages-private.h: the figures of a bus as JSON, as NATS Streaming shows itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-json-writer.h"
#include "usher-request.h"

G_BEGIN_DECLS

/* What may be said behind the name of a page. */
typedef struct
{
  gboolean subs;
  guint limit;
  guint offset;
  const char *channel; /* (nullable) */
  const char *client;  /* (nullable) */
} UsherBusPageQuery;

/* borrows the strings of the request */
void usher_bus_page_query_read (UsherBusPageQuery *self, UsherRequest *request);
/* else NOT_FOUND */
gboolean usher_bus_page_exists (const char *page, GError **error);
/* Asks the bus and prints a page: “serverz”, “storez”, “clientsz”, “channelsz” or “groupsz”. Any thread but the bus's; NULL:
 * NOT_FOUND, UNAVAILABLE. */
char *usher_bus_page_make (UsherBus *bus,
                           const char *page,
                           const UsherBusPageQuery *query,
                           GError **error);

G_END_DECLS
