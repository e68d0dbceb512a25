/* usher-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub.h"

#include "usher-descriptors-private.h"
#include "usher-directory-lock-private.h"
#include "usher-endpoint-private.h"
#include "usher-error.h"
#include "usher-hub-thread-private.h"
#include "usher-journal-private.h"
#include "usher-lineage-private.h"

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
struct _UsherHub
{
  GObject parent_instance;

  UsherDirectoryLock *lock; /* (owned) (nullable) */
  UsherHubThread *thread;   /* (owned) (nullable): while it is open */
  int wants_keys;           /* (atomic) */
  int has_keys;             /* (atomic) */
};

G_DEFINE_FINAL_TYPE (UsherHub, usher_hub, G_TYPE_OBJECT)

static void
usher_hub_finalize (GObject *object)
{
  UsherHub *self = USHER_HUB (object);

  usher_hub_close (self, 0, NULL);
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

  self = g_object_new (USHER_TYPE_HUB, NULL);
  self->lock = usher_directory_lock_new (
      directory, LOCK_FILE, "bus directory", USHER_DIRECTORY_ALONE, error);
  if (self->lock == NULL)
    return NULL;
  self->thread = usher_hub_thread_new (directory, clock, limits, error);
  if (self->thread == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * usher_hub_adopt:
 * @directory: where a log is kept that no hub has open; made when it is missing
 * @clock: the clock
 * @error: return location for a [error@Error]
 *
 * Declares a log to be the right one although stores know another one, or one that has come further: it was emptied, replaced or put
 * back from an older copy, and what it lacks is lost. The log gets another name. Whoever knew a log until now takes this one over, at
 * once or when it comes; from then on it is as particular as ever. Any thread.
 *
 * Returns: whether it is done: `USHER_ERROR_BUSY` names the process that has the directory, others are those of [ctor@Hub.new]
 */
gboolean
usher_hub_adopt (const char *directory, UsherClock *clock, GError **error)
{
  UsherDirectoryLock *lock = NULL;
  UsherJournal *journal = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (directory != NULL, FALSE);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  lock = usher_directory_lock_new (
      directory, LOCK_FILE, "bus directory", USHER_DIRECTORY_ALONE, error);
  if (lock == NULL)
    return FALSE;

  journal = usher_journal_new (directory, error);
  ok = journal != NULL && usher_journal_adopt (journal, usher_clock_get_time (clock), error);
  g_clear_pointer (&journal, usher_journal_free);
  usher_directory_lock_free (lock);
  if (ok)
    g_message ("the log in “%s” is adopted: services take it over as it is", directory);

  return ok;
}

static void
count_events (const char *name,
              guint64 first,
              guint64 last,
              guint64 n_events,
              guint64 n_bytes,
              gpointer user_data)
{
  /* what was dropped had come in too */
  *(guint64 *) user_data += last;
}

static gboolean
check_journal (const char *directory, UsherClock *clock, const UsherReach *known, GError **error)
{
  UsherJournal *journal = usher_journal_new (directory, error);
  g_autoptr (UsherLineage) lineage = NULL;
  guint64 position = 0;
  gboolean ok = FALSE;

  if (journal != NULL && usher_journal_foreach_channel (journal, count_events, &position, error))
    lineage = usher_journal_read_lineage (journal, error);
  if (lineage != NULL)
    ok = usher_lineage_check (lineage, position, usher_clock_get_time (clock), known, error);
  g_clear_pointer (&journal, usher_journal_free);

  return ok;
}

/**
 * usher_hub_check_log:
 * @directory: where a log is kept that no hub has open
 * @clock: the clock
 * @known: what a store knows of the log
 * @error: return location for a [error@Error]
 *
 * Tells before a hub is made what [method@Bus.check_log] would say then. No log is made where there is none. Any thread.
 *
 * Returns: whether the log has all that it had: `USHER_ERROR_CONFLICT` tells both, others are those of [ctor@Hub.new]
 */
gboolean
usher_hub_check_log (const char *directory,
                     UsherClock *clock,
                     const UsherReach *known,
                     GError **error)
{
  UsherDirectoryLock *lock = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (directory != NULL, FALSE);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), FALSE);
  g_return_val_if_fail (known != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!usher_reach_is_known (known))
    return TRUE;

  if (!usher_journal_exists (directory))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CONFLICT,
                   "it knows %" G_GUINT64_FORMAT
                   " events of log “%s”, but there is no log in “%s”" USHER_LINEAGE_WAYS_OUT,
                   known->position,
                   known->log,
                   directory);
      return FALSE;
    }

  lock = usher_directory_lock_new (
      directory, LOCK_FILE, "bus directory", USHER_DIRECTORY_ALONE, error);
  if (lock == NULL)
    return FALSE;

  ok = check_journal (directory, clock, known, error);
  usher_directory_lock_free (lock);

  return ok;
}

/**
 * usher_hub_set_keys:
 * @self: a hub
 * @directory: keys, as [func@keys_make] makes them
 * @error: return location for a [error@Error]
 *
 * Lets only members whose key the hub knows come in over tcp, and encrypts all that is exchanged with them. To be called
 * before [method@Hub.bind], which refuses tcp after this has failed. A process can have one hub with keys. Who may join
 * is looked up anew for each connection, so a file that comes or goes counts for the next one. Any thread.
 *
 * “NAME.acl” in @directory limits what the key of that name may publish and subscribe.
 *
 * Returns: whether the keys are used: `USHER_ERROR_INVALID` names the line of such a file that cannot be read,
 *   `USHER_ERROR_NOT_FOUND` names a file that is missing, `USHER_ERROR_FORBIDDEN` one
 *   that others can read, `USHER_ERROR_CORRUPT` one that has no key; `USHER_ERROR_UNAVAILABLE` when keys cannot be used
 */
gboolean
usher_hub_set_keys (UsherHub *self, const char *directory, GError **error)
{
  UsherGuard *guard = NULL;

  g_return_val_if_fail (USHER_IS_HUB (self), FALSE);
  g_return_val_if_fail (directory != NULL, FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_atomic_int_set (&self->wants_keys, 1);
  guard = usher_guard_new (directory, error);
  if (guard == NULL)
    return FALSE;

  usher_hub_thread_set_guard (self->thread, guard);
  g_atomic_int_set (&self->has_keys, 1);

  return TRUE;
}

static gboolean
may_bind (UsherHub *self, const char *endpoint, GError **error)
{
  if (g_str_has_prefix (endpoint, USHER_ENDPOINT_INPROC))
    return TRUE;
  if (g_str_has_prefix (endpoint, USHER_ENDPOINT_IPC))
    return usher_endpoint_check_folder (endpoint, error);

  if (!g_str_has_prefix (endpoint, USHER_ENDPOINT_TCP))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "endpoint “%s” is neither inproc, ipc nor tcp",
                 endpoint);
  else if (g_atomic_int_get (&self->has_keys))
    return TRUE;
  else if (!g_atomic_int_get (&self->wants_keys))
    return usher_keys_may_miss (endpoint, error);
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FORBIDDEN,
                 "endpoint “%s” stays shut: its keys cannot be used",
                 endpoint);

  return FALSE;
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
  g_return_val_if_fail (USHER_IS_HUB (self), NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);
  g_return_val_if_fail (self->thread != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return may_bind (self, endpoint, error) ? usher_hub_thread_bind (self->thread, endpoint, error)
                                          : NULL;
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
  gboolean is_written = TRUE;

  g_return_val_if_fail (USHER_IS_HUB (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->thread != NULL)
    is_written = usher_hub_thread_stop (g_steal_pointer (&self->thread));
  if (!is_written)
    g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the last events were not written");

  return is_written;
}
