/* usher-schema-keys.c: what no two documents of a collection may share
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-schema-private.h"

#include "usher-error.h"
#include "usher-text-private.h"

/* more have no use, and a document database takes 32 */
#define MOST_FIELDS 8

static gboolean
has_same_fields (const char *const *key, const char *const *other)
{
  guint n_fields = g_strv_length ((char **) key);

  if (n_fields != g_strv_length ((char **) other))
    return FALSE;
  for (guint i = 0; i < n_fields; i++)
    if (!g_strv_contains (other, key[i]))
      return FALSE;

  return TRUE;
}

/* (nullable): why it cannot be a key */
static const char *
find_fault (UsherSchema *self, const char *const *fields)
{
  guint n_fields = g_strv_length ((char **) fields);

  if (n_fields == 0)
    return "has no fields";
  if (n_fields > MOST_FIELDS)
    return "has more than 8 fields";

  for (guint i = 0; i < n_fields; i++)
    {
      int index = usher_schema_find_field (self, fields[i]);

      if (index < 0)
        return "has a field that the collection has not";
      if (self->fields[index].type == USHER_FIELD_JSON)
        return "has a field that is any JSON";
      if (g_strv_contains (fields + i + 1, fields[i]))
        return "has a field twice";
    }
  for (guint i = 0; i < self->keys->len; i++)
    if (has_same_fields (g_ptr_array_index (self->keys, i), fields))
      return "is declared twice";

  return NULL;
}

/**
 * usher_schema_add_key:
 * @self: a schema that no store has yet, and no document
 * @fields: (array zero-terminated=1): the names of one to eight fields; the first is the one that a client is told of
 * @message: (nullable): what a person is told when the key is taken, `NULL`: a sentence of the fields' names
 * @error: return location for a [error@Error]
 *
 * Makes a unique key: no two documents that have all of @fields have the same values in them. A document that lacks one of them
 * is not held. The fields can be asked for as if they were `USHER_FIELD_INDEXED`; a key of one field is what
 * `USHER_FIELD_UNIQUE` is.
 *
 * Returns: `FALSE` with `USHER_ERROR_INVALID`, which names the key
 */
gboolean
usher_schema_add_key (UsherSchema *self,
                      const char *const *fields,
                      const char *message,
                      GError **error)
{
  const char *fault = NULL;
  UsherFieldFlags flag;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (fields != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  fault = find_fault (self, fields);
  if (fault != NULL)
    {
      g_autofree char *names = g_strjoinv ("”, “", (char **) fields);

      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "the key “%s” of collection “%s” %s",
                   names,
                   self->collection,
                   fault);
      return FALSE;
    }

  flag = fields[1] == NULL ? USHER_FIELD_UNIQUE : USHER_FIELD_INDEXED;
  for (guint i = 0; fields[i] != NULL; i++)
    self->fields[usher_schema_find_field (self, fields[i])].flags |= flag;
  g_ptr_array_add (self->keys, g_strdupv ((char **) fields));
  g_ptr_array_add (self->key_messages, g_strdup (message));

  return TRUE;
}

/**
 * usher_schema_get_n_keys:
 * @self: a schema
 *
 * Counts the keys that were added; fields that are `USHER_FIELD_UNIQUE` by themselves are not among them.
 *
 * Returns: how many
 */
guint
usher_schema_get_n_keys (UsherSchema *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->keys->len;
}

/**
 * usher_schema_get_key:
 * @self: a schema
 * @index: below [method@Schema.get_n_keys]
 *
 * Gets the fields of a key. That of one field needs nothing of a store but what `USHER_FIELD_UNIQUE` does.
 *
 * Returns: (array zero-terminated=1) (transfer none): their names
 */
const char *const *
usher_schema_get_key (UsherSchema *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->keys->len, NULL);

  return g_ptr_array_index (self->keys, index);
}

/* “Author and ticket are taken” */
static char *
make_message (const char *const *fields)
{
  guint n_fields = g_strv_length ((char **) fields);
  g_autoptr (GString) message = g_string_new (NULL);

  for (guint i = 0; i < n_fields; i++)
    {
      const char *join = i + 1 == n_fields ? " and " : ", ";

      g_string_append_printf (message, "%s%s", i > 0 ? join : "", fields[i]);
    }
  g_string_append (message, n_fields > 1 ? " are taken" : " is taken");

  return usher_text_capitalize (message->str);
}

/**
 * usher_schema_dup_taken_message:
 * @self: a schema
 * @fields: (array zero-terminated=1): the fields of a key that another document has
 *
 * Says what a person is told: the message of the key, or a sentence of the fields' names.
 *
 * Returns: (transfer full): the message
 */
char *
usher_schema_dup_taken_message (UsherSchema *self, const char *const *fields)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (fields != NULL && fields[0] != NULL, NULL);

  for (guint i = 0; i < self->keys->len; i++)
    if (has_same_fields (g_ptr_array_index (self->keys, i), fields) &&
        g_ptr_array_index (self->key_messages, i) != NULL)
      return g_strdup (g_ptr_array_index (self->key_messages, i));

  return make_message (fields);
}
