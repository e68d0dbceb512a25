/* usher-snapshot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-snapshot.h"

#include <sqlite3.h>
#include <string.h>

#include "usher-error.h"
#include "usher-restore-place.h"

/* folders in folders; more is a loop of links */
#define MAX_DEPTH 8
/* Hosts wait 5 s for the file: long before that all are let go again. */
#define MAX_PAUSE (2 * G_TIME_SPAN_SECOND)
#define MAX_TRIES 10
#define TRY_PAUSE (200 * G_TIME_SPAN_MILLISECOND)
/* a host under load leaves its file alone for a moment only, between two commits */
#define POLL       50
#define COPY_PAGES 1024

typedef struct
{
  sqlite3 *reader; /* (owned): its transaction is the snapshot */
  sqlite3 *writer; /* (owned): its transaction keeps writers out */
} Database;

struct _UsherSnapshot
{
  char *directory;      /* (owned) */
  GPtrArray *names;     /* (owned) (element-type utf8): of the databases */
  GPtrArray *files;     /* (owned) (element-type utf8): the others */
  GPtrArray *databases; /* (owned) (element-type Database): beside the names */
  gint64 deadline;      /* of this try, monotonic */
  gint64 time;
  gint64 pause;
};

static void
free_database (gpointer data)
{
  Database *database = data;

  sqlite3_close_v2 (database->writer);
  sqlite3_close_v2 (database->reader);
  g_free (database);
}

void
usher_snapshot_free (UsherSnapshot *self)
{
  g_ptr_array_unref (self->databases);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->files);
  g_free (self->directory);
  g_free (self);
}

/* What belongs to a host that runs, or is what an earlier restore moved aside. */
static gboolean
is_passing (const char *name)
{
  static const char *const endings[] = { "-wal", "-shm", "-journal", "-shared", ".lock", "~" };

  if (g_str_equal (name, "lock") || g_str_equal (name, "run") || usher_restore_place_is (name))
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;

  return FALSE;
}

static gboolean
list (UsherSnapshot *self, const char *below, guint depth, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, below, NULL);
  g_autoptr (GDir) folder = depth <= MAX_DEPTH ? g_dir_open (path, 0, NULL) : NULL;
  const char *name = NULL;

  if (folder == NULL)
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "directory “%s” cannot be read", path);
      return FALSE;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, name, NULL);
      g_autofree char *own =
          *below != '\0' ? g_build_filename (below, name, NULL) : g_strdup (name);

      if (is_passing (name))
        continue;
      if (g_file_test (full, G_FILE_TEST_IS_DIR))
        {
          if (!list (self, own, depth + 1, error))
            return FALSE;
        }
      else if (g_file_test (full, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (g_str_has_suffix (name, ".db") ? self->names : self->files,
                         g_steal_pointer (&own));
    }

  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
list_all (UsherSnapshot *self, GError **error)
{
  g_ptr_array_set_size (self->names, 0);
  g_ptr_array_set_size (self->files, 0);
  if (!list (self, "", 0, error))
    return FALSE;

  g_ptr_array_sort (self->names, compare_names);
  g_ptr_array_sort (self->files, compare_names);
  if (self->names->len > 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "data directory “%s” has no database",
               self->directory);

  return FALSE;
}

static gboolean
fail (const char *path, sqlite3 *db, GError **error)
{
  int code = db != NULL ? sqlite3_errcode (db) & 0xff : SQLITE_NOMEM;
  UsherError meaning = USHER_ERROR_UNAVAILABLE;

  if (code == SQLITE_BUSY)
    meaning = USHER_ERROR_BUSY;
  else if (code == SQLITE_FULL)
    meaning = USHER_ERROR_FULL;
  else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    meaning = USHER_ERROR_CORRUPT;

  g_set_error (error,
               USHER_ERROR,
               meaning,
               "database “%s” cannot be copied: %s",
               path,
               db != NULL ? sqlite3_errmsg (db) : "no memory");

  return FALSE;
}

static int
on_busy (void *user_data, int n_tries)
{
  UsherSnapshot *self = user_data;

  if (g_get_monotonic_time () > self->deadline)
    return 0;
  g_usleep (POLL);

  return 1;
}

static sqlite3 *
open_one (UsherSnapshot *self, const char *path, GError **error)
{
  sqlite3 *db = NULL;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    {
      fail (path, db, error);
      sqlite3_close_v2 (db);
      return NULL;
    }

  sqlite3_busy_handler (db, on_busy, self);
  /* a copy changes nothing */
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

  return db;
}

static gboolean
execute (const char *path, sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (path, db, error);
}

/* All are open before the first one is kept from writing. */
static gboolean
open_all (UsherSnapshot *self, GError **error)
{
  g_ptr_array_set_size (self->databases, 0);
  for (guint i = 0; i < self->names->len; i++)
    {
      g_autofree char *path =
          g_build_filename (self->directory, g_ptr_array_index (self->names, i), NULL);
      Database *database = g_new0 (Database, 1);

      g_ptr_array_add (self->databases, database);
      database->reader = open_one (self, path, error);
      database->writer = database->reader != NULL ? open_one (self, path, error) : NULL;
      /* what is read first takes longest */
      if (database->writer == NULL ||
          !execute (path, database->reader, "SELECT count(*) FROM sqlite_schema", error) ||
          !execute (path, database->writer, "SELECT count(*) FROM sqlite_schema", error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
run_on_all (UsherSnapshot *self, gboolean writers, const char *sql, GError **error)
{
  for (guint i = 0; i < self->databases->len; i++)
    {
      const Database *database = g_ptr_array_index (self->databases, i);
      const char *name = g_ptr_array_index (self->names, i);

      if (!execute (name, writers ? database->writer : database->reader, sql, error))
        return FALSE;
    }

  return TRUE;
}

/* A service that starts just now makes a new file. */
static gboolean
has_same_names (UsherSnapshot *self)
{
  g_autoptr (UsherSnapshot) now = g_new0 (UsherSnapshot, 1);

  now->directory = g_strdup (self->directory);
  now->databases = g_ptr_array_new ();
  now->names = g_ptr_array_new_with_free_func (g_free);
  now->files = g_ptr_array_new_with_free_func (g_free);
  if (!list_all (now, NULL) || now->names->len != self->names->len)
    return FALSE;

  for (guint i = 0; i < now->names->len; i++)
    if (!g_str_equal (g_ptr_array_index (now->names, i), g_ptr_array_index (self->names, i)))
      return FALSE;

  return TRUE;
}

static gboolean
try (UsherSnapshot *self, GError **error)
{
  gint64 begin = 0;
  gboolean ok = FALSE;

  self->deadline = g_get_monotonic_time () + MAX_PAUSE;
  if (!list_all (self, error) || !open_all (self, error))
    return FALSE;

  begin = g_get_monotonic_time ();
  self->deadline = begin + MAX_PAUSE;
  ok = run_on_all (self, TRUE, "BEGIN IMMEDIATE", error);
  if (ok && !has_same_names (self))
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_BUSY, "a database is being made or removed");
      ok = FALSE;
    }
  ok = ok && run_on_all (self, FALSE, "BEGIN; SELECT count(*) FROM sqlite_schema", error);
  self->time = g_get_real_time ();
  for (guint i = 0; i < self->databases->len; i++)
    {
      Database *database = g_ptr_array_index (self->databases, i);

      /* ends the transaction, if there is one */
      g_clear_pointer (&database->writer, sqlite3_close_v2);
    }
  self->pause = g_get_monotonic_time () - begin;

  return ok;
}

UsherSnapshot *
usher_snapshot_new (const char *directory, GError **error)
{
  g_autoptr (UsherSnapshot) self = g_new0 (UsherSnapshot, 1);

  self->directory = g_strdup (directory);
  self->databases = g_ptr_array_new_with_free_func (free_database);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1;; i++)
    {
      g_autoptr (GError) own = NULL;

      if (try (self, &own))
        return g_steal_pointer (&self);
      if (i == MAX_TRIES || !g_error_matches (own, USHER_ERROR, USHER_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&own));
          return NULL;
        }
      g_usleep (TRY_PAUSE);
    }
}

const GPtrArray *
usher_snapshot_get_databases (UsherSnapshot *self)
{
  return self->names;
}

const GPtrArray *
usher_snapshot_get_files (UsherSnapshot *self)
{
  return self->files;
}

gint64
usher_snapshot_get_time (UsherSnapshot *self)
{
  return self->time;
}

gint64
usher_snapshot_get_pause (UsherSnapshot *self)
{
  return self->pause;
}

static gboolean
copy_pages (sqlite3 *from, sqlite3 *to)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  int code = SQLITE_OK;

  while (backup != NULL && code == SQLITE_OK)
    code = sqlite3_backup_step (backup, COPY_PAGES);

  return backup != NULL && sqlite3_backup_finish (backup) == SQLITE_OK && code == SQLITE_DONE;
}

gboolean
usher_snapshot_copy (UsherSnapshot *self, guint index, const char *target, GError **error)
{
  const Database *database = g_ptr_array_index (self->databases, index);
  sqlite3 *to = NULL;
  gboolean ok = FALSE;

  /* the caller flushes the file as a whole; a half one is of no use */
  ok = (sqlite3_open_v2 (target,
                         &to,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                         NULL) == SQLITE_OK &&
        sqlite3_exec (to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL) ==
            SQLITE_OK &&
        copy_pages (database->reader, to)) ||
       fail (target, to, error);
  sqlite3_close_v2 (to);

  return ok;
}
