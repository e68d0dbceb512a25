/* usher-events-query.h: which events somebody wants to see
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherEventsQuery:
 * @channel: (nullable): the channel, `NULL`: all
 * @cursor: (nullable): the one of the page before; `NULL`: @after says where to begin
 * @after: the sequence behind which each channel begins; -1: at its end
 * @limit: how many events at most; the bus may give fewer
 * @wait: microseconds that the question waits in the bus for an event, 0: not
 * @patience: microseconds after which it has failed when there is no answer; longer than @wait
 *
 * Which events are asked for. Strings are borrowed for the call.
 *
 * In C it is a variable. [ctor@EventsQuery.new] is for bindings; only what that makes, or [method@EventsQuery.copy], is
 * freed.
 */
typedef struct
{
  const char *channel;
  const char *cursor;
  gint64 after;
  guint limit;
  gint64 wait;
  gint64 patience;
} UsherEventsQuery;

#define USHER_TYPE_EVENTS_QUERY (usher_events_query_get_type ())

USHER_API
GType usher_events_query_get_type (void);
USHER_API
UsherEventsQuery *usher_events_query_new (const char *channel, const char *cursor);
USHER_API
UsherEventsQuery *usher_events_query_copy (const UsherEventsQuery *self);
USHER_API
void usher_events_query_free (UsherEventsQuery *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEventsQuery, usher_events_query_free)

G_END_DECLS
