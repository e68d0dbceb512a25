/* test-ending-set.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ending-set-private.h"

#define ID "0123456789abcdeffedcba9876543210"
#define N  50000

static UsherEnding
make (guint number, gint64 expires)
{
  const UsherEnding ending = {
    .id = { number * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15), number },
    .expires = expires,
  };

  return ending;
}

static gboolean
has (const UsherEndingSet *set, guint number)
{
  const UsherEnding ending = make (number, 1);

  return usher_ending_set_has (set, ending.id);
}

static void
test_parse (void)
{
  static const char *const none[] = { "",
                                      "*",
                                      "0123456789abcdef",
                                      "0123456789abcdeffedcba987654321",
                                      "0123456789abcdeffedcba98765432100",
                                      "0123456789ABCDEFfedcba9876543210",
                                      "0123456789abcdeffedcba987654321g" };
  guint64 id[2] = { 0 };

  g_test_summary ("An id has 32 digits");

  g_assert_true (usher_ending_parse_id (ID, id));
  g_assert_cmpuint (id[0], ==, G_GUINT64_CONSTANT (0x0123456789abcdef));
  g_assert_cmpuint (id[1], ==, G_GUINT64_CONSTANT (0xfedcba9876543210));
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_false (usher_ending_parse_id (none[i], id));
}

static void
test_grow (void)
{
  UsherEndingSet *set = usher_ending_set_new ();

  g_test_summary ("It has what was put in, once, and nothing else");

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < N; i++)
      {
        const UsherEnding ending = make (i, i + 1);

        usher_ending_set_add (set, &ending);
      }
  g_assert_cmpuint (usher_ending_set_get_n (set), ==, N);
  for (guint i = 0; i < 2 * N; i++)
    g_assert_true (has (set, i) == (i < N));
  usher_ending_set_free (set);
}

static void
test_drop (void)
{
  UsherEndingSet *set = usher_ending_set_new ();

  g_test_summary ("What is past goes, and the others are found behind the gaps");

  usher_ending_set_reserve (set, N);
  for (guint i = 0; i < N; i++)
    {
      const UsherEnding ending = make (i, i % 3 + 1);

      usher_ending_set_add (set, &ending);
    }
  for (gint64 now = 1; now <= 3; now++)
    {
      usher_ending_set_drop_past (set, now);
      for (guint i = 0; i < N; i++)
        g_assert_true (has (set, i) == (i % 3 + 1 > now));
    }
  g_assert_cmpuint (usher_ending_set_get_n (set), ==, 0);
  usher_ending_set_free (set);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ending-set/parse", test_parse);
  g_test_add_func ("/ending-set/grow", test_grow);
  g_test_add_func ("/ending-set/drop", test_drop);

  return g_test_run ();
}
