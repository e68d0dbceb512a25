/* usher-desk.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-desk-private.h"

#include "usher-error.h"

#define MAX_THREADS 4

/* One request on its way to a thread. */
typedef struct
{
  UsherExchange *exchange; /* (owned) */
  UsherDeskFunc func;
  gpointer user_data;
} Task;

struct _UsherDesk
{
  GMutex mutex;
  GCond cond;
  GQueue tasks; /* (mutex mutex) (element-type Task) */
  GPtrArray *
      threads; /* (owned) (mutex mutex) (element-type GThread): as many as there was work for at once */
  guint n_idle;      /* (mutex mutex) */
  gboolean draining; /* (mutex mutex) */
  gboolean stopping; /* (mutex mutex) */
};

UsherDesk *
usher_desk_new (void)
{
  UsherDesk *self = g_new0 (UsherDesk, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->tasks);
  self->threads = g_ptr_array_new ();

  return self;
}

/* (transfer full) (nullable): the next task, NULL: there will be none */
static Task *
await_task (UsherDesk *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_idle++;
  while (g_queue_is_empty (&self->tasks) && !self->stopping)
    g_cond_wait (&self->cond, &self->mutex);
  self->n_idle--;

  return g_queue_pop_head (&self->tasks);
}

static gpointer
run (gpointer data)
{
  UsherDesk *self = data;
  Task *task = NULL;

  while ((task = await_task (self)) != NULL)
    {
      task->func (task->exchange, task->user_data);
      g_object_unref (task->exchange);
      g_free (task);
    }

  return NULL;
}

/* With the mutex. Whether a thread will come to what is pushed now, which may be a busy one. */
static gboolean
ensure_thread (UsherDesk *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GThread *thread = NULL;

  if (self->n_idle > g_queue_get_length (&self->tasks) || self->threads->len == MAX_THREADS)
    return TRUE;

  thread = g_thread_try_new ("usher-desk", run, self, &cause);
  if (thread != NULL)
    g_ptr_array_add (self->threads, thread);
  if (self->threads->len > 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "Nobody can answer this now: %s",
               cause->message);

  return FALSE;
}

void
usher_desk_push (UsherDesk *self, UsherExchange *exchange, UsherDeskFunc func, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (GError) error = NULL;
  Task *task = NULL;

  g_mutex_lock (&self->mutex);
  if (self->draining)
    g_set_error_literal (&error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "The host is stopping");
  else if (ensure_thread (self, &error))
    {
      task = g_new0 (Task, 1);
      task->exchange = g_steal_pointer (&owned);
      task->func = func;
      task->user_data = user_data;
      g_queue_push_tail (&self->tasks, task);
      g_cond_signal (&self->cond);
    }
  g_mutex_unlock (&self->mutex);

  if (error != NULL)
    usher_exchange_fail (owned, error);
}

void
usher_desk_drain (UsherDesk *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->draining = TRUE;
}

void
usher_desk_stop (UsherDesk *self)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  self->draining = TRUE;
  self->stopping = TRUE;
  g_ptr_array_extend_and_steal (threads, g_steal_pointer (&self->threads));
  self->threads = g_ptr_array_new ();
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < threads->len; i++)
    g_thread_join (g_ptr_array_index (threads, i));
}

void
usher_desk_free (UsherDesk *self)
{
  usher_desk_stop (self);
  g_ptr_array_unref (self->threads);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
