/* usher-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub.h"

#include "usher-descriptors-private.h"
#include "usher-directory-lock-private.h"
#include "usher-error.h"
#include "usher-hub-private.h"
#include "usher-id.h"

#define LOCK_FILE "hub.lock"

/**
 * UsherHub:
 *
 * The owner of the durable log and of the sockets of a bus.
 *
 * Members reach it over ZeroMQ, in the same process or another. It runs two threads: one has all sockets and all
 * that is known, without a lock; the other flushes the log, one batch at a time: what arrives meanwhile is the
 * next batch. An event is confirmed after the flush, and delivered after it.
 */
G_DEFINE_FINAL_TYPE (UsherHub, usher_hub, G_TYPE_OBJECT)

static void
free_entrance (gpointer data)
{
  UsherEntrance *entrance = data;

  g_free (entrance->endpoint);
  g_free (entrance->live);
  g_free (entrance);
}

static void
free_seats (UsherHub *self)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->seats);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_free (value);
  g_hash_table_unref (self->seats);
}

static void
usher_hub_finalize (GObject *object)
{
  UsherHub *self = USHER_HUB (object);

  usher_hub_close (self, 0, NULL);
  g_ptr_array_unref (self->waits);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->followers);
  g_ptr_array_unref (self->groups);
  free_seats (self);
  g_clear_pointer (&self->log, usher_hub_log_free);
  g_ptr_array_unref (self->entrances);
  g_array_unref (self->next_confirms);
  g_array_unref (self->written_confirms);
  g_async_queue_unref (self->requests);
  g_clear_object (&self->clock);
  g_free (self->epoch);
  g_clear_pointer (&self->wake, usher_wake_unref);
  g_clear_pointer (&self->lock, usher_directory_lock_free);

  G_OBJECT_CLASS (usher_hub_parent_class)->finalize (object);
}

static void
usher_hub_class_init (UsherHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_hub_finalize;
}

static void
usher_hub_init (UsherHub *self)
{
  self->members = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, usher_hub_free_member);
  self->groups = g_ptr_array_new_with_free_func (usher_hub_free_group);
  self->followers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->seats = g_hash_table_new (NULL, NULL);
  self->entrances = g_ptr_array_new_with_free_func (free_entrance);
  self->next_confirms = usher_hub_new_confirms ();
  self->written_confirms = usher_hub_new_confirms ();
  self->requests = g_async_queue_new ();
  self->waits = g_ptr_array_new_with_free_func (usher_hub_free_wait);
}

gint64
usher_hub_get_now (UsherHub *self)
{
  return self->is_real ? g_get_monotonic_time () : usher_clock_get_time (self->clock);
}

static void
on_turned (UsherClock *clock, gpointer user_data)
{
  usher_wake_signal (USHER_HUB (user_data)->wake);
}

static void
on_group (const char *channel,
          const char *name,
          gconstpointer state,
          gsize size,
          gpointer user_data)
{
  usher_hub_load_group (user_data, channel, name, state, size);
}

/**
 * usher_hub_new:
 * @directory: where the log is kept; made when it is missing
 * @clock: the clock
 * @limits: (nullable): limits of each channel, `NULL` for none
 * @error: return location for a [error@Error]
 *
 * Opens the log and starts the hub. Members need an endpoint, see [method@Hub.bind]. Any thread.
 *
 * Returns: (transfer full): the hub, or `NULL`: `USHER_ERROR_BUSY` names the process that has the directory,
 *   `USHER_ERROR_UNAVAILABLE`, `USHER_ERROR_FULL` and `USHER_ERROR_CORRUPT` say what is wrong with it
 */
UsherHub *
usher_hub_new (const char *directory,
               UsherClock *clock,
               const UsherHubLimits *limits,
               GError **error)
{
  g_autoptr (UsherHub) self = NULL;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  /* the first socket would take SIGINT and SIGTERM */
  zsys_init ();
  zsys_handler_set (NULL);

  self = g_object_new (USHER_TYPE_HUB, NULL);
  self->clock = g_object_ref (clock);
  self->is_real = USHER_IS_REAL_CLOCK (clock);
  self->epoch = usher_uuid_new (clock);
  self->start_time = usher_clock_get_time (clock);
  self->started_at = g_get_monotonic_time ();
  self->wake = usher_wake_new ();
  if (self->wake == NULL || !usher_descriptors_are_left (usher_wake_get_fd (self->wake)))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "no file descriptors are left for a hub");
      return NULL;
    }

  self->lock = usher_directory_lock_new (
      directory, LOCK_FILE, "bus directory", USHER_DIRECTORY_ALONE, error);
  if (self->lock == NULL)
    return NULL;
  self->log = usher_hub_log_new (directory, clock, limits, self->wake, error);
  if (self->log == NULL || !usher_hub_log_foreach_group (self->log, on_group, self, error))
    return NULL;
  usher_hub_log_set_funcs (self->log, &usher_hub_log_funcs, self);

  self->turned = g_signal_connect (clock, "turned", G_CALLBACK (on_turned), self);
  self->thread = g_thread_new ("usher-hub", usher_hub_run, self);

  return g_steal_pointer (&self);
}

gboolean
usher_hub_call (UsherHub *self, UsherHubCall *call, GError **error)
{
  GError *failure = NULL;

  usher_latch_init (&call->latch, 1);
  g_async_queue_push (self->requests, call);
  usher_wake_signal (self->wake);
  failure = usher_latch_wait (&call->latch);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return failure == NULL;
}

/**
 * usher_hub_bind:
 * @self: a hub
 * @endpoint: `inproc://…`, `ipc://…` or `tcp://…`
 * @error: return location for a [error@Error]
 *
 * Opens a way in for members. A port `*` is any that is free. Any thread.
 *
 * Returns: (transfer full): the endpoint as it was bound, or `NULL`: `USHER_ERROR_BUSY` when it is in use,
 *   `USHER_ERROR_FORBIDDEN` for an address beyond this machine without keys, see [method@Hub.set_keys], and for a
 *   path that others can write to, `USHER_ERROR_UNAVAILABLE`
 */
char *
usher_hub_bind (UsherHub *self, const char *endpoint, GError **error)
{
  UsherHubCall call = { .endpoint = endpoint };

  g_return_val_if_fail (USHER_IS_HUB (self), NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);
  g_return_val_if_fail (self->thread != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!usher_hub_may_bind (self, endpoint, error))
    return NULL;

  if (!usher_hub_call (self, &call, error))
    {
      g_free (call.bound);
      return NULL;
    }

  return call.bound;
}

/**
 * usher_hub_close:
 * @self: a hub
 * @timeout: reserved; what is at hand is always written
 * @error: return location for an error
 *
 * Writes what is at hand, and closes sockets and log. Nothing is parked, no attempt is counted. Closing twice does
 * nothing.
 *
 * Returns: whether all was written
 */
gboolean
usher_hub_close (UsherHub *self, gint64 timeout, GError **error)
{
  gboolean is_failing = FALSE;

  g_return_val_if_fail (USHER_IS_HUB (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->thread == NULL)
    return TRUE;

  g_signal_handler_disconnect (self->clock, self->turned);
  g_atomic_int_set (&self->stopping, 1);
  usher_wake_signal (self->wake);
  g_thread_join (self->thread);
  self->thread = NULL;
  is_failing = usher_hub_log_is_failing (self->log);
  g_ptr_array_set_size (self->groups, 0);
  g_clear_pointer (&self->log, usher_hub_log_free);

  if (is_failing)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the last events were not written");
      return FALSE;
    }

  return TRUE;
}
