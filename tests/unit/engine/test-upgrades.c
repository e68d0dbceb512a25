/* test-upgrades.c: stored documents are brought along while their service serves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

#define ID          "aaaaaaaaaaaaaaaaaaaaaaaa"
#define N_DOCUMENTS 200
#define N_SLICE     64

typedef struct
{
  Stage stage;
  Stage other;
  int n_runs; /* (atomic): of upgrades */
  int level;  /* to which the upgrades of the service lead */
  int first;  /* from which the first one begins */
} Fixture;

/* each adds a digit of its own, unless it is there */
static gboolean
add_ten (UsherDocument *document, gpointer data, GError **error)
{
  Fixture *fixture = data;
  gint64 count = usher_document_get_integer (document, "count");

  g_atomic_int_inc (&fixture->n_runs);
  if (count % 100 < 10)
    usher_document_set_integer (document, "count", count + 10);

  return TRUE;
}

static gboolean
add_hundred (UsherDocument *document, gpointer data, GError **error)
{
  gint64 count = usher_document_get_integer (document, "count");

  g_assert_cmpint (count % 100, >=, 10);
  if (count < 100)
    usher_document_set_integer (document, "count", count + 100);

  return TRUE;
}

static gboolean
on_get (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "things", ID, error);

  if (document == NULL)
    return FALSE;

  usher_reply_set_document (reply, document);

  return TRUE;
}

static void
declare (UsherContext *context, gpointer data)
{
  Fixture *fixture = data;

  usher_context_add_route (context, "GET", "/thing", 0, on_get, data, NULL);
  if (fixture->level > 0 && fixture->first == 0)
    usher_context_add_upgrade (context, "things", 0, 1, add_ten, data, NULL);
  if (fixture->level > 1)
    usher_context_add_upgrade (context, "things", 1, 2, add_hundred, data, NULL);
}

static void
insert_some (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%024x", i + 1);
      g_autofree char *name = g_strdup_printf ("n%u", i);

      stage_insert (&fixture->stage, id, name, 1);
    }
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
  stage_insert (&fixture->stage, ID, "served", 1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* another run of a later version of the service */
static void
restart (Fixture *fixture, int level)
{
  fixture->level = level;
  stage_restart (&fixture->stage);
}

static guint
count_outdated (Stage *stage)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outdated =
      usher_store_list_outdated (stage_get_store (stage), "things", NULL, 1000, &error);

  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (stage));

  return outdated->len;
}

static void
assert_all (Fixture *fixture, guint n, gint64 count)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%024x", i + 1);

      g_assert_cmpint (stage_get_count (&fixture->stage, id), ==, count);
    }
}

static void
test_background (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Documents of an earlier version are upgraded while the service serves");

  insert_some (fixture, N_DOCUMENTS);
  restart (fixture, 1);
  reply = stage_call (&fixture->stage, "GET", "/thing", NULL, NULL, NULL);
  stage_assert_status (reply, 200);

  usher_test_until (count_outdated (&fixture->stage) == 0);
  assert_all (fixture, N_DOCUMENTS, 11);
  g_assert_cmpint (fixture->n_runs, ==, N_DOCUMENTS + 1);
  usher_store_lookup (stage_get_store (&fixture->stage), "things", ID, &document, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (&fixture->stage));
  g_assert_cmpint (usher_document_get_version (document), ==, 0);
}

static void
test_resumed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What was done stays done: another run goes on from there");

  insert_some (fixture, N_DOCUMENTS);
  restart (fixture, 1);
  usher_test_until (g_atomic_int_get (&fixture->n_runs) >= N_SLICE);
  restart (fixture, 1);

  usher_test_until (count_outdated (&fixture->stage) == 0);
  assert_all (fixture, N_DOCUMENTS, 11);
  g_assert_cmpint (fixture->n_runs, <=, N_DOCUMENTS + 1 + N_SLICE);
}

static void
test_chain (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Upgrades follow each other, from whatever level a document has");

  insert_some (fixture, 3);
  restart (fixture, 1);
  usher_test_until (count_outdated (&fixture->stage) == 0);
  stage_insert (&fixture->stage, "bbbbbbbbbbbbbbbbbbbbbbbb", "new", 12);
  restart (fixture, 0);
  stage_insert (&fixture->stage, "cccccccccccccccccccccccc", "old", 2);
  restart (fixture, 2);
  usher_test_until (count_outdated (&fixture->stage) == 0);

  assert_all (fixture, 3, 111);
  g_assert_cmpint (stage_get_count (&fixture->stage, "bbbbbbbbbbbbbbbbbbbbbbbb"), ==, 112);
  g_assert_cmpint (stage_get_count (&fixture->stage, "cccccccccccccccccccccccc"), ==, 112);
}

static gboolean
fail_one (UsherDocument *document, gpointer data, GError **error)
{
  gint64 count = usher_document_get_integer (document, "count");

  if (count == 3)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_FAILED, "three is none");
      return FALSE;
    }
  if (count == 4)
    usher_document_set_string (document, "price", "7");
  usher_document_set_integer (document, "count", count + 10);

  return TRUE;
}

static void
declare_failing (UsherContext *context, gpointer data)
{
  usher_context_add_upgrade (context, "things", 0, 1, fail_one, data, NULL);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "A document whose upgrade fails, or does wrong, stays as it was, and keeps no other back");

  stage_insert (&fixture->stage, "000000000000000000000003", "three", 3);
  stage_insert (&fixture->stage, "000000000000000000000004", "four", 4);
  stage_insert (&fixture->stage, "000000000000000000000005", "five", 5);
  fixture->stage.declare = declare_failing;
  stage_restart (&fixture->stage);

  usher_test_until (count_outdated (&fixture->stage) == 2);
  g_assert_cmpint (stage_get_count (&fixture->stage, ID), ==, 11);
  g_assert_cmpint (stage_get_count (&fixture->stage, "000000000000000000000003"), ==, 3);
  g_assert_cmpint (stage_get_count (&fixture->stage, "000000000000000000000004"), ==, 4);
  g_assert_cmpint (stage_get_count (&fixture->stage, "000000000000000000000005"), ==, 15);
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) found = NULL;
  UsherReach reach;

  g_test_summary (
      "Documents from which no upgrade leads on are refused at the start, and by the check");

  stage_stop (&fixture->stage);
  g_assert_finalize_object (fixture->stage.bus);
  fixture->stage.bus = NULL;
  fixture->level = 2;
  fixture->first = 1;
  stage_make_host (&fixture->stage);
  g_assert_false (usher_lane_check (fixture->stage.lane, &reach, &found));
  g_assert_false (usher_host_start (fixture->stage.host, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple ("*“things” are at level 0*begins at 1*", error->message));
  g_assert_true (g_str_has_suffix (error->message, found->message));
  g_clear_object (&fixture->stage.host);
}

static void
declare_gap (UsherContext *context, gpointer data)
{
  usher_context_add_upgrade (context, "things", 0, 1, add_ten, data, NULL);
  usher_context_add_upgrade (context, "things", 2, 3, add_ten, data, NULL);
}

static void
declare_nowhere (UsherContext *context, gpointer data)
{
  usher_context_add_upgrade (context, "things", 1, 1, add_ten, data, NULL);
}

static void
declare_unknown (UsherContext *context, gpointer data)
{
  usher_context_add_upgrade (context, "thongs", 0, 1, add_ten, data, NULL);
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    StageDeclare declare;
    const char *reason;
  } cases[] = {
    { declare_gap, "*“things” from 2 to 3: it does not begin where the one before ends*" },
    { declare_nowhere, "*“things” from 1 to 1: it leads nowhere*" },
    { declare_unknown, "*“thongs” from 0 to 1: the collection is not declared*" },
  };

  g_test_summary ("Upgrades that do not follow each other fail the configuration");

  stage_stop (&fixture->stage);
  stage_make_host (&fixture->stage);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (stage_add (&fixture->stage, "wrong", cases[i].declare, fixture, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_true (g_pattern_match_simple (cases[i].reason, error->message));
    }
  stage_start (&fixture->stage);
}

static void
set_up_shared (Fixture *fixture, gconstpointer data)
{
  stage_init_shared (&fixture->stage, NULL, declare, fixture);
  stage_start (&fixture->stage);
  insert_some (fixture, N_DOCUMENTS);
}

static void
tear_down_shared (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->other);
  stage_clear (&fixture->stage);
}

static gboolean
has_looked_again (Fixture *fixture)
{
  stage_turn (&fixture->stage, G_TIME_SPAN_SECOND);

  return g_atomic_int_get (&fixture->n_runs) == N_DOCUMENTS + 1;
}

static void
test_copies (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Beside an old copy one new copy upgrades, and again what the old one writes meanwhile");

  fixture->level = 1;
  stage_init_shared (&fixture->other, &fixture->stage, declare, fixture);
  stage_start (&fixture->other);
  stage_bump (&fixture->stage, "000000000000000000000001");
  /* it has the lease until it ends, and would have it again if it came before the other one took it */
  stage_stop (&fixture->stage);
  usher_test_until (g_atomic_int_get (&fixture->n_runs) > 0);
  fixture->level = 0;
  stage_make_host (&fixture->stage);
  stage_start (&fixture->stage);

  usher_test_until (count_outdated (&fixture->other) == 0);
  g_assert_cmpint (fixture->n_runs, ==, N_DOCUMENTS);
  assert_all (fixture, 1, 12);
  stage_bump (&fixture->stage, "000000000000000000000002");
  usher_test_until (has_looked_again (fixture));
  usher_test_until (count_outdated (&fixture->other) == 0);
  g_assert_cmpint (stage_get_count (&fixture->other, "000000000000000000000002"), ==, 12);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  test ("/upgrades/background", test_background);
  test ("/upgrades/resumed", test_resumed);
  test ("/upgrades/chain", test_chain);
  test ("/upgrades/failure", test_failure);
  test ("/upgrades/gap", test_gap);
  test ("/upgrades/wrong", test_wrong);
#undef test
  g_test_add ("/upgrades/copies", Fixture, NULL, set_up_shared, test_copies, tear_down_shared);

  return g_test_run ();
}
