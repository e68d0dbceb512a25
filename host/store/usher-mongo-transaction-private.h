/* usher-mongo-transaction-private.h: several documents, written as one
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-write-private.h"

G_BEGIN_DECLS

/* Where the server has transactions. */
typedef struct
{
  UsherMongoDatabase *database; /* (unowned) */
  UsherMongoTables *tables;     /* (unowned) */
  UsherCommit *commit;          /* (unowned) */
  const UsherMongoLoad *load;   /* (unowned): what the home carries */
  UsherMongoPlace *home;        /* (unowned) */
  bson_t *reply;                /* set: of the write to the home, or of the one that was refused */

  UsherMongoStatement
      statement; /* set: the one that was refused, or missed, without place and load */
} UsherMongoTransaction;

UsherMongoWritten usher_mongo_transaction_run (UsherMongoTransaction *self, GError **error);

G_END_DECLS
