/* usher-mongo-timer-search-private.h: timers as documents on a MongoDB server carry them, without those that are superseded
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-mongo-table-private.h"
#include "usher-timer.h"

G_BEGIN_DECLS

typedef struct
{
  const bson_t *filter;
  const char *sort;  /* (nullable): what the documents of a collection are read by */
  guint n_documents; /* how many of a collection are read */
  gboolean (*wants) (UsherTimer *timer, gint64 value, const char *text);
  gint64 value;         /* for @wants */
  GCompareFunc compare; /* (nullable): of pointers to timers */
  guint offset;         /* of those that are wanted, in that order */
  guint limit;
  const char *text; /* (nullable): for @wants */
} UsherMongoTimerSearch;

/* (transfer full) (element-type UsherTimer). @horizon: (out) (nullable): what was read of no collection to its end is due from then on;
 * G_MAXINT64: all was read */
GPtrArray *usher_mongo_timer_search_run (const UsherMongoTimerSearch *search,
                                         UsherMongoDatabase *database,
                                         UsherMongoTables *tables,
                                         gint64 *horizon,
                                         GError **error);

G_END_DECLS
