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

/* How many bytes of the dotted prefix two names share: "ticket." of "ticket.id" and "ticket.title". */
static gsize
shared_prefix (const char *name, const char *other)
{
  gsize shared = 0;

  for (gsize i = 0; name[i] != '\0' && name[i] == other[i]; i++)
    if (name[i] == '.')
      shared = i + 1;

  return shared;
}

static guint
count_dots (const char *text, gsize length)
{
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    if (text[i] == '.')
      n++;

  return n;
}

/* Appends `"a":{"b":` for the part of @name after its first @from bytes. */
static void
append_name (GString *text, const char *name, gsize from)
{
  const char *part = name + from;

  while (TRUE)
    {
      gsize length = strcspn (part, ".");

      g_string_append_c (text, '"');
      g_string_append_len (text, part, (gssize) length);
      g_string_append (text, "\":");
      if (part[length] == '\0')
        return;
      g_string_append_c (text, '{');
      part += length + 1;
    }
}

static void
append_separator (GString *text)
{
  char last = text->str[text->len - 1];

  if (last != '{')
    g_string_append_c (text, ',');
}

/* Appends the fields that are set and private or not, closing and opening the members that they nest in. */
static void
append_fields (UsherDocument *self, GString *text, UsherFieldFlags private_flag)
{
  const char *open = "";

  for (guint i = 0; i < self->n_fields; i++)
    {
      const UsherField *field = &self->fields[i];
      gsize shared = shared_prefix (open, field->name);

      if (!self->values[i].is_set || (field->flags & USHER_FIELD_PRIVATE) != private_flag)
        continue;

      for (guint n = count_dots (open + shared, strlen (open + shared)); n > 0; n--)
        g_string_append_c (text, '}');
      append_separator (text);
      append_name (text, field->name, shared);
      append_value (text, field, &self->values[i]);
      open = field->name;
    }

  for (guint n = count_dots (open, strlen (open)); n > 0; n--)
    g_string_append_c (text, '}');
}

/**
 * usher_document_get_text:
 * @self: a document
 * @length: (out) (optional): its length in bytes
 *
 * Gets the document as JSON: id and version, then the fields in the schema's order, without the
 * private ones. The text is made once and kept until something is set.
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
      append_fields (self, text, USHER_FIELD_NONE);
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
 * Copies the private fields as a JSON object, for a store to keep apart.
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
  append_fields (self, text, USHER_FIELD_PRIVATE);
  if (text->len == 1)
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}
