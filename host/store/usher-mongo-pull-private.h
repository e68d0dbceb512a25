/* usher-mongo-pull-private.h: an entry that is to be taken out of a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"
#include "usher-mongo-place-private.h"

G_BEGIN_DECLS

typedef struct _UsherMongoPull UsherMongoPull;

/* of the array @member the entry whose @field is @value; @member and @field: (transfer none): constants */
UsherMongoPull *usher_mongo_pull_new (UsherMongoPlace *place,
                                      const char *member,
                                      const char *field,
                                      const char *value);
void usher_mongo_pull_free (UsherMongoPull *self);
const char *usher_mongo_pull_get_value (UsherMongoPull *self);

/* Takes all of them out, and with them carriers that carry nothing then. It may be done twice. @pulls: (element-type UsherMongoPull) */
gboolean usher_mongo_pull_run (GPtrArray *pulls, UsherMongoDatabase *database, GError **error);

G_END_DECLS
