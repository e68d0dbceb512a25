/* usher-mongo-tidy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-tidy-private.h"

#include "usher-error.h"
#include "usher-mongo-pull-private.h"

/* how long entries gather, and what is left when the server refused */
#define TRIM_WAIT  (100 * G_TIME_SPAN_MILLISECOND)
#define TRIM_PAUSE (G_TIME_SPAN_SECOND)
/* how many entries that count no more are remembered; who prunes finds the others */
#define MOST_ENTRIES 65536

struct _UsherMongoTidy
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoLease *lease;       /* (owned) */
  UsherMongoDroppedFunc func;   /* (nullable) */
  gpointer func_data;

  GMutex mutex;
  GCond cond;
  GThread *thread;    /* (owned) (nullable) (mutex mutex): NULL once somebody closes */
  gboolean is_closed; /* (mutex mutex) */
  GPtrArray *events;  /* (owned) (mutex mutex) (element-type UsherMongoPull) */
  GPtrArray *entries; /* (owned) (mutex mutex) (element-type UsherMongoPull): superseded */
  GPtrArray *dead;    /* (owned) (mutex mutex) (element-type UsherMongoPull): after those */
};

static GPtrArray *
new_pulls (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) usher_mongo_pull_free);
}

/* (mutex mutex) */
static gboolean
has_work (UsherMongoTidy *self)
{
  return self->events->len + self->entries->len + self->dead->len > 0;
}

/* Waits for work, and then for more of it. FALSE: there will be none. */
static gboolean
wait_for_work (UsherMongoTidy *self, gint64 pause)
{
  gint64 end;
  gboolean is_needed;

  g_mutex_lock (&self->mutex);
  while (!self->is_closed && !has_work (self))
    g_cond_wait (&self->cond, &self->mutex);
  end = g_get_monotonic_time () + pause;
  while (!self->is_closed && g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
  is_needed = has_work (self);
  g_mutex_unlock (&self->mutex);

  return is_needed;
}

/* (transfer full): all that is in @pulls, which is empty then */
static GPtrArray *
take (UsherMongoTidy *self, GPtrArray **pulls)
{
  GPtrArray *taken;

  g_mutex_lock (&self->mutex);
  taken = *pulls;
  *pulls = new_pulls ();
  g_mutex_unlock (&self->mutex);

  return taken;
}

/* takes ownership of @taken */
static void
put_back (UsherMongoTidy *self, GPtrArray **pulls, GPtrArray *taken)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_extend_and_steal (*pulls, taken);
  g_mutex_unlock (&self->mutex);
}

/* takes ownership of @taken; FALSE: nothing was done, and is tried again */
static gboolean
run (UsherMongoTidy *self, GPtrArray **pulls, GPtrArray *taken)
{
  g_autoptr (GError) error = NULL;

  if (taken->len == 0 || usher_mongo_pull_run (taken, self->database, &error))
    {
      g_ptr_array_unref (taken);
      return TRUE;
    }

  g_debug ("what is not needed any more stays for a while: %s", error->message);
  put_back (self, pulls, taken);
  return FALSE;
}

static gboolean
drop_events (UsherMongoTidy *self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  GPtrArray *taken = take (self, &self->events);

  /* how far the log has come is to be known before any event leaves; another holder sends them all anew */
  if (taken->len > 0 && !usher_mongo_lease_flush (self->lease))
    {
      put_back (self, &self->events, taken);
      return FALSE;
    }

  for (guint i = 0; i < taken->len; i++)
    g_ptr_array_add (ids, g_strdup (usher_mongo_pull_get_value (g_ptr_array_index (taken, i))));
  if (!run (self, &self->events, taken))
    return FALSE;

  for (guint i = 0; self->func != NULL && i < ids->len; i++)
    self->func (g_ptr_array_index (ids, i), self->func_data);

  return TRUE;
}

static gboolean
drop_entries (UsherMongoTidy *self)
{
  GPtrArray *entries;
  GPtrArray *dead;

  /* at one moment: a dead one goes after all that it supersedes */
  g_mutex_lock (&self->mutex);
  entries = g_steal_pointer (&self->entries);
  dead = g_steal_pointer (&self->dead);
  self->entries = new_pulls ();
  self->dead = new_pulls ();
  g_mutex_unlock (&self->mutex);

  if (run (self, &self->entries, entries))
    return run (self, &self->dead, dead);

  put_back (self, &self->dead, dead);
  return FALSE;
}

static gpointer
run_thread (gpointer data)
{
  g_autoptr (UsherMongoTidy) self = data;
  gint64 pause = TRIM_WAIT;

  while (wait_for_work (self, pause))
    {
      gboolean success = drop_events (self);

      success = drop_entries (self) && success;
      pause = success ? TRIM_WAIT : TRIM_PAUSE;
      if (!success && g_atomic_int_get (&self->is_closed))
        break;
    }

  return NULL;
}

UsherMongoTidy *
usher_mongo_tidy_new (UsherMongoDatabase *database, UsherMongoLease *lease, GError **error)
{
  g_autoptr (UsherMongoTidy) self = g_atomic_rc_box_new0 (UsherMongoTidy);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->database = usher_mongo_database_ref (database);
  self->lease = usher_mongo_lease_ref (lease);
  self->events = new_pulls ();
  self->entries = new_pulls ();
  self->dead = new_pulls ();

  self->thread =
      g_thread_try_new ("usher-store-tidy", run_thread, usher_mongo_tidy_ref (self), NULL);
  if (self->thread == NULL)
    {
      usher_mongo_tidy_unref (self);
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "database “%s”: no thread can be made",
                    usher_mongo_database_get_place (database));
      return NULL;
    }

  return g_steal_pointer (&self);
}

UsherMongoTidy *
usher_mongo_tidy_ref (UsherMongoTidy *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_tidy (gpointer data)
{
  UsherMongoTidy *self = data;

  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->dead);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  usher_mongo_lease_unref (self->lease);
  usher_mongo_database_unref (self->database);
}

void
usher_mongo_tidy_unref (UsherMongoTidy *self)
{
  g_atomic_rc_box_release_full (self, clear_tidy);
}

void
usher_mongo_tidy_set_func (UsherMongoTidy *self, UsherMongoDroppedFunc func, gpointer user_data)
{
  self->func = func;
  self->func_data = user_data;
}

/* takes ownership of @pull */
static void
add (UsherMongoTidy *self, GPtrArray **pulls, UsherMongoPull *pull, guint limit)
{
  g_mutex_lock (&self->mutex);
  if ((*pulls)->len < limit)
    g_ptr_array_add (*pulls, g_steal_pointer (&pull));
  if ((*pulls)->len == 1)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  g_clear_pointer (&pull, usher_mongo_pull_free);
}

void
usher_mongo_tidy_drop_event (UsherMongoTidy *self, UsherMongoPlace *place, const char *event_id)
{
  add (self, &self->events, usher_mongo_pull_new (place, "_outbox", "id", event_id), G_MAXUINT);
}

void
usher_mongo_tidy_drop_entry (UsherMongoTidy *self,
                             UsherMongoPlace *place,
                             const char *member,
                             const char *unique,
                             gboolean is_dead)
{
  add (self,
       is_dead ? &self->dead : &self->entries,
       usher_mongo_pull_new (place, member, "u", unique),
       MOST_ENTRIES);
}

void
usher_mongo_tidy_close (UsherMongoTidy *self)
{
  GThread *thread;

  g_mutex_lock (&self->mutex);
  thread = g_steal_pointer (&self->thread);
  g_atomic_int_set (&self->is_closed, TRUE);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (thread != NULL)
    g_thread_join (thread);
}
