/* test-version.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-version-private.h"

static int
compare (const char *a, const char *b)
{
  UsherVersion first;
  UsherVersion second;

  g_assert_true (usher_version_parse (a, &first));
  g_assert_true (usher_version_parse (b, &second));

  return usher_version_compare (&first, &second);
}

static void
test_compare (void)
{
  g_test_summary ("Versions are compared by number, part by part; what is not said is 0.");

  g_assert_cmpint (compare ("1", "1.0.0"), ==, 0);
  g_assert_cmpint (compare ("1.2", "1.10"), <, 0);
  g_assert_cmpint (compare ("2.0.0", "1.99.99"), >, 0);
  g_assert_cmpint (compare ("1.0.1", "1.0"), >, 0);
}

static void
test_parse_refused (void)
{
  static const char *const texts[] = { "", ".", "1.", "1..2", "1.2.3.4", "1.x", "-1", "1 .2" };
  UsherVersion version;

  g_test_summary ("What is not one to three numbers is no version.");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (usher_version_parse (texts[i], &version));
}

static void
test_range (void)
{
  static const struct
  {
    const char *range;
    const char *version;
    gboolean expected;
  } rows[] = {
    { "tickets", "0.0.1", TRUE },           { "tickets >= 1.0", "1.0.0", TRUE },
    { "tickets >= 1.0", "0.9.9", FALSE },   { "tickets >= 1.0 < 2.0", "1.99.0", TRUE },
    { "tickets >= 1.0 < 2.0", "2", FALSE }, { "tickets > 1", "1.0.0", FALSE },
    { "tickets <= 1", "1.0.0", TRUE },      { "tickets = 1.2", "1.2.0", TRUE },
    { "tickets = 1.2", "1.2.1", FALSE },
  };

  g_test_summary ("A version is in a range when each bound holds.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (usher_version_range_contains (rows[i].range, rows[i].version),
                     ==,
                     rows[i].expected);
}

static void
test_range_name (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = usher_version_range_parse ("  tickets  >= 1.0 ", &error);

  g_test_summary ("A range begins with a name.");

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "tickets");
}

static void
test_range_refused (void)
{
  static const char *const texts[] = {
    "",           "tickets >=", "tickets 1.0", "tickets ~ 1.0", "tickets >= x", "tickets >= 1.0 <",
    "tickets>=1", ">= 1.0",
  };

  g_test_summary ("A range that cannot be read is refused and named.");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *quoted = g_strdup_printf ("*“%s”*", texts[i]);

      g_assert_null (usher_version_range_parse (texts[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_true (g_pattern_match_simple (quoted, error->message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/version/compare", test_compare);
  g_test_add_func ("/version/parse/refused", test_parse_refused);
  g_test_add_func ("/version/range/contains", test_range);
  g_test_add_func ("/version/range/name", test_range_name);
  g_test_add_func ("/version/range/refused", test_range_refused);

  return g_test_run ();
}
