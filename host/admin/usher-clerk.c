/* usher-clerk.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-clerk-private.h"

#include "usher-error.h"

struct _UsherClerk
{
  const char *name;
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  GSource *tick;         /* (owned) */
  GMutex mutex;
  GThread *thread; /* (owned) (nullable) (mutex mutex) */
  int closed;      /* (atomic) */
};

typedef struct
{
  UsherClerkFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  if (errand->destroy != NULL)
    errand->destroy (errand->user_data);
  g_free (errand);
}

static gboolean
on_errand (gpointer data)
{
  const Errand *errand = data;

  errand->func (errand->user_data);

  return G_SOURCE_REMOVE;
}

typedef struct
{
  GSource source;
  UsherClerkFunc func;
  gpointer user_data;
} Tick;

static gboolean
dispatch_tick (GSource *source, GSourceFunc func, gpointer user_data)
{
  const Tick *tick = (const Tick *) source;

  g_source_set_ready_time (source, -1);
  tick->func (tick->user_data);

  return G_SOURCE_CONTINUE;
}

UsherClerk *
usher_clerk_new (const char *name, UsherClerkFunc tick, gpointer user_data)
{
  static GSourceFuncs funcs = { NULL, NULL, dispatch_tick, NULL, NULL, NULL };
  UsherClerk *self = g_atomic_rc_box_new0 (UsherClerk);

  self->name = name;
  g_mutex_init (&self->mutex);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->tick = g_source_new (&funcs, sizeof (Tick));
  ((Tick *) self->tick)->func = tick;
  ((Tick *) self->tick)->user_data = user_data;
  g_source_attach (self->tick, self->context);

  return self;
}

UsherClerk *
usher_clerk_ref (UsherClerk *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  UsherClerk *self = data;

  g_source_unref (self->tick);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
}

void
usher_clerk_unref (UsherClerk *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static gpointer
run (gpointer data)
{
  UsherClerk *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

gboolean
usher_clerk_start (UsherClerk *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GError) cause = NULL;

  if (self->thread == NULL)
    self->thread = g_thread_try_new (self->name, run, self, &cause);
  if (self->thread != NULL)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "thread “%s” cannot be started: %s",
               self->name,
               cause->message);

  return FALSE;
}

gboolean
usher_clerk_has_started (UsherClerk *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->thread != NULL;
}

void
usher_clerk_post (UsherClerk *self, UsherClerkFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Errand *errand = g_new0 (Errand, 1);
  g_autoptr (GSource) source = NULL;

  errand->func = func;
  errand->user_data = user_data;
  errand->destroy = destroy;
  if (g_atomic_int_get (&self->closed))
    {
      errand_free (errand);
      return;
    }

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_errand, errand, errand_free);
  g_source_attach (source, self->context);
}

void
usher_clerk_tick_at (UsherClerk *self, gint64 time)
{
  gint64 ready = g_source_get_ready_time (self->tick);

  if (ready < 0 || time < ready)
    g_source_set_ready_time (self->tick, time);
}

static void
quit (gpointer data)
{
  UsherClerk *self = data;

  g_main_loop_quit (self->loop);
}

void
usher_clerk_stop (UsherClerk *self)
{
  GThread *thread = NULL;

  g_mutex_lock (&self->mutex);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->mutex);
  if (thread == NULL)
    return;

  usher_clerk_post (self, quit, self, NULL);
  g_thread_join (thread);
}

void
usher_clerk_close (UsherClerk *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  g_source_destroy (self->tick);
  /* what came too late holds who asked for it */
  while (g_main_context_iteration (self->context, FALSE))
    continue;
}
