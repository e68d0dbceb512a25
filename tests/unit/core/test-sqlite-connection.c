/* test-sqlite-connection.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-sqlite-connection.h"

typedef struct
{
  char *folder;
  char *path;
  UsherSqliteConnection *connection;
} Fixture;

static const char insert[] = "INSERT INTO seats (name, row) VALUES (?1, ?2)";
static const char list[] = "SELECT name, row FROM seats ORDER BY row";
static const char count[] = "SELECT nullif (count(*), 0) FROM seats";

static UsherSqliteConnection *
open_file (Fixture *fixture, UsherSqliteFlags flags)
{
  g_autoptr (GError) error = NULL;
  UsherSqliteConnection *connection =
      usher_sqlite_connection_new (fixture->path, "the plan", flags, &error);

  g_assert_no_error (error);

  return connection;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-sqlite-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "plan.db", NULL);
  fixture->connection = open_file (fixture, USHER_SQLITE_CREATE);
  usher_sqlite_connection_execute (fixture->connection,
                                   "CREATE TABLE seats (name TEXT UNIQUE, row INTEGER)",
                                   &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_sqlite_connection_free (fixture->connection);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static gboolean
add (Fixture *fixture, const char *name, gint64 row, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (fixture->connection, insert, error);

  g_assert_nonnull (statement);
  usher_sqlite_statement_bind_text (statement, 1, name);
  usher_sqlite_statement_bind_integer (statement, 2, row);

  return usher_sqlite_connection_finish (fixture->connection, statement, error);
}

static gint64
count_seats (UsherSqliteConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, count, &error);
  gint64 n = -1;

  g_assert_no_error (error);
  g_assert_true (usher_sqlite_connection_get_integer (connection, statement, 0, &n, &error));

  return n;
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) rows = g_string_new (NULL);
  UsherSqliteStatement *first = NULL;
  gboolean has_row = FALSE;

  g_test_summary ("A statement is kept, gives its rows, and can be used again after a reset.");

  g_assert_true (add (fixture, "left", 2, &error));
  g_assert_true (add (fixture, "right", 1, &error));
  g_assert_cmpuint (usher_sqlite_connection_get_n_changes (fixture->connection), ==, 1);
  g_assert_cmpint (usher_sqlite_connection_get_last_id (fixture->connection), ==, 2);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherSqliteStatement) statement =
          usher_sqlite_connection_get (fixture->connection, list, &error);

      g_assert_true (first == NULL || first == statement);
      first = statement;
      while (usher_sqlite_connection_step (fixture->connection, statement, &has_row, &error) &&
             has_row)
        g_string_append_printf (rows,
                                "%s%" G_GINT64_FORMAT " ",
                                usher_sqlite_statement_get_text (statement, 0),
                                usher_sqlite_statement_get_integer (statement, 1));
      g_assert_no_error (error);
    }

  g_assert_cmpstr (rows->str, ==, "right1 left2 right1 left2 ");
}

static void
test_transaction (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A transaction is written as one, or not at all.");

  g_assert_true (usher_sqlite_connection_begin (fixture->connection, &error));
  g_assert_true (add (fixture, "left", 1, &error));
  g_assert_false (usher_sqlite_connection_end (fixture->connection, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_seats (fixture->connection), ==, 0);

  g_assert_true (usher_sqlite_connection_begin (fixture->connection, &error));
  g_assert_true (add (fixture, "left", 1, &error));
  g_assert_true (usher_sqlite_connection_end (fixture->connection, TRUE, &error));
  g_assert_cmpint (count_seats (fixture->connection), ==, 1);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A value that another row has for itself is taken, and the error names the file.");

  g_assert_true (add (fixture, "left", 1, &error));
  g_assert_false (add (fixture, "left", 2, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_true (g_str_has_prefix (error->message, "the plan: "));
  g_assert_cmpint (count_seats (fixture->connection), ==, 1);
}

static void
test_busy (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSqliteConnection) other = open_file (fixture, USHER_SQLITE_NONE);

  g_test_summary ("Who has no patience does not wait for others that write.");

  g_assert_true (usher_sqlite_connection_begin (fixture->connection, &error));
  usher_sqlite_connection_set_patience (other, 0);
  g_assert_false (usher_sqlite_connection_begin (other, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_clear_error (&error);

  g_assert_true (usher_sqlite_connection_end (fixture->connection, TRUE, &error));
  g_assert_true (usher_sqlite_connection_begin (other, &error));
  g_assert_true (usher_sqlite_connection_end (other, TRUE, &error));
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none.db", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is missing is made only when that was asked for.");

  g_assert_null (usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "text", NULL);
  g_autofree char *text = g_strnfill (4096, 'x');
  g_autoptr (UsherSqliteConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is no database is corrupt.");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  connection = usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, &error);
  g_assert_no_error (error);
  g_assert_false (usher_sqlite_connection_execute (connection, "CREATE TABLE t (n)", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/sqlite-connection/rows", test_rows);
  add ("/sqlite-connection/transaction", test_transaction);
  add ("/sqlite-connection/taken", test_taken);
  add ("/sqlite-connection/busy", test_busy);
  add ("/sqlite-connection/missing", test_missing);
  add ("/sqlite-connection/foreign", test_foreign);
#undef add

  return g_test_run ();
}
