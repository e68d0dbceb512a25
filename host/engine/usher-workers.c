/* usher-workers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-workers-private.h"

#include "usher-error.h"

struct _UsherWorkers
{
  GMutex mutex;
  GThreadPool *pool; /* (owned) (nullable) (mutex mutex): NULL once it has ended */
};

static void
run_work (gpointer data, gpointer user_data)
{
  UsherWork *work = data;

  work->run (work);
}

UsherWorkers *
usher_workers_new (const char *name, guint n_threads, GError **error)
{
  g_autoptr (UsherWorkers) self = g_new0 (UsherWorkers, 1);
  g_autoptr (GError) cause = NULL;

  g_mutex_init (&self->mutex);
  /* threads of its own, which are there before there is work for them */
  self->pool = g_thread_pool_new (run_work, self, (int) n_threads, TRUE, &cause);
  if (cause != NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "cannot start the threads “%s”: %s",
                   name,
                   cause->message);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/* FALSE: it has ended */
static gboolean
take (UsherWorkers *self, UsherWork *work)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->pool == NULL)
    return FALSE;

  g_thread_pool_push (self->pool, work, NULL);

  return TRUE;
}

void
usher_workers_push (UsherWorkers *self, UsherWork *work)
{
  if (!take (self, work))
    work->run (work);
}

guint
usher_workers_get_n_waiting (UsherWorkers *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->pool != NULL ? g_thread_pool_unprocessed (self->pool) : 0;
}

void
usher_workers_end (UsherWorkers *self)
{
  GThreadPool *pool = NULL;

  g_mutex_lock (&self->mutex);
  pool = g_steal_pointer (&self->pool);
  g_mutex_unlock (&self->mutex);
  if (pool != NULL)
    g_thread_pool_free (pool, FALSE, TRUE);
}

void
usher_workers_free (UsherWorkers *self)
{
  usher_workers_end (self);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
