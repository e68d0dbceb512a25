/* usher-mongo-outbox-private.h: the events that documents carry, in an order of this process's own
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-mongo-table-private.h"
#include "usher-mongo-tidy-private.h"

G_BEGIN_DECLS

/* Events get numbers as this process learns of them: its own as they are committed, others as they are read. Those of one document are
 * in the order of its commits, whoever did them. What does not fit into memory has no number until there is room. Any thread. */
typedef struct _UsherMongoOutbox UsherMongoOutbox;

/* @tables: (unowned) */
UsherMongoOutbox *usher_mongo_outbox_new (UsherMongoDatabase *database,
                                          UsherMongoTables *tables,
                                          UsherMongoTidy *tidy);
void usher_mongo_outbox_free (UsherMongoOutbox *self);

/* Tells the marks of @commit, which was written to @place. @before: (nullable): the id of the event before its own there; NULL: there
 * was none */
void usher_mongo_outbox_add (UsherMongoOutbox *self,
                             UsherCommit *commit,
                             UsherMongoPlace *place,
                             const char *before);
/* see usher_store_list_outbox() */
GPtrArray *usher_mongo_outbox_list (UsherMongoOutbox *self,
                                    const UsherMark *after,
                                    guint limit,
                                    GArray *marks,
                                    GError **error);
void usher_mongo_outbox_trim (UsherMongoOutbox *self, const UsherMark *upto);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoOutbox, usher_mongo_outbox_free)

G_END_DECLS
