/* usher-upkeep.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-upkeep-private.h"

#include "usher-clock-watch-private.h"
#include "usher-timer-batch-private.h"
#include "usher-timer-trials-private.h"
#include "usher-upgrades-private.h"

#define BEAT             (250 * G_TIME_SPAN_MILLISECOND)
#define RETRY            G_TIME_SPAN_SECOND
#define BUSY_SLEEP       (50 * G_TIME_SPAN_MILLISECOND)
#define TIMERS_AT_ONCE   256
#define SET_BACK_AT_ONCE 4096
#define PRUNE_INTERVAL   (10 * G_TIME_SPAN_MINUTE)
#define PRUNE_PAUSE      (10 * G_TIME_SPAN_MILLISECOND)

/* Of the ticker's thread. */
typedef struct
{
  UsherLane *lane; /* (unowned): it owns the ticker, which owns this */
  gboolean fires;
  gboolean has_lease;
  gboolean is_set_back; /* the clock was, and timers are to be set anew for that */
  UsherClockWatch watch;
  UsherTimerTrials *trials; /* (owned) */
  gint64 last_prune;        /* monotonic: when it began */
  gboolean is_pruning;      /* there is more */
  UsherUpgrades *upgrades;  /* (owned) */
  gint64 last_return;       /* monotonic: when events went back to the bus */
} Upkeep;

static gint64
get_time (Upkeep *self)
{
  return usher_clock_get_time (usher_lane_get_clock (self->lane));
}

/* (transfer full) (nullable): what is due, NULL: it is not known */
static GPtrArray *
list_due (Upkeep *self, gint64 time, guint limit)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *timers = usher_lane_list_due (self->lane, time, limit, &error);

  if (timers == NULL && !usher_lane_is_away (self->lane))
    g_message ("timers of service “%s” cannot be read: %s",
               usher_lane_get_name (self->lane),
               error->message);

  return timers;
}

/* Starts the timers that are due; returns when to look again. */
static gint64
fire_timers (Upkeep *self, gint64 now)
{
  g_autoptr (GPtrArray) timers = NULL;
  UsherTimersOut *out = usher_lane_get_timers_out (self->lane);
  guint limit = TIMERS_AT_ONCE;
  gint64 rest = usher_timers_out_get_rest (out, &limit);
  gint64 time = get_time (self);
  gint64 due = 0;
  gboolean again = FALSE;

  if (rest > 0)
    return now + rest;

  usher_timers_out_forget_done (out);
  due = usher_lane_get_next_due (self->lane);
  if (due > time)
    return now + MIN (due - time, G_TIME_SPAN_SECOND);

  timers = list_due (self, time, limit);
  if (timers == NULL)
    return now + RETRY;

  /* those that run tell when they are done */
  if (usher_timer_trials_start (self->trials, timers, &again) >= TIMERS_AT_ONCE)
    again = TRUE;

  return again ? now : now + BUSY_SLEEP;
}

/* FALSE: the store does not take it */
static gboolean
wait_anew (Upkeep *self, GPtrArray *timers, gint64 time)
{
  g_autoptr (UsherTimerBatch) batch = usher_timer_batch_new (self->lane);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < timers->len; i++)
    {
      UsherTimer *timer = g_ptr_array_index (timers, i);
      gint64 wait = usher_timer_get_due (timer) - usher_timer_get_since (timer);

      usher_timer_batch_add (batch,
                             timer,
                             time + MAX (0, wait),
                             usher_timer_history_copy (usher_timer_get_history (timer)));
    }
  if (usher_timer_batch_commit (batch, &error))
    return TRUE;

  if (!usher_lane_is_away (self->lane))
    g_message ("timers of service “%s” are not set anew after the clock was set back: %s",
               usher_lane_get_name (self->lane),
               error->message);

  return FALSE;
}

/* Timers that seem to have been set in times to come were set by a clock that was ahead: they wait from now on as long as they
 * were meant to. Returns when to go on. */
static gint64
set_back (Upkeep *self, gint64 now)
{
  gint64 time = get_time (self);
  g_autoptr (GPtrArray) timers = NULL;

  /* Known without reading: of most stores there is none at a start. What copies share is read for it, and may not be readable
   * now: that is no answer. */
  if (!usher_lane_is_shared (self->lane) && usher_lane_get_next_due (self->lane) == G_MAXINT64)
    {
      self->is_set_back = FALSE;
      return G_MAXINT64;
    }

  timers = usher_store_list_timers_since (usher_lane_get_store (self->lane),
                                          time + USHER_CLOCK_JUMP,
                                          SET_BACK_AT_ONCE,
                                          NULL);
  if (timers == NULL || !wait_anew (self, timers, time))
    return now + RETRY;

  if (timers->len > 0)
    g_message ("timers of service “%s” that were set by a clock that was ahead wait anew: %u",
               usher_lane_get_name (self->lane),
               timers->len);
  self->is_set_back = timers->len == SET_BACK_AT_ONCE;

  return self->is_set_back ? now : G_MAXINT64;
}

/* What is older than the setting says, as it is now. */
static gint64
get_limit (Upkeep *self, const char *key)
{
  UsherSettings *settings = usher_lane_get_settings (self->lane);
  gint64 age = usher_settings_get_integer (settings, "store", key) * G_TIME_SPAN_SECOND;

  return usher_clock_watch_get_limit (&self->watch, age);
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
                          get_limit (self, "keep-inbox"),
                          get_limit (self, "keep-requests"),
                          &self->is_pruning,
                          &error) &&
      !usher_lane_is_away (self->lane))
    g_message ("store of service “%s” was not pruned: %s",
               usher_lane_get_name (self->lane),
               error->message);

  return self->is_pruning ? now + PRUNE_PAUSE : G_MAXINT64;
}

/* Whether this process fires the timers, now that it has begun to or was set back. */
static void
note_lease (Upkeep *self, gboolean has_lease)
{
  gboolean is_set_back = usher_clock_watch_look (&self->watch);

  if (has_lease && !self->has_lease)
    usher_timer_trials_begin (self->trials, get_time (self));
  /* whoever fired before may not have seen it */
  self->is_set_back |= is_set_back || (has_lease && !self->has_lease);
  self->has_lease = has_lease;
}

static gint64
end_waits (gint64 now, gpointer lane)
{
  return usher_waiters_expire (usher_lane_get_waiters (lane), FALSE);
}

/* At once when the store is back, and else now and then, so that another copy may have them. */
static void
return_events (Upkeep *self, gint64 now)
{
  if (usher_lane_is_away (self->lane) && now - self->last_return < RETRY)
    return;

  self->last_return = now;
  usher_hand_backs_release (usher_lane_get_hand_backs (self->lane));
}

/* What wants the store, which is there as far as is known. */
static gint64
work (Upkeep *self, gint64 now)
{
  UsherRelay *relay = usher_lane_get_relay (self->lane);
  gint64 next = G_MAXINT64;
  gboolean has_lease = usher_lane_hold_lease (self->lane);

  note_lease (self, has_lease);
  usher_timer_trials_tend (self->trials);
  if (has_lease && self->is_set_back)
    next = MIN (next, set_back (self, now));
  if (has_lease && self->fires && usher_lane_begin_firing (self->lane))
    {
      next = MIN (next, fire_timers (self, now));
      usher_lane_end_firing (self->lane);
    }
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

static gint64
tick (gint64 now, gpointer user_data)
{
  Upkeep *self = user_data;
  gint64 next = G_MAXINT64;

  if (usher_lane_get_deadlines (self->lane) == NULL)
    next = end_waits (now, self->lane);
  return_events (self, now);

  return MIN (next, usher_lane_is_away (self->lane) ? now + RETRY : work (self, now));
}

static void
free_upkeep (gpointer data)
{
  Upkeep *self = data;

  usher_timer_trials_free (self->trials);
  usher_upgrades_free (self->upgrades);
  g_free (self);
}

gboolean
usher_upkeep_start (UsherLane *lane, gboolean fires, GError **error)
{
  Upkeep *self = g_new0 (Upkeep, 1);
  UsherTicker *deadlines = usher_lane_get_deadlines (lane);

  self->lane = lane;
  self->fires = fires;
  self->upgrades = usher_upgrades_new (lane);
  self->trials = usher_timer_trials_new (lane);
  self->last_prune = usher_clock_get_monotonic (usher_lane_get_clock (lane));
  usher_clock_watch_init (&self->watch, usher_lane_get_clock (lane));

  return usher_ticker_start (usher_lane_get_ticker (lane), tick, self, free_upkeep, error) &&
         (deadlines == NULL || usher_ticker_start (deadlines, end_waits, lane, NULL, error));
}
