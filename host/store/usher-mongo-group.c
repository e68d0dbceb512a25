/* usher-mongo-group.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-group-private.h"

#include "usher-error.h"
#include "usher-mongo-client-private.h"
#include "usher-mongo-error-private.h"

/* how large the documents of a command are that has more than one */
#define MOST_BYTES (1024 * 1024)

struct _UsherMongoGroup
{
  UsherMongoDatabase *database; /* (owned) */
  const char *collection;
  GPtrArray *attempts; /* (owned) (element-type UsherMongoAttempt): of @documents */
  bson_t *documents;   /* (owned): an array */
};

UsherMongoGroup *
usher_mongo_group_new (UsherMongoDatabase *database, const char *collection)
{
  UsherMongoGroup *self = g_new0 (UsherMongoGroup, 1);

  self->database = usher_mongo_database_ref (database);
  self->collection = collection;
  self->attempts = g_ptr_array_new ();
  self->documents = bson_new ();

  return self;
}

void
usher_mongo_group_free (UsherMongoGroup *self)
{
  bson_destroy (self->documents);
  g_ptr_array_unref (self->attempts);
  usher_mongo_database_unref (self->database);
  g_free (self);
}

void
usher_mongo_group_add (UsherMongoGroup *self,
                       const UsherMongoStatement *statement,
                       UsherMongoAttempt *attempt)
{
  g_auto (bson_t) document = BSON_INITIALIZER;
  char buffer[16];
  const char *index = NULL;

  if (!usher_mongo_statement_append_document (statement, &document, &attempt->error))
    {
      attempt->written = USHER_MONGO_REFUSED;
      return;
    }

  if (self->documents->len + document.len > MOST_BYTES)
    usher_mongo_group_send (self);
  bson_uint32_to_string (self->attempts->len, &index, buffer, sizeof buffer);
  bson_append_document (self->documents, index, -1, &document);
  g_ptr_array_add (self->attempts, attempt);
}

static void
set_all (UsherMongoGroup *self, UsherMongoWritten written, const GError *error)
{
  for (guint i = 0; i < self->attempts->len; i++)
    {
      UsherMongoAttempt *attempt = g_ptr_array_index (self->attempts, i);

      attempt->written = written;
      attempt->time = g_get_monotonic_time ();
      if (error != NULL)
        attempt->error = g_error_copy (error);
    }
}

/* @refusal: one of the `writeErrors` of an answer */
static void
set_refused (UsherMongoAttempt *attempt, UsherMongoClient *client, const bson_t *refusal)
{
  bson_error_t trouble = { 0 };

  usher_mongo_attempt_clear (attempt);
  attempt->reply = BCON_NEW ("writeErrors", "[", BCON_DOCUMENT (refusal), "]");
  usher_mongo_error_check_reply (attempt->reply, &trouble);
  usher_mongo_client_fail (client, &trouble, attempt->reply, &attempt->error);
  attempt->written = g_error_matches (attempt->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE)
                         ? USHER_MONGO_UNKNOWN
                         : USHER_MONGO_REFUSED;
}

/* whoever of @list is one of the group, which is told so; how many there are */
static guint
take_refusals (UsherMongoGroup *self, UsherMongoClient *client, bson_iter_t *list)
{
  guint n = 0;

  while (bson_iter_next (list))
    {
      bson_t refusal;
      bson_iter_t member;
      const guint8 *data = NULL;
      guint32 length = 0;
      gint64 index = -1;

      if (!BSON_ITER_HOLDS_DOCUMENT (list))
        continue;
      bson_iter_document (list, &length, &data);
      if (!bson_init_static (&refusal, data, length))
        continue;
      if (bson_iter_init_find (&member, &refusal, "index"))
        index = bson_iter_as_int64 (&member);
      if (index < 0 || index >= self->attempts->len)
        continue;
      set_refused (g_ptr_array_index (self->attempts, (guint) index), client, &refusal);
      n++;
    }

  return n;
}

/* The answer is to all of the command: what it says holds for each. */
static void
share_reply (UsherMongoGroup *self, const bson_t *reply)
{
  for (guint i = 0; i < self->attempts->len; i++)
    {
      UsherMongoAttempt *attempt = g_ptr_array_index (self->attempts, i);

      attempt->reply = bson_copy (reply);
    }
}

/* Of a server that has done all of the command and says what it refused, the others are written. Of any other answer no more is
 * known than that some may be. */
static void
take_trouble (UsherMongoGroup *self,
              UsherMongoClient *client,
              const bson_t *reply,
              const GError *error)
{
  bson_iter_t member;
  bson_iter_t list;
  gint64 n_written = 0;
  guint n_refused = 0;
  gboolean is_unknown =
      self->attempts->len > 1 || g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);

  set_all (self, is_unknown ? USHER_MONGO_UNKNOWN : USHER_MONGO_REFUSED, error);
  if (bson_iter_init_find (&member, reply, "n"))
    n_written = bson_iter_as_int64 (&member);
  if (bson_iter_init_find (&member, reply, "writeErrors") && bson_iter_recurse (&member, &list))
    n_refused = take_refusals (self, client, &list);
  else
    share_reply (self, reply);
  if (n_written + n_refused != self->attempts->len || bson_has_field (reply, "writeConcernError"))
    return;

  for (guint i = 0; i < self->attempts->len; i++)
    {
      UsherMongoAttempt *attempt = g_ptr_array_index (self->attempts, i);

      if (attempt->reply == NULL)
        {
          attempt->written = USHER_MONGO_WRITTEN;
          g_clear_error (&attempt->error);
        }
    }
}

void
usher_mongo_group_send (UsherMongoGroup *self)
{
  g_autoptr (UsherMongoClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  if (self->attempts->len == 0)
    return;

  bson_append_utf8 (&command, "insert", -1, self->collection, -1);
  bson_append_array (&command, "documents", -1, self->documents);
  bson_append_bool (&command, "ordered", -1, FALSE);

  client = usher_mongo_database_get_client (self->database, &error);
  if (client == NULL)
    set_all (self, USHER_MONGO_REFUSED, error);
  else if (usher_mongo_database_write (self->database, client, &command, &reply, &error))
    set_all (self, USHER_MONGO_WRITTEN, NULL);
  else
    take_trouble (self, client, &reply, error);

  g_ptr_array_set_size (self->attempts, 0);
  bson_reinit (self->documents);
}
