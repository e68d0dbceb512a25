/* usher-json-canonical.c: one text for all texts that say the same
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json-private.h"

#include <string.h>

#define MAX_EXPONENT G_MAXINT32

/* The digits of a number without its point, and what power of ten they are to be multiplied with. */
static GString *
read_digits (const char *text, gsize length, gint64 *exponent)
{
  GString *digits = g_string_new (NULL);
  gboolean is_fraction = FALSE;
  gsize i = 0;

  *exponent = 0;
  for (; i < length && text[i] != 'e' && text[i] != 'E'; i++)
    {
      if (text[i] == '.')
        is_fraction = TRUE;
      else if (g_ascii_isdigit (text[i]))
        g_string_append_c (digits, text[i]);
      if (is_fraction && g_ascii_isdigit (text[i]))
        *exponent -= 1;
    }
  if (i < length)
    {
      g_autofree char *power = g_strndup (text + i + 1, length - i - 1);

      /* what is beyond that is cut by all alike */
      *exponent += CLAMP (g_ascii_strtoll (power, NULL, 10), -MAX_EXPONENT, MAX_EXPONENT);
    }

  return digits;
}

/* 1.50, 15e-1 and 1.5 are one number. */
static void
append_number (GString *string, const char *text, gsize length)
{
  gint64 exponent = 0;
  g_autoptr (GString) digits = read_digits (text, length, &exponent);
  gsize n_zeros = strspn (digits->str, "0");

  g_string_erase (digits, 0, (gssize) n_zeros);
  while (digits->len > 0 && digits->str[digits->len - 1] == '0')
    {
      g_string_truncate (digits, digits->len - 1);
      exponent++;
    }

  if (digits->len == 0)
    g_string_append_c (string, '0');
  else
    g_string_append_printf (
        string, "%s%se%" G_GINT64_FORMAT, text[0] == '-' ? "-" : "", digits->str, exponent);
}

static void append_value (UsherJson *self, guint32 index, GString *string);

static void
append_array (UsherJson *self, guint32 index, GString *string)
{
  guint32 element = index + 1;

  g_string_append_c (string, '[');
  for (guint32 i = 0; i < self->tokens[index].n_children; i++)
    {
      if (i > 0)
        g_string_append_c (string, ',');
      append_value (self, element, string);
      element = self->tokens[element].next;
    }
  g_string_append_c (string, ']');
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The order of members says nothing. */
static void
append_object (UsherJson *self, guint32 index, GString *string)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_free);
  guint32 key = index + 1;

  for (guint32 i = 0; i < self->tokens[index].n_children; i++)
    {
      GString *member = g_string_new (NULL);

      usher_json_append_string (member, self->strings + self->tokens[key].string);
      g_string_append_c (member, ':');
      append_value (self, key + 1, member);
      g_ptr_array_add (members, g_string_free (member, FALSE));
      key = self->tokens[key + 1].next;
    }
  g_ptr_array_sort (members, compare_texts);

  g_string_append_c (string, '{');
  for (guint i = 0; i < members->len; i++)
    g_string_append_printf (string,
                            "%s%s",
                            i > 0 ? "," : "",
                            (const char *) g_ptr_array_index (members, i));
  g_string_append_c (string, '}');
}

static void
append_value (UsherJson *self, guint32 index, GString *string)
{
  const UsherJsonToken *token = &self->tokens[index];

  switch (token->type)
    {
    case USHER_JSON_STRING:
      usher_json_append_string (string, self->strings + token->string);
      break;

    case USHER_JSON_NUMBER:
      append_number (string, self->text + token->start, token->length);
      break;

    case USHER_JSON_ARRAY:
      append_array (self, index, string);
      break;

    case USHER_JSON_OBJECT:
      append_object (self, index, string);
      break;

    case USHER_JSON_MISSING:
    case USHER_JSON_NULL:
    case USHER_JSON_BOOLEAN:
    default:
      g_string_append_len (string, self->text + token->start, token->length);
    }
}

void
usher_json_append_canonical (UsherJson *self, GString *string)
{
  append_value (self, 0, string);
}
