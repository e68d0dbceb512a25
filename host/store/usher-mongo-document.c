/* usher-mongo-document.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-document-private.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-error.h"
#include "usher-id.h"
#include "usher-mongo-value-private.h"

/* One of the two texts of a document. */
typedef struct
{
  UsherJson *json; /* (unowned) */
  gboolean is_private;
} Source;

static gboolean append_members (const Source *self,
                                bson_t *bson,
                                const UsherJsonToken *object,
                                const UsherMongoNode *node,
                                GError **error);

static gboolean
append_nest (const Source *self,
             bson_t *bson,
             const UsherMongoNode *node,
             const UsherJsonToken *object,
             GError **error)
{
  gboolean ok;
  bson_t child;

  if (!bson_append_document_begin (bson, node->name, -1, &child))
    return TRUE;
  ok = append_members (self, &child, object, node, error);
  bson_append_document_end (bson, &child);

  return ok;
}

/* FALSE: it is not what the field has: it is kept as any other value */
static gboolean
append_field (const Source *self,
              bson_t *bson,
              const UsherMongoNode *node,
              const UsherJsonToken *value)
{
  const char *text =
      value->type == USHER_JSON_STRING ? usher_json_get_decoded (self->json, value) : NULL;
  gint64 number = 0;

  if (node->type == USHER_FIELD_MONEY && usher_json_read_money (self->json, value, &number))
    bson_append_int64 (bson, node->name, -1, number);
  else if (node->type == USHER_FIELD_TIME && text != NULL && usher_time_parse (text, &number, NULL))
    bson_append_date_time (bson, node->name, -1, usher_mongo_get_milliseconds (number));
  else if (node->type == USHER_FIELD_ID && text != NULL)
    usher_mongo_append_id (bson, node->name, text);
  else
    /* a whole number would be one of minor units */
    return node->type == USHER_FIELD_MONEY && value->type == USHER_JSON_NUMBER &&
           usher_mongo_append_decimal (bson, node->name, self->json, value);

  return TRUE;
}

static gboolean
append_member (const Source *self,
               bson_t *bson,
               const char *name,
               const UsherJsonToken *value,
               const UsherMongoNode *node,
               GError **error)
{
  if (node != NULL && !node->is_field && value->type == USHER_JSON_OBJECT)
    return append_nest (self, bson, node, value, error);

  return (node != NULL && node->is_field && append_field (self, bson, node, value)) ||
         usher_mongo_append_json (bson, name, self->json, value, error);
}

gboolean
usher_mongo_document_is_name (const char *name)
{
  return name[0] != '\0' && name[0] != '_' && name[0] != '$' && strchr (name, '.') == NULL;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (usher_mongo_document_is_name (name))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "member “%s” has a name that no member of a document on MongoDB can have: "
                       "none, one with a dot, or one that begins with _ or $",
                       name);
}

static gboolean
append_members (const Source *self,
                bson_t *bson,
                const UsherJsonToken *object,
                const UsherMongoNode *node,
                GError **error)
{
  gboolean is_root = object == usher_json_get_root (self->json) && !self->is_private;
  const UsherJsonToken *key = object + 1;
  guint next = 0;

  for (guint i = 0; i < object->n_children; i++)
    {
      const char *name = usher_json_get_decoded (self->json, key);
      const UsherJsonToken *value = key + 1;

      key = usher_json_get_root (self->json) + value->next;
      if (is_root && (strcmp (name, "id") == 0 || strcmp (name, "version") == 0))
        continue;
      if (is_root && !check_name (name, error))
        return FALSE;
      if (!append_member (
              self, bson, name, value, usher_mongo_node_find (node, name, &next), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
append_text (UsherMongoTree *tree,
             bson_t *bson,
             const char *text,
             gssize length,
             gboolean is_private,
             GError **error)
{
  g_autoptr (UsherJson) json = usher_json_parse (text, length, error);
  const Source source = { json, is_private };

  return json != NULL && append_members (&source,
                                         bson,
                                         usher_json_get_root (json),
                                         usher_mongo_tree_get_root (tree, is_private),
                                         error);
}

static gboolean
append_private (UsherMongoTree *tree, bson_t *members, const char *text, GError **error)
{
  gboolean ok;
  bson_t child;

  if (!bson_append_document_begin (members, "_private", -1, &child))
    return TRUE;
  ok = append_text (tree, &child, text, -1, TRUE, error);
  bson_append_document_end (members, &child);

  return ok;
}

gboolean
usher_mongo_document_append (UsherMongoTable *table,
                             UsherDocument *document,
                             bson_t *members,
                             GError **error)
{
  g_autoptr (UsherMongoTree) tree = usher_mongo_table_dup_tree (table);
  g_autofree char *private_text = usher_document_dup_private_text (document);
  gsize length = 0;
  const char *text = usher_document_get_text (document, &length);
  /* who does not know the last upgrades has not changed what they are about */
  guint level = MIN (usher_document_get_level (document),
                     usher_schema_get_level (usher_mongo_table_get_schema (table)));

  bson_append_int64 (members, "version", -1, usher_document_get_version (document));
  if (!append_text (tree, members, text, (gssize) length, FALSE, error) ||
      (private_text != NULL && !append_private (tree, members, private_text, error)))
    {
      g_prefix_error (error,
                      "document “%s” of collection “%s”: ",
                      usher_document_get_id (document),
                      usher_mongo_table_get_name (table));
      return FALSE;
    }
  if (level > 0)
    bson_append_int32 (members, "_level", -1, (gint32) level);

  return TRUE;
}

/* Those alone that the service declares itself: it can take away no other, nor may it have read all of them. */
GPtrArray *
usher_mongo_document_list_unset (UsherMongoTable *table, const bson_t *members)
{
  static const char *const own[] = { "_private", "_level" };
  guint n_fields = 0;
  const UsherField *fields =
      usher_schema_get_fields (usher_mongo_table_get_schema (table), &n_fields);
  const char *last = NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n_fields; i++)
    {
      g_autofree char *name = g_strndup (fields[i].name, strcspn (fields[i].name, "."));

      /* those that nest in one member stand together */
      if ((fields[i].flags & USHER_FIELD_PRIVATE) != 0 || g_strcmp0 (name, last) == 0 ||
          bson_has_field (members, name))
        continue;
      g_ptr_array_add (names, g_steal_pointer (&name));
      last = g_ptr_array_index (names, names->len - 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (!bson_has_field (members, own[i]))
      g_ptr_array_add (names, g_strdup (own[i]));

  return names;
}
