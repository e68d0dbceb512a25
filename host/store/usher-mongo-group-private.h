/* usher-mongo-group-private.h: new documents of several commits, written by one command
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-write-private.h"

G_BEGIN_DECLS

/* Each document is written or not by itself, as if it were alone: it is the command that costs most. One thread. */
typedef struct _UsherMongoGroup UsherMongoGroup;

/* @collection: (unowned): of all of them */
UsherMongoGroup *usher_mongo_group_new (UsherMongoDatabase *database, const char *collection);
void usher_mongo_group_free (UsherMongoGroup *self);

/* @attempt: (unowned): one of zeros; tells what came of it once the group was sent */
void usher_mongo_group_add (UsherMongoGroup *self,
                            const UsherMongoStatement *statement,
                            UsherMongoAttempt *attempt);
/* writes all that was added */
void usher_mongo_group_send (UsherMongoGroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoGroup, usher_mongo_group_free)

G_END_DECLS
