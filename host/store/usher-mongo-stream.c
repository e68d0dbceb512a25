/* usher-mongo-stream.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-stream-private.h"

#include <mongoc/mongoc.h>

#include "usher-error.h"
#include "usher-mongo-client-private.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"

/* how long the server waits for a change, in ms: so long does the thread take to end */
#define AWAIT_TIME 200
/* between tries, and at most where it is refused again and again */
#define PAUSE     (250 * G_TIME_SPAN_MILLISECOND)
#define MAX_PAUSE (10 * G_TIME_SPAN_SECOND)
/* what ends without a change and earlier than this does not wait for any */
#define SHORT_TIME (50 * G_TIME_SPAN_MILLISECOND)

struct _UsherMongoStream
{
  UsherMongoDatabase *database; /* (owned) */
  char *own;                    /* (owned): a pattern of our commits */
  UsherMongoStreamFunc func;
  gpointer user_data;
  GThread *thread; /* (owned) */

  GMutex mutex;
  GCond cond;
  gboolean is_stopping; /* (mutex mutex) */
  int is_following;     /* (atomic) */

  bson_t *token;       /* (owned): the thread's: where to go on; empty: nobody knows */
  gint64 pause;        /* the thread's */
  gboolean is_refused; /* the thread's: it was said that it is */
};

static gboolean
is_stopping (UsherMongoStream *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->is_stopping;
}

static void
rest (UsherMongoStream *self, gint64 pause)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 end = g_get_monotonic_time () + pause;

  while (!self->is_stopping && g_cond_wait_until (&self->cond, &self->mutex, end))
    continue;
}

/* What others committed, as the name of a commit begins with its owner's; what is trimmed or tidied has none. Of a document no more than
 * its id comes over. */
static void
append_pipeline (UsherMongoStream *self, bson_t *pipeline)
{
  BCON_APPEND (pipeline,
               "pipeline",
               "[",
               "{",
               "$match",
               "{",
               "ns.coll",
               "{",
               "$ne",
               USHER_MONGO_META,
               "}",
               "}",
               "}",
               "{",
               "$project",
               "{",
               "ns",
               BCON_INT32 (1),
               "documentKey",
               BCON_INT32 (1),
               "operationType",
               BCON_INT32 (1),
               "commit",
               "{",
               "$ifNull",
               "[",
               "$updateDescription.updatedFields._commit",
               "$fullDocument._commit",
               "]",
               "}",
               "}",
               "}",
               "{",
               "$match",
               "{",
               "$or",
               "[",
               "{",
               "operationType",
               "invalidate",
               "}",
               "{",
               "commit",
               "{",
               "$type",
               "string",
               "$not",
               BCON_REGEX (self->own, ""),
               "}",
               "}",
               "]",
               "}",
               "}",
               "]");
}

/* (nullable) */
static mongoc_change_stream_t *
open_stream (UsherMongoStream *self, mongoc_client_t *handle)
{
  mongoc_database_t *place =
      mongoc_client_get_database (handle, usher_mongo_database_get_name (self->database));
  g_auto (bson_t) pipeline = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  mongoc_change_stream_t *stream = NULL;

  append_pipeline (self, &pipeline);
  BCON_APPEND (&options, "maxAwaitTimeMS", BCON_INT64 (AWAIT_TIME));
  if (!bson_empty (self->token))
    BCON_APPEND (&options, "resumeAfter", BCON_DOCUMENT (self->token));
  stream = mongoc_database_watch (place, &pipeline, &options);
  mongoc_database_destroy (place);

  return stream;
}

static void
forget_token (UsherMongoStream *self)
{
  bson_reinit (self->token);
}

static void
keep_token (UsherMongoStream *self, mongoc_change_stream_t *stream)
{
  const bson_t *token = mongoc_change_stream_get_resume_token (stream);

  if (token == NULL)
    return;

  bson_reinit (self->token);
  bson_concat (self->token, token);
}

/* FALSE: the stream ends with it */
static gboolean
tell (UsherMongoStream *self, const bson_t *change)
{
  bson_iter_t iter;
  bson_iter_t value;
  const char *collection = NULL;
  char id[25];

  if (g_strcmp0 (usher_mongo_entry_get_text (change, "operationType"), "invalidate") == 0)
    return FALSE;

  if (bson_iter_init (&iter, change) && bson_iter_find_descendant (&iter, "ns.coll", &value) &&
      BSON_ITER_HOLDS_UTF8 (&value))
    collection = bson_iter_utf8 (&value, NULL);
  /* what has no document may be an event or a timer */
  if (collection == NULL || !bson_iter_init (&iter, change) ||
      !bson_iter_find_descendant (&iter, "documentKey._id", &value) ||
      !BSON_ITER_HOLDS_OID (&value))
    {
      self->func (NULL, NULL, self->user_data);
      return TRUE;
    }

  bson_oid_to_string (bson_iter_oid (&value), id);
  self->func (collection, id, self->user_data);

  return TRUE;
}

/* The first answer is there: from now on nothing is missed. */
static void
begin_to_follow (UsherMongoStream *self)
{
  self->pause = PAUSE;
  self->is_refused = FALSE;
  /* else it goes on where it was */
  if (bson_empty (self->token))
    self->func (NULL, NULL, self->user_data);
  g_atomic_int_set (&self->is_following, TRUE);
}

/* Follows until there is an error, or it shall stop. TRUE: there was none */
static gboolean
follow (UsherMongoStream *self, mongoc_change_stream_t *stream, bson_error_t *trouble)
{
  const bson_t *reply = NULL;

  if (mongoc_change_stream_error_document (stream, trouble, &reply))
    return FALSE;

  begin_to_follow (self);
  while (!is_stopping (self) && !usher_mongo_database_is_away (self->database))
    {
      const bson_t *change = NULL;
      gint64 start = g_get_monotonic_time ();

      if (mongoc_change_stream_next (stream, &change))
        {
          keep_token (self, stream);
          if (tell (self, change))
            continue;
          forget_token (self);
          return TRUE;
        }
      if (mongoc_change_stream_error_document (stream, trouble, &reply))
        return FALSE;

      keep_token (self, stream);
      if (g_get_monotonic_time () - start < SHORT_TIME)
        rest (self, SHORT_TIME);
    }

  return TRUE;
}

static gboolean
is_of_network (const bson_error_t *trouble)
{
  return trouble->domain == MONGOC_ERROR_STREAM || trouble->domain == MONGOC_ERROR_SERVER_SELECTION;
}

/* What the server itself refuses it may refuse for where we were. */
static void
note_trouble (UsherMongoStream *self, const bson_error_t *trouble, const char *message)
{
  if (is_of_network (trouble))
    return;

  if (!bson_empty (self->token))
    {
      forget_token (self);
      return;
    }

  if (!self->is_refused)
    g_message ("changes by others cannot be followed, and are asked for instead: %s", message);
  self->is_refused = TRUE;
  self->pause = MIN (MAX_PAUSE, self->pause * 2);
}

static void
follow_once (UsherMongoStream *self)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self->database, NULL);
  mongoc_change_stream_t *stream = NULL;
  bson_error_t trouble = { 0 };
  g_autoptr (GError) error = NULL;

  if (client == NULL)
    return;

  stream = open_stream (self, usher_mongo_client_get_handle (client));
  if (!follow (self, stream, &trouble))
    {
      const bson_t *reply = NULL;

      mongoc_change_stream_error_document (stream, &trouble, &reply);
      usher_mongo_client_fail (client, &trouble, reply, &error);
      note_trouble (self, &trouble, error->message);
    }
  g_atomic_int_set (&self->is_following, FALSE);
  mongoc_change_stream_destroy (stream);
}

static gpointer
run (gpointer data)
{
  UsherMongoStream *self = data;

  while (!is_stopping (self))
    {
      if (!usher_mongo_database_is_away (self->database))
        follow_once (self);
      rest (self, self->pause);
    }

  return NULL;
}

UsherMongoStream *
usher_mongo_stream_new (UsherMongoDatabase *database,
                        const char *owner,
                        UsherMongoStreamFunc func,
                        gpointer user_data,
                        GError **error)
{
  g_autoptr (UsherMongoStream) self = g_new0 (UsherMongoStream, 1);
  g_autoptr (GError) cause = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->token = bson_new ();
  self->database = usher_mongo_database_ref (database);
  self->own = g_strdup_printf ("^%s-", owner);
  self->func = func;
  self->user_data = user_data;
  self->pause = PAUSE;
  self->thread = g_thread_try_new ("usher-stream", run, self, &cause);
  if (self->thread != NULL)
    return g_steal_pointer (&self);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "no thread is left that follows the changes of a store: %s",
               cause->message);

  return NULL;
}

void
usher_mongo_stream_free (UsherMongoStream *self)
{
  g_mutex_lock (&self->mutex);
  self->is_stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);

  usher_mongo_database_unref (self->database);
  bson_destroy (self->token);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self->own);
  g_free (self);
}

gboolean
usher_mongo_stream_is_following (UsherMongoStream *self)
{
  return g_atomic_int_get (&self->is_following);
}
