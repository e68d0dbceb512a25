/* test-error.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"

static void
test_refuse (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A refusal is FALSE, with its code and its reason, also for who wants none.");

  g_assert_false (usher_refuse (&error, USHER_ERROR_TAKEN, "“%s” is taken %d times", "a", 2));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
  g_assert_cmpstr (error->message, ==, "“a” is taken 2 times");
  g_assert_false (usher_refuse (NULL, USHER_ERROR_TAKEN, "%s", "a"));
}

static void
test_refuse_literal (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A literal refusal is given as it is.");

  g_assert_false (usher_refuse_literal (USHER_ERROR_INVALID, "100%s", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "100%s");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/refuse", test_refuse);
  g_test_add_func ("/error/refuse/literal", test_refuse_literal);

  return g_test_run ();
}
