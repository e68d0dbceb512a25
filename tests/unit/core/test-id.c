/* test-id.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-manual-clock.h"

#define N_THREADS 4
#define N_IDS     20000
#define MOMENT    G_GINT64_CONSTANT (1769860800123000)

typedef char *(*Make) (UsherClock *clock);

typedef struct
{
  UsherClock *clock; /* (unowned) */
  Make make;
  GPtrArray *ids; /* (owned) (element-type utf8) */
} Worker;

static gpointer
make_many (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < N_IDS; i++)
    g_ptr_array_add (worker->ids, worker->make (worker->clock));

  return NULL;
}

/* Threads make ids at the same time: each thread's rise, and none is there twice. */
static void
check_over_threads (UsherClock *clock, Make make, gboolean (*is_valid) (const char *id))
{
  g_autoptr (GHashTable) all = g_hash_table_new (g_str_hash, g_str_equal);
  Worker workers[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      workers[i] = (Worker){ clock, make, g_ptr_array_new_with_free_func (g_free) };
      threads[i] = g_thread_new ("ids", make_many, &workers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < N_THREADS; i++)
    for (guint n = 0; n < N_IDS; n++)
      {
        char *id = g_ptr_array_index (workers[i].ids, n);

        g_assert_true (is_valid (id));
        g_assert_true (g_hash_table_add (all, id));
        if (n > 0)
          g_assert_cmpstr (id, >, g_ptr_array_index (workers[i].ids, n - 1));
      }

  g_hash_table_remove_all (all);
  for (guint i = 0; i < N_THREADS; i++)
    g_ptr_array_unref (workers[i].ids);
}

static void
test_id_threads (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();

  g_test_summary ("Ids of documents are valid, rise and differ, whatever thread makes them.");

  check_over_threads (clock, usher_id_new, usher_id_is_valid);
}

static void
test_uuid_threads (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();

  g_test_summary ("UUIDs are valid, rise and differ, whatever thread makes them.");

  check_over_threads (clock, usher_uuid_new, usher_uuid_is_valid);
}

static void
test_id_time (void)
{
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (MOMENT);
  g_autofree char *first = usher_id_new (USHER_CLOCK (clock));
  g_autofree char *second = NULL;

  g_test_summary ("An id tells the second that it was made in, and a later one is greater.");

  usher_manual_clock_advance (clock, 5 * G_USEC_PER_SEC);
  second = usher_id_new (USHER_CLOCK (clock));
  g_assert_cmpint (usher_id_get_time (first), ==, MOMENT / G_USEC_PER_SEC * G_USEC_PER_SEC);
  g_assert_cmpint (usher_id_get_time (second) - usher_id_get_time (first), ==, 5 * G_USEC_PER_SEC);
  g_assert_cmpstr (second, >, first);
  g_assert_cmpint (usher_id_get_time ("no id"), ==, 0);
  g_assert_cmpint (usher_id_get_time (NULL), ==, 0);
}

static void
test_clock_back (void)
{
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (MOMENT + G_TIME_SPAN_HOUR);
  g_autofree char *id = usher_id_new (USHER_CLOCK (clock));
  g_autofree char *uuid = usher_uuid_new (USHER_CLOCK (clock));
  g_autofree char *later_id = NULL;
  g_autofree char *later_uuid = NULL;

  g_test_summary ("Ids rise when the clock is set back a little.");

  usher_manual_clock_advance (clock, -30 * G_USEC_PER_SEC);
  later_id = usher_id_new (USHER_CLOCK (clock));
  later_uuid = usher_uuid_new (USHER_CLOCK (clock));
  g_assert_cmpstr (later_id, >, id);
  g_assert_cmpstr (later_uuid, >, uuid);
}

static void
test_id_form (void)
{
  static const char *const bad[] = {
    "",
    "0123456789abcdef0123456",
    "0123456789abcdef012345678",
    "0123456789ABCDEF01234567",
    "0123456789abcdef0123456g",
    " 123456789abcdef01234567",
    "0123456789abcdef0123456\n",
  };

  g_test_summary ("24 lower-case hexadecimal digits are an id, and nothing else.");

  g_assert_true (usher_id_is_valid ("0123456789abcdef01234567"));
  g_assert_false (usher_id_is_valid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (usher_id_is_valid (bad[i]));
}

static void
test_uuid_form (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *uuid = usher_uuid_new (clock);

  g_test_summary ("A UUID is of version 7 and of the variant of RFC 9562.");

  g_assert_cmpuint (strlen (uuid), ==, 36);
  g_assert_true (uuid[14] == '7');
  g_assert_nonnull (strchr ("89ab", uuid[19]));
  g_assert_false (usher_uuid_is_valid (NULL));
  g_assert_false (usher_uuid_is_valid (""));
  g_assert_false (usher_uuid_is_valid ("0123456789abcdef01234567"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/id/time", test_id_time);
  g_test_add_func ("/id/form", test_id_form);
  g_test_add_func ("/id/threads", test_id_threads);
  g_test_add_func ("/uuid/form", test_uuid_form);
  g_test_add_func ("/uuid/threads", test_uuid_threads);
  g_test_add_func ("/id/clock-back", test_clock_back);

  return g_test_run ();
}
