/* usher-mongo-watch-private.h: the thread that hears of other processes' commits to a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-lease-private.h"
#include "usher-mongo-timers-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* As long as a store is open its thread shows that, looks who else has it and who relays, and tells of what others committed: by a
 * stream of changes where the server has them, else by asking. Reference counted, any thread. */
typedef struct _UsherMongoWatch UsherMongoWatch;

typedef struct
{
  UsherMongoDatabase *database;
  UsherMongoOwners *owners;
  UsherMongoLease *lease;
  UsherMongoTimers *timers; /* which forget what others may have changed */
} UsherMongoWatchParts;

/* @parts: each gets a reference */
UsherMongoWatch *usher_mongo_watch_new (const UsherMongoWatchParts *parts, GError **error);
UsherMongoWatch *usher_mongo_watch_ref (UsherMongoWatch *self);
void usher_mongo_watch_unref (UsherMongoWatch *self);
/* @func is called on the thread of the watch, with @store (unowned) */
void usher_mongo_watch_set_func (UsherMongoWatch *self,
                                 UsherStore *store,
                                 UsherStoreWatchFunc func,
                                 gpointer user_data);
/* a commit of this process was written; never waits */
void usher_mongo_watch_announce (UsherMongoWatch *self);
/* one may have been written, nobody knows: whoever watches looks */
void usher_mongo_watch_lose (UsherMongoWatch *self);
/* Ends the thread and waits for it, unless it is the one that calls. Others hear of what was not told when the owner ends. */
void usher_mongo_watch_stop (UsherMongoWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoWatch, usher_mongo_watch_unref)

G_END_DECLS
