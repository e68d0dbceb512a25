/* usher-sqlite-change.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-change-private.h"

#include "usher-error.h"
#include "usher-sqlite-inbox-private.h"
#include "usher-sqlite-outbox-private.h"
#include "usher-sqlite-requests-private.h"
#include "usher-sqlite-timers-private.h"

static const char begin[] = "SAVEPOINT unit";
static const char undo[] = "ROLLBACK TO unit";
static const char end[] = "RELEASE unit";

static void
refuse_taken (UsherCommit *commit, UsherDocument *document, char **fields, GError **error)
{
  g_autofree char *names = g_strjoinv ("”, “", fields);

  usher_commit_set_taken (commit, document, (const char *const *) fields);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_TAKEN,
               "collection “%s” has another document with this “%s”",
               usher_schema_get_collection (usher_document_get_schema (document)),
               names);
}

/* Makes sense of a statement that failed; takes ownership of @trouble. */
static UsherSqliteOutcome
refuse_or_break (UsherCommit *commit,
                 UsherSqliteTable *table,
                 UsherDocument *document,
                 GError *trouble,
                 GError **error)
{
  g_autoptr (GError) own = trouble;
  g_auto (GStrv) fields = NULL;

  if (!g_error_matches (own, USHER_ERROR, USHER_ERROR_TAKEN))
    {
      gboolean is_too_large = g_error_matches (own, USHER_ERROR, USHER_ERROR_INVALID);

      g_propagate_error (error, g_steal_pointer (&own));
      return is_too_large ? USHER_SQLITE_REFUSED : USHER_SQLITE_BROKEN;
    }

  fields = usher_sqlite_table_dup_taken (table, own);
  refuse_taken (commit, document, fields, error);

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
    case USHER_CHANGE_UPGRADE:
      return table->replace;
    case USHER_CHANGE_REMOVE:
    default:
      return table->remove;
    }
}

static UsherSqliteOutcome
write_document (UsherSqliteConnection *connection,
                UsherCommit *commit,
                UsherSqliteTable *table,
                const UsherChange *change,
                GError **error)
{
  const char *sql = get_sql (table, change->kind);
  g_autofree char *private_text = NULL;
  g_autoptr (UsherDocument) theirs = NULL;
  /* freed first, for it borrows the others */
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);
  GError *trouble = NULL;
  int index = 2;

  if (statement == NULL)
    return USHER_SQLITE_BROKEN;

  usher_sqlite_statement_bind_text (statement, 1, usher_document_get_id (change->document));
  if (change->kind != USHER_CHANGE_REMOVE)
    {
      private_text = usher_document_dup_private_text (change->document);
      theirs = usher_sqlite_table_read_foreign (table, change->document, private_text);
      index = usher_sqlite_table_bind (table, statement, change->document, theirs, private_text);
    }
  if (change->kind != USHER_CHANGE_INSERT)
    usher_sqlite_statement_bind_integer (statement, index++, change->expected_version);
  if (change->kind == USHER_CHANGE_REPLACE || change->kind == USHER_CHANGE_UPGRADE)
    usher_sqlite_statement_bind_integer (statement, index, change->expected_level);

  if (!usher_sqlite_connection_finish (connection, statement, &trouble))
    return refuse_or_break (commit, table, change->document, trouble, error);
  if (usher_sqlite_connection_get_n_changes (connection) == 1)
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
                 UsherCommit *commit,
                 GError **error)
{
  UsherSqliteOutcome outcome = USHER_SQLITE_WRITTEN;

  for (guint i = 0; outcome == USHER_SQLITE_WRITTEN && i < usher_commit_get_n_changes (commit); i++)
    {
      const UsherChange *change = usher_commit_get_change (commit, i);
      UsherSchema *schema = usher_document_get_schema (change->document);
      const char *collection = usher_schema_get_collection (schema);
      UsherSqliteTable *table = usher_sqlite_tables_find (tables, collection);

      outcome = write_document (connection, commit, table, change, error);
    }

  return outcome;
}

/* The documents go first: a commit of one that is refused has written nothing. One of several
 * has a savepoint to go back to. */
static UsherSqliteOutcome
write_or_undo (UsherSqliteConnection *connection,
               UsherSqliteTables *tables,
               UsherCommit *commit,
               GError **error)
{
  gboolean has_savepoint = usher_commit_get_n_changes (commit) > 1;
  g_autoptr (GError) trouble = NULL;
  UsherSqliteOutcome outcome;

  if (has_savepoint && !usher_sqlite_connection_run (connection, begin, error))
    return USHER_SQLITE_BROKEN;

  outcome = write_documents (connection, tables, commit, error);
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

/* Whether the inbox has the event, or the timer had fired. FALSE: the transaction fails. */
static gboolean
check_applied (UsherSqliteConnection *connection, UsherCommit *commit, GError **error)
{
  const char *event_id = usher_commit_get_event_id (commit);
  UsherTimer *fired = usher_commit_get_fired (commit);
  gboolean was_applied = FALSE;

  if (event_id != NULL &&
      !usher_sqlite_inbox_find (
          connection, event_id, usher_commit_get_subscriber (commit), &was_applied, error))
    return FALSE;
  if (!was_applied && fired != NULL &&
      !usher_sqlite_timers_is_past (connection, fired, &was_applied, error))
    return FALSE;

  usher_commit_set_applied (commit, was_applied);
  return TRUE;
}

static UsherSqliteOutcome
check_request (UsherSqliteConnection *connection, UsherCommit *commit, GError **error)
{
  const UsherRequestRecord *request = usher_commit_get_request (commit);
  gboolean is_free = TRUE;

  if (request != NULL && !usher_sqlite_requests_is_free (connection, request, &is_free, error))
    return USHER_SQLITE_BROKEN;
  if (is_free)
    return USHER_SQLITE_WRITTEN;

  g_set_error (
      error, USHER_ERROR, USHER_ERROR_TAKEN, "the request key “%s” is used already", request->key);
  return USHER_SQLITE_REFUSED;
}

/* What goes with the documents. FALSE: the transaction fails. */
static gboolean
write_rest (UsherSqliteConnection *connection, UsherCommit *commit, GError **error)
{
  const char *event_id = usher_commit_get_event_id (commit);
  const UsherRequestRecord *request = usher_commit_get_request (commit);

  if (event_id != NULL && !usher_sqlite_inbox_add (connection,
                                                   event_id,
                                                   usher_commit_get_subscriber (commit),
                                                   usher_commit_get_time (commit),
                                                   error))
    return FALSE;
  if (request != NULL && !usher_sqlite_requests_set (connection, request, error))
    return FALSE;

  return usher_sqlite_timers_write (connection, commit, error) &&
         usher_sqlite_outbox_write (connection, commit, error);
}

UsherSqliteOutcome
usher_sqlite_change_write (UsherSqliteConnection *connection,
                           UsherSqliteTables *tables,
                           UsherCommit *commit,
                           GError **error)
{
  UsherSqliteOutcome outcome;

  if (!check_applied (connection, commit, error))
    return USHER_SQLITE_BROKEN;
  if (usher_commit_was_applied (commit))
    return USHER_SQLITE_WRITTEN;

  outcome = check_request (connection, commit, error);
  if (outcome == USHER_SQLITE_WRITTEN)
    outcome = write_or_undo (connection, tables, commit, error);
  if (outcome != USHER_SQLITE_WRITTEN)
    return outcome;

  return write_rest (connection, commit, error) ? USHER_SQLITE_WRITTEN : USHER_SQLITE_BROKEN;
}
