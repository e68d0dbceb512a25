/* usher-bus-pages-private.h: the figures of a bus as JSON, as NATS Streaming shows itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-json-writer.h"

G_BEGIN_DECLS

/* Asks the bus and prints a page. @target: “serverz”, “storez”, “clientsz”, “channelsz”, “groupsz” or “parked”, perhaps with
 * a query of subs=1, limit=, offset=, channel= and client=. Any thread but the bus's; NULL: NOT_FOUND, UNAVAILABLE. */
char *usher_bus_page_make (UsherBus *bus, const char *target, GError **error);
/* (transfer full): one event as JSON, on one line */
char *usher_bus_page_print_event (UsherEvent *event);

G_END_DECLS
