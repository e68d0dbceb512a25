/* test-lineage.c: which log a log is, and whether it is the one that a store has seen
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-lineage-private.h"
#include "usher-test-base.h"

/* any wall time */
#define NOW G_GINT64_CONSTANT (1767225600000000)

/* A log, which is opened as often as it takes. */
typedef struct
{
  char *directory;                   /* (owned) */
  UsherSqliteConnection *connection; /* (owned) */
  UsherLineage *lineage;             /* (owned) */
  guint64 position;
} Fixture;

static void
reopen (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->lineage, usher_lineage_free);
  usher_lineage_prepare (self->connection, &error);
  g_assert_no_error (error);
  self->lineage = usher_lineage_new (self->connection, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("usher-test-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (self->directory, "log.db", NULL);
  self->connection = usher_sqlite_connection_new (path, "the log", USHER_SQLITE_CREATE, &error);
  g_assert_no_error (error);
  reopen (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->lineage, usher_lineage_free);
  usher_sqlite_connection_free (self->connection);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
}

/* @n events come in. */
static void
add_events (Fixture *self, guint n)
{
  UsherLineageRun run = { 0 };
  g_autoptr (GError) error = NULL;

  usher_lineage_begin_run (self->lineage, self->position, &run);
  if (run.id != 0)
    {
      usher_lineage_write_run (self->connection, &run, &error);
      g_assert_no_error (error);
      usher_lineage_add_run (self->lineage, &run);
    }
  self->position += n;
}

static void
look (Fixture *self, UsherReach *reach)
{
  usher_lineage_get_reach (self->lineage, self->position, NOW, reach);
}

static void
assert_fits (Fixture *self, const UsherReach *known)
{
  g_autoptr (GError) error = NULL;

  usher_lineage_check (self->lineage, self->position, NOW, known, &error);
  g_assert_no_error (error);
}

/* @words: that the message says, besides the two names */
static void
assert_other (Fixture *self, const UsherReach *known, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_lineage_check (self->lineage, self->position, NOW, known, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, known->log));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_nonnull (strstr (error->message, "usher restore"));
  g_assert_nonnull (strstr (error->message, "usher hub --adopt"));
}

/* Another log in its place, with nothing in it. */
static void
empty (Fixture *self)
{
  tear_down (self, NULL);
  self->position = 0;
  set_up (self, NULL);
}

static void
test_name (Fixture *self, gconstpointer data)
{
  g_autofree char *before = g_strdup (usher_lineage_get_log (self->lineage));

  g_test_summary ("A log has a name for good, and no other has it");

  reopen (self);
  g_assert_cmpstr (usher_lineage_get_log (self->lineage), ==, before);
  empty (self);
  g_assert_cmpstr (usher_lineage_get_log (self->lineage), !=, before);
}

static void
test_damaged (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that is none is damage");

  usher_sqlite_connection_execute (self->connection, "UPDATE lineage SET log = 'x'", &error);
  g_assert_no_error (error);
  g_assert_null (usher_lineage_new (self->connection, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  const UsherReach none = { 0 };

  g_test_summary ("Who has seen no log takes any");

  assert_fits (self, &none);
  add_events (self, 3);
  assert_fits (self, &none);
}

static void
test_same (Fixture *self, gconstpointer data)
{
  UsherReach fresh;
  UsherReach first;
  UsherReach last;

  g_test_summary ("What the log ever was it is for good, however often it is opened");

  look (self, &fresh);
  add_events (self, 3);
  look (self, &first);
  reopen (self);
  /* nothing comes in this time */
  look (self, &last);
  g_assert_cmpuint (last.run, ==, first.run);
  reopen (self);
  add_events (self, 4);
  look (self, &last);
  g_assert_cmpuint (last.run, !=, first.run);
  reopen (self);
  add_events (self, 1);

  assert_fits (self, &fresh);
  assert_fits (self, &first);
  assert_fits (self, &last);
}

static void
test_emptied (Fixture *self, gconstpointer data)
{
  UsherReach fresh;
  UsherReach known;

  g_test_summary (
      "A log that was made anew is told from the one before, even where that had no events");

  look (self, &fresh);
  add_events (self, 3);
  look (self, &known);
  empty (self);

  assert_other (self, &known, usher_lineage_get_log (self->lineage));
  assert_other (self, &known, "3 events");
  assert_other (self, &fresh, usher_lineage_get_log (self->lineage));
  add_events (self, 5);
  assert_other (self, &known, "with 5");
}

static void
test_older (Fixture *self, gconstpointer data)
{
  UsherReach known;

  g_test_summary (
      "An older copy of a log lacks what came in since, in the same run and in later ones");

  add_events (self, 7);
  look (self, &known);
  self->position = 5;
  assert_other (self, &known, "older copy");
  assert_other (self, &known, "7 events");
  known.position = 5;
  assert_fits (self, &known);
  known.position = 6;
  /* the runs since are not in the copy */
  known.run++;
  self->position = 6;
  assert_other (self, &known, "older copy");
}

static void
test_fork (Fixture *self, gconstpointer data)
{
  UsherReach known;
  UsherReach other;

  g_test_summary ("An older copy that went on by itself is no match, however far it has come");

  add_events (self, 7);
  look (self, &known);
  /* a copy as of the fifth */
  self->position = 5;
  reopen (self);
  add_events (self, 20);
  look (self, &other);

  assert_other (self, &known, "come to 25");
  known.position = 5;
  assert_fits (self, &known);
  assert_fits (self, &other);
}

static void
test_many_runs (Fixture *self, gconstpointer data)
{
  UsherReach first;
  UsherReach known;
  gint64 n = 0;
  g_autoptr (UsherSqliteStatement) statement = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Runs are kept up to a number; of those before the position says enough");

  add_events (self, 3);
  look (self, &first);
  for (guint i = 0; i < 1100; i++)
    {
      reopen (self);
      add_events (self, 1);
    }
  look (self, &known);
  reopen (self);

  statement = usher_sqlite_connection_get (self->connection, "SELECT count(*) FROM runs", &error);
  usher_sqlite_connection_get_integer (self->connection, statement, 0, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1000);
  assert_fits (self, &first);
  assert_fits (self, &known);
  first.position = 500;
  assert_other (self, &first, "older copy");
}

static void
adopt (Fixture *self, gint64 time)
{
  g_autoptr (GError) error = NULL;

  usher_lineage_adopt (self->connection, time, &error);
  g_assert_no_error (error);
  reopen (self);
}

static void
test_adopt (Fixture *self, gconstpointer data)
{
  UsherReach known;
  UsherReach own;
  UsherReach later;

  g_test_summary (
      "A log that is adopted takes the place of any that was known until then, and of none later");

  add_events (self, 3);
  look (self, &known);
  empty (self);
  add_events (self, 1);
  look (self, &own);
  later = known;
  later.time = NOW - 1;
  known.time = own.time = NOW - 10;
  adopt (self, NOW - 5);

  assert_fits (self, &known);
  assert_fits (self, &own);
  assert_other (self, &later, usher_lineage_get_log (self->lineage));
  reopen (self);
  assert_fits (self, &known);
}

static void
test_adopted_is_strict (Fixture *self, gconstpointer data)
{
  UsherReach before;
  UsherReach known;

  g_test_summary ("What is known of a log after it was adopted it must have");

  add_events (self, 3);
  look (self, &before);
  adopt (self, NOW);
  look (self, &known);
  g_assert_cmpstr (known.log, !=, before.log);
  g_assert_cmpuint (known.run, ==, 0);
  add_events (self, 2);
  assert_fits (self, &known);
  look (self, &known);
  self->position = 4;
  assert_other (self, &known, "older copy");
  empty (self);
  assert_other (self, &known, usher_lineage_get_log (self->lineage));
}

static void
test_adopt_clock (Fixture *self, gconstpointer data)
{
  UsherReach known;

  g_test_summary ("What was seen while the clock was ahead is given up, too");

  look (self, &known);
  known.time = NOW + G_TIME_SPAN_DAY;
  empty (self);
  assert_other (self, &known, usher_lineage_get_log (self->lineage));
  adopt (self, NOW - 5);
  assert_fits (self, &known);
}

static void
test_upgrade (Fixture *self, gconstpointer data)
{
  UsherReach known;

  g_test_summary ("A log that has events already when it gets its name begins with those");

  self->position = 40;
  look (self, &known);
  g_assert_cmpuint (known.position, ==, 40);
  add_events (self, 2);
  assert_fits (self, &known);
  self->position = 0;
  reopen (self);
  known.position = 41;
  assert_other (self, &known, "older copy");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/lineage/name", test_name },
    { "/lineage/name/damaged", test_damaged },
    { "/lineage/check/none", test_none },
    { "/lineage/check/same", test_same },
    { "/lineage/check/emptied", test_emptied },
    { "/lineage/check/older", test_older },
    { "/lineage/check/fork", test_fork },
    { "/lineage/check/many-runs", test_many_runs },
    { "/lineage/check/upgrade", test_upgrade },
    { "/lineage/adopt", test_adopt },
    { "/lineage/adopt/strict", test_adopted_is_strict },
    { "/lineage/adopt/clock", test_adopt_clock },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
