/* usher-mongo-table-tree.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-table-tree-private.h"

#include <string.h>

#include "usher-json.h"
#include "usher-schema-record-private.h"

struct _UsherMongoTree
{
  UsherMongoNode *open;  /* (owned) */
  UsherMongoNode *apart; /* (owned): of private fields */
};

static void
node_free (gpointer data)
{
  UsherMongoNode *node = data;

  g_free (node->name);
  g_free (node->written);
  g_ptr_array_unref (node->members);
  g_free (node);
}

/* takes ownership of @name */
static UsherMongoNode *
node_new (char *name)
{
  UsherMongoNode *node = g_new0 (UsherMongoNode, 1);
  GString *written = g_string_new (NULL);

  usher_json_append_string (written, name);
  g_string_append_c (written, ':');
  node->name = name;
  node->written = g_string_free (written, FALSE);
  node->members = g_ptr_array_new_with_free_func (node_free);

  return node;
}

const UsherMongoNode *
usher_mongo_node_find (const UsherMongoNode *node, const char *name, guint *next)
{
  guint n_members = node->members->len;

  for (guint i = 0; i < n_members; i++)
    {
      guint index = *next + i < n_members ? *next + i : *next + i - n_members;
      const UsherMongoNode *member = g_ptr_array_index (node->members, index);

      if (strcmp (member->name, name) == 0)
        {
          *next = index + 1 < n_members ? index + 1 : 0;
          return member;
        }
    }

  return NULL;
}

/* A field that was declared before has precedence. */
static void
add (UsherMongoNode *node, const char *path, UsherFieldType type)
{
  gsize length = strcspn (path, ".");
  g_autofree char *name = g_strndup (path, length);
  guint next = 0;
  UsherMongoNode *member = (UsherMongoNode *) usher_mongo_node_find (node, name, &next);
  gboolean is_new = member == NULL;

  if (is_new)
    {
      member = node_new (g_steal_pointer (&name));
      g_ptr_array_add (node->members, member);
    }
  if (path[length] == '\0' && is_new)
    {
      member->is_field = TRUE;
      member->type = type;
    }
  else if (path[length] != '\0' && !member->is_field)
    add (member, path + length + 1, type);
}

static void
add_declared (UsherMongoTree *self, UsherSchema *schema)
{
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);

  for (guint i = 0; i < n_fields; i++)
    add ((fields[i].flags & USHER_FIELD_PRIVATE) != 0 ? self->apart : self->open,
         fields[i].name,
         fields[i].type);
}

static void
add_recorded (UsherMongoTree *self, UsherSchema *schema, const char *record)
{
  g_autoptr (GArray) fields = usher_schema_record_read (record);

  for (guint i = 0; i < fields->len; i++)
    {
      const UsherRecordedField *field = &g_array_index (fields, UsherRecordedField, i);

      if (usher_schema_find_field (schema, field->name) < 0 && field->type <= USHER_FIELD_JSON)
        add (field->is_private ? self->apart : self->open, field->name, field->type);
    }
}

UsherMongoTree *
usher_mongo_tree_new (UsherSchema *schema, const char *record)
{
  UsherMongoTree *self = g_atomic_rc_box_new0 (UsherMongoTree);

  self->open = node_new (g_strdup (""));
  self->apart = node_new (g_strdup (""));
  add_declared (self, schema);
  add_recorded (self, schema, record);

  return self;
}

UsherMongoTree *
usher_mongo_tree_ref (UsherMongoTree *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_tree (gpointer data)
{
  UsherMongoTree *self = data;

  node_free (self->open);
  node_free (self->apart);
}

void
usher_mongo_tree_unref (UsherMongoTree *self)
{
  g_atomic_rc_box_release_full (self, clear_tree);
}

const UsherMongoNode *
usher_mongo_tree_get_root (UsherMongoTree *self, gboolean is_private)
{
  return is_private ? self->apart : self->open;
}
