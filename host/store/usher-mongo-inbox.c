/* usher-mongo-inbox.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-inbox-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-value-private.h"

char *
usher_mongo_inbox_dup_key (const char *event_id, const char *subscriber)
{
  return g_strconcat (event_id, USHER_MONGO_DIVIDER, subscriber, NULL);
}

void
usher_mongo_inbox_entry_append (bson_t *entry, const char *key, gint64 time)
{
  bson_append_utf8 (entry, "k", -1, key, -1);
  usher_mongo_append_time (entry, "at", time);
}

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  *(gboolean *) user_data = TRUE;

  return TRUE;
}

gboolean
usher_mongo_inbox_find (UsherMongoDatabase *database,
                        UsherMongoTables *tables,
                        const char *event_id,
                        const char *subscriber,
                        gboolean *is_known,
                        GError **error)
{
  g_autoptr (GPtrArray) names = usher_mongo_entries_list_collections (tables);
  g_autofree char *key = usher_mongo_inbox_dup_key (event_id, subscriber);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  BCON_APPEND (&filter, "_applied.k", BCON_UTF8 (key));
  BCON_APPEND (&options, "projection", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (1));

  *is_known = FALSE;
  for (guint i = 0; i < names->len && !*is_known; i++)
    if (!usher_mongo_database_find (
            database, g_ptr_array_index (names, i), &filter, &options, on_row, is_known, error))
      return FALSE;

  return TRUE;
}
