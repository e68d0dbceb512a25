/* bus.c: how many events a second the bus carries, durably, and how fast one is
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

#include "usher-hub.h"
#include "usher-id.h"
#include "usher-zmq-bus.h"

#define ROUNDS    5
#define EVENTS    200000
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

static void
measure_rate (UsherBus *bus, UsherClock *clock, Counter *counter)
{
  double rates[ROUNDS];
  double costs[ROUNDS];

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GPtrArray) events = make_events (clock, EVENTS);
      gint64 start = g_get_monotonic_time ();
      double cpu = get_cpu ();

      for (guint i = 0; i < events->len; i++)
        usher_bus_publish (bus, g_ptr_array_index (events, i), on_published, counter, NULL);
      wait_for (counter, EVENTS);
      rates[round] = EVENTS * 1e6 / (double) (g_get_monotonic_time () - start);
      costs[round] = (get_cpu () - cpu) / EVENTS;
    }
  qsort (rates, ROUNDS, sizeof *rates, compare);
  qsort (costs, ROUNDS, sizeof *costs, compare);
  g_print ("bus: %.0f events/s published, durable, confirmed, delivered and acknowledged (aim "
           "150000); %.2f µs CPU each\n",
           rates[ROUNDS / 2],
           costs[ROUNDS / 2]);
}

static void
measure_latency (UsherBus *bus, UsherClock *clock, Counter *counter)
{
  g_autoptr (GPtrArray) events = make_events (clock, SINGLES);
  double times[SINGLES];

  for (guint i = 0; i < SINGLES; i++)
    {
      gint64 start = g_get_monotonic_time ();

      usher_bus_publish (bus, g_ptr_array_index (events, i), on_published, counter, NULL);
      wait_for (counter, 1);
      times[i] = (double) (g_get_monotonic_time () - start) / 1e3;
    }
  qsort (times, SINGLES, sizeof *times, compare);
  g_print ("bus: one at a time, publish to confirm and delivery: p50 %.2f ms, p99 %.2f ms\n",
           times[SINGLES / 2],
           times[SINGLES * 99 / 100]);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *folder = g_dir_make_tmp ("usher-bench-XXXXXX", &error);
  g_autoptr (UsherHub) hub = usher_hub_new (folder, clock, NULL, &error);
  g_autofree char *endpoint = NULL;
  g_autoptr (UsherBus) bus = NULL;
  UsherSubscription subscription = { .channel = CHANNEL, .group = GROUP, .durable = GROUP };
  Counter counter = { 0 };

  setlocale (LC_ALL, "");
  g_assert_no_error (error);
  endpoint = usher_hub_bind (hub, "inproc://bench", &error);
  g_assert_no_error (error);
  bus = usher_zmq_bus_new (endpoint, "bench", clock, &error);
  usher_bus_subscribe (bus, &subscription, on_delivery, &counter, NULL, &error);
  g_assert_no_error (error);

  measure_rate (bus, clock, &counter);
  measure_latency (bus, clock, &counter);

  usher_bus_close (bus, G_USEC_PER_SEC, NULL);
  usher_hub_close (hub, G_USEC_PER_SEC, NULL);
  remove_folder (folder);

  return 0;
}
