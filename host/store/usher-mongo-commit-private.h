/* usher-mongo-commit-private.h: a commit, as it is written to a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-mongo-place-private.h"
#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* One attempt to write a commit, on one thread; it lies on the stack of whoever makes it. All of a commit is in one write of one
 * document, its home, or in one transaction. */
typedef struct
{
  UsherMongoDatabase *database; /* (unowned) */
  UsherMongoTables *tables;     /* (unowned) */
  UsherCommit *commit;          /* (unowned) */
  const char *token;            /* (unowned): of this commit alone */

  GPtrArray *slips;      /* (owned) (element-type UsherMongoSlip) */
  UsherMongoPlace *home; /* (owned) (nullable): NULL: there was nothing to write */
  bson_t outbox;         /* of the home after the write, an array */
  gboolean has_outbox;   /* FALSE: the home is new, or there are no events */
  gboolean is_unknown;   /* it failed, and may have been written all the same */
} UsherMongoCommit;

void usher_mongo_commit_init (UsherMongoCommit *self,
                              UsherMongoDatabase *database,
                              UsherMongoTables *tables,
                              UsherCommit *commit,
                              const char *token);
void usher_mongo_commit_clear (UsherMongoCommit *self);
/* see usher_store_commit(); @limit: of documents, 0: none */
gboolean usher_mongo_commit_run (UsherMongoCommit *self, guint limit, GError **error);

/* which commits are to be written one after the other */
guint usher_mongo_commit_hash (UsherCommit *commit);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherMongoCommit, usher_mongo_commit_clear)

G_END_DECLS
