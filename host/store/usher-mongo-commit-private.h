/* usher-mongo-commit-private.h: a commit, as it is written to a MongoDB server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-commit.h"
#include "usher-mongo-write-private.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_MONGO_COMMIT_DONE,
  USHER_MONGO_COMMIT_FAILED,
  USHER_MONGO_COMMIT_READY, /* it is known what is to be written */
  USHER_MONGO_COMMIT_AGAIN, /* something that was looked up is not so any more */
} UsherMongoCommitState;

/* One attempt to write a commit, on one thread; it stays where it is. All of a commit is in one write of one document, its home, or in
 * one transaction. */
typedef struct
{
  UsherMongoDatabase *database; /* (unowned) */
  UsherMongoTables *tables;     /* (unowned) */
  UsherCommit *commit;          /* (unowned) */
  const char *token;            /* (unowned): of this commit alone */

  GPtrArray *slips;      /* (owned) (element-type UsherMongoSlip) */
  UsherMongoPlace *home; /* (owned) (nullable): NULL: there was nothing to write */
  char *before;          /* (owned) (nullable): the id of the event before its own in the home */
  gboolean is_unknown;   /* it failed, and may have been written all the same */

  UsherMongoCommitState state;
  UsherMongoLoad load;
  UsherMongoStatement statement; /* when it is READY and changes no more than one document */
  gboolean is_insert;            /* of something new */
  GError *error;                 /* (owned) (nullable): when it is FAILED */
} UsherMongoCommit;

void usher_mongo_commit_init (UsherMongoCommit *self,
                              UsherMongoDatabase *database,
                              UsherMongoTables *tables,
                              UsherCommit *commit,
                              const char *token);
void usher_mongo_commit_clear (UsherMongoCommit *self);
/* Finds out what is to be written. @limit: of documents, 0: none */
void usher_mongo_commit_begin (UsherMongoCommit *self, guint limit);
/* Writes it, then; see usher_store_commit(). @attempt: (nullable): what came of its statement already */
gboolean
usher_mongo_commit_end (UsherMongoCommit *self, UsherMongoAttempt *attempt, GError **error);

/* (nullable): where it makes one new document, and nothing else: what it finds out before does not hang on commits that it is written
 * with */
const char *usher_mongo_commit_get_new_collection (UsherCommit *commit);
/* which commits are to be written one after the other */
guint usher_mongo_commit_hash (UsherCommit *commit);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherMongoCommit, usher_mongo_commit_clear)

G_END_DECLS
