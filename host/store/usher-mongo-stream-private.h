/* usher-mongo-stream-private.h: the thread that follows what others write on a replica set
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"

G_BEGIN_DECLS

typedef struct _UsherMongoStream UsherMongoStream;

/* A document was written by another process; NULL: anything may have been, as the thread of changes was lost. On the stream's thread */
typedef void (*UsherMongoStreamFunc) (const char *collection, const char *id, gpointer user_data);

/* @owner: whose commits are left out. Goes on after errors where it was, or says that it cannot. */
UsherMongoStream *usher_mongo_stream_new (UsherMongoDatabase *database,
                                          const char *owner,
                                          UsherMongoStreamFunc func,
                                          gpointer user_data,
                                          GError **error);
/* ends the thread, and waits for it */
void usher_mongo_stream_free (UsherMongoStream *self);
/* whether it hears of changes now; never waits */
gboolean usher_mongo_stream_is_following (UsherMongoStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoStream, usher_mongo_stream_free)

G_END_DECLS
