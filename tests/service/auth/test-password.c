/* test-password.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-password.h"

#include <sodium.h>
#include <string.h>
#include <time.h>
#include <usher.h>

/* one password, in three forms */
#define COMPOSED   "caf\303\251 horse"
#define DECOMPOSED "cafe\314\201 horse"
#define WIDE       "\357\275\203af\303\251\343\200\200horse"

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
  gboolean is_outdated = TRUE;

  g_test_summary ("A hash is Argon2id and fits its password alone.");

  g_assert_true (g_str_has_prefix (hash, "$argon2id$v=19$m=8,t=1,p=1$"));
  g_assert_true (usher_password_check (hash, "correct horse", &cheap, &is_outdated));
  g_assert_false (is_outdated);
  g_assert_false (usher_password_check (hash, "correct horse ", &cheap, &is_outdated));
  g_assert_false (usher_password_check (hash, "Correct horse", &cheap, &is_outdated));
  g_assert_false (usher_password_check (hash, "", &cheap, &is_outdated));
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
  gboolean is_outdated = FALSE;

  g_test_summary (
      "Without a hash nothing fits, and a whole hash of the cost is made all the same.");

  begin = get_cpu_time ();
  g_assert_false (usher_password_check (NULL, "correct horse", &light, &is_outdated));
  middle = get_cpu_time ();
  g_assert_false (usher_password_check (NULL, "correct horse", &heavy, &is_outdated));
  end = get_cpu_time ();

  /* 128 times the work; a path that hashes nothing takes as long for both */
  g_assert_cmpint (end - middle, >, 4 * (middle - begin));
  g_assert_cmpint (end - middle, >, 2000);
}

static void
test_nobody_written (void)
{
  const UsherPasswordCost heavy = { .passes = 8, .memory = 16 * 1024 * 1024 };
  g_autofree char *hash = make_hash ("correct horse", &heavy);
  gint64 begin, middle, end;
  gboolean is_outdated = FALSE;

  g_test_summary ("A password with two forms takes as long whether there is a hash or none.");

  begin = get_cpu_time ();
  g_assert_false (usher_password_check (NULL, DECOMPOSED, &heavy, &is_outdated));
  middle = get_cpu_time ();
  g_assert_false (usher_password_check (hash, DECOMPOSED, &heavy, &is_outdated));
  end = get_cpu_time ();

  g_assert_cmpint (end - middle, <, 3 * (middle - begin) / 2);
  g_assert_cmpint (middle - begin, <, 3 * (end - middle) / 2);
}

static void
test_outdated (void)
{
  g_autofree char *hash = make_hash ("correct horse", &cheap);
  gboolean is_outdated = FALSE;

  g_test_summary ("A hash is outdated when the cost has grown.");

  g_assert_true (usher_password_check (hash, "correct horse", &dear, &is_outdated));
  g_assert_true (is_outdated);
  g_assert_false (usher_password_check (hash, "wrong horse", &dear, &is_outdated));
  g_assert_false (is_outdated);
}

static void
test_forms (void)
{
  g_autofree char *hash = make_hash (COMPOSED, &cheap);
  g_autofree char *other = make_hash (DECOMPOSED, &cheap);
  gboolean is_outdated = TRUE;

  g_test_summary ("A password fits in whatever form a machine types it.");

  g_assert_true (usher_password_check (hash, COMPOSED, &cheap, &is_outdated));
  g_assert_true (usher_password_check (hash, DECOMPOSED, &cheap, &is_outdated));
  g_assert_true (usher_password_check (hash, WIDE, &cheap, &is_outdated));
  g_assert_true (usher_password_check (other, COMPOSED, &cheap, &is_outdated));
  g_assert_false (is_outdated);
  g_assert_false (usher_password_check (hash, "cafe horse", &cheap, &is_outdated));
}

/* as it was hashed before there were normal forms */
static char *
make_hash_as_written (const char *password)
{
  char hash[crypto_pwhash_STRBYTES];

  g_assert_cmpint (
      crypto_pwhash_str (hash, password, strlen (password), cheap.passes, cheap.memory), ==, 0);

  return g_strdup (hash);
}

static void
test_as_written (void)
{
  g_autofree char *hash = make_hash_as_written (DECOMPOSED);
  g_autofree char *plain = make_hash_as_written ("correct horse");
  gboolean is_outdated = FALSE;

  g_test_summary (
      "One that was hashed as written still fits as written, and is to be hashed anew.");

  g_assert_true (usher_password_check (hash, DECOMPOSED, &cheap, &is_outdated));
  g_assert_true (is_outdated);
  g_assert_false (usher_password_check (hash, COMPOSED, &cheap, &is_outdated));
  g_assert_true (usher_password_check (plain, "correct horse", &cheap, &is_outdated));
  g_assert_false (is_outdated);
}

static void
assert_problem (const char *unit, guint n, const char *expected)
{
  g_autoptr (GString) password = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (password, unit);

  g_assert_cmpstr (usher_password_find_problem (password->str), ==, expected);
}

static void
test_length (void)
{
  static const char too_short[] = "Password must be at least 8 characters";
  static const char too_long[] = "Password must be at most 256 characters";

  g_test_summary ("A length is that of the normal form.");

  g_assert_cmpstr (usher_password_find_problem (NULL), ==, too_short);
  assert_problem ("", 1, too_short);
  assert_problem ("a", 7, too_short);
  assert_problem ("a", 8, NULL);
  assert_problem (" ", 8, NULL);
  assert_problem ("a", 256, NULL);
  assert_problem ("a", 257, too_long);
  /* an e and its accent are one */
  assert_problem ("e\314\201", 7, too_short);
  assert_problem ("e\314\201", 8, NULL);
  assert_problem ("e\314\201", 256, NULL);
  assert_problem ("e\314\201", 257, too_long);
  /* four that are one: alpha, breathing, accent, iota */
  assert_problem ("\316\261\314\223\314\200\315\205", 256, NULL);
  assert_problem ("\316\261\314\223\314\200\315\205", 257, too_long);
  /* one that is eighteen */
  assert_problem ("\357\267\272", 1, NULL);
  assert_problem ("\357\267\272", 14, NULL);
  assert_problem ("\357\267\272", 15, too_long);
}

static void
test_huge (void)
{
  const guint n = 32768;
  g_autoptr (GString) password = g_string_new ("a");
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = make_hash ("correct horse", &cheap);
  g_autofree char *none = NULL;
  gboolean is_outdated = FALSE;
  gint64 begin = get_cpu_time ();

  g_test_summary ("Marks without end, in the order that costs most to sort, cost nothing.");

  for (guint i = 0; i < n; i++)
    g_string_append (password, i < n / 2 ? "\314\201" : "\314\243");
  g_assert_nonnull (usher_password_find_problem (password->str));
  g_assert_false (usher_password_check (hash, password->str, &cheap, &is_outdated));
  none = usher_password_hash (password->str, &cheap, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);

  g_assert_cmpint (get_cpu_time () - begin, <, G_TIME_SPAN_SECOND / 4);
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
  g_test_add_func ("/password/nobody-written", test_nobody_written);
  g_test_add_func ("/password/outdated", test_outdated);
  g_test_add_func ("/password/forms", test_forms);
  g_test_add_func ("/password/as-written", test_as_written);
  g_test_add_func ("/password/length", test_length);
  g_test_add_func ("/password/huge", test_huge);
  g_test_add_func ("/password/no-memory", test_no_memory);

  return g_test_run ();
}
