/* usher-mongo-watch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-watch-private.h"

#include "usher-error.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-stream-private.h"

/* how often a process shows that it lives */
#define BEAT_TIME G_TIME_SPAN_SECOND
/* how often it looks when nobody else is there or a stream tells it all, and when it must ask */
#define IDLE_TIME (250 * G_TIME_SPAN_MILLISECOND)
#define POLL_TIME (40 * G_TIME_SPAN_MILLISECOND)
/* commits within this time are told to those that ask as one */
#define TELL_TIME (10 * G_TIME_SPAN_MILLISECOND)
/* how often it sees whether the server is back, which is known without asking */
#define AWAY_TIME (50 * G_TIME_SPAN_MILLISECOND)
/* how often it is said that the lease is free */
#define OFFER_TIME (100 * G_TIME_SPAN_MILLISECOND)
/* how many documents are named at once; of more it is said that anything may have changed */
#define MAX_NEWS 32

typedef struct
{
  char *collection; /* (owned) */
  char *id;         /* (owned) */
} News;

struct _UsherMongoWatch
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoOwners *owners;     /* (owned) */
  UsherMongoLease *lease;       /* (owned) */
  UsherMongoTimers *timers;     /* (owned) */
  UsherMongoStream *stream;     /* (owned) (nullable): on a replica set */
  GThread *thread;              /* (owned) (nullable) */

  GMutex mutex;
  GCond cond;
  gboolean is_stopping;     /* (mutex mutex) */
  gboolean is_nudged;       /* (mutex mutex) */
  GArray *news;             /* (owned) (mutex mutex) (element-type News): of the stream */
  gboolean is_lost;         /* (mutex mutex): there was more, or nobody knows what */
  UsherStore *store;        /* (unowned) (nullable) (mutex mutex) */
  UsherStoreWatchFunc func; /* (nullable) (mutex mutex) */
  gpointer user_data;       /* (mutex mutex) */

  /* of the thread */
  gboolean was_away;
  gint64 beat_at;
  gboolean is_refused; /* the last one was not taken */
  gint64 look_at;
  gint64 offer_at;
};

static void
clear_news (gpointer data)
{
  News *news = data;

  g_free (news->collection);
  g_free (news->id);
}

static gboolean
is_following (UsherMongoWatch *self)
{
  return self->stream != NULL && usher_mongo_stream_is_following (self->stream);
}

static void
on_changed (const char *collection, const char *id, gpointer user_data)
{
  UsherMongoWatch *self = user_data;
  News news = { g_strdup (collection), g_strdup (id) };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (collection == NULL || self->news->len >= MAX_NEWS)
    {
      self->is_lost = TRUE;
      clear_news (&news);
    }
  else
    g_array_append_val (self->news, news);

  self->is_nudged = TRUE;
  g_cond_signal (&self->cond);
}

static void
note_lost (UsherMongoWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_lost = TRUE;
}

/* Those who ask are told soon, who follows changes hears of them anyhow. */
static gint64
get_beat_pause (UsherMongoWatch *self)
{
  if (self->is_refused || !usher_mongo_owners_is_late (self->owners) ||
      usher_mongo_owners_get_n_others (self->owners) == 0)
    return BEAT_TIME;

  return self->stream != NULL ? IDLE_TIME : TELL_TIME;
}

typedef struct
{
  UsherMongoWatch *watch;
  gboolean has_layout;
  gboolean has_lease;
} Look;

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  Look *look = user_data;

  const char *id = usher_mongo_entry_get_text (row, "_id");

  if (g_strcmp0 (id, "lease") == 0)
    {
      look->has_lease = TRUE;
      usher_mongo_lease_take_row (look->watch->lease, row);
    }
  else if (g_strcmp0 (id, "layout") == 0)
    look->has_layout = TRUE;
  else
    usher_mongo_owners_take (look->watch->owners, row);

  return TRUE;
}

/* The layout, the lease and all owners at once: nothing else lies between their names. */
static void
look (UsherMongoWatch *self)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Look data = { self, FALSE, FALSE };

  BCON_APPEND (&filter, "_id", "{", "$gte", "layout", "$lt", "owner!", "}");
  usher_mongo_owners_begin_look (self->owners);
  if (!usher_mongo_database_find (
          self->database, USHER_MONGO_META, &filter, NULL, on_row, &data, NULL))
    return;

  /* the database was dropped, and no index is left of what comes to be in it */
  if (!data.has_layout)
    usher_mongo_database_doubt (self->database);
  if (!data.has_lease)
    usher_mongo_lease_take_row (self->lease, NULL);
  if (usher_mongo_owners_end_look (self->owners) && !is_following (self))
    note_lost (self);
}

static gint64
get_look_pause (UsherMongoWatch *self)
{
  return is_following (self) || usher_mongo_owners_get_n_others (self->owners) == 0 ? IDLE_TIME
                                                                                    : POLL_TIME;
}

static void
call (UsherMongoWatch *self, const char *collection, const char *id, gboolean is_lease_free)
{
  UsherStoreWatchFunc func = NULL;
  UsherStore *store = NULL;
  gpointer user_data = NULL;

  g_mutex_lock (&self->mutex);
  if (!self->is_stopping)
    func = self->func;
  store = self->store;
  user_data = self->user_data;
  g_mutex_unlock (&self->mutex);

  if (func != NULL)
    func (store, collection, id, is_lease_free, user_data);
}

static void
tell (UsherMongoWatch *self, gint64 now)
{
  g_autoptr (GArray) news = g_array_new (FALSE, FALSE, sizeof (News));
  gboolean is_lost = FALSE;
  gboolean is_free = now - self->offer_at >= OFFER_TIME && usher_mongo_lease_is_free (self->lease);

  g_array_set_clear_func (news, clear_news);
  g_mutex_lock (&self->mutex);
  is_lost = self->is_lost;
  self->is_lost = FALSE;
  if (self->news->len > 0)
    {
      GArray *taken = self->news;

      self->news = g_steal_pointer (&news);
      news = taken;
    }
  g_mutex_unlock (&self->mutex);

  if (is_free)
    self->offer_at = now;
  if (is_lost || news->len > 0)
    usher_mongo_timers_forget (self->timers);
  for (guint i = 0; i < news->len && !is_lost; i++)
    call (self, g_array_index (news, News, i).collection, g_array_index (news, News, i).id, FALSE);
  if (is_lost || is_free)
    call (self, NULL, NULL, is_free);
}

/* Sleeps until somebody has something, or until @end. */
static void
rest (UsherMongoWatch *self, gint64 end)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->is_stopping && !self->is_nudged &&
         g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
  self->is_nudged = FALSE;
}

/* Returns when there is something to do again. */
static gint64
work (UsherMongoWatch *self)
{
  gint64 now = g_get_monotonic_time ();

  if (usher_mongo_database_is_away (self->database))
    {
      self->was_away = TRUE;
      return now + AWAY_TIME;
    }

  if (self->was_away)
    note_lost (self);
  if (self->was_away || now - self->beat_at >= get_beat_pause (self))
    {
      self->is_refused = !usher_mongo_owners_beat (self->owners, NULL);
      self->beat_at = now;
    }
  if (self->was_away || now - self->look_at >= get_look_pause (self))
    {
      look (self);
      self->look_at = now;
    }
  self->was_away = FALSE;
  tell (self, now);

  return MIN (self->look_at + get_look_pause (self), self->beat_at + get_beat_pause (self));
}

static gboolean
is_stopping (UsherMongoWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_stopping;
}

static gpointer
run (gpointer data)
{
  g_autoptr (UsherMongoWatch) self = data;

  while (!is_stopping (self))
    rest (self, work (self));

  return NULL;
}

static gboolean
begin (UsherMongoWatch *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (usher_mongo_database_is_replica_set (self->database))
    {
      self->stream = usher_mongo_stream_new (
          self->database, usher_mongo_owners_get_name (self->owners), on_changed, self, error);
      if (self->stream == NULL)
        return FALSE;
    }

  self->thread = g_thread_try_new ("usher-watch", run, usher_mongo_watch_ref (self), &cause);
  if (self->thread != NULL)
    return TRUE;

  /* the thread's */
  usher_mongo_watch_unref (self);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "no thread is left that watches the other processes of a store: %s",
               cause->message);

  return FALSE;
}

UsherMongoWatch *
usher_mongo_watch_new (const UsherMongoWatchParts *parts, GError **error)
{
  g_autoptr (UsherMongoWatch) self = g_atomic_rc_box_new0 (UsherMongoWatch);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->database = usher_mongo_database_ref (parts->database);
  self->owners = usher_mongo_owners_ref (parts->owners);
  self->lease = usher_mongo_lease_ref (parts->lease);
  self->timers = usher_mongo_timers_ref (parts->timers);
  self->news = g_array_new (FALSE, FALSE, sizeof (News));
  g_array_set_clear_func (self->news, clear_news);

  return begin (self, error) ? g_steal_pointer (&self) : NULL;
}

UsherMongoWatch *
usher_mongo_watch_ref (UsherMongoWatch *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_watch (gpointer data)
{
  UsherMongoWatch *self = data;

  g_clear_pointer (&self->stream, usher_mongo_stream_free);
  usher_mongo_database_unref (self->database);
  usher_mongo_owners_unref (self->owners);
  usher_mongo_lease_unref (self->lease);
  usher_mongo_timers_unref (self->timers);
  g_array_unref (self->news);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
}

void
usher_mongo_watch_unref (UsherMongoWatch *self)
{
  g_atomic_rc_box_release_full (self, clear_watch);
}

void
usher_mongo_watch_set_func (UsherMongoWatch *self,
                            UsherStore *store,
                            UsherStoreWatchFunc func,
                            gpointer user_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->store = store;
  self->func = func;
  self->user_data = user_data;
}

void
usher_mongo_watch_announce (UsherMongoWatch *self)
{
  usher_mongo_owners_announce (self->owners);
  if (usher_mongo_owners_get_n_others (self->owners) == 0)
    return;

  g_mutex_lock (&self->mutex);
  self->is_nudged = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
usher_mongo_watch_lose (UsherMongoWatch *self)
{
  on_changed (NULL, NULL, self);
}

void
usher_mongo_watch_stop (UsherMongoWatch *self)
{
  GThread *thread = NULL;

  g_mutex_lock (&self->mutex);
  self->is_stopping = TRUE;
  thread = g_steal_pointer (&self->thread);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else if (thread != NULL)
    g_thread_join (thread);
  g_clear_pointer (&self->stream, usher_mongo_stream_free);
}
