/* usher-mongo-transfer-rows.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transfer-rows-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-outbox-entry-private.h"
#include "usher-mongo-requests-private.h"
#include "usher-mongo-timer-entry-private.h"
#include "usher-mongo-value-private.h"

/* entries whose generation is compared with all others of their key at once */
#define CHUNK 256

typedef struct
{
  UsherMongoDatabase *database; /* (unowned) */
  UsherMongoTable *table;       /* (unowned) (nullable) */
  UsherMongoTables *tables;     /* (unowned) */
  UsherTransferPart part;
  const char *member; /* the array that has the entries */
  UsherTransferFunc func;
  gpointer user_data;
  const char *collection; /* (unowned): which is being read */
  GPtrArray *chunk;       /* (owned) (element-type bson_t): entries that wait for being compared */
  GError **error;
  gboolean ok;
} Walk;

static gboolean
on_document (const bson_t *row, gpointer user_data, GError **error)
{
  Walk *self = user_data;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherDocument) document = usher_mongo_document_read (self->table, row, &trouble);
  const UsherTransferRow found = { USHER_TRANSFER_DOCUMENTS, .document = document };

  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return FALSE;
    }

  return document == NULL || self->func (&found, self->user_data, error);
}

/* In the order of lists, without what waits in them. */
static gboolean
read_documents (Walk *self, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  BCON_APPEND (&filter, "version", "{", "$exists", BCON_BOOL (true), "}");
  BCON_APPEND (&options,
               "sort",
               "{",
               "_id",
               BCON_INT32 (1),
               "}",
               "projection",
               "{",
               "_outbox",
               BCON_INT32 (0),
               "_applied",
               BCON_INT32 (0),
               "_timers",
               BCON_INT32 (0),
               "_request",
               BCON_INT32 (0),
               "}");

  return usher_mongo_database_find (self->database,
                                    usher_mongo_table_get_name (self->table),
                                    &filter,
                                    &options,
                                    on_document,
                                    self,
                                    error);
}

static gboolean
tell_event (Walk *self, const bson_t *entry, GError **error)
{
  g_autoptr (UsherEvent) event = usher_mongo_outbox_entry_read (entry);
  const UsherTransferRow row = { USHER_TRANSFER_EVENTS, .event = event };

  return event == NULL || self->func (&row, self->user_data, error);
}

static gboolean
tell_applied (Walk *self, const bson_t *entry, GError **error)
{
  const char *key = usher_mongo_entry_get_text (entry, "k");
  const char *divider = key != NULL ? strstr (key, USHER_MONGO_DIVIDER) : NULL;
  UsherTransferRow row = { USHER_TRANSFER_APPLIED };
  g_autofree char *applied = NULL;

  if (divider == NULL)
    return TRUE;

  applied = g_strndup (key, (gsize) (divider - key));
  row.applied = applied;
  row.subscriber = divider + strlen (USHER_MONGO_DIVIDER);
  usher_mongo_read_time (entry, "at", &row.time);

  return self->func (&row, self->user_data, error);
}

static gboolean
tell_request (Walk *self, const bson_t *entry, GError **error)
{
  g_autoptr (UsherRequestRecord) request = usher_mongo_request_entry_read (entry);
  const UsherTransferRow row = { USHER_TRANSFER_REQUESTS, .request = request };

  return request == NULL || self->func (&row, self->user_data, error);
}

static gboolean
tell_timer (Walk *self, const bson_t *entry, GError **error)
{
  g_autoptr (UsherTimer) timer = usher_mongo_timer_entry_read (entry);
  const UsherTransferRow row = { USHER_TRANSFER_TIMERS, .timer = timer };

  return timer == NULL || self->func (&row, self->user_data, error);
}

static void
note_highest (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  const char *key = usher_mongo_entry_get_text (entry, "k");
  gint64 *highest = key != NULL ? g_hash_table_lookup (user_data, key) : NULL;

  if (highest != NULL)
    *highest = MAX (*highest, usher_mongo_entry_get_integer (entry, "g"));
}

/* (transfer full) (nullable) (element-type utf8 gint64): the generation that counts, of each key in the chunk */
static GHashTable *
read_highest (Walk *self, GError **error)
{
  g_autoptr (GHashTable) highest = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autofree char *path = g_strconcat (self->member, ".k", NULL);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  bson_t keys;
  bson_t array;

  bson_append_document_begin (&filter, path, -1, &keys);
  bson_append_array_begin (&keys, "$in", -1, &array);
  for (guint i = 0; i < self->chunk->len; i++)
    {
      const char *key = usher_mongo_entry_get_text (g_ptr_array_index (self->chunk, i), "k");
      g_autofree char *index = g_strdup_printf ("%u", i);

      bson_append_utf8 (&array, index, -1, key, -1);
      g_hash_table_replace (highest, (gpointer) key, g_new0 (gint64, 1));
    }
  bson_append_array_end (&keys, &array);
  bson_append_document_end (&filter, &keys);

  return usher_mongo_entries_find (self->database,
                                   self->tables,
                                   self->member,
                                   &filter,
                                   NULL,
                                   note_highest,
                                   highest,
                                   error)
             ? g_steal_pointer (&highest)
             : NULL;
}

/* Of entries with one key the one of the highest generation counts. */
static gboolean
tell_chunk (Walk *self, GError **error)
{
  g_autoptr (GHashTable) highest = read_highest (self, error);

  for (guint i = 0; highest != NULL && i < self->chunk->len; i++)
    {
      const bson_t *entry = g_ptr_array_index (self->chunk, i);
      const gint64 *counts = g_hash_table_lookup (highest, usher_mongo_entry_get_text (entry, "k"));

      if (usher_mongo_entry_get_integer (entry, "g") < *counts)
        continue;
      if (self->part == USHER_TRANSFER_TIMERS ? !tell_timer (self, entry, error)
                                              : !tell_request (self, entry, error))
        return FALSE;
    }
  g_ptr_array_set_size (self->chunk, 0);

  return highest != NULL;
}

static gboolean
take_slip (Walk *self, const bson_t *entry, GError **error)
{
  if (usher_mongo_entry_is_dead (entry) || usher_mongo_entry_get_text (entry, "k") == NULL)
    return TRUE;

  g_ptr_array_add (self->chunk, bson_copy (entry));

  return self->chunk->len < CHUNK || tell_chunk (self, error);
}

static void
on_entry (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  Walk *self = user_data;

  if (!self->ok)
    return;

  if (self->part == USHER_TRANSFER_EVENTS)
    self->ok = tell_event (self, entry, self->error);
  else if (self->part == USHER_TRANSFER_APPLIED)
    self->ok = tell_applied (self, entry, self->error);
  else
    self->ok = take_slip (self, entry, self->error);
}

static gboolean
on_holder (const bson_t *row, gpointer user_data, GError **error)
{
  Walk *self = user_data;

  self->error = error;
  usher_mongo_entries_foreach (self->collection, row, self->member, on_entry, self);

  return self->ok;
}

static gboolean
read_holders (Walk *self, const char *collection, const char *path, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  self->collection = collection;
  BCON_APPEND (&filter, BCON_UTF8 (path), "{", "$exists", BCON_BOOL (true), "}");
  BCON_APPEND (&options,
               "sort",
               "{",
               "_id",
               BCON_INT32 (1),
               "}",
               "projection",
               "{",
               BCON_UTF8 (self->member),
               BCON_INT32 (1),
               "}");

  return usher_mongo_database_find (
      self->database, collection, &filter, &options, on_holder, self, error);
}

/* The carriers come first: those of a copy have the events that were there before all others. */
static gboolean
read_entries (Walk *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) tables = usher_mongo_tables_list (self->tables);

  self->ok = TRUE;
  if (!read_holders (self, USHER_MONGO_CARRIERS, path, error))
    return FALSE;
  for (guint i = 0; i < tables->len; i++)
    if (!read_holders (
            self, usher_mongo_table_get_name (g_ptr_array_index (tables, i)), path, error))
      return FALSE;

  return self->chunk->len == 0 || tell_chunk (self, error);
}

gboolean
usher_mongo_transfer_rows_read (UsherMongoDatabase *database,
                                UsherTransferPart part,
                                UsherMongoTable *table,
                                UsherMongoTables *tables,
                                UsherTransferFunc func,
                                gpointer user_data,
                                GError **error)
{
  /* in the order of UsherTransferPart */
  static const char *const members[] = { NULL, "_outbox", "_applied", "_request", "_timers" };
  static const char *const paths[] = {
    NULL, "_outbox.id", "_applied.k", "_request.u", "_timers.u",
  };
  g_autoptr (GPtrArray) chunk = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  Walk self = { database, table, tables, part, members[part], func, user_data };

  self.chunk = chunk;

  return table != NULL ? read_documents (&self, error) : read_entries (&self, paths[part], error);
}
