/* bus.c: how many events a second the bus carries, durably, and how fast one is, over each transport
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "usher-bus.h"
#include "usher-hub.h"
#include "usher-id.h"
#include "usher-keys.h"

#define ROUNDS    5
#define EVENTS    100000
#define SINGLES   400
#define CHANNEL   "bench:event"
#define GROUP     "bench"
#define BODY_SIZE 250

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_confirmed;
  guint n_acked;
} Counter;

/* A way between hub and member, and what was measured on it. */
typedef struct
{
  const char *name;
  const char *endpoint; /* (nullable): NULL: a path */
  gboolean is_file;
  gboolean has_keys;

  UsherHub *hub; /* (owned) */
  UsherBus *bus; /* (owned) */
  Counter counter;
  double rates[ROUNDS];
  double costs[ROUNDS];
  double middles[ROUNDS];
  double tails[ROUNDS];
} Way;

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Counter *counter = user_data;

  g_assert_no_error (error);
  g_mutex_lock (&counter->mutex);
  counter->n_confirmed++;
  g_cond_signal (&counter->cond);
  g_mutex_unlock (&counter->mutex);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  Counter *counter = user_data;

  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
  g_mutex_lock (&counter->mutex);
  counter->n_acked++;
  g_cond_signal (&counter->cond);
  g_mutex_unlock (&counter->mutex);
}

static void
wait_for (Counter *counter, guint n)
{
  g_mutex_lock (&counter->mutex);
  while (counter->n_confirmed < n || counter->n_acked < n)
    g_cond_wait (&counter->cond, &counter->mutex);
  counter->n_confirmed = 0;
  counter->n_acked = 0;
  g_mutex_unlock (&counter->mutex);
}

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static GPtrArray *
make_events (UsherClock *clock, guint n)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  g_autofree char *filler = g_strnfill (BODY_SIZE - strlen ("{\"body\":\"\"}"), 'x');
  g_autofree char *payload = g_strdup_printf ("{\"body\":\"%s\"}", filler);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = usher_uuid_new (clock);

      g_ptr_array_add (events, usher_event_new (id, CHANNEL, 0, payload, -1));
    }

  return events;
}

static int
compare (const void *a, const void *b)
{
  const double *first = a;
  const double *second = b;

  return *first < *second ? -1 : *first > *second;
}

/* Publishes many and waits until each is durable, confirmed, delivered and acknowledged. */
static void
measure_rate (Way *way, UsherClock *clock, guint round)
{
  g_autoptr (GPtrArray) events = make_events (clock, EVENTS);
  gint64 start = g_get_monotonic_time ();
  double cpu = get_cpu ();

  for (guint i = 0; i < events->len; i++)
    usher_bus_publish (way->bus, g_ptr_array_index (events, i), on_published, &way->counter, NULL);
  wait_for (&way->counter, EVENTS);
  way->rates[round] = EVENTS * 1e6 / (double) (g_get_monotonic_time () - start);
  way->costs[round] = (get_cpu () - cpu) / EVENTS;
}

static void
measure_latency (Way *way, UsherClock *clock, guint round)
{
  g_autoptr (GPtrArray) events = make_events (clock, SINGLES);
  double times[SINGLES];

  for (guint i = 0; i < SINGLES; i++)
    {
      gint64 start = g_get_monotonic_time ();

      usher_bus_publish (
          way->bus, g_ptr_array_index (events, i), on_published, &way->counter, NULL);
      wait_for (&way->counter, 1);
      times[i] = (double) (g_get_monotonic_time () - start) / 1e3;
    }
  qsort (times, SINGLES, sizeof *times, compare);
  way->middles[round] = times[SINGLES / 2];
  way->tails[round] = times[SINGLES * 99 / 100];
}

static double
get_median (const double *values)
{
  double sorted[ROUNDS];

  memcpy (sorted, values, sizeof sorted);
  qsort (sorted, ROUNDS, sizeof *sorted, compare);

  return sorted[ROUNDS / 2];
}

/* The median of the rounds' own ratios: what slows the machine for a while slows both. */
static double
get_ratio (const double *values, const double *first)
{
  double ratios[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    ratios[i] = values[i] / first[i];

  return get_median (ratios);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static void
open_way (Way *way, UsherClock *clock, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_build_filename (folder, way->name, NULL);
  g_autofree char *wanted = way->is_file ? g_strdup_printf ("ipc://%s/bus", folder) : NULL;
  g_autofree char *keys = way->has_keys ? g_build_filename (folder, "keys", NULL) : NULL;
  g_autofree char *endpoint = NULL;
  UsherSubscription subscription = { .channel = CHANNEL, .group = GROUP, .durable = GROUP };

  way->hub = usher_hub_new (data, clock, NULL, &error);
  g_assert_no_error (error);
  if (keys != NULL)
    {
      g_auto (GStrv) made = usher_keys_make (keys, NULL, &error);

      g_assert_no_error (error);
      usher_hub_set_keys (way->hub, keys, &error);
      g_assert_no_error (error);
    }
  endpoint = usher_hub_bind (way->hub, wanted != NULL ? wanted : way->endpoint, &error);
  g_assert_no_error (error);
  way->bus = usher_bus_open (endpoint, "bench", clock, keys, &error);
  g_assert_no_error (error);
  usher_bus_subscribe (way->bus, &subscription, on_delivery, &way->counter, NULL, &error);
  g_assert_no_error (error);
}

static void
close_way (Way *way)
{
  usher_bus_close (way->bus, G_USEC_PER_SEC, NULL);
  g_object_unref (way->bus);
  usher_hub_close (way->hub, G_USEC_PER_SEC, NULL);
  g_object_unref (way->hub);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *folder = g_dir_make_tmp ("usher-bench-XXXXXX", &error);
  Way ways[] = {
    { "inproc", "inproc://bench", FALSE, FALSE },
    { "ipc", NULL, TRUE, FALSE },
    { "tcp", "tcp://127.0.0.1:*", FALSE, FALSE },
    { "tcp+CURVE", "tcp://127.0.0.1:*", FALSE, TRUE },
  };

  setlocale (LC_ALL, "");
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    open_way (&ways[i], clock, folder);

  for (guint round = 0; round < ROUNDS; round++)
    for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
      {
        measure_rate (&ways[i], clock, round);
        measure_latency (&ways[i], clock, round);
      }

  g_print ("events published, durable, confirmed, delivered and acknowledged (aim inproc: "
           "150000/s), and one "
           "at a time\n%-12s%9s%10s%9s%10s%9s%9s\n",
           "bus",
           "events/s",
           "× inproc",
           "CPU µs",
           "× inproc",
           "p50 ms",
           "p99 ms");
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    g_print ("%-12s%9.0f%9.2f%9.2f%9.2f%9.2f%9.2f\n",
             ways[i].name,
             get_median (ways[i].rates),
             get_ratio (ways[i].rates, ways[0].rates),
             get_median (ways[i].costs),
             get_ratio (ways[i].costs, ways[0].costs),
             get_median (ways[i].middles),
             get_median (ways[i].tails));

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    close_way (&ways[i]);
  remove_tree (folder);

  return 0;
}
