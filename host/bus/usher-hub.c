/* usher-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

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
  g_clear_pointer (&self->journal, usher_journal_free);
  g_ptr_array_unref (self->waits);
  g_hash_table_unref (self->members);
  g_hash_table_unref (self->channels);
  free_seats (self);
  usher_recent_ids_free (self->known);
  g_ptr_array_unref (self->entrances);
  usher_journal_batch_free (self->next);
  g_array_unref (self->next_confirms);
  g_async_queue_unref (self->to_journal);
  g_async_queue_unref (self->requests);
  g_clear_object (&self->clock);
  g_free (self->epoch);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  if (self->wake >= 0)
    close (self->wake);
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
  self->wake = -1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->members = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, NULL, usher_hub_free_member);
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, usher_hub_free_channel);
  self->seats = g_hash_table_new (NULL, NULL);
  self->entrances = g_ptr_array_new_with_free_func (free_entrance);
  self->known = usher_recent_ids_new (USHER_HUB_KNOWN_EVENTS);
  self->next = usher_journal_batch_new ();
  self->next_confirms = g_array_new (FALSE, FALSE, sizeof (UsherConfirm));
  g_array_set_clear_func (self->next_confirms, usher_hub_clear_confirm);
  self->to_journal = g_async_queue_new ();
  self->requests = g_async_queue_new ();
  self->waits = g_ptr_array_new_with_free_func (usher_hub_free_wait);
}

gint64
usher_hub_get_now (UsherHub *self)
{
  return self->is_real ? g_get_monotonic_time () : usher_clock_get_time (self->clock);
}

void
usher_hub_wake (UsherHub *self)
{
  guint64 one = 1;

  if (write (self->wake, &one, sizeof one) < 0)
    g_message ("the hub cannot be waked: %s", g_strerror (errno));
}

static void
on_turned (UsherClock *clock, gpointer user_data)
{
  usher_hub_wake (user_data);
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
  if (limits != NULL)
    self->limits = *limits;
  self->epoch = usher_uuid_new (clock);
  self->start_time = usher_clock_get_time (clock);
  self->started_at = g_get_monotonic_time ();
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake < 0 || !usher_descriptors_are_left (self->wake))
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
  self->journal = usher_journal_new (directory, error);
  if (self->journal == NULL || !usher_hub_load (self, error))
    return NULL;

  self->turned = g_signal_connect (clock, "turned", G_CALLBACK (on_turned), self);
  self->journal_thread = g_thread_new ("usher-journal", usher_hub_run_journal, self);
  self->thread = g_thread_new ("usher-hub", usher_hub_run, self);

  return g_steal_pointer (&self);
}

void
usher_hub_call (UsherHub *self, UsherHubCall *call)
{
  g_async_queue_push (self->requests, call);
  usher_hub_wake (self);
  g_mutex_lock (&self->mutex);
  while (!call->done)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
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

  usher_hub_call (self, &call);
  if (call.error != NULL)
    {
      g_free (call.bound);
      g_propagate_error (error, call.error);
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
  g_return_val_if_fail (USHER_IS_HUB (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->thread == NULL)
    return TRUE;

  g_signal_handler_disconnect (self->clock, self->turned);
  g_atomic_int_set (&self->stopping, 1);
  usher_hub_wake (self);
  g_thread_join (self->thread);
  self->thread = NULL;
  usher_hub_stop_journal (self);
  self->journal_thread = NULL;
  g_clear_pointer (&self->journal, usher_journal_free);

  if (self->is_failing)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the last events were not written");
      return FALSE;
    }

  return TRUE;
}
