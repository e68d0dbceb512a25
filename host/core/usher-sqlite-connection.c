/* usher-sqlite-connection.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-connection.h"

#include "usher-error.h"
#include "usher-owner-only-private.h"
#include "usher-sqlite-connection-private.h"
#include "usher-sqlite-failure-private.h"

/* how long to wait for others that write */
#define PATIENCE (5 * G_TIME_SPAN_SECOND)
/* who wants a moment between two commits looks this often */
#define POLL 50
/* how long another's switch to a log is left alone */
#define SWITCH_PAUSE (2 * G_TIME_SPAN_MILLISECOND)
/* how much of a file is copied at once */
#define COPY_PAGES 1024

/**
 * UsherSqliteConnection: (skip)
 *
 * A connection to a SQLite file, with its statements.
 *
 * Statements are kept by the address of their text, which must stay where it is: a constant, or what its owner
 * forgets with [method@SqliteConnection.forget]. Errors name the file by the name that the connection was given:
 * `USHER_ERROR_TAKEN`: a unique value is another row's; `USHER_ERROR_FULL`; `USHER_ERROR_CORRUPT`; `USHER_ERROR_UNAVAILABLE`: it
 * cannot be read or written, or others write for too long; `USHER_ERROR_INVALID`: a value is too large. Used by one thread at
 * a time.
 */
struct _UsherSqliteConnection
{
  sqlite3 *db;            /* (owned) (nullable) */
  char *path;             /* (owned) */
  char *name;             /* (owned): in errors */
  GHashTable *statements; /* (owned) SQL by address -> sqlite3_stmt (owned) */
  gint64 patience;        /* how long others are waited for */
  gint64 deadline;        /* until when others are asked for room, monotonic */
};

static const char begin[] = "BEGIN IMMEDIATE";
static const char commit[] = "COMMIT";
static const char rollback[] = "ROLLBACK";

/* SQLite counts each allocation under one lock for all threads: nobody reads these counts */
static gpointer
drop_statistics (gpointer data)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);

  return NULL;
}

/* SQLite gives new files beside the database the mode that this one has; what lies there keeps its own. */
static void
keep_from_others (UsherSqliteConnection *self)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  usher_owner_only_make (self->path);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (self->path, ends[i], NULL);

      usher_owner_only_narrow (path);
    }
}

static gboolean
open_file (UsherSqliteConnection *self, UsherSqliteFlags flags, GError **error)
{
  int code;

  if ((flags & USHER_SQLITE_CREATE) != 0)
    keep_from_others (self);

  code = sqlite3_open_v2 (self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  if (code != SQLITE_OK)
    return usher_sqlite_failure_set (self->name, self->db, code, error);

  sqlite3_extended_result_codes (self->db, TRUE);
  usher_sqlite_connection_set_patience (self, PATIENCE);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 512, 48);

  if (sqlite3_db_readonly (self->db, "main") == 1)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "%s is not writable", self->name);
      return FALSE;
    }

  return TRUE;
}

static void
free_statement (gpointer data)
{
  sqlite3_finalize (data);
}

/**
 * usher_sqlite_connection_new: (skip)
 * @path: the file
 * @name: (nullable): how errors call it, `NULL`: “database” and its path
 * @flags: how it is opened
 * @error: return location for an error
 *
 * Opens a file for reading and writing. One that is created is its owner's alone, whatever the umask. While others write, a statement waits for five seconds, until
 * [method@SqliteConnection.set_patience].
 *
 * Returns: (transfer full): a connection, `NULL` on error
 */
UsherSqliteConnection *
usher_sqlite_connection_new (const char *path,
                             const char *name,
                             UsherSqliteFlags flags,
                             GError **error)
{
  static GOnce once = G_ONCE_INIT;
  g_autoptr (UsherSqliteConnection) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  g_once (&once, drop_statistics, NULL);

  self = g_new0 (UsherSqliteConnection, 1);
  self->path = g_strdup (path);
  self->name = name != NULL ? g_strdup (name) : g_strdup_printf ("database “%s”", path);
  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, free_statement);

  return open_file (self, flags, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * usher_sqlite_connection_free: (skip)
 * @self: (transfer full): a connection
 *
 * Closes a connection. A transaction that is open is rolled back.
 */
void
usher_sqlite_connection_free (UsherSqliteConnection *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->db, sqlite3_close_v2);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

/**
 * usher_sqlite_connection_get_name: (skip)
 * @self: a connection
 *
 * Gets how errors call the file.
 *
 * Returns: (transfer none): the name
 */
const char *
usher_sqlite_connection_get_name (UsherSqliteConnection *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * usher_sqlite_connection_set_patience: (skip)
 * @self: a connection
 * @patience: microseconds
 *
 * Says how long a statement waits for others that write, before it fails with `USHER_ERROR_UNAVAILABLE`.
 */
void
usher_sqlite_connection_set_patience (UsherSqliteConnection *self, gint64 patience)
{
  g_return_if_fail (self != NULL);

  self->patience = patience;
  sqlite3_busy_timeout (self->db, (int) (patience / G_TIME_SPAN_MILLISECOND));
}

/**
 * usher_sqlite_connection_use_log: (skip)
 * @self: a connection
 * @error: return location for an error
 *
 * Lets the file be written by way of a log beside it, so that who reads and who writes do not wait for each other. The
 * file remembers that. Several processes may say so at once.
 *
 * Returns: whether it is so
 */
gboolean
usher_sqlite_connection_use_log (UsherSqliteConnection *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + self->patience;
  int code;

  /* SQLite itself does not wait for another's switch */
  for (;;)
    {
      code = sqlite3_exec (self->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
      if ((code & 0xff) != SQLITE_BUSY || g_get_monotonic_time () >= deadline)
        break;
      g_usleep (SWITCH_PAUSE);
    }

  return code == SQLITE_OK || usher_sqlite_failure_set (self->name, self->db, code, error);
}

/**
 * usher_sqlite_connection_execute: (skip)
 * @self: a connection
 * @sql: any number of statements; rows are passed over
 * @error: return location for an error
 *
 * Does statements that are not kept.
 *
 * Returns: whether all were done
 */
gboolean
usher_sqlite_connection_execute (UsherSqliteConnection *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || usher_sqlite_failure_set (self->name, self->db, code, error);
}

/**
 * usher_sqlite_connection_begin: (skip)
 * @self: a connection
 * @error: return location for an error
 *
 * Begins a transaction that writes: waits until nobody else does.
 *
 * Returns: whether it began
 */
gboolean
usher_sqlite_connection_begin (UsherSqliteConnection *self, GError **error)
{
  return usher_sqlite_connection_run (self, begin, error);
}

/**
 * usher_sqlite_connection_end: (skip)
 * @self: a connection in a transaction
 * @success: whether it is committed, else it is rolled back
 * @error: return location for an error; not set when @success is `FALSE`
 *
 * Ends a transaction, if there still is one. One that cannot be committed is rolled back.
 *
 * Returns: whether it was committed
 */
gboolean
usher_sqlite_connection_end (UsherSqliteConnection *self, gboolean success, GError **error)
{
  if (success && usher_sqlite_connection_run (self, commit, error))
    return TRUE;

  /* a commit that failed may have rolled back by itself */
  if (sqlite3_get_autocommit (self->db) == 0)
    usher_sqlite_connection_run (self, rollback, NULL);
  return FALSE;
}

/**
 * usher_sqlite_connection_get: (skip)
 * @self: a connection
 * @sql: one statement; stays where it is as long as the connection
 * @error: return location for an error
 *
 * Gets a statement that is kept prepared.
 *
 * Returns: (transfer none): the statement, to be reset after its use; `NULL` on error
 */
UsherSqliteStatement *
usher_sqlite_connection_get (UsherSqliteConnection *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    return (UsherSqliteStatement *) statement;

  code = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      usher_sqlite_failure_set (self->name, self->db, code, error);
      return NULL;
    }

  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return (UsherSqliteStatement *) statement;
}

/**
 * usher_sqlite_connection_forget: (skip)
 * @self: a connection
 * @sql: what [method@SqliteConnection.get] was called with
 *
 * Frees a statement, which is not in use.
 */
void
usher_sqlite_connection_forget (UsherSqliteConnection *self, const char *sql)
{
  g_hash_table_remove (self->statements, sql);
}

/**
 * usher_sqlite_connection_run: (skip)
 * @self: a connection
 * @sql: as for [method@SqliteConnection.get]; it has no parameters
 * @error: return location for an error
 *
 * Does a statement that is kept. Rows are passed over.
 *
 * Returns: whether it was done
 */
gboolean
usher_sqlite_connection_run (UsherSqliteConnection *self, const char *sql, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (self, sql, error);

  return statement != NULL && usher_sqlite_connection_finish (self, statement, error);
}

/**
 * usher_sqlite_connection_get_n_changes: (skip)
 * @self: a connection
 *
 * Counts the rows that the last statement inserted, updated or deleted.
 *
 * Returns: how many
 */
guint
usher_sqlite_connection_get_n_changes (UsherSqliteConnection *self)
{
  return (guint) sqlite3_changes (self->db);
}

/**
 * usher_sqlite_connection_get_last_id: (skip)
 * @self: a connection
 *
 * Gets the number of the row that was inserted last, into a table that numbers its rows.
 *
 * Returns: the number
 */
gint64
usher_sqlite_connection_get_last_id (UsherSqliteConnection *self)
{
  return sqlite3_last_insert_rowid (self->db);
}

sqlite3 *
usher_sqlite_connection_get_db (UsherSqliteConnection *self)
{
  return self->db;
}

static int
on_busy (void *user_data, int n_tries)
{
  UsherSqliteConnection *self = user_data;

  if (g_get_monotonic_time () > self->deadline)
    return 0;
  g_usleep (POLL);

  return 1;
}

void
usher_sqlite_connection_set_deadline (UsherSqliteConnection *self, gint64 deadline)
{
  self->deadline = deadline;
  sqlite3_busy_handler (self->db, on_busy, self);
}

void
usher_sqlite_connection_leave_log (UsherSqliteConnection *self)
{
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static int
give_up (gpointer user_data)
{
  return TRUE;
}

void
usher_sqlite_connection_limit_steps (UsherSqliteConnection *self,
                                     UsherSqliteStatement *statement,
                                     int n_steps)
{
  /* the handler is called at each multiple of the steps of all runs: begin at none */
  if (n_steps > 0)
    sqlite3_stmt_status ((sqlite3_stmt *) statement, SQLITE_STMTSTATUS_VM_STEP, TRUE);
  sqlite3_progress_handler (self->db, n_steps, n_steps > 0 ? give_up : NULL, NULL);
}

gboolean
usher_sqlite_connection_is_busy (UsherSqliteConnection *self)
{
  return (sqlite3_errcode (self->db) & 0xff) == SQLITE_BUSY;
}

gboolean
usher_sqlite_connection_copy (UsherSqliteConnection *self,
                              UsherSqliteConnection *target,
                              GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (target->db, "main", self->db, "main");
  int code = SQLITE_OK;

  if (backup == NULL)
    return usher_sqlite_failure_set (target->name, target->db, sqlite3_errcode (target->db), error);

  while (code == SQLITE_OK)
    code = sqlite3_backup_step (backup, COPY_PAGES);
  code = sqlite3_backup_finish (backup);

  return code == SQLITE_OK || usher_sqlite_failure_set (target->name, target->db, code, error);
}
