/* usher-commit-private.h: what a commit holds, for its two halves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"

G_BEGIN_DECLS

struct _UsherCommit
{
  gatomicrefcount ref_count;
  gint64 time;
  GArray *changes;             /* (owned) (nullable) (element-type UsherChange) */
  GPtrArray *events;           /* (owned) (nullable) (element-type UsherEvent) */
  UsherOrigin *origin;         /* (owned) (nullable): of the timers that are set next */
  GArray *timers;              /* (owned) (nullable) (element-type UsherTimerChange) */
  char *event_id;              /* (owned) (nullable): with @subscriber the key of the inbox */
  char *subscriber;            /* (owned) (nullable) */
  UsherTimer *fired;           /* (owned) (nullable) */
  UsherRequestRecord *request; /* (owned) (nullable) */

  gboolean was_applied;
  UsherDocument *taken; /* (owned) (nullable): whose key another document has */
  char **taken_fields;  /* (owned) (nullable): of the key */
  UsherMark before;
  GArray *marks; /* (owned) (nullable) (element-type UsherMark): of the events */
};

/* usher_commit_publish() before the event at @place, or at the end */
void usher_commit_publish_at (UsherCommit *self, UsherEvent *event, guint place);

G_END_DECLS
