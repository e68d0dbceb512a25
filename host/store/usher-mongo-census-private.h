/* usher-mongo-census-private.h: what the documents of one collection on a MongoDB server are and carry
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-database-private.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_MONGO_DOCUMENTS,
  USHER_MONGO_OUTBOX,
  USHER_MONGO_INBOX,
  USHER_MONGO_REQUESTS,
  USHER_MONGO_TIMERS,
  USHER_MONGO_N_KINDS,
} UsherMongoKind;

typedef struct
{
  gint64 rows[USHER_MONGO_N_KINDS];
  gint64 bytes[USHER_MONGO_N_KINDS];
  gint64 n_parked; /* timers */
  gint64 n_failing;
} UsherMongoCensus;

/* Adds those of @collection to @census. */
gboolean usher_mongo_census_take (UsherMongoCensus *census,
                                  UsherMongoDatabase *database,
                                  const char *collection,
                                  GError **error);

G_END_DECLS
