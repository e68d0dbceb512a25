/* test-sqlite-plans.c: how SQLite goes about what is asked of collections
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <sqlite3.h>
#include <string.h>

#include "usher-manual-clock.h"
#include "usher-sqlite-query-private.h"
#include "usher-sqlite-sort-private.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-test-base.h"

static const UsherField fields[] = {
  { "owner", USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { "holder", USHER_FIELD_ID, USHER_FIELD_INDEXED },
  { "hidden", USHER_FIELD_BOOLEAN, USHER_FIELD_INDEXED },
  { "number", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
  { "price", USHER_FIELD_MONEY, USHER_FIELD_INDEXED },
  { "rank", USHER_FIELD_INTEGER, USHER_FIELD_INDEXED },
};

static const char *const key[] = { "owner", "rank", NULL };

typedef struct
{
  char *folder;
  UsherSqliteTable *table;
  sqlite3 *db;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (1);
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  g_autoptr (UsherStore) store = NULL;
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  usher_schema_set_level (schema, 1);
  usher_schema_add_key (schema, key, NULL, &error);
  g_assert_no_error (error);
  fixture->folder = g_dir_make_tmp ("usher-plans-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "items.db", NULL);
  store = usher_sqlite_store_new (path, USHER_CLOCK (clock), NULL, &error);
  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);
  usher_store_close (store, &error);
  g_assert_no_error (error);

  fixture->table = usher_sqlite_table_new (schema);
  g_assert_cmpint (sqlite3_open (path, &fixture->db), ==, SQLITE_OK);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (sqlite3_close (fixture->db), ==, SQLITE_OK);
  usher_sqlite_table_free (fixture->table);
  usher_test_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

/* One loop alone, that goes along @loop: nothing is sorted, and a page costs no more than its documents. */
static void
assert_plan (Fixture *fixture, const char *sql, const char *loop)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  g_autoptr (GString) plan = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (fixture->db, explain, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *line = (const char *) sqlite3_column_text (statement, 3);

      /* the place of the document before, found by its id */
      if (strstr (line, "SUBQUERY") == NULL && strstr (line, "(id=?)") == NULL)
        g_string_append_printf (plan, "%s\n", line);
    }
  sqlite3_finalize (statement);

  g_test_message ("%s: %s", sql, plan->str);
  g_assert_cmpstr (plan->str, ==, loop);
}

typedef struct
{
  const char *equal;
  const char *without[2];
  const char *unset; /* as usher_sqlite_query_make_sql() takes it */
  gboolean is_first;
  const char *loop; /* with a place for the comparison */
} Row;

static void
assert_row (Fixture *fixture, const Row *row, gboolean is_oldest_first)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_auto (GStrv) parts = g_strsplit (row->loop, "%c", 2);
  g_autofree char *loop = g_strjoinv (is_oldest_first ? ">" : "<", parts);
  g_autofree char *sql = NULL;

  if (row->equal != NULL)
    usher_query_equal (query, row->equal, "x");
  for (guint i = 0; i < 2 && row->without[i] != NULL; i++)
    usher_query_without (query, row->without[i]);
  if (!row->is_first)
    usher_query_after (query, "65920080aaaaaaaaaa000001");
  usher_query_oldest_first (query, is_oldest_first);

  sql = usher_sqlite_query_make_sql (query, fixture->table, row->unset, &error);
  g_assert_no_error (error);
  assert_plan (fixture, sql, loop);
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  static const Row rows[] = {
    { NULL, { NULL }, "", TRUE, "SCAN c:items\n" },
    { NULL, { NULL }, "", FALSE, "SEARCH c:items USING INTEGER PRIMARY KEY (rowid%c?)\n" },
    { "owner", { NULL }, "", TRUE, "SEARCH c:items USING INDEX i:items:owner (f:owner=?)\n" },
    { "owner",
      { NULL },
      "",
      FALSE,
      "SEARCH c:items USING INDEX i:items:owner (f:owner=? AND rowid%c?)\n" },
    { "owner",
      { "hidden", NULL },
      "+",
      FALSE,
      "SEARCH c:items USING INDEX i:items:owner (f:owner=? AND rowid%c?)\n" },
    { NULL,
      { "holder", NULL },
      "",
      FALSE,
      "SEARCH c:items USING INDEX i:items:holder (f:holder=? AND rowid%c?)\n" },
    { NULL, { "holder", "hidden" }, "+", TRUE, "SCAN c:items\n" },
    { NULL,
      { "holder", "hidden" },
      "+",
      FALSE,
      "SEARCH c:items USING INTEGER PRIMARY KEY (rowid%c?)\n" },
  };

  g_test_summary (
      "Pages in either order are read along the table or one index, where the last one ended.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      assert_row (fixture, &rows[i], FALSE);
      assert_row (fixture, &rows[i], TRUE);
    }
}

typedef struct
{
  const char *equal;
  const char *order;
  gboolean has_least;
  gboolean has_most;
  const char *index;
  const char *entry; /* what is equal in it */
} Sort;

static void
assert_sort (Fixture *fixture, const Sort *row, gboolean is_upward, gboolean has_after)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  gboolean has_end = row->has_most || (has_after && !is_upward);
  g_autofree char *end = has_end ? g_strdup_printf (" AND f:%s<?", row->order) : g_strdup ("");
  g_autofree char *sql = NULL;
  g_autofree char *loop = g_strdup_printf (
      "SEARCH c:items USING INDEX %s (%sf:%s>?%s)\n", row->index, row->entry, row->order, end);

  if (row->equal != NULL)
    usher_query_equal (query, row->equal, "x");
  if (row->has_least)
    usher_query_at_least (query, row->order, 1);
  if (row->has_most)
    usher_query_below (query, row->order, 9);
  if (has_after)
    usher_query_after_value (query, "65920080aaaaaaaaaa000001", "5");
  usher_query_order_by (query, row->order);
  usher_query_oldest_first (query, is_upward);

  sql = usher_sqlite_sort_make_sql (query, fixture->table, &error);
  g_assert_no_error (error);
  assert_plan (fixture, sql, loop);
}

static void
test_sorts (Fixture *fixture, gconstpointer data)
{
  static const char price[] = "i:items:price";
  static const char owned[] = "k:items:owner,rank";
  static const Sort rows[] = {
    { NULL, "price", FALSE, FALSE, price, "" },
    { NULL, "price", TRUE, FALSE, price, "" },
    { NULL, "price", FALSE, TRUE, price, "" },
    { NULL, "price", TRUE, TRUE, price, "" },
    { "owner", "rank", FALSE, FALSE, owned, "f:owner=? AND " },
    { "owner", "rank", TRUE, TRUE, owned, "f:owner=? AND " },
  };

  g_test_summary ("What is in the order of values is read along one index, from the last page on, "
                  "and is never sorted.");

  for (guint i = 0; i < G_N_ELEMENTS (rows) * 4; i++)
    assert_sort (fixture, &rows[i / 4], i % 2 == 1, i % 4 >= 2);
}

static void
test_outdated (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Documents that are behind are read along their index, where the last slice ended.");

  assert_plan (fixture,
               fixture->table->list_outdated,
               "SEARCH c:items USING INDEX l:items:1:id ((level,id)>(?,?) AND level<?)\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/sqlite-plans/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/sqlite-plans/sorts", Fixture, NULL, set_up, test_sorts, tear_down);
  g_test_add ("/sqlite-plans/outdated", Fixture, NULL, set_up, test_outdated, tear_down);

  return g_test_run ();
}
