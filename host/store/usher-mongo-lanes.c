/* usher-mongo-lanes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-lanes-private.h"

/* how many commits are on their way to the server */
#define N_LANES 8
/* how many of those that wait are taken at once */
#define MOST_WORK 64

typedef struct
{
  UsherMongoLanes *lanes; /* (unowned): lives as long as the thread */
  gpointer user_data;     /* (owned) by the thread */
  GCond cond;
  GQueue work;     /* (mutex lanes) */
  GThread *thread; /* (owned) (nullable) (mutex lanes) */
} Lane;

struct _UsherMongoLanes
{
  UsherMongoLaneFunc func;
  gpointer (*ref) (gpointer user_data);
  void (*unref) (gpointer user_data);

  GMutex mutex;
  gboolean is_closed; /* (mutex mutex) */
  Lane lanes[N_LANES];
};

UsherMongoLanes *
usher_mongo_lanes_new (UsherMongoLaneFunc func,
                       gpointer (*ref) (gpointer user_data),
                       void (*unref) (gpointer user_data))
{
  UsherMongoLanes *self = g_new0 (UsherMongoLanes, 1);

  self->func = func;
  self->ref = ref;
  self->unref = unref;
  g_mutex_init (&self->mutex);
  for (guint i = 0; i < N_LANES; i++)
    {
      self->lanes[i].lanes = self;
      g_cond_init (&self->lanes[i].cond);
      g_queue_init (&self->lanes[i].work);
    }

  return self;
}

void
usher_mongo_lanes_free (UsherMongoLanes *self)
{
  for (guint i = 0; i < N_LANES; i++)
    g_cond_clear (&self->lanes[i].cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* FALSE: there will be none */
static gboolean
take (Lane *lane, GPtrArray *work)
{
  UsherMongoLanes *self = lane->lanes;

  g_ptr_array_set_size (work, 0);
  g_mutex_lock (&self->mutex);
  while (g_queue_is_empty (&lane->work) && !self->is_closed)
    g_cond_wait (&lane->cond, &self->mutex);
  while (!g_queue_is_empty (&lane->work) && work->len < MOST_WORK)
    g_ptr_array_add (work, g_queue_pop_head (&lane->work));
  g_mutex_unlock (&self->mutex);

  return work->len > 0;
}

static gpointer
run (gpointer data)
{
  Lane *lane = data;
  UsherMongoLanes *self = lane->lanes;
  gpointer user_data = lane->user_data;
  g_autoptr (GPtrArray) work = g_ptr_array_new ();

  while (take (lane, work))
    self->func (work, user_data);
  self->unref (user_data);

  return NULL;
}

/* (mutex mutex) */
static gboolean
begin_thread (UsherMongoLanes *self, Lane *lane, gpointer user_data)
{
  if (lane->thread != NULL)
    return TRUE;

  lane->user_data = self->ref (user_data);
  lane->thread = g_thread_try_new ("usher-store", run, lane, NULL);
  if (lane->thread == NULL)
    self->unref (user_data);

  return lane->thread != NULL;
}

gboolean
usher_mongo_lanes_push (UsherMongoLanes *self, guint hash, gpointer work, gpointer user_data)
{
  Lane *lane = &self->lanes[hash % N_LANES];
  gboolean is_taken;

  g_mutex_lock (&self->mutex);
  is_taken = !self->is_closed && begin_thread (self, lane, user_data);
  if (is_taken)
    {
      g_queue_push_tail (&lane->work, work);
      g_cond_signal (&lane->cond);
    }
  g_mutex_unlock (&self->mutex);

  return is_taken;
}

gboolean
usher_mongo_lanes_close (UsherMongoLanes *self)
{
  GThread *threads[N_LANES];
  gboolean is_outside = TRUE;

  g_mutex_lock (&self->mutex);
  self->is_closed = TRUE;
  for (guint i = 0; i < N_LANES; i++)
    {
      threads[i] = g_steal_pointer (&self->lanes[i].thread);
      is_outside = is_outside && threads[i] != g_thread_self ();
      g_cond_signal (&self->lanes[i].cond);
    }
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < N_LANES; i++)
    if (threads[i] != NULL && is_outside)
      g_thread_join (threads[i]);
    else if (threads[i] != NULL)
      g_thread_unref (threads[i]);

  return is_outside;
}
