/* usher-context-store.c: store and pool of a service, opened and shut by the host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-context-private.h"

#include "usher-error.h"
#include "usher-job-private.h"
#include "usher-sqlite-store.h"
#include "usher-unit-private.h"
#include "usher-waiters-private.h"
#include "usher-workers-private.h"

static gboolean
has_blocking_route (UsherContext *self)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const UsherEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if ((usher_route_get_flags (endpoint->route) & USHER_ROUTE_BLOCKING) != 0)
        return TRUE;
    }

  return FALSE;
}

/* A service with handlers that block has a pool of its own, and settings for it. */
static gboolean
declare_pool (UsherContext *self, GError **error)
{
  const UsherSetting settings[] = {
    { self->name,
      "threads",
      USHER_SETTING_INTEGER,
      "4",
      1,
      64,
      "threads for handlers that block and for steps" },
    { self->name,
      "queue",
      USHER_SETTING_INTEGER,
      "64",
      1,
      100000,
      "requests that may wait for such a thread; more are answered 503" },
  };

  if (!has_blocking_route (self))
    return TRUE;

  return usher_settings_declare (self->settings, settings, G_N_ELEMENTS (settings), error);
}

gboolean
usher_context_close_declarations (UsherContext *self, GError **error)
{
  self->configured = TRUE;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }

  return declare_pool (self, error);
}

static void
notice_timers (UsherContext *self, UsherUnit *unit)
{
  for (guint i = 0; unit->timers != NULL && i < unit->timers->len; i++)
    {
      const UsherTimerChange *change = &g_array_index (unit->timers, UsherTimerChange, i);

      if (change->set)
        usher_ticker_notice (self->ticker, change->due);
    }
}

/* On the store's thread, after each commit, in commit order. */
static void
on_unit_committed (UsherStore *store, UsherUnit *unit, gpointer user_data)
{
  UsherContext *self = user_data;

  usher_tally_add (self->tally, USHER_COUNT_COMMITS, 1);
  if (self->relay != NULL)
    usher_relay_add (self->relay, unit);
  usher_waiters_wake (self, unit);
  notice_timers (self, unit);
}

/* On a thread of the store's, after commits of other processes, and while nobody relays and fires. */
static void
on_store_watch (UsherStore *store, gboolean is_lease_free, gpointer user_data)
{
  UsherContext *self = user_data;

  usher_waiters_wake_all (self);
  usher_job_retry_deferred (self);
  if (self->relay != NULL)
    usher_relay_look (self->relay);

  if (is_lease_free)
    usher_ticker_notice (self->ticker, G_MININT64);
  else if (g_atomic_int_get (&self->has_lease))
    usher_ticker_notice (self->ticker, usher_store_get_next_due (store));
  usher_store_end_reads (store);
}

static UsherStore *
open_store (UsherContext *self, GError **error)
{
  g_autofree char *file_name = g_strconcat (self->name, ".db", NULL);
  g_autofree char *path = g_build_filename (self->directory, file_name, NULL);
  guint unit_limit =
      (guint) usher_settings_get_integer (self->settings, "store", "documents-a-unit");

  return self->is_shared ? usher_sqlite_store_new_shared (path, self->clock, unit_limit, error)
                         : usher_sqlite_store_new (path, self->clock, unit_limit, error);
}

gboolean
usher_context_open (UsherContext *self, GError **error)
{
  gboolean blocks = has_blocking_route (self);
  g_autofree char *pool_name = g_strconcat ("usher-", self->name, NULL);
  guint n_threads = 2;

  self->store = open_store (self, error);
  if (self->store == NULL)
    return FALSE;

  for (guint i = 0; i < self->schemas->len; i++)
    if (!usher_store_add_collection (self->store, g_ptr_array_index (self->schemas, i), error))
      return FALSE;
  usher_store_set_observer (self->store, on_unit_committed, self);

  self->max_waiters = (guint) usher_settings_get_integer (self->settings, "host", "waiters");
  self->pool_queue = G_MAXUINT;
  if (blocks)
    {
      n_threads = (guint) usher_context_get_integer (self, "threads");
      self->pool_queue = (guint) usher_context_get_integer (self, "queue");
    }
  self->pool = usher_workers_new (pool_name, n_threads, error);
  if (self->pool == NULL)
    return FALSE;

  usher_store_set_watch (self->store, on_store_watch, self);
  return TRUE;
}

static gboolean
is_done (gpointer key, gpointer done, gpointer user_data)
{
  return GPOINTER_TO_INT (done);
}

void
usher_context_forget_done (UsherContext *self)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_foreach_remove (self->alarms_out, is_done, NULL);
  g_mutex_unlock (&self->mutex);
}

static void
drop_unknown (UsherContext *self, GPtrArray *timers)
{
  for (guint i = timers->len; i > 0; i--)
    if (usher_context_find_alarm (self, usher_timer_get_name (g_ptr_array_index (timers, i - 1))) ==
        NULL)
      g_ptr_array_remove_index (timers, i - 1);
}

/* Timers whose name the service has forgotten stay, and must not stand in the way of the others. */
GPtrArray *
usher_context_list_due (UsherContext *self, gint64 now, guint limit, GError **error)
{
  g_autoptr (GPtrArray) timers = NULL;
  gboolean has_more = TRUE;

  for (guint n = limit; has_more && (timers == NULL || timers->len < limit); n *= 2)
    {
      g_clear_pointer (&timers, g_ptr_array_unref);
      timers = usher_store_list_timers (self->store, now, n, error);
      usher_store_end_reads (self->store);
      if (timers == NULL)
        return NULL;
      has_more = timers->len == n;
      drop_unknown (self, timers);
    }

  return g_steal_pointer (&timers);
}

/* Nobody uses the service any more. */
gboolean
usher_context_shut (UsherContext *self, GError **error)
{
  g_clear_pointer (&self->pool, usher_workers_free);
  if (self->store == NULL)
    return TRUE;

  if (!usher_store_close (self->store, error))
    {
      g_prefix_error (error, "store of service “%s”: ", self->name);
      return FALSE;
    }

  return TRUE;
}
