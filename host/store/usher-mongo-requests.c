/* usher-mongo-requests.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-requests-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-value-private.h"

void
usher_mongo_request_entry_append (bson_t *entry,
                                  const UsherRequestRecord *record,
                                  gint64 generation)
{
  usher_mongo_entry_append_key (entry, record->key, generation);
  usher_mongo_entry_append_text (entry, "hash", record->hash);
  usher_mongo_entry_append_text (entry, "owner", record->owner);
  bson_append_int32 (entry, "status", -1, (gint32) record->status);
  usher_mongo_entry_append_text (entry, "body", record->body);
  usher_mongo_append_time (entry, "at", record->time);
}

UsherRequestRecord *
usher_mongo_request_entry_read (const bson_t *entry)
{
  const char *key = usher_mongo_entry_get_text (entry, "k");
  UsherRequestRecord *record = NULL;

  if (key == NULL || usher_mongo_entry_is_dead (entry))
    return NULL;

  record = usher_request_record_new (key,
                                     usher_mongo_entry_get_text (entry, "hash"),
                                     usher_mongo_entry_get_text (entry, "owner"));
  record->status = (guint) usher_mongo_entry_get_integer (entry, "status");
  record->body = g_strdup (usher_mongo_entry_get_text (entry, "body"));
  usher_mongo_read_time (entry, "at", &record->time);

  return record;
}

gboolean
usher_mongo_request_entry_is_free (const bson_t *entry, const UsherRequestRecord *record)
{
  const char *owner = usher_mongo_entry_get_text (entry, "owner");

  return usher_mongo_entry_is_dead (entry) ||
         (usher_mongo_entry_get_integer (entry, "status") == 0 &&
          g_strcmp0 (usher_mongo_entry_get_text (entry, "hash"), record->hash) == 0 &&
          (g_strcmp0 (owner, record->owner) == 0 || g_strcmp0 (owner, record->former) == 0));
}

gboolean
usher_mongo_requests_find (UsherMongoDatabase *database,
                           UsherMongoTables *tables,
                           const char *key,
                           UsherRequestRecord **record,
                           GError **error)
{
  bson_t *entry = NULL;

  if (!usher_mongo_entries_find_highest (database, tables, "_request", key, &entry, error))
    return FALSE;

  if (entry != NULL)
    *record = usher_mongo_request_entry_read (entry);
  g_clear_pointer (&entry, bson_destroy);

  return TRUE;
}
