/* usher-mongo-writer-private.h: the threads that commit to a MongoDB database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-parts-private.h"
#include "usher-store.h"

G_BEGIN_DECLS

/* Commits that have the same home are written in their order, others beside each other. Reference counted, any thread. */
typedef struct _UsherMongoWriter UsherMongoWriter;

/* @limit: of documents a commit, 0: none; @is_shared: others are meant to have the database too */
UsherMongoWriter *usher_mongo_writer_new (UsherMongoParts *parts, guint limit, gboolean is_shared);
UsherMongoWriter *usher_mongo_writer_ref (UsherMongoWriter *self);
void usher_mongo_writer_unref (UsherMongoWriter *self);
/* before the first commit */
void usher_mongo_writer_set_observer (UsherMongoWriter *self,
                                      UsherStore *store,
                                      UsherStoreObserver observer,
                                      gpointer user_data);

void usher_mongo_writer_commit (UsherMongoWriter *self,
                                UsherCommit *commit,
                                UsherCommittedFunc func,
                                gpointer user_data);
/* Whether the disk of the server was full when it was written to last. Who asks has it tried now and then. */
gboolean usher_mongo_writer_is_full (UsherMongoWriter *self);
/* writes what was given to it and ends the threads */
void usher_mongo_writer_close (UsherMongoWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoWriter, usher_mongo_writer_unref)

G_END_DECLS
