/* usher-mongo-server.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-server-private.h"

#include "usher-mongo-error-private.h"
#include "usher-mongo-hello-private.h"

/* how often a server that is away is looked for */
#define PROBE_PAUSE (G_TIME_SPAN_SECOND / 4)
/* how often it is said at most that it is away */
#define SAY_PAUSE (10 * G_TIME_SPAN_SECOND)
/* how often missing indexes are looked for at most */
#define DOUBT_PAUSE (10 * G_TIME_SPAN_SECOND)

struct _UsherMongoServer
{
  UsherMongoAddress *address; /* (owned) */
  mongoc_client_pool_t *pool; /* (owned) */
  UsherMongoTraffic *traffic; /* (owned) */
  gboolean is_replica_set;
  int is_away;    /* (atomic) */
  int is_doubted; /* (atomic); set with the mutex: an index may be missing */
  int is_closed;  /* (atomic); set with the mutex */

  GMutex mutex;
  GCond cond;               /* of the thread */
  GCond back_cond;          /* of who waits until the server answers */
  GThread *thread;          /* (owned) (nullable) (mutex mutex): NULL once somebody closes */
  gint64 said;              /* (mutex mutex): when it was said last that it is away, monotonic */
  gboolean is_said;         /* (mutex mutex): so its return is said too */
  gint64 doubted;           /* (mutex mutex): when an index was looked for last, monotonic */
  UsherMongoDoubtFunc func; /* (nullable) (mutex mutex) */
  gpointer func_data;       /* (mutex mutex) */
};

static void
note_away (UsherMongoServer *self, const char *reason)
{
  gint64 now = g_get_monotonic_time ();

  if (g_atomic_int_exchange (&self->is_away, TRUE))
    return;

  g_mutex_lock (&self->mutex);
  self->is_said = self->said == 0 || now - self->said > SAY_PAUSE;
  if (self->is_said)
    {
      self->said = now;
      g_message ("database “%s” is away: %s",
                 usher_mongo_address_get_place (self->address),
                 reason);
    }
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* FALSE: it is doubted already, or was a moment ago */
static gboolean
doubt (UsherMongoServer *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->doubted != 0 && now - self->doubted < DOUBT_PAUSE)
    return FALSE;

  self->doubted = now;
  g_atomic_int_set (&self->is_doubted, TRUE);
  g_cond_signal (&self->cond);

  return TRUE;
}

gboolean
usher_mongo_server_fail (UsherMongoServer *self,
                         const bson_error_t *trouble,
                         const bson_t *reply,
                         GError **error)
{
  g_autofree char *shown = usher_mongo_address_mask (self->address, trouble->message);

  if (usher_mongo_error_is_away (trouble, reply))
    note_away (self, shown);
  if (usher_mongo_error_is_index_lost (trouble) && doubt (self))
    g_message ("database “%s” lacks an index, which is made again: %s",
               usher_mongo_address_get_place (self->address),
               shown);

  return usher_refuse (error,
                       usher_mongo_error_get_code (trouble, reply),
                       "database “%s”: %s",
                       usher_mongo_address_get_place (self->address),
                       shown);
}

static void
note_back (UsherMongoServer *self)
{
  gboolean is_said;

  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->is_away, FALSE);
  g_cond_broadcast (&self->back_cond);
  is_said = self->is_said;
  g_mutex_unlock (&self->mutex);

  if (is_said)
    g_message ("database “%s” answers again", usher_mongo_address_get_place (self->address));
}

/* close() waits until it has ended. */
static void
look_for_indexes (UsherMongoServer *self)
{
  UsherMongoDoubtFunc func;
  gpointer func_data;

  g_mutex_lock (&self->mutex);
  g_atomic_int_set (&self->is_doubted, FALSE);
  func = self->func;
  func_data = self->func_data;
  g_mutex_unlock (&self->mutex);

  if (func != NULL)
    func (func_data);
}

/* whether there is one that takes writes */
static gboolean
probe (UsherMongoServer *self)
{
  mongoc_client_t *handle = mongoc_client_pool_pop (self->pool);
  gboolean takes_writes = FALSE;

  if (handle == NULL)
    return FALSE;

  usher_mongo_hello_ask (handle, &takes_writes, NULL);
  mongoc_client_pool_push (self->pool, handle);

  return takes_writes;
}

/* FALSE when nobody needs to look any more */
static gboolean
wait_for_trouble (UsherMongoServer *self, gint64 pause)
{
  gint64 end = g_get_monotonic_time () + pause;
  gboolean is_closed;

  g_mutex_lock (&self->mutex);
  while (!g_atomic_int_get (&self->is_closed) && pause > 0 &&
         g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
  while (!g_atomic_int_get (&self->is_closed) && !g_atomic_int_get (&self->is_away) &&
         !g_atomic_int_get (&self->is_doubted))
    g_cond_wait (&self->cond, &self->mutex);
  is_closed = g_atomic_int_get (&self->is_closed);
  g_mutex_unlock (&self->mutex);

  return !is_closed;
}

static gpointer
run (gpointer data)
{
  g_autoptr (UsherMongoServer) self = data;
  gint64 pause = 0;

  while (wait_for_trouble (self, pause))
    {
      if (!usher_mongo_server_is_away (self))
        look_for_indexes (self);
      else if (probe (self))
        note_back (self);
      pause = PROBE_PAUSE;
    }

  return NULL;
}

static mongoc_client_pool_t *
make_pool (UsherMongoServer *self, GError **error)
{
  mongoc_uri_t *uri = mongoc_uri_copy (usher_mongo_address_get_uri (self->address));
  mongoc_client_pool_t *pool = NULL;
  bson_error_t trouble = { 0 };

  /* who is alone has no majority to ask */
  if (self->is_replica_set)
    {
      mongoc_read_concern_t *concern = mongoc_read_concern_new ();

      mongoc_read_concern_set_level (concern, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
      mongoc_uri_set_read_concern (uri, concern);
      mongoc_read_concern_destroy (concern);
    }

  pool = mongoc_client_pool_new_with_error (uri, &trouble);
  mongoc_uri_destroy (uri);
  if (pool == NULL)
    usher_mongo_server_fail (self, &trouble, NULL, error);
  else
    {
      mongoc_client_pool_set_error_api (pool, MONGOC_ERROR_API_VERSION_2);
      usher_mongo_traffic_watch (self->traffic, pool);
    }

  return pool;
}

static gboolean
begin_thread (UsherMongoServer *self, GError **error)
{
  self->thread = g_thread_try_new ("usher-store-away", run, usher_mongo_server_ref (self), error);
  if (self->thread != NULL)
    return TRUE;

  usher_mongo_server_unref (self);
  return FALSE;
}

UsherMongoServer *
usher_mongo_server_new (const char *uri, GError **error)
{
  g_autoptr (UsherMongoServer) self = NULL;
  g_autoptr (UsherMongoAddress) address = usher_mongo_address_new (uri, error);
  gboolean is_replica_set = FALSE;

  if (address == NULL || !usher_mongo_hello_check (address, &is_replica_set, error))
    return NULL;

  self = g_atomic_rc_box_new0 (UsherMongoServer);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_cond_init (&self->back_cond);
  self->address = g_steal_pointer (&address);
  self->traffic = usher_mongo_traffic_new ();
  self->is_replica_set = is_replica_set;
  self->pool = make_pool (self, error);
  if (self->pool == NULL || !begin_thread (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

UsherMongoServer *
usher_mongo_server_ref (UsherMongoServer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_server (gpointer data)
{
  UsherMongoServer *self = data;

  g_clear_pointer (&self->pool, mongoc_client_pool_destroy);
  g_clear_pointer (&self->traffic, usher_mongo_traffic_free);
  g_clear_pointer (&self->address, usher_mongo_address_free);
  g_cond_clear (&self->cond);
  g_cond_clear (&self->back_cond);
  g_mutex_clear (&self->mutex);
}

void
usher_mongo_server_unref (UsherMongoServer *self)
{
  g_atomic_rc_box_release_full (self, clear_server);
}

void
usher_mongo_server_close (UsherMongoServer *self)
{
  GThread *thread;

  g_mutex_lock (&self->mutex);
  thread = g_steal_pointer (&self->thread);
  g_atomic_int_set (&self->is_closed, TRUE);
  self->func = NULL;
  g_cond_signal (&self->cond);
  g_cond_broadcast (&self->back_cond);
  g_mutex_unlock (&self->mutex);

  /* who is told that the server is back may drop the last reference: then the thread ends by itself */
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else if (thread != NULL)
    g_thread_join (thread);
}

UsherMongoAddress *
usher_mongo_server_get_address (UsherMongoServer *self)
{
  return self->address;
}

UsherMongoTraffic *
usher_mongo_server_get_traffic (UsherMongoServer *self)
{
  return self->traffic;
}

gboolean
usher_mongo_server_is_replica_set (UsherMongoServer *self)
{
  return self->is_replica_set;
}

gboolean
usher_mongo_server_is_away (UsherMongoServer *self)
{
  return g_atomic_int_get (&self->is_away);
}

gboolean
usher_mongo_server_wait (UsherMongoServer *self, gint64 end)
{
  gboolean is_away;

  g_mutex_lock (&self->mutex);
  while ((is_away = usher_mongo_server_is_away (self)) && !g_atomic_int_get (&self->is_closed) &&
         g_cond_wait_until (&self->back_cond, &self->mutex, end))
    continue;
  g_mutex_unlock (&self->mutex);

  return !is_away;
}

void
usher_mongo_server_set_doubt_func (UsherMongoServer *self,
                                   UsherMongoDoubtFunc func,
                                   gpointer user_data)
{
  g_mutex_lock (&self->mutex);
  self->func = func;
  self->func_data = user_data;
  g_mutex_unlock (&self->mutex);
}

void
usher_mongo_server_doubt (UsherMongoServer *self)
{
  doubt (self);
}

mongoc_client_t *
usher_mongo_server_pop (UsherMongoServer *self, GError **error)
{
  const char *place = usher_mongo_address_get_place (self->address);
  mongoc_client_t *handle = NULL;

  if (g_atomic_int_get (&self->is_closed) || usher_mongo_server_is_away (self))
    {
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "database “%s” is %s",
                    place,
                    g_atomic_int_get (&self->is_closed) ? "closed" : "away");
      return NULL;
    }

  handle = mongoc_client_pool_pop (self->pool);
  if (handle == NULL)
    usher_refuse (error,
                  USHER_ERROR_UNAVAILABLE,
                  "database “%s”: all connections are in use; “maxPoolSize” allows for more",
                  place);

  return handle;
}

void
usher_mongo_server_push (UsherMongoServer *self, mongoc_client_t *handle)
{
  mongoc_client_pool_push (self->pool, handle);
}
