/* usher-test-mirror.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-mirror.h"

#include <json-glib/json-glib.h>
#include <mongoc/mongoc.h>
#include <string.h>

typedef struct
{
  sqlite3 *db;      /* (unowned) */
  const char *name; /* of the attached database */
} Mirror;

/* Of entries with one key the one with the highest generation counts. */
static const char tables[] =
    "DROP VIEW IF EXISTS %1$s.usher_timers;"
    "DROP TABLE IF EXISTS %1$s.slips;"
    "DROP TABLE IF EXISTS %1$s.usher_outbox;"
    "DROP TABLE IF EXISTS %1$s.usher_inbox;"
    "CREATE TABLE %1$s.usher_outbox (number INTEGER PRIMARY KEY, id TEXT, channel TEXT);"
    "CREATE TABLE %1$s.usher_inbox (event TEXT, subscriber TEXT);"
    "CREATE TABLE %1$s.slips (name TEXT, key TEXT, generation INT, due INT, attempt INT, dead INT);"
    "CREATE VIEW %1$s.usher_timers AS SELECT name, key, due, attempt FROM slips AS one WHERE NOT "
    "dead"
    " AND generation = (SELECT max (generation) FROM slips"
    " WHERE name = one.name AND key = one.key);";

static void build_members (JsonBuilder *builder, bson_iter_t *iter, gboolean is_array);

static void
execute (Mirror *self, const char *sql)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));
}

/* Inserts a row, whose values are texts, or numbers as texts; each (nullable). */
static void
insert (Mirror *self, const char *table, const char *const *values, guint n_values)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_string_printf (sql, "INSERT INTO %s.\"%s\" VALUES (?", self->name, table);
  for (guint i = 1; i < n_values; i++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ")");
  if (sqlite3_prepare_v2 (self->db, sql->str, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql->str, sqlite3_errmsg (self->db));
  for (guint i = 0; i < n_values; i++)
    sqlite3_bind_text (statement, (int) i + 1, values[i], -1, SQLITE_TRANSIENT);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
}

static char *
dup_time (gint64 milliseconds)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (milliseconds / 1000);
  g_autofree char *text = g_date_time_format (second, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%03dZ", text, (int) (milliseconds % 1000));
}

static void
build_text (JsonBuilder *builder, const bson_iter_t *iter)
{
  char id[25] = "";
  g_autofree char *time = NULL;

  if (BSON_ITER_HOLDS_OID (iter))
    {
      bson_oid_to_string (bson_iter_oid (iter), id);
      json_builder_add_string_value (builder, id);
    }
  else if (BSON_ITER_HOLDS_DATE_TIME (iter))
    {
      time = dup_time (bson_iter_date_time (iter));
      json_builder_add_string_value (builder, time);
    }
  else if (BSON_ITER_HOLDS_UTF8 (iter))
    json_builder_add_string_value (builder, bson_iter_utf8 (iter, NULL));
  else
    json_builder_add_null_value (builder);
}

static void
build_value (JsonBuilder *builder, bson_iter_t *iter)
{
  bson_iter_t child;

  if (BSON_ITER_HOLDS_INT (iter) && g_str_equal (bson_iter_key (iter), "price"))
    json_builder_add_double_value (builder, (double) bson_iter_as_int64 (iter) / 100);
  else if (BSON_ITER_HOLDS_INT (iter))
    json_builder_add_int_value (builder, bson_iter_as_int64 (iter));
  else if (BSON_ITER_HOLDS_DOUBLE (iter))
    json_builder_add_double_value (builder, bson_iter_double (iter));
  else if (BSON_ITER_HOLDS_BOOL (iter))
    json_builder_add_boolean_value (builder, bson_iter_bool (iter));
  else if (bson_iter_recurse (iter, &child))
    build_members (builder, &child, BSON_ITER_HOLDS_ARRAY (iter));
  else
    build_text (builder, iter);
}

/* all but those that are the store's own, which are at the top alone */
static void
build_members (JsonBuilder *builder, bson_iter_t *iter, gboolean is_array)
{
  if (is_array)
    json_builder_begin_array (builder);
  else
    json_builder_begin_object (builder);
  while (bson_iter_next (iter))
    {
      const char *key = bson_iter_key (iter);

      if (key[0] == '_')
        continue;
      if (!is_array)
        json_builder_set_member_name (builder, key);
      build_value (builder, iter);
    }
  if (is_array)
    json_builder_end_array (builder);
  else
    json_builder_end_object (builder);
}

/* takes @iter from the start of a document */
static char *
dup_json (bson_iter_t *iter)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  build_members (builder, iter, FALSE);
  root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

/* (nullable): of a member of an entry; a date in microseconds */
static char *
dup_member (const bson_t *entry, const char *name)
{
  bson_iter_t iter;

  if (!bson_iter_init_find (&iter, entry, name))
    return NULL;
  if (BSON_ITER_HOLDS_UTF8 (&iter))
    return g_strdup (bson_iter_utf8 (&iter, NULL));
  if (BSON_ITER_HOLDS_DATE_TIME (&iter))
    return g_strdup_printf ("%" G_GINT64_FORMAT, bson_iter_date_time (&iter) * 1000);

  return g_strdup_printf ("%" G_GINT64_FORMAT, bson_iter_as_int64 (&iter));
}

static void
take_event (Mirror *self, const bson_t *entry)
{
  g_autofree char *id = dup_member (entry, "id");
  g_autofree char *channel = dup_member (entry, "channel");
  const char *const values[] = { NULL, id, channel };

  insert (self, "usher_outbox", values, G_N_ELEMENTS (values));
}

static void
take_applied (Mirror *self, const bson_t *entry)
{
  g_autofree char *key = dup_member (entry, "k");
  g_auto (GStrv) parts = g_strsplit (key, "\x1f", 2);
  const char *const values[] = { parts[0], parts[1] };

  insert (self, "usher_inbox", values, G_N_ELEMENTS (values));
}

static void
take_timer (Mirror *self, const bson_t *entry)
{
  g_autofree char *key = dup_member (entry, "k");
  g_autofree char *generation = dup_member (entry, "g");
  g_autofree char *due = dup_member (entry, "due");
  g_autofree char *attempt = dup_member (entry, "attempt");
  g_autofree char *dead = dup_member (entry, "dead");
  g_auto (GStrv) parts = g_strsplit (key, "\x1f", 2);
  const char *const values[] = { parts[0], parts[1], generation,
                                 due,      attempt,  dead != NULL ? dead : "0" };

  insert (self, "slips", values, G_N_ELEMENTS (values));
}

/* calls @take for each object of the array @name of @row */
static void
take_each (Mirror *self,
           const bson_t *row,
           const char *name,
           void (*take) (Mirror *self, const bson_t *entry))
{
  bson_iter_t iter;
  bson_iter_t child;

  if (!bson_iter_init_find (&iter, row, name) || !bson_iter_recurse (&iter, &child))
    return;

  while (bson_iter_next (&child))
    {
      const guint8 *data = NULL;
      guint32 length = 0;
      bson_t entry;

      bson_iter_document (&child, &length, &data);
      g_assert_true (bson_init_static (&entry, data, length));
      take (self, &entry);
    }
}

/* what is removed has no version any more */
static void
take_document (Mirror *self, const char *table, const bson_t *row)
{
  g_autofree char *version = dup_member (row, "version");
  g_autofree char *body = NULL;
  g_autofree char *apart = NULL;
  char id[25] = "";
  bson_iter_t iter;
  bson_iter_t child;

  if (version == NULL)
    return;

  g_assert_true (bson_iter_init_find (&iter, row, "_id") && BSON_ITER_HOLDS_OID (&iter));
  bson_oid_to_string (bson_iter_oid (&iter), id);
  if (bson_iter_init_find (&iter, row, "_private") && bson_iter_recurse (&iter, &child))
    apart = dup_json (&child);
  bson_iter_init (&iter, row);
  body = dup_json (&iter);

  {
    const char *const values[] = { id, version, body, apart };

    insert (self, table, values, G_N_ELEMENTS (values));
  }
}

static void
take_collection (Mirror *self, mongoc_database_t *database, const char *name)
{
  g_autofree char *table = g_strconcat ("c:", name, NULL);
  g_autofree char *sql =
      g_strdup_printf ("DROP TABLE IF EXISTS %1$s.\"%2$s\";"
                       "CREATE TABLE %1$s.\"%2$s\" (id TEXT, version INT, body TEXT, private TEXT)",
                       self->name,
                       table);
  mongoc_collection_t *collection = mongoc_database_get_collection (database, name);
  bson_t all = BSON_INITIALIZER;
  mongoc_cursor_t *cursor = mongoc_collection_find_with_opts (collection, &all, NULL, NULL);
  const bson_t *row = NULL;
  bson_error_t error;

  execute (self, sql);
  while (mongoc_cursor_next (cursor, &row))
    {
      if (name[0] != '_')
        take_document (self, table, row);
      take_each (self, row, "_outbox", take_event);
      take_each (self, row, "_applied", take_applied);
      take_each (self, row, "_timers", take_timer);
    }
  if (mongoc_cursor_error (cursor, &error))
    g_error ("%s: %s", name, error.message);
  mongoc_cursor_destroy (cursor);
  mongoc_collection_destroy (collection);
}

gboolean
usher_test_mirror_fill (sqlite3 *db, const char *name, const char *uri, const char *database)
{
  Mirror self = { db, name };
  g_autofree char *sql = g_strdup_printf (tables, name);
  mongoc_client_t *client = NULL;
  mongoc_database_t *source = NULL;
  char **collections = NULL;
  bson_error_t error;
  gboolean has_some = FALSE;

  mongoc_init ();
  client = mongoc_client_new (uri);
  source = mongoc_client_get_database (client, database);
  collections = mongoc_database_get_collection_names_with_opts (source, NULL, &error);
  if (collections == NULL)
    g_error ("%s: %s", database, error.message);

  execute (&self, "BEGIN");
  execute (&self, sql);
  for (guint i = 0; collections[i] != NULL; i++)
    {
      has_some = TRUE;
      if (!g_str_equal (collections[i], "_usher") && !g_str_has_prefix (collections[i], "system."))
        take_collection (&self, source, collections[i]);
    }
  execute (&self, "COMMIT");

  bson_strfreev (collections);
  mongoc_database_destroy (source);
  mongoc_client_destroy (client);

  return has_some;
}
