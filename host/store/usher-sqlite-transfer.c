/* usher-sqlite-transfer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-transfer-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-connection-private.h"
#include "usher-sqlite-layout-private.h"
#include "usher-sqlite-meta-private.h"
#include "usher-sqlite-reach-private.h"
#include "usher-sqlite-table-private.h"
#include "usher-sqlite-transfer-rows-private.h"

#define SCHEME "sqlite:"
/* in a transaction, so that the log beside the file does not grow with all of it */
#define BATCH 4096

/* The lock is kept from the first statement on, so nobody else has the file open. */
static const char lock[] = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
/* What dies in between begins again, so nothing has to be on the disk before the end. */
static const char hurry[] = "PRAGMA synchronous=NORMAL";
static const char settle[] = "PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)";
static const char empty[] = "DELETE FROM usher_outbox; DELETE FROM usher_inbox;"
                            "DELETE FROM usher_requests; DELETE FROM usher_timers;"
                            "DELETE FROM usher_schema WHERE name NOT IN ('layout','copying')";

struct _UsherSqliteTransfer
{
  GObject parent_instance;

  UsherSqliteConnection *connection; /* (owned) */
  GHashTable *tables;                /* (owned) (element-type UsherSchema UsherSqliteTable) */
  guint n_rows;                      /* in the transaction; 0: there is none */
};

static void transfer_iface_init (UsherStoreTransferInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherSqliteTransfer,
                               usher_sqlite_transfer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE_TRANSFER,
                                                      transfer_iface_init))

/* (transfer none): that of @schema; NULL for NULL */
static UsherSqliteTable *
find_table (UsherSqliteTransfer *self, UsherSchema *schema)
{
  UsherSqliteTable *table = NULL;

  if (schema == NULL)
    return NULL;

  table = g_hash_table_lookup (self->tables, schema);
  if (table == NULL)
    {
      table = usher_sqlite_table_new (schema);
      g_hash_table_insert (self->tables, schema, table);
    }

  return table;
}

static gboolean
usher_sqlite_transfer_check_unused (UsherStoreTransfer *transfer, GError **error)
{
  return TRUE;
}

static gpointer
read_text (UsherSqliteStatement *statement, gpointer user_data)
{
  return g_strdup (usher_sqlite_statement_get_text (statement, 0));
}

/* (element-type utf8): the names of the collections */
static GPtrArray *
list_collections (UsherSqliteTransfer *self, GError **error)
{
  static const char list[] = "SELECT substr(name,3) FROM sqlite_schema"
                             " WHERE type='table' AND name GLOB 'c:*' ORDER BY name";
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, list, error);

  if (statement == NULL)
    return NULL;

  return usher_sqlite_connection_list (self->connection, statement, read_text, NULL, g_free, error);
}

/* (element-type utf8 int): the flags of fields with a column */
static GHashTable *
read_indexes (const char *columns)
{
  GHashTable *indexes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (columns != NULL ? columns : "", "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);

      if (words[0] != NULL && words[1] != NULL)
        g_hash_table_insert (indexes,
                             g_strdup (words[0]),
                             GINT_TO_POINTER (g_strcmp0 (words[2], "unique") == 0
                                                  ? USHER_FIELD_UNIQUE
                                                  : USHER_FIELD_INDEXED));
    }

  return indexes;
}

/* Files of earlier versions know less of their documents. */
static gboolean
check_age (UsherSqliteTransfer *self, const char *collection, const char *record, GError **error)
{
  static const char find[] = "SELECT count(*) FROM pragma_table_info('c:'||?1)"
                             " WHERE name IN ('number','level')";
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, find, error);
  gint64 n_columns = 0;

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, collection);
  if (!usher_sqlite_connection_get_integer (self->connection, statement, 0, &n_columns, error))
    return FALSE;
  if (record != NULL && n_columns == 2)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "%s is from an earlier version: run the service once on it with this one",
               usher_sqlite_connection_get_name (self->connection));
  return FALSE;
}

static UsherSchema *
read_schema (UsherSqliteTransfer *self, const char *collection, GError **error)
{
  g_autofree char *fields = g_strconcat ("fields ", collection, NULL);
  g_autofree char *lines = g_strconcat ("collection ", collection, NULL);
  g_autofree char *record = NULL;
  g_autofree char *columns = NULL;
  g_autoptr (GHashTable) indexes = NULL;

  if (!usher_sqlite_meta_get (self->connection, fields, &record, error) ||
      !usher_sqlite_meta_get (self->connection, lines, &columns, error) ||
      !check_age (self, collection, record, error))
    return NULL;

  indexes = read_indexes (columns);

  return usher_store_transfer_make_schema (collection, record, indexes, error);
}

static GPtrArray *
usher_sqlite_transfer_list_schemas (UsherStoreTransfer *transfer, GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);
  g_autoptr (GPtrArray) names = list_collections (self, error);
  g_autoptr (GPtrArray) schemas =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_schema_unref);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      UsherSchema *schema = read_schema (self, g_ptr_array_index (names, i), error);

      if (schema == NULL)
        return NULL;
      g_ptr_array_add (schemas, schema);
    }

  return names != NULL ? g_steal_pointer (&schemas) : NULL;
}

static gboolean
usher_sqlite_transfer_count (UsherStoreTransfer *transfer,
                             UsherTransferPart part,
                             UsherSchema *schema,
                             gint64 *n_rows,
                             GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);

  return usher_sqlite_transfer_rows_count (
      self->connection, part, find_table (self, schema), n_rows, error);
}

static gboolean
usher_sqlite_transfer_read (UsherStoreTransfer *transfer,
                            UsherTransferPart part,
                            UsherSchema *schema,
                            UsherTransferFunc func,
                            gpointer user_data,
                            GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);

  return usher_sqlite_transfer_rows_read (
      self->connection, part, find_table (self, schema), func, user_data, error);
}

static gboolean
usher_sqlite_transfer_lookup_reach (UsherStoreTransfer *transfer, UsherReach *reach, GError **error)
{
  return usher_sqlite_reach_find (USHER_SQLITE_TRANSFER (transfer)->connection, reach, error);
}

static gboolean
usher_sqlite_transfer_lookup_mark (UsherStoreTransfer *transfer, char **mark, GError **error)
{
  *mark = NULL;

  return usher_sqlite_meta_get (USHER_SQLITE_TRANSFER (transfer)->connection,
                                USHER_SQLITE_LAYOUT_COPYING,
                                mark,
                                error);
}

static gboolean
usher_sqlite_transfer_set_mark (UsherStoreTransfer *transfer, const char *mark, GError **error)
{
  UsherSqliteConnection *connection = USHER_SQLITE_TRANSFER (transfer)->connection;

  if (!usher_sqlite_connection_execute (connection, settle, error))
    return FALSE;

  return mark != NULL
             ? usher_sqlite_meta_put (connection, USHER_SQLITE_LAYOUT_COPYING, mark, error)
             : usher_sqlite_connection_execute (connection,
                                                "DELETE FROM usher_schema WHERE name='copying'",
                                                error);
}

static gboolean
drop_tables (UsherSqliteTransfer *self, GError **error)
{
  g_autoptr (GPtrArray) names = list_collections (self, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *sql =
          g_strdup_printf ("DROP TABLE \"c:%s\"", (const char *) g_ptr_array_index (names, i));

      if (!usher_sqlite_connection_execute (self->connection, sql, error))
        return FALSE;
    }

  return names != NULL;
}

static gboolean
usher_sqlite_transfer_clear (UsherStoreTransfer *transfer, GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);

  return usher_sqlite_connection_begin (self->connection, error) &&
         usher_sqlite_connection_end (self->connection,
                                      drop_tables (self, error) &&
                                          usher_sqlite_connection_execute (self->connection,
                                                                           empty,
                                                                           error),
                                      error) &&
         usher_sqlite_connection_execute (self->connection, hurry, error);
}

static gboolean
end_batch (UsherSqliteTransfer *self, GError **error)
{
  if (self->n_rows == 0)
    return TRUE;

  self->n_rows = 0;
  return usher_sqlite_connection_end (self->connection, TRUE, error);
}

static gboolean
usher_sqlite_transfer_add_collection (UsherStoreTransfer *transfer,
                                      UsherSchema *schema,
                                      GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);
  UsherSqliteTable *table = find_table (self, schema);
  gboolean ok;

  /* what an upgrade looks for is made by who has upgrades; here documents of any level pass */
  usher_schema_set_level (schema, 0);
  ok = end_batch (self, error) && usher_sqlite_layout_add (self->connection, table, FALSE, error);
  usher_schema_set_level (schema, G_MAXINT32);

  return ok;
}

static gboolean
usher_sqlite_transfer_write (UsherStoreTransfer *transfer,
                             const UsherTransferRow *row,
                             GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);
  UsherSqliteTable *table = NULL;

  if (row->document != NULL)
    table = find_table (self, usher_document_get_schema (row->document));
  if (self->n_rows == 0 && !usher_sqlite_connection_begin (self->connection, error))
    return FALSE;

  self->n_rows++;
  if (!usher_sqlite_transfer_rows_write (self->connection, table, row, error))
    return FALSE;

  return self->n_rows < BATCH || end_batch (self, error);
}

static gboolean
usher_sqlite_transfer_finish (UsherStoreTransfer *transfer, const UsherReach *reach, GError **error)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (transfer);

  return end_batch (self, error) &&
         (!usher_reach_is_known (reach) ||
          usher_sqlite_reach_write (self->connection, reach, error)) &&
         usher_sqlite_connection_execute (self->connection, settle, error);
}

static void
transfer_iface_init (UsherStoreTransferInterface *iface)
{
  iface->check_unused = usher_sqlite_transfer_check_unused;
  iface->list_schemas = usher_sqlite_transfer_list_schemas;
  iface->count = usher_sqlite_transfer_count;
  iface->read = usher_sqlite_transfer_read;
  iface->lookup_reach = usher_sqlite_transfer_lookup_reach;
  iface->lookup_mark = usher_sqlite_transfer_lookup_mark;
  iface->set_mark = usher_sqlite_transfer_set_mark;
  iface->clear = usher_sqlite_transfer_clear;
  iface->add_collection = usher_sqlite_transfer_add_collection;
  iface->write = usher_sqlite_transfer_write;
  iface->finish = usher_sqlite_transfer_finish;
}

static void
usher_sqlite_transfer_finalize (GObject *object)
{
  UsherSqliteTransfer *self = USHER_SQLITE_TRANSFER (object);

  g_clear_pointer (&self->connection, usher_sqlite_connection_free);
  g_clear_pointer (&self->tables, g_hash_table_unref);

  G_OBJECT_CLASS (usher_sqlite_transfer_parent_class)->finalize (object);
}

static void
usher_sqlite_transfer_class_init (UsherSqliteTransferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_sqlite_transfer_finalize;
}

static void
usher_sqlite_transfer_init (UsherSqliteTransfer *self)
{
  /* a table has the schema, and lives as long */
  self->tables = g_hash_table_new_full (g_direct_hash,
                                        g_direct_equal,
                                        NULL,
                                        (GDestroyNotify) usher_sqlite_table_free);
}

static gboolean
take (UsherSqliteTransfer *self, GError **error)
{
  g_autoptr (GError) trouble = NULL;

  usher_sqlite_connection_set_patience (self->connection, 0);
  if (usher_sqlite_connection_execute (self->connection, lock, &trouble))
    return usher_sqlite_layout_open (self->connection, error);

  if (usher_sqlite_connection_is_busy (self->connection))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_BUSY,
                 "%s is in use: stop the host that has it first",
                 usher_sqlite_connection_get_name (self->connection));
  else
    g_propagate_error (error, g_steal_pointer (&trouble));

  return FALSE;
}

UsherStoreTransfer *
usher_sqlite_transfer_new (const char *uri, gboolean is_target, GError **error)
{
  g_autoptr (UsherSqliteTransfer) self = g_object_new (USHER_TYPE_SQLITE_TRANSFER, NULL);

  self->connection = usher_sqlite_connection_new (
      uri + strlen (SCHEME), NULL, is_target ? USHER_SQLITE_CREATE : USHER_SQLITE_NONE, error);
  if (self->connection == NULL || !take (self, error))
    return NULL;

  return USHER_STORE_TRANSFER (g_steal_pointer (&self));
}

GPtrArray *
usher_sqlite_transfer_list_services (const char *uri, GError **error)
{
  static const char ending[] = ".db";
  g_autofree char *folder = g_path_get_dirname (uri + strlen (SCHEME));
  g_autoptr (GError) cause = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &cause);
  g_autoptr (GPtrArray) services = g_ptr_array_new_with_free_func (g_free);
  const char *name = NULL;

  if (dir == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "folder “%s” cannot be read: %s",
                   folder,
                   cause->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gboolean is_layout = FALSE;

      if (!g_str_has_suffix (name, ending))
        continue;
      if (!usher_sqlite_layout_probe (path, &is_layout, error))
        return NULL;
      if (is_layout)
        g_ptr_array_add (services, g_strndup (name, strlen (name) - strlen (ending)));
    }

  return g_steal_pointer (&services);
}
