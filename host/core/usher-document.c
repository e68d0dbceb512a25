/* usher-document.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-document-private.h"
#include "usher-fault-private.h"
#include "usher-id.h"
#include "usher-json.h"

/**
 * UsherDocument:
 *
 * One document of a collection: an id, a version, and fields as its schema has them.
 *
 * Reference counted, one thread at a time. A document that comes from a store carries its JSON text
 * and reads its fields out of it only when one is asked for, so sending it on parses nothing.
 *
 * What the text has besides the fields of the schema, in whatever depth, stays in it as it was written, however the document
 * is changed: another generation of the service may know it. It goes behind the fields of its object.
 *
 * To ask for a field that the schema does not have, or has with another type, is a fault of the program: see [class@Unit].
 */
G_DEFINE_BOXED_TYPE (UsherDocument, usher_document, usher_document_ref, usher_document_unref)

static UsherDocument *
document_new (UsherSchema *schema, gsize n_inline, UsherDocumentBlock *block)
{
  gsize size = sizeof (UsherDocument) + n_inline;
  UsherDocument *self = block != NULL ? usher_document_block_take (block, size) : g_malloc (size);

  *self = (UsherDocument){ .n_inline = n_inline };
  if (block != NULL)
    self->block = usher_document_block_ref (block);
  g_atomic_ref_count_init (&self->ref_count);
  self->schema = usher_schema_ref (schema);
  self->fields = usher_schema_get_fields (schema, &self->n_fields);

  return self;
}

static gboolean
is_inline (UsherDocument *self, const char *text)
{
  const char *block = (const char *) (self + 1);

  return text >= block && text < block + self->n_inline;
}

gboolean
usher_document_is_as_stored (UsherDocument *self)
{
  return is_inline (self, self->text);
}

/* Frees a text that is not part of the document's own block. */
static void
free_text (UsherDocument *self, char *text)
{
  if (!is_inline (self, text))
    g_free (text);
}

/* Copies a text with its NUL to @at; returns the place behind it. */
static char *
put_text (char *at, const char *text, gsize length)
{
  memcpy (at, text, length);
  at[length] = '\0';

  return at + length + 1;
}

/**
 * usher_document_new:
 * @schema: the schema of its collection
 *
 * Makes a document without id, whose fields are not set.
 *
 * Returns: (transfer full): the document
 */
UsherDocument *
usher_document_new (UsherSchema *schema)
{
  UsherDocument *self = NULL;

  g_return_val_if_fail (schema != NULL, NULL);

  self = document_new (schema, 0, NULL);
  self->is_read = TRUE;
  self->level = usher_schema_get_level (schema);
  self->values = g_new0 (UsherDocumentValue, self->n_fields + 1);

  return self;
}

/**
 * usher_document_new_from_text:
 * @schema: the schema of its collection
 * @id: its id
 * @version: its version
 * @text: what [method@Document.get_text] gave
 * @length: the length of @text in bytes, or -1
 * @private_text: (nullable): what [method@Document.dup_private_text] gave
 *
 * Makes a document that a store has kept. The texts are trusted. Its level is that of @schema, until
 * [method@Document.set_level].
 *
 * Returns: (transfer full): the document
 */
UsherDocument *
usher_document_new_from_text (UsherSchema *schema,
                              const char *id,
                              gint64 version,
                              const char *text,
                              gssize length,
                              const char *private_text)
{
  UsherStoredDocument stored = { id, version, text, 0, private_text, 0 };

  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  stored.level = usher_schema_get_level (schema);
  stored.length = length < 0 ? strlen (text) : (gsize) length;

  return usher_document_new_in_block (NULL, schema, &stored);
}

UsherDocument *
usher_document_new_in_block (UsherDocumentBlock *block,
                             UsherSchema *schema,
                             const UsherStoredDocument *stored)
{
  gsize id_length = strlen (stored->id);
  gsize private_length = stored->private_text != NULL ? strlen (stored->private_text) : 0;
  UsherDocument *self =
      document_new (schema, id_length + stored->length + private_length + 3, block);
  char *end = NULL;

  self->version = stored->version;
  self->level = stored->level;
  self->length = stored->length;
  self->id = (char *) (self + 1);
  self->text = put_text (self->id, stored->id, id_length);
  end = put_text (self->text, stored->text, stored->length);
  if (stored->private_text != NULL)
    {
      self->private_text = end;
      put_text (end, stored->private_text, private_length);
    }

  return self;
}

/**
 * usher_document_ref:
 * @self: a document
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 */
UsherDocument *
usher_document_ref (UsherDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * usher_document_unref:
 * @self: (transfer full): a document
 *
 * Drops a reference.
 */
void
usher_document_unref (UsherDocument *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; self->values != NULL && i < self->n_fields; i++)
    g_free (self->values[i].text);
  g_free (self->values);
  g_clear_pointer (&self->rest, g_array_unref);
  free_text (self, self->id);
  free_text (self, self->text);
  free_text (self, self->private_text);
  usher_schema_unref (self->schema);
  if (self->block != NULL)
    usher_document_block_unref (self->block);
  else
    g_free (self);
}

/**
 * usher_document_get_schema:
 * @self: a document
 *
 * Gets the schema of its collection.
 *
 * Returns: (transfer none): the schema
 */
UsherSchema *
usher_document_get_schema (UsherDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->schema;
}

/**
 * usher_document_get_id:
 * @self: a document
 *
 * Gets its id.
 *
 * Returns: (nullable): the id, `NULL` while it has none
 */
const char *
usher_document_get_id (UsherDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * usher_document_get_version:
 * @self: a document
 *
 * Gets its version, which counts its changes from 0.
 *
 * Returns: the version
 */
gint64
usher_document_get_version (UsherDocument *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

/**
 * usher_document_get_level:
 * @self: a document
 *
 * Gets how far it is upgraded, see [method@Context.add_upgrade]: a document that is made has the level of its schema, one that
 * was stored that with which it was stored.
 *
 * Returns: the level
 */
guint
usher_document_get_level (UsherDocument *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->level;
}

/**
 * usher_document_set_level:
 * @self: a document
 * @level: a level
 *
 * Says how far it is upgraded. This is the store's to do, and the commit's.
 */
void
usher_document_set_level (UsherDocument *self, guint level)
{
  g_return_if_fail (self != NULL);

  self->level = level;
}

/* Takes a value out of the text; what is null or of another type is not set. */
static void
load_value (const UsherField *field, UsherJson *json, UsherDocumentValue *value)
{
  gboolean boolean = FALSE;
  const char *text = NULL;

  switch (field->type)
    {
    case USHER_FIELD_STRING:
    case USHER_FIELD_ID:
      value->text = g_strdup (usher_json_get_string (json, field->name));
      value->is_set = value->text != NULL;
      break;

    case USHER_FIELD_INTEGER:
      value->is_set = usher_json_get_integer (json, field->name, &value->integer);
      break;

    case USHER_FIELD_MONEY:
      value->is_set = usher_json_get_money (json, field->name, &value->integer);
      break;

    case USHER_FIELD_TIME:
      text = usher_json_get_string (json, field->name);
      value->is_set = text != NULL && usher_time_parse (text, &value->integer, NULL);
      break;

    case USHER_FIELD_BOOLEAN:
      value->is_set = usher_json_get_boolean (json, field->name, &boolean);
      value->integer = boolean;
      break;

    case USHER_FIELD_JSON:
      if (usher_json_get_kind (json, field->name) > USHER_JSON_NULL)
        value->text = usher_json_dup_text (json, field->name);
      value->is_set = value->text != NULL;
      break;

    default:
      break;
    }
}

static UsherJson *
parse_trusted (UsherDocument *self, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_json_parse (text, length, &error);

  if (json == NULL)
    g_critical ("document “%s” of collection “%s”: %s",
                self->id,
                usher_schema_get_collection (self->schema),
                error->message);

  return json;
}

void
usher_document_read_values (UsherDocument *self)
{
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (UsherJson) private_json = NULL;

  if (self->is_read)
    return;

  self->is_read = TRUE;
  self->values = g_new0 (UsherDocumentValue, self->n_fields + 1);
  json = parse_trusted (self, self->text, (gssize) self->length);
  if (self->private_text != NULL)
    private_json = parse_trusted (self, self->private_text, -1);
  free_text (self, g_steal_pointer (&self->private_text));

  for (guint i = 0; i < self->n_fields; i++)
    {
      const UsherField *field = &self->fields[i];
      UsherJson *source = (field->flags & USHER_FIELD_PRIVATE) != 0 ? private_json : json;

      if (source != NULL)
        load_value (field, source, &self->values[i]);
    }
  if (json != NULL)
    usher_document_read_rest (self, json, FALSE);
  if (private_json != NULL)
    usher_document_read_rest (self, private_json, TRUE);
}

UsherDocumentValue *
usher_document_find_value (UsherDocument *self, const char *name, guint types)
{
  int i = usher_schema_find_field (self->schema, name);

  if (i < 0 || (types & (1u << self->fields[i].type)) == 0)
    {
      usher_fault_report ("collection “%s” has no field “%s”%s",
                          usher_schema_get_collection (self->schema),
                          name,
                          i < 0 ? "" : " of this type");
      return NULL;
    }

  usher_document_read_values (self);

  return &self->values[i];
}

/**
 * usher_document_has:
 * @self: a document
 * @field: the name of a field
 *
 * Tells whether a field is set.
 *
 * Returns: whether it is
 */
gboolean
usher_document_has (UsherDocument *self, const char *field)
{
  UsherDocumentValue *value = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (field != NULL, FALSE);

  value = usher_document_find_value (self, field, USHER_DOCUMENT_ALL_TYPES);

  return value != NULL && value->is_set;
}

/**
 * usher_document_get_string:
 * @self: a document
 * @field: the name of a field of type string, id or JSON, or `id`
 *
 * Gets a text; of a JSON field its text.
 *
 * Returns: (nullable): the text, until the field is set anew; `NULL` when it is not set
 */
const char *
usher_document_get_string (UsherDocument *self, const char *field)
{
  UsherDocumentValue *value = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);

  if (g_str_equal (field, "id"))
    return self->id;

  value = usher_document_find_value (self, field, USHER_DOCUMENT_TEXT_TYPES);

  return value != NULL ? value->text : NULL;
}

/**
 * usher_document_has_string:
 * @self: a document
 * @field: the name of a field of type string or id, or `id`
 * @value: (nullable): a text
 *
 * Tells whether a field holds a text: who owns a document, how it stands. `NULL` is what a field holds that is not set.
 *
 * Returns: whether it does
 */
gboolean
usher_document_has_string (UsherDocument *self, const char *field, const char *value)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (field != NULL, FALSE);

  return g_strcmp0 (usher_document_get_string (self, field), value) == 0;
}

/**
 * usher_document_get_integer:
 * @self: a document
 * @field: the name of a field of type integer, money or time, or `version`
 *
 * Gets a number: minor units of money, microseconds of a time.
 *
 * Returns: the number, 0 when it is not set
 */
gint64
usher_document_get_integer (UsherDocument *self, const char *field)
{
  UsherDocumentValue *value = NULL;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (field != NULL, 0);

  if (g_str_equal (field, "version"))
    return self->version;

  value = usher_document_find_value (self, field, USHER_DOCUMENT_INTEGER_TYPES);

  return value != NULL ? value->integer : 0;
}

/**
 * usher_document_get_boolean:
 * @self: a document
 * @field: the name of a field of type boolean
 *
 * Gets a truth.
 *
 * Returns: the value, `FALSE` when it is not set
 */
gboolean
usher_document_get_boolean (UsherDocument *self, const char *field)
{
  UsherDocumentValue *value = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (field != NULL, FALSE);

  value = usher_document_find_value (self, field, USHER_DOCUMENT_BOOLEAN_TYPES);

  return value != NULL && value->integer != 0;
}

void
usher_document_touch (UsherDocument *self)
{
  usher_document_read_values (self);
  free_text (self, g_steal_pointer (&self->text));
  self->length = 0;
}

/**
 * usher_document_set_id:
 * @self: a document
 * @id: an id
 *
 * Sets the id before the document is inserted, when it is a copy of another service's. What is no id is a fault of the
 * program, see [class@Unit].
 */
void
usher_document_set_id (UsherDocument *self, const char *id)
{
  char *copy = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  if (!usher_id_is_valid (id))
    {
      usher_fault_report ("“%s” is no id for a document of collection “%s”",
                          id,
                          usher_schema_get_collection (self->schema));
      return;
    }

  copy = g_strdup (id);
  usher_document_touch (self);
  free_text (self, self->id);
  self->id = copy;
}

/**
 * usher_document_set_version:
 * @self: a document
 * @version: a version
 *
 * Sets the version. This is the unit of work's to do.
 */
void
usher_document_set_version (UsherDocument *self, gint64 version)
{
  g_return_if_fail (self != NULL);

  usher_document_touch (self);
  self->version = version;
}
