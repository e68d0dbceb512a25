/* usher-ending-blocks.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ending-blocks-private.h"

#include "usher-error.h"

/* so many rows become a block */
#define BLOCK 4096

/* rows by when they are over, so that those that are lie together; of a block, by the last of it */
const char usher_ending_blocks_layout[] = "CREATE TABLE usher_endings ("
                                          " expires INTEGER NOT NULL,"
                                          " id TEXT NOT NULL,"
                                          " PRIMARY KEY (expires, id)"
                                          ") WITHOUT ROWID;"
                                          "CREATE TABLE usher_ending_blocks ("
                                          " number INTEGER PRIMARY KEY,"
                                          " expires INTEGER NOT NULL,"
                                          " endings BLOB NOT NULL"
                                          ");";

static const char put_row[] = "INSERT OR IGNORE INTO usher_endings VALUES (?1, ?2)";
static const char list_rows[] =
    "SELECT id, expires FROM usher_endings WHERE expires > ?1 ORDER BY expires";
static const char drop_rows[] = "DELETE FROM usher_endings WHERE expires <= ?1";
static const char put_block[] =
    "INSERT INTO usher_ending_blocks (expires, endings) VALUES (?1, ?2)";
static const char list_blocks[] = "SELECT endings FROM usher_ending_blocks WHERE expires > ?1";
static const char drop_blocks[] = "DELETE FROM usher_ending_blocks WHERE expires <= ?1";

gboolean
usher_ending_blocks_add (UsherSqliteConnection *connection,
                         const char *id,
                         gint64 expires,
                         GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, put_row, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, expires);
  usher_sqlite_statement_bind_text (statement, 2, id);

  return usher_sqlite_connection_finish (connection, statement, error);
}

/* a statement whose one parameter is a time */
static UsherSqliteStatement *
get_at (UsherSqliteConnection *connection, const char *sql, gint64 time, GError **error)
{
  UsherSqliteStatement *statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement != NULL)
    usher_sqlite_statement_bind_integer (statement, 1, time);

  return statement;
}

static gboolean
drop (UsherSqliteConnection *connection, const char *sql, gint64 time, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = get_at (connection, sql, time, error);

  return statement != NULL && usher_sqlite_connection_finish (connection, statement, error);
}

/* (transfer full) (nullable) (element-type UsherEnding): by when they are over */
static GArray *
read_rows (UsherSqliteConnection *connection, gint64 now, GError **error)
{
  g_autoptr (GArray) endings = g_array_sized_new (FALSE, FALSE, sizeof (UsherEnding), BLOCK);
  g_autoptr (UsherSqliteStatement) row = get_at (connection, list_rows, now, error);
  gboolean has_row = FALSE;
  gboolean ok = row != NULL;

  while (ok && (ok = usher_sqlite_connection_step (connection, row, &has_row, error)) && has_row)
    {
      UsherEnding ending = { .expires = usher_sqlite_statement_get_integer (row, 1) };

      if (usher_ending_parse_id (usher_sqlite_statement_get_text (row, 0), ending.id))
        g_array_append_val (endings, ending);
    }

  return ok ? g_steal_pointer (&endings) : NULL;
}

/* in a file the numbers have one order of bytes, on any machine */
static void
turn (GArray *endings)
{
  for (guint i = 0; i < endings->len; i++)
    {
      UsherEnding *ending = &g_array_index (endings, UsherEnding, i);

      ending->id[0] = GUINT64_TO_LE (ending->id[0]);
      ending->id[1] = GUINT64_TO_LE (ending->id[1]);
      ending->expires = GINT64_TO_LE (ending->expires);
    }
}

static gboolean
write_block (UsherSqliteConnection *connection, GArray *endings, GError **error)
{
  const gint64 last = g_array_index (endings, UsherEnding, endings->len - 1).expires;
  g_autoptr (UsherSqliteStatement) statement = get_at (connection, put_block, last, error);

  if (statement == NULL)
    return FALSE;

  turn (endings);
  usher_sqlite_statement_bind_bytes (statement,
                                     2,
                                     endings->data,
                                     endings->len * sizeof (UsherEnding));

  return usher_sqlite_connection_finish (connection, statement, error) &&
         drop (connection, drop_rows, last, error);
}

gboolean
usher_ending_blocks_tidy (UsherSqliteConnection *connection, gint64 now, GError **error)
{
  g_autoptr (GArray) endings = NULL;

  if (!drop (connection, drop_rows, now, error) || !drop (connection, drop_blocks, now, error))
    return FALSE;

  endings = read_rows (connection, now, error);
  if (endings == NULL)
    return FALSE;

  return endings->len < BLOCK || write_block (connection, endings, error);
}

static gboolean
read_block (UsherSqliteConnection *connection,
            UsherSqliteStatement *row,
            GArray *endings,
            GError **error)
{
  gsize size = 0;
  gconstpointer bytes = usher_sqlite_statement_get_bytes (row, 0, &size);

  if (size % sizeof (UsherEnding) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CORRUPT,
                   "%s is damaged: a block of ended sessions has %" G_GSIZE_FORMAT " bytes",
                   usher_sqlite_connection_get_name (connection),
                   size);
      return FALSE;
    }

  g_array_append_vals (endings, bytes, (guint) (size / sizeof (UsherEnding)));

  return TRUE;
}

/* (transfer full) (nullable) (element-type UsherEnding) */
static GArray *
read_blocks (UsherSqliteConnection *connection, gint64 now, GError **error)
{
  g_autoptr (GArray) endings = g_array_new (FALSE, FALSE, sizeof (UsherEnding));
  g_autoptr (UsherSqliteStatement) row = get_at (connection, list_blocks, now, error);
  gboolean has_row = FALSE;
  gboolean ok = row != NULL;

  while (ok && (ok = usher_sqlite_connection_step (connection, row, &has_row, error)) && has_row)
    ok = read_block (connection, row, endings, error);
  turn (endings);

  return ok ? g_steal_pointer (&endings) : NULL;
}

GArray *
usher_ending_blocks_read (UsherSqliteConnection *connection, gint64 now, GError **error)
{
  /* rows first: between the two readings they may become a block */
  g_autoptr (GArray) rows = read_rows (connection, now, error);
  GArray *endings = rows != NULL ? read_blocks (connection, now, error) : NULL;

  if (endings != NULL)
    g_array_append_vals (endings, rows->data, rows->len);

  return endings;
}
