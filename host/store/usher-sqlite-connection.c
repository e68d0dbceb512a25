/* usher-sqlite-connection.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-connection-private.h"

#include <errno.h>

#include "usher-error.h"

/* how long to wait for another process that writes */
#define BUSY_TIMEOUT 5000

/* caches are small: there is a connection a thread, and the kernel has the pages too */
static const char writer_pragmas[] = "PRAGMA synchronous=FULL;"
                                     "PRAGMA foreign_keys=OFF;"
                                     "PRAGMA temp_store=MEMORY;"
                                     "PRAGMA cache_size=-1024;"
                                     "PRAGMA journal_size_limit=8388608;";
static const char reader_pragmas[] = "PRAGMA query_only=ON;"
                                     "PRAGMA temp_store=MEMORY;"
                                     "PRAGMA cache_size=-256;";

/* SQLite counts each allocation under one lock for all threads: nobody reads these counts */
static gpointer
drop_statistics (gpointer data)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);

  return NULL;
}

static gboolean
open_file (UsherSqliteConnection *self, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2 (self->path, &self->db, flags, NULL);

  if (code != SQLITE_OK)
    return usher_sqlite_connection_fail (self, code, error);

  sqlite3_extended_result_codes (self->db, TRUE);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 512, 48);

  if (sqlite3_db_readonly (self->db, "main") == 1)
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "database “%s” is not writable", self->path);
      return FALSE;
    }

  return TRUE;
}

static void
free_statement (gpointer data)
{
  sqlite3_finalize (data);
}

UsherSqliteConnection *
usher_sqlite_connection_new (const char *path, gboolean is_writer, GError **error)
{
  static GOnce once = G_ONCE_INIT;
  g_autoptr (UsherSqliteConnection) self = g_new0 (UsherSqliteConnection, 1);

  g_once (&once, drop_statistics, NULL);

  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, free_statement);
  if (!open_file (self, error) ||
      !usher_sqlite_connection_execute (self, is_writer ? writer_pragmas : reader_pragmas, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
usher_sqlite_connection_free (UsherSqliteConnection *self)
{
  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->db, sqlite3_close_v2);
  g_free (self->path);
  g_free (self);
}

static gboolean
has_no_room (sqlite3 *db, int file_pointer)
{
  sqlite3_file *file = NULL;
  int code = 0;

  sqlite3_file_control (db, "main", file_pointer, &file);
  if (file == NULL || file->pMethods == NULL)
    return FALSE;

  file->pMethods->xFileControl (file, SQLITE_FCNTL_LAST_ERRNO, &code);
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/* SQLite itself knows ENOSPC alone, and of a write. Its own record of errno is of a later call. */
static gboolean
is_full (sqlite3 *db, int code)
{
  return (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC) && db != NULL &&
         (has_no_room (db, SQLITE_FCNTL_JOURNAL_POINTER) ||
          has_no_room (db, SQLITE_FCNTL_FILE_POINTER));
}

static UsherError
get_error_code (UsherSqliteConnection *self, int code)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return USHER_ERROR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return USHER_ERROR_CORRUPT;
    case SQLITE_IOERR:
      return is_full (self->db, code) ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE;
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return USHER_ERROR_UNAVAILABLE;
    case SQLITE_TOOBIG:
      return USHER_ERROR_INVALID;
    default:
      return USHER_ERROR_FAILED;
    }
}

gboolean
usher_sqlite_connection_fail (UsherSqliteConnection *self, int code, GError **error)
{
  UsherError error_code = get_error_code (self, code);

  g_set_error (error,
               USHER_ERROR,
               (int) error_code,
               "database “%s”: %s",
               self->path,
               self->db != NULL ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
  return FALSE;
}

UsherSqliteStatement *
usher_sqlite_connection_get (UsherSqliteConnection *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    return statement;

  code = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      usher_sqlite_connection_fail (self, code, error);
      return NULL;
    }

  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

gboolean
usher_sqlite_connection_execute (UsherSqliteConnection *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || usher_sqlite_connection_fail (self, code, error);
}

gboolean
usher_sqlite_connection_finish (UsherSqliteConnection *self,
                                UsherSqliteStatement *statement,
                                GError **error)
{
  int code;

  do
    code = sqlite3_step (statement);
  while (code == SQLITE_ROW);

  return code == SQLITE_DONE || usher_sqlite_connection_fail (self, code, error);
}

gboolean
usher_sqlite_connection_run (UsherSqliteConnection *self, const char *sql, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (self, sql, error);

  return statement != NULL && usher_sqlite_connection_finish (self, statement, error);
}

gboolean
usher_sqlite_connection_get_integer (UsherSqliteConnection *self,
                                     UsherSqliteStatement *statement,
                                     gint64 fallback,
                                     gint64 *value,
                                     GError **error)
{
  int code = sqlite3_step (statement);

  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return usher_sqlite_connection_fail (self, code, error);

  if (code == SQLITE_ROW && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    *value = sqlite3_column_int64 (statement, 0);
  else
    *value = fallback;

  return TRUE;
}

gboolean
usher_sqlite_connection_prune (UsherSqliteConnection *self,
                               const char *sql,
                               gint64 before,
                               guint limit,
                               gboolean *has_more,
                               GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (self, sql, error);

  if (statement == NULL)
    return FALSE;

  sqlite3_bind_int64 (statement, 1, before);
  sqlite3_bind_int64 (statement, 2, limit);
  if (!usher_sqlite_connection_finish (self, statement, error))
    return FALSE;

  *has_more |= sqlite3_changes (self->db) >= (int) limit;
  return TRUE;
}

void
usher_sqlite_statement_bind_text (UsherSqliteStatement *self, int index, const char *text)
{
  sqlite3_bind_text (self, index, text, -1, SQLITE_STATIC);
}

const char *
usher_sqlite_statement_get_text (UsherSqliteStatement *self, int column)
{
  return (const char *) sqlite3_column_text (self, column);
}

void
usher_sqlite_statement_reset (UsherSqliteStatement *self)
{
  sqlite3_reset (self);
}
