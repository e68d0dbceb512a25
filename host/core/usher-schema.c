/* usher-schema.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-schema-private.h"

#include <string.h>

#include "usher-error.h"

/**
 * UsherSchema:
 *
 * The fields of a collection.
 *
 * One table in code says it all: from it come the check of requests, the indexes and the JSON form.
 * Immutable, any thread.
 */
G_DEFINE_BOXED_TYPE (UsherSchema, usher_schema, usher_schema_ref, usher_schema_unref)

/* a name as a member of JSON and a part of an index's name */
static gboolean
is_name (const char *name, gsize length)
{
  if (length == 0 || length > 64 || !g_ascii_isalpha (name[0]))
    return FALSE;

  for (gsize i = 1; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_')
      return FALSE;

  return TRUE;
}

/* names joined by dots */
static gboolean
is_path (const char *path)
{
  while (TRUE)
    {
      gsize length = strcspn (path, ".");

      if (!is_name (path, length))
        return FALSE;
      if (path[length] == '\0')
        return TRUE;
      path += length + 1;
    }
}

/* Whether @name is @group or nests in it; @length is that of @group. */
static gboolean
is_within (const char *name, const char *group, gsize length)
{
  return strncmp (name, group, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

static const char *
find_fault (const UsherField *field)
{
  gboolean is_key = (field->flags & (USHER_FIELD_INDEXED | USHER_FIELD_UNIQUE)) != 0;

  if (field->name == NULL || !is_path (field->name))
    return "has no usable name";
  if (is_within (field->name, "id", strlen ("id")) ||
      is_within (field->name, "version", strlen ("version")))
    return "is there in every document";
  if (field->type > USHER_FIELD_JSON)
    return "has no type";
  if (is_key && field->type == USHER_FIELD_JSON)
    return "cannot be indexed, as it is any JSON";
  if (field->min > field->max)
    return "has a range that holds nothing";

  return NULL;
}

/* Whether a field before the last one has the member of @name, or of a part of it, open no more: the
 * text would have the member twice. */
static gboolean
is_torn (UsherSchema *self, guint index)
{
  const char *name = self->fields[index].name;

  for (gsize length = strcspn (name, "."); name[length] == '.';
       length += 1 + strcspn (name + length + 1, "."))
    for (guint i = 0; i + 1 < index; i++)
      if (is_within (self->fields[i].name, name, length) &&
          !is_within (self->fields[index - 1].name, name, length))
        return TRUE;

  return FALSE;
}

/* Whether one of the fields before is a value where this one wants a member, or the other way round. */
static gboolean
is_value_and_member (UsherSchema *self, guint index)
{
  const char *name = self->fields[index].name;

  for (guint i = 0; i < index; i++)
    {
      const char *other = self->fields[i].name;

      if (is_within (name, other, strlen (other)) || is_within (other, name, strlen (name)))
        return TRUE;
    }

  return FALSE;
}

static const char *
find_clash (UsherSchema *self, guint index)
{
  if (usher_schema_find_field (self, self->fields[index].name) != (int) index)
    return "is there twice";
  if (is_value_and_member (self, index))
    return "clashes with another that nests";
  if (is_torn (self, index))
    return "does not stand with those that nest in the same member";

  return NULL;
}

static gboolean
check (UsherSchema *self, GError **error)
{
  if (!is_name (self->collection, strlen (self->collection)))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” is no name for a collection",
                   self->collection);
      return FALSE;
    }

  for (guint i = 0; i < self->n_fields; i++)
    {
      const char *fault = find_fault (&self->fields[i]);

      if (fault == NULL)
        fault = find_clash (self, i);
      if (fault == NULL)
        continue;

      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "field “%s” of collection “%s” %s",
                   self->fields[i].name != NULL ? self->fields[i].name : "",
                   self->collection,
                   fault);
      return FALSE;
    }

  return TRUE;
}

/**
 * usher_schema_new:
 * @collection: the name of the collection
 * @fields: (array length=n_fields): the fields; those that nest in one member stand together
 * @n_fields: how many
 * @error: return location for a [error@Error]
 *
 * Makes a schema. The table is copied.
 *
 * Returns: (transfer full): the schema, or `NULL` with `USHER_ERROR_INVALID`, which names the field
 */
UsherSchema *
usher_schema_new (const char *collection, const UsherField *fields, guint n_fields, GError **error)
{
  g_autoptr (UsherSchema) self = NULL;

  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (fields != NULL || n_fields == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (UsherSchema, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->collection = g_strdup (collection);
  self->fields = g_new0 (UsherField, n_fields + 1);
  self->n_fields = n_fields;
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->key_messages = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n_fields; i++)
    {
      self->fields[i] = fields[i];
      self->fields[i].name = g_strdup (fields[i].name);
      self->fields[i].message = g_strdup (fields[i].message);
      self->fields[i].max_message = g_strdup (fields[i].max_message);
    }

  return check (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * usher_schema_ref:
 * @self: a schema
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
UsherSchema *
usher_schema_ref (UsherSchema *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_schema_unref:
 * @self: (transfer full): a schema
 *
 * Drops a reference. Any thread.
 */
void
usher_schema_unref (UsherSchema *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_fields; i++)
    {
      g_free ((char *) self->fields[i].name);
      g_free ((char *) self->fields[i].message);
      g_free ((char *) self->fields[i].max_message);
    }
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->key_messages);
  g_free (self->fields);
  g_free (self->collection);
  g_free (self);
}

/**
 * usher_schema_get_collection:
 * @self: a schema
 *
 * Gets the name of the collection.
 *
 * Returns: the name
 */
const char *
usher_schema_get_collection (UsherSchema *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->collection;
}

/**
 * usher_schema_get_fields:
 * @self: a schema
 * @n_fields: (out): how many
 *
 * Gets the fields.
 *
 * Returns: (array length=n_fields) (transfer none): the fields
 */
const UsherField *
usher_schema_get_fields (UsherSchema *self, guint *n_fields)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_fields != NULL, NULL);

  *n_fields = self->n_fields;

  return self->fields;
}

/**
 * usher_schema_get_level:
 * @self: a schema
 *
 * Gets the level of documents that are made by this schema, see [method@Context.add_upgrade].
 *
 * Returns: the level, 0 where there were no upgrades yet
 */
guint
usher_schema_get_level (UsherSchema *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->level;
}

/**
 * usher_schema_set_level:
 * @self: a schema that no store has yet, and no document
 * @level: the level to which the last upgrade leads
 *
 * Says of which level documents are that are made by this schema.
 */
void
usher_schema_set_level (UsherSchema *self, guint level)
{
  g_return_if_fail (self != NULL);

  self->level = level;
}

/**
 * usher_schema_find_field:
 * @self: a schema
 * @name: a name
 *
 * Finds a field by its name.
 *
 * Returns: its index, or -1
 */
int
usher_schema_find_field (UsherSchema *self, const char *name)
{
  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  for (guint i = 0; i < self->n_fields; i++)
    if (g_strcmp0 (self->fields[i].name, name) == 0)
      return (int) i;

  return -1;
}
