/* test-store-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "copy-stock.h"
#include "usher-error.h"
#include "usher-sqlite-connection.h"
#include "usher-store-copy.h"
#include "usher-store-uri.h"
#include "usher-test-base.h"
#include "usher-test-mongodb.h"

/* how often a copy of two services tells how it goes, at least */
#define N_TOLD 12

/* kinds of stores */
typedef struct
{
  gboolean from_server;
  gboolean to_server;
} Way;

typedef struct
{
  const Way *way;
  char *folder;
  guint n_places;
  char *from; /* bases */
  char *to;
  UsherClock *clock;
} Fixture;

/* of all tests, where the server is one of the kinds */
static UsherTestMongodb *server;

/* (transfer full): the base of a place with nothing in it */
static char *
make_place (Fixture *fixture, gboolean is_server)
{
  g_autofree char *name = is_server ? usher_test_mongodb_make_name (server) : NULL;

  if (is_server)
    return usher_test_mongodb_make_uri (server, name);

  return g_strdup_printf ("sqlite:%s/%u", fixture->folder, fixture->n_places++);
}

static void
make_folder (const char *base)
{
  if (g_str_has_prefix (base, "sqlite:"))
    g_assert_cmpint (g_mkdir_with_parents (base + strlen ("sqlite:"), 0700), ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("usher-copy-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->way = data;
  fixture->from = make_place (fixture, fixture->way->from_server);
  fixture->to = make_place (fixture, fixture->way->to_server);
  make_folder (fixture->from);
  fixture->clock = usher_real_clock_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->clock);
  usher_test_remove_tree (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->from);
  g_free (fixture->to);
}

static UsherStore *
open_service (Fixture *fixture, const char *base, const char *service)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = usher_store_make_uri (base, service, &error);
  UsherStore *store = copy_stock_open (uri, fixture->clock, &error);

  g_assert_no_error (error);

  return store;
}

static void
fill (Fixture *fixture, const char *service, guint n_documents)
{
  UsherStore *store = open_service (fixture, fixture->from, service);

  copy_stock_fill (store, n_documents);
  copy_stock_close (store);
}

static void
copy_all (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result =
      usher_store_copy (fixture->from, fixture->to, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
}

static void
assert_refused (Fixture *fixture, UsherError code, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (usher_store_copy (fixture->from, fixture->to, NULL, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
compare (Fixture *fixture, const char *service)
{
  UsherStore *from = open_service (fixture, fixture->from, service);
  UsherStore *to = open_service (fixture, fixture->to, service);

  copy_stock_compare (from, to);
  copy_stock_close (from);
  copy_stock_close (to);
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) counts = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  g_test_summary ("A copy has all that the service had, and the service goes on with it.");

  fill (fixture, "items", 300);
  result = usher_store_copy (fixture->from, fixture->to, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  counts = g_variant_lookup_value (result, "items", G_VARIANT_TYPE ("a{sx}"));
  g_assert_true (g_variant_lookup (counts, "documents", "x", &n));
  g_assert_cmpint (n, ==, 300);
  g_assert_true (g_variant_lookup (counts, "timers", "x", &n));
  g_assert_cmpint (n, ==, COPY_STOCK_N_TIMERS);
  compare (fixture, "items");
}

static void
test_back (Fixture *fixture, gconstpointer data)
{
  g_autofree char *way = NULL;

  g_test_summary ("What is copied on, back to the first kind of store, is what it was.");

  fill (fixture, "items", 300);
  copy_all (fixture);
  way = fixture->from;
  fixture->from = fixture->to;
  fixture->to = make_place (fixture, fixture->way->from_server);
  copy_all (fixture);

  g_free (fixture->from);
  fixture->from = g_steal_pointer (&way);
  compare (fixture, "items");
}

static void
test_prefixes (Fixture *fixture, gconstpointer data)
{
  static const char *const wanted[] = { "items", "test-items", NULL };
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What may be of another address on the same server is not copied unless it is named");

  fill (fixture, "items", 1);
  fill (fixture, "test-items", 2);
  if (fixture->way->from_server)
    assert_refused (fixture, USHER_ERROR_INVALID, "“test-items”");

  result = usher_store_copy (fixture->from, fixture->to, wanted, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (result), ==, 2);
}

static void
test_chosen (Fixture *fixture, gconstpointer data)
{
  static const char *const wanted[] = { "second", NULL };
  static const char *const unknown[] = { "third", NULL };
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of several services those that are named are copied, and an unknown one is "
                  "refused with the names.");

  fill (fixture, "first", 1);
  fill (fixture, "second", 2);
  result = usher_store_copy (fixture->from, fixture->to, wanted, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (result), ==, 1);
  compare (fixture, "second");

  g_assert_null (usher_store_copy (fixture->from, fixture->to, unknown, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "“first”, “second”"));
}

static void
test_not_empty (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Where something is already nothing is copied, and the error says what is there.");

  fill (fixture, "first", 1);
  fill (fixture, "second", 2);
  copy_all (fixture);
  assert_refused (fixture, USHER_ERROR_CONFLICT, "1 documents in collection “items”");
  compare (fixture, "first");
}

static void
test_empty_target (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = NULL;

  g_test_summary ("A store that a host has opened and put nothing into is empty.");

  fill (fixture, "items", 3);
  make_folder (fixture->to);
  store = open_service (fixture, fixture->to, "items");
  copy_stock_close (store);
  copy_all (fixture);
  compare (fixture, "items");
}

static void
test_in_use (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = NULL;

  g_test_summary ("A database that a host has open is neither copied nor written.");

  fill (fixture, "items", 1);
  store = open_service (fixture, fixture->from, "items");
  assert_refused (fixture, USHER_ERROR_BUSY, "stop the host");
  copy_stock_close (store);

  store = open_service (fixture, fixture->to, "items");
  assert_refused (fixture, USHER_ERROR_BUSY, "stop the host");
  copy_stock_close (store);
}

static void
test_itself (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A place is not copied to itself.");

  fill (fixture, "items", 1);
  g_assert_null (usher_store_copy (fixture->from, fixture->from, NULL, NULL, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

/* In the child: dies when it has been told so often. */
static void
on_told (const char *service, gboolean is_check, gint64 n_done, gint64 n_rows, gpointer user_data)
{
  guint *n_left = user_data;

  if (--*n_left == 0)
    raise (SIGKILL);
}

static int
copy_and_die (char **words)
{
  guint n_left = (guint) g_ascii_strtoull (words[2], NULL, 10);
  g_autoptr (GVariant) result = usher_store_copy (words[0], words[1], NULL, on_told, &n_left, NULL);

  return result != NULL ? 0 : 1;
}

/* Whether it was killed before it had come to its end. */
static gboolean
copy_until (Fixture *fixture, guint n_told)
{
  g_autofree char *number = g_strdup_printf ("%u", n_told);
  const char *const words[] = {
    "/proc/self/exe", "copy", fixture->from, fixture->to, number, NULL
  };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[G_N_ELEMENTS (words)];

  memcpy (argv, words, sizeof words);
  argv[0] = self;
  child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (child, NULL, &error));

  return g_subprocess_get_if_signaled (child);
}

static void
assert_unusable (Fixture *fixture, const char *service)
{
  g_autofree char *uri = usher_store_make_uri (fixture->to, service, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (copy_stock_open (uri, fixture->clock, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "usher store copy"));
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  /* a server takes longer for the same */
  guint step = fixture->way->from_server || fixture->way->to_server ? 4 : 1;
  guint n_told = step;

  g_test_summary ("Wherever a copy is killed, no host starts on what it leaves, and the next one "
                  "makes it whole.");

  fill (fixture, "first", 600);
  fill (fixture, "second", 5);
  while (copy_until (fixture, n_told))
    {
      assert_unusable (fixture, "first");
      assert_unusable (fixture, "second");
      /* of every other one what is left is what the next one begins with */
      if (n_told / step % 2 == 0)
        {
          copy_all (fixture);
          compare (fixture, "first");
          compare (fixture, "second");
          g_free (fixture->to);
          fixture->to = make_place (fixture, fixture->way->to_server);
        }
      n_told += step;
    }
  g_assert_cmpuint (n_told, >, N_TOLD);
  compare (fixture, "first");
  compare (fixture, "second");
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = NULL;

  g_test_summary ("What changed at the source after a copy was killed is in the next one.");

  fill (fixture, "first", 600);
  fill (fixture, "second", 5);
  /* the first service is whole, the second begins */
  g_assert_true (copy_until (fixture, N_TOLD - 2));
  store = open_service (fixture, fixture->from, "first");
  copy_stock_insert (store, 600, 601);
  copy_stock_close (store);
  copy_all (fixture);
  compare (fixture, "first");
  compare (fixture, "second");
}

/* As a copy that died while it took the marks away: the second service has one still. */
static void
mark_second (Fixture *fixture)
{
  g_autofree char *path = g_strconcat (fixture->to + strlen ("sqlite:"), "/second.db", NULL);
  g_autofree char *sql =
      g_strdup_printf ("INSERT INTO usher_schema VALUES ('copying','whole\nfirst second\n%s')",
                       fixture->from);
  g_autoptr (UsherSqliteConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  connection = usher_sqlite_connection_new (path, NULL, USHER_SQLITE_NONE, &error);
  g_assert_no_error (error);
  g_assert_true (usher_sqlite_connection_execute (connection, sql, &error));
}

static void
test_ending (Fixture *fixture, gconstpointer data)
{
  UsherStore *store = NULL;

  g_test_summary (
      "A copy that was killed at its very end is finished, but not over what has changed since.");

  fill (fixture, "first", 4);
  fill (fixture, "second", 5);
  copy_all (fixture);
  mark_second (fixture);
  assert_unusable (fixture, "second");
  copy_all (fixture);
  compare (fixture, "first");
  compare (fixture, "second");

  mark_second (fixture);
  store = open_service (fixture, fixture->to, "first");
  copy_stock_change (store);
  copy_stock_close (store);
  assert_refused (fixture, USHER_ERROR_CONFLICT, "4 documents in collection “items”");
}

/* @is_short: what the kinds do differently */
static void
add (const char *name, const Way *way, gboolean is_short)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture, gconstpointer data);
    gboolean differs;
  } tests[] = {
    { "all", test_all, TRUE },
    { "back", test_back, TRUE },
    { "chosen", test_chosen, FALSE },
    { "prefixes", test_prefixes, TRUE },
    { "not-empty", test_not_empty, FALSE },
    { "empty-target", test_empty_target, TRUE },
    { "in-use", test_in_use, TRUE },
    { "itself", test_itself, FALSE },
    { "killed", test_killed, FALSE },
    { "changed", test_changed, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/store-copy/%s/%s", name, tests[i].name);

      if (tests[i].differs || !is_short)
        g_test_add (path, Fixture, way, set_up, tests[i].func, tear_down);
    }
}

int
main (int argc, char **argv)
{
  static const Way files = { FALSE, FALSE };
  static const Way out = { FALSE, TRUE };
  static const Way back = { TRUE, FALSE };
  static const Way servers = { TRUE, TRUE };
  int status = 0;

  if (argc > 4 && g_str_equal (argv[1], "copy"))
    return copy_and_die (argv + 2);

  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    {
      server =
          usher_test_mongodb_new (g_str_equal (argv[1], "set") ? USHER_TEST_MONGODB_REPLICA_SET
                                                               : USHER_TEST_MONGODB_STANDALONE);
      add ("to-server", &out, g_str_equal (argv[1], "set"));
      add ("from-server", &back, TRUE);
      add ("servers", &servers, TRUE);
    }
  else
    {
      add ("files", &files, FALSE);
      g_test_add ("/store-copy/files/ending", Fixture, &files, set_up, test_ending, tear_down);
    }

  status = g_test_run ();
  g_clear_pointer (&server, usher_test_mongodb_free);

  return status;
}
