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
  GThreadPool *pool; /* (owned) */
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

void
usher_workers_push (UsherWorkers *self, UsherWork *work)
{
  g_thread_pool_push (self->pool, work, NULL);
}

guint
usher_workers_get_n_waiting (UsherWorkers *self)
{
  return g_thread_pool_unprocessed (self->pool);
}

void
usher_workers_free (UsherWorkers *self)
{
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_free (self);
}
