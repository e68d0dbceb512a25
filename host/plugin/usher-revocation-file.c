/* usher-revocation-file.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-revocation-file-private.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "usher-ending-blocks-private.h"
#include "usher-error.h"

#define LAYOUT 1
/* after this many that were written there is a look at what is there */
#define TIDY 512

struct _UsherRevocationFile
{
  char *path;                        /* (owned) */
  UsherClock *clock;                 /* (owned) */
  UsherSqliteConnection *connection; /* (owned) (nullable): NULL: there was no file */
  guint n_written;                   /* since it was tidied */
};

static const char layout[] = "CREATE TABLE usher_user_endings ("
                             " id TEXT NOT NULL PRIMARY KEY,"
                             " began_before INTEGER NOT NULL,"
                             " expires INTEGER NOT NULL"
                             ") WITHOUT ROWID;"
                             "CREATE TABLE usher_users ("
                             " id TEXT NOT NULL PRIMARY KEY,"
                             " version INTEGER NOT NULL,"
                             " refused INTEGER NOT NULL"
                             ") WITHOUT ROWID;"
                             "CREATE TABLE usher_positions ("
                             " channel TEXT NOT NULL PRIMARY KEY,"
                             " sequence INTEGER NOT NULL,"
                             " log TEXT NOT NULL"
                             ") WITHOUT ROWID;"
                             "PRAGMA user_version=1;";

static const char get_layout[] = "PRAGMA user_version";
static const char get_position[] = "SELECT sequence FROM usher_positions WHERE channel = ?1";
static const char get_log[] = "SELECT log FROM usher_positions WHERE channel = ?1";
static const char put_position[] = "INSERT OR REPLACE INTO usher_positions VALUES (?1, ?2, ?3)";
static const char list_user_endings[] =
    "SELECT id, began_before, expires FROM usher_user_endings WHERE expires > ?1";
static const char list_users[] = "SELECT id, version, refused FROM usher_users";
static const char put_user_ending[] =
    "INSERT INTO usher_user_endings VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET"
    " began_before = max(began_before, excluded.began_before), expires = max(expires, "
    "excluded.expires)";
static const char put_user[] = "INSERT INTO usher_users VALUES (?1, ?2, ?3) ON CONFLICT (id) DO "
                               "UPDATE SET version = excluded.version, refused = excluded.refused"
                               " WHERE excluded.version > version";
static const char drop_user_endings[] = "DELETE FROM usher_user_endings WHERE expires <= ?1";

static gboolean
get_integer (UsherSqliteConnection *connection,
             const char *sql,
             const char *text,
             gint64 *value,
             GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  if (text != NULL)
    usher_sqlite_statement_bind_text (statement, 1, text);

  return usher_sqlite_connection_get_integer (connection, statement, 0, value, error);
}

/* in a transaction, so that two processes do not lay out one file */
static gboolean
lay_out (UsherSqliteConnection *connection, GError **error)
{
  gint64 version = 0;

  if (!get_integer (connection, get_layout, NULL, &version, error))
    return FALSE;
  if (version == 0)
    return usher_sqlite_connection_execute (connection, usher_ending_blocks_layout, error) &&
           usher_sqlite_connection_execute (connection, layout, error);
  if (version == LAYOUT)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s has layout %" G_GINT64_FORMAT ", this program knows layout %d",
               usher_sqlite_connection_get_name (connection),
               version,
               LAYOUT);
  return FALSE;
}

static gboolean
make_folder (UsherRevocationFile *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               errno == ENOSPC || errno == EDQUOT ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "directory “%s” cannot be made: %s",
               folder,
               g_strerror (errno));

  return FALSE;
}

/* What the disk did not keep in a loss of power comes again from the log: no commit waits for it. */
static gboolean
prepare (UsherSqliteConnection *connection, GError **error)
{
  gint64 version = 0;

  if (!usher_sqlite_connection_execute (connection, "PRAGMA synchronous=NORMAL", error) ||
      !get_integer (connection, get_layout, NULL, &version, error))
    return FALSE;

  return version == LAYOUT ||
         (usher_sqlite_connection_use_log (connection, error) &&
          usher_sqlite_connection_begin (connection, error) &&
          usher_sqlite_connection_end (connection, lay_out (connection, error), error));
}

static gboolean
open_file (UsherRevocationFile *self, GError **error)
{
  if (!make_folder (self, error))
    return FALSE;

  self->connection = usher_sqlite_connection_new (self->path, NULL, USHER_SQLITE_CREATE, error);
  if (self->connection != NULL && prepare (self->connection, error))
    return TRUE;

  g_clear_pointer (&self->connection, usher_sqlite_connection_free);

  return FALSE;
}

UsherRevocationFile *
usher_revocation_file_new (const char *path, UsherClock *clock, GError **error)
{
  g_autoptr (UsherRevocationFile) self = g_new0 (UsherRevocationFile, 1);

  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);
  /* most hosts refuse nobody for a long time, and a file more takes a start longer */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !open_file (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
usher_revocation_file_free (UsherRevocationFile *self)
{
  g_clear_pointer (&self->connection, usher_sqlite_connection_free);
  g_object_unref (self->clock);
  g_free (self->path);
  g_free (self);
}

const char *
usher_revocation_file_get_name (UsherRevocationFile *self)
{
  return usher_sqlite_connection_get_name (self->connection);
}

gboolean
usher_revocation_file_get_position (UsherRevocationFile *self,
                                    const char *channel,
                                    guint64 *position,
                                    GError **error)
{
  gint64 value = 0;

  if (self->connection != NULL &&
      !get_integer (self->connection, get_position, channel, &value, error))
    return FALSE;

  *position = (guint64) value;

  return TRUE;
}

gboolean
usher_revocation_file_get_log (UsherRevocationFile *self,
                               const char *channel,
                               char log[USHER_REACH_LOG_SIZE],
                               GError **error)
{
  g_autoptr (UsherSqliteStatement) row = NULL;
  gboolean has_row = FALSE;

  *log = '\0';
  if (self->connection == NULL)
    return TRUE;
  row = usher_sqlite_connection_get (self->connection, get_log, error);
  if (row == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (row, 1, channel);
  if (!usher_sqlite_connection_step (self->connection, row, &has_row, error))
    return FALSE;
  if (has_row)
    g_strlcpy (log, usher_sqlite_statement_get_text (row, 0), USHER_REACH_LOG_SIZE);

  return TRUE;
}

typedef void (*ReadFunc) (UsherSqliteStatement *row, UsherRevocation *revocation);

static void
read_user_ending (UsherSqliteStatement *row, UsherRevocation *revocation)
{
  revocation->kind = USHER_REVOCATION_END_ALL;
  revocation->before = usher_sqlite_statement_get_integer (row, 1);
  revocation->expires = usher_sqlite_statement_get_integer (row, 2);
}

static void
read_user (UsherSqliteStatement *row, UsherRevocation *revocation)
{
  revocation->version = usher_sqlite_statement_get_integer (row, 1);
  revocation->kind = usher_sqlite_statement_get_integer (row, 2) != 0 ? USHER_REVOCATION_REFUSE
                                                                      : USHER_REVOCATION_ACCEPT;
}

typedef struct
{
  const char *sql;
  ReadFunc read;
  gboolean is_timed; /* what is over by itself is left out */
} List;

static gboolean
read_list (UsherRevocationFile *self,
           const List *list,
           UsherRevocationFunc func,
           gpointer user_data,
           GError **error)
{
  g_autoptr (UsherSqliteStatement) row =
      usher_sqlite_connection_get (self->connection, list->sql, error);
  gboolean has_row = FALSE;
  gboolean ok = FALSE;

  if (row == NULL)
    return FALSE;

  if (list->is_timed)
    usher_sqlite_statement_bind_integer (row, 1, usher_clock_get_time (self->clock));
  while ((ok = usher_sqlite_connection_step (self->connection, row, &has_row, error)) && has_row)
    {
      UsherRevocation revocation = { .id = usher_sqlite_statement_get_text (row, 0) };

      list->read (row, &revocation);
      func (&revocation, user_data);
    }

  return ok;
}

gboolean
usher_revocation_file_foreach (UsherRevocationFile *self,
                               UsherRevocationFunc func,
                               gpointer user_data,
                               GError **error)
{
  static const List lists[] = {
    { list_users, read_user, FALSE },
    { list_user_endings, read_user_ending, TRUE },
  };

  for (guint i = 0; self->connection != NULL && i < G_N_ELEMENTS (lists); i++)
    if (!read_list (self, &lists[i], func, user_data, error))
      return FALSE;

  return TRUE;
}

GArray *
usher_revocation_file_read_endings (UsherRevocationFile *self, GError **error)
{
  if (self->connection == NULL)
    return g_array_new (FALSE, FALSE, sizeof (UsherEnding));

  return usher_ending_blocks_read (self->connection, usher_clock_get_time (self->clock), error);
}

/* a statement of a user's id and two numbers */
static gboolean
put (UsherRevocationFile *self,
     const char *sql,
     const char *id,
     gint64 first,
     gint64 second,
     GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, sql, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, id);
  usher_sqlite_statement_bind_integer (statement, 2, first);
  usher_sqlite_statement_bind_integer (statement, 3, second);

  return usher_sqlite_connection_finish (self->connection, statement, error);
}

static gboolean
put_revocation (UsherRevocationFile *self, const UsherRevocation *revocation, GError **error)
{
  switch (revocation->kind)
    {
    case USHER_REVOCATION_REFUSE:
    case USHER_REVOCATION_ACCEPT:
      return put (self,
                  put_user,
                  revocation->id,
                  revocation->version,
                  revocation->kind == USHER_REVOCATION_REFUSE,
                  error);

    case USHER_REVOCATION_END:
      return usher_ending_blocks_add (self->connection, revocation->id, revocation->expires, error);

    case USHER_REVOCATION_END_ALL:
      return put (
          self, put_user_ending, revocation->id, revocation->before, revocation->expires, error);

    case USHER_REVOCATION_NONE:
    default:
      return TRUE;
    }
}

static gboolean
set_position (UsherRevocationFile *self, const UsherRevocationEntry *entry, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, put_position, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, entry->channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) entry->sequence);
  usher_sqlite_statement_bind_text (statement, 3, entry->log);

  return usher_sqlite_connection_finish (self->connection, statement, error);
}

/* in a transaction; another process may have been first */
static gboolean
write_entry (UsherRevocationFile *self, const UsherRevocationEntry *entry, GError **error)
{
  char log[USHER_REACH_LOG_SIZE];
  guint64 position = 0;

  if (!usher_revocation_file_get_position (self, entry->channel, &position, error) ||
      !usher_revocation_file_get_log (self, entry->channel, log, error))
    return FALSE;
  if (!entry->anew && g_str_equal (entry->log, log) && entry->sequence <= position)
    return TRUE;

  self->n_written++;

  return put_revocation (self, &entry->revocation, error) && set_position (self, entry, error);
}

static gboolean
drop_user_endings_at (UsherRevocationFile *self, gint64 now, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->connection, drop_user_endings, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, now);

  return usher_sqlite_connection_finish (self->connection, statement, error);
}

static gboolean
tidy (UsherRevocationFile *self, GError **error)
{
  const gint64 now = usher_clock_get_time (self->clock);

  if (self->n_written < TIDY)
    return TRUE;

  self->n_written = 0;

  return usher_ending_blocks_tidy (self->connection, now, error) &&
         drop_user_endings_at (self, now, error);
}

gboolean
usher_revocation_file_write (UsherRevocationFile *self, const GPtrArray *entries, GError **error)
{
  gboolean ok = TRUE;

  if ((self->connection == NULL && !open_file (self, error)) ||
      !usher_sqlite_connection_begin (self->connection, error))
    return FALSE;

  for (guint i = 0; ok && i < entries->len; i++)
    ok = write_entry (self, g_ptr_array_index (entries, i), error);

  return usher_sqlite_connection_end (self->connection, ok && tidy (self, error), error);
}
