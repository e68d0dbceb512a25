/* usher-sqlite-queue.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-queue-private.h"

/* how many commits share a flush */
#define MOST_COMMITS 256
/* how long a trim of the outbox waits for a commit to go with, and for another try */
#define TRIM_WAIT  (200 * G_TIME_SPAN_MILLISECOND)
#define TRIM_PAUSE (2 * G_TIME_SPAN_SECOND)
/* how long a disk that refused is left alone */
#define PROBE_PAUSE (G_TIME_SPAN_SECOND / 4)

void
usher_sqlite_entry_free (UsherSqliteEntry *self)
{
  g_clear_pointer (&self->commit, usher_commit_unref);
  g_clear_error (&self->error);
  g_free (self);
}

void
usher_sqlite_queue_init (UsherSqliteQueue *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->entries);
}

void
usher_sqlite_queue_clear (UsherSqliteQueue *self)
{
  g_queue_clear_full (&self->entries, (GDestroyNotify) usher_sqlite_entry_free);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

gboolean
usher_sqlite_queue_push (UsherSqliteQueue *self, UsherSqliteEntry *entry)
{
  gboolean is_open;

  g_mutex_lock (&self->mutex);
  is_open = !self->is_closed;
  if (is_open)
    {
      g_queue_push_tail (&self->entries, entry);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  return is_open;
}

/* when there is something to do without an entry, 0: never; (mutex mutex) */
static gint64
get_wake_time (UsherSqliteQueue *self)
{
  if (self->trimmed == self->dropped || self->probe_time != 0)
    return self->probe_time;

  return self->trim_time;
}

/* FALSE when there will be no work; (mutex mutex) */
static gboolean
wait_for_work (UsherSqliteQueue *self)
{
  while (g_queue_is_empty (&self->entries) && !self->is_closed)
    {
      gint64 wake_time = get_wake_time (self);

      if (wake_time == 0)
        g_cond_wait (&self->cond, &self->mutex);
      else if (!g_cond_wait_until (&self->cond, &self->mutex, wake_time))
        return TRUE;
    }

  return !g_queue_is_empty (&self->entries) || self->trimmed != self->dropped;
}

/* a job is a group of its own */
static gboolean
fits (UsherSqliteEntry *entry, GPtrArray *group)
{
  UsherSqliteEntry *first;

  if (entry == NULL || group->len == 0)
    return entry != NULL;

  first = g_ptr_array_index (group, 0);
  return entry->job == NULL && first->job == NULL && group->len < MOST_COMMITS;
}

gboolean
usher_sqlite_queue_take (UsherSqliteQueue *self, GPtrArray *group, gint64 *trimmed)
{
  gboolean has_work;

  g_mutex_lock (&self->mutex);
  has_work = wait_for_work (self);
  *trimmed = self->trimmed;
  while (fits (g_queue_peek_head (&self->entries), group))
    g_ptr_array_add (group, g_queue_pop_head (&self->entries));
  g_mutex_unlock (&self->mutex);

  return has_work;
}

void
usher_sqlite_queue_close (UsherSqliteQueue *self)
{
  g_mutex_lock (&self->mutex);
  self->is_closed = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
usher_sqlite_queue_trim (UsherSqliteQueue *self, gint64 upto)
{
  g_mutex_lock (&self->mutex);
  if (self->trimmed == self->dropped && upto > self->trimmed)
    {
      self->trim_time = g_get_monotonic_time () + TRIM_WAIT;
      g_cond_signal (&self->cond);
    }
  self->trimmed = MAX (self->trimmed, upto);
  g_mutex_unlock (&self->mutex);
}

gint64
usher_sqlite_queue_get_trimmed (UsherSqliteQueue *self)
{
  gint64 trimmed;

  g_mutex_lock (&self->mutex);
  trimmed = self->trimmed;
  g_mutex_unlock (&self->mutex);

  return trimmed;
}

gint64
usher_sqlite_queue_get_dropped (UsherSqliteQueue *self)
{
  gint64 dropped;

  g_mutex_lock (&self->mutex);
  dropped = self->dropped;
  g_mutex_unlock (&self->mutex);

  return dropped;
}

void
usher_sqlite_queue_set_dropped (UsherSqliteQueue *self, gint64 upto)
{
  g_mutex_lock (&self->mutex);
  self->dropped = upto;
  g_mutex_unlock (&self->mutex);
}

void
usher_sqlite_queue_keep_reach (UsherSqliteQueue *self, const UsherReach *reach)
{
  g_mutex_lock (&self->mutex);
  if (usher_reach_is_behind (&self->reach, reach))
    {
      self->reach = *reach;
      self->has_reach = TRUE;
    }
  g_mutex_unlock (&self->mutex);
}

gboolean
usher_sqlite_queue_take_reach (UsherSqliteQueue *self, UsherReach *reach)
{
  gboolean has_reach;

  g_mutex_lock (&self->mutex);
  has_reach = self->has_reach;
  *reach = self->reach;
  self->has_reach = FALSE;
  g_mutex_unlock (&self->mutex);

  return has_reach;
}

void
usher_sqlite_queue_put_trim_off (UsherSqliteQueue *self)
{
  g_mutex_lock (&self->mutex);
  self->has_reach = usher_reach_is_known (&self->reach);
  self->trim_time = g_get_monotonic_time () + TRIM_PAUSE;
  if (self->is_closed)
    self->trimmed = self->dropped;
  g_mutex_unlock (&self->mutex);
}

void
usher_sqlite_queue_set_probing (UsherSqliteQueue *self, gboolean is_probing)
{
  g_mutex_lock (&self->mutex);
  self->probe_time = is_probing ? g_get_monotonic_time () + PROBE_PAUSE : 0;
  g_mutex_unlock (&self->mutex);
}
