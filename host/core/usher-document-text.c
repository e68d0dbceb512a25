/* usher-document-text.c: documents as JSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-document.h"

#include <string.h>

#include "usher-clock.h"
#include "usher-document-private.h"
#include "usher-json.h"

static void
append_value (GString *text, const UsherField *field, const UsherDocumentValue *value)
{
  g_autofree char *time = NULL;

  switch (field->type)
    {
    case USHER_FIELD_STRING:
    case USHER_FIELD_ID:
      usher_json_append_string (text, value->text);
      break;

    case USHER_FIELD_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, value->integer);
      break;

    case USHER_FIELD_MONEY:
      usher_json_append_money (text, value->integer);
      break;

    case USHER_FIELD_TIME:
      time = usher_time_format (value->integer);
      usher_json_append_string (text, time);
      break;

    case USHER_FIELD_BOOLEAN:
      g_string_append (text, value->integer ? "true" : "false");
      break;

    case USHER_FIELD_JSON:
      g_string_append (text, value->text);
      break;

    default:
      g_string_append (text, "null");
      break;
    }
}

static void
append_separator (GString *text)
{
  char last = text->str[text->len - 1];

  if (last != '{')
    g_string_append_c (text, ',');
}

static void
append_name (GString *text, const char *name, gsize length)
{
  append_separator (text);
  g_string_append_c (text, '"');
  g_string_append_len (text, name, (gssize) length);
  g_string_append (text, "\":");
}

/* One run through the fields that nest in an object. */
typedef struct
{
  UsherDocument *document;
  GString *text;
  gboolean is_private;
} Writing;

static gboolean
is_written (const Writing *self, guint index)
{
  UsherDocument *document = self->document;

  return document->values[index].is_set &&
         ((document->fields[index].flags & USHER_FIELD_PRIVATE) != 0) == self->is_private;
}

/* Whether a member of the rest stands in the object whose path is the first @length bytes of @path, or further in. */
static gboolean
has_rest_in (const Writing *self, const char *path, gsize length)
{
  GArray *rest = self->document->rest;

  for (guint i = 0; rest != NULL && i < rest->len; i++)
    {
      const UsherDocumentMember *member = &g_array_index (rest, UsherDocumentMember, i);

      if (member->is_private == self->is_private && member->n_parent >= length &&
          strncmp (member->path, path, length) == 0 &&
          usher_document_has_rest (self->document, member))
        return TRUE;
    }

  return FALSE;
}

static void
append_rest (const Writing *self, const char *path, gsize length)
{
  GArray *rest = self->document->rest;

  for (guint i = 0; rest != NULL && i < rest->len; i++)
    {
      const UsherDocumentMember *member = &g_array_index (rest, UsherDocumentMember, i);

      if (member->is_private != self->is_private || member->n_parent != length ||
          strncmp (member->path, path, length) != 0 ||
          !usher_document_has_rest (self->document, member))
        continue;

      append_separator (self->text);
      g_string_append (self->text, member->text);
    }
}

/* Appends the members of an object: of the fields from @first to before @end, whose names share @length bytes, and of the
 * rest. */
static void
append_members (const Writing *self, guint first, guint end, gsize length)
{
  const UsherField *fields = self->document->fields;
  const char *path = first < end ? fields[first].name : "";
  guint next = first;

  for (guint i = first; i < end; i = next)
    {
      const char *name = fields[i].name;
      gsize part = strcspn (name + length, ".");
      gsize inner = length + part + 1;
      gboolean has_members = FALSE;

      next = i + 1;
      if (name[length + part] == '\0')
        {
          if (!is_written (self, i))
            continue;
          append_name (self->text, name + length, part);
          append_value (self->text, &fields[i], &self->document->values[i]);
          continue;
        }

      /* those that nest in the same member stand together */
      while (next < end && strncmp (fields[next].name, name, inner) == 0)
        next++;
      for (guint j = i; j < next && !has_members; j++)
        has_members = is_written (self, j);
      if (!has_members && !has_rest_in (self, name, inner))
        continue;

      append_name (self->text, name + length, part);
      g_string_append_c (self->text, '{');
      append_members (self, i, next, inner);
      g_string_append_c (self->text, '}');
    }

  append_rest (self, path, length);
}

/**
 * usher_document_get_text:
 * @self: a document
 * @length: (out) (optional): its length in bytes
 *
 * Gets the document as JSON: id and version, then the fields in the schema's order, without the
 * private ones, and what the schema does not know. The text is made once and kept until something is set.
 *
 * Returns: (transfer none): the text
 */
const char *
usher_document_get_text (UsherDocument *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->text == NULL)
    {
      GString *text = g_string_sized_new (256);

      g_string_append_c (text, '{');
      if (self->id != NULL)
        {
          g_string_append (text, "\"id\":");
          usher_json_append_string (text, self->id);
          g_string_append_c (text, ',');
        }
      g_string_append_printf (text, "\"version\":%" G_GINT64_FORMAT, self->version);
      append_members (&(Writing){ self, text, FALSE }, 0, self->n_fields, 0);
      g_string_append_c (text, '}');
      self->length = text->len;
      self->text = g_string_free (text, FALSE);
    }

  if (length != NULL)
    *length = self->length;

  return self->text;
}

/**
 * usher_document_dup_private_text:
 * @self: a document
 *
 * Copies the private fields, and what else was kept with them, as a JSON object, for a store to keep apart.
 *
 * Returns: (transfer full) (nullable): the text, `NULL` when none is set
 */
char *
usher_document_dup_private_text (UsherDocument *self)
{
  GString *text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (!self->is_read)
    return g_strdup (self->private_text);

  text = g_string_new ("{");
  append_members (&(Writing){ self, text, TRUE }, 0, self->n_fields, 0);
  if (text->len == 1)
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}
