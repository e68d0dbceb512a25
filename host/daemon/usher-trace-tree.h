/* usher-trace-tree.h: what led to what
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  USHER_TRACE_EVENT,
  USHER_TRACE_FIRED, /* a timer that an event names as its cause */
  USHER_TRACE_TIMER, /* one that a store has */
} UsherTraceKind;

typedef struct
{
  UsherTraceKind kind;
  JsonObject *object; /* (owned) (nullable): as it was answered; NULL: of a timer that fired */
  char *id;           /* (owned): of an event, or SERVICE/NAME/KEY */
  gint64 time;        /* wall time in microseconds; of a timer that is set, when it is due */
  guint depth;
  const char *parent; /* (unowned) (nullable): the id of what led to it */
} UsherTraceNode;

/* Events and timers are added as they come, the same one once. Any causes will do: what leads in a circle, or is not there, is a
 * beginning. */
typedef struct _UsherTraceTree UsherTraceTree;

UsherTraceTree *usher_trace_tree_new (void);
void usher_trace_tree_free (UsherTraceTree *self);
void usher_trace_tree_add_event (UsherTraceTree *self, JsonObject *event);
void usher_trace_tree_add_timer (UsherTraceTree *self, JsonObject *timer);
guint usher_trace_tree_get_n_events (UsherTraceTree *self);
/* (nullable): an event */
JsonObject *usher_trace_tree_find_event (UsherTraceTree *self, const char *id);
/* (transfer container) (element-type UsherTraceNode): what led to something stands before it, which is deeper by one; what has the
 * same cause is in the order of its time */
GPtrArray *usher_trace_tree_list (UsherTraceTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTraceTree, usher_trace_tree_free)

G_END_DECLS
