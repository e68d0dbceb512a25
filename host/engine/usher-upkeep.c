/* usher-upkeep.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-upkeep-private.h"

#include "usher-timer-job-private.h"
#include "usher-upgrades-private.h"

#define BEAT           (250 * G_TIME_SPAN_MILLISECOND)
#define RETRY          G_TIME_SPAN_SECOND
#define BUSY_SLEEP     (50 * G_TIME_SPAN_MILLISECOND)
#define TIMERS_AT_ONCE 256
#define PRUNE_INTERVAL (10 * G_TIME_SPAN_MINUTE)
#define PRUNE_PAUSE    (10 * G_TIME_SPAN_MILLISECOND)

/* Of the ticker's thread. */
typedef struct
{
  UsherLane *lane; /* (unowned): it owns the ticker, which owns this */
  gboolean fires;
  gint64 last_prune;       /* when it began */
  gboolean is_pruning;     /* there is more */
  UsherUpgrades *upgrades; /* (owned) */
} Upkeep;

/* Starts the timers that are due; returns when to look again. */
static gint64
fire_timers (Upkeep *self, gint64 now)
{
  g_autoptr (GPtrArray) timers = NULL;
  g_autoptr (GError) error = NULL;
  UsherTimersOut *out = usher_lane_get_timers_out (self->lane);
  guint limit = TIMERS_AT_ONCE;
  guint n_started = 0;
  gint64 rest = usher_timers_out_get_rest (out, &limit);
  gint64 due = 0;

  if (rest > 0)
    return now + rest;

  usher_timers_out_forget_done (out);
  due = usher_lane_get_next_due (self->lane);
  if (due > now)
    return due;

  timers = usher_lane_list_due (self->lane, now, limit, &error);
  if (timers == NULL)
    {
      g_message ("timers of service “%s” cannot be read: %s",
                 usher_lane_get_name (self->lane),
                 error->message);
      return now + RETRY;
    }

  for (guint i = 0; i < timers->len; i++)
    if (usher_timer_job_start (self->lane, g_ptr_array_index (timers, i), NULL, NULL))
      n_started++;

  /* those that run tell when they are done */
  return n_started >= TIMERS_AT_ONCE ? now : now + BUSY_SLEEP;
}

/* What is older than the setting says, as it is now. */
static gint64
get_limit (Upkeep *self, const char *key, gint64 now)
{
  UsherSettings *settings = usher_lane_get_settings (self->lane);

  return now - usher_settings_get_integer (settings, "store", key) * G_TIME_SPAN_SECOND;
}

/* A slice at a time, so that neither commits nor timers wait for it; returns when to go on. */
static gint64
prune (Upkeep *self, gint64 now)
{
  g_autoptr (GError) error = NULL;

  if (!self->is_pruning && now - self->last_prune < PRUNE_INTERVAL)
    return G_MAXINT64;

  if (!self->is_pruning)
    self->last_prune = now;

  self->is_pruning = FALSE;
  if (!usher_store_prune (usher_lane_get_store (self->lane),
                          get_limit (self, "keep-inbox", now),
                          get_limit (self, "keep-requests", now),
                          &self->is_pruning,
                          &error))
    g_message ("store of service “%s” was not pruned: %s",
               usher_lane_get_name (self->lane),
               error->message);

  return self->is_pruning ? now + PRUNE_PAUSE : G_MAXINT64;
}

static gint64
tick (gint64 now, gpointer user_data)
{
  Upkeep *self = user_data;
  UsherRelay *relay = usher_lane_get_relay (self->lane);
  gint64 next = usher_waiters_expire (usher_lane_get_waiters (self->lane), FALSE);
  gboolean has_lease = usher_lane_hold_lease (self->lane);

  if (has_lease && self->fires && !usher_lane_is_resting (self->lane))
    next = MIN (next, fire_timers (self, now));
  if (relay != NULL)
    usher_relay_tend (relay, has_lease);
  usher_lane_end_reads (self->lane);

  /* of several processes one is enough */
  if (has_lease)
    next = MIN (next, prune (self, now));
  if (has_lease && !usher_lane_is_resting (self->lane))
    next = MIN (next, usher_upgrades_run (self->upgrades, now));

  return usher_lane_is_shared (self->lane) ? MIN (next, now + BEAT) : next;
}

static void
free_upkeep (gpointer data)
{
  Upkeep *self = data;

  usher_upgrades_free (self->upgrades);
  g_free (self);
}

gboolean
usher_upkeep_start (UsherLane *lane, gboolean fires, GError **error)
{
  Upkeep *self = g_new0 (Upkeep, 1);

  self->lane = lane;
  self->fires = fires;
  self->upgrades = usher_upgrades_new (lane);
  self->last_prune = usher_clock_get_time (usher_lane_get_clock (lane));

  return usher_ticker_start (usher_lane_get_ticker (lane), tick, self, free_upkeep, error);
}
