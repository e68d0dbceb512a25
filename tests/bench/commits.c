/* commits.c: how many units a second a store commits, durably
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-unit.h"

#define ROUNDS 5
#define UNITS  20000

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_open;
} Window;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Window *window = user_data;

  g_assert_no_error (error);
  g_mutex_lock (&window->mutex);
  window->n_open--;
  g_cond_signal (&window->cond);
  g_mutex_unlock (&window->mutex);
}

static void
wait_below (Window *window, guint limit)
{
  g_mutex_lock (&window->mutex);
  while (window->n_open >= limit)
    g_cond_wait (&window->cond, &window->mutex);
  window->n_open++;
  g_mutex_unlock (&window->mutex);
}

static double
get_cpu (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* One document with one event, as a POST makes it. */
static UsherUnit *
make_unit (UsherStore *store, UsherClock *clock)
{
  UsherUnit *unit = usher_unit_new (store, clock);
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "seats", NULL);

  usher_document_set_string (document, "title", "A seat in the first row of the circle");
  usher_document_set_integer (document, "price", 1999);
  usher_unit_insert (unit, document, NULL);
  usher_unit_publish_document (unit, "seat:created", document);

  return unit;
}

static int
compare (const void *a, const void *b)
{
  const double *first = a;
  const double *second = b;

  return *first < *second ? -1 : *first > *second;
}

/* At most @at_once units are under way. */
static void
measure (UsherStore *store, UsherClock *clock, guint at_once, guint n)
{
  double rates[ROUNDS];
  double costs[ROUNDS];

  for (guint round = 0; round < ROUNDS; round++)
    {
      Window window = { 0 };
      gint64 start = g_get_monotonic_time ();
      double cpu = get_cpu ();

      for (guint i = 0; i < n; i++)
        {
          g_autoptr (UsherUnit) unit = NULL;

          wait_below (&window, at_once);
          unit = make_unit (store, clock);
          usher_store_commit (store, usher_unit_get_commit (unit), on_committed, &window);
        }
      wait_below (&window, 1);
      rates[round] = n * 1e6 / (double) (g_get_monotonic_time () - start);
      costs[round] = (get_cpu () - cpu) / n;
    }
  qsort (rates, ROUNDS, sizeof *rates, compare);
  qsort (costs, ROUNDS, sizeof *costs, compare);
  g_print ("commits: %3u at once: %.0f/s, %.1f µs CPU each\n",
           at_once,
           rates[ROUNDS / 2],
           costs[ROUNDS / 2]);
}

int
main (void)
{
  static const UsherField fields[] = {
    { "title", USHER_FIELD_STRING, USHER_FIELD_NONE, 0, 0, NULL },
    { "price", USHER_FIELD_MONEY, USHER_FIELD_NONE, 0, 0, NULL },
    { "orderId", USHER_FIELD_ID, USHER_FIELD_INDEXED, 0, 0, NULL },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *folder = g_dir_make_tmp ("usher-bench-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "seats.db", NULL);
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("seats", fields, G_N_ELEMENTS (fields), &error);
  g_autoptr (UsherStore) store = usher_sqlite_store_new (path, clock, NULL, &error);

  setlocale (LC_ALL, "");
  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  measure (store, clock, 1, UNITS / 10);
  measure (store, clock, 64, UNITS);
  measure (store, clock, 256, UNITS);

  usher_store_close (store, NULL);
  g_remove (path);
  g_rmdir (folder);

  return 0;
}
