/* usher-document-change.c: what handlers set in a document
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document-private.h"
#include "usher-fault-private.h"
#include "usher-id.h"

static UsherDocumentValue *
change_value (UsherDocument *self, const char *field, guint types)
{
  UsherDocumentValue *value = usher_document_find_value (self, field, types);

  if (value == NULL)
    return NULL;

  usher_document_touch (self);
  g_clear_pointer (&value->text, g_free);
  value->integer = 0;
  value->is_set = TRUE;

  return value;
}

/* Whether a text may be the value of a field. */
static gboolean
check_text (UsherDocument *self, const char *name, const char *value)
{
  int i = value != NULL ? usher_schema_find_field (self->schema, name) : -1;
  g_autoptr (UsherJson) json = NULL;
  const char *what = NULL;

  /* a field that is not there is found out by who changes it */
  if (i < 0)
    return TRUE;

  if (self->fields[i].type == USHER_FIELD_JSON)
    json = usher_json_parse (value, -1, NULL);

  if (self->fields[i].type == USHER_FIELD_JSON && json == NULL)
    what = "JSON";
  else if (self->fields[i].type == USHER_FIELD_ID && !usher_id_is_valid (value))
    what = "id";
  else if (self->fields[i].type == USHER_FIELD_STRING && !g_utf8_validate (value, -1, NULL))
    what = "UTF-8";

  if (what != NULL)
    usher_fault_report ("field “%s” of collection “%s” is set to what is no %s",
                        name,
                        usher_schema_get_collection (self->schema),
                        what);

  return what == NULL;
}

/**
 * usher_document_set_string:
 * @self: a document
 * @field: the name of a field of type string, id or JSON
 * @value: (nullable): the text, `NULL` unsets
 *
 * Sets a text; of a JSON field the text of its value. What is no UTF-8, no id or no JSON is a fault of the program, as is
 * a field that is not in the schema or has another type: nothing is set, and what the handler says does not count, see
 * [class@Unit].
 */
void
usher_document_set_string (UsherDocument *self, const char *field, const char *value)
{
  g_autofree char *copy = g_strdup (value);
  UsherDocumentValue *changed = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  changed = check_text (self, field, value) ? change_value (self, field, USHER_DOCUMENT_TEXT_TYPES)
                                            : NULL;
  if (changed == NULL)
    return;

  changed->is_set = copy != NULL;
  changed->text = g_steal_pointer (&copy);
  if (!changed->is_set)
    usher_document_drop_rest (self, (int) (changed - self->values));
}

/**
 * usher_document_set_integer:
 * @self: a document
 * @field: the name of a field of type integer, money or time
 * @value: the number: minor units of money, microseconds of a time
 *
 * Sets a number.
 */
void
usher_document_set_integer (UsherDocument *self, const char *field, gint64 value)
{
  UsherDocumentValue *changed = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  changed = change_value (self, field, USHER_DOCUMENT_INTEGER_TYPES);
  if (changed != NULL)
    changed->integer = value;
}

/**
 * usher_document_set_boolean:
 * @self: a document
 * @field: the name of a field of type boolean
 * @value: the value
 *
 * Sets a truth.
 */
void
usher_document_set_boolean (UsherDocument *self, const char *field, gboolean value)
{
  UsherDocumentValue *changed = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  changed = change_value (self, field, USHER_DOCUMENT_BOOLEAN_TYPES);
  if (changed != NULL)
    changed->integer = value ? 1 : 0;
}

/**
 * usher_document_set_flag:
 * @self: a document
 * @field: the name of a field of type boolean
 * @is_set: whether it is so
 *
 * Sets a field to true, or not at all: what [method@Document.has] and [method@Query.without] ask for.
 */
void
usher_document_set_flag (UsherDocument *self, const char *field, gboolean is_set)
{
  if (is_set)
    usher_document_set_boolean (self, field, TRUE);
  else
    usher_document_unset (self, field);
}

/**
 * usher_document_unset:
 * @self: a document
 * @field: the name of a field
 *
 * Takes a field away.
 */
void
usher_document_unset (UsherDocument *self, const char *field)
{
  UsherDocumentValue *changed = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (field != NULL);

  changed = change_value (self, field, USHER_DOCUMENT_ALL_TYPES);
  if (changed == NULL)
    return;

  changed->is_set = FALSE;
  usher_document_drop_rest (self, (int) (changed - self->values));
}

/**
 * usher_document_merge:
 * @self: a document
 * @source: another one
 *
 * Sets each field that @source has and that both schemas know by the same name and type. Id and version
 * stay.
 */
void
usher_document_merge (UsherDocument *self, UsherDocument *source)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (source != NULL);

  if (source == self)
    return;

  usher_document_read_values (source);
  usher_document_touch (self);
  for (guint i = 0; i < source->n_fields; i++)
    {
      const UsherField *field = &source->fields[i];
      int own = usher_schema_find_field (self->schema, field->name);
      UsherDocumentValue *value = NULL;

      if (!source->values[i].is_set || own < 0 || self->fields[own].type != field->type)
        continue;

      value = &self->values[own];
      g_free (value->text);
      *value = source->values[i];
      value->text = g_strdup (source->values[i].text);
    }
}
