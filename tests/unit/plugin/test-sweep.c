/* test-sweep.c: many documents that change because of one event
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"
#include "usher-error.h"
#include "usher-sweep.h"
#include "usher-test-base.h"

#define ANN "a11cea11cea11cea11cea11c"
#define BOB "b0bb0bb0bb0bb0bb0bb0bb0b"
/* more than are looked at in one round */
#define N_PAPERS 40

typedef struct
{
  Stage stage;
} Fixture;

static gboolean
seal (UsherDocument *paper, UsherUnit *unit, gboolean *is_changed, GError **error)
{
  if (usher_document_has_string (paper, "title", "cursed"))
    return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "not now");

  *is_changed = !usher_document_has (paper, "sealed");
  usher_document_set_boolean (paper, "sealed", TRUE);

  return TRUE;
}

static const gint64 pauses[] = { G_TIME_SPAN_MINUTE };

static const UsherSweep sweep = {
  .timer = "seals",
  .collection = "papers",
  .field = "owner",
  .channel = "paper:sealed",
  .change = seal,
  .pauses = pauses,
  .n_pauses = G_N_ELEMENTS (pauses),
};

static void
declare (UsherContext *context, gpointer data)
{
  static const UsherField fields[] = {
    { "owner", USHER_FIELD_ID, USHER_FIELD_INDEXED },
    { "title", USHER_FIELD_STRING },
    { "sealed", USHER_FIELD_BOOLEAN },
  };

  usher_context_add_collection (context, "papers", fields, G_N_ELEMENTS (fields));
  usher_sweep_declare (&sweep, context);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

static void
write_paper (Fixture *fixture, const char *owner, const char *title, gboolean is_sealed)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherDocument) paper = usher_unit_new_document (unit, "papers", NULL);
  g_autoptr (GError) error = NULL;

  usher_document_set_string (paper, "owner", owner);
  usher_document_set_string (paper, "title", title);
  usher_document_set_flag (paper, "sealed", is_sealed);
  usher_unit_insert (unit, paper, &error);
  g_assert_no_error (error);
  stage_commit (&fixture->stage, unit);
}

static void
begin (Fixture *fixture, const char *owner)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);

  usher_sweep_begin (&sweep, unit, owner);
  stage_commit (&fixture->stage, unit);
}

static guint
count_sealed (Fixture *fixture, const char *owner, gint64 version)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherQuery) query = usher_query_new ("papers");
  g_autoptr (GPtrArray) papers = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  usher_query_equal (query, "owner", owner);
  papers = usher_unit_query (unit, query, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (&fixture->stage));
  for (guint i = 0; i < papers->len; i++)
    if (usher_document_has (g_ptr_array_index (papers, i), "sealed") &&
        usher_document_get_version (g_ptr_array_index (papers, i)) == version)
      n++;

  return n;
}

#define n_left(fixture) stage_get_n_timers (&(fixture)->stage, "seals")

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("All that have the key are changed once, however many; what is right and what is "
                  "others' stays.");

  for (guint i = 0; i < N_PAPERS; i++)
    {
      write_paper (fixture, ANN, "a", i < 20);
      write_paper (fixture, BOB, "b", FALSE);
    }
  begin (fixture, ANN);

  usher_test_until (count_sealed (fixture, ANN, 1) == N_PAPERS - 20);
  g_assert_cmpuint (count_sealed (fixture, ANN, 0), ==, 20);
  g_assert_cmpuint (count_sealed (fixture, BOB, 1), ==, 0);
}

static void
test_pause (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What was written behind it is found after the pause, and then it is over.");

  write_paper (fixture, ANN, "a", FALSE);
  begin (fixture, ANN);
  usher_test_until (count_sealed (fixture, ANN, 1) == 1);
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);
  write_paper (fixture, ANN, "late", FALSE);
  g_assert_cmpuint (n_left (fixture), ==, 1);

  /* the round may still be ahead of it: the clock goes on until the pause is over */
  usher_test_until ((stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE), n_left (fixture) == 0));
  g_assert_cmpuint (count_sealed (fixture, ANN, 1), ==, 2);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("One that cannot be changed now stops the sweep there, and it is tried again.");

  write_paper (fixture, ANN, "a", FALSE);
  write_paper (fixture, ANN, "cursed", FALSE);
  write_paper (fixture, ANN, "c", FALSE);
  begin (fixture, ANN);

  usher_test_until (count_sealed (fixture, ANN, 1) == 1);
  stage_turn (&fixture->stage, G_TIME_SPAN_HOUR);
  g_assert_cmpuint (n_left (fixture), ==, 1);
  g_assert_cmpuint (count_sealed (fixture, ANN, 1), ==, 1);
}

static void
change_paper (Fixture *fixture, const char *title, const char *new_title)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherQuery) query = usher_query_new ("papers");
  g_autoptr (GPtrArray) papers = NULL;
  g_autoptr (GError) error = NULL;

  usher_query_equal (query, "owner", ANN);
  papers = usher_unit_query (unit, query, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (&fixture->stage));
  for (guint i = 0; i < papers->len; i++)
    {
      UsherDocument *paper = g_ptr_array_index (papers, i);

      if (!usher_document_has_string (paper, "title", title))
        continue;
      usher_document_set_string (paper, "title", new_title != NULL ? new_title : "");
      if (new_title != NULL)
        usher_unit_replace (unit, paper, &error);
      else
        usher_unit_remove (unit, paper, &error);
      g_assert_no_error (error);
    }
  stage_commit (&fixture->stage, unit);
}

static void
test_gone (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "When the document is removed that it came to last, it still changes all others.");

  write_paper (fixture, ANN, "a", FALSE);
  write_paper (fixture, ANN, "cursed", FALSE);
  write_paper (fixture, ANN, "c", FALSE);
  begin (fixture, ANN);
  usher_test_until (count_sealed (fixture, ANN, 1) == 1);
  usher_test_until (usher_host_get_n_open (fixture->stage.host) == 0);

  change_paper (fixture, "c", NULL);
  change_paper (fixture, "cursed", "lifted");
  usher_test_until ((stage_turn (&fixture->stage, G_TIME_SPAN_MINUTE), n_left (fixture) == 0));
  g_assert_cmpuint (count_sealed (fixture, ANN, 2), ==, 1);
  g_assert_cmpuint (count_sealed (fixture, ANN, 1), ==, 1);
}

#define ADD(path, func) g_test_add ("/sweep/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("all", test_all);
  ADD ("pause", test_pause);
  ADD ("failure", test_failure);
  ADD ("gone", test_gone);

  return g_test_run ();
}
