/* usher-mongo-document-read.c: documents as MongoDB has them, whoever wrote them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-document-private.h"

#include <math.h>
#include <string.h>

#include "usher-document-private.h"
#include "usher-error.h"
#include "usher-mongo-value-private.h"

/* bits of a mask: the members of an object that are fields and came already */
#define MOST_SEEN 64

struct _UsherMongoReader
{
  UsherMongoTable *table;    /* (owned) */
  UsherMongoTree *tree;      /* (owned) */
  UsherDocumentBlock *block; /* (owned) (nullable) */
  GString *open;             /* (owned) */
  GString *apart;            /* (owned) */
  gboolean has_unknown;      /* the row had a member that the tree does not know */
  gboolean is_new;           /* one that was never met before */
};

/* An object in which fields nest, on its way into a text. */
typedef struct
{
  UsherMongoReader *reader;
  UsherMongoText *text;
  const UsherMongoNode *node;
  guint depth;
  gboolean is_root; /* of the document: the store has members there */
} Reading;

static gboolean read_members (const Reading *self, bson_iter_t *member);

UsherMongoReader *
usher_mongo_reader_new (UsherMongoTable *table, gboolean is_list)
{
  UsherMongoReader *self = g_new0 (UsherMongoReader, 1);

  self->table = usher_mongo_table_ref (table);
  self->tree = usher_mongo_table_dup_tree (table);
  self->block = is_list ? usher_document_block_new () : NULL;
  self->open = g_string_sized_new (512);
  self->apart = g_string_new (NULL);

  return self;
}

void
usher_mongo_reader_free (UsherMongoReader *self)
{
  g_clear_pointer (&self->block, usher_document_block_unref);
  g_string_free (self->open, TRUE);
  g_string_free (self->apart, TRUE);
  usher_mongo_tree_unref (self->tree);
  usher_mongo_table_unref (self->table);
  g_free (self);
}

/* Whole minor units, of whichever type others gave them. */
static gboolean
get_money (const bson_iter_t *value, gint64 *money)
{
  double number = 0;

  if (BSON_ITER_HOLDS_INT32 (value) || BSON_ITER_HOLDS_INT64 (value))
    {
      *money = bson_iter_as_int64 (value);
      return TRUE;
    }
  if (!BSON_ITER_HOLDS_DOUBLE (value))
    return FALSE;

  number = bson_iter_double (value);
  if (!(fabs (number) <= (double) (G_GINT64_CONSTANT (1) << 53)) || trunc (number) < number ||
      trunc (number) > number)
    return FALSE;

  *money = (gint64) number;
  return TRUE;
}

/* What is no amount is kept as it is, unless it would pass for one. */
static gboolean
read_money (const Reading *self, const bson_iter_t *value)
{
  gsize start = self->text->text->len;
  g_autoptr (UsherJson) json = NULL;
  gint64 money = 0;

  if (get_money (value, &money))
    {
      usher_json_append_money (self->text->text, money);
      return TRUE;
    }
  if (!usher_mongo_text_add_value (self->text, value, self->depth))
    return FALSE;

  json = usher_json_parse (self->text->text->str + start, -1, NULL);
  if (json != NULL && usher_json_get_money (json, "", &money))
    return usher_mongo_text_fail (self->text, "is no whole number of minor units");

  return TRUE;
}

static gboolean
read_nest (const Reading *self, const UsherMongoNode *node, const bson_iter_t *value)
{
  const Reading inner = { self->reader, self->text, node, self->depth + 1, FALSE };
  bson_iter_t member;

  return bson_iter_recurse (value, &member) ? read_members (&inner, &member)
                                            : usher_mongo_text_fail (self->text, "is broken");
}

static gboolean
read_member (const Reading *self, const UsherMongoNode *node, const bson_iter_t *member)
{
  if (node != NULL)
    usher_mongo_text_add_written (self->text, node->written);
  else if (!usher_mongo_text_add_name (self->text, member))
    return FALSE;
  if (node != NULL && !node->is_field && BSON_ITER_HOLDS_DOCUMENT (member))
    return read_nest (self, node, member);
  if (node != NULL && node->is_field && node->type == USHER_FIELD_MONEY)
    return read_money (self, member);

  return usher_mongo_text_add_value (self->text, member, self->depth);
}

/* What no generation of the service declares, and would not come back as it was, stays on the server: a change does not touch it
 * there. */
static gboolean
read_unknown (const Reading *self, const bson_iter_t *member)
{
  gsize length = self->text->text->len;
  guint n_typed = self->text->n_typed;
  gboolean ok = read_member (self, NULL, member);

  self->reader->has_unknown = TRUE;
  if (usher_mongo_table_note_unknown (self->reader->table, self->node, bson_iter_key (member)))
    self->reader->is_new = TRUE;
  if (!self->is_root || (ok && self->text->n_typed == n_typed &&
                         usher_mongo_document_is_name (bson_iter_key (member))))
    return ok;

  g_string_truncate (self->text->text, length);
  self->text->problem = NULL;
  g_clear_pointer (&self->text->member, g_free);

  return TRUE;
}

static gboolean
is_of_store (const char *name)
{
  return name[0] == '_' || (name[0] == 'i' && strcmp (name, "id") == 0) ||
         (name[0] == 'v' && strcmp (name, "version") == 0);
}

/* FALSE: a member of that name came before; @next: behind the place of @node, if it is not NULL */
static gboolean
note_member (guint64 *seen,
             UsherMongoNames *names,
             const UsherMongoNode *node,
             guint place,
             const char *name)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (place % MOST_SEEN);

  if (node == NULL || place >= MOST_SEEN)
    return usher_mongo_names_add (names, name);
  if ((*seen & bit) != 0)
    return FALSE;

  *seen |= bit;
  return TRUE;
}

static gboolean
read_members (const Reading *self, bson_iter_t *member)
{
  g_auto (UsherMongoNames) names = { 0 };
  guint64 seen = 0;
  guint next = 0;

  g_string_append_c (self->text->text, '{');
  while (bson_iter_next (member))
    {
      const char *name = bson_iter_key (member);
      const UsherMongoNode *node = NULL;
      gboolean ok;

      if (self->is_root && is_of_store (name))
        continue;
      node = usher_mongo_node_find (self->node, name, &next);
      if (!note_member (&seen, &names, node, next, name))
        ok = usher_mongo_text_fail (self->text, "is there twice");
      else
        ok = node != NULL ? read_member (self, node, member) : read_unknown (self, member);
      if (!ok)
        return usher_mongo_text_fail_in (self->text, name);
    }
  g_string_append_c (self->text->text, '}');

  return usher_mongo_text_end (self->text, member);
}

/* After the brace: what each document begins with. */
static void
add_head (GString *text, const UsherStoredDocument *stored)
{
  g_string_append (text, "{\"id\":\"");
  g_string_append (text, stored->id);
  g_string_append (text, "\",\"version\":");
  usher_json_append_digits (text, (guint64) stored->version);
}

static gboolean
read_open (UsherMongoReader *self,
           UsherMongoText *text,
           bson_iter_t *row,
           const UsherStoredDocument *stored)
{
  const Reading reading = {
    self, text, usher_mongo_tree_get_root (self->tree, FALSE), 1, TRUE,
  };
  gsize length;

  add_head (self->open, stored);
  length = self->open->len;
  if (!read_members (&reading, row))
    return FALSE;

  /* the brace that began the members becomes the comma before them, if there are any */
  if (self->open->len == length + strlen ("{}"))
    g_string_erase (self->open, (gssize) length, 1);
  else
    self->open->str[length] = ',';

  return TRUE;
}

static gboolean
read_private (UsherMongoReader *self, UsherMongoText *text, const bson_iter_t *value)
{
  const Reading reading = {
    self, text, usher_mongo_tree_get_root (self->tree, TRUE), 1, FALSE,
  };
  bson_iter_t member;

  if (!BSON_ITER_HOLDS_DOCUMENT (value) || !bson_iter_recurse (value, &member))
    {
      usher_mongo_text_fail (text, "is no object");
      return usher_mongo_text_fail_in (text, "_private");
    }

  return read_members (&reading, &member) || usher_mongo_text_fail_in (text, "_private");
}

/* What a row has that is not a field; a type of 0: it has it not. */
typedef struct
{
  bson_iter_t id;
  bson_iter_t version;
  bson_iter_t level;
  bson_iter_t apart;
} Head;

static void
find_head (Head *self, const bson_t *row)
{
  bson_iter_t member;

  memset (self, 0, sizeof *self);
  if (!bson_iter_init (&member, row))
    return;
  while (bson_iter_next (&member))
    {
      const char *name = bson_iter_key (&member);

      if (name[0] != '_' && name[0] != 'v')
        continue;
      if (strcmp (name, "_id") == 0)
        self->id = member;
      else if (strcmp (name, "version") == 0)
        self->version = member;
      else if (strcmp (name, "_level") == 0)
        self->level = member;
      else if (strcmp (name, "_private") == 0)
        self->apart = member;
    }
}

static gboolean
has (const bson_iter_t *member)
{
  return member->raw != NULL;
}

/* a number from 0 on; what is not there is 0 */
static gboolean
get_number (const bson_iter_t *member, gint64 *number)
{
  return !has (member) || (get_money (member, number) && *number >= 0);
}

static gboolean
refuse (UsherMongoReader *self,
        const char *id,
        const char *member,
        const char *problem,
        GError **error)
{
  return usher_refuse (
      error,
      USHER_ERROR_CORRUPT,
      "document “%s” of collection “%s” cannot be read: its member “%s” %s (docs/mongodb.md)",
      id,
      usher_mongo_table_get_name (self->table),
      member,
      problem);
}

/* (transfer full): how people are told of a document whose id is none */
static char *
describe_id (const bson_iter_t *id)
{
  UsherMongoText text = { .text = g_string_new (NULL) };

  if (!has (id) || !usher_mongo_text_add_value (&text, id, 1))
    g_string_assign (text.text, "without id");
  g_free (text.member);

  return g_string_free (text.text, FALSE);
}

static gboolean
read_head (UsherMongoReader *self,
           const Head *head,
           char id[25],
           UsherStoredDocument *stored,
           GError **error)
{
  gint64 level = 0;

  if (!has (&head->id) || !BSON_ITER_HOLDS_OID (&head->id))
    {
      g_autofree char *shown = describe_id (&head->id);

      return refuse (self, shown, "_id", "is no ObjectId", error);
    }

  bson_oid_to_string (bson_iter_oid (&head->id), id);
  stored->id = id;
  if (!get_number (&head->version, &stored->version))
    return refuse (self, id, "version", "is no whole number from 0 on", error);
  if (!get_number (&head->level, &level) || level > G_MAXINT32)
    return refuse (self, id, "_level", "is no level", error);

  stored->level = (guint) level;
  return TRUE;
}

static gboolean
read_texts (UsherMongoReader *self,
            const bson_t *row,
            const Head *head,
            UsherStoredDocument *stored,
            GError **error)
{
  UsherMongoText open = { .text = self->open };
  UsherMongoText apart = { .text = self->apart };
  g_autofree char *member = NULL;
  const char *problem = NULL;
  bson_iter_t iter;

  g_string_truncate (self->open, 0);
  g_string_truncate (self->apart, 0);
  self->has_unknown = FALSE;
  self->is_new = FALSE;
  if (!bson_iter_init (&iter, row))
    problem = "is broken";
  else if (!read_open (self, &open, &iter, stored))
    problem = open.problem;
  else if (has (&head->apart) && !read_private (self, &apart, &head->apart))
    problem = apart.problem;

  member = open.member != NULL ? open.member : apart.member;
  if (problem != NULL)
    return refuse (self, stored->id, member != NULL ? member : "", problem, error);

  stored->text = self->open->str;
  stored->length = self->open->len;
  stored->private_text = self->apart->len > 0 ? self->apart->str : NULL;
  return TRUE;
}

UsherDocument *
usher_mongo_reader_read (UsherMongoReader *self, const bson_t *row, GError **error)
{
  char id[25];
  UsherStoredDocument stored = { 0 };
  UsherMongoTree *other = NULL;
  Head head;

  find_head (&head, row);
  if (!has (&head.version) || !read_head (self, &head, id, &stored, error) ||
      !read_texts (self, row, &head, &stored, error))
    return NULL;

  other = self->has_unknown ? usher_mongo_table_look_again (self->table, self->tree, self->is_new)
                            : NULL;
  if (other != NULL)
    {
      usher_mongo_tree_unref (self->tree);
      self->tree = other;
      if (!read_texts (self, row, &head, &stored, error))
        return NULL;
    }

  return usher_document_new_in_block (self->block,
                                      usher_mongo_table_get_schema (self->table),
                                      &stored);
}

UsherDocument *
usher_mongo_document_read (UsherMongoTable *table, const bson_t *row, GError **error)
{
  g_autoptr (UsherMongoReader) reader = usher_mongo_reader_new (table, FALSE);

  return usher_mongo_reader_read (reader, row, error);
}
