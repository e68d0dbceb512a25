/* usher-mongo-timers-private.h: durable timers, in a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-timer.h"

G_BEGIN_DECLS

/* The timers that documents carry, and those that are due next, in memory. An entry that another one supersedes is not told, and is
 * taken away by who finds it. Reference counted, any thread. */
typedef struct _UsherMongoTimers UsherMongoTimers;

UsherMongoTimers *usher_mongo_timers_new (UsherMongoDatabase *database, UsherMongoTables *tables);
UsherMongoTimers *usher_mongo_timers_ref (UsherMongoTimers *self);
void usher_mongo_timers_unref (UsherMongoTimers *self);

/* earliest first, without those that are parked; (transfer full) (element-type UsherTimer) */
GPtrArray *
usher_mongo_timers_list (UsherMongoTimers *self, gint64 due, guint limit, GError **error);
/* likewise, those that were set after @since, in any order; reads them all */
GPtrArray *
usher_mongo_timers_list_since (UsherMongoTimers *self, gint64 since, guint limit, GError **error);
/* likewise, those with reasons, parked ones first, then by name and key */
GPtrArray *usher_mongo_timers_list_troubled (UsherMongoTimers *self,
                                             guint offset,
                                             guint limit,
                                             GError **error);
/* likewise, those that go back to @correlation, in the order in which they were set; reads them all */
GPtrArray *usher_mongo_timers_list_of (UsherMongoTimers *self,
                                       const char *correlation,
                                       guint limit,
                                       GError **error);
/* @timer: (out) (transfer full) (nullable) */
gboolean usher_mongo_timers_find (UsherMongoTimers *self,
                                  const char *name,
                                  const char *key,
                                  UsherTimer **timer,
                                  GError **error);

/* When the next one is due, G_MAXINT64: there is none that fires by itself. From memory, where that was read no longer than @max_age
 * microseconds ago and nothing came after; what was known while the server cannot be read. */
gint64 usher_mongo_timers_get_next_due (UsherMongoTimers *self, gint64 max_age);
/* A commit of this process set one, or dropped or parked it (@due is G_MAXINT64). Never waits for the server. @key: as
 * usher_mongo_timer_entry_dup_key() makes it */
void
usher_mongo_timers_note (UsherMongoTimers *self, const char *key, gint64 generation, gint64 due);
/* other processes may have set some, or a commit of this one may have */
void usher_mongo_timers_forget (UsherMongoTimers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoTimers, usher_mongo_timers_unref)

G_END_DECLS
