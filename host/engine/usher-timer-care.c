/* usher-timer-care.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-care-private.h"

#include "usher-error.h"

/* (nullable) */
static UsherStore *
get_store (UsherLane *lane, GError **error)
{
  UsherStore *store = usher_lane_get_store (lane);

  if (store == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "service “%s” has not started",
                 usher_lane_get_name (lane));

  return store;
}

GPtrArray *
usher_timer_care_list (UsherLane *lane, guint offset, guint limit, GError **error)
{
  UsherStore *store = get_store (lane, error);
  GPtrArray *timers = NULL;

  if (store == NULL)
    return NULL;

  timers = usher_store_list_troubled_timers (store, offset, limit, error);
  usher_store_end_reads (store);

  return timers;
}

GPtrArray *
usher_timer_care_list_of (UsherLane *lane, const char *correlation, guint limit, GError **error)
{
  UsherStore *store = get_store (lane, error);
  GPtrArray *timers = NULL;

  if (store == NULL)
    return NULL;

  timers = usher_store_list_timers_of (store, correlation, limit, error);
  usher_store_end_reads (store);

  return timers;
}

UsherTimer *
usher_timer_care_find (UsherLane *lane, const char *name, const char *key, GError **error)
{
  UsherStore *store = get_store (lane, error);
  g_autoptr (UsherTimer) timer = NULL;
  gboolean ok = FALSE;

  if (store == NULL)
    return NULL;

  ok = usher_store_lookup_timer (store, name, key, &timer, error);
  usher_store_end_reads (store);
  if (!ok)
    return NULL;
  if (timer != NULL && usher_timer_get_history (timer) != NULL &&
      usher_timer_get_history (timer)->reasons != NULL)
    return g_steal_pointer (&timer);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "no timer “%s” for “%s” of service “%s” is in trouble",
               name,
               key,
               usher_lane_get_name (lane));

  return NULL;
}

static gboolean
set_not_parked_error (UsherTimer *timer, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_BUSY,
               "timer “%s” for “%s” is not parked, it is tried again by itself",
               usher_timer_get_name (timer),
               usher_timer_get_key (timer));

  return FALSE;
}

gboolean
usher_timer_care_retry (UsherLane *lane, const char *name, const char *key, GError **error)
{
  gint64 now = usher_clock_get_time (usher_lane_get_clock (lane));
  g_autoptr (UsherTimer) timer = usher_timer_care_find (lane, name, key, error);
  g_autoptr (UsherTimerHistory) history = NULL;
  g_autoptr (UsherCommit) commit = NULL;

  if (timer == NULL)
    return FALSE;
  if (!usher_timer_is_parked (timer))
    return set_not_parked_error (timer, error);

  history = usher_timer_history_copy (usher_timer_get_history (timer));
  history->parked = 0;
  history->trial = 1;
  /* what it has done so often it need not do so often again */
  history->n_deaths = MAX (history->n_deaths, 1) - 1;
  commit = usher_commit_new (now);
  usher_commit_set_anew (commit, timer, now, usher_timer_get_attempt (timer), history);
  if (!usher_store_commit_sync (usher_lane_get_store (lane), commit, error))
    return FALSE;

  /* somebody else was first: another operator, or the service, which has set it anew */
  return !usher_commit_was_applied (commit) || set_not_parked_error (timer, error);
}

gboolean
usher_timer_care_drop (UsherLane *lane, const char *name, const char *key, GError **error)
{
  g_autoptr (UsherTimer) timer = usher_timer_care_find (lane, name, key, error);
  g_autoptr (UsherCommit) commit = NULL;

  if (timer == NULL)
    return FALSE;

  /* whichever process fires it: that finds it gone */
  commit = usher_commit_new (usher_clock_get_time (usher_lane_get_clock (lane)));
  usher_commit_unschedule (commit, name, key);

  return usher_store_commit_sync (usher_lane_get_store (lane), commit, error);
}
