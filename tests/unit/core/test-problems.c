/* test-problems.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-problems.h"

static void
test_empty (void)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *text = usher_problems_to_json (problems);

  g_test_summary ("A new list holds nothing.");

  g_assert_cmpuint (usher_problems_get_length (problems), ==, 0);
  g_assert_cmpstr (text, ==, "{\"errors\":[]}");
}

static void
test_shape (void)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *text = NULL;

  g_test_summary ("Problems are written in the order of adding, the field where there is one.");

  usher_problems_add (problems, "title", "Title is \"required\"");
  usher_problems_add (problems, NULL, "Not today");
  text = usher_problems_to_json (problems);
  g_assert_cmpuint (usher_problems_get_length (problems), ==, 2);
  g_assert_cmpstr (text,
                   ==,
                   "{\"errors\":[{\"message\":\"Title is \\\"required\\\"\",\"field\":\"title\"},"
                   "{\"message\":\"Not today\"}]}");
}

static void
test_one_a_field (void)
{
  g_autoptr (UsherProblems) problems = usher_problems_new ();
  g_autofree char *text = NULL;

  g_test_summary ("A second problem of the same field is dropped.");

  usher_problems_add (problems, "a", "first");
  usher_problems_add (problems, "a", "second");
  text = usher_problems_to_json (problems);
  g_assert_cmpstr (text, ==, "{\"errors\":[{\"message\":\"first\",\"field\":\"a\"}]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/problems/empty", test_empty);
  g_test_add_func ("/problems/shape", test_shape);
  g_test_add_func ("/problems/one-a-field", test_one_a_field);

  return g_test_run ();
}
