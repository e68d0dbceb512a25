/* usher-mongo-write.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-write-private.h"

#include "usher-error.h"

/* how long a server that has not answered is waited for, and how often it is asked again */
#define PATIENCE   (2500 * G_TIME_SPAN_MILLISECOND)
#define MOST_TRIES 3
/* what a server answers to who lacks the role */
#define UNAUTHORIZED 13

typedef struct
{
  UsherMongoDatabase *database;
  const UsherMongoStatement *statement;
  gboolean is_insert;
  bson_t command;           /* of the statement alone */
  UsherMongoClient *client; /* (nullable): NULL: each try takes one */
  gint64 time;              /* of the first try */
} Write;

void
usher_mongo_attempt_clear (UsherMongoAttempt *self)
{
  g_clear_pointer (&self->reply, bson_destroy);
  g_clear_error (&self->error);
}

gboolean
usher_mongo_write_is_taken (const bson_t *reply, const char *path)
{
  static const char *const places[] = { "writeErrors.0.keyPattern", "keyPattern" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      bson_iter_t iter;
      bson_iter_t pattern;
      bson_iter_t key;

      if (bson_iter_init (&iter, reply) && bson_iter_find_descendant (&iter, places[i], &pattern) &&
          bson_iter_recurse (&pattern, &key))
        return bson_iter_find (&key, path);
    }

  return FALSE;
}

/* @error: never NULL */
static UsherMongoWritten
try_once (const Write *self, bson_t *reply, GError **error)
{
  bson_destroy (reply);
  if (usher_mongo_database_write (self->database, self->client, &self->command, reply, error))
    return self->is_insert || usher_mongo_statement_has_matched (reply) ? USHER_MONGO_WRITTEN
                                                                        : USHER_MONGO_MISSED;

  return g_error_matches (*error, USHER_ERROR, USHER_ERROR_UNAVAILABLE) ? USHER_MONGO_UNKNOWN
                                                                        : USHER_MONGO_REFUSED;
}

typedef struct
{
  bson_t *reply;
  gboolean is_there;
} Search;

static gboolean
on_found (const bson_t *row, gpointer user_data, GError **error)
{
  Search *search = user_data;

  search->is_there = TRUE;
  bson_append_document (search->reply, "value", -1, row);

  return TRUE;
}

gboolean
usher_mongo_write_find (UsherMongoDatabase *database,
                        UsherMongoPlace *place,
                        const char *token,
                        gboolean *is_there,
                        bson_t *reply,
                        GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  Search search = { reply, FALSE };
  gboolean success;

  bson_init (reply);
  usher_mongo_place_append (place, &filter, "_id");
  bson_append_utf8 (&filter, "_commit", -1, token, -1);
  BCON_APPEND (&options,
               "projection",
               "{",
               "version",
               BCON_INT32 (1),
               "_outbox",
               "{",
               "$map",
               "{",
               "input",
               "$_outbox",
               "in",
               "$$this.id",
               "}",
               "}",
               "}",
               "limit",
               BCON_INT64 (1));

  success = usher_mongo_database_find (database,
                                       usher_mongo_place_get_collection (place),
                                       &filter,
                                       &options,
                                       on_found,
                                       &search,
                                       error);
  *is_there = search.is_there;

  return success;
}

/* Whether it was written by a first try whose answer was lost: then @reply is that of it, and there is no error. MISSED: it was not;
 * UNKNOWN: the server cannot be asked. */
static UsherMongoWritten
look_for_first (const Write *self, bson_t *reply, GError **error)
{
  const UsherMongoStatement *statement = self->statement;
  gboolean is_there = FALSE;
  g_auto (bson_t) found = BSON_INITIALIZER;
  g_autoptr (GError) trouble = NULL;

  if (!usher_mongo_write_find (
          self->database, statement->place, statement->load->token, &is_there, &found, &trouble))
    {
      g_clear_error (error);
      g_propagate_prefixed_error (error,
                                  g_steal_pointer (&trouble),
                                  "this may have been written or not: ");
      return USHER_MONGO_UNKNOWN;
    }
  if (!is_there)
    return USHER_MONGO_MISSED;

  g_clear_error (error);
  bson_destroy (reply);
  bson_copy_to (&found, reply);
  return USHER_MONGO_WRITTEN;
}

/* What a second try finds where the first one came to be: its version is gone, or some key of it is there. */
static gboolean
may_be_second (UsherMongoWritten written, const GError *error)
{
  return written == USHER_MONGO_MISSED || (written == USHER_MONGO_REFUSED &&
                                           g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN));
}

/* It has answered, before it did anything: somebody has taken a role away. Tried later it may pass. */
static gboolean
is_forbidden (const bson_t *reply)
{
  static const char *const places[] = { "writeErrors.0.code", "code" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      bson_iter_t iter;
      bson_iter_t code;

      if (bson_iter_init (&iter, reply) && bson_iter_find_descendant (&iter, places[i], &code))
        return bson_iter_as_int64 (&code) == UNAUTHORIZED;
    }

  return FALSE;
}

/* The first answer was lost. */
static UsherMongoWritten
insist (const Write *self, bson_t *reply, GError **error)
{
  gint64 end = self->time + PATIENCE;
  UsherMongoWritten written = USHER_MONGO_UNKNOWN;

  for (guint i = 0; i < MOST_TRIES && written == USHER_MONGO_UNKNOWN; i++)
    {
      if (!usher_mongo_database_wait (self->database, end))
        break;
      g_clear_error (error);
      written = try_once (self, reply, error);
    }

  if (may_be_second (written, *error))
    {
      UsherMongoWritten first = look_for_first (self, reply, error);

      if (first != USHER_MONGO_MISSED)
        return first;
      /* another document has a key, and this one is not there */
      if (written == USHER_MONGO_REFUSED && !usher_mongo_write_is_taken (reply, "_id"))
        return written;

      /* or written, and changed by another since */
      g_clear_error (error);
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "database “%s”: the answer of the server was lost",
                    usher_mongo_database_get_place (self->database));
      written = USHER_MONGO_UNKNOWN;
    }
  if (written == USHER_MONGO_UNKNOWN)
    g_prefix_error (error, "this may have been written or not: ");

  return written;
}

/* Makes sure of what the first try came to. */
static UsherMongoWritten
settle (const Write *self, UsherMongoWritten written, bson_t *reply, GError **error)
{
  gboolean is_forbidden_now = written == USHER_MONGO_UNKNOWN && is_forbidden (reply);
  UsherMongoWritten first;

  if (is_forbidden_now)
    written = USHER_MONGO_REFUSED;
  if (written == USHER_MONGO_UNKNOWN)
    return insist (self, reply, error);
  if (!usher_mongo_database_is_replica_set (self->database) ||
      (!is_forbidden_now && !may_be_second (written, *error)))
    return written;

  /* there the library tries twice by itself, and not every server remembers */
  first = look_for_first (self, reply, error);

  return first != USHER_MONGO_MISSED ? first : written;
}

static UsherMongoWritten
run (Write *self, bson_t *reply, GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self->database, error);
  UsherMongoWritten written;

  if (client == NULL)
    return USHER_MONGO_REFUSED;

  self->client = client;
  written = try_once (self, reply, error);
  self->time = g_get_monotonic_time ();

  return settle (self, written, reply, error);
}

static UsherMongoWritten
resume (Write *self, UsherMongoAttempt *first, bson_t *reply, GError **error)
{
  self->time = first->time;
  *error = g_steal_pointer (&first->error);
  if (first->reply != NULL)
    {
      bson_destroy (reply);
      bson_copy_to (first->reply, reply);
    }

  return settle (self, first->written, reply, error);
}

UsherMongoWritten
usher_mongo_write_run (UsherMongoDatabase *database,
                       const UsherMongoStatement *statement,
                       gboolean is_insert,
                       UsherMongoAttempt *first,
                       bson_t *reply,
                       GError **error)
{
  Write write = { database, statement, is_insert, BSON_INITIALIZER, NULL, 0 };
  UsherMongoWritten written = USHER_MONGO_REFUSED;
  GError *trouble = NULL;

  bson_init (reply);
  if (first != NULL && first->written == USHER_MONGO_WRITTEN)
    return USHER_MONGO_WRITTEN;

  if (is_insert ? usher_mongo_statement_insert (statement, &write.command, &trouble)
                : usher_mongo_statement_update (statement, &write.command, &trouble))
    written =
        first != NULL ? resume (&write, first, reply, &trouble) : run (&write, reply, &trouble);
  bson_destroy (&write.command);
  if (trouble != NULL)
    g_propagate_error (error, trouble);

  return written;
}
