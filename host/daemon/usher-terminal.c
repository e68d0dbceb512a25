/* usher-terminal.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-terminal.h"

/* What turns the direction of a line or ends it is as bad as what moves the cursor. */
static gboolean
is_harmful (gunichar letter)
{
  GUnicodeType type = g_unichar_type (letter);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
         type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/**
 * usher_terminal_clean:
 * @text: a text of whomever
 *
 * Returns: (transfer full): one line of it that moves no cursor
 */
char *
usher_terminal_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (is_harmful (letter))
        g_string_append_c (clean, ' ');
      else
        g_string_append_unichar (clean, letter);
    }

  return g_string_free (clean, FALSE);
}

/**
 * usher_terminal_get_width:
 * @text: a clean text
 *
 * Returns: how many cells of a terminal it takes
 */
guint
usher_terminal_get_width (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar letter = g_utf8_get_char (text);

      if (!g_unichar_iszerowidth (letter))
        width += g_unichar_iswide (letter) ? 2 : 1;
    }

  return width;
}

/**
 * usher_terminal_print_built:
 * @builder: a finished value
 *
 * Prints what was built, as JSON on one line.
 */
void
usher_terminal_print_built (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  usher_terminal_print_json (root);
}

/**
 * usher_terminal_print_json:
 * @root: a value
 *
 * Prints JSON on one line.
 *
 * json-glib leaves U+001F as it is, which is no JSON, and what a terminal obeys beyond ASCII, which is; all of it
 * stands in strings.
 */
void
usher_terminal_print_json (JsonNode *root)
{
  g_autofree char *json = json_to_string (root, FALSE);
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *c = json; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (letter < 0x10000 && is_harmful (letter))
        g_string_append_printf (text, "\\u%04x", letter);
      else
        g_string_append_unichar (text, letter);
    }
  g_print ("%s\n", text->str);
}
