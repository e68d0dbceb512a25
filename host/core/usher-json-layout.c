/* usher-json-layout.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json-layout-private.h"

#include <string.h>

static void
begin_line (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

/* @text: at its opening quote; behind its closing one */
static const char *
copy_string (GString *out, const char *text)
{
  const char *end = text + 1;

  while (*end != '\0' && *end != '"')
    end += *end == '\\' && end[1] != '\0' ? 2 : 1;
  if (*end == '"')
    end++;
  g_string_append_len (out, text, end - text);

  return end;
}

static gboolean
is_empty (const char *text)
{
  return (text[0] == '{' && text[1] == '}') || (text[0] == '[' && text[1] == ']');
}

/* everything but a string */
static const char *
copy_sign (GString *out, const char *text, guint *depth)
{
  if (is_empty (text))
    {
      g_string_append_len (out, text, 2);
      return text + 2;
    }

  if (*text == '}' || *text == ']')
    begin_line (out, --*depth);
  g_string_append_c (out, *text);
  if (*text == '{' || *text == '[')
    begin_line (out, ++*depth);
  else if (*text == ',')
    begin_line (out, *depth);
  else if (*text == ':')
    g_string_append_c (out, ' ');

  return text + 1;
}

char *
usher_json_layout (const char *text)
{
  GString *out = g_string_sized_new (2 * strlen (text));
  guint depth = 0;

  while (*text != '\0')
    text = *text == '"' ? copy_string (out, text) : copy_sign (out, text, &depth);
  g_string_append_c (out, '\n');

  return g_string_free (out, FALSE);
}
