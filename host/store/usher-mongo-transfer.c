/* usher-mongo-transfer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transfer-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-client-private.h"
#include "usher-mongo-copying-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-owners-private.h"
#include "usher-mongo-reach-private.h"
#include "usher-mongo-table-private.h"
#include "usher-mongo-transfer-batch-private.h"
#include "usher-mongo-transfer-rows-private.h"

/* of a command, where the address does not say */
#define PATIENCE "socketTimeoutMS=60000"

struct _UsherMongoTransfer
{
  GObject parent_instance;

  UsherMongoDatabase *database;   /* (owned) */
  UsherMongoOwners *owners;       /* (owned): this process has it open, too */
  UsherMongoTables *tables;       /* (owned): those that were asked for */
  UsherMongoTransferBatch *batch; /* (owned) */
};

static void transfer_iface_init (UsherStoreTransferInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherMongoTransfer,
                               usher_mongo_transfer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE_TRANSFER,
                                                      transfer_iface_init))

/* (transfer none): that of @schema; NULL for NULL */
static UsherMongoTable *
find_table (UsherMongoTransfer *self, UsherSchema *schema)
{
  UsherMongoTable *table = NULL;

  if (schema == NULL)
    return NULL;

  table = usher_mongo_tables_find (self->tables, usher_schema_get_collection (schema));
  if (table == NULL)
    {
      table = usher_mongo_table_new (schema);
      usher_mongo_tables_add (self->tables, table);
    }

  return table;
}

static gboolean
on_owner (const bson_t *row, gpointer user_data, GError **error)
{
  usher_mongo_owners_take (user_data, row);

  return TRUE;
}

static gboolean
usher_mongo_transfer_check_unused (UsherStoreTransfer *transfer, GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  guint n_others = 0;

  BCON_APPEND (&filter, "_id", "{", "$regex", BCON_UTF8 ("^owner "), "}");
  usher_mongo_owners_begin_look (self->owners);
  if (!usher_mongo_owners_beat (self->owners, error) ||
      !usher_mongo_database_find (
          self->database, USHER_MONGO_META, &filter, NULL, on_owner, self->owners, error))
    return FALSE;
  usher_mongo_owners_end_look (self->owners);

  n_others = usher_mongo_owners_get_n_others (self->owners);

  return n_others == 0 ||
         usher_refuse (
             error,
             USHER_ERROR_BUSY,
             "database “%s” is in use by %u others: stop the hosts that have it first; of one "
             "that died that is known after ten seconds",
             usher_mongo_database_get_place (self->database),
             n_others);
}

static GPtrArray *
usher_mongo_transfer_list_schemas (UsherStoreTransfer *transfer, GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);
  GPtrArray *schemas = usher_mongo_transfer_read_schemas (self->database, error);

  for (guint i = 0; schemas != NULL && i < schemas->len; i++)
    find_table (self, g_ptr_array_index (schemas, i));

  return schemas;
}

static gboolean
count_row (const UsherTransferRow *row, gpointer user_data, GError **error)
{
  *(gint64 *) user_data += 1;

  return TRUE;
}

/* the server counts documents without sending them */
static gboolean
count_documents (UsherMongoTransfer *self, const char *collection, gint64 *n_rows, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_iter_t iter;

  BCON_APPEND (&command,
               "count",
               BCON_UTF8 (collection),
               "query",
               "{",
               "version",
               "{",
               "$exists",
               BCON_BOOL (true),
               "}",
               "}");
  if (!usher_mongo_database_read (self->database, &command, &reply, error))
    return FALSE;

  if (bson_iter_init_find (&iter, &reply, "n"))
    *n_rows = bson_iter_as_int64 (&iter);

  return TRUE;
}

static gboolean
usher_mongo_transfer_count (UsherStoreTransfer *transfer,
                            UsherTransferPart part,
                            UsherSchema *schema,
                            gint64 *n_rows,
                            GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);

  *n_rows = 0;
  if (schema != NULL)
    return count_documents (self, usher_schema_get_collection (schema), n_rows, error);

  return usher_mongo_transfer_rows_read (
      self->database, part, NULL, self->tables, count_row, n_rows, error);
}

static gboolean
usher_mongo_transfer_read (UsherStoreTransfer *transfer,
                           UsherTransferPart part,
                           UsherSchema *schema,
                           UsherTransferFunc func,
                           gpointer user_data,
                           GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);

  return usher_mongo_transfer_rows_read (
      self->database, part, find_table (self, schema), self->tables, func, user_data, error);
}

typedef struct
{
  const char *place; /* (unowned) */
  UsherReach *reach; /* (unowned) */
} Lookup;

static gboolean
on_lease (const bson_t *row, gpointer user_data, GError **error)
{
  const Lookup *lookup = user_data;

  return usher_mongo_reach_read (row, lookup->place, lookup->reach, error);
}

static gboolean
usher_mongo_transfer_lookup_reach (UsherStoreTransfer *transfer, UsherReach *reach, GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);
  Lookup lookup = { usher_mongo_database_get_place (self->database), reach };
  g_auto (bson_t) filter = BSON_INITIALIZER;

  *reach = (UsherReach){ 0 };
  BCON_APPEND (&filter, "_id", BCON_UTF8 ("lease"));

  return usher_mongo_database_find (
      self->database, USHER_MONGO_META, &filter, NULL, on_lease, &lookup, error);
}

static gboolean
usher_mongo_transfer_lookup_mark (UsherStoreTransfer *transfer, char **mark, GError **error)
{
  return usher_mongo_copying_lookup (USHER_MONGO_TRANSFER (transfer)->database, mark, error);
}

static gboolean
usher_mongo_transfer_set_mark (UsherStoreTransfer *transfer, const char *mark, GError **error)
{
  return usher_mongo_copying_set (USHER_MONGO_TRANSFER (transfer)->database, mark, error);
}

/* (transfer full) (element-type utf8) (nullable) */
static GPtrArray *
list_collections (UsherMongoTransfer *self, GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self->database, error);
  mongoc_database_t *database = NULL;
  GPtrArray *names = NULL;
  bson_error_t trouble = { 0 };
  char **list = NULL;

  if (client == NULL)
    return NULL;

  database = mongoc_client_get_database (usher_mongo_client_get_handle (client),
                                         usher_mongo_database_get_name (self->database));
  list = mongoc_database_get_collection_names_with_opts (database, NULL, &trouble);
  mongoc_database_destroy (database);
  if (list == NULL)
    {
      usher_mongo_client_fail (client, &trouble, NULL, error);
      return NULL;
    }

  names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; list[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (list[i]));
  bson_strfreev (list);

  return names;
}

static gboolean
drop (UsherMongoTransfer *self, const char *collection, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_autoptr (UsherMongoClient) client = NULL;

  if (g_str_equal (collection, USHER_MONGO_META) || g_str_has_prefix (collection, "system."))
    return TRUE;

  /* of a large one it takes long */
  client = usher_mongo_database_get_patient_client (self->database, error);
  BCON_APPEND (&command, "drop", BCON_UTF8 (collection));

  return client != NULL &&
         usher_mongo_database_write (self->database, client, &command, NULL, error);
}

static gboolean
clear_meta (UsherMongoTransfer *self, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;

  BCON_APPEND (&command,
               "delete",
               BCON_UTF8 (USHER_MONGO_META),
               "deletes",
               "[",
               "{",
               "q",
               "{",
               "$nor",
               "[",
               "{",
               "_id",
               BCON_UTF8 ("layout"),
               "}",
               "{",
               "_id",
               BCON_UTF8 (USHER_MONGO_COPYING),
               "}",
               "]",
               "}",
               "limit",
               BCON_INT32 (0),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, NULL, error);
}

static gboolean
usher_mongo_transfer_clear (UsherStoreTransfer *transfer, GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);
  g_autoptr (GPtrArray) names = list_collections (self, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (!drop (self, g_ptr_array_index (names, i), error))
      return FALSE;

  return names != NULL && clear_meta (self, error) &&
         usher_mongo_owners_beat (self->owners, error) &&
         usher_mongo_layout_open (self->database, error);
}

static gboolean
usher_mongo_transfer_add_collection (UsherStoreTransfer *transfer,
                                     UsherSchema *schema,
                                     GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);
  UsherMongoTable *table = find_table (self, schema);
  gboolean ok;

  /* what an upgrade looks for is made by who has upgrades; here documents of any level pass */
  usher_schema_set_level (schema, 0);
  ok = usher_mongo_layout_add (self->database, table, FALSE, error);
  usher_schema_set_level (schema, G_MAXINT32);

  return ok;
}

static gboolean
write_document (UsherMongoTransfer *self, UsherDocument *document, GError **error)
{
  UsherMongoTable *table = find_table (self, usher_document_get_schema (document));
  bson_t *members = bson_new ();
  bson_oid_t id;

  bson_oid_init_from_string (&id, usher_document_get_id (document));
  bson_append_oid (members, "_id", -1, &id);
  if (!usher_mongo_document_append (table, document, members, error))
    {
      bson_destroy (members);
      return FALSE;
    }

  return usher_mongo_transfer_batch_add (self->batch,
                                         usher_mongo_table_get_name (table),
                                         members,
                                         error);
}

static gboolean
usher_mongo_transfer_write (UsherStoreTransfer *transfer,
                            const UsherTransferRow *row,
                            GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);

  return row->document != NULL ? write_document (self, row->document, error)
                               : usher_mongo_transfer_batch_carry (self->batch, row, error);
}

/* It is in the lease, which nobody has had yet. */
static gboolean
write_reach (UsherMongoTransfer *self, const UsherReach *reach, GError **error)
{
  g_auto (bson_t) lease = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;

  BCON_APPEND (&lease, "token", BCON_INT64 (0), "beat", BCON_INT64 (0));
  usher_mongo_reach_append (&lease, reach);
  BCON_APPEND (&command,
               "update",
               BCON_UTF8 (USHER_MONGO_META),
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               BCON_UTF8 ("lease"),
               "}",
               "u",
               "{",
               "$set",
               BCON_DOCUMENT (&lease),
               "}",
               "upsert",
               BCON_BOOL (true),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, NULL, error);
}

static gboolean
usher_mongo_transfer_finish (UsherStoreTransfer *transfer, const UsherReach *reach, GError **error)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (transfer);

  return usher_mongo_transfer_batch_flush (self->batch, error) &&
         (!usher_reach_is_known (reach) || write_reach (self, reach, error));
}

static void
transfer_iface_init (UsherStoreTransferInterface *iface)
{
  iface->check_unused = usher_mongo_transfer_check_unused;
  iface->list_schemas = usher_mongo_transfer_list_schemas;
  iface->count = usher_mongo_transfer_count;
  iface->read = usher_mongo_transfer_read;
  iface->lookup_reach = usher_mongo_transfer_lookup_reach;
  iface->lookup_mark = usher_mongo_transfer_lookup_mark;
  iface->set_mark = usher_mongo_transfer_set_mark;
  iface->clear = usher_mongo_transfer_clear;
  iface->add_collection = usher_mongo_transfer_add_collection;
  iface->write = usher_mongo_transfer_write;
  iface->finish = usher_mongo_transfer_finish;
}

static void
usher_mongo_transfer_finalize (GObject *object)
{
  UsherMongoTransfer *self = USHER_MONGO_TRANSFER (object);

  if (self->owners != NULL)
    usher_mongo_owners_end (self->owners);
  g_clear_pointer (&self->batch, usher_mongo_transfer_batch_free);
  g_clear_pointer (&self->owners, usher_mongo_owners_unref);
  g_clear_pointer (&self->tables, usher_mongo_tables_free);
  g_clear_pointer (&self->database, usher_mongo_database_unref);

  G_OBJECT_CLASS (usher_mongo_transfer_parent_class)->finalize (object);
}

static void
usher_mongo_transfer_class_init (UsherMongoTransferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_mongo_transfer_finalize;
}

static void
usher_mongo_transfer_init (UsherMongoTransfer *self)
{
  self->tables = usher_mongo_tables_new ();
}

/* Nobody waits behind what is written here, and much of it takes its time. (transfer full) */
static char *
make_patient (const char *uri)
{
  const char *options = strchr (uri, '?');
  g_autofree char *lower = options != NULL ? g_ascii_strdown (options, -1) : NULL;

  if (lower != NULL && strstr (lower, "sockettimeoutms=") != NULL)
    return g_strdup (uri);

  return g_strconcat (uri, options != NULL ? "&" : "?", PATIENCE, NULL);
}

UsherStoreTransfer *
usher_mongo_transfer_new (const char *uri, gboolean is_target, GError **error)
{
  g_autoptr (UsherMongoTransfer) self = g_object_new (USHER_TYPE_MONGO_TRANSFER, NULL);
  g_autofree char *patient = make_patient (uri);

  self->database = usher_mongo_database_new (patient, error);
  if (self->database == NULL || !usher_mongo_layout_open (self->database, error))
    return NULL;

  self->batch = usher_mongo_transfer_batch_new (self->database);
  self->owners = usher_mongo_owners_new (self->database, error);

  return self->owners != NULL ? USHER_STORE_TRANSFER (g_steal_pointer (&self)) : NULL;
}
