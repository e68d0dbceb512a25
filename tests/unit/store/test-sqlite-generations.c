/* test-sqlite-generations.c: two generations of a service that have one file open
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <sqlite3.h>

#include "usher-error.h"
#include "usher-manual-clock.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-test-base.h"
#include "usher-unit.h"

#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

static const UsherField old_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
  { "row", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
};

static const UsherField new_fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "pin", USHER_FIELD_STRING, USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
};

typedef struct
{
  char *folder;
  UsherManualClock *clock;
  UsherStore *old;
  UsherStore *new;
} Fixture;

/* @key: (nullable) */
static UsherStore *
open_keyed (Fixture *fixture, const UsherField *fields, guint n_fields, const char *const *key)
{
  const UsherStoreOptions options = { .is_shared = TRUE };
  g_autofree char *path = g_build_filename (fixture->folder, "seats.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("seats", fields, n_fields, &error);
  UsherStore *store = NULL;

  g_assert_no_error (error);
  if (key != NULL)
    usher_schema_add_key (schema, key, NULL, &error);
  g_assert_no_error (error);
  store = usher_sqlite_store_new (path, USHER_CLOCK (fixture->clock), &options, &error);
  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

static UsherStore *
open_store (Fixture *fixture, const UsherField *fields, guint n_fields)
{
  return open_keyed (fixture, fields, n_fields, NULL);
}

static UsherStore *
open_old (Fixture *fixture)
{
  return open_store (fixture, old_fields, G_N_ELEMENTS (old_fields));
}

static UsherStore *
open_new (Fixture *fixture)
{
  return open_store (fixture, new_fields, G_N_ELEMENTS (new_fields));
}

static void
close_store (UsherStore **store)
{
  g_autoptr (GError) error = NULL;

  usher_store_close (*store, &error);
  g_assert_no_error (error);
  g_clear_object (store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-generations-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->clock = usher_manual_clock_new (START);
  fixture->old = open_old (fixture);
  fixture->new = open_new (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->old != NULL)
    close_store (&fixture->old);
  if (fixture->new != NULL)
    close_store (&fixture->new);
  g_assert_finalize_object (fixture->clock);
  usher_test_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

static gboolean
commit (Fixture *fixture, UsherStore *store, UsherUnit *unit, GError **error)
{
  return usher_store_commit_sync (store, usher_unit_get_commit (unit), error);
}

/* (transfer full): its id */
static char *
insert (Fixture *fixture, UsherStore *store, const char *name, gint64 price)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_unit_new (store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherDocument) seat = usher_unit_new_document (unit, "seats", &error);

  g_assert_no_error (error);
  usher_document_set_string (seat, "name", name);
  if (price > 0)
    {
      usher_document_set_integer (seat, "price", price);
      usher_document_set_string (seat, "pin", name);
    }
  usher_unit_insert (unit, seat, &error);
  g_assert_no_error (error);
  commit (fixture, store, unit, &error);
  g_assert_no_error (error);

  return g_strdup (usher_document_get_id (seat));
}

static gboolean
rename_seat (Fixture *fixture, UsherStore *store, const char *id, const char *name, GError **error)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherDocument) seat = usher_unit_find (unit, "seats", id, error);

  g_assert_nonnull (seat);
  usher_store_end_reads (store);
  usher_document_set_string (seat, "name", name);
  usher_unit_replace (unit, seat, error);

  return commit (fixture, store, unit, error);
}

static guint
count (UsherStore *store, const char *field, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("seats");
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, field, value);
  found = usher_store_query (store, query, &error);
  g_assert_no_error (error);
  usher_store_end_reads (store);

  return found->len;
}

static void
test_columns (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert (fixture, fixture->new, "a", 1990);
  g_autofree char *other = insert (fixture, fixture->old, "b", 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What the old generation writes is found by the indexes of the new one");

  rename_seat (fixture, fixture->old, id, "c", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture->new, "price", "1990"), ==, 1);
  g_assert_cmpuint (count (fixture->new, "pin", "a"), ==, 1);
  g_assert_cmpuint (count (fixture->new, "name", "c"), ==, 1);
  g_assert_cmpuint (count (fixture->new, "name", "a"), ==, 0);
  g_assert_cmpuint (count (fixture->new, "name", "b"), ==, 1);
}

static void
test_old_restarts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert (fixture, fixture->new, "a", 1990);
  g_autofree char *more = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An old copy that starts beside the new one takes nothing from it");

  close_store (&fixture->old);
  fixture->old = open_old (fixture);
  rename_seat (fixture, fixture->old, id, "b", &error);
  g_assert_no_error (error);
  more = insert (fixture, fixture->new, "c", 2000);

  g_assert_cmpuint (count (fixture->new, "price", "1990"), ==, 1);
  g_assert_cmpuint (count (fixture->new, "price", "2000"), ==, 1);
  g_assert_cmpuint (count (fixture->old, "name", "b"), ==, 1);
  g_assert_cmpuint (count (fixture->old, "name", "c"), ==, 1);
}

static void
test_unique (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert (fixture, fixture->old, "a", 0);
  g_autofree char *other = insert (fixture, fixture->old, "b", 0);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What the new generation wants unique the old one does not double, restarted or not");

  g_assert_false (rename_seat (fixture, fixture->old, id, "b", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_clear_error (&error);
  close_store (&fixture->old);
  fixture->old = open_old (fixture);
  g_assert_false (rename_seat (fixture, fixture->old, id, "b", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

/* @price: of a seat of its own */
static void
assert_free (Fixture *fixture, UsherStore *store, gint64 price, gboolean is_free)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_unit_new (store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherDocument) seat = usher_unit_new_document (unit, "seats", &error);

  usher_document_set_string (seat, "name", "a");
  usher_document_set_integer (seat, "price", price);
  usher_unit_insert (unit, seat, &error);
  g_assert_no_error (error);
  g_assert_cmpint (commit (fixture, store, unit, &error), ==, is_free);
  if (!is_free)
    g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

static void
test_key (Fixture *fixture, gconstpointer data)
{
  static const UsherField fields[] = {
    { "name", USHER_FIELD_STRING },
    { "price", USHER_FIELD_MONEY },
  };
  static const char *const key[] = { "name", "price", NULL };

  g_test_summary ("A key of several fields holds the old generation too, as long as one has it");

  close_store (&fixture->new);
  close_store (&fixture->old);
  fixture->old = open_store (fixture, fields, G_N_ELEMENTS (fields));
  fixture->new = open_keyed (fixture, fields, G_N_ELEMENTS (fields), key);
  assert_free (fixture, fixture->old, 1, TRUE);
  assert_free (fixture, fixture->new, 1, FALSE);
  assert_free (fixture, fixture->old, 1, FALSE);
  close_store (&fixture->old);
  fixture->old = open_store (fixture, fields, G_N_ELEMENTS (fields));
  assert_free (fixture, fixture->old, 1, FALSE);

  close_store (&fixture->new);
  close_store (&fixture->old);
  fixture->old = open_store (fixture, fields, G_N_ELEMENTS (fields));
  assert_free (fixture, fixture->old, 1, TRUE);
}

static void
test_alone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert (fixture, fixture->old, "a", 0);
  g_autofree char *other = insert (fixture, fixture->old, "b", 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who has the file alone has what it declares, and no more");

  close_store (&fixture->old);
  close_store (&fixture->new);
  fixture->old = open_old (fixture);
  g_assert_true (rename_seat (fixture, fixture->old, id, "b", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture->old, "name", "b"), ==, 2);
}

static void
execute (Fixture *fixture, const char *sql)
{
  g_autofree char *path = g_build_filename (fixture->folder, "seats.db", NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
test_earlier (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = insert (fixture, fixture->new, "a", 1990);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A file of an earlier version, which kept neither levels nor fields, is brought in line");

  close_store (&fixture->old);
  close_store (&fixture->new);
  execute (fixture,
           "ALTER TABLE \"c:seats\" DROP COLUMN level;"
           "DELETE FROM usher_schema WHERE name GLOB 'fields *'");
  fixture->new = open_new (fixture);
  g_assert_true (rename_seat (fixture, fixture->new, id, "b", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture->new, "price", "1990"), ==, 1);
}

/* lays the table out as versions did that ordered by id */
static const char unnumber[] =
    "CREATE TABLE old (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL,"
    " level INTEGER NOT NULL DEFAULT 0, \"f:name\", \"f:price\", body TEXT NOT NULL, private TEXT,"
    " \"f:pin\", \"f:row\") WITHOUT ROWID;"
    "INSERT INTO old (id,version,level,\"f:name\",\"f:price\",body,private,\"f:pin\",\"f:row\")"
    " SELECT id,version,level,\"f:name\",\"f:price\",body,private,\"f:pin\",\"f:row\""
    " FROM \"c:seats\";"
    "DROP TABLE \"c:seats\"; ALTER TABLE old RENAME TO \"c:seats\";"
    "CREATE UNIQUE INDEX \"i:seats:name\" ON \"c:seats\" (\"f:name\");"
    "CREATE INDEX \"i:seats:price\" ON \"c:seats\" (\"f:price\");"
    "CREATE INDEX \"i:seats:pin\" ON \"c:seats\" (\"f:pin\");"
    "CREATE INDEX \"i:seats:row\" ON \"c:seats\" (\"f:row\");";

/* the names, the oldest first */
static char *
list_names (UsherStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("seats");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  usher_query_oldest_first (query, TRUE);
  found = usher_store_query (store, query, &error);
  g_assert_no_error (error);
  usher_store_end_reads (store);
  for (guint i = 0; i < found->len; i++)
    g_string_append (names, usher_document_get_string (g_ptr_array_index (found, i), "name"));

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
test_unnumbered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = insert (fixture, fixture->new, "a", 1990);
  g_autofree char *second = insert (fixture, fixture->new, "b", 2000);
  g_autofree char *third = NULL;
  g_autofree char *names = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file whose documents were in the order of ids gets one of commits, which "
                  "counts for who does not know it too");

  close_store (&fixture->old);
  close_store (&fixture->new);
  execute (fixture, unnumber);
  fixture->new = open_new (fixture);
  g_assert_cmpuint (count (fixture->new, "price", "1990"), ==, 1);
  g_assert_cmpuint (count (fixture->new, "pin", "b"), ==, 1);
  g_assert_false (rename_seat (fixture, fixture->new, first, "b", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);

  execute (fixture,
           "INSERT INTO \"c:seats\" (id,version,body,private,level,\"f:name\") VALUES"
           " ('000000000000000000000001',0,"
           "  '{\"id\":\"000000000000000000000001\",\"name\":\"c\",\"version\":0}',NULL,0,'c')");
  third = insert (fixture, fixture->new, "d", 0);
  names = list_names (fixture->new);
  g_assert_cmpstr (names, ==, "abcd");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  test ("/sqlite-generations/columns", test_columns);
  test ("/sqlite-generations/old-restarts", test_old_restarts);
  test ("/sqlite-generations/unique", test_unique);
  test ("/sqlite-generations/key", test_key);
  test ("/sqlite-generations/alone", test_alone);
  test ("/sqlite-generations/earlier", test_earlier);
  test ("/sqlite-generations/unnumbered", test_unnumbered);
#undef test

  return g_test_run ();
}
