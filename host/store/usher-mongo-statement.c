/* usher-mongo-statement.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-statement-private.h"

#include "usher-mongo-slips-private.h"
#include "usher-mongo-value-private.h"

static void
append_removed (const UsherMongoStatement *self, bson_t *document)
{
  bson_append_date_time (document, "_removed", -1, usher_mongo_get_milliseconds (self->load->time));
}

gboolean
usher_mongo_statement_append_document (const UsherMongoStatement *self,
                                       bson_t *document,
                                       GError **error)
{
  usher_mongo_place_append (self->place, document, "_id");
  if (self->change != NULL &&
      !usher_mongo_document_append (self->table, self->change->document, document, error))
    return FALSE;
  if (self->change == NULL)
    /* who prunes takes it as that of a document that was removed */
    append_removed (self, document);
  usher_mongo_load_append (self->load, document);

  return TRUE;
}

gboolean
usher_mongo_statement_insert (const UsherMongoStatement *self, bson_t *command, GError **error)
{
  g_auto (bson_t) document = BSON_INITIALIZER;

  if (!usher_mongo_statement_append_document (self, &document, error))
    return FALSE;

  BCON_APPEND (command,
               "insert",
               BCON_UTF8 (usher_mongo_place_get_collection (self->place)),
               "documents",
               "[",
               BCON_DOCUMENT (&document),
               "]");

  return TRUE;
}

static gboolean
needs_literal (bson_iter_t *value)
{
  return BSON_ITER_HOLDS_DOCUMENT (value) || BSON_ITER_HOLDS_ARRAY (value) ||
         (BSON_ITER_HOLDS_UTF8 (value) && bson_iter_utf8 (value, NULL)[0] == '$');
}

static void
append_value (bson_t *set, bson_iter_t *value)
{
  const char *name = bson_iter_key (value);
  bson_t literal;

  if (!needs_literal (value))
    {
      bson_append_iter (set, name, -1, value);
      return;
    }

  bson_append_document_begin (set, name, -1, &literal);
  bson_append_iter (&literal, "$literal", -1, value);
  bson_append_document_end (set, &literal);
}

/* the stage that takes away what the document has no more */
static void
append_unset (const UsherMongoStatement *self, const bson_t *members, bson_t *stages)
{
  g_autoptr (GPtrArray) names = usher_mongo_document_list_unset (self->table, members);
  g_auto (bson_t) list = BSON_INITIALIZER;
  guint n = 0;

  if (self->change->kind == USHER_CHANGE_INSERT)
    g_ptr_array_add (names, g_strdup ("_removed"));
  for (; n < names->len; n++)
    {
      char buffer[16];
      const char *index = NULL;

      bson_uint32_to_string (n, &index, buffer, sizeof buffer);
      bson_append_utf8 (&list, index, -1, g_ptr_array_index (names, n), -1);
    }
  if (n > 0)
    BCON_APPEND (stages, "1", "{", "$unset", BCON_ARRAY (&list), "}");
}

static gboolean
append_change (const UsherMongoStatement *self, bson_t *stages, GError **error)
{
  g_auto (bson_t) members = BSON_INITIALIZER;
  g_auto (bson_t) set = BSON_INITIALIZER;
  bson_iter_t value;

  if (!usher_mongo_document_append (self->table, self->change->document, &members, error))
    return FALSE;

  bson_iter_init (&value, &members);
  while (bson_iter_next (&value))
    append_value (&set, &value);
  usher_mongo_load_append_stage (self->load, &set);
  BCON_APPEND (stages, "0", "{", "$set", BCON_DOCUMENT (&set), "}");
  append_unset (self, &members, stages);

  return TRUE;
}

/* what carries anything stays for that */
static void
append_removal (const UsherMongoStatement *self, bson_t *stages)
{
  g_auto (bson_t) rest = BSON_INITIALIZER;

  bson_append_utf8 (&rest, "_id", -1, "$_id", -1);
  append_removed (self, &rest);
  usher_mongo_load_append_rest (self->load, &rest);
  BCON_APPEND (stages, "0", "{", "$replaceWith", BCON_DOCUMENT (&rest), "}");
}

static gboolean
append_stages (const UsherMongoStatement *self, bson_t *stages, GError **error)
{
  g_auto (bson_t) set = BSON_INITIALIZER;

  if (self->change != NULL && self->change->kind == USHER_CHANGE_REMOVE)
    append_removal (self, stages);
  else if (self->change != NULL)
    return append_change (self, stages, error);
  else
    {
      usher_mongo_load_append_stage (self->load, &set);
      BCON_APPEND (stages, "0", "{", "$set", BCON_DOCUMENT (&set), "}");
    }

  return TRUE;
}

/* A second try of what came to be already finds nothing that fits. */
static void
append_filter (const UsherMongoStatement *self, bson_t *filter)
{
  const UsherChange *change = self->change;

  usher_mongo_place_append (self->place, filter, "_id");
  if (change == NULL)
    BCON_APPEND (filter, "_commit", "{", "$ne", BCON_UTF8 (self->load->token), "}");
  else if (change->kind == USHER_CHANGE_INSERT)
    BCON_APPEND (filter, "version", "{", "$exists", BCON_BOOL (false), "}");
  else
    bson_append_int64 (filter, "version", -1, change->expected_version);

  if (change != NULL &&
      (change->kind == USHER_CHANGE_REPLACE || change->kind == USHER_CHANGE_UPGRADE))
    {
      if (change->expected_level > 0)
        bson_append_int32 (filter, "_level", -1, (gint32) change->expected_level);
      else
        bson_append_null (filter, "_level", -1);
    }
  if (self->load->slips != NULL)
    usher_mongo_slips_append_conditions (self->load->slips, self->place, filter);
}

/* of what the answer is to tell; 0: of none */
static guint
get_n_events (const UsherMongoStatement *self)
{
  return self->load->commit != NULL ? usher_commit_get_n_events (self->load->commit) : 0;
}

/* Asks for the id of the event that is before those that the statement adds, or of the first of these. */
static void
append_before (const UsherMongoStatement *self, bson_t *command)
{
  BCON_APPEND (command,
               "fields",
               "{",
               "version",
               BCON_INT32 (1),
               "_outbox",
               "{",
               "$map",
               "{",
               "input",
               "{",
               "$slice",
               "[",
               "$_outbox",
               BCON_INT32 (-1 - (gint32) get_n_events (self)),
               BCON_INT32 (1),
               "]",
               "}",
               "in",
               "$$this.id",
               "}",
               "}",
               "}");
}

gboolean
usher_mongo_statement_update (const UsherMongoStatement *self, bson_t *command, GError **error)
{
  const char *collection = usher_mongo_place_get_collection (self->place);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) stages = BSON_INITIALIZER;

  append_filter (self, &filter);
  if (!append_stages (self, &stages, error))
    return FALSE;

  if (get_n_events (self) > 0)
    {
      BCON_APPEND (command,
                   "findAndModify",
                   BCON_UTF8 (collection),
                   "query",
                   BCON_DOCUMENT (&filter),
                   "update",
                   BCON_ARRAY (&stages),
                   "new",
                   BCON_BOOL (true));
      append_before (self, command);
    }
  else
    BCON_APPEND (command,
                 "update",
                 BCON_UTF8 (collection),
                 "updates",
                 "[",
                 "{",
                 "q",
                 BCON_DOCUMENT (&filter),
                 "u",
                 BCON_ARRAY (&stages),
                 "}",
                 "]");

  return TRUE;
}

gboolean
usher_mongo_statement_has_matched (const bson_t *reply)
{
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, reply, "n"))
    return bson_iter_as_int64 (&iter) > 0;

  return bson_iter_init_find (&iter, reply, "value") && BSON_ITER_HOLDS_DOCUMENT (&iter);
}

char *
usher_mongo_statement_dup_before (const bson_t *reply, UsherCommit *commit)
{
  const char *first = usher_event_get_id (usher_commit_get_event (commit, 0));
  const char *before = NULL;
  bson_iter_t iter;
  bson_iter_t found;
  bson_iter_t ids;

  if (!bson_iter_init (&iter, reply) ||
      !bson_iter_find_descendant (&iter, "value._outbox", &found) ||
      !BSON_ITER_HOLDS_ARRAY (&found) || !bson_iter_recurse (&found, &ids))
    return NULL;

  while (bson_iter_next (&ids))
    {
      const char *id = BSON_ITER_HOLDS_UTF8 (&ids) ? bson_iter_utf8 (&ids, NULL) : NULL;

      if (g_strcmp0 (id, first) == 0)
        break;
      before = id != NULL ? id : before;
    }

  return g_strdup (before);
}
