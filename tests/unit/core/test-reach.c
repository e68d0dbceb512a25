/* test-reach.c: how far a log has come
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-reach.h"

#define LOG   "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f01"
#define OTHER "0b8e1c2e-3a55-4c0e-9a55-8b8a2d1c7f02"

static void
test_text (void)
{
  UsherReach reach = { .run = G_MAXUINT64, .position = 12, .time = G_MAXINT64 };
  UsherReach read;
  g_autofree char *text = NULL;

  g_test_summary ("What is written down is read again");

  usher_reach_set_log (&reach, LOG);
  text = usher_reach_to_text (&reach);
  g_assert_true (usher_reach_parse (&read, text));
  g_assert_cmpstr (read.log, ==, LOG);
  g_assert_cmpuint (read.run, ==, G_MAXUINT64);
  g_assert_cmpuint (read.position, ==, 12);
  g_assert_cmpint (read.time, ==, G_MAXINT64);
}

static void
test_no_text (void)
{
  static const char *const texts[] = {
    "", LOG, LOG " 1 2", LOG " 1 2 -3", LOG " 1 2 3 4", "log 1 2 3", LOG " a 2 3",
  };

  g_test_summary ("Anything else is of no log");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      UsherReach reach;

      g_assert_false (usher_reach_parse (&reach, texts[i]));
      g_assert_false (usher_reach_is_known (&reach));
    }
}

static void
test_set_log (void)
{
  UsherReach reach = { 0 };

  g_test_summary ("A name that is no UUID is none");

  g_assert_false (usher_reach_is_known (&reach));
  usher_reach_set_log (&reach, LOG);
  g_assert_true (usher_reach_is_known (&reach));
  usher_reach_set_log (&reach, "another");
  g_assert_false (usher_reach_is_known (&reach));
  usher_reach_set_log (&reach, NULL);
  g_assert_false (usher_reach_is_known (&reach));
}

static void
test_is_behind (void)
{
  UsherReach reach = { .position = 5, .time = 9 };
  UsherReach later = { .position = 6, .time = 1 };

  g_test_summary ("Another log says more, and the same one that has come further");

  usher_reach_set_log (&reach, LOG);
  usher_reach_set_log (&later, LOG);
  g_assert_true (usher_reach_is_behind (&reach, &later));
  g_assert_false (usher_reach_is_behind (&later, &reach));
  g_assert_false (usher_reach_is_behind (&reach, &reach));
  usher_reach_set_log (&reach, OTHER);
  g_assert_true (usher_reach_is_behind (&later, &reach));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reach/text", test_text);
  g_test_add_func ("/reach/text/none", test_no_text);
  g_test_add_func ("/reach/set-log", test_set_log);
  g_test_add_func ("/reach/is-behind", test_is_behind);

  return g_test_run ();
}
