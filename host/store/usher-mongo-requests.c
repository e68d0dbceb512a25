/* usher-mongo-requests.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-requests-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-value-private.h"

static void
append_text (bson_t *entry, const char *name, const char *text)
{
  if (text != NULL)
    bson_append_utf8 (entry, name, -1, text, -1);
}

void
usher_mongo_request_entry_append (bson_t *entry,
                                  const UsherRequestRecord *record,
                                  gint64 generation)
{
  usher_mongo_entry_append_key (entry, record->key, generation);
  append_text (entry, "hash", record->hash);
  append_text (entry, "owner", record->owner);
  bson_append_int32 (entry, "status", -1, (gint32) record->status);
  append_text (entry, "body", record->body);
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

typedef struct
{
  const char *key;
  gint64 generation;
  UsherRequestRecord *record; /* (owned) (nullable) */
} Lookup;

static void
take_highest (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  Lookup *lookup = user_data;
  gint64 generation = usher_mongo_entry_get_integer (entry, "g");

  if (generation <= lookup->generation ||
      g_strcmp0 (usher_mongo_entry_get_text (entry, "k"), lookup->key) != 0)
    return;

  lookup->generation = generation;
  g_clear_pointer (&lookup->record, usher_request_record_free);
  lookup->record = usher_mongo_request_entry_read (entry);
}

gboolean
usher_mongo_requests_find (UsherMongoDatabase *database,
                           UsherMongoTables *tables,
                           const char *key,
                           UsherRequestRecord **record,
                           GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Lookup lookup = { key, G_MININT64, NULL };
  gboolean ok = FALSE;

  BCON_APPEND (&filter, "_request.k", BCON_UTF8 (key));
  ok = usher_mongo_entries_find (
      database, tables, "_request", &filter, NULL, take_highest, &lookup, error);
  if (ok)
    *record = g_steal_pointer (&lookup.record);
  g_clear_pointer (&lookup.record, usher_request_record_free);

  return ok;
}
