/* usher-text.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-text-private.h"

#include <string.h>

#define LINES      (1U << G_UNICODE_LINE_SEPARATOR | 1U << G_UNICODE_PARAGRAPH_SEPARATOR)
#define SEPARATORS (LINES | 1U << G_UNICODE_SPACE_SEPARATOR)
#define BREAKS     (LINES | 1U << G_UNICODE_CONTROL)
#define CONTROLS   (1U << G_UNICODE_CONTROL | 1U << G_UNICODE_FORMAT)
#define MARKS \
  (1U << G_UNICODE_SPACING_MARK | 1U << G_UNICODE_ENCLOSING_MARK | 1U << G_UNICODE_NON_SPACING_MARK)

typedef struct
{
  gunichar first;
  gunichar last;
} Range;

/* What joins, splits or hyphenates words and is of no use before the first or behind the last. Marks of direction,
 * variation selectors and tags are not here: they belong to what stands before them. */
static const Range zero_width[] = {
  { 0x00AD, 0x00AD }, /* soft hyphen */
  { 0x180E, 0x180E }, /* Mongolian vowel separator */
  { 0x200B, 0x200D }, /* zero-width space, non-joiner, joiner */
  { 0x2060, 0x2060 }, /* word joiner */
  { 0xFEFF, 0xFEFF }, /* byte order mark */
};

/* What draws nothing though its category says otherwise: fillers, the empty Braille pattern, a null head of a note,
 * and what Unicode reserves for characters to be ignored. */
static const Range undrawn[] = {
  { 0x115F, 0x1160 },   { 0x2065, 0x2065 },   { 0x2800, 0x2800 },
  { 0x3164, 0x3164 },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFF8 },
  { 0x13441, 0x13442 }, { 0x1D159, 0x1D159 }, { 0xE0000, 0xE0FFF },
};

static gboolean
is_in (gunichar c, const Range *ranges, guint n_ranges)
{
  for (guint i = 0; i < n_ranges; i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return TRUE;

  return FALSE;
}

/* @types: bits, each at the place of a GUnicodeType */
static gboolean
is_of (gunichar c, guint32 types)
{
  return (types >> g_unichar_type (c) & 1) != 0;
}

static gboolean
is_white_space (gunichar c)
{
  return is_of (c, SEPARATORS) || (c >= '\t' && c <= '\r') || c == 0x85;
}

static gboolean
is_blank (gunichar c)
{
  return is_white_space (c) || is_in (c, zero_width, G_N_ELEMENTS (zero_width));
}

/* What is not assigned may be newer than the tables of the library: it counts. */
static gboolean
is_drawn (gunichar c)
{
  return !is_of (c, SEPARATORS | CONTROLS | MARKS) && !is_in (c, undrawn, G_N_ELEMENTS (undrawn));
}

char *
usher_text_trim (const char *text)
{
  const char *end;

  while (*text != '\0' && is_blank (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);

  end = text + strlen (text);
  while (end > text && is_blank (g_utf8_get_char (g_utf8_prev_char (end))))
    end = g_utf8_prev_char (end);

  return g_strndup (text, (gsize) (end - text));
}

gboolean
usher_text_is_visible (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (is_drawn (g_utf8_get_char (text)))
      return TRUE;

  return FALSE;
}

gboolean
usher_text_has_controls (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (is_of (g_utf8_get_char (text), BREAKS))
      return TRUE;

  return FALSE;
}

char *
usher_text_capitalize (const char *text)
{
  char *capitalized = g_strdup (text);

  capitalized[0] = g_ascii_toupper (capitalized[0]);

  return capitalized;
}
