/* usher-lineage-private.h: which log a log is, and whether it is the one that a store has seen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-reach.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* what who knows another log may do */
#define USHER_LINEAGE_WAYS_OUT                                                                   \
  "; bring the right one back (“usher restore”), or go on without what is lost: start what " \
  "has the log once with --adopt (“usher run --adopt”, “usher up --adopt” or “usher hub --adopt”)"

/* A log has a name that no other has, for good, and counts all events that ever came in. Each time it is open and events come in is
 * a run, with a number that no other has: so a copy that went on by itself is told from the log that it was made of. */
typedef struct _UsherLineage UsherLineage;

/* A run, and how many events had come in before. */
typedef struct
{
  guint64 id; /* 0: none */
  guint64 begin;
} UsherLineageRun;

/* on a connection of the log: names one that has no name */
gboolean usher_lineage_prepare (UsherSqliteConnection *connection, GError **error);
/* in a transaction of the log */
gboolean usher_lineage_write_run (UsherSqliteConnection *connection,
                                  const UsherLineageRun *run,
                                  GError **error);
/* Gives the log another name, and lets stores take that for the one that they knew until @time. */
gboolean usher_lineage_adopt (UsherSqliteConnection *connection, gint64 time, GError **error);

/* what the log says of itself, and a new run */
UsherLineage *usher_lineage_new (UsherSqliteConnection *connection, GError **error);
void usher_lineage_free (UsherLineage *self);
const char *usher_lineage_get_log (const UsherLineage *self);
/* what is to be written of the run with its first events, at @position; nothing when that was done */
void usher_lineage_begin_run (const UsherLineage *self, guint64 position, UsherLineageRun *run);
/* it was written */
void usher_lineage_add_run (UsherLineage *self, const UsherLineageRun *run);
void usher_lineage_get_reach (const UsherLineage *self,
                              guint64 position,
                              gint64 time,
                              UsherReach *reach);
/* Whether the log, at @position, has all that it had when it had come as far as @known. CONFLICT tells both. */
gboolean usher_lineage_check (const UsherLineage *self,
                              guint64 position,
                              gint64 time,
                              const UsherReach *known,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherLineage, usher_lineage_free)

G_END_DECLS
