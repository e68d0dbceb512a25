/* usher-trace-page.h: what the log of a bus has of one request or event
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id;     /* of the event, its correlation or its cause */
  const char *cursor; /* (nullable): of the page before; NULL: @since says where to begin */
  gint64 since;       /* wall time, microseconds; what is older is left out; 0: nothing is */
  gint64 until;       /* where to end */
} UsherTraceQuery;

/* (transfer full) (nullable): a page of JSON: `items`, in the order of their times, without payloads; `cursor`; `read`, events that were
 * looked at; and `more`, whether there is something to read behind them. It asks the hub for one small page after the other, for a
 * second at most. Blocks, on none of the bus's threads. */
char *usher_trace_page_make (UsherBus *bus, const UsherTraceQuery *query, GError **error);
/* the moment that a UUID of version 7 was made, wall time in microseconds; 0: @id tells none */
gint64 usher_trace_page_get_time (const char *id);

G_END_DECLS
