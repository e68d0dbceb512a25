/* test-password.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-password.h"

#include <time.h>

/* as cheap as libsodium allows: the rules are the same */
static const UsherPasswordCost cheap = { .passes = 1, .memory = 8192 };
static const UsherPasswordCost dear = { .passes = 2, .memory = 16384 };

static char *
make_hash (const char *password, const UsherPasswordCost *cost)
{
  g_autoptr (GError) error = NULL;
  char *hash = usher_password_hash (password, cost, &error);

  g_assert_no_error (error);

  return hash;
}

static void
test_check (void)
{
  g_autofree char *hash = make_hash ("correct horse", &cheap);

  g_test_summary ("A hash is Argon2id and fits its password alone.");

  g_assert_true (g_str_has_prefix (hash, "$argon2id$v=19$m=8,t=1,p=1$"));
  g_assert_true (usher_password_check (hash, "correct horse", &cheap));
  g_assert_false (usher_password_check (hash, "correct horse ", &cheap));
  g_assert_false (usher_password_check (hash, "Correct horse", &cheap));
  g_assert_false (usher_password_check (hash, "", &cheap));
}

static void
test_salt (void)
{
  g_autofree char *first = make_hash ("correct horse", &cheap);
  g_autofree char *second = make_hash ("correct horse", &cheap);

  g_test_summary ("Two hashes of one password differ.");

  g_assert_cmpstr (first, !=, second);
}

/* of this thread, in microseconds: others that keep the machine busy do not count */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time), ==, 0);

  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
test_nobody (void)
{
  const UsherPasswordCost light = { .passes = 1, .memory = 1024 * 1024 };
  const UsherPasswordCost heavy = { .passes = 8, .memory = 16 * 1024 * 1024 };
  gint64 begin, middle, end;

  g_test_summary (
      "Without a hash nothing fits, and a whole hash of the cost is made all the same.");

  begin = get_cpu_time ();
  g_assert_false (usher_password_check (NULL, "correct horse", &light));
  middle = get_cpu_time ();
  g_assert_false (usher_password_check (NULL, "correct horse", &heavy));
  end = get_cpu_time ();

  /* 128 times the work; a path that hashes nothing takes as long for both */
  g_assert_cmpint (end - middle, >, 4 * (middle - begin));
  g_assert_cmpint (end - middle, >, 2000);
}

static void
test_outdated (void)
{
  g_autofree char *hash = make_hash ("correct horse", &cheap);

  g_test_summary ("A hash is outdated when the cost has grown.");

  g_assert_false (usher_password_is_outdated (hash, &cheap));
  g_assert_true (usher_password_is_outdated (hash, &dear));
}

static void
test_no_memory (void)
{
  const UsherPasswordCost absurd = { .passes = 1, .memory = G_MAXSIZE };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What cannot be hashed is an error, not a crash.");

  g_assert_null (usher_password_hash ("correct horse", &absurd, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  usher_password_prepare (&error);
  g_assert_no_error (error);

  g_test_add_func ("/password/check", test_check);
  g_test_add_func ("/password/salt", test_salt);
  g_test_add_func ("/password/nobody", test_nobody);
  g_test_add_func ("/password/outdated", test_outdated);
  g_test_add_func ("/password/no-memory", test_no_memory);

  return g_test_run ();
}
