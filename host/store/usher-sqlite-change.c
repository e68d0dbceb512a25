/* usher-sqlite-change.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-change-private.h"

#include "usher-error.h"
#include "usher-sqlite-mark-private.h"

static const char begin[] = "SAVEPOINT unit";
static const char undo[] = "ROLLBACK TO unit";
static const char end[] = "RELEASE unit";

/* Makes sense of a statement that failed. */
static UsherSqliteOutcome
refuse_or_break (UsherSqliteConnection *connection,
                 UsherSqliteTable *table,
                 int code,
                 GError **error)
{
  g_autofree char *field = NULL;

  if (code != SQLITE_CONSTRAINT_UNIQUE && code != SQLITE_CONSTRAINT_PRIMARYKEY)
    {
      usher_sqlite_connection_fail (connection, code, error);
      return code == SQLITE_TOOBIG ? USHER_SQLITE_REFUSED : USHER_SQLITE_BROKEN;
    }

  field = usher_sqlite_table_dup_taken (table, connection);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_TAKEN,
               "collection “%s” has another document with this “%s”",
               usher_schema_get_collection (table->schema),
               field);
  return USHER_SQLITE_REFUSED;
}

static const char *
get_sql (UsherSqliteTable *table, UsherChangeKind kind)
{
  switch (kind)
    {
    case USHER_CHANGE_INSERT:
      return table->insert;
    case USHER_CHANGE_REPLACE:
      return table->replace;
    case USHER_CHANGE_REMOVE:
    default:
      return table->remove;
    }
}

static UsherSqliteOutcome
write_document (UsherSqliteConnection *connection,
                UsherSqliteTable *table,
                UsherChange *change,
                GError **error)
{
  const char *sql = get_sql (table, change->kind);
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);
  g_autofree char *private_text = NULL;
  int index = 2;
  int code;

  if (statement == NULL)
    return USHER_SQLITE_BROKEN;

  usher_sqlite_statement_bind_text (statement, 1, usher_document_get_id (change->document));
  if (change->kind != USHER_CHANGE_REMOVE)
    {
      private_text = usher_document_dup_private_text (change->document);
      index = usher_sqlite_table_bind (table, statement, change->document, private_text);
    }
  if (change->kind != USHER_CHANGE_INSERT)
    sqlite3_bind_int64 (statement, index, change->expected_version);

  code = sqlite3_step (statement);
  sqlite3_reset (statement);
  if (code != SQLITE_DONE)
    return refuse_or_break (connection, table, code, error);
  if (sqlite3_changes (connection->db) == 1)
    return USHER_SQLITE_WRITTEN;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "document “%s” of collection “%s” is not at version %" G_GINT64_FORMAT " any more",
               usher_document_get_id (change->document),
               usher_schema_get_collection (table->schema),
               change->expected_version);
  return USHER_SQLITE_REFUSED;
}

static UsherSqliteOutcome
write_documents (UsherSqliteConnection *connection,
                 UsherSqliteTables *tables,
                 UsherUnit *unit,
                 GError **error)
{
  UsherSqliteOutcome outcome = USHER_SQLITE_WRITTEN;

  for (guint i = 0; outcome == USHER_SQLITE_WRITTEN && i < usher_unit_count_documents (unit); i++)
    {
      UsherChange *change = &g_array_index (unit->changes, UsherChange, i);
      UsherSchema *schema = usher_document_get_schema (change->document);
      const char *collection = usher_schema_get_collection (schema);
      UsherSqliteTable *table = usher_sqlite_tables_find (tables, collection);

      outcome = write_document (connection, table, change, error);
    }

  return outcome;
}

/* The documents go first: a unit of one that is refused has written nothing. One of several
 * has a savepoint to go back to. */
static UsherSqliteOutcome
write_or_undo (UsherSqliteConnection *connection,
               UsherSqliteTables *tables,
               UsherUnit *unit,
               GError **error)
{
  gboolean has_savepoint = usher_unit_count_documents (unit) > 1;
  g_autoptr (GError) trouble = NULL;
  UsherSqliteOutcome outcome;

  if (has_savepoint && !usher_sqlite_connection_run (connection, begin, error))
    return USHER_SQLITE_BROKEN;

  outcome = write_documents (connection, tables, unit, error);
  if (!has_savepoint || outcome == USHER_SQLITE_BROKEN)
    return outcome;

  if ((outcome == USHER_SQLITE_REFUSED &&
       !usher_sqlite_connection_run (connection, undo, &trouble)) ||
      !usher_sqlite_connection_run (connection, end, &trouble))
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&trouble));
      return USHER_SQLITE_BROKEN;
    }

  return outcome;
}

UsherSqliteOutcome
usher_sqlite_change_write (UsherSqliteConnection *connection,
                           UsherSqliteTables *tables,
                           UsherUnit *unit,
                           GError **error)
{
  gboolean is_free = TRUE;
  UsherSqliteOutcome outcome;

  if (!usher_sqlite_mark_check (connection, unit, &unit->was_applied, error))
    return USHER_SQLITE_BROKEN;
  if (unit->was_applied)
    return USHER_SQLITE_WRITTEN;

  if (!usher_sqlite_mark_check_request (connection, unit, &is_free, error))
    return USHER_SQLITE_BROKEN;
  if (!is_free)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_TAKEN,
                   "the request key “%s” is used already",
                   unit->request_key);
      return USHER_SQLITE_REFUSED;
    }

  outcome = write_or_undo (connection, tables, unit, error);
  if (outcome != USHER_SQLITE_WRITTEN)
    return outcome;

  return usher_sqlite_mark_write (connection, unit, error) ? USHER_SQLITE_WRITTEN
                                                           : USHER_SQLITE_BROKEN;
}
