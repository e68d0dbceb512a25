/* usher-mongo-parts-private.h: what a MongoDB store is made of
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-figures-private.h"
#include "usher-mongo-lease-private.h"
#include "usher-mongo-outbox-private.h"
#include "usher-mongo-watch-private.h"

G_BEGIN_DECLS

/* Immutable but for what the parts do; reference counted, any thread. */
typedef struct
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoTables *tables;     /* (owned) */
  UsherMongoOwners *owners;     /* (owned) */
  UsherMongoLease *lease;       /* (owned) */
  UsherMongoTimers *timers;     /* (owned) */
  UsherMongoWatch *watch;       /* (owned) */
  UsherMongoTidy *tidy;         /* (owned) */
  UsherMongoOutbox *outbox;     /* (owned) */
  UsherMongoFigures *figures;   /* (owned) */
} UsherMongoParts;

/* see usher_mongo_store_new() */
UsherMongoParts *usher_mongo_parts_new (const char *uri, GError **error);
UsherMongoParts *usher_mongo_parts_ref (UsherMongoParts *self);
void usher_mongo_parts_unref (UsherMongoParts *self);
/* ends what goes on by itself, once nothing is committed any more */
void usher_mongo_parts_close (UsherMongoParts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoParts, usher_mongo_parts_unref)

G_END_DECLS
