/* usher-mongo-load-private.h: what a commit has a document carry
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>

#include "usher-commit.h"

G_BEGIN_DECLS

/* Events, the mark that one was applied, timers, the key of a request, and the token of the commit. */
typedef struct
{
  UsherCommit *
      commit; /* (unowned) (nullable): NULL: nothing but the token, in a document that is not the home */
  GPtrArray *slips;  /* (unowned) (element-type UsherMongoSlip) */
  const char *token; /* (unowned) */
  gint64 time;       /* of the commit */
} UsherMongoLoad;

/* appends it as members of a document that is new */
void usher_mongo_load_append (const UsherMongoLoad *self, bson_t *document);
/* appends it as members of `$set` in a pipeline, to what the document carries already */
void usher_mongo_load_append_stage (const UsherMongoLoad *self, bson_t *set);
/* appends all that a document which is removed goes on to carry, as members of `$replaceWith` */
void usher_mongo_load_append_rest (const UsherMongoLoad *self, bson_t *document);

G_END_DECLS
