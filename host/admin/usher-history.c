/* usher-history.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-history-private.h"

#include <math.h>

#include "usher-clerk-private.h"
#include "usher-host-view-private.h"
#include "usher-json-writer.h"
#include "usher-router-private.h"

#define INTERVAL (5 * G_TIME_SPAN_SECOND)
#define N_POINTS 180

/* What only grows, at one moment. */
typedef struct
{
  gint64 time; /* monotonic, microseconds */
  gboolean has_requests;
  guint64 n_requests;
  guint64 n_errors;
  const double *bounds; /* of durations, in seconds */
  guint64 durations[USHER_TALLY_N_BOUNDS + 1];
  gboolean has_bus;
  guint64 n_events;
} Sums;

/* What was between two moments. NAN: it is not known. */
typedef struct
{
  gint64 time;     /* the later one */
  double requests; /* a second */
  double errors;   /* likewise */
  double median;   /* of the durations, in seconds */
  double slow;     /* 99 of 100 took no longer */
  double events;   /* a second */
  double lag;      /* events, of all groups, at the later moment */
} Point;

struct _UsherHistory
{
  UsherHost *host;     /* (unowned) */
  UsherRouter *router; /* (owned) (nullable): of the gateway */
  UsherClerk *clerk;   /* (owned) */
  Sums last;           /* of who looks; time 0: there was no look yet */

  GMutex mutex;
  Point points[N_POINTS]; /* (mutex mutex) */
  guint n_points;         /* (mutex mutex): that there ever were */
};

static void
on_tick (gpointer user_data)
{
  UsherHistory *self = user_data;

  usher_history_look (self);
  usher_clerk_tick_at (self->clerk, self->last.time + INTERVAL);
}

UsherHistory *
usher_history_new (UsherHost *host)
{
  UsherHistory *self = g_new0 (UsherHistory, 1);

  self->host = host;
  self->clerk = usher_clerk_new ("usher-history", on_tick, self);
  g_mutex_init (&self->mutex);

  return self;
}

void
usher_history_set_gateway (UsherHistory *self, UsherGateway *gateway)
{
  g_set_object (&self->router, usher_gateway_get_router (gateway));
}

gboolean
usher_history_start (UsherHistory *self, GError **error)
{
  if (!usher_clerk_start (self->clerk, error))
    return FALSE;

  usher_clerk_post (self->clerk, on_tick, self, NULL);

  return TRUE;
}

void
usher_history_stop (UsherHistory *self)
{
  usher_clerk_stop (self->clerk);
}

void
usher_history_free (UsherHistory *self)
{
  usher_clerk_stop (self->clerk);
  usher_clerk_close (self->clerk);
  usher_clerk_unref (self->clerk);
  g_clear_object (&self->router);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
add_route (const UsherRouteFigures *figures, gpointer user_data)
{
  Sums *sums = user_data;

  for (guint i = 0; i < USHER_ROUTE_N_CLASSES; i++)
    sums->n_requests += figures->answers[i];
  sums->n_errors += figures->answers[USHER_ROUTE_N_CLASSES - 1];
  sums->bounds = figures->bounds;
  for (guint i = 0; i <= figures->n_bounds; i++)
    sums->durations[i] += figures->counts[i];
}

/* @lag: (out): NAN: it is not known */
static void
read_sums (UsherHistory *self, Sums *sums, double *lag)
{
  UsherBus *bus = usher_host_get_bus (self->host);
  UsherRouter *router = self->router != NULL ? self->router : usher_host_get_router (self->host);
  g_autoptr (UsherBusFigures) figures = NULL;

  /* who listens to nobody has none, instead of 0 */
  sums->has_requests = self->router != NULL || usher_host_get_uri (self->host) != NULL;
  if (sums->has_requests)
    usher_router_foreach_figures (router, add_route, sums);

  *lag = NAN;
  if (bus != NULL && usher_bus_is_connected (bus))
    figures = usher_bus_get_figures (bus, USHER_BUS_PART_GROUPS, NULL);
  if (figures != NULL)
    {
      sums->has_bus = TRUE;
      sums->n_events = figures->in_events;
      *lag = 0;
      for (guint i = 0; i < figures->groups->len; i++)
        *lag += (double) ((const UsherGroupFigures *) g_ptr_array_index (figures->groups, i))->lag;
    }
  sums->time = g_get_monotonic_time ();
}

/* How long so many of all took at most, as well as the counts tell it, in seconds; NAN: there were none. */
static double
find_duration (const Sums *from, const Sums *to, double share)
{
  double sought = share * (double) (to->n_requests - from->n_requests);
  double below = 0;

  for (guint i = 0; sought > 0 && i < USHER_TALLY_N_BOUNDS; i++)
    {
      double count = (double) (to->durations[i] - from->durations[i]);
      double least = i > 0 ? to->bounds[i - 1] : 0;

      if (below + count >= sought)
        return least + (to->bounds[i] - least) * (sought - below) / count;
      below += count;
    }

  return sought > 0 ? to->bounds[USHER_TALLY_N_BOUNDS - 1] : NAN;
}

static double
get_rate (guint64 from, guint64 to, double seconds)
{
  return to >= from ? (double) (to - from) / seconds : NAN;
}

static void
fill_point (Point *point, const Sums *from, const Sums *to, double lag)
{
  double seconds = (double) MAX (1, to->time - from->time) / G_USEC_PER_SEC;
  const Point unknown = { to->time, NAN, NAN, NAN, NAN, NAN, lag };

  *point = unknown;
  if (from->has_requests && to->has_requests)
    {
      point->requests = get_rate (from->n_requests, to->n_requests, seconds);
      point->errors = get_rate (from->n_errors, to->n_errors, seconds);
      point->median = find_duration (from, to, 0.5);
      point->slow = find_duration (from, to, 0.99);
    }
  /* a hub that was started again counts anew */
  if (from->has_bus && to->has_bus)
    point->events = get_rate (from->n_events, to->n_events, seconds);
}

void
usher_history_look (UsherHistory *self)
{
  Sums sums = { 0 };
  double lag = NAN;

  read_sums (self, &sums, &lag);
  g_mutex_lock (&self->mutex);
  if (self->last.time > 0)
    fill_point (&self->points[self->n_points++ % N_POINTS], &self->last, &sums, lag);
  g_mutex_unlock (&self->mutex);
  self->last = sums;
}

/* With as many digits as a plot can show. */
static void
set_number (UsherJsonWriter *writer, const char *name, double value)
{
  if (!isnan (value))
    value = (double) (gint64) (value * 1e4 + 0.5) / 1e4;
  usher_json_writer_set_double (writer, name, value);
}

static void
write_point (UsherJsonWriter *writer, const Point *point, gint64 now)
{
  usher_json_writer_begin_object (writer);
  /* by a clock that nobody sets */
  usher_json_writer_set_integer (writer, "age", (now - point->time) / G_USEC_PER_SEC);
  set_number (writer, "requests", point->requests);
  set_number (writer, "errors", point->errors);
  set_number (writer, "median", point->median);
  set_number (writer, "slow", point->slow);
  set_number (writer, "events", point->events);
  set_number (writer, "lag", point->lag);
  usher_json_writer_end_object (writer);
}

char *
usher_history_print (UsherHistory *self)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 now = g_get_monotonic_time ();
  guint first = self->n_points > N_POINTS ? self->n_points - N_POINTS : 0;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_integer (writer, "interval", INTERVAL / G_USEC_PER_SEC);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  for (guint i = first; i < self->n_points; i++)
    write_point (writer, &self->points[i % N_POINTS], now);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
