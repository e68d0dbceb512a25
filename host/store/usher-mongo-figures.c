/* usher-mongo-figures.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-figures-private.h"

#include <mongoc/mongoc.h>

#include "usher-mongo-census-private.h"
#include "usher-mongo-client-private.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-prune-private.h"

/* no more than every twentieth moment is spent on counting */
#define REST      20
#define LEAST_AGE (G_TIME_SPAN_SECOND / 4)

struct _UsherMongoFigures
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoTables *tables;     /* (unowned): the store's, which lives longer */

  GMutex mutex;
  UsherMongoCensus census; /* (mutex mutex) */
  gint64 n_bytes;          /* (mutex mutex): of the database and its indexes */
  gint64 valid_until;      /* (mutex mutex): monotonic */
};

static const struct
{
  const char *rows;
  const char *bytes;
} names[USHER_MONGO_N_KINDS] = {
  [USHER_MONGO_DOCUMENTS] = { "documents", "documents-bytes" },
  [USHER_MONGO_OUTBOX] = { "outbox", "outbox-bytes" },
  [USHER_MONGO_INBOX] = { "inbox", "inbox-bytes" },
  [USHER_MONGO_REQUESTS] = { "requests", "requests-bytes" },
  [USHER_MONGO_TIMERS] = { "timers", "timers-bytes" },
};

UsherMongoFigures *
usher_mongo_figures_new (UsherMongoDatabase *database, UsherMongoTables *tables)
{
  UsherMongoFigures *self = g_new0 (UsherMongoFigures, 1);

  g_mutex_init (&self->mutex);
  self->database = usher_mongo_database_ref (database);
  self->tables = tables;

  return self;
}

void
usher_mongo_figures_free (UsherMongoFigures *self)
{
  usher_mongo_database_unref (self->database);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* A command that takes no read concern, not even that of the connection. */
static gboolean
measure (UsherMongoFigures *self, GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self->database, error);
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_error_t trouble = { 0 };

  if (client == NULL)
    return FALSE;

  BCON_APPEND (&command, "dbStats", BCON_INT32 (1));
  if (!mongoc_client_command_simple (usher_mongo_client_get_handle (client),
                                     usher_mongo_database_get_name (self->database),
                                     &command,
                                     NULL,
                                     &reply,
                                     &trouble))
    return usher_mongo_client_fail (client, &trouble, &reply, error);

  self->n_bytes = usher_mongo_entry_get_integer (&reply, "storageSize") +
                  usher_mongo_entry_get_integer (&reply, "indexSize");
  return TRUE;
}

static gboolean
count_all (UsherMongoFigures *self, GError **error)
{
  g_autoptr (GPtrArray) collections = usher_mongo_entries_list_collections (self->tables);
  UsherMongoCensus census = { 0 };

  for (guint i = 0; i < collections->len; i++)
    if (!usher_mongo_census_take (
            &census, self->database, g_ptr_array_index (collections, i), error))
      return FALSE;
  if (!measure (self, error))
    return FALSE;

  self->census = census;
  return TRUE;
}

gboolean
usher_mongo_figures_add (UsherMongoFigures *self, GVariantBuilder *builder, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 start = g_get_monotonic_time ();
  gint64 last = 0;

  usher_mongo_database_describe (self->database, builder);
  /* what is told of a server that is away is that it is */
  if (usher_mongo_database_is_away (self->database))
    return TRUE;

  if (start >= self->valid_until)
    {
      gint64 end;

      if (!count_all (self, error))
        return FALSE;
      end = g_get_monotonic_time ();
      self->valid_until = end + MAX (LEAST_AGE, REST * (end - start));
    }
  if (!usher_mongo_prune_get_last (self->database, &last, error))
    return FALSE;

  for (guint i = 0; i < USHER_MONGO_N_KINDS; i++)
    {
      g_variant_builder_add (builder, "{sx}", names[i].rows, self->census.rows[i]);
      g_variant_builder_add (builder, "{sx}", names[i].bytes, self->census.bytes[i]);
    }
  g_variant_builder_add (builder, "{sx}", "timers-parked", self->census.n_parked);
  g_variant_builder_add (builder, "{sx}", "timers-failing", self->census.n_failing);
  g_variant_builder_add (builder, "{sx}", "file-bytes", self->n_bytes);
  g_variant_builder_add (builder, "{sx}", "last-prune", last);

  return TRUE;
}
