/* usher-journal-thread.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-journal-thread-private.h"

#include "usher-error.h"
#include "usher-pulse-private.h"

struct _UsherJournalThread
{
  UsherJournal *journal; /* (unowned) */
  UsherWake *wake;       /* (owned) */
  GAsyncQueue *batches;  /* (owned) (element-type UsherJournalBatch): to be written */
  GThread *thread;       /* (owned) (nullable): NULL: none could be made */

  GMutex mutex;
  UsherJournalBatch *done; /* (owned) (mutex mutex) (nullable): written, or not */
  GError *error;           /* (owned) (mutex mutex) (nullable) */
};

static const char stop[] = "stop";

static gpointer
run (gpointer data)
{
  UsherJournalThread *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the log of the bus");
  gpointer item = NULL;

  while ((item = g_async_queue_pop (self->batches)) != stop)
    {
      GError *error = NULL;

      usher_pulse_begin (pulse);
      usher_journal_commit (self->journal, item, &error);
      usher_pulse_end (pulse);
      g_mutex_lock (&self->mutex);
      self->done = item;
      self->error = error;
      g_mutex_unlock (&self->mutex);
      usher_wake_signal (self->wake);
    }

  return NULL;
}

UsherJournalThread *
usher_journal_thread_new (UsherJournal *journal, UsherWake *wake, GError **error)
{
  UsherJournalThread *self = g_new0 (UsherJournalThread, 1);
  g_autoptr (GError) cause = NULL;

  self->journal = journal;
  self->wake = usher_wake_ref (wake);
  self->batches = g_async_queue_new ();
  g_mutex_init (&self->mutex);
  self->thread = g_thread_try_new ("usher-journal", run, self, &cause);
  if (self->thread != NULL)
    return self;

  usher_journal_thread_free (self);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "cannot start the thread of the log of the bus: %s",
               cause->message);

  return NULL;
}

void
usher_journal_thread_free (UsherJournalThread *self)
{
  if (self->thread != NULL)
    {
      g_async_queue_push (self->batches, (gpointer) stop);
      g_thread_join (self->thread);
    }
  g_clear_pointer (&self->done, usher_journal_batch_free);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_async_queue_unref (self->batches);
  usher_wake_unref (self->wake);
  g_free (self);
}

void
usher_journal_thread_push (UsherJournalThread *self, UsherJournalBatch *batch)
{
  g_async_queue_push (self->batches, batch);
}

UsherJournalBatch *
usher_journal_thread_take (UsherJournalThread *self, GError **error)
{
  UsherJournalBatch *batch = NULL;
  GError *failure = NULL;

  g_mutex_lock (&self->mutex);
  batch = g_steal_pointer (&self->done);
  failure = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->mutex);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return batch;
}
