/* usher-revocation-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-revocation-writer-private.h"

/* how long a disk that fails is left alone */
#define PAUSE G_TIME_SPAN_SECOND
/* what may wait for it */
#define MAX_WAITING 65536

struct _UsherRevocationWriter
{
  UsherRevocationFile *file; /* (owned): the thread's, once there is one */
  GThread *thread;           /* (owned) (nullable) */

  GMutex mutex;
  GCond cond;
  GPtrArray *waiting; /* (owned) (element-type UsherRevocationEntry) (mutex mutex) */
  gboolean ending;    /* (mutex mutex) */
  gboolean
      is_failing; /* (mutex mutex): what came last is not written yet, for the disk does not take it */
  gboolean given_up; /* (mutex mutex): what comes is not written any more */
};

static void
entry_free (gpointer data)
{
  UsherRevocationEntry *entry = data;

  g_free (entry->channel);
  g_free (entry->id);
  g_free (entry);
}

static GPtrArray *
new_entries (void)
{
  return g_ptr_array_new_with_free_func (entry_free);
}

UsherRevocationWriter *
usher_revocation_writer_new (UsherRevocationFile *file)
{
  UsherRevocationWriter *self = g_new0 (UsherRevocationWriter, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->file = file;
  self->waiting = new_entries ();

  return self;
}

void
usher_revocation_writer_free (UsherRevocationWriter *self)
{
  g_mutex_lock (&self->mutex);
  self->ending = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);

  usher_revocation_file_free (self->file);
  g_ptr_array_unref (self->waiting);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* (transfer full) (nullable): what came, once there is something; NULL: there is nothing, and that is the end */
static GPtrArray *
await (UsherRevocationWriter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *entries = NULL;

  while (self->waiting->len == 0 && !self->ending)
    g_cond_wait (&self->cond, &self->mutex);
  if (self->waiting->len == 0)
    return NULL;

  entries = g_steal_pointer (&self->waiting);
  self->waiting = new_entries ();

  return entries;
}

/* Says once that nothing can be written, and once that it can again. */
static void
set_failing (UsherRevocationWriter *self, const GError *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const gboolean is_failing = error != NULL;

  if (self->is_failing == is_failing)
    return;

  self->is_failing = is_failing;
  if (is_failing)
    g_message ("refused sessions are not written at present: %s", error->message);
  else
    g_message ("%s is written again", usher_revocation_file_get_name (self->file));
}

/* FALSE: it is in vain. What is not written stays behind the position, and the next start asks the bus for it. */
static gboolean
pause_after (UsherRevocationWriter *self, const GError *error)
{
  gint64 deadline = g_get_monotonic_time () + PAUSE;
  g_autoptr (GMutexLocker) locker = NULL;

  set_failing (self, error);
  locker = g_mutex_locker_new (&self->mutex);
  while (!self->ending && !self->given_up)
    if (!g_cond_wait_until (&self->cond, &self->mutex, deadline))
      return TRUE;

  return FALSE;
}

static gpointer
run (gpointer data)
{
  UsherRevocationWriter *self = data;
  gboolean ok = TRUE;

  while (ok)
    {
      g_autoptr (GPtrArray) entries = await (self);
      g_autoptr (GError) error = NULL;

      if (entries == NULL)
        break;
      while (ok && !usher_revocation_file_write (self->file, entries, &error))
        {
          ok = pause_after (self, error);
          g_clear_error (&error);
        }
      if (ok)
        set_failing (self, NULL);
    }

  return NULL;
}

static void
start_thread (UsherRevocationWriter *self)
{
  g_autoptr (GError) error = NULL;

  self->thread = g_thread_try_new ("usher-refused", run, self, &error);
  if (self->thread != NULL)
    return;

  self->given_up = TRUE;
  g_message ("refused sessions are not written: no thread is left: %s", error->message);
}

void
usher_revocation_writer_take (UsherRevocationWriter *self,
                              const char *channel,
                              const char *log,
                              guint64 sequence,
                              gboolean anew,
                              const UsherRevocation *revocation)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  UsherRevocationEntry *entry = NULL;

  if (self->thread == NULL && !self->given_up)
    start_thread (self);
  if (!self->given_up && self->waiting->len >= MAX_WAITING)
    {
      self->given_up = TRUE;
      g_message ("refused sessions are not written any more: the next start asks the bus for them");
    }
  if (self->given_up)
    {
      g_ptr_array_set_size (self->waiting, 0);
      g_cond_broadcast (&self->cond);
      return;
    }

  entry = g_new0 (UsherRevocationEntry, 1);
  entry->channel = g_strdup (channel);
  g_strlcpy (entry->log, log, sizeof entry->log);
  entry->sequence = sequence;
  entry->anew = anew;
  entry->id = g_strdup (revocation->id);
  entry->revocation = *revocation;
  entry->revocation.id = entry->id;
  g_ptr_array_add (self->waiting, entry);
  g_cond_broadcast (&self->cond);
}

gboolean
usher_revocation_writer_is_well (UsherRevocationWriter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return !self->is_failing && !self->given_up;
}
