/* usher-mongo-transaction.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-transaction-private.h"

#include "usher-error.h"
#include "usher-mongo-client-private.h"

/* Of one change. */
typedef struct
{
  UsherMongoStatement statement;
  UsherMongoPlace *place; /* (owned) */
  gboolean is_insert;
  gboolean is_home;
} Part;

static void
clear_part (gpointer data)
{
  Part *part = data;

  usher_mongo_place_unref (part->place);
}

static void
add_part (UsherMongoTransaction *self,
          const UsherChange *change,
          const UsherMongoLoad *rest,
          GArray *parts)
{
  const char *collection =
      usher_schema_get_collection (usher_document_get_schema (change->document));
  Part part = {
    .place = usher_mongo_place_new (collection, usher_document_get_id (change->document)),
    .is_insert = change->kind == USHER_CHANGE_INSERT,
  };

  part.is_home = usher_mongo_place_equal (part.place, self->home);
  part.statement = (UsherMongoStatement){
    part.place,
    usher_mongo_tables_find (self->tables, collection),
    change,
    part.is_home ? self->load : rest,
  };
  g_array_append_val (parts, part);
}

static UsherMongoWritten
write_part (UsherMongoTransaction *self,
            UsherMongoClient *client,
            const Part *part,
            bson_t *reply,
            GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;

  if (!(part->is_insert ? usher_mongo_statement_insert (&part->statement, &command, error)
                        : usher_mongo_statement_update (&part->statement, &command, error)))
    return USHER_MONGO_REFUSED;

  bson_destroy (reply);
  if (!usher_mongo_database_write (self->database, client, &command, reply, error))
    return USHER_MONGO_REFUSED;

  return part->is_insert || usher_mongo_statement_has_matched (reply) ? USHER_MONGO_WRITTEN
                                                                      : USHER_MONGO_MISSED;
}

/* @failed: (out): which was not written */
static UsherMongoWritten
write_parts (UsherMongoTransaction *self,
             UsherMongoClient *client,
             GArray *parts,
             guint *failed,
             GError **error)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      g_auto (bson_t) reply = BSON_INITIALIZER;
      UsherMongoWritten written = write_part (self, client, part, &reply, error);

      if (part->is_home || written != USHER_MONGO_WRITTEN)
        {
          bson_destroy (self->reply);
          bson_copy_to (&reply, self->reply);
        }
      *failed = i;
      if (written != USHER_MONGO_WRITTEN)
        return written;
    }

  return USHER_MONGO_WRITTEN;
}

/* It was not confirmed that the transaction was committed: the home tells, as soon as it can be read. */
static UsherMongoWritten
find_out (UsherMongoTransaction *self, gboolean is_unknown, GError **error)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;
  gboolean is_there = FALSE;

  if (usher_mongo_write_find (
          self->database, self->home, self->load->token, &is_there, &reply, NULL) &&
      is_there)
    {
      g_clear_error (error);
      bson_destroy (self->reply);
      bson_copy_to (&reply, self->reply);
      return USHER_MONGO_WRITTEN;
    }
  if (!is_unknown)
    return USHER_MONGO_REFUSED;

  g_prefix_error (error, "this may have been written or not: ");
  return USHER_MONGO_UNKNOWN;
}

static UsherMongoWritten
run_once (UsherMongoTransaction *self, GArray *parts, guint *failed, GError **error)
{
  g_autoptr (UsherMongoClient) client = usher_mongo_database_get_client (self->database, error);
  gboolean is_unknown = FALSE;
  UsherMongoWritten written;

  if (client == NULL || !usher_mongo_client_begin (client, error))
    return USHER_MONGO_REFUSED;

  written = write_parts (self, client, parts, failed, error);
  if (written != USHER_MONGO_WRITTEN)
    usher_mongo_client_abort (client);
  else if (!usher_mongo_client_commit (client, &is_unknown, error))
    written = find_out (self, is_unknown, error);

  return written;
}

/* What is left of a removed document is no document: its id may come again. */
static gboolean
may_be_left (UsherMongoTransaction *self, Part *part, UsherMongoWritten written)
{
  if (written != USHER_MONGO_REFUSED || !part->is_insert ||
      !usher_mongo_write_is_taken (self->reply, "_id"))
    return FALSE;

  part->is_insert = FALSE;
  return TRUE;
}

UsherMongoWritten
usher_mongo_transaction_run (UsherMongoTransaction *self, GError **error)
{
  const UsherMongoLoad rest = { NULL, NULL, self->load->token, self->load->time };
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_autoptr (GError) taken = NULL;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  UsherMongoWritten written;
  Part *part = NULL;
  guint failed = 0;

  g_array_set_clear_func (parts, clear_part);
  for (guint i = 0; i < usher_commit_get_n_changes (self->commit); i++)
    add_part (self, usher_commit_get_change (self->commit, i), &rest, parts);

  written = run_once (self, parts, &failed, error);
  part = &g_array_index (parts, Part, failed);
  while (may_be_left (self, part, written))
    {
      g_clear_error (&taken);
      taken = g_steal_pointer (error);
      bson_destroy (&reply);
      bson_copy_to (self->reply, &reply);
      written = run_once (self, parts, &failed, error);
      /* it is a document */
      if (written == USHER_MONGO_MISSED && part == &g_array_index (parts, Part, failed))
        {
          written = USHER_MONGO_REFUSED;
          *error = g_steal_pointer (&taken);
          bson_destroy (self->reply);
          bson_copy_to (&reply, self->reply);
          break;
        }
      part = &g_array_index (parts, Part, failed);
    }

  self->statement =
      (UsherMongoStatement){ NULL, part->statement.table, part->statement.change, NULL };

  return written;
}
