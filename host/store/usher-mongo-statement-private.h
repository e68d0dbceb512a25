/* usher-mongo-statement-private.h: one write of one document, as the server is told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-load-private.h"
#include "usher-mongo-place-private.h"
#include "usher-mongo-table-private.h"

G_BEGIN_DECLS

/* What is written where. */
typedef struct
{
  UsherMongoPlace *place;    /* (unowned) */
  UsherMongoTable *table;    /* (unowned) (nullable): NULL: of a carrier */
  const UsherChange *change; /* (unowned) (nullable): NULL: only what it carries changes */
  const UsherMongoLoad *load;
} UsherMongoStatement;

/* Makes what a new document is, in an empty @document. */
gboolean usher_mongo_statement_append_document (const UsherMongoStatement *self,
                                                bson_t *document,
                                                GError **error);
/* Makes the command that inserts it, in an empty @command. */
gboolean
usher_mongo_statement_insert (const UsherMongoStatement *self, bson_t *command, GError **error);
/* Likewise, of what is there: a document at its version, or without one where it was removed before; or whatever carries. */
gboolean
usher_mongo_statement_update (const UsherMongoStatement *self, bson_t *command, GError **error);

/* whether the document was there */
gboolean usher_mongo_statement_has_matched (const bson_t *reply);
/* (nullable) (transfer full): the id of the event that is before those of @commit in the document */
char *usher_mongo_statement_dup_before (const bson_t *reply, UsherCommit *commit);

G_END_DECLS
