/* test-bus-crash.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usher-bus.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"

#define SEEDS     20
#define IN_FLIGHT 256
#define CHANNEL   "crash:happened"
#define PATIENCE  (30 * G_TIME_SPAN_SECOND)

/* the number of an event is in its id, so that a line of the ledger is one number */
static char *
make_id (guint n)
{
  return g_strdup_printf ("01900000-0000-7000-8000-0000%08x", n);
}

static guint
read_id (const char *id)
{
  return (guint) g_ascii_strtoull (id + strlen (id) - 8, NULL, 16);
}

typedef struct
{
  UsherTestHub *hub;
  UsherBus *bus;
} Pair;

static void
open_pair (Pair *pair, const char *directory)
{
  pair->hub = usher_test_hub_new_in (directory, USHER_TEST_HUB_INPROC, NULL);
  pair->bus = usher_test_hub_join (pair->hub, "crash");
}

static void
close_pair (Pair *pair)
{
  usher_test_hub_leave (pair->bus);
  usher_test_hub_free (pair->hub);
}

/* The child: publishes until it is killed, and writes the number of each event that is confirmed. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_open; /* (mutex mutex) */
} Child;

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Child *child = user_data;
  guint n = read_id (usher_event_get_id (event));

  g_assert_no_error (error);
  g_assert_cmpint (write (STDOUT_FILENO, &n, sizeof n), ==, sizeof n);
  g_mutex_lock (&child->mutex);
  child->n_open--;
  g_cond_signal (&child->cond);
  g_mutex_unlock (&child->mutex);
}

static void
publish_for_ever (const char *directory, guint first)
{
  static Child child;
  Pair pair = { NULL, NULL };

  open_pair (&pair, directory);
  for (guint n = first;; n++)
    {
      g_autofree char *id = make_id (n);
      g_autoptr (UsherEvent) event = usher_event_new (id, CHANNEL, n, "{\"crash\":true}", -1);

      g_mutex_lock (&child.mutex);
      while (child.n_open >= IN_FLIGHT)
        g_cond_wait (&child.cond, &child.mutex);
      child.n_open++;
      g_mutex_unlock (&child.mutex);
      usher_bus_publish (pair.bus, event, on_published, &child, NULL);
    }
}

/* Runs a child until it has confirmed @n_before events and a moment longer; what it confirmed goes to the ledger. */
static void
run_child (const char *program, const char *directory, guint first, guint n_before, GArray *ledger)
{
  g_autofree char *number = g_strdup_printf ("%u", first);
  const char *const argv[] = { program, "--child", directory, number, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid = 0;
  int out = -1;
  guint n = 0;
  guint seen = 0;

  g_spawn_async_with_pipes (NULL,
                            (char **) argv,
                            NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD,
                            NULL,
                            NULL,
                            &pid,
                            NULL,
                            &out,
                            NULL,
                            &error);
  g_assert_no_error (error);
  while (read (out, &n, sizeof n) == sizeof n)
    {
      g_array_append_val (ledger, n);
      if (++seen == n_before)
        g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
    }
  g_assert_cmpuint (seen, >=, n_before);
  waitpid (pid, NULL, 0);
  close (out);
}

/* What the log has, read back by a subscriber. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  GArray *numbers; /* (mutex mutex) (element-type guint) */
  guint64 last;    /* (mutex mutex) */
} Reader;

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_autoptr (UsherDelivery) owned = delivery;
  Reader *reader = user_data;
  UsherEvent *event = usher_delivery_get_event (owned);
  guint n = read_id (usher_event_get_id (event));

  g_mutex_lock (&reader->mutex);
  g_assert_cmpuint (usher_event_get_sequence (event), ==, reader->last + 1);
  reader->last++;
  g_array_append_val (reader->numbers, n);
  g_cond_signal (&reader->cond);
  g_mutex_unlock (&reader->mutex);
  usher_delivery_ack (owned);
}

static guint64
read_last (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;
  guint64 last = 0;

  usher_bus_get_last_sequence (bus, CHANNEL, &last, &error);
  g_assert_no_error (error);

  return last;
}

static GArray *
read_log (const char *directory)
{
  UsherSubscription wish = { .channel = CHANNEL, .start = USHER_START_ALL };
  Reader reader = { .numbers = g_array_new (FALSE, FALSE, sizeof (guint)) };
  Pair pair = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  guint64 last = 0;

  open_pair (&pair, directory);
  last = read_last (pair.bus);
  g_mutex_init (&reader.mutex);
  g_cond_init (&reader.cond);
  usher_bus_subscribe (pair.bus, &wish, on_delivery, &reader, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&reader.mutex);
  while (reader.last < last)
    g_assert_true (g_cond_wait_until (&reader.cond, &reader.mutex, deadline));
  g_mutex_unlock (&reader.mutex);
  close_pair (&pair);
  g_mutex_clear (&reader.mutex);
  g_cond_clear (&reader.cond);

  return reader.numbers;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a;
  guint second = *(const guint *) b;

  return first < second ? -1 : first > second;
}

/* Each of the ledger is in the log; the log has each once, in order of publishing. */
static void
check (GArray *log, GArray *ledger)
{
  for (guint i = 1; i < log->len; i++)
    g_assert_cmpuint (g_array_index (log, guint, i), >, g_array_index (log, guint, i - 1));
  for (guint i = 0; i < ledger->len; i++)
    g_assert_true (
        g_array_binary_search (log, &g_array_index (ledger, guint, i), compare_numbers, NULL));
}

static void
test_kill (gconstpointer data)
{
  const char *program = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("usher-bus-crash-XXXXXX", &error);
  g_autoptr (GArray) ledger = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  g_test_summary ("After SIGKILL at any point each confirmed event is there, in order, once");

  g_assert_no_error (error);
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      guint n_before = (guint) g_rand_int_range (rand, 1, 4000);
      g_autoptr (GArray) log = NULL;

      run_child (program, directory, (seed + 1) * 1000000, n_before, ledger);
      log = read_log (directory);
      check (log, ledger);
    }
  g_assert_cmpuint (ledger->len, >, SEEDS);
  g_test_message ("%u events were confirmed", ledger->len);
  usher_test_remove_tree (directory);
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--child"))
    {
      publish_for_ever (argv[2], (guint) g_ascii_strtoull (argv[3], NULL, 10));
      return 1;
    }

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/bus/crash/kill", argv[0], test_kill);

  return g_test_run ();
}
