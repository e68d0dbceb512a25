/* usher-reach.h: how far a log has come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * USHER_REACH_LOG_SIZE:
 *
 * The bytes of a UUID and its NUL.
 */
#define USHER_REACH_LOG_SIZE 37

/**
 * UsherReach:
 * @log: which log it is, a UUID; empty: none is known
 * @run: which of the times that the log was open the last event came in; 0: before they were told apart
 * @position: how many events had come in all
 * @time: when it was told, wall time of whoever has the log, in microseconds
 *
 * How far the log of a bus has come, so that one that is not the same any more, or lacks events that it had, is told by it.
 *
 * It is a value and copied as one.
 */
typedef struct
{
  char log[USHER_REACH_LOG_SIZE];
  guint64 run;
  guint64 position;
  gint64 time;
} UsherReach;

#define USHER_TYPE_REACH (usher_reach_get_type ())

USHER_API
GType usher_reach_get_type (void);
USHER_API
gboolean usher_reach_is_known (const UsherReach *self);
USHER_API
void usher_reach_set_log (UsherReach *self, const char *log);
USHER_API
gboolean usher_reach_is_behind (const UsherReach *self, const UsherReach *other);
USHER_API
char *usher_reach_to_text (const UsherReach *self);
USHER_API
gboolean usher_reach_parse (UsherReach *self, const char *text);

G_END_DECLS
