/* usher-sqlite-fields.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-fields-private.h"

#include <string.h>

#include "usher-schema-record-private.h"
#include "usher-sqlite-columns-private.h"
#include "usher-sqlite-meta-private.h"

static char *
make_name (UsherSqliteTable *table)
{
  return g_strconcat ("fields ", usher_schema_get_collection (table->schema), NULL);
}

/* Finds a document with a value that the schema cannot have there; @id: (out) (nullable). */
static gboolean
find_holder (UsherSqliteConnection *connection,
             UsherSqliteTable *table,
             const UsherSchemaClash *clash,
             char **id,
             GError **error)
{
  gboolean is_nest = g_str_has_prefix (clash->field->name, clash->was.name) &&
                     strcmp (clash->field->name, clash->was.name) != 0;
  g_autofree char *sql =
      g_strdup_printf ("SELECT id FROM %s WHERE json_type(%s,'$.%s') NOT IN ('null'%s) LIMIT 1",
                       table->name,
                       clash->was.is_private ? "private" : "body",
                       clash->was.name,
                       is_nest ? ",'object'" : "");
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);
  gboolean has_row = FALSE;
  gboolean ok =
      statement != NULL && usher_sqlite_connection_step (connection, statement, &has_row, error);

  if (ok && has_row)
    *id = g_strdup (usher_sqlite_statement_get_text (statement, 0));
  if (statement != NULL)
    usher_sqlite_statement_reset (statement);
  usher_sqlite_connection_forget (connection, sql);

  return ok;
}

/* A field of another type hurts only while a document has it. */
static gboolean
check (UsherSqliteConnection *connection,
       UsherSqliteTable *table,
       const char *record,
       GError **error)
{
  g_autoptr (GArray) clashes = usher_schema_record_list_clashes (record, table->schema);

  for (guint i = 0; i < clashes->len; i++)
    {
      const UsherSchemaClash *clash = &g_array_index (clashes, UsherSchemaClash, i);
      g_autofree char *id = NULL;

      if (!find_holder (connection, table, clash, &id, error))
        return FALSE;
      if (id == NULL)
        continue;

      usher_schema_clash_refuse (
          clash, table->schema, usher_sqlite_connection_get_name (connection), id, error);
      return FALSE;
    }

  return TRUE;
}

gboolean
usher_sqlite_fields_add (UsherSqliteConnection *connection,
                         UsherSqliteTable *table,
                         gboolean has_documents,
                         GError **error)
{
  g_autofree char *name = make_name (table);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (!usher_sqlite_meta_get (connection, name, &before, error) ||
      (has_documents && !check (connection, table, before, error)))
    return FALSE;

  after = usher_schema_record_merge (before, table->schema);

  return g_strcmp0 (before, after) == 0 || usher_sqlite_meta_put (connection, name, after, error);
}

static gboolean
is_declared (UsherSqliteTable *table, const char *name)
{
  for (guint i = 0; i < table->columns->len; i++)
    if (strcmp (((const UsherField *) g_ptr_array_index (table->columns, i))->name, name) == 0)
      return TRUE;

  return FALSE;
}

/* (nullable): the columns among @fields that the table has and its own schema does not declare */
static UsherSchema *
make_foreign (UsherSqliteTable *table, GArray *fields, const char *columns, GError **error)
{
  g_autoptr (GArray) foreign = g_array_new (FALSE, FALSE, sizeof (UsherField));

  for (guint i = 0; i < fields->len; i++)
    {
      const UsherRecordedField *was = &g_array_index (fields, UsherRecordedField, i);
      const UsherField field = {
        was->name,
        was->type,
        USHER_FIELD_INDEXED | (was->is_private ? USHER_FIELD_PRIVATE : USHER_FIELD_NONE),
      };

      if (!is_declared (table, was->name) && usher_sqlite_columns_has (columns, was->name))
        g_array_append_val (foreign, field);
    }

  if (foreign->len == 0)
    return NULL;

  return usher_schema_new (usher_schema_get_collection (table->schema),
                           (const UsherField *) (gconstpointer) foreign->data,
                           foreign->len,
                           error);
}

gboolean
usher_sqlite_fields_look (UsherSqliteConnection *connection,
                          UsherSqliteTable *table,
                          GError **error)
{
  g_autofree char *name = make_name (table);
  g_autofree char *record = NULL;
  g_autofree char *columns = NULL;
  g_autoptr (GArray) fields = NULL;
  UsherSchema *foreign = NULL;
  GError *trouble = NULL;

  if (!usher_sqlite_meta_get (connection, name, &record, error) ||
      !usher_sqlite_columns_read (connection, table, &columns, error))
    return FALSE;

  fields = usher_schema_record_read (record);
  foreign = make_foreign (table, fields, columns, &trouble);
  if (trouble != NULL)
    {
      g_propagate_error (error, trouble);
      return FALSE;
    }

  usher_sqlite_connection_forget (connection, table->insert);
  usher_sqlite_connection_forget (connection, table->replace);
  usher_sqlite_table_set_foreign (table, foreign);

  return TRUE;
}
